"""The loops of operations that deliver one of their operands, or a datum that lies near: codes in, codes and events out, in lanes of 64 bits.

`words` are random ones, one for each element, of which the topmost bits that are left after `shift` count; without stochastic rounding anything.
"""

from __future__ import annotations

import numpy as np

from refquant.numba_kernels.elements import WIDE, Operand, delivered, goal, inline, last_bit, operand, origin, shr, split, step_up
from refquant.numba_kernels.exact_elements import Exact, number
from refquant.numba_kernels.finish_elements import Nan, finished, first_nan, nan_of, rules
from refquant.numba_kernels.kept import kernel
from refquant.numba_kernels.operations import nans_of_two
from refquant.numba_kernels.order_elements import Ends, index_of, is_first, less, one_of, place, stepped

i64, u64 = np.int64, np.uint64
NEG, ABS = range(2)
UP, DOWN, AFTER = range(3)
FURTHEST = 1 << 24  #: past every format's range


@inline
def nan_of_one(x, s, r):
    """Return the NaN of one operand."""
    return nan_of(WIDE, x, s.quiet, r.rank0, r.late, r.quiet0, r.up0)


@kernel
def select64(a, b, s, t, smaller, by_magnitude, numbers, r, g, drawn, words, shift, out, events):
    """Deliver the smaller or the larger of two; with `numbers`, the number beside a NaN. RQ-7.23."""
    s, t, r, g, shift, status = origin(u64, s), origin(u64, t), rules(u64, r), goal(u64, g), u64(shift), u64(0)
    for i in range(a.size):
        x, y = operand(WIDE, u64(a[i]), s), operand(WIDE, u64(b[i]), t)
        first = is_first(x, y, smaller, by_magnitude)
        first = y.nan | (first & (not x.nan)) if numbers else first
        nan = nans_of_two(WIDE, x, y, s, t, r)
        rank = u64(u64(0) - u64(1)) if numbers & (not (x.nan & y.nan)) else nan.rank
        nan = Nan(rank, nan.negative, nan.payload, nan.signals)
        code, event = finished(WIDE, nan, one_of(x, y, first), False, r, g, drawn, shr(WIDE, u64(words[i]), shift))
        out[i], events[i] = code, event
        status = u64(status | event)
    return status


@kernel
def relu64(a, s, r, g, drawn, words, shift, out, events):
    """Deliver what is above zero, and +0 else. RQ-7.23."""
    s, r, g, shift, status = origin(u64, s), rules(u64, r), goal(u64, g), u64(shift), u64(0)
    for i in range(a.size):
        x = operand(WIDE, u64(a[i]), s)
        positive = (x.negative == u64(0)) & ((x.significand != u64(0)) | x.infinite)
        exact = Exact(u64(0), x.significand if positive & (not x.infinite) else u64(0), x.lowest, x.infinite & positive, False, False)
        code, event = finished(WIDE, nan_of_one(x, s, r), exact, False, r, g, drawn, shr(WIDE, u64(words[i]), shift))
        out[i], events[i] = code, event
        status = u64(status | event)
    return status


@kernel
def sign64(a, s, kind, r, g, drawn, words, shift, out, events):
    """Deliver an operand with the other sign, or without. RQ-7.24."""
    s, g, shift, status = origin(u64, s), goal(u64, g), u64(shift), u64(0)
    for i in range(a.size):
        x = operand(WIDE, u64(a[i]), s)
        negative = u64(x.negative ^ u64(1)) if kind == NEG else u64(0)
        x = Operand(negative, x.significand, x.lowest, x.infinite, x.nan, x.payload)
        code, event = delivered(WIDE, x, s.quiet, g, drawn, shr(WIDE, u64(words[i]), shift))
        out[i], events[i] = code, event
        status = u64(status | event)
    return status


@kernel
def copied_sign64(a, b, s, t, lacks_sign, r, g, drawn, words, shift, out, events):
    """Deliver an operand with the sign of another, a NaN where that is a NaN without sign. RQ-7.24."""
    s, t, g, shift, status = origin(u64, s), origin(u64, t), goal(u64, g), u64(shift), u64(0)
    for i in range(a.size):
        x, y = operand(WIDE, u64(a[i]), s), operand(WIDE, u64(b[i]), t)
        without = y.nan & lacks_sign
        negative, payload = (u64(0), s.quiet) if without else (y.negative, x.payload)
        x = Operand(negative, x.significand, x.lowest, x.infinite, x.nan | without, payload)
        code, event = delivered(WIDE, x, s.quiet, g, drawn, shr(WIDE, u64(words[i]), shift))
        out[i], events[i] = code, event
        status = u64(status | event)
    return status


