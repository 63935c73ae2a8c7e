"""``refquant verify``: implementations against the reference."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

import click
from click.core import ParameterSource
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from refquant.cli.console import console, line, table, width_of
from refquant.cli.options import dialect_named, format_named, policies_said, set_option
from refquant.cli.reports import STDOUT, report_option, write_report
from refquant.cli.sweeps import sweep_all
from refquant.errors import InputValueError
from refquant.golden.sources import WIDE_INTEGERS
from refquant.verify import Claim, FunctionTarget, Judgement, Target, Verdict, as_records, get_target, judge, list_targets, load_deviations
from refquant.verify.targets import TARGETS

_STYLES = {"exact": "green", "known": "yellow", "new": "bold red", "gone": "bold red", "failed": "bold red"}
_EPILOG = """\b
Examples:
  refquant verify
  refquant verify ml_dtypes --format float8_e4m3fn
  refquant verify numpy torch --json report.json
  refquant verify mypackage.casts:to_fp8 --format float8_e4m3fn --overflow saturate
  refquant verify mymodule:flushing_cast --format float16 --set subnormals=flush_results --set ftz=arm
  refquant verify ml_dtypes --exhaustive --source float32 --format float8_e4m3fn --resume state.json
  refquant verify mymodule:cast --format bfloat16 --source float32 --source float64

