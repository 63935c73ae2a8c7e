"""``refquant verify``: implementations against the reference."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

import click
from click.core import ParameterSource
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from refquant.cli.chosen import (
    OWN,
    announced,
    default_targets,
    deterministic,
    known_deviations,
    operations_named,
    seconds_for,
    source_named,
    target_named,
    targets_of,
)
from refquant.cli.console import console, line
from refquant.cli.hopeless import ending_with, hang_of
from refquant.cli.options import dialect_named, format_named, policies_said, set_option
from refquant.cli.reports import STDOUT, Reports, report_options, write_reports
from refquant.cli.sweeps import sweep_all
from refquant.cli.verdicts import kind_of, print_judgement
from refquant.verify import Claim, FileTarget, Judgement, Target, TestFloatTarget, Verdict, judge, list_targets
from refquant.verify.answers import checked_timeout
from refquant.verify.offers import EVERY, operations_of

_EPILOG = """\b
Examples:
  refquant verify
  refquant verify ml_dtypes --format float8_e4m3fn
  refquant verify numpy torch --json report.json
  refquant verify mypackage.casts:to_fp8 --format float8_e4m3fn --overflow saturate
  refquant verify mymodule:flushing_cast --format float16 --set subnormals=flush_results --set ftz=arm
  refquant verify ml_dtypes --exhaustive --source float32 --format float8_e4m3fn --resume state.json
  refquant verify mymodule:cast --format bfloat16 --source float32 --source float64
  refquant verify program:./cast --format float8_e4m3fn --flags
  refquant verify program:"vvp sim.vvp" --format bfloat16 --timeout 60
  refquant verify file:results.csv --golden vectors
  refquant verify ml_dtypes --junit report.xml --html report.html
  refquant verify numpy --op add --format float16
  refquant verify softfloatpy --op mul --op fma --format float32 --level 1
  refquant verify mymodule:my_add --op add --format float8_e4m3fn
  refquant verify program:./my_add --op add --format float16 --flags
  refquant verify file:f16_add.txt --op add --format float16
  refquant verify file:f32_to_f16.txt --source float32 --format float16