@kernel
def next64(a, b, s, t, kind, ends, ends_nan, r, g, drawn, words, shift, out, events):
    """Deliver the next datum above, below, or towards another. RQ-7.22."""
    s, t, r, g, shift, status = origin(u64, s), origin(u64, t), rules(u64, r), goal(u64, g), u64(shift), u64(0)
    ends = Ends(ends[0], ends[1], ends[2], ends[3])
    for i in range(a.size):
        x, y = operand(WIDE, u64(a[i]), s), operand(WIDE, u64(b[i]), t)
        here, there = place(x), place(y)
        step = i64(1) if less(here, there) else i64(-1) if less(there, here) else i64(0)
        step = step if kind == AFTER else i64(1) if kind == UP else i64(-1)
        exact = stepped(index_of(u64(a[i]), s), step, y.negative != u64(0), s, ends, ends_nan)
        nan = first_nan(WIDE, nan_of_one(x, s, r), nan_of(WIDE, y, t.quiet, r.rank1, r.late, r.quiet1, r.up1)) if kind == AFTER else nan_of_one(x, s, r)
        code, event = finished(WIDE, nan, exact, False, r, g, drawn, shr(WIDE, u64(words[i]), shift))
        out[i], events[i] = code, event
        status = u64(status | event)
    return status


@kernel
def integral64(a, s, inexact, r, g, drawn, words, shift, out, events):
    """Round to integers, then into the format; `inexact`: the event of a number that was none. RQ-7.19."""
    s, r, g, shift, status = origin(u64, s), rules(u64, r), goal(u64, g), u64(shift), u64(0)
    for i in range(a.size):
        x = operand(WIDE, u64(a[i]), s)
        y, random = number(WIDE, x, u64(0)), shr(WIDE, u64(words[i]), shift)
        whole, fraction = split(WIDE, y.significand, i64(max(i64(-y.lowest), i64(0))), drawn)
        up = step_up(WIDE, u64(whole & u64(1)), y.negative, fraction, g, drawn, random)
        exact = Exact(y.negative, u64(whole + up), i64(max(y.lowest, i64(0))), y.infinite, False, False)
        code, event = finished(WIDE, nan_of_one(x, s, r), exact, False, r, g, drawn, random)
        event = u64(event | u64(inexact)) if (fraction != u64(0)) & (not x.nan) else event
        out[i], events[i] = code, event
        status = u64(status | event)
    return status


@kernel
def scaled64(a, n, s, r, g, drawn, words, shift, out, events):
    """Multiply by powers of two. RQ-7.20."""
    s, r, g, shift, status = origin(u64, s), rules(u64, r), goal(u64, g), u64(shift), u64(0)
    for i in range(a.size):
        x = operand(WIDE, u64(a[i]), s)
        y, more = number(WIDE, x, u64(0)), i64(min(max(i64(n[i]), i64(-FURTHEST)), i64(FURTHEST)))
        exact = Exact(y.negative, y.significand, i64(y.lowest + more), y.infinite, False, False)
        code, event = finished(WIDE, nan_of_one(x, s, r), exact, False, r, g, drawn, shr(WIDE, u64(words[i]), shift))
        out[i], events[i] = code, event
        status = u64(status | event)
    return status


@kernel
def exponent64(a, s, r, g, drawn, words, shift, out, events):
    """Deliver the exponents of the leading digits. RQ-7.21."""
    s, r, g, shift, status = origin(u64, s), rules(u64, r), goal(u64, g), u64(shift), u64(0)
    for i in range(a.size):
        x = operand(WIDE, u64(a[i]), s)
        zero = (x.significand == u64(0)) & (not x.infinite)
        found = i64(0) if zero | x.infinite else i64(x.lowest + last_bit(WIDE, x.significand))
        exact = Exact(u64(1) if (found < i64(0)) | zero else u64(0), u64(abs(found)), i64(0), x.infinite | zero, False, zero)
        code, event = finished(WIDE, nan_of_one(x, s, r), exact, False, r, g, drawn, shr(WIDE, u64(words[i]), shift))
        out[i], events[i] = code, event
        status = u64(status | event)
    return status
