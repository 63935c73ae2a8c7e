"""Bit primitives on lanes (uint32 or uint64 arrays): clamped shifts, the split at a digit, the bit length."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Lane = NDArray[Any]


def lane_bits(x: Lane) -> int:
    """Return the width of the lane."""
    return x.dtype.itemsize * 8


def shift_left(x: Lane, distance: Lane) -> Lane:
    """Return x << distance modulo the lane's width; distances at or past it give zero."""
    width = lane_bits(x)
    return np.where(distance < width, x << np.clip(distance, 0, width - 1).astype(x.dtype), x.dtype.type(0))


def shift_right(x: Lane, distance: Lane) -> Lane:
    """Return x >> distance; distances at or past the lane's width give zero."""
    width = lane_bits(x)
    return np.where(distance < width, x >> np.clip(distance, 0, width - 1).astype(x.dtype), x.dtype.type(0))


def shift_right_jam(x: Lane, distance: Lane) -> Lane:
    """Return x >> distance, with bit 0 set where a bit that is one was lost."""
    kept = shift_right(x, distance)
    return kept | (shift_left(kept, distance) != x).astype(x.dtype)


def split(x: Lane, distance: Lane) -> tuple[Lane, Lane]:
    """Return (floor(x / 2**distance), the fraction left over).

    The fraction is a lane: v * 2**width, its bit 0 set where digits below it are lost; so v = 0, v < 1/2, v = 1/2 and
    the leading digits that stochastic rounding looks at are exact.
    """
    width = lane_bits(x)
    if int(distance.max(initial=0)) < width:  # the usual case; 0 <= distance here means no jam
        right = np.maximum(distance, 0).astype(x.dtype)
        kept, fraction = x >> right, (x << (x.dtype.type(width - 1) - right)) << x.dtype.type(1)  # two shifts, each below the width
    else:
        kept = shift_right(x, distance)
        inside = shift_left(x, np.int32(width) - distance)
        fraction = np.where(distance <= 0, x.dtype.type(0), np.where(distance <= width, inside, shift_right_jam(x, distance - np.int32(width))))
    if int(distance.min(initial=0)) < 0:
        kept = np.where(distance < 0, shift_left(x, -distance), kept)
    return kept, fraction


def bit_length(x: Lane) -> NDArray[np.int32]:
    """Return the number of significant bits of each x; a zero counts as so negative that no exponent added to it is in range.

    The second leading bit is cleared first, so that the conversion to float64 cannot round up to the next power of two: its
    exponent field is that of the leading bit.
    """
    leading = x & ~(x >> x.dtype.type(1))
    exponent = (leading.astype(np.float64).view(np.int64) >> 52) - 1022
    return np.where(x == 0, -(1 << 28), exponent).astype(np.int32)
