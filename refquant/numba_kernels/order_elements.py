"""Comparison by exact value, the total order, classes, and neighbours, element by element, compiled, in lanes of 64 bits.

As `refquant.reference.compare`, `ordering`, `selection` and `neighbours`, bit for bit.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from refquant.numba_kernels.elements import WIDE, inline, last_bit, shl, shr, value_of_index
from refquant.numba_kernels.exact_elements import Exact

i64, u64 = np.int64, np.uint64
ZERO, INFINITE = -(1 << 30), 1 << 30  #: exponents below and above those of every number
NEGATIVE_ZERO, POSITIVE_ZERO = 5, 6  #: classes, RQ-7.26; the others of a sign follow
TOP = 63


class Place(NamedTuple):
    """Where an operand lies that is no NaN: equal places are equal values, whatever their formats. RQ-7.1."""

    negative: Any  #: false for a zero
    exponent: Any
    digits: Any  #: the significand, its leading one at bit 63; 0 for a zero and Inf


class Ends(NamedTuple):
    """The ends of a format as indices, negative ones below 0; that of Inf is the one after the last number."""

    least: Any
    greatest: Any
    infinite: Any  #: the index of Inf; 0: there is none
    below_zero: Any  #: 1: there is -0, which comes after the greatest negative number


@inline
def signals(x, s):
    """Return whether an operand is a signalling NaN. RQ-2.7."""
    return x.nan & (u64(u64(x.payload & s.quiet) ^ s.quiet) != u64(0))


@inline
def place(x):
    """RQ-7.1."""
    zero = (x.significand == u64(0)) & (not x.infinite)
    length = last_bit(WIDE, x.significand)
    exponent = i64(ZERO) if zero else i64(x.lowest + length)
    digits = u64(0) if x.infinite | zero else shl(WIDE, x.significand, i64(i64(TOP) - length))
    return Place((x.negative != u64(0)) & (not zero), i64(INFINITE) if x.infinite else exponent, digits)


@inline
def equal(x, y):
    """Return whether two numbers are one."""
    return (x.negative == y.negative) & (x.exponent == y.exponent) & (x.digits == y.digits)


@inline
def below(x, y):
    """Return whether the magnitude of x is less than that of y."""
    return (x.exponent < y.exponent) | ((x.exponent == y.exponent) & (x.digits < y.digits))


@inline
def less(x, y):
    """RQ-7.1: by sign, then by magnitude, which on the negative side counts downwards."""
    return (below(y, x) if x.negative else below(x, y)) if x.negative == y.negative else x.negative


@inline
def is_first(a, b, smaller, by_magnitude):
    """Return whether the first of two operands is chosen: by its magnitude if that is asked for, then by its value, -0 below +0. RQ-7.23."""
    x, y = place(a), place(b)
    negative = a.negative != u64(0)
    by_value = (less(x, y) | (equal(x, y) & negative)) if smaller else (less(y, x) | (equal(x, y) & (not negative)))
    chosen, other = (below(x, y), below(y, x)) if smaller else (below(y, x), below(x, y))
    return (chosen | ((not other) & by_value)) if by_magnitude else by_value


@inline
def one_of(a, b, first):
    """Return one of two operands as an exact result."""
    negative, lowest = (a.negative if first else b.negative), (a.lowest if first else b.lowest)
    infinite, significand = (a.infinite if first else b.infinite), (a.significand if first else b.significand)
    return Exact(negative, u64(0) if infinite else significand, lowest, infinite, False, False)


@inline
def index_of(code, s):
    """Return the index of a magnitude, negative ones below 0."""
    negative = shr(WIDE, u64(code & s.sign_mask), s.sign_shift)
    complement = u64(u64(u64(0) - negative) & s.complement)
    index = u64(u64(u64(u64(code ^ complement) - complement) & s.magnitude_mask) + s.first_index)
    place = i64(u64(0) if index < s.flush_below else index)
    return i64(-place) if negative != u64(0) else place


@inline
def stepped(here, step, sign_of_equal, s, ends, ends_nan):
    """Return the datum some steps from another; where the step is 0, the same with another sign of zero. RQ-7.22."""
    there = i64(here + step)
    past = (there < ends.least) | (there > ends.greatest)
    there = here if past & (not ends_nan) else there
    negative = (sign_of_equal if step == i64(0) else (step > i64(0)) & (ends.below_zero != i64(0))) if there == i64(0) else there < i64(0)
    index = i64(abs(there))
    infinite = (ends.infinite > i64(0)) & (index == ends.infinite)
    significand, lowest = value_of_index(WIDE, u64(index), s)
    return Exact(u64(1) if negative else u64(0), u64(0) if infinite else significand, lowest, infinite, past & ends_nan, False)


@inline
def side_of(x, nans_first):
    """Return -1 for a NaN that is before every number, 1 for one that is after it, 0 for numbers. RQ-7.25."""
    return (i64(-1) if nans_first | (x.negative != u64(0)) else i64(1)) if x.nan else i64(0)


@inline
def rank_of_payload(x, s):
    """Return T with its most significant bit at bit 63; that of the one NaN of a format is the canonical one."""
    return shl(WIDE, x.payload, i64(i64(TOP) - last_bit(WIDE, s.payload))) if s.payload != u64(0) else u64(1 << TOP)


@inline
def is_ordered(x, y, s, t, nans_first):
    """Return whether x comes before y in the total order, or is y. RQ-7.25."""
    ours, theirs, p, q = side_of(x, nans_first), side_of(y, nans_first), place(x), place(y)
    after = less(q, p) | (equal(q, p) & (y.negative > x.negative))
    first, second = rank_of_payload(x, s), rank_of_payload(y, t)
    after_nan = (first < second if x.negative != u64(0) else second < first) & (not nans_first)
    return (ours < theirs) | ((ours == theirs) & (not (after if ours == i64(0) else after_nan)))


@inline
def class_of(x, s, smallest_normal):
    """Return the class of a datum, 0 for a signalling NaN, 1 for a quiet one, then from -Inf to Inf. RQ-7.26."""
    steps = i64(2) if x.significand >= smallest_normal else i64(1)
    steps = i64(3) if x.infinite else i64(0) if x.significand == u64(0) else steps
    number = i64(NEGATIVE_ZERO - steps) if x.negative != u64(0) else i64(POSITIVE_ZERO + steps)
    return (i64(0) if signals(x, s) else i64(1)) if x.nan else number
