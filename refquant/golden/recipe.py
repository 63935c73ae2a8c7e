"""What a set of golden vectors is made of: everything that decides its bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from refquant.formats import Format
from refquant.golden.text import plain_text
from refquant.operations import OPERATIONS, Operation
from refquant.policies import OverflowMode, Policies, RoundingMode

#: Raised whenever the same command would give other cases, columns or classes than before.
GENERATOR_VERSION = 1
OPERAND_NAMES = ("a", "b", "c")
ROUNDINGS, OVERFLOWS = tuple(RoundingMode), tuple(OverflowMode)  #: a column holds positions in these


@dataclass(frozen=True)
class Recipe:
    """Operation, formats, policies and cases of a set.

    Parameters
    ----------
    operation : str
        Name of the record.
    operands : tuple of Format
        Formats of the operand columns ``a``, ``b``, ``c``.
    fmt : Format
        The format that is rounded to: that of the result, but for values (``round``) and truths (comparisons).
    result : Format
        The format of the result column.
    dialect : str
        Name of the dialect that the policies come from.
    policies : Policies
        Every knob, `rounding` and `overflow` those of the dialect.
    roundings, overflows : tuple of str
        The modes that are crossed; empty where the operation does not depend on them.
    random_bits : int
        Bits of the random column; 0 where no mode is stochastic.
    nan_by : str
        ``"class"``: any NaN will do, as the mask says; ``"byte"``: the NaN of the dialect.
    level : int or str
        1, 2 or ``"exhaustive"``.
    seed : int
        Of the random operands and bits.
    spec_version : str
        Version of the specification that says what is right.
    generator_version : int
        `GENERATOR_VERSION` of what made it.
    """

    operation: str
    operands: tuple[Format, ...]
    fmt: Format
    result: Format
    dialect: str
    policies: Policies
    roundings: tuple[str, ...]
    overflows: tuple[str, ...]
    random_bits: int
    nan_by: str
    level: int | str
    seed: int
    spec_version: str
    generator_version: int = GENERATOR_VERSION

    @property
    def record(self) -> Operation:
        """Return the record of the operation."""
        return OPERATIONS[self.operation]

    @property
    def operand_names(self) -> tuple[str, ...]:
        """Return the names of the operand columns."""
        return OPERAND_NAMES[: len(self.operands)]

    @property
    def modes(self) -> tuple[Policies, ...]:
        """Return the policies of each block of vectors: every rounding, and under it every overflow mode."""
        pairs = [(r, o) for r in self.roundings or (self.policies.rounding,) for o in self.overflows or (self.policies.overflow,)]
        return tuple(replace(self.policies, rounding=RoundingMode(r), overflow=OverflowMode(o)) for r, o in pairs)

    def numbers_of(self, policies: Policies) -> tuple[int, int]:
        """Return what the columns `rounding` and `overflow` say of a block; 0 where the operation does not depend on them."""
        rounding = ROUNDINGS.index(policies.rounding) if self.roundings else 0
        return rounding, OVERFLOWS.index(policies.overflow) if self.overflows else 0

    @property
    def title(self) -> str:
        """Return the operation and its formats in a few words."""
        shown = len(self.operands) == 1 and self.operation != "decode" and self.record.result in ("codes", "values")
        goal = f" to {self.fmt.name}" if shown else ""
        return plain_text(f"{self.operation} {', '.join(f.name for f in self.operands)}{goal}")
