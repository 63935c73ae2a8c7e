"""Rounding of bit patterns as if they were integers: what a cast by shift and add does to NaNs too."""

from __future__ import annotations

import numpy as np

from refquant.formats import FloatFormat, Format, get_format
from refquant.golden.sources import WIDE_INTEGERS
from refquant.policies import RoundingMode
from refquant.verify.target import Codes

_MODES = (RoundingMode.TOWARD_ZERO, RoundingMode.TIES_TO_EVEN, RoundingMode.TIES_TO_AWAY)


def shift_between(source: str | Format, target: str | Format, rounding: RoundingMode) -> int:
    """Return how many low bits a cast by shift drops; 0 where the formats do not share sign, exponent, Inf and NaN, or nobody rounds so.

    Examples
    --------
    >>> from refquant.policies import RoundingMode
    >>> from refquant.verify.explaining.bit_rounding import shift_between
    >>> [shift_between("float32", target, RoundingMode.TOWARD_ZERO) for target in ("bfloat16", "float16")]
    [16, 0]
    """
    if source in WIDE_INTEGERS or rounding not in _MODES:
        return 0
    given, goal = get_format(source), get_format(target)
    if not (isinstance(given, FloatFormat) and isinstance(goal, FloatFormat) and given.grid.nan_payload and goal.grid.nan_payload):
        return 0
    same = all(getattr(given, name) == getattr(goal, name) for name in ("exponent_width", "bias", "signed", "has_infinity"))
    return max(given.width - goal.width, 0) if same and given.has_infinity else 0


def rounded_bits(codes: Codes, source: str | Format, target: str | Format, rounding: RoundingMode) -> Codes:
    """Return codes without their low bits, rounded as integers modulo the width of the source."""
    shift, width = shift_between(source, target, rounding), get_format(source).width
    wide, half = codes.astype(np.uint64), np.uint64(1 << (shift - 1))
    if rounding is RoundingMode.TIES_TO_EVEN:
        wide = wide + (half - np.uint64(1)) + (wide >> np.uint64(shift) & np.uint64(1))
    elif rounding is RoundingMode.TIES_TO_AWAY:
        wide = wide + half
    made: Codes = ((wide & np.uint64((1 << width) - 1)) >> np.uint64(shift)).astype(get_format(target).code_dtype)
    return made
