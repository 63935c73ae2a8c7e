"""Element by element, compiled: the arithmetic of `refquant.reference`, bit for bit, for every format and every policy.

Everything here is in one file: Numba's cache on disk sees changes of the file of a kernel, not of the files of its helpers.
Loops become vector instructions only where nothing branches, so every choice is a select, and what never happens under a plan is
switched off by numbers (a limit that nothing exceeds, a mask of zeros), not by conditions, which the compiler would turn into branches.
In Numba a sum of two uint32 is a uint64, and uint64 + 1 an int64: so the result of every operation is put into its lane, U(...), and
variable shifts are masked, which lets the compiler keep 32-bit lanes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from refquant.numba_kernels.kept import kernel

u32, u64 = np.uint32, np.uint64


class Lane(NamedTuple):
    """The unsigned integers of a width."""

    U: Any
    S: Any  #: the signed ones
    bits: int


NARROW = Lane(np.uint32, np.int32, 32)
WIDE = Lane(np.uint64, np.int64, 64)


class Origin(NamedTuple):
    """A source grid as a kernel sees it; see refquant.formats.Grid. Masks are all ones, or 0."""

    trailing: Any  #: precision - 1, clamped to the lane
    min_quantum: Any
    first_index: Any
    sign_shift: Any
    sign_mask: Any  #: 0 where there are no negatives
    magnitude_mask: Any
    complement: Any  #: mask: negatives are two's complement
    last_finite: Any  #: magnitudes above are Inf or NaN
    last_number: Any  #: magnitudes above are NaN
    nan_at_zero: Any  #: 1: the NaN is the code of -0
    payload: Any  #: mask of the NaN's trailing field
    quiet: Any
    flush_below: Any  #: index of the least magnitude that is not flushed


class Goal(NamedTuple):
    """A plan as a kernel sees it; see refquant.policies.Plan. Suffixes 0 and 1: on the positive and on the negative side."""

    trailing: Any
    min_quantum: Any
    emin: Any
    grows: Any  #: mask: the quantum grows with the exponent (not under wrap)
    growth_limit: Any
    wraps: Any  #: mask: what lies beyond the first binade is out of range (under wrap)
    keeps_sign: Any  #: mask
    first_index: Any
    smallest_normal: Any
    table: Any
    parity_offset: Any
    parity_always: Any
    odd_below_normal: Any
    kept: Any  #: of a stochastic rounding: digits of the fraction that count
    midpoint: Any  #: 1 for B
    nearest: Any  #: 1 for C
    flush_below: Any  #: index; 0: results are not flushed
    flush_after: Any  #: 1: results are judged after rounding
    tiny_after: Any  #: 1: tininess is judged after rounding
    flip: Any  #: a negative code is (n ^ flip) + add: sign and magnitude, or two's complement
    add: Any
    code_mask: Any
    top0: Any
    top1: Any
    limit0: Any  #: as top, and no limit on the side that wraps
    limit1: Any
    clips0: Any  #: mask: 0 on the side that wraps
    clips1: Any
    below: Any  #: nonzero magnitudes below this index have a code of their own
    zero_code0: Any
    zero_code1: Any
    exact_zero_code0: Any
    exact_zero_code1: Any
    overflow_code0: Any
    overflow_code1: Any
    below_code0: Any
    below_code1: Any
    infinity_code0: Any
    infinity_code1: Any
    nan_code0: Any
    nan_code1: Any
    moves: Any  #: mask of the payload that moves; 0: none does
    payload_up: Any
    payload_down: Any
    quiet_bit: Any
    quiets: Any  #: 1: what moves is quieted
    infinity: Any
    negative_base: Any
    inexact_event: Any
    underflow_event: Any
    flush_event: Any
    absolute_event: Any
    exact_zero_event: Any
    below_event: Any
    overflow_event0: Any
    overflow_event1: Any
    infinity_event0: Any
    infinity_event1: Any
    nan_event: Any
    signaling_event: Any


class Operand(NamedTuple):
    """One element: (-1)**negative * significand * 2**lowest, or what is not finite."""

    negative: Any
    significand: Any
    lowest: Any
    infinite: Any
    nan: Any
    payload: Any


class Located(NamedTuple):
    """Index below a magnitude and the fraction of the quantum above it, v * 2**bits with a sticky bit 0. RQ-4.2."""

    negative: Any  #: after `absolute`
    below: Any
    fraction: Any
    exact_zero: Any
    beyond: Any  #: not 0: out of range whatever the index


inline = njit(forceinline=True, error_model="numpy")  # no test for divisions by zero, which would be a branch


@inline
def origin(U, p):
    """Return the source's numbers."""
    return Origin(
        U(p[0]), U(p[1]), U(p[2]), U(p[3]), U(p[4]), U(p[5]), U(p[6]), U(p[7]), U(p[8]), U(p[9]), U(p[10]), U(p[11]), U(p[12]),
    )  # fmt: skip


