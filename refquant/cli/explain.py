"""``refquant explain``: from inputs and results to the policies that reproduce them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

import click
import numpy as np
from click.core import ParameterSource
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from refquant.cli.chosen import source_named, target_named
from refquant.cli.console import console, line
from refquant.cli.explanations import print_explanation
from refquant.cli.operation_rows import answered, asked_of, rows_made_by
from refquant.cli.options import format_named
from refquant.cli.pairs import Given, random_words, read_pairs
from refquant.cli.reports import STDOUT, report_option, write_report
from refquant.cli.rows import read_rows
from refquant.formats import Format
from refquant.golden.cases import case_sets
from refquant.policies import Philox, RandomBits
from refquant.verify import Claim, ProgramTarget, Target, explain, explanation_record
from refquant.verify.explaining import Best
from refquant.verify.explaining.explained import BUDGET
from refquant.verify.explaining.probes import probe_codes
from refquant.verify.target import Codes
from refquant.verify.targets import TARGETS
from refquant.verify.targets.testfloat_target import CONVERT

_EPILOG = """\b
Examples:
  refquant explain 1=0x38 1.0625=0x39 500=0x7e --source float32 --format float8_e4m3fn
  refquant explain -0x1.8p-9=0x82 nan=nan --source float32 --format float8_e4m3fn
  refquant explain dump.csv --source float32 --format bfloat16
  mydevice | refquant explain - --source float16 --format float8_e5m2
  refquant explain x.npy results.npy --format float8_e4m3fn
  refquant explain pairs.npz --source float32 --format bfloat16 --json found.json
  refquant explain --of ml_dtypes --source float64 --format float8_e4m3fn
  refquant explain --of onnxruntime --dialect onnx-nosaturate --source float32 --format float8_e4m3fn
  refquant explain --of mycasts:to_fp8 --format float8_e4m3fn --nan-by class
  refquant explain --of program:./cast --format bfloat16 --random 10000
  refquant explain x.npy results.npy --format bfloat16 --philox 7:16
  refquant explain results.csv --op add --format float16
  refquant explain 1,0x1p-11=0x3c00,0x01 --op add --format float16
  refquant explain results.txt --testfloat --op mul --format float16
  refquant explain f32_to_f16.txt --testfloat --source float32 --format float16
  refquant explain abc.csv --op fma --source bfloat16 --source bfloat16 --source float32 --format float32
  refquant explain --of numpy --op add --format float16 --nan-by class

\b
In text, a hex integer (0x38) is a code; anything else is a value and must be
exactly one of its format: 0.5, 0x1.8p-3, 3/4, inf, nan. An .npz file has the
arrays x and results. With --op: columns of operands, the result, and
perhaps its flags; arguments A,B=RESULT or A,B=RESULT,FLAGS; an .npz file has
the arrays a, b, c, result, flags.

