"""Square roots digit by digit, with the last bit set where digits below it are lost."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.reference.bits import Lane

U = np.uint64
DIGITS = 61


def root_of(x: Lane, lowest: NDArray[np.int32], zero: NDArray[np.bool_]) -> tuple[Lane, Any]:
    """Return the root of ``x * 2**lowest`` as (significand, exponent of its bit 0); the leading one of x is at bit 62. RQ-7.8.

    With the exponent made even, the 64 bits of x, of which the first or the second is one, and ``2 * DIGITS - 64`` zeros below them have a root of `DIGITS`
    digits. The digits come one by one: the remainder stays at most twice the root, so that 64 bits hold it with the next two.
    """
    odd = (lowest & np.int32(1)) != 0
    radicand = np.where(odd, x << U(1), x)  # its digits, two at a time from bits 63 and 62 down
    exponent = (lowest - odd) // 2
    root, rest = np.zeros_like(x), np.zeros_like(x)
    for i in range(DIGITS):
        pair = (radicand >> U(62 - 2 * i)) & U(3) if i < 32 else U(0)
        rest = (rest << U(2)) | pair
        trial = (root << U(2)) | U(1)
        fits = rest >= trial
        rest = np.where(fits, rest - trial, rest)
        root = (root << U(1)) | fits
    return np.where(zero, U(0), root | (rest != 0)), np.where(zero, np.int32(0), exponent - np.int32(DIGITS - 32))