@inline
def goal(U, p):
    """Return the plan's numbers."""
    return Goal(
        U(p[0]), U(p[1]), U(p[2]), U(p[3]), U(p[4]), U(p[5]), U(p[6]), U(p[7]), U(p[8]), U(p[9]), U(p[10]), U(p[11]), U(p[12]), U(p[13]), U(p[14]),
        U(p[15]), U(p[16]), U(p[17]), U(p[18]), U(p[19]), U(p[20]), U(p[21]), U(p[22]), U(p[23]), U(p[24]), U(p[25]), U(p[26]), U(p[27]), U(p[28]),
        U(p[29]), U(p[30]), U(p[31]), U(p[32]), U(p[33]), U(p[34]), U(p[35]), U(p[36]), U(p[37]), U(p[38]), U(p[39]), U(p[40]), U(p[41]), U(p[42]),
        U(p[43]), U(p[44]), U(p[45]), U(p[46]), U(p[47]), U(p[48]), U(p[49]), U(p[50]), U(p[51]), U(p[52]), U(p[53]), U(p[54]), U(p[55]), U(p[56]),
        U(p[57]), U(p[58]), U(p[59]),
    )  # fmt: skip


@inline
def shl(L, x, n):
    """Return x << n, 0 <= n < bits."""
    return np.left_shift(x, L.U(L.U(n) & L.U(L.bits - 1)))


@inline
def shr(L, x, n):
    """Return x >> n, 0 <= n < bits."""
    return np.right_shift(x, L.U(L.U(n) & L.U(L.bits - 1)))


@inline
def shift_of(L, n):
    """Return n, or the nearest shift that exists."""
    return L.S(min(max(n, L.S(0)), L.S(L.bits - 1)))


@inline
def last_bit(L, x):
    """Return floor(log2(x)); far below any for 0. The bit below the leading one is cleared: the conversion cannot round to the next power."""
    leading = L.U(x & L.U(~L.U(x >> L.U(1))))
    narrow = L.S(L.S(np.float32(leading).view(np.uint32) >> u32(23)) - L.S(127))
    wide = L.S(L.S(np.float64(leading).view(np.uint64) >> u64(52)) - L.S(1023))
    return (narrow if L.bits == 32 else wide) if x != L.U(0) else L.S(-(1 << 28))


@inline
def value_of_index(L, index, s):
    """Return significand and exponent of the magnitude with this index. RQ-2.3."""
    growth = L.U(max(shr(L, index, s.trailing), L.U(1)) - L.U(1))
    return L.U(index - shl(L, growth, s.trailing)), L.S(growth + s.min_quantum)


@inline
def operand(L, code, s):
    """Return what a code of the source stands for. RQ-2.2 to RQ-2.9, RQ-5.13."""
    U = L.U
    negative = shr(L, U(code & s.sign_mask), s.sign_shift)
    complement = U(U(U(0) - negative) & s.complement)
    magnitude = U(U(U(code ^ complement) - complement) & s.magnitude_mask)
    index = U(magnitude + s.first_index)
    significand, lowest = value_of_index(L, index, s)
    significand = U(0) if index < s.flush_below else significand
    at_zero = U(negative & s.nan_at_zero) > magnitude
    negative = U(0) if at_zero else negative
    nan = at_zero | (magnitude > s.last_number)
    return Operand(negative, significand, lowest, magnitude > s.last_finite, nan, U(magnitude & s.payload))