\b
Exit codes: 0 nothing unexpected; 1 a new mismatch, a known deviation that no
longer occurs or speaks of no conversion (looked for where --format and --source
leave none out), or a conversion that could not be judged; 2 wrong usage, or a
target that misbehaved: it hung, died, raised, or gave something else."""


_op_option = click.option(
    "--op", "ops", metavar="NAME", multiple=True, help="Judge operations, such as add or fma (`refquant golden --help`), or all, instead of conversions."
)


@click.command(epilog=_EPILOG)
@click.argument("targets", metavar="[TARGET]...", nargs=-1)
@click.option(
    "--format", "names", metavar="FORMAT", multiple=True, help="The format of a cast or program of your own; else judge only conversions from or to it."
)
@click.option(
    "--source", "sources", metavar="DTYPE", multiple=True, help="Input dtype of a cast of your own (default float32), or of each operand; or a filter."
)
@_op_option
@click.option("--level", type=click.Choice(["1", "2"]), default="2", show_default=True, help="For --op: quick or thorough.")
@click.option("--rounding", metavar="MODE", help="What module:function or program says: its rounding mode.")
@click.option("--overflow", metavar="MODE", help="What module:function or program says: its overflow mode.")
@click.option("--dialect", metavar="NAME", help="What module:function or program says: a named set of policies.")
@set_option
@click.option("--nan-by", type=click.Choice(["class", "byte"]), default="class", help="For those: any NaN will do, or the code of the dialect.")
@click.option("--flags", is_flag=True, help="For program:COMMAND and module:function: it answers exception flags too, and is judged by them.")
@click.option("--timeout", type=float, default=10.0, show_default=True, help="Seconds for a batch of at most 65,536 inputs.")
@click.option("--random", "count", type=click.IntRange(0, 100_000_000), default=1_000_000, show_default=True, help="Random inputs of each wide conversion.")
@click.option("--seed", type=click.IntRange(0, (1 << 64) - 1), default=0, show_default=True, help="Seed of the random inputs.")
@click.option("--deviations", metavar="FILE", help="Known deviations, in the form of deviations.toml, instead of the package's.")
@click.option("--exhaustive", is_flag=True, help="Run every code of each source of at most 32 bits, all 2^32 float32 patterns, or pairs of float16, included.")
@click.option("--resume", metavar="PATH", help="Exhaustive: keep the state in PATH, and go on from it if it exists; a folder for several conversions.")
@click.option("--golden", metavar="DIR", help="For file:PATH: the golden vectors that the results are for.")
@report_options
def verify(
    targets: tuple[str, ...], names: tuple[str, ...], sources: tuple[str, ...], ops: tuple[str, ...], level: str,
    rounding: str | None, overflow: str | None, dialect: str | None,
    settings: tuple[str, ...], nan_by: str, flags: bool, timeout: float, count: int, seed: int,
    deviations: str | None, exhaustive: bool, resume: str | None, golden: str | None, report: str | None, junit: str | None, html: str | None,
) -> int:  # fmt: skip
    """Judge conversions of other implementations, or operations, byte for byte.

    TARGET is numpy, ml_dtypes, torch, jax, onnxruntime, onnx_reference, gfloat, bitstring, softfloatpy (all that are installed if none is given), or
    module:function, a cast of your own: it is given an array of --source and returns unsigned codes of --format, or float values, or an ml_dtypes array; with
    --op it is given an array for each operand; or program:COMMAND, any program that reads hex lines and answers with hex lines; or file:PATH, results for the
    golden vectors of --golden: CSV, lines of hex, .npy or .npz; with --op, or --source and --format, instead of --golden the lines of Berkeley
    TestFloat: operands, result and flags.
    """
    _refuse_pairs(exhaustive=exhaustive, resume=resume, flags=flags)
    ops = operations_named(ops, targets)
    _refuse_level(ops, exhaustive=exhaustive)
    names, sources = tuple(format_named(n).name for n in names), tuple(source_named(s) for s in sources)
    says = deterministic(policies_said(rounding, overflow, settings))
    if dialect is not None:
        dialect_named(dialect)
    stated = {"dialect": dialect, "knobs": says, "nan_by": nan_by}
    chosen = [
        target_named(t, names, sources, stated, {"flags": flags, "timeout": timeout}, golden, ops) for t in dict.fromkeys(targets or default_targets(ops))
    ]
    checked_timeout(timeout)
    _refuse_useless(chosen, says=bool(says or dialect), ops=ops)
    known = known_deviations(deviations, chosen)
    conversions = announced(chosen, names, sources, asked=bool(targets), ops=ops)
    reports = Reports(report, junit, html)
    if exhaustive and (files := [t.name for t in chosen if isinstance(t, TestFloatTarget)]):
        raise click.UsageError(f"--exhaustive: {files[0]} has the results of its own operands alone")
    out = console(stderr=report == STDOUT)
    _tell_absent(out, conversions, ops)
    if exhaustive:
        return sweep_all(conversions, known, resume, reports, timeout)
    _announce(out, conversions, targets, ops)
    stdout = sys.stdout

    def tell(judgements: list[Judgement]) -> None:
        for judgement in judgements:
            print_judgement(out, judgement)
        with redirect_stdout(stdout):
            write_reports(reports, judgements)

    with redirect_stdout(sys.stderr if report == STDOUT else sys.stdout):  # what a cast prints
        judgements = _judged(conversions, {"seed": seed, "random": count, "level": int(level), "deviations": known}, timeout, tell)
    tell(judgements)
    if any(v.failure for j in judgements for v in j.verdicts):
        return 2
    return 0 if all(j.ok for j in judgements) else 1


def _refuse_pairs(*, exhaustive: bool, resume: str | None, flags: bool) -> None:
    """Refuse options that would do nothing beside the others."""
    if resume is not None and not exhaustive:
        raise click.UsageError("--resume belongs to --exhaustive")
    if flags and exhaustive:
        raise click.UsageError("--flags: --exhaustive compares codes alone")
    given = click.get_current_context().get_parameter_source
    useless = [option for name, option in (("count", "--random"), ("seed", "--seed")) if exhaustive and given(name) is ParameterSource.COMMANDLINE]
    if useless:
        raise click.UsageError(f"{useless[0]}: --exhaustive runs every code, none at random")


def _refuse_level(ops: tuple[str, ...], *, exhaustive: bool) -> None:
    given = click.get_current_context().get_parameter_source("level") is ParameterSource.COMMANDLINE
    if given and not ops:
        raise click.UsageError("--level: belongs to --op; conversions have their own inputs, see --random")
    if given and exhaustive:
        raise click.UsageError("--level: --exhaustive takes every pattern instead of a level")


def _refuse_useless(chosen: list[Target], *, says: bool, ops: tuple[str, ...]) -> None:
    """Refuse options that no target listens to."""
    if says and not any(isinstance(t, (*OWN, TestFloatTarget)) for t in chosen):
        raise click.UsageError("--rounding, --overflow, --dialect and --set say what a module:function does, or a program; other targets say it themselves")
    given = click.get_current_context().get_parameter_source
    function_or_program = "module:function or program:COMMAND"
    for name, kind, whose in (("flags", OWN, function_or_program), ("timeout", OWN, function_or_program), ("golden", FileTarget, "file:PATH")):
        if given(name) is ParameterSource.COMMANDLINE and not any(isinstance(t, kind) for t in chosen):
            raise click.UsageError(f"--{name} is for {whose}")


def _tell_absent(out: Console, announced: list[tuple[Target, tuple[Claim, ...]]], ops: tuple[str, ...]) -> None:
    """Tell which of the operations that were asked for are not judged, as a target does not have them in these formats."""
    for target, claims in announced:
        absent = [op for op in ops if op != EVERY and op not in {claim.operation for claim in claims}]
        if absent:
            has = {claim.operation for claim in operations_of(target)}
            said = [("", [op for op in absent if op not in has]), (" in these formats", [op for op in absent if op in has])]
            text = "; ".join(f"has no {', '.join(names)}{where}" for where, names in said if names)
            line(out, Text(f"{target.name} {target.version}".strip() + f": {text}: not judged", style="yellow"))


def _announce(out: Console, announced: list[tuple[Target, tuple[Claim, ...]]], asked: tuple[str, ...], ops: tuple[str, ...]) -> None:
    for target, claims in announced:
        line(out, f"{target.name} {target.version}".strip() + f": {len(claims)} {kind_of(claims)}{'s' if len(claims) > 1 else ''}")
    missing = [] if asked else [name for name in targets_of(ops) if name not in list_targets()]
    if missing:
        line(out, f"not installed, not judged: {', '.join(missing)}")


def _judged(
    announced: list[tuple[Target, tuple[Claim, ...]]], options: dict[str, Any], timeout: float, tell: Callable[[list[Judgement]], None]
) -> list[Judgement]:  # fmt: skip
    """Return what is found; tell it and end the process where a function cannot be interrupted."""
    errors, judgements = console(stderr=True), list[Judgement]()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("", total=sum(len(claims) for _, claims in announced))
        for target, claims in announced:
            found, seconds = list[Verdict](), seconds_for(target, timeout)

            def step(verdict: Verdict, name: str = target.name, found: list[Verdict] = found) -> None:
                found.append(verdict)
                progress.update(task, advance=1, description=f"{name} {verdict.claim.label}")

            def end(target: Target = target, claims: tuple[Claim, ...] = claims, found: list[Verdict] = found, seconds: float | None = seconds) -> None:
                progress.stop()
                tell([*judgements, _hopeless(target, claims, found, seconds)])

            with ending_with(end):
                judgements.append(judge(target, claims=claims, timeout=seconds, progress=step, **options))
    return judgements


def _hopeless(target: Target, claims: tuple[Claim, ...], found: list[Verdict], seconds: float | None) -> Judgement:
    """Return the judgement of a target up to the conversion that cannot be interrupted."""
    failure, text = hang_of(seconds)
    return Judgement(target.name, target.version, claims, (*found, Verdict(claims[len(found)], "failed", message=text, failure=failure)))
