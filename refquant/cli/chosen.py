"""What ``refquant verify`` judges: the targets and conversions that its arguments name."""

from __future__ import annotations

from typing import Any

import click

from refquant.cli.options import format_named
from refquant.errors import InputValueError, RefquantError
from refquant.golden.evaluation import operation_named
from refquant.golden.nan_mask import NanBy
from refquant.golden.sources import WIDE_INTEGERS
from refquant.policies import as_dialect
from refquant.verify import Claim, Deviation, FileTarget, FunctionTarget, ProgramTarget, Target, TestFloatTarget, get_target, list_targets, load_deviations
from refquant.verify.answers import checked_timeout
from refquant.verify.offers import EVERY, named_operation, operations_of
from refquant.verify.targets import TARGETS
from refquant.verify.targets.testfloat_target import CONVERT
from refquant.verify.time_limit import can_limit

PROGRAM, FILE = "program:", "file:"
OWN = (FunctionTarget, ProgramTarget)  #: targets that say what they do by options
SECONDS_OF_A_PACKAGE = 120.0  #: at least, for a batch: packages may compile, or be slow
WHOLE = (*OWN, FileTarget, TestFloatTarget)  #: targets of which every claim is judged


def source_named(text: str) -> str:
    """Return the source that --source names."""
    key = text.strip().lower()
    return key if key in WIDE_INTEGERS else format_named(text, "--source").name


def deterministic(says: dict[str, Any]) -> dict[str, Any]:
    """Return the policies that were said; refuse those under which nothing is right or wrong."""
    if "rounding" in says and says["rounding"].is_stochastic:
        raise click.UsageError(f"rounding {says['rounding']}: a stochastic cast has no single right result; verify judges deterministic modes only")
    return says


def target_named(
    text: str, names: tuple[str, ...], sources: tuple[str, ...], says: dict[str, Any], pipe: dict[str, Any], golden: str | None = None,
    ops: tuple[str, ...] = (),
) -> Target:  # fmt: skip
    """Return a target by name, a function of the user's as ``module:function``, a program as ``program:COMMAND``, or results as ``file:PATH``."""
    if ":" not in text:
        return get_target(text)
    if text.startswith(FILE) and (golden is not None or not (ops or names or sources)):
        return _results_file(text, golden, asked=bool(names or sources or ops))
    if len(names) != 1:
        raise click.UsageError(f"{text} needs one --format: that of its results")
    if len(ops) > 1 or ops == (EVERY,):
        raise click.UsageError(f"--op: {text} is one operation, such as add")
    _check_sources(ops, sources)
    if text.startswith(FILE):
        return _testfloat_file(text, ops[0] if ops else CONVERT, names[0], sources, says)
    if text.startswith(PROGRAM):
        return ProgramTarget.load(text.removeprefix(PROGRAM), names[0], sources=sources, **says, **pipe, op=ops[0] if ops else None)
    return FunctionTarget.load(text, names[0], sources=sources, **says, op=ops[0] if ops else None, flags=pipe.get("flags", False))


def targets_of(ops: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the targets that have operations, or conversions, installed or not."""
    return tuple(name for name, entry in TARGETS.items() if (entry.computes if ops else entry.converts))


def default_targets(ops: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the targets that are judged where none is named."""
    return tuple(name for name in targets_of(ops) if name in list_targets())


def operations_named(ops: tuple[str, ...], targets: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the operations that --op names, each once; none for a conversion that TestFloat's lines are results of."""
    if ops == (CONVERT,) and targets and all(text.startswith(FILE) for text in targets):
        return ()
    if EVERY in ops and len(ops) > 1:
        raise click.UsageError(f"--op: {EVERY} and others")
    try:
        return tuple(dict.fromkeys(op if op == EVERY else named_operation(op) for op in ops))
    except RefquantError as error:
        raise click.UsageError(f"--op: {str(error).partition(': ')[2]}") from None


def _check_sources(ops: tuple[str, ...], sources: tuple[str, ...]) -> None:
    count = len(operation_named(ops[0]).operands) if ops else 1
    if ops and len(sources) not in (0, 1, count):
        raise click.UsageError(f"--source: expected one, or one for each of the {count} operands of {ops[0]}, got {len(sources)}")


def _testfloat_file(text: str, op: str, name: str, sources: tuple[str, ...], says: dict[str, Any]) -> TestFloatTarget:
    if op == CONVERT and len(sources) != 1:
        raise click.UsageError(f"{text} needs one --source: the format of the inputs of the conversion (or --golden, or --op: an operation)")
    stated = as_dialect(says.get("dialect")), tuple((says.get("knobs") or {}).items()), NanBy(says.get("nan_by", "class"))
    return TestFloatTarget(text.removeprefix(FILE), op, name, sources or None, *stated)


def _results_file(text: str, golden: str | None, *, asked: bool) -> FileTarget:
    if golden is None:
        raise click.UsageError(
            f"{text} needs --golden: the folder or file of the golden vectors that it has results for (or --op, or --source and --format: TestFloat's lines)"
        )
    if asked:
        raise click.UsageError(f"{text}: --format and --source do not belong to it, and neither does --op; the golden vectors say what it is")
    return FileTarget(text.removeprefix(FILE), golden)


def announced(
    targets: list[Target], names: tuple[str, ...], sources: tuple[str, ...], *, asked: bool, ops: tuple[str, ...] = ()
) -> list[tuple[Target, tuple[Claim, ...]]]:
    """Return the targets with the claims that are to be judged; a target that was asked for by name must have some."""
    chosen = [(target, _matching(target, names, sources, ops)) for target in targets]
    without = [target for target, claims in chosen if not claims]
    if without and (asked or len(without) == len(targets)):
        described = ", ".join(f"{t.name} {t.version}" for t in without)
        if not ops and operations_of(without[0]) and not without[0].claims():
            raise click.UsageError(f"{described}: has operations alone; name one by --op, or --op {EVERY}")
        kind = f"operation matches --op {', '.join(ops)}" if ops else "conversion matches"
        raise InputValueError(f"{described}: no {kind} --format {', '.join(names) or 'any'} --source {', '.join(sources) or 'any'}")
    return [(target, claims) for target, claims in chosen if claims]


def known_deviations(path: str | None, targets: list[Target]) -> tuple[Deviation, ...]:
    """Return the known deviations; refuse those of a package that no target is named like."""
    known, names = load_deviations(path), {*TARGETS, *(target.name for target in targets)}
    strange = [entry.package for entry in known if entry.package not in names and ":" not in entry.package]
    if strange:
        raise click.UsageError(f"--deviations: no target is named {strange[0]!r}; there are {', '.join(TARGETS)}, module:function and program:COMMAND")
    return known


def _matching(target: Target, names: tuple[str, ...], sources: tuple[str, ...], ops: tuple[str, ...]) -> tuple[Claim, ...]:
    if isinstance(target, WHOLE):
        return target.claims()
    every: tuple[Claim, ...] = tuple(c for c in operations_of(target) if ops == (EVERY,) or c.operation in ops) if ops else target.claims()
    ends = [({*c.sources_of_a_case, c.target}, c.sources_of_a_case) for c in every]
    return tuple(c for c, (both, first) in zip(every, ends) if (not names or both & set(names)) and (not sources or set(first) & set(sources)))


def seconds_for(target: Target, timeout: float) -> float | None:
    """Return the seconds for a batch: what is said of a cast of the user's own; installed packages have more."""
    if not can_limit():
        return None
    return checked_timeout(timeout) if isinstance(target, OWN) else max(timeout, SECONDS_OF_A_PACKAGE)