@inline
def beyond_lane(L, x, distance, drawn):
    """Return the fraction of x / 2**distance where no digit of x stays above the point, bit 0 set where digits below are lost."""
    U = L.U
    if L.bits == 32 and not drawn:  # significands of 29 bits: less than one half is all that a deterministic rounding looks at
        return U(1) if x != U(0) else U(0)
    far = shift_of(L, L.S(distance - L.S(L.bits)))
    jam = shr(L, x, far)
    return U(jam | (U(1) if shl(L, jam, far) != x else U(0)))


@inline
def split(L, x, distance, drawn):
    """Return (floor(x / 2**distance), fraction): the fraction is v * 2**bits, bit 0 set where digits below it are lost."""
    U, S = L.U, L.S
    jam = beyond_lane(L, x, distance, drawn)
    right, left = shift_of(L, distance), shift_of(L, S(-distance))
    fraction = U(shl(L, x, S(S(L.bits - 1) - right)) << U(1))
    fraction = jam if distance >= S(L.bits) else fraction
    kept = shr(L, shl(L, x, left), right)
    kept = U(0) if distance >= S(L.bits) else kept
    return (U(0) if distance <= S(-L.bits) else kept), fraction


@inline
def locate(L, x, g, drawn):
    """Return where a magnitude lies in the target's grid. RQ-4.2."""
    U, S = L.U, L.S
    leading = S(x.lowest + last_bit(L, x.significand))
    growth = S(max(S(leading - S(g.emin)), S(0)))
    grown = S(growth & S(g.grows))
    kept, fraction = split(L, x.significand, S(S(grown + S(g.min_quantum)) - x.lowest), drawn)
    above = shl(L, U(min(grown, S(g.growth_limit))), g.trailing)
    return Located(U(x.negative & g.keeps_sign), U(above + kept), fraction, x.significand == U(0), U(U(growth) & g.wraps))


@inline
def stochastic_step(L, fraction, g, random):
    """Return 1 where A, B or C steps up. RQ-9.1 to RQ-9.3."""
    U = L.U
    scaled, rest, half = shr(L, fraction, U(U(L.bits) - g.kept)), shl(L, fraction, g.kept), U(1 << (L.bits - 1))
    up = (rest > half) | ((rest == half) & (U(scaled & U(1)) != U(0)))
    scaled = U(scaled + (g.nearest if up else U(0)))
    return shr(L, U(scaled + U(shl(L, random, g.midpoint) + g.midpoint)), g.kept)


@inline
def step_up(L, odd, negative, fraction, g, drawn, random):
    """Return 1 where the magnitude goes to its upper neighbour. RQ-4.3 to RQ-4.13, RQ-9."""
    U = L.U
    if drawn:
        return stochastic_step(L, fraction, g, random)
    half, beyond = U(fraction >> U(L.bits - 1)), U(1) if U(fraction << U(1)) != U(0) else U(0)
    row = U(U(U(negative << U(3)) | U(odd << U(2))) | U(U(half << U(1)) | beyond))
    return U(shr(L, g.table, row) & U(1))


@inline
def is_odd(L, index, g):
    """Return 1 where the magnitude with this index is odd. RQ-4.14."""
    U = L.U
    odd = U(U(U(index + g.parity_offset) & U(1)) | g.parity_always)
    return odd if index != U(0) else U(0)


@inline
def is_tiny(L, x, g, drawn, random, limit, after):
    """Return whether 0 < |r| < min_normal (index `limit`), r before rounding or rounded with unbounded exponent range. RQ-6.4."""
    U = L.U
    finer = U(U(x.fraction << U(1)) | U(x.fraction & U(1)))
    leaves = U(U(U(x.fraction >> U(L.bits - 1)) & after) & step_up(L, g.odd_below_normal, x.negative, finer, g, drawn, random))
    normal = U(x.below + leaves)
    return (normal < limit) & (not x.exact_zero)


