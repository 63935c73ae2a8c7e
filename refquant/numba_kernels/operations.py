"""The loops of the operations, one for each kind of exact result and lane: codes of a lane in, codes and events out; each returns the OR of its events.

The loops are written out: Numba keeps what it compiles on disk for functions of a module, and not for those that another function makes.
`words` are random ones, one for each element, of which the topmost bits that are left after `shift` count; without stochastic rounding anything.
"""

from __future__ import annotations

import numpy as np

from refquant.numba_kernels.elements import NARROW, WIDE, goal, inline, operand, origin, shr
from refquant.numba_kernels.exact_elements import number, product_of, quotient_of, remainder_of, sum_of
from refquant.numba_kernels.finish_elements import finished, first_nan, nan_of, rules
from refquant.numba_kernels.kept import kernel
from refquant.numba_kernels.root_elements import reciprocal_root_of, root_of

u32, u64 = np.uint32, np.uint64


@inline
def nans_of_two(L, a, b, s, t, r):
    """Return the NaN of two operands."""
    return first_nan(L, nan_of(L, a, s.quiet, r.rank0, r.late, r.quiet0, r.up0), nan_of(L, b, t.quiet, r.rank1, r.late, r.quiet1, r.up1))


@inline
def summed(L, a, b, s, t, r, g, drawn, random):
    """Return code and event of a sum or difference."""
    a, b = operand(L, a, s), operand(L, b, t)
    return finished(L, nans_of_two(L, a, b, s, t, r), sum_of(L, number(L, a, L.U(0)), number(L, b, r.flip), r.downward), False, r, g, drawn, random)


@inline
def multiplied(L, a, b, s, t, r, g, drawn, random):
    """Return code and event of a product."""
    a, b = operand(L, a, s), operand(L, b, t)
    return finished(L, nans_of_two(L, a, b, s, t, r), product_of(L, number(L, a, L.U(0)), number(L, b, L.U(0))), False, r, g, drawn, random)


@inline
def divided(L, a, b, s, t, r, g, drawn, random):
    """Return code and event of a quotient."""
    a, b = operand(L, a, s), operand(L, b, t)
    return finished(L, nans_of_two(L, a, b, s, t, r), quotient_of(L, number(L, a, L.U(0)), number(L, b, L.U(0)), r.divides_zero), False, r, g, drawn, random)


@inline
def fused(L, a, b, c, s, t, v, r, g, drawn, random):
    """Return code and event of a product and a sum, rounded once."""
    a, b, c = operand(L, a, s), operand(L, b, t), operand(L, c, v)
    product = product_of(L, number(L, a, L.U(0)), number(L, b, L.U(0)))
    total = sum_of(L, product, number(L, c, L.U(0)), r.downward)
    no_product = product.invalid & (not a.nan) & (not b.nan)
    nan = first_nan(L, nans_of_two(L, a, b, s, t, r), nan_of(L, c, v.quiet, r.rank2, r.late, r.quiet2, r.up2))
    return finished(L, nan, total, no_product, r, g, drawn, random)


@kernel
def sum32(a, b, s, t, r, g, out, events):
    """Add or subtract in lanes of 32 bits."""
    s, t, r, g, status = origin(u32, s), origin(u32, t), rules(u32, r), goal(u32, g), u32(0)
    for i in range(a.size):
        code, event = summed(NARROW, u32(a[i]), u32(b[i]), s, t, r, g, False, u32(0))
        out[i], events[i] = code, event
        status = u32(status | event)
    return status


@kernel
def product32(a, b, s, t, r, g, out, events):
    """Multiply in lanes of 32 bits."""
    s, t, r, g, status = origin(u32, s), origin(u32, t), rules(u32, r), goal(u32, g), u32(0)
    for i in range(a.size):
        code, event = multiplied(NARROW, u32(a[i]), u32(b[i]), s, t, r, g, False, u32(0))
        out[i], events[i] = code, event
        status = u32(status | event)
    return status


@kernel
def quotient32(a, b, s, t, r, g, out, events):
    """Divide in lanes of 32 bits."""
    s, t, r, g, status = origin(u32, s), origin(u32, t), rules(u32, r), goal(u32, g), u32(0)
    for i in range(a.size):
        code, event = divided(NARROW, u32(a[i]), u32(b[i]), s, t, r, g, False, u32(0))
        out[i], events[i] = code, event
        status = u32(status | event)
    return status


@kernel
def fused32(a, b, c, s, t, v, r, g, out, events):
    """Multiply and add in lanes of 32 bits."""
    s, t, v, r, g, status = origin(u32, s), origin(u32, t), origin(u32, v), rules(u32, r), goal(u32, g), u32(0)
    for i in range(a.size):
        code, event = fused(NARROW, u32(a[i]), u32(b[i]), u32(c[i]), s, t, v, r, g, False, u32(0))
        out[i], events[i] = code, event
        status = u32(status | event)
    return status


@kernel
def sum64(a, b, s, t, r, g, drawn, words, shift, out, events):
    """Add or subtract in lanes of 64 bits."""
    s, t, r, g, shift, status = origin(u64, s), origin(u64, t), rules(u64, r), goal(u64, g), u64(shift), u64(0)
    for i in range(a.size):
        code, event = summed(WIDE, u64(a[i]), u64(b[i]), s, t, r, g, drawn, shr(WIDE, u64(words[i]), shift))
        out[i], events[i] = code, event
        status = u64(status | event)
    return status


