"""Square roots and reciprocal ones, element by element, compiled, in lanes of 64 bits: bit for bit as `refquant.reference.exact_root` and its neighbour.

Few digits come from float64's own root, corrected by an exact comparison; many, which stochastic rounding looks at, one by one.
"""

from __future__ import annotations

import numpy as np

from refquant.numba_kernels.elements import inline, shl
from refquant.numba_kernels.exact_elements import Exact, is_zero, normal

f64 = np.float64
INTO = 77  #: exponent of the digits of a reciprocal root: see refquant.reference.exact_reciprocal_root
FIRST_STEP = 15


@inline
def short_root(U, x):
    """Return floor(sqrt(x)), x < 2**63: what float64 gives is one off at most, in every rounding."""
    root = U(np.sqrt(f64(x)))
    root = U(root - U(1)) if U(root * root) > x else root
    return U(root + U(1)) if U(U(root + U(1)) * U(root + U(1))) <= x else root


@inline
def long_root(U, x):
    """Return (root of 61 digits, rest) of the 64 bits of x and 58 zeros below them, digit by digit."""
    root, rest = U(0), U(0)
    for i in range(61):
        pair = U(U(x >> U(62 - 2 * i)) & U(3)) if i < 32 else U(0)
        rest, trial = U(U(rest << U(2)) | pair), U(U(root << U(2)) | U(1))
        fits = rest >= trial
        rest = U(rest - trial) if fits else rest
        root = U(U(root << U(1)) | (U(1) if fits else U(0)))
    return root, rest


@inline
def root_of(L, a, long):
    """RQ-7.8 to RQ-7.10: a root of 31 digits, or of 61. Lanes of 64 bits alone."""
    U, S = L.U, L.S
    invalid = (a.negative != U(0)) & (not is_zero(L, a))
    x, lowest = normal(L, a, 62 if long else 61)
    odd = S(lowest & S(1))
    x, lowest = shl(L, x, odd), S(S(lowest - odd) >> S(1))
    if long:
        root, rest = long_root(U, x)
        root, lowest = U(root | (U(1) if rest != U(0) else U(0))), S(lowest - S(29))
    else:
        root = short_root(U, x)
        root, lowest = U(U(root << U(1)) | (U(1) if U(root * root) != x else U(0))), S(lowest - S(1))
    zero = a.significand == U(0)
    return Exact(a.negative, U(0) if zero else root, S(0) if zero else lowest, a.infinite & (not invalid), invalid, False)


@inline
def wide_shift(U, high, low, n):
    """Return a number of 128 bits times 2**n."""
    return U(U(high << U(n)) | U(low >> U(64 - n))), U(low << U(n))


@inline
def wide_sum(U, high, low, y):
    """Return a number of 128 bits plus one of 64."""
    total = U(low + y)
    return U(high + (U(1) if total < low else U(0))), total


@inline
def reciprocal_root_digits(U, m):
    """Return floor(2**77 / sqrt(m)), bit 0 set where it is not exact, for 2**31 <= m < 2**33; see refquant.reference.exact_reciprocal_root."""
    root, high, low, product_high, product_low = U(0), U(0), U(1 << (2 * FIRST_STEP)), U(0), U(0)
    for _ in range(INTO - FIRST_STEP):
        high, low = wide_shift(U, high, low, 2)
        less_high, less_low = wide_shift(U, product_high, product_low, 2)
        less_high, less_low = wide_sum(U, less_high, less_low, m)
        fits = (high > less_high) | ((high == less_high) & (low >= less_low))
        less_high, less_low = U(less_high if fits else U(0)), U(less_low if fits else U(0))
        high, low = U(U(high - less_high) - (U(1) if low < less_low else U(0))), U(low - less_low)
        product_high, product_low = wide_shift(U, product_high, product_low, 1)
        product_high, product_low = wide_sum(U, product_high, product_low, m if fits else U(0))
        root = U(U(root << U(1)) | (U(1) if fits else U(0)))
    return U(root | (U(1) if U(high | low) != U(0) else U(0)))


@inline
def is_past(U, y, m):
    """Return (whether y**2 * m > 2**90, whether it is 2**90), y < 2**30, m < 2**33: the square in halves of 30 digits, so that no product overflows."""
    square = U(y * y)
    low = U(U(square & U((1 << 30) - 1)) * m)
    high, rest = U(U(U(square >> U(30)) * m) + U(low >> U(30))), U(low & U((1 << 30) - 1))
    return (high > U(1 << 60)) | ((high == U(1 << 60)) & (rest != U(0))), (high == U(1 << 60)) & (rest == U(0))


@inline
def short_reciprocal_root(U, m):
    """Return floor(2**45 / sqrt(m)), bit 0 set where it is not exact, moved up by one digit: what float64 gives is one off at most, in every rounding."""
    root = U(f64(1 << 45) / np.sqrt(f64(m)))
    root = U(root - U(1)) if is_past(U, root, m)[0] else root
    root = root if is_past(U, U(root + U(1)), m)[0] else U(root + U(1))
    return U(U(root << U(1)) | (U(0) if is_past(U, root, m)[1] else U(1)))


@inline
def reciprocal_root_of(L, a, divides_zero, long):
    """RQ-7.18: 29 digits, or 61. Lanes of 64 bits alone."""
    U, S = L.U, L.S
    zero = is_zero(L, a)
    invalid = ((a.negative != U(0)) & (not zero)) | (zero & (divides_zero != U(0)))
    nothing = (a.significand == U(0)) | invalid
    m, lowest = normal(L, a, 31)
    m, lowest = U(1 << 31) if nothing else m, S(0) if nothing else lowest
    odd = S(lowest & S(1))
    m = shl(L, m, odd)
    root = reciprocal_root_digits(U, m) if long else short_reciprocal_root(U, m)
    into = S(INTO) if long else S(46)
    infinite = zero & (not invalid)
    return Exact(a.negative, U(0) if nothing else root, S(S(0) - S(S(lowest - odd) >> S(1)) - into), infinite, invalid, infinite)