\b
Exit codes: 0 explained; 1 no setting reproduces every pair; 2 wrong usage, or
a target that misbehaved."""


@click.command("explain", epilog=_EPILOG, context_settings={"ignore_unknown_options": True})
@click.argument("given", metavar="[INPUT=RESULT... | FILE | X.npy RESULTS.npy]", nargs=-1)
@click.option("--format", "name", metavar="FORMAT", required=True, help="The format of the results.")
@click.option(
    "--source", "sources", metavar="DTYPE", multiple=True,
    help="The format of the inputs, unless their array says it; with --of module:function, float32 if not given. With --op: that of the results if not given; "
    "once, or once for each operand.",
)  # fmt: skip
@click.option("--op", metavar="NAME", help="Explain an operation, such as add or fma (`refquant golden --help` lists them), instead of a conversion.")
@click.option("--testfloat", is_flag=True, help="The lines are those of Berkeley TestFloat, all hex: operands, result, flags.")
@click.option("--flags", is_flag=True, help="With --op and --of program:COMMAND or module:function: it answers exception flags too, which are explained.")
@click.option("--of", "of", metavar="TARGET", help=f"Explain {', '.join(TARGETS)}, module:function or program:COMMAND, with inputs that are chosen here.")
@click.option("--dialect", metavar="NAME", help="With --of, where the target has several conversions of these formats: what is said of the one that is meant.")
@click.option("--random", "count", type=click.IntRange(0, 100_000_000), default=100_000, show_default=True, help="With --of: number of random inputs.")
@click.option("--seed", type=click.IntRange(0, (1 << 64) - 1), default=0, show_default=True, help="With --of: seed of the random inputs.")
@click.option(
    "--timeout", type=float, default=10.0, show_default=True, help="With --of module:function or program:COMMAND: seconds for a batch of at most 65,536 inputs."
)
@click.option("--nan-by", type=click.Choice(["byte", "class"]), default="byte", show_default=True, help="A NaN must have the right code, or any NaN will do.")
@click.option("--budget", type=click.IntRange(1), default=BUDGET, show_default=True, help="Settings that are tried at most.")
@click.option("--random-bits", metavar="FILE:N", help="The random bits of a stochastic rounding: a .npy file or text, N bits for each pair.")
@click.option("--philox", metavar="SEED:N", help="The random bits of a stochastic rounding: those of refquant.Philox(SEED, N).")
@report_option
def explain_command(
    given: tuple[str, ...], name: str, sources: tuple[str, ...], op: str | None, testfloat: bool, flags: bool, of: str | None, dialect: str | None,
    count: int, seed: int,
    timeout: float, nan_by: str, budget: int, random_bits: str | None, philox: str | None, report: str | None,
) -> int:  # fmt: skip
    """Find the policies that reproduce somebody's results: rounding, overflow, NaN, zeros, subnormals, formats on the way.

    Give pairs of an input and its result, or a target that makes them. What is printed: the setting that reproduces every pair, which pairs rule the others
    out, and the inputs to run next where several settings are left; or, where none fits, what comes nearest and where that fails.
    """
    target, origins = format_named(name), tuple(source_named(source) for source in sources)
    _refuse_useless(given, of, random_bits, philox)
    op = None if testfloat and op == CONVERT else op
    _refuse_without_operation(op, origins, testfloat=testfloat)
    if flags and (op is None or ":" not in (of or "")):
        raise click.UsageError("--flags belongs to --op with --of module:function or program:COMMAND; pairs have their flags in a column")
    options: dict[str, Any] = {"nan_by": nan_by, "budget": budget}
    with redirect_stdout(sys.stderr if report == STDOUT else sys.stdout):  # what a cast prints
        cases = {"seed": seed, "random": count}
        if op is not None:
            asked = asked_of(op, target, origins)
            made = (of, asked, cases, timeout, dialect)
            rows = read_rows(given, asked.formats, asked.result, testfloat=testfloat) if of is None else rows_made_by(*made, flags=flags)  # type: ignore[arg-type]
            pairs: tuple[Any, Any] = rows.operands, rows.results
            target, shape = asked.result, rows.results.shape
            options |= {"op": asked.op, "source": asked.formats, "flags": rows.flags}
        else:
            origin = next(iter(origins), None)
            origin, pairs = (
                (origin, _pairs(given, origin, target, testfloat=testfloat)) if of is None else _made_by(of, origin, target, cases, timeout, dialect)
            )
            options["source"], shape = origin, pairs[0].shape
        with _spinner() as step:
            found = explain(*pairs, target, random=_random(random_bits, philox, shape), progress=step, **options)
    out = console(stderr=report == STDOUT)
    print_explanation(out, found)
    if nan_by == "byte" and any(_other_nan(best) for best in found.best[:1]):
        line(out, "some results are another NaN than the right one; --nan-by class takes any NaN for it")
    if testfloat and op is None:
        line(out, "the flags of conversions are not explained; `refquant verify file:...` judges them")
    write_report(report, explanation_record(found))
    return 0 if found.explained else 1


def _refuse_useless(given: tuple[str, ...], of: str | None, random_bits: str | None, philox: str | None) -> None:
    """Refuse arguments and options that contradict each other, or would do nothing."""
    unknown = next((text for text in given if text.startswith("--")), None)
    if unknown is not None:
        raise click.NoSuchOption(unknown)
    if (of is None) == (not given):
        raise click.UsageError("expected pairs, or --of TARGET that makes them; not both" if given else "expected pairs, files, or --of TARGET")
    if random_bits is not None and philox is not None:
        raise click.UsageError("--random-bits and --philox: expected one of them")
    if of is not None and (random_bits or philox):
        raise click.UsageError("--random-bits and --philox belong to pairs that are given, not to --of")
    said = click.get_current_context().get_parameter_source
    for option, parameter, useful in (
        ("--random", "count", of),
        ("--seed", "seed", of),
        ("--dialect", "dialect", of),
        ("--timeout", "timeout", ":" in (of or "")),
    ):
        if said(parameter) is ParameterSource.COMMANDLINE and not useful:
            raise click.UsageError(f"{option} belongs to --of {'module:function or program:COMMAND' if option == '--timeout' else 'TARGET'}")


def _refuse_without_operation(op: str | None, sources: tuple[str, ...], *, testfloat: bool) -> None:
    if op is None and testfloat and len(sources) != 1:
        raise click.UsageError("--testfloat: expected --op for the results of an operation, or one --source for those of a conversion")
    if op is None and len(sources) > 1:
        raise click.UsageError("--source: a conversion has one; several belong to --op")


def _other_nan(best: Best) -> bool:
    """Return whether a NaN is right where another was given."""
    return any("nan" in witness.got_value and "nan" in witness.expected_value for run in best.runs for witness in (run.first, run.last))


def _pairs(given: tuple[str, ...], source: str | None, target: Format, *, testfloat: bool) -> Given:
    if not testfloat:
        return read_pairs(given, source, target)
    rows = read_rows(given, (str(source),), target, testfloat=True)
    return Given(rows.operands[0], rows.results)


def _random(random_bits: str | None, philox: str | None, shape: tuple[int, ...]) -> RandomBits | Philox | None:
    if random_bits is not None:
        words, n = random_words(random_bits)
        if words.shape != shape:
            raise click.UsageError(f"--random-bits: expected one for each pair, in the shape {shape}, got {words.shape}")
        return RandomBits(words, n)
    if philox is None:
        return None
    numbers = philox.split(":")
    if len(numbers) != 2 or not all(text.isdecimal() for text in numbers):
        raise click.UsageError(f"--philox: expected SEED:N, such as 7:16, got {philox!r}")
    return Philox(int(numbers[0]), int(numbers[1]))


def _made_by(of: str, source: str | None, target: Format, cases: dict[str, int], timeout: float, dialect: str | None) -> tuple[str, Given]:
    """Return inputs that are chosen by rule, and what a target makes of them."""
    chosen = target_named(of, (target.name,), () if source is None else (source,), {}, {"timeout": timeout} if of.startswith("program:") else {})
    claim = _claim(chosen, source, target, dialect)
    origin = claim.names[0]
    codes = np.unique(np.concatenate([probe_codes(origin, target.name), *(s.codes for s in case_sets(origin, target.name, **cases))]))
    return origin, Given(codes, _answers(of, chosen, claim, codes, timeout))


def _answers(of: str, chosen: Target, claim: Claim, codes: Codes, timeout: float) -> Codes:
    """Return the results of a target; refuse one that misbehaves, with the input on which it does."""
    if isinstance(chosen, ProgramTarget):
        return chosen.run(claim, codes)
    return answered(of, chosen, claim, codes, timeout).codes


def _claim(chosen: Target, source: str | None, target: Format, dialect: str | None) -> Claim:
    """Return the conversion of a target between these formats, that of a dialect where the target has several."""
    if source is None and len(chosen.claims()) != 1:
        raise click.UsageError(f"--of {chosen.name} needs --source: the format of the inputs")
    found = [c for c in chosen.claims() if source in (None, c.names[0]) and c.names[1] == target.name]
    if not found:
        has = [c.names[0] for c in chosen.claims() if c.names[1] == target.name]
        hint = f"it has {', '.join(has)} -> {target.name}" if has else f"it has none to {target.name}"
        raise click.UsageError(f"--of {chosen.name}: no conversion {source} -> {target.name}; {hint}")
    names = list(dict.fromkeys(c.dialect.name for c in found))
    if dialect not in names and (dialect is not None or len(names) > 1):
        raise click.UsageError(f"--of {chosen.name} has {found[0].label} as {', '.join(names)}; choose with --dialect")
    return next(c for c in found if dialect in (None, c.dialect.name))


@contextmanager
def _spinner() -> Iterator[Callable[[int], None]]:
    """Show how many settings were tried, on a terminal."""
    errors = console(stderr=True)
    columns = (SpinnerColumn("line"), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("searching")
        yield lambda tried: progress.update(task, description=f"{tried:,} settings tried")