@kernel
def product64(a, b, s, t, r, g, drawn, words, shift, out, events):
    """Multiply in lanes of 64 bits."""
    s, t, r, g, shift, status = origin(u64, s), origin(u64, t), rules(u64, r), goal(u64, g), u64(shift), u64(0)
    for i in range(a.size):
        code, event = multiplied(WIDE, u64(a[i]), u64(b[i]), s, t, r, g, drawn, shr(WIDE, u64(words[i]), shift))
        out[i], events[i] = code, event
        status = u64(status | event)
    return status


@kernel
def quotient64(a, b, s, t, r, g, drawn, words, shift, out, events):
    """Divide in lanes of 64 bits."""
    s, t, r, g, shift, status = origin(u64, s), origin(u64, t), rules(u64, r), goal(u64, g), u64(shift), u64(0)
    for i in range(a.size):
        code, event = divided(WIDE, u64(a[i]), u64(b[i]), s, t, r, g, drawn, shr(WIDE, u64(words[i]), shift))
        out[i], events[i] = code, event
        status = u64(status | event)
    return status


@kernel
def remainder64(a, b, s, t, to_nearest, r, g, drawn, words, shift, out, events):
    """Take remainders, of the nearest quotient or the truncated one, in lanes of 64 bits."""
    s, t, r, g, shift, status = origin(u64, s), origin(u64, t), rules(u64, r), goal(u64, g), u64(shift), u64(0)
    for i in range(a.size):
        x, y = operand(WIDE, u64(a[i]), s), operand(WIDE, u64(b[i]), t)
        exact = remainder_of(WIDE, number(WIDE, x, u64(0)), number(WIDE, y, u64(0)), u64(to_nearest))
        code, event = finished(WIDE, nans_of_two(WIDE, x, y, s, t, r), exact, False, r, g, drawn, shr(WIDE, u64(words[i]), shift))
        out[i], events[i] = code, event
        status = u64(status | event)
    return status


@kernel
def fused64(a, b, c, s, t, v, r, g, drawn, words, shift, out, events):
    """Multiply and add in lanes of 64 bits."""
    s, t, v, r, g, shift, status = origin(u64, s), origin(u64, t), origin(u64, v), rules(u64, r), goal(u64, g), u64(shift), u64(0)
    for i in range(a.size):
        code, event = fused(WIDE, u64(a[i]), u64(b[i]), u64(c[i]), s, t, v, r, g, drawn, shr(WIDE, u64(words[i]), shift))
        out[i], events[i] = code, event
        status = u64(status | event)
    return status


@kernel
def root64(a, s, r, g, drawn, words, shift, out, events):
    """Take square roots of 31 digits in lanes of 64 bits, which is enough where no random digits are drawn."""
    s, r, g, status = origin(u64, s), rules(u64, r), goal(u64, g), u64(0)
    for i in range(a.size):
        x = operand(WIDE, u64(a[i]), s)
        nan = nan_of(WIDE, x, s.quiet, r.rank0, r.late, r.quiet0, r.up0)
        code, event = finished(WIDE, nan, root_of(WIDE, number(WIDE, x, u64(0)), False), False, r, g, False, u64(0))
        out[i], events[i] = code, event
        status = u64(status | event)
    return status


@kernel
def long_root64(a, s, r, g, drawn, words, shift, out, events):
    """Take square roots of 61 digits in lanes of 64 bits."""
    s, r, g, shift, status = origin(u64, s), rules(u64, r), goal(u64, g), u64(shift), u64(0)
    for i in range(a.size):
        x = operand(WIDE, u64(a[i]), s)
        nan = nan_of(WIDE, x, s.quiet, r.rank0, r.late, r.quiet0, r.up0)
        exact = root_of(WIDE, number(WIDE, x, u64(0)), True)
        code, event = finished(WIDE, nan, exact, False, r, g, drawn, shr(WIDE, u64(words[i]), shift))
        out[i], events[i] = code, event
        status = u64(status | event)
    return status


@kernel
def reciprocal_root64(a, s, r, g, drawn, words, shift, out, events):
    """Take reciprocal square roots of 29 digits in lanes of 64 bits, which is enough where no random digits are drawn."""
    s, r, g, status = origin(u64, s), rules(u64, r), goal(u64, g), u64(0)
    for i in range(a.size):
        x = operand(WIDE, u64(a[i]), s)
        nan = nan_of(WIDE, x, s.quiet, r.rank0, r.late, r.quiet0, r.up0)
        exact = reciprocal_root_of(WIDE, number(WIDE, x, u64(0)), r.divides_zero, False)
        code, event = finished(WIDE, nan, exact, False, r, g, False, u64(0))
        out[i], events[i] = code, event
        status = u64(status | event)
    return status


@kernel
def long_reciprocal_root64(a, s, r, g, drawn, words, shift, out, events):
    """Take reciprocal square roots of 61 digits in lanes of 64 bits."""
    s, r, g, shift, status = origin(u64, s), rules(u64, r), goal(u64, g), u64(shift), u64(0)
    for i in range(a.size):
        x = operand(WIDE, u64(a[i]), s)
        nan = nan_of(WIDE, x, s.quiet, r.rank0, r.late, r.quiet0, r.up0)
        exact = reciprocal_root_of(WIDE, number(WIDE, x, u64(0)), r.divides_zero, True)
        code, event = finished(WIDE, nan, exact, False, r, g, drawn, shr(WIDE, u64(words[i]), shift))
        out[i], events[i] = code, event
        status = u64(status | event)
    return status
