"""Reciprocal square roots digit by digit, the remainder kept exactly in two lanes, with the last bit set where digits below it are lost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refquant.reference.bits import Lane
from refquant.reference.two_lanes import at_least, doubled, minus, plus, where

U = np.uint64
_STEPS = 62


def reciprocal_root_of(m: Lane, lowest: NDArray[np.int32], top: int) -> tuple[Lane, NDArray[np.int32]]:
    """Return 1 / sqrt(m * 2**lowest) as (significand, exponent of its bit 0); the leading one of m is at bit `top`, 31 or 52. RQ-7.18.

    With the exponent made even, m lies in [2**top, 2**(top + 2)). Y is the greatest integer with Y**2 * m <= 4**j; the rest 4**j - Y**2 * m is below
    (2 * Y + 1) * m < 2**(top + 65), and four times that below 2**119. One more digit d: the rest becomes 4 * rest - d * (4 * Y * m + m), which decides d by its
    sign. At first 4**j is below m, and Y 0; 62 steps later Y has 61 or 62 digits.
    """
    odd = (lowest & np.int32(1)) != 0
    m = np.where(odd, m << U(1), m)
    zero, first = np.zeros_like(m), (top - 1) // 2
    root, rest, product = zero, (zero, np.full_like(m, U(1) << U(2 * first))), (zero, zero)
    for _ in range(_STEPS):
        rest, less = doubled(rest, 2), plus(doubled(product, 2), (zero, m))
        fits = at_least(rest, less)
        rest = where(fits, minus(rest, less), rest)
        product = plus(doubled(product, 1), (zero, np.where(fits, m, U(0))))
        root = (root << U(1)) | fits
    return root | ((rest[0] | rest[1]) != 0), -((lowest - odd) // 2) - np.int32(first + _STEPS)
