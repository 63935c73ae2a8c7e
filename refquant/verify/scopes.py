"""Where a change of policies may hold for some inputs alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from refquant.errors import PolicyError
from refquant.formats import FloatFormat, Format, NanCodes, get_format
from refquant.golden.sources import convert_codes, parts_of
from refquant.policies import RoundingMode, get_dialect
from refquant.verify.comparison import Mask, is_subnormal
from refquant.verify.target import Claim, Codes

_ABSOLUTE = get_dialect("default").replace(overflow="saturate", negative="absolute")


def _subnormal(claim: Claim, codes: Codes) -> Mask:
    return is_subnormal(codes, claim.source)


def _lowest(claim: Claim, codes: Codes) -> Mask:
    return np.equal(_numbers(claim, codes, RoundingMode.TOWARD_ZERO), 0)


def _above_largest(claim: Claim, codes: Codes) -> Mask:
    return np.greater(_numbers(claim, codes, RoundingMode.AWAY_FROM_ZERO), _largest(claim))


def _up_to_first_past(claim: Claim, codes: Codes) -> Mask:
    return _first_past(claim, codes) & np.equal(_numbers(claim, codes, RoundingMode.TOWARD_ZERO), _largest(claim))


def _down_to_first_past(claim: Claim, codes: Codes) -> Mask:
    return _first_past(claim, codes) & np.greater(_numbers(claim, codes, RoundingMode.TOWARD_ZERO), _largest(claim))


def _first_past(claim: Claim, codes: Codes) -> Mask:
    """Return where inputs round to the magnitude that would come after the largest one."""
    return np.equal(_numbers(claim, codes, claim.policies.rounding), _largest(claim) + 1)


def _largest(claim: Claim) -> int:
    grid = get_format(claim.target).grid
    return grid.max_positive - grid.first_index


def _numbers(claim: Claim, codes: Codes, rounding: RoundingMode) -> NDArray[np.int64]:
    """Return the magnitudes that inputs round to, numbered from the smallest of the target, past its largest one too; -1 of Inf and NaN."""
    found = convert_codes(codes, claim.source, _unbounded(claim.target), _ABSOLUTE.replace(rounding=rounding)).astype(np.int64)
    return np.where(parts_of(codes, claim.source)[3] == 0, found, -1)


@cache
def _unbounded(target: str | Format) -> FloatFormat:
    """Return the magnitudes of a target with a wider exponent: their codes are those of the target as far as it goes."""
    fmt = get_format(target)
    if not isinstance(fmt, FloatFormat):
        raise PolicyError(f"scope: expected a floating-point format, got {fmt.name}")
    all_ones = NanCodes.ALL_ONES
    exponent_width = fmt.exponent_width + 2
    return FloatFormat(precision=fmt.precision, exponent_width=exponent_width, bias=fmt.bias, nan=all_ones, infinity=False, signed=False, zero=fmt.zero)


#: Whether inputs are in a scope, by its name.
SCOPES: dict[str, Callable[[Claim, Codes], Mask]] = {
    "of subnormal inputs": _subnormal,
    "below the second smallest magnitude": _lowest,
    "above the largest magnitude": _above_largest,
    "of what rounds up to the first magnitude past the largest": _up_to_first_past,
    "of what rounds down to the first magnitude past the largest": _down_to_first_past,
}
