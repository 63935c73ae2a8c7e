"""The 64-bit integers as formats of results: of sums, differences and products of integers that all fit. RQ-7.28."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

from refquant.errors import InputValueError
from refquant.formats import Format, IntEncoding, IntFormat

NAMES = ("int64", "uint64")
_COMPUTE: dict[str, Callable[..., int]] = {"add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "fma": lambda a, b, c: a * b + c}


@dataclass(frozen=True, kw_only=True)
class FullWidth(IntFormat):
    """``int64`` or ``uint64``, of 64 bits, which no other integer format has."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "encoding", IntEncoding.TWOS_COMPLEMENT)
        object.__setattr__(self, "name", NAMES[not self.signed])


def full_width(name: str, operation: str, formats: tuple[Format, ...]) -> FullWidth:
    """Return the format of a result that holds whatever the operation gives; raise InputValueError where it may not."""
    target = FullWidth(width=64, signed=name == "int64")
    ends = _ends(operation, formats)
    least, greatest = -target.grid.max_negative, target.grid.max_positive
    if not ends or not (least <= min(ends) and max(ends) <= greatest):
        raise InputValueError(
            f"result: {name} takes sums, differences and products of integers that all fit it, "
            f"and {operation} of {', '.join(f.name for f in formats)} has others; results of other operations have at most 53 bits"
        )
    return target


def _ends(operation: str, formats: tuple[Format, ...]) -> list[Any]:
    """Return the results of the least and greatest operands, among which are the least and the greatest result; none where it is no such operation."""
    compute = _COMPUTE.get(operation)
    integers = [f for f in formats if isinstance(f, IntFormat) and not f.fraction_bits]
    if compute is None or len(integers) < len(formats):
        return []
    return [compute(*corner) for corner in product(*((-f.grid.max_negative, f.grid.max_positive) for f in integers))]
