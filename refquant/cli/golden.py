"""``refquant golden``: files of golden vectors, made and checked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click
from click.core import ParameterSource
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from refquant.cli.chosen import source_named
from refquant.cli.console import console, line, table
from refquant.cli.operand_formats import check_formats, refuse_source, result_as_option
from refquant.cli.options import dialect_named, format_named, policies_said, set_option
from refquant.golden import WRITERS, Checked, GoldenSet, check, generate
from refquant.golden.coverage import crossed
from refquant.golden.evaluation import is_conversion, operations_with_vectors
from refquant.golden.levels import EXHAUSTIVE, WIDEST
from refquant.golden.reasons import NOT_REACHED
from refquant.golden.storage import check_folder
from refquant.operations import Operation
from refquant.policies import Dialect, OverflowMode, RoundingMode, get_dialect

_ALL = "all"
_EPILOG = """\b
Examples:
  refquant golden encode --source float32 --format float8_e4m3fn --out vectors
  refquant golden encode --format bfloat16 --level 2 --rounding all --write npz --write readmemh --out vectors
  refquant golden convert --source float8_e5m2 --format float8_e4m3fn --exhaustive --overflow saturate --write csv --out vectors
  refquant golden decode --format float8_e4m3fn --result float32 --write c_header --out vectors
  refquant golden check vectors

\b
Exit codes: 0 made, or nothing wrong; 1 check found a difference; 2 wrong usage, or a file that is no file of golden vectors."""
_ONE = """\b
Example:
  refquant golden {} --out vectors

