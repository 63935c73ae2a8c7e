"""How far the exact results of an operation reach."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import isqrt
from typing import NamedTuple

from refquant.formats import Format
from refquant.rationals import floor_log2

_DIGITS = 64  #: of a root that is rounded up


class Reach(NamedTuple):
    """The finite numbers of a format that lie at its ends: the lowest, the greatest, and those on both sides of 0."""

    lowest: Fraction
    greatest: Fraction
    nearest: tuple[Fraction, ...]  #: the least positive number, and the greatest negative one where there is one


def reach(fmt: Format) -> Reach:
    """Return the ends of a format."""
    g = fmt.grid
    least = fmt.magnitude(max(g.first_index, 1))
    return Reach(fmt.lowest_finite, fmt.max_finite, (least, -fmt.magnitude(1)) if g.max_negative else (least,))


def extremes(operation: str, formats: tuple[Format, ...]) -> tuple[Fraction, Fraction]:
    """Return the least and the greatest exact result of finite operands, 0 divided by and roots of negative numbers left out; roots rounded up. RQ-11.17."""
    ends = [reach(f) for f in formats]
    results = [r for operands in _corners(operation, ends) if (r := EXACT[operation](*operands)) is not None]
    return min(results), max(results)


def _corners(operation: str, ends: list[Reach]) -> list[tuple[Fraction, ...]]:
    """Return operands among which those of the extremes are: the operations are monotone in each operand, quotients on either side of 0."""
    whole: list[tuple[Fraction, ...]] = [(e.lowest, e.greatest) for e in ends]
    if operation in ("div", "recip", "rsqrt"):
        whole[-1] = (*whole[-1], *ends[-1].nearest)
    return list(product(*whole))


def _root(x: Fraction) -> Fraction | None:
    """Return the root, or the next number of some digits above it."""
    if x < 0:
        return None
    if not x:
        return x
    shift = _DIGITS - floor_log2(x) // 2
    scaled = x * Fraction(4) ** shift
    whole = isqrt(scaled.numerator // scaled.denominator)
    return Fraction(whole + (whole * whole != scaled)) / Fraction(2) ** shift


EXACT: dict[str, Callable[..., Fraction | None]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "fma": lambda a, b, c: a * b + c,
    "div": lambda a, b: a / b if b else None,
    "recip": lambda a: 1 / a if a else None,
    "sqrt": _root,
    "rsqrt": lambda a: _root(1 / a) if a > 0 else None,
}
ROOTS = ("sqrt", "rsqrt")
OPERANDS = {"add": 2, "sub": 2, "mul": 2, "div": 2, "fma": 3, "sqrt": 1, "recip": 1, "rsqrt": 1}
