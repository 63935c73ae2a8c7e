"""Where a change of policies may hold for some inputs alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from refquant.errors import PolicyError
from refquant.formats import FloatFormat, Format, NanCodes, get_format
from refquant.golden.sources import convert_codes, is_float, parts_of
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


def _infinite(claim: Claim, codes: Codes) -> Mask:
    infinite: Mask = parts_of(codes, claim.source)[3] == 1
    return infinite


def _up_to_first_past(claim: Claim, codes: Codes) -> Mask:
    return _first_past(claim, codes) & np.equal(_numbers(claim, codes, RoundingMode.TOWARD_ZERO), _largest(claim))


def _down_to_first_past(claim: Claim, codes: Codes) -> Mask:
    return _first_past(claim, codes) & np.greater(_numbers(claim, codes, RoundingMode.TOWARD_ZERO), _largest(claim))


def _first_past(claim: Claim, codes: Codes) -> Mask:
    """Return where inputs round to the magnitude that would come after the largest one."""
    return np.equal(_numbers(claim, codes, claim.policies.rounding), _largest(claim) + 1)


def _last_to_zero(claim: Claim, codes: Codes) -> Mask:
    """Return where inputs round to zero and the next larger input does not."""
    if not is_float(claim.source):
        return np.zeros(codes.size, np.bool_)
    here, above = (_numbers(claim, c, claim.policies.rounding) for c in (codes, codes + codes.dtype.type(1)))
    return np.equal(here, 0) & np.equal(above, 1)


def rounds_below_all(claim: Claim, codes: Codes) -> Mask:
    """Return where nonzero inputs round to less than the smallest magnitude of a target without zero, as if its exponents went on."""
    fmt = _floating(claim.target)
    if fmt.zero:
        raise PolicyError(f"scope: expected a format without zero, got {fmt.name}")
    more = 1 << (fmt.exponent_width + 3)
    wide = FloatFormat(
        precision=fmt.precision, exponent_width=fmt.exponent_width + 4, bias=fmt.bias + more, nan=NanCodes.ALL_ONES, infinity=False, signed=False, zero=False
    )
    policies = claim.policies
    found = convert_codes(codes, claim.source, wide, _ABSOLUTE.replace(rounding=policies.rounding, parity=policies.parity))
    _, significand, _, kind = parts_of(codes, claim.source)
    below: Mask = (found < more << (fmt.precision - 1)) & (significand > 0) & (kind == 0)
    return below


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
    fmt = _floating(target)
    all_ones = NanCodes.ALL_ONES
    exponent_width = fmt.exponent_width + 2
    return FloatFormat(precision=fmt.precision, exponent_width=exponent_width, bias=fmt.bias, nan=all_ones, infinity=False, signed=False, zero=fmt.zero)


def _floating(target: str | Format) -> FloatFormat:
    fmt = get_format(target)
    if not isinstance(fmt, FloatFormat):
        raise PolicyError(f"scope: expected a floating-point format, got {fmt.name}")
    return fmt


#: Whether inputs are in a scope, by its name.
SCOPES: dict[str, Callable[[Claim, Codes], Mask]] = {
    "of subnormal inputs": _subnormal,
    "below the second smallest magnitude": _lowest,
    "of the largest input that rounds to zero": _last_to_zero,
    "above the largest magnitude": _above_largest,
    "of infinite inputs": _infinite,
    "of what rounds up to the first magnitude past the largest": _up_to_first_past,
    "of what rounds down to the first magnitude past the largest": _down_to_first_past,
}
