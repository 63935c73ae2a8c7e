"""The loops of comparisons, the total order, classes, and exponents as integers: codes in, truth, classes or integers out, in lanes of 64 bits."""

from __future__ import annotations

import numpy as np

from refquant.numba_kernels.elements import WIDE, last_bit, operand, origin
from refquant.numba_kernels.kept import kernel
from refquant.numba_kernels.order_elements import class_of, equal, is_ordered, less, place, signals

u8, i32, i64, u64 = np.uint8, np.int32, np.int64, np.uint64
EQ, LT, LE, UNORDERED = range(4)
LOG_ZERO, LOG_NAN, LOG_INFINITE = -(1 << 31), 1 - (1 << 31), (1 << 31) - 1  #: RQ-7.21


@kernel
def compared(a, b, s, t, predicate, signaling, invalid, out, events):
    """Compare, and record events; return their OR. RQ-7.3, RQ-7.4."""
    s, t, status = origin(u64, s), origin(u64, t), u8(0)
    for i in range(a.size):
        x, y = operand(WIDE, u64(a[i]), s), operand(WIDE, u64(b[i]), t)
        unordered, p, q = x.nan | y.nan, place(x), place(y)
        same, lower, higher = equal(p, q), less(p, q), less(q, p)
        truth = same if predicate == EQ else lower if predicate == LT else (not higher)
        out[i] = unordered if predicate == UNORDERED else truth & (not unordered)
        event = u8(invalid) if (unordered if signaling else signals(x, s) | signals(y, t)) else u8(0)
        events[i] = event
        status = u8(status | event)
    return status


@kernel
def ordered(a, b, s, t, nans_first, out):
    """Tell whether a comes before b, or is b. RQ-7.25."""
    s, t = origin(u64, s), origin(u64, t)
    for i in range(a.size):
        out[i] = is_ordered(operand(WIDE, u64(a[i]), s), operand(WIDE, u64(b[i]), t), s, t, nans_first)


@kernel
def classified(a, s, smallest_normal, out):
    """Tell the class of each datum. RQ-7.26."""
    s = origin(u64, s)
    for i in range(a.size):
        out[i] = class_of(operand(WIDE, u64(a[i]), s), s, u64(smallest_normal))


@kernel
def exponents(a, s, invalid, out, events):
    """Tell the exponents of the leading digits. RQ-7.21."""
    s = origin(u64, s)
    for i in range(a.size):
        x = operand(WIDE, u64(a[i]), s)
        none = x.nan | x.infinite | (x.significand == u64(0))
        special = i64(LOG_NAN) if x.nan else i64(LOG_INFINITE) if x.infinite else i64(LOG_ZERO)
        out[i] = i32(special if none else i64(x.lowest + last_bit(WIDE, x.significand)))
        events[i] = u8(invalid) if none else u8(0)