@inline
def rounded_index(L, x, g, drawn, random, flushes):
    """Return (index of the rounded magnitude, whether it was flushed to zero). RQ-4, RQ-5.13."""
    U = L.U
    up = step_up(L, is_odd(L, x.below, g), x.negative, x.fraction, g, drawn, random)
    rounded = U(max(U(x.below + up), g.first_index))
    flushed = is_tiny(L, x, g, drawn, random, g.flush_below, g.flush_after) if flushes else False
    return (U(0) if flushed | x.exact_zero else rounded), flushed


@inline
def side(L, negative, positive_side, negative_side):
    """Return one of a pair."""
    return positive_side if negative == L.U(0) else negative_side


@inline
def finite_code(L, rounded, x, g):
    """Return the code of a rounded magnitude. RQ-2.2, RQ-2.9, RQ-5.1 to RQ-5.6, RQ-5.10, RQ-5.11."""
    U = L.U
    n = U(rounded - g.first_index)
    code = U(side(L, x.negative, n, U(U(n ^ g.flip) + g.add)) & g.code_mask)
    code = side(L, x.negative, g.zero_code0, g.zero_code1) if rounded == U(0) else code
    code = side(L, x.negative, g.exact_zero_code0, g.exact_zero_code1) if x.exact_zero else code
    beyond = U(x.beyond & side(L, x.negative, g.clips0, g.clips1))
    over = (rounded > side(L, x.negative, g.limit0, g.limit1)) | (beyond != U(0))
    code = side(L, x.negative, g.overflow_code0, g.overflow_code1) if over else code
    below = (x.below < g.below) & (not x.exact_zero)
    return side(L, x.negative, g.below_code0, g.below_code1) if below else code


@inline
def finite_event(L, rounded, flushed, x, g, drawn, random):
    """Return the event byte of a finite magnitude. RQ-6.2 to RQ-6.8."""
    U = L.U
    inexact = (x.fraction != U(0)) | (x.below < g.first_index)
    event = g.inexact_event if inexact else U(0)
    tiny = inexact & is_tiny(L, x, g, drawn, random, g.smallest_normal, g.tiny_after)
    event = U(event | g.underflow_event) if tiny else event
    event = g.flush_event if flushed else event
    over = (rounded > side(L, x.negative, g.top0, g.top1)) | (x.beyond != U(0))
    event = side(L, x.negative, g.overflow_event0, g.overflow_event1) if over else event
    event = g.exact_zero_event if x.exact_zero else event
    return g.below_event if (x.below < g.below) & (not x.exact_zero) else event


@inline
def nan_code(L, x, negative, g):
    """Return (code of a NaN, whether it is a copy of the bits). RQ-5.8."""
    U = L.U
    up = shl(L, U(x.payload & g.moves), g.payload_up)
    moved = shr(L, up, g.payload_down)
    loses = (U(shl(L, moved, g.payload_down) ^ up) | g.quiets) != U(0)
    copy = U(U(U(moved | g.quiet_bit) if loses else moved) + g.infinity)
    copy = side(L, negative, copy, U(copy + g.negative_base))
    return (copy if moved != U(0) else side(L, negative, g.nan_code0, g.nan_code1)), (moved != U(0)) & (not loses)


@inline
def nan_event(L, x, copied, quiet, g):
    """Return the event byte of a NaN; `quiet` is the bit that its payload lacks where it signals, or 0. RQ-6.6."""
    signals = (L.U(L.U(x.payload & quiet) ^ quiet) != L.U(0)) & (not copied)
    return g.signaling_event if signals else g.nan_event


@inline
def code_of(L, code, s, g, drawn, random, flushes):
    """Return the target's code of a source's code."""
    x = operand(L, code, s)
    at = locate(L, x, g, drawn)
    rounded, _ = rounded_index(L, at, g, drawn, random, flushes)
    result = finite_code(L, rounded, at, g)
    result = side(L, at.negative, g.infinity_code0, g.infinity_code1) if x.infinite else result
    return nan_code(L, x, at.negative, g)[0] if x.nan else result


