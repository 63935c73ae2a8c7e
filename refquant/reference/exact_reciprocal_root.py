"""Reciprocal square roots digit by digit, the remainder kept exactly in two lanes, with the last bit set where digits below it are lost."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.reference.bits import Lane

U = np.uint64
Wide = tuple[Lane, Lane]  # high and low half of 128 bits
_FIRST, _LAST = 15, 77  # after j steps the root is floor(2**j / sqrt(m)): 0 at the first (m > 4**15), 61 or 62 digits at the last


def reciprocal_root_of(m: Lane, lowest: NDArray[np.int32]) -> tuple[Lane, NDArray[np.int32]]:
    """Return 1 / sqrt(m * 2**lowest) as (significand, exponent of its bit 0); the leading one of m is at bit 31. RQ-7.18.

    With the exponent made even, m lies in [2**31, 2**33). Y is the greatest integer with Y**2 * m <= 4**j; the rest 4**j - Y**2 * m is below
    (2 * Y + 1) * m < 2**96. One more digit d: the rest becomes 4 * rest - d * (4 * Y * m + m), which decides d by its sign.
    """
    odd = (lowest & np.int32(1)) != 0
    m = np.where(odd, m << U(1), m)
    zero = np.zeros_like(m)
    root, rest, product = zero, (zero, np.full_like(m, U(1) << U(2 * _FIRST))), (zero, zero)
    for _ in range(_LAST - _FIRST):
        rest, less = _shifted(rest, 2), _plus(_shifted(product, 2), m)
        fits = _at_least(rest, less)
        rest = _minus(rest, less, fits)
        product = _plus(_shifted(product, 1), np.where(fits, m, U(0)))
        root = (root << U(1)) | fits
    return root | ((rest[0] | rest[1]) != 0), -((lowest - odd) // 2) - np.int32(_LAST)


def _shifted(x: Wide, distance: int) -> Wide:
    high, low = x
    return (high << U(distance)) | (low >> U(64 - distance)), low << U(distance)


def _plus(x: Wide, y: Lane) -> Wide:
    low = x[1] + y
    return x[0] + (low < y), low


def _at_least(x: Wide, y: Wide) -> Any:
    return (x[0] > y[0]) | ((x[0] == y[0]) & (x[1] >= y[1]))


def _minus(x: Wide, y: Wide, where: Any) -> Wide:
    high, low = np.where(where, y[0], U(0)), np.where(where, y[1], U(0))
    return x[0] - high - (x[1] < low), x[1] - low
