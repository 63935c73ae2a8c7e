"""Exact results of operations, element by element, compiled: as `refquant.reference.exact_results` and its neighbours, bit for bit.

A result is exact, or its bit 0 says that digits below it are lost. In lanes of 32 bits that leaves the 28 leading digits of a sum, which `parameters`
allows for formats of few digits alone. See `refquant.numba_kernels.elements` for how integers keep to their lanes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from refquant.numba_kernels.elements import inline, last_bit, shift_of, shl, shr

f64 = np.float64
FAR_BELOW = -(1 << 28)  #: exponent of a zero


class Exact(NamedTuple):
    """An exact result: a magnitude of a sign, or Inf; where there is none; and where a zero divided a number."""

    negative: Any
    significand: Any
    lowest: Any
    infinite: Any
    invalid: Any
    by_zero: Any


@inline
def number(L, x, flip):
    """Return an operand as the number that it is, with the other sign where `flip` is 1; where it is a NaN, anything."""
    return Exact(L.U(x.negative ^ flip), L.U(0) if x.infinite else x.significand, x.lowest, x.infinite, False, False)


@inline
def is_zero(L, x):
    """Return whether a number is 0."""
    return (x.significand == L.U(0)) & (not x.infinite)


@inline
def normal(L, x, top):
    """Return the significand with its leading one at bit `top`, and the exponent of bit 0; a zero stays one, far below every number."""
    up = L.S(L.S(top) - last_bit(L, x.significand))
    return shl(L, x.significand, up), L.S(FAR_BELOW) if x.significand == L.U(0) else L.S(x.lowest - up)


@inline
def jammed(L, x, distance):
    """Return x >> distance, with bit 0 set where a bit that is one was lost."""
    near = shift_of(L, distance)
    kept = shr(L, x, near)
    return L.U(kept | (L.U(1) if shl(L, kept, near) != x else L.U(0)))


@inline
def sum_of(L, a, b, downward):
    """RQ-7.8 to RQ-7.10. Where the term that lies lower loses digits, it lies so low that the leading digits of the sum are those of the other."""
    U, S = L.U, L.S
    (x, x_lowest), (y, y_lowest) = normal(L, a, L.bits - 3), normal(L, b, L.bits - 3)
    lowest = S(max(x_lowest, y_lowest))
    x, y = jammed(L, x, S(lowest - x_lowest)), jammed(L, y, S(lowest - y_lowest))
    same, larger = a.negative == b.negative, x >= y
    total = U(x + y) if same else U(max(x, y) - min(x, y))
    negative = a.negative if larger else b.negative
    negative = downward if (total == U(0)) & (not same) else negative
    infinite = a.infinite | b.infinite
    negative = (a.negative if a.infinite else b.negative) if infinite else negative
    return Exact(negative, total, lowest, infinite, (a.infinite & b.infinite & (not same)) | a.invalid, False)


@inline
def product_of(L, a, b):
    """RQ-7.8 to RQ-7.10."""
    infinite = a.infinite | b.infinite
    invalid = infinite & (is_zero(L, a) | is_zero(L, b))
    significand = L.U(a.significand * b.significand)
    return Exact(L.U(a.negative ^ b.negative), significand, L.S(a.lowest + b.lowest), infinite & (not invalid), invalid, False)


@inline
def short_division(L, a, b):
    """Return (quotient, exponent of its bit 0) of 15 digits or more, bit 0 set where digits are lost; the divisor has 15 digits at most.

    The float64 quotient of x < 2**30 by y < 2**15, where no integer, is further than 2**-16 from one: cutting it off is exact in every rounding.
    """
    (x, x_lowest), (y, y_lowest) = normal(L, a, 29), normal(L, b, 14)
    y = L.U(1) if y == L.U(0) else y
    quotient = L.U(L.S(f64(L.S(x)) / f64(L.S(y))))
    return L.U(quotient | (L.U(1) if L.U(quotient * y) != x else L.U(0))), L.S(x_lowest - y_lowest)


@inline
def long_division(L, a, b):
    """Return (quotient, exponent of its bit 0) of 62 digits or more, in two steps of 32; the divisor has 32 digits at most."""
    U = L.U
    (x, x_lowest), (y, y_lowest) = normal(L, a, 62), normal(L, b, 31)
    y = U(1) if y == U(0) else y
    high = U(x // y)
    rest = U(U(x - U(high * y)) << U(32))
    low = U(rest // y)
    lost = U(1) if U(low * y) != rest else U(0)
    return U(U(U(high << U(32)) | low) | lost), L.S(L.S(x_lowest - y_lowest) - L.S(32))


@inline
def quotient_of(L, a, b, divides_zero):
    """RQ-7.8 to RQ-7.10, RQ-7.12, RQ-7.16."""
    U, S = L.U, L.S
    refused = divides_zero != U(0)
    invalid = (a.infinite & b.infinite) | (is_zero(L, b) & (is_zero(L, a) | refused))
    by_zero = is_zero(L, b) & (not is_zero(L, a)) & (not a.infinite) & (not refused)
    significand, lowest = short_division(L, a, b) if L.bits == 32 else long_division(L, a, b)
    zero = (a.significand == U(0)) | b.infinite
    lowest = S(0) if zero | (b.significand == U(0)) else lowest
    return Exact(U(a.negative ^ b.negative), U(0) if zero else significand, lowest, (a.infinite | by_zero) & (not invalid), invalid, by_zero)


@inline
def power_of_two(U, exponent, modulus):
    """Return 2**exponent % modulus by squaring; the modulus has 32 digits at most, so that a square fits."""
    power, bit = U(U(1) % modulus), U(1)
    while bit <= exponent:
        bit = U(bit << U(1))
    while bit > U(1):
        bit = U(bit >> U(1))
        power = U(U(power * power) % modulus)
        power = U(U(power << U(1)) % modulus) if U(exponent & bit) != U(0) else power
    return power


@inline
def remainder_of(L, a, b, to_nearest):
    """RQ-7.17; see refquant.reference.remainder. Lanes of 64 bits, operands of 32 digits at most."""
    U, S = L.U, L.S
    y = U(1) if b.significand == U(0) else b.significand
    zeros = last_bit(L, U(y & U(U(0) - y)))
    y, y_lowest = shr(L, y, zeros), S(b.lowest + zeros)
    x, above = a.significand, a.lowest >= y_lowest
    if above:
        distance = U(S(a.lowest - y_lowest))
        divisor, rest = y, U(U(U(x % y) * power_of_two(U, distance, y)) % y)
        odd = U(U((x if distance == U(0) else U(0)) ^ rest) & U(1)) != U(0)
    else:
        divisor = shl(L, y, S(min(S(y_lowest - a.lowest), S(S(61) - last_bit(L, y)))))
        rest, odd = U(x % divisor), U(U(x // divisor) & U(1)) != U(0)
    twice = U(rest << U(1))
    up = ((twice > divisor) | ((twice == divisor) & odd)) & (to_nearest != U(0)) & (not b.infinite)
    rest = U(divisor - rest) if up else rest
    lowest = y_lowest if above else a.lowest
    rest, lowest = (x, a.lowest) if b.infinite else (rest, lowest)
    return Exact(U(a.negative ^ (U(1) if up else U(0))), rest, lowest, False, a.infinite | is_zero(L, b), False)