\b
The same command gives the same bytes on every machine. Vectors, columns, classes: docs/howto/golden-vectors.md."""
_ASKED = {"eq": "a = b", "lt": "a < b", "le": "a <= b", "unordered": "a or b is a NaN"}
_EXAMPLES = {
    "encode": "encode --source float32 --format float8_e4m3fn --level 2 --write npz --write readmemh",
    "convert": "convert --source float8_e5m2 --format int8 --set nan=to_zero --overflow saturate",
    "round": "round --source float32 --format bfloat16 --rounding all",
    "decode": "decode --format float8_e4m3fn --result float16",
}


@click.group(epilog=_EPILOG)
def golden() -> None:
    """Make files of golden vectors: operands chosen by rule, with the right result, flags and classes of each; or check them."""


def _option(*names: str, **settings: Any) -> click.Option:
    return click.Option(names, **settings)


def _options(record: Operation) -> list[click.Parameter]:
    conversion, count = is_conversion(record), len(record.operands)
    each = f"of the operands; once, or {count} times for one each" if "integers" not in record.operands else "of the codes"
    formats = "of the codes" if record.name == "decode" else "that is rounded to" if conversion else each
    made: list[click.Parameter] = [_option("--format", "names", metavar="FORMAT", multiple=True, required=True, help=f"The format {formats}.")]
    if conversion and record.name != "decode":
        default: dict[str, Any] = {"required": True} if record.operands == ("codes",) else {"default": "float32", "show_default": True}
        made.append(_option("--source", metavar="FORMAT", help="The format of the operands.", **default))
    else:
        made.append(_option("--source", hidden=True, is_eager=True, expose_value=False, callback=lambda context, option, said: refuse_source(record, said)))
    if record.result == "values" or (not conversion and record.result == "codes"):
        made.append(_option("--result", metavar="FORMAT", help="The format of the results."))
    made.append(_option("--level", type=click.Choice(["1", "2"]), default="1", show_default=True, help="Quick or thorough."))
    made.append(_option("--exhaustive", is_flag=True, help=f"Every pattern, of operands of at most {WIDEST} bits together, instead of a level."))
    for knob, kind in (("rounding", RoundingMode), ("overflow", OverflowMode)):
        if knob in record.affected_by:
            names = [str(mode) for mode in kind if mode != "error"]
            whole = f", or {_ALL} for every deterministic one" if kind is RoundingMode else ""
            text = f"Mode of {knob}; repeatable: several are crossed. {', '.join(names)}{whole}."
            made.append(_option(f"--{knob}", f"{knob}s", metavar="MODE", multiple=True, help=text))
    if "rounding" in record.affected_by:
        made.append(_option("--random-bits", type=click.IntRange(1, 32), default=8, show_default=True, help="Random bits of stochastic modes."))
    made += [
        _option("--dialect", metavar="NAME", help="A named set of policies."),
        _option("--nan-by", type=click.Choice(["class", "byte"]), default="class", show_default=True, help="What the mask lets pass where NaN is right."),
        _option("--seed", type=click.IntRange(0, (1 << 64) - 1), default=0, show_default=True, help="Seed of random operands and random bits."),
        _option("--write", "writers", type=click.Choice(list(WRITERS)), multiple=True, default=("npz",), show_default=True, help="A kind of file; repeatable."),
        _option("--out", "folder", metavar="DIR", help="The folder that is made; without it nothing is written."),
        _option("--force", is_flag=True, help="Replace golden vectors that are there."),
        _option("--coverage", is_flag=True, help="Print every class, its vectors, and why there are none; it is printed where --out is left out."),
    ]  # fmt: skip
    return made


def _command(record: Operation) -> click.Command:
    """Return the command of one operation, its options from the record."""

    def run(**said: Any) -> int:
        return _make(record, **said)

    text = f"Golden vectors of {record.name}: {' and '.join(record.operands)} in, {record.result} out ({record.clause})."
    example = _ONE.format(_EXAMPLES.get(record.name, f"{record.name} --format float16"))
    shown = click.Command(record.name, callback=run, params=_options(record), help=text, epilog=example, short_help=_in_short(record))
    command: click.Command = set_option(shown)
    return command


def _in_short(record: Operation) -> str:
    """Return what an operation gives, as its public function says it."""
    choices = dict(record.choices)
    if "predicate" in choices:
        return f"whether {_ASKED[choices['predicate']]}; {'any' if choices['signaling'] else 'a signalling'} NaN raises INVALID"
    module, _, name = f"refquant.{record.door or record.name}".rpartition(".")
    first = (getattr(import_module(module), name).__doc__ or "").splitlines()[0]
    return first.removeprefix("Return ").rstrip(".").replace("`", "")


def _make(
    record: Operation, names: tuple[str, ...], level: str, exhaustive: bool, dialect: str | None, nan_by: str, seed: int, writers: tuple[str, ...],
    folder: str | None, force: bool, coverage: bool, settings: tuple[str, ...], source: str | None = None, result: str | None = None,
    roundings: tuple[str, ...] = (), overflows: tuple[str, ...] = (), random_bits: int = 8,
) -> int:  # fmt: skip
    if exhaustive and click.get_current_context().get_parameter_source("level") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--level: --exhaustive takes every pattern instead of a level")
    formats = tuple(format_named(name) for name in names)
    if len(formats) not in (1, len(record.operands)):
        raise click.UsageError(f"--format: expected 1{'' if is_conversion(record) else f' or {len(record.operands)}'}, got {len(formats)}")
    check_formats(record, formats, result)
    ends: dict[str, Any] = {} if source is None else {"source": source_named(source)}
    ends |= {} if result is None else {"result": format_named(result, "--result")}
    modes = {n: _modes(n, said) for n, said in (("rounding", roundings), ("overflow", overflows)) if said}
    modes |= _modes_set(settings, modes)
    cases: dict[str, Any] = {"level": EXHAUSTIVE if exhaustive else int(level), "seed": seed, "random_bits": random_bits}
    _refuse_idle_bits(modes.get("rounding", ()), dialect)
    chosen: dict[str, Any] = {"dialect": _dialect(dialect, settings), "nan_by": nan_by, **ends, **modes, **cases}
    _check_out(folder, force=force)
    out = console()
    with _bar() as step, result_as_option():
        made = generate(record.name, formats if len(formats) > 1 else formats[0], **chosen, progress=step)
        if folder is not None:
            made.save(folder, writers=writers, force=force, progress=lambda name: step(f"writing {name}", writers.index(name), len(writers)))
    if coverage or folder is None:
        out.print(_coverage(made))
    line(out, _summary(made, folder))
    return 0


def _check_out(folder: str | None, *, force: bool) -> None:
    """Refuse a folder that cannot be made, and options that say how one is written where there is none."""
    if folder is not None:
        check_folder(folder, force=force)
        return
    for name, option in (("writers", "--write"), ("force", "--force")):
        if click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{option}: nothing is written without --out DIR")


def _refuse_idle_bits(roundings: tuple[str, ...], dialect: str | None) -> None:
    """Refuse a number of random bits where no mode is stochastic."""
    given = click.get_current_context().get_parameter_source("random_bits") is ParameterSource.COMMANDLINE
    if given and dialect is None and not any(RoundingMode(mode).is_stochastic for mode in roundings):
        raise click.UsageError("--random-bits: belongs to a stochastic mode, such as --rounding stochastic_a")


def _modes(knob: str, said: tuple[str, ...]) -> tuple[str, ...]:
    if knob == "rounding" and _ALL in said:
        if len(said) > 1:
            raise click.UsageError(f"--rounding: {_ALL} and others")
        return tuple(str(mode) for mode in RoundingMode if not mode.is_stochastic)
    return tuple(str(policies_said(*((mode, None) if knob == "rounding" else (None, mode)))[knob]) for mode in said)


def _modes_set(settings: tuple[str, ...], modes: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the modes that --set says, which --rounding or --overflow then may not."""
    said: dict[str, tuple[str, ...]]
    said = {knob: (str(value),) for knob, value in policies_said(None, None, settings).items() if knob in ("rounding", "overflow")}
    if twice := sorted(set(said) & set(modes)):
        raise click.UsageError(f"--set: {twice[0]} is given by --{twice[0]} already")
    return said


