"""What a function is tried on: what it says it does, and the operands of a level."""

from __future__ import annotations

from typing import Any, NamedTuple

from refquant.errors import InputValueError
from refquant.formats import Format, get_format
from refquant.golden.levels import EXHAUSTIVE, Level, every_pattern_is_taken, operands
from refquant.golden.random_words import checked_seed
from refquant.golden.sources import named_format, operand_format
from refquant.golden.wide_integers import WideInteger
from refquant.operations import OPERATIONS
from refquant.policies import as_dialect
from refquant.testing.levels import LEVELS, level_of_run
from refquant.testing.operations_as_casts import as_cast, name_of
from refquant.verify.target import Claim, Codes
from refquant.verify.targets import FunctionTarget
from refquant.verify.targets.stated import source_stated

_COMPARED_AT_ONCE = 16  #: bits of a source; every code of a wider one is swept in chunks


class Trial(NamedTuple):
    """A function that can be judged, its claim, and how thoroughly it is tested."""

    judged: FunctionTarget
    claim: Claim
    op: str
    said: tuple[tuple[str, Any], ...]  #: the knobs on top of the dialect
    level: Level
    seed: int

    @property
    def is_sweep(self) -> bool:
        """Whether there are more inputs than a list should hold."""
        return self.level == EXHAUSTIVE and self.source.width > _COMPARED_AT_ONCE

    @property
    def source(self) -> Format:
        """The format of the inputs."""
        return operand_format("source", self.claim.source)

    @property
    def target(self) -> Format:
        """The format of the results."""
        return get_format(self.claim.target)

    def inputs(self, level: Level | None = None) -> Codes:
        """Return the operands that golden vectors of the operation have at a level."""
        return operands(OPERATIONS[self.op], (self.source,), self.target, self.level if level is None else level, self.seed)[0]

    def inputs_text(self) -> str:
        """Return what the inputs are."""
        if self.level == EXHAUSTIVE or every_pattern_is_taken(OPERATIONS[self.op], (self.source,), int(self.level)):
            return f"level {self.level}: every code of {self.claim.names[0]}"
        return f"level {self.level}, seed {self.seed}: the operands of golden vectors"

    def headline(self) -> str:
        """Return that the function does not do what it says, and what that is."""
        says = ", ".join([f"dialect {self.claim.dialect.name}", *(f"{k}={v}" for k, v in self.said), f"NaNs by {self.claim.nan_by}"])
        return f"{self.judged.name} does not conform: {self.op} {self.claim.label}, {says}"


def trial_of(
    fn: Any, op: str, source: Any, target: Any, *, dialect: Any, rounding: Any, overflow: Any, level: Any, seed: Any, nan_by: Any
) -> Trial:  # fmt: skip
    """Return the arguments of `refquant.testing.assert_conforms`, checked."""
    chosen = _level(level), checked_seed(seed)
    given, goal = _source(source), named_format("target", target)
    said = tuple((k, v) for k, v in (("rounding", rounding), ("overflow", overflow)) if v is not None)
    implied = (("nan", "keep_payload"),) if op == "decode" and dialect is None and goal.has_nan else ()
    judged = FunctionTarget(name_of(fn), as_cast(fn, op, given, goal), goal, (given,), as_dialect(dialect), (*implied, *said), nan_by)
    return Trial(judged, judged.claims()[0], op, said, *chosen)


def _source(given: Any) -> str | Format:
    """Return a source by name where it has one."""
    source = operand_format("source", given)
    return source_stated(source.name if isinstance(given, str) or isinstance(source, WideInteger) else source)


def _level(level: Any) -> Level:
    """Return a level, or that of the run."""
    name = level_of_run() if level is None else str(level)
    if name not in LEVELS:
        raise InputValueError(f"level: expected one of {', '.join(LEVELS)}, or None; got {level!r}")
    return EXHAUSTIVE if name == EXHAUSTIVE else int(name)
