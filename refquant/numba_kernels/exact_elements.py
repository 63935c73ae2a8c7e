"""Exact results of operations, element by element, compiled: as `refquant.reference.exact_results` and its neighbours, bit for bit.

A result is exact, or its bit 0 says that digits below it are lost. In lanes of 32 bits that leaves the 28 leading digits of a sum, which `parameters`
allows for formats of few digits alone. See `refquant.numba_kernels.elements` for how integers keep to their lanes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from refquant.numba_kernels.elements import Operand, delivered, inline, last_bit, shift_of, shl, shr

f64 = np.float64
FAR_BELOW = -(1 << 28)  #: exponent of a zero
INTO = 77  #: exponent of the digits of a reciprocal root: see refquant.reference.exact_reciprocal_root
FIRST_STEP = 15


class Rules(NamedTuple):
    """What an operation needs to know beside the plan of its result; see refquant.policies.Choices. Suffixes 0, 1, 2: of an operand."""

    flip: Any  #: 1: the second term is subtracted
    downward: Any  #: 1: a sum of 0 has the sign -
    rank0: Any  #: the NaN of the lowest rank is delivered
    rank1: Any
    rank2: Any
    late: Any  #: what a quiet NaN adds to its rank
    quiet0: Any  #: the bit that makes a payload quiet
    quiet1: Any
    quiet2: Any
    up0: Any  #: what aligns a payload with the widest one
    up1: Any
    up2: Any
    makes: Any  #: 1: no NaN of an operand is delivered
    made_negative: Any  #: the sign of a NaN that the operation makes
    lacks_product: Any  #: 1: fma of 0, Inf and a quiet NaN is invalid
    makes_product: Any  #: 1: and its NaN is made
    divides_zero: Any  #: 1: x / 0 has no exact result
    invalid: Any  #: event
    by_zero: Any  #: event
    by_zero_keeps: Any  #: of the other events of x / 0


class Exact(NamedTuple):
    """An exact result: a magnitude of a sign, or Inf; where there is none; and where a zero divided a number."""

    negative: Any
    significand: Any
    lowest: Any
    infinite: Any
    invalid: Any
    by_zero: Any


class Nan(NamedTuple):
    """The NaN of some operands: its rank (none: above all), sign, payload, and whether one of them signals."""

    rank: Any
    negative: Any
    payload: Any
    signals: Any


@inline
def rules(U, p):
    """Return the rules' numbers."""
    return Rules(
        U(p[0]), U(p[1]), U(p[2]), U(p[3]), U(p[4]), U(p[5]), U(p[6]), U(p[7]), U(p[8]), U(p[9]), U(p[10]), U(p[11]), U(p[12]), U(p[13]), U(p[14]),
        U(p[15]), U(p[16]), U(p[17]), U(p[18]), U(p[19]),
    )  # fmt: skip


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


@inline
def nan_of(L, x, quiet, rank, late, quiet_bit, up):
    """Return the NaN of one operand, its payload quieted and aligned. RQ-7.11, RQ-7.13."""
    U = L.U
    signals = x.nan & (U(U(x.payload & quiet) ^ quiet) != U(0))
    here = rank if signals else U(rank + late)
    return Nan(here if x.nan else U(U(0) - U(1)), x.negative, shl(L, U(x.payload | quiet_bit), up), signals)


@inline
def first_nan(L, a, b):
    """Return the NaN that is delivered of two."""
    first = a.rank <= b.rank
    return Nan(a.rank if first else b.rank, a.negative if first else b.negative, a.payload if first else b.payload, a.signals | b.signals)


@inline
def finished(L, nan, x, no_product, r, g, drawn, random):
    """Return code and event of an exact result, or of the NaN that stands for one. RQ-7.6, RQ-7.9, RQ-7.11 to RQ-7.16."""
    U = L.U
    none = U(U(0) - U(1))
    is_nan = nan.rank != none
    made = x.invalid & (not is_nan)
    lacks = no_product & is_nan & (not nan.signals)
    invalid = made | nan.signals | (lacks & (r.lacks_product != U(0)))
    made = made | (lacks & (r.makes_product != U(0))) | (is_nan & (r.makes != U(0)))
    is_nan = is_nan | made
    negative = (r.made_negative if made else nan.negative) if is_nan else x.negative
    operand = Operand(negative, x.significand, x.lowest, x.infinite & (not is_nan), is_nan, U(0) if made else nan.payload)
    code, event = delivered(L, operand, U(0), g, drawn, random)
    event = U(event | r.invalid) if invalid else event
    return code, (U(U(event & r.by_zero_keeps) | r.by_zero) if x.by_zero & (not is_nan) else event)