def _dialect(name: str | None, settings: tuple[str, ...]) -> Dialect:
    chosen = get_dialect("default") if name is None else dialect_named(name)
    said = {knob: value for knob, value in policies_said(None, None, settings).items() if knob not in ("rounding", "overflow")}
    changes = ",".join(f"{knob}={value.name if knob == 'via' else value}" for knob, value in sorted(said.items()))
    return chosen.replace(name=f"{chosen.name}+{changes}", **said) if said else chosen


@contextmanager
def _bar() -> Iterator[Any]:
    errors = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("")
        yield lambda what, done, total: progress.update(task, description=what, completed=done, total=total)


def _summary(made: GoldenSet, folder: str | None) -> str:
    covered, missed = sum(c.count > 0 for c in made.coverage), sum(c.reason == NOT_REACHED for c in made.coverage)
    empty = len(made.coverage) - covered - missed
    refused = f", {made.left_out:,} that the policies refuse left out" if made.left_out else ""
    classes = f"{covered} classes covered, {empty} empty for a reason" + (f", {missed} not reached" if missed else "")
    said = f"{made.recipe.title}, {len(made):,} vectors{refused}; {classes}{_crossed(made)}"
    return f"{said}; nothing was written, --out DIR writes them" if folder is None else f"{folder}: {said}"


def _crossed(made: GoldenSet) -> str:
    pairs = crossed(made)
    return f"; {pairs.reached} of {pairs.possible} pairs of operand classes" if pairs else ""


def _coverage(made: GoldenSet) -> Any:
    rows = table("class", "name", "vectors", "what they have, or why there are none", right=("class", "vectors"))
    for c in made.coverage:
        rows.add_row(str(c.id), c.name, f"{c.count:,}", Text(c.meaning) if c.count else Text(c.reason, style="dim"))
    return rows


@golden.command(
    "check", short_help="files against the manifest, vectors against the recipe and the reference", epilog="\b\nExample:\n  refquant golden check vectors"
)
@click.argument("folder", metavar="DIR")
def check_command(folder: str) -> int:
    """Check a folder of golden vectors: files against the manifest, operands against the recipe, results and flags against the reference."""
    found = check(folder)
    _print_checked(console(), folder, found)
    return 0 if found.ok else 1


def _print_checked(out: Console, folder: str, found: Checked) -> None:
    for text in (*found.problems, *found.differences):
        line(out, Text(text, style="bold red"))
    if found.wrong > len(found.differences):
        line(out, f"... and {_counted(found.wrong - len(found.differences), 'more vector')}")
    if found.unchecked:
        line(out, Text(f"{folder}: {found.unchecked}", style="yellow"))
    right = "results and flags are right" if found.unchecked else "all right"
    verdict = right if found.ok else f"{found.wrong:,} wrong, {_counted(len(found.problems), 'problem')} with files"
    said = f"{folder}: {found.recipe.title}, {_counted(found.vectors, 'vector')} recomputed: {verdict}"
    line(out, Text(said, style="green" if found.ok else "bold red"))


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


for _record in operations_with_vectors():
    golden.add_command(_command(_record))
