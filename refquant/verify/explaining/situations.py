"""The situations that inputs are in, whatever the knobs: numbers in range, tiny, out of range, zeros, Inf, NaN."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refquant.formats import FloatFormat, Format, get_format
from refquant.golden.cases import truncated
from refquant.golden.sources import convert_codes, parts_of
from refquant.policies import Flags, get_dialect
from refquant.verify.comparison import Mask, is_nan, is_subnormal
from refquant.verify.target import Codes

NORMAL, SUBNORMAL_INPUT, TINY, OVERFLOW, NEGATIVE, ZERO, INFINITY, NAN, INVALID, BY_ZERO = range(10)  # the last two: of operations
SITUATIONS = (
    "normal range", "subnormal input", "subnormal result", "overflow", "negative", "zero", "Inf", "NaN", "invalid operation", "division by zero",
)  # fmt: skip
_OUTWARD = get_dialect("default").replace(rounding="away_from_zero", overflow="saturate")
_BELOW = get_dialect("default").replace(rounding="toward_zero", overflow="saturate", below_min="nan", negative="absolute")
_MODES = [get_dialect("default").replace(rounding=mode, overflow="saturate") for mode in ("ties_to_zero", "ties_to_away")]


def situations_of(codes: Codes, source: str | Format, target: str | Format) -> NDArray[np.int64]:
    """Return the number of each input's situation."""
    fmt = get_format(target)
    negative, significand, _, kind = parts_of(codes, source)
    labels = np.select([kind >= 2, kind == 1, significand == 0], [NAN, INFINITY, ZERO], NORMAL).astype(np.int64)
    finite = np.flatnonzero(labels == NORMAL)
    below = (negative[finite] != 0) & (not fmt.signed)
    large = _is_large(codes[finite], source, fmt)
    tiny = _is_tiny(codes[finite], source, fmt)
    subnormal = is_subnormal(codes[finite], source)
    labels[finite] = np.select([below, large, subnormal, tiny], [NEGATIVE, OVERFLOW, SUBNORMAL_INPUT, TINY], NORMAL)
    return labels


def _is_large(codes: Codes, source: str | Format, fmt: Format) -> Mask:
    """Return which finite values lie beyond the largest finite one."""
    flags = convert_codes(codes, source, fmt, _OUTWARD, return_flags=True).flags
    large: Mask = flags & (Flags.OVERFLOW | Flags.INVALID) != 0
    return large


def _is_tiny(codes: Codes, source: str | Format, fmt: Format) -> Mask:
    """Return which magnitudes lie below the least normal one of a floating-point format."""
    if not isinstance(fmt, FloatFormat):
        return np.zeros(codes.size, np.bool_)
    if fmt.grid.first_index:
        return is_nan(convert_codes(codes, source, fmt, _BELOW), fmt) if fmt.has_nan else np.zeros(codes.size, np.bool_)
    _, significand, exponent, _ = parts_of(codes, source)
    tiny: Mask = truncated(significand, exponent, fmt) < (1 << (fmt.precision - 1) if fmt.grid.has_subnormals else 1)
    return tiny


def is_tie(codes: Codes, source: str | Format, target: str | Format) -> Mask:
    """Return which finite inputs lie halfway between two values of the target."""
    finite = np.flatnonzero(parts_of(codes, source)[3] == 0)
    one, other = (convert_codes(codes[finite], source, target, dialect) for dialect in _MODES)
    tie = np.zeros(codes.size, np.bool_)
    tie[finite] = one != other
    return tie


def is_negative(codes: Codes, source: str | Format) -> Mask:
    """Return which inputs have a sign."""
    negative: Mask = parts_of(codes, source)[0] != 0
    return negative