@inline
def delivered(L, x, quiet, g, drawn, random):
    """Return the target's code of an operand, and its event byte."""
    U = L.U
    at = locate(L, x, g, drawn)
    rounded, flushed = rounded_index(L, at, g, drawn, random, True)
    result, event = finite_code(L, rounded, at, g), finite_event(L, rounded, flushed, at, g, drawn, random)
    result = side(L, at.negative, g.infinity_code0, g.infinity_code1) if x.infinite else result
    event = side(L, at.negative, g.infinity_event0, g.infinity_event1) if x.infinite else event
    drops = (U(x.negative & U(~g.keeps_sign)) != U(0)) & ((x.significand != U(0)) | x.infinite)
    event = U(event | g.absolute_event) if drops else event
    special, copied = nan_code(L, x, at.negative, g)
    return (special if x.nan else result), (nan_event(L, x, copied, quiet, g) if x.nan else event)


@inline
def code_and_event(L, code, s, g, drawn, random):
    """Return the target's code of a source's code, and its event byte."""
    return delivered(L, operand(L, code, s), s.quiet, g, drawn, random)


@kernel
def convert32(codes, s, g, out):
    """Convert in lanes of 32 bits."""
    s, g = origin(u32, s), goal(u32, g)
    for i in range(codes.size):
        out[i] = code_of(NARROW, u32(codes[i]), s, g, False, u32(0), False)


@kernel
def convert32_flushing(codes, s, g, out):
    """Convert in lanes of 32 bits where the plan flushes results."""
    s, g = origin(u32, s), goal(u32, g)
    for i in range(codes.size):
        out[i] = code_of(NARROW, u32(codes[i]), s, g, False, u32(0), True)


@kernel
def convert64(codes, s, g, out):
    """Convert in lanes of 64 bits."""
    s, g = origin(u64, s), goal(u64, g)
    for i in range(codes.size):
        out[i] = code_of(WIDE, u64(codes[i]), s, g, False, u64(0), True)


@kernel
def convert32_random(codes, s, g, words, shift, out):
    """Convert with random words, one for each element; the topmost bits that are left after `shift` count."""
    s, g, shift = origin(u32, s), goal(u32, g), u32(shift)
    for i in range(codes.size):
        out[i] = code_of(NARROW, u32(codes[i]), s, g, True, shr(NARROW, u32(words[i]), shift), True)


@kernel
def convert64_random(codes, s, g, words, shift, out):
    """Convert with random words, one for each element; the topmost bits that are left after `shift` count."""
    s, g, shift = origin(u64, s), goal(u64, g), u64(shift)
    for i in range(codes.size):
        out[i] = code_of(WIDE, u64(codes[i]), s, g, True, shr(WIDE, u64(words[i]), shift), True)


@kernel
def convert32_events(codes, s, g, out, events):
    """Convert in lanes of 32 bits, and record events; return their OR."""
    s, g, status = origin(u32, s), goal(u32, g), u32(0)
    for i in range(codes.size):
        code, event = code_and_event(NARROW, u32(codes[i]), s, g, False, u32(0))
        out[i], events[i] = code, event
        status = u32(status | event)
    return status


@kernel
def convert64_events(codes, s, g, out, events):
    """Convert in lanes of 64 bits, and record events; return their OR."""
    s, g, status = origin(u64, s), goal(u64, g), u64(0)
    for i in range(codes.size):
        code, event = code_and_event(WIDE, u64(codes[i]), s, g, False, u64(0))
        out[i], events[i] = code, event
        status = u64(status | event)
    return status


@kernel
def convert32_random_events(codes, s, g, words, shift, out, events):
    """Convert with random words, and record events; return their OR."""
    s, g, shift, status = origin(u32, s), goal(u32, g), u32(shift), u32(0)
    for i in range(codes.size):
        code, event = code_and_event(NARROW, u32(codes[i]), s, g, True, shr(NARROW, u32(words[i]), shift))
        out[i], events[i] = code, event
        status = u32(status | event)
    return status


@kernel
def convert64_random_events(codes, s, g, words, shift, out, events):
    """Convert with random words, and record events; return their OR."""
    s, g, shift, status = origin(u64, s), goal(u64, g), u64(shift), u64(0)
    for i in range(codes.size):
        code, event = code_and_event(WIDE, u64(codes[i]), s, g, True, shr(WIDE, u64(words[i]), shift))
        out[i], events[i] = code, event
        status = u64(status | event)
    return status