\b
Exit codes: 0 nothing unexpected; 1 a new mismatch, a known deviation that no
longer occurs, or a conversion that could not be judged; 2 wrong usage."""


@click.command(epilog=_EPILOG)
@click.argument("targets", metavar="[TARGET]...", nargs=-1)
@click.option("--format", "names", metavar="FORMAT", multiple=True, help="The format of module:function; else judge only conversions from or to it.")
@click.option("--source", "sources", metavar="DTYPE", multiple=True, help="Input dtype of module:function (float32 if not given); else judge only from it.")
@click.option("--rounding", metavar="MODE", help="What module:function says: its rounding mode.")
@click.option("--overflow", metavar="MODE", help="What module:function says: its overflow mode.")
@click.option("--dialect", metavar="NAME", help="What module:function says: a named set of policies.")
@set_option
@click.option("--nan-by", type=click.Choice(["class", "byte"]), default="class", help="For module:function: any NaN will do, or the code of the dialect.")
@click.option("--random", "count", type=click.IntRange(0, 100_000_000), default=1_000_000, show_default=True, help="Random inputs of each wide conversion.")
@click.option("--seed", type=click.IntRange(0, (1 << 64) - 1), default=0, show_default=True, help="Seed of the random inputs.")
@click.option("--deviations", metavar="FILE", help="Known deviations, in the form of deviations.toml, instead of the package's.")
@click.option("--exhaustive", is_flag=True, help="Run every code of each source of at most 32 bits, all 2^32 float32 patterns included.")
@click.option("--resume", metavar="PATH", help="Exhaustive: keep the state in PATH, and go on from it if it exists; a folder for several conversions.")
@report_option
def verify(
    targets: tuple[str, ...], names: tuple[str, ...], sources: tuple[str, ...], rounding: str | None, overflow: str | None, dialect: str | None,
    settings: tuple[str, ...], nan_by: str, count: int, seed: int, deviations: str | None, exhaustive: bool, resume: str | None, report: str | None,
) -> int:  # fmt: skip
    """Judge conversions of other implementations, byte for byte.

    TARGET is numpy, ml_dtypes, torch (all that are installed if none is given), or module:function, a cast of your own: it is given an array of --source and
    returns unsigned codes of --format, or float values, or an ml_dtypes array.
    """
    _refuse_pairs(exhaustive=exhaustive, resume=resume)
    names, sources = tuple(format_named(n).name for n in names), tuple(_source(s) for s in sources)
    says = _said(policies_said(rounding, overflow, settings))
    if dialect is not None:
        dialect_named(dialect)
    chosen = [_target(t, names, sources, says, dialect, nan_by) for t in targets or list_targets()]
    if (says or dialect) and not any(isinstance(t, FunctionTarget) for t in chosen):
        raise click.UsageError("--rounding, --overflow, --dialect and --set say what a module:function does; other targets say it themselves")
    known = load_deviations(deviations)
    announced = _announced(chosen, names, sources, asked=bool(targets))
    if exhaustive:
        return sweep_all(announced, known, resume, report)
    out = console(stderr=report == STDOUT)
    _announce(out, announced, targets)
    with redirect_stdout(sys.stderr if report == STDOUT else sys.stdout):  # what a cast prints
        judgements = _judged(announced, {"seed": seed, "random": count, "deviations": known})
    for judgement in judgements:
        _print(out, judgement)
    write_report(report, as_records(judgements))
    return 0 if all(j.ok for j in judgements) else 1


def _refuse_pairs(*, exhaustive: bool, resume: str | None) -> None:
    """Refuse options that would do nothing beside the others."""
    if resume is not None and not exhaustive:
        raise click.UsageError("--resume belongs to --exhaustive")
    given = click.get_current_context().get_parameter_source
    useless = [option for name, option in (("count", "--random"), ("seed", "--seed")) if exhaustive and given(name) is ParameterSource.COMMANDLINE]
    if useless:
        raise click.UsageError(f"{useless[0]}: --exhaustive runs every code, none at random")


def _source(text: str) -> str:
    key = text.strip().lower()
    return key if key in WIDE_INTEGERS else format_named(text, "--source").name


def _said(says: dict[str, Any]) -> dict[str, Any]:
    if "rounding" in says and says["rounding"].is_stochastic:
        raise click.UsageError(f"rounding {says['rounding']}: a stochastic cast has no single right result; verify judges deterministic modes only")
    return says


def _target(text: str, names: tuple[str, ...], sources: tuple[str, ...], says: dict[str, Any], dialect: str | None, nan_by: str) -> Target:
    if ":" not in text:
        return get_target(text)
    if len(names) != 1:
        raise click.UsageError(f"{text} needs one --format: that of its results")
    return FunctionTarget.load(text, names[0], sources=sources, dialect=dialect, knobs=says, nan_by=nan_by)


def _announced(targets: list[Target], names: tuple[str, ...], sources: tuple[str, ...], *, asked: bool) -> list[tuple[Target, tuple[Claim, ...]]]:
    """Return the targets with the claims that are to be judged; a target that was asked for by name must have some."""
    announced = [(target, _matching(target, names, sources)) for target in targets]
    without = [target for target, claims in announced if not claims]
    if without and (asked or len(without) == len(targets)):
        described = ", ".join(f"{t.name} {t.version}" for t in without)
        raise InputValueError(f"{described}: no conversion matches --format {', '.join(names) or 'any'} --source {', '.join(sources) or 'any'}")
    return [(target, claims) for target, claims in announced if claims]


def _matching(target: Target, names: tuple[str, ...], sources: tuple[str, ...]) -> tuple[Claim, ...]:
    if isinstance(target, FunctionTarget):
        return target.claims()
    return tuple(c for c in target.claims() if (not names or {c.source, c.target} & set(names)) and (not sources or c.source in sources))


def _announce(out: Console, announced: list[tuple[Target, tuple[Claim, ...]]], asked: tuple[str, ...]) -> None:
    for target, claims in announced:
        line(out, f"{target.name} {target.version}".strip() + f": {len(claims)} conversion{'s' if len(claims) > 1 else ''}")
    missing = [] if asked else [name for name in TARGETS if name not in list_targets()]
    if missing:
        line(out, f"not installed, not judged: {', '.join(missing)}")


def _judged(announced: list[tuple[Target, tuple[Claim, ...]]], options: dict[str, Any]) -> list[Judgement]:
    errors = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("", total=sum(len(claims) for _, claims in announced))

        def step(target: Target) -> Callable[[Verdict], None]:
            return lambda verdict: progress.update(task, advance=1, description=f"{target.name} {verdict.claim.label}")

        return [judge(target, claims=claims, progress=step(target), **options) for target, claims in announced]


def _print(out: Console, judgement: Judgement) -> None:
    title = f"{judgement.name} {judgement.version}".strip()
    rows = table(title, "cases", "mismatches", "classes", "smallest witness", "got", "right", "verdict", right=("cases", "mismatches"), keep=(title,))
    for verdict in judgement.verdicts:
        rows.add_row(*(Text(cell, style=style) for cell, style in _cells(verdict)))
    line(out, "")
    if width_of(rows, out) <= out.width:
        out.print(rows)
    else:
        _print_narrow(out, title, judgement)
    line(out, _summary(judgement))


def _print_narrow(out: Console, title: str, judgement: Judgement) -> None:
    """Print what does not fit side by side under the row of the conversion."""
    line(out, Text(title, style="bold"))
    width = max((len(v.claim.label) for v in judgement.verdicts), default=0)
    for verdict in judgement.verdicts:
        cells = [cell for cell, _ in _cells(verdict)]
        line(out, Text(f"{cells[0]:{width}} {cells[1]:>11} cases {cells[2]:>10} wrong  ") + Text(verdict.status, style=_STYLES[verdict.status]))
        found = [f"{label} {cell}" for label, cell in zip(("", "witness", "got", "right"), cells[3:7]) if cell]
        for text, style in ((", ".join(found).strip(), ""), ("" if verdict.status == "exact" else cells[7], _STYLES[verdict.status])):
            for part in textwrap.wrap(text, out.width - 4, break_long_words=False, break_on_hyphens=False):
                line(out, Text(f"    {part}", style=style))


def _cells(verdict: Verdict) -> list[tuple[str, str]]:
    w, classes = verdict.witness, ", ".join(f"{name} {count}" for name, count in verdict.by_class.items())
    witness = ["", "", ""] if w is None else [f"{w.input} ({w.input_value})", f"{w.got} ({w.got_value})", f"{w.expected} ({w.expected_value})"]
    plain = [verdict.claim.label, f"{verdict.cases:,}", f"{verdict.mismatches:,}", classes, *witness]
    return [*((cell, "") for cell in plain), (_says(verdict), _STYLES[verdict.status])]


def _says(verdict: Verdict) -> str:
    match verdict.status:
        case "exact":
            return f"exact; {verdict.left_out:,} inputs that its policies refuse were left out" if verdict.left_out else "exact"
        case "known":
            return f"known: {verdict.diagnosis}"
        case status:
            return f"{status.upper()}: {verdict.message}"


def _summary(judgement: Judgement) -> Text:
    counts = {status: sum(v.status == status for v in judgement.verdicts) for status in _STYLES}
    found = ", ".join(f"{counts[status]} {status}" for status in _STYLES if counts[status])
    cases = sum(v.cases for v in judgement.verdicts)
    text = f"{judgement.name}: {judgement.judged} of {len(judgement.announced)} announced conversions judged, {cases:,} cases: {found}"
    return Text(text, style="green" if judgement.ok else "bold red")
