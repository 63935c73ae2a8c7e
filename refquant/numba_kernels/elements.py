"""Element by element, compiled: the arithmetic of `refquant.reference`, bit for bit.

Everything that is compiled is in this file: Numba's cache on disk sees changes of the file of a kernel, not of the files of its helpers.
In Numba a sum of two uint32 is a uint64, and uint64 + 1 an int64: so the result of every operation is put into its lane, U(...), and
variable shifts are masked, which lets the compiler keep 32-bit lanes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

i32, u8, u32, u64 = np.int32, np.uint8, np.uint32, np.uint64


class Origin(NamedTuple):
    """A source grid as a kernel sees it; see refquant.formats.Grid."""

    trailing: np.int64  #: precision - 1, clamped to the lane
    digits: np.int64
    min_quantum: np.int64
    first_index: np.uint64
    sign_shift: np.int64
    sign_mask: np.uint64  #: 0 where there are no negatives
    magnitude_mask: np.uint64
    twos_complement: np.int64
    has_infinity: np.int64
    infinity: np.uint64
    has_nan: np.int64
    nan_first: np.uint64
    nan_at_zero: np.int64
    payload_mask: np.uint64
    payload_width: np.int64
    quiet: np.uint64
    flush_below: np.uint64  #: index of the least magnitude that is not flushed; 0: nothing is
    normalise: np.int64  #: 1: the leading exponent is that of the leading bit (RQ-4.2)


class Goal(NamedTuple):
    """A plan as a kernel sees it; see refquant.policies.Plan. Pairs are (positive side, negative side)."""

    trailing: np.int64
    min_quantum: np.int64
    emin: np.int64
    growth_limit: np.int64
    top: tuple[np.uint64, np.uint64]
    first_index: np.uint64
    smallest_normal: np.uint64
    negative_base: np.uint64
    twos_complement: np.int64
    code_mask: np.uint64
    table: np.uint64
    stochastic: np.int64
    random_bits: np.int64
    parity_offset: np.uint64
    parity_always: np.uint64
    odd_below_normal: np.uint64
    wrap: np.int64
    absolute: np.int64
    flush_results: np.int64
    tiny_before: np.int64
    overflow_code: tuple[np.uint64, np.uint64]
    overflow_event: tuple[np.uint8, np.uint8]
    infinity_code: tuple[np.uint64, np.uint64]
    infinity_event: tuple[np.uint8, np.uint8]
    nan_code: tuple[np.uint64, np.uint64]
    nan_event: np.uint8
    signaling_event: np.uint8
    nan_moves: np.int64
    payload_up: np.int64
    payload_down: np.int64
    quiet_bit: np.uint64
    infinity: np.uint64
    zero_code: tuple[np.uint64, np.uint64]
    exact_zero_code: tuple[np.uint64, np.uint64]
    exact_zero_event: np.uint8
    has_below: np.int64
    below_code: tuple[np.uint64, np.uint64]
    below_event: np.uint8
    inexact_event: np.uint8
    underflow_event: np.uint8
    flush_event: np.uint8
    absolute_event: np.uint8


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
    beyond: Any


class Lean(NamedTuple):
    """What the usual conversions need: a float into a format of fewer digits and no smaller range below, rounded deterministically, no events.

    The thresholds say which fractions step up, by (sign, parity): more than half, half and more, all but zero, none. RQ-4.3 to RQ-4.13.
    """

    sign_shift: np.int64
    magnitude_mask: np.uint64
    source_trailing: np.int64
    trailing: np.int64
    growth_from: np.int64  #: biased exponent from which the quantum grows
    distance: np.int64  #: digits that are dropped, less growth, plus the biased exponent
    even: tuple[np.uint64, np.uint64]
    odd: tuple[np.uint64, np.uint64]
    first_index: np.uint64
    top: tuple[np.uint64, np.uint64]
    flip: np.uint64  #: a negative code is (n ^ flip) + add: sign and magnitude, or two's complement
    add: np.uint64
    code_mask: np.uint64
    zero_code: tuple[np.uint64, np.uint64]
    overflow_code: tuple[np.uint64, np.uint64]
    infinity: np.uint64
    infinity_code: tuple[np.uint64, np.uint64]
    nan_first: np.uint64
    nan_code: tuple[np.uint64, np.uint64]


inline = njit(forceinline=True)
kernel = njit(nogil=True, cache=True)


@inline
def shl(U, bits, x, n):
    """Return x << n, 0 <= n < bits."""
    return U(x << U(n & U(bits - 1)))


@inline
def shr(U, bits, x, n):
    """Return x >> n, 0 <= n < bits."""
    return U(x >> U(n & U(bits - 1)))


@inline
def side(U, pair, negative):
    """Return one of a pair."""
    return U(pair[1]) if negative != U(0) else U(pair[0])


@inline
def bit_length(U, bits, x):
    """Return the number of significant bits of x, by halving; 0 for 0."""
    n, width = i32(0), i32(bits >> 1)
    while width > i32(0):
        high = x >> U(width)
        more = high != U(0)
        n = i32(n + width) if more else n
        x = U(high) if more else x
        width = i32(width >> i32(1))
    return i32(n + i32(1)) if x != U(0) else i32(0)


@inline
def operand(U, bits, code, s):
    """Return what a code of the source stands for. RQ-2.2 to RQ-2.9, RQ-5.13."""
    negative = shr(U, bits, U(code & U(s.sign_mask)), U(s.sign_shift))
    magnitude = U(U(U(0) - code) & U(s.magnitude_mask)) if s.twos_complement != 0 and negative != U(0) else U(code & U(s.magnitude_mask))
    index = U(magnitude + U(s.first_index))
    growth = U(max(shr(U, bits, index, U(s.trailing)), U(1)) - U(1))
    significand = U(index - shl(U, bits, growth, U(s.trailing)))
    significand = U(0) if index < U(s.flush_below) else significand
    infinite = s.has_infinity != 0 and magnitude == U(s.infinity)
    at_zero = s.nan_at_zero != 0 and magnitude == U(0) and negative != U(0)
    nan = at_zero or (s.has_nan != 0 and magnitude >= U(s.nan_first))
    negative = U(0) if at_zero else negative
    return Operand(negative, significand, i32(i32(growth) + i32(s.min_quantum)), infinite, nan, U(magnitude & U(s.payload_mask)))


@inline
def split(U, bits, x, distance):
    """Return (floor(x / 2**distance), fraction): the fraction is v * 2**bits, bit 0 set where digits below it are lost."""
    right = U(min(max(distance, i32(0)), i32(bits - 1)))
    kept, fraction = shr(U, bits, x, right), U(shl(U, bits, x, U(U(bits - 1) - right)) << U(1))
    if distance >= i32(bits):
        far = U(min(i32(distance - i32(bits)), i32(bits - 1)))
        jam = U(x >> far)
        kept, fraction = U(0), U(jam | U(1)) if U(jam << far) != x else jam
    if distance < i32(0):
        left = i32(-distance)
        kept = U(x << U(min(left, i32(bits - 1)))) if left < i32(bits) else U(0)
    return kept, fraction


@inline
def locate(U, bits, x, s, g):
    """Return where a magnitude lies in the target's grid. RQ-4.2."""
    leading = i32(x.lowest + i32(s.digits - 1))
    if s.normalise != 0:
        leading = i32(i32(x.lowest + bit_length(U, bits, x.significand)) - i32(1)) if x.significand != U(0) else i32(-(1 << 28))
    growth = i32(max(i32(leading - i32(g.emin)), i32(0)))
    quantum = i32(i32(g.min_quantum) + (i32(0) if g.wrap != 0 else growth))
    kept, fraction = split(U, bits, x.significand, i32(quantum - x.lowest))
    above = U(0) if g.wrap != 0 else shl(U, bits, U(min(growth, i32(g.growth_limit))), U(g.trailing))
    negative = U(0) if g.absolute != 0 else x.negative
    return Located(negative, U(above + kept), fraction, x.significand == U(0), g.wrap != 0 and growth > i32(0))


@inline
def stochastic_step(fraction, kind, n, random):
    """Return 1 where A, B or C (1, 2, 3) steps up. RQ-9.1 to RQ-9.3; lanes of 64 bits."""
    if kind == 2:
        return u64(u64(u64(u64(fraction >> u64(63 - n)) + u64(random << u64(1))) + u64(1)) >> u64(n + 1))
    scaled = u64(fraction >> u64(64 - n))
    if kind == 3:
        rest, half = u64(fraction << u64(n)), u64(u64(1) << u64(63))
        scaled = u64(scaled + u64(1)) if rest > half or (rest == half and u64(scaled & u64(1)) != u64(0)) else scaled
    return u64(u64(scaled + random) >> u64(n))


@inline
def step_up(U, bits, odd, negative, fraction, g, drawn, random):
    """Return 1 where the magnitude goes to its upper neighbour. RQ-4.3 to RQ-4.13, RQ-9."""
    if drawn:
        return stochastic_step(fraction, g.stochastic, g.random_bits, random)
    half, beyond = U(fraction >> U(bits - 1)), U(1) if U(fraction << U(1)) != U(0) else U(0)
    row = U(U(U(negative << U(3)) | U(odd << U(2))) | U(U(half << U(1)) | beyond))
    return U(U(U(g.table) >> row) & U(1))


@inline
def is_odd(U, index, g):
    """Return 1 where the magnitude with this index is odd. RQ-4.14."""
    odd = U(U(U(index + U(g.parity_offset)) & U(1)) | U(g.parity_always))
    return odd if index != U(0) else U(0)


@inline
def is_tiny(U, bits, x, g, drawn, random, before):
    """Return whether 0 < |r| < min_normal, r before rounding or rounded with unbounded exponent range. RQ-6.4."""
    tiny = x.below < U(g.smallest_normal) and not x.exact_zero
    if before or not tiny or x.below != U(U(g.smallest_normal) - U(1)) or U(x.fraction >> U(bits - 1)) == U(0):
        return tiny
    finer = U(U(x.fraction << U(1)) | U(x.fraction & U(1)))
    return step_up(U, bits, U(g.odd_below_normal), x.negative, finer, g, drawn, random) == U(0)


@inline
def rounded_index(U, bits, x, g, drawn, random):
    """Return (index of the rounded magnitude, whether it was flushed to zero). RQ-4, RQ-5.13."""
    up = step_up(U, bits, is_odd(U, x.below, g), x.negative, x.fraction, g, drawn, random)
    rounded = U(x.below + up)
    rounded = rounded if x.exact_zero else U(max(rounded, U(g.first_index)))
    flushed = g.flush_results != 0 and is_tiny(U, bits, x, g, drawn, random, g.flush_results == 2)
    return (U(0) if flushed else rounded), flushed


@inline
def is_over(U, rounded, x, g):
    """Return whether a rounded magnitude is out of range. RQ-5."""
    return rounded > side(U, g.top, x.negative) or x.beyond


@inline
def is_below(U, x, g):
    """Return whether a nonzero magnitude lies below the least one, where that has a code of its own. RQ-5.11."""
    return g.has_below != 0 and x.below < U(g.first_index) and not x.exact_zero


@inline
def finite_code(U, rounded, x, g):
    """Return the code of a rounded magnitude. RQ-2.2, RQ-2.9, RQ-5.1 to RQ-5.6, RQ-5.10, RQ-5.11."""
    n = U(rounded - U(g.first_index))
    signed = U(n + U(g.negative_base)) if g.twos_complement == 0 else U(U(U(0) - n) & U(g.code_mask))
    code = signed if x.negative != U(0) else U(n & U(g.code_mask))
    code = side(U, g.zero_code, x.negative) if rounded == U(0) else code
    code = side(U, g.exact_zero_code, x.negative) if x.exact_zero and g.first_index != u64(0) else code
    below = is_below(U, x, g)
    code = side(U, g.below_code, x.negative) if below else code
    wraps = g.wrap == 1 or (g.wrap == 2 and x.negative == U(0))
    return side(U, g.overflow_code, x.negative) if is_over(U, rounded, x, g) and not below and not wraps else code


@inline
def finite_event(U, bits, rounded, flushed, x, g, drawn, random):
    """Return the event byte of a finite magnitude. RQ-6.2 to RQ-6.8."""
    inexact = x.fraction != U(0) or x.below < U(g.first_index)
    event = g.inexact_event if inexact else u8(0)
    if inexact and g.underflow_event != u8(0) and is_tiny(U, bits, x, g, drawn, random, g.tiny_before != 0):
        event = u8(event | g.underflow_event)
    event = g.flush_event if flushed else event
    if is_over(U, rounded, x, g):
        event = g.overflow_event[1] if x.negative != U(0) else g.overflow_event[0]
    event = g.exact_zero_event if x.exact_zero and g.first_index != u64(0) else event
    return g.below_event if is_below(U, x, g) else event


@inline
def nan_code(U, x, negative, g):
    """Return (code of a NaN, whether it is a copy of the bits). RQ-5.8."""
    plain = side(U, g.nan_code, negative)
    moved = U(U(x.payload << U(g.payload_up)) >> U(g.payload_down))
    if g.nan_moves == 0 or moved == U(0):
        return plain, False
    quiets = g.nan_moves == 2 or U(moved << U(g.payload_down)) != U(x.payload << U(g.payload_up))
    moved = U(moved | U(g.quiet_bit)) if quiets else moved
    return U(U(moved + U(g.infinity)) + (U(g.negative_base) if negative != U(0) else U(0))), not quiets


@inline
def nan_event(U, x, copied, s, g):
    """Return the event byte of a NaN. RQ-6.6."""
    signals = s.quiet != u64(0) and U(x.payload & U(s.quiet)) == U(0)
    return g.signaling_event if signals and not copied else g.nan_event


@inline
def code_of(U, bits, code, s, g, drawn, random):
    """Return the target's code of a source's code."""
    x = operand(U, bits, code, s)
    at = locate(U, bits, x, s, g)
    rounded, _ = rounded_index(U, bits, at, g, drawn, random)
    result = finite_code(U, rounded, at, g)
    result = side(U, g.infinity_code, at.negative) if x.infinite else result
    return nan_code(U, x, at.negative, g)[0] if x.nan else result


@inline
def code_and_event(U, bits, code, s, g, drawn, random):
    """Return the target's code of a source's code, and its event byte."""
    x = operand(U, bits, code, s)
    at = locate(U, bits, x, s, g)
    if x.nan:
        result, copied = nan_code(U, x, at.negative, g)
        return result, nan_event(U, x, copied, s, g)
    rounded, flushed = rounded_index(U, bits, at, g, drawn, random)
    result, event = finite_code(U, rounded, at, g), finite_event(U, bits, rounded, flushed, at, g, drawn, random)
    if x.infinite:
        result = side(U, g.infinity_code, at.negative)
        event = g.infinity_event[1] if at.negative != U(0) else g.infinity_event[0]
    counts = x.negative != U(0) and (x.significand != U(0) or x.infinite)
    return result, u8(event | g.absolute_event) if g.absolute != 0 and counts else event


@inline
def lean_code(U, bits, code, p):
    """Return the target's code of a source's code, without a branch. RQ-3.3."""
    negative, magnitude = shr(U, bits, code, U(p.sign_shift)) != U(0), U(code & U(p.magnitude_mask))
    biased = shr(U, bits, magnitude, U(p.source_trailing))
    biased = biased if biased > U(1) else U(1)
    significand = U(magnitude - shl(U, bits, U(biased - U(1)), U(p.source_trailing)))
    growth = i32(i32(biased) - i32(p.growth_from))
    growth = growth if growth > i32(0) else i32(0)
    distance = i32(i32(growth - i32(biased)) + i32(p.distance))
    right = U(distance) if distance < i32(bits - 1) else U(bits - 1)  # the fraction stays below half, and not zero
    fraction = shl(U, bits, shl(U, bits, significand, U(U(bits - 1) - right)), U(1))
    below = U(shr(U, bits, significand, right) + shl(U, bits, U(growth), U(p.trailing)))
    even, odd = (U(p.even[1]) if negative else U(p.even[0])), (U(p.odd[1]) if negative else U(p.odd[0]))
    rounded = U(below + (U(1) if fraction > (odd if U(below & U(1)) != U(0) else even) else U(0)))
    rounded = rounded if rounded > U(p.first_index) else U(p.first_index)
    rounded = U(0) if magnitude == U(0) else rounded
    n = U(rounded - U(p.first_index))
    result = U(U(U(n ^ U(p.flip)) + U(p.add)) & U(p.code_mask)) if negative else n
    result = (U(p.zero_code[1]) if negative else U(p.zero_code[0])) if rounded == U(0) else result
    top = U(p.top[1]) if negative else U(p.top[0])
    result = (U(p.overflow_code[1]) if negative else U(p.overflow_code[0])) if rounded > top else result
    result = (U(p.infinity_code[1]) if negative else U(p.infinity_code[0])) if magnitude == U(p.infinity) else result
    return (U(p.nan_code[1]) if negative else U(p.nan_code[0])) if magnitude >= U(p.nan_first) else result


@kernel
def lean32(codes, p, out):
    """Convert in lanes of 32 bits where `Lean` says all."""
    for i in range(codes.size):
        out[i] = lean_code(u32, 32, u32(codes[i]), p)


@kernel
def lean64(codes, p, out):
    """Convert in lanes of 64 bits where `Lean` says all."""
    for i in range(codes.size):
        out[i] = lean_code(u64, 64, u64(codes[i]), p)


@kernel
def convert32(codes, s, g, out):
    """Convert in lanes of 32 bits."""
    for i in range(codes.size):
        out[i] = code_of(u32, 32, u32(codes[i]), s, g, False, u32(0))


@kernel
def convert64(codes, s, g, out):
    """Convert in lanes of 64 bits."""
    for i in range(codes.size):
        out[i] = code_of(u64, 64, u64(codes[i]), s, g, False, u64(0))


@kernel
def convert64_random(codes, s, g, words, shift, out):
    """Convert with random words, one for each element; the topmost bits that are left after `shift` count."""
    for i in range(codes.size):
        out[i] = code_of(u64, 64, u64(codes[i]), s, g, True, u64(u64(words[i]) >> u64(shift)))


@kernel
def convert32_events(codes, s, g, out, events):
    """Convert in lanes of 32 bits, and record events; return their OR."""
    status = u8(0)
    for i in range(codes.size):
        code, event = code_and_event(u32, 32, u32(codes[i]), s, g, False, u32(0))
        out[i], events[i] = code, event
        status = u8(status | event)
    return status


@kernel
def convert64_events(codes, s, g, out, events):
    """Convert in lanes of 64 bits, and record events; return their OR."""
    status = u8(0)
    for i in range(codes.size):
        code, event = code_and_event(u64, 64, u64(codes[i]), s, g, False, u64(0))
        out[i], events[i] = code, event
        status = u8(status | event)
    return status


@kernel
def convert64_random_events(codes, s, g, words, shift, out, events):
    """Convert with random words, and record events; return their OR."""
    status = u8(0)
    for i in range(codes.size):
        code, event = code_and_event(u64, 64, u64(codes[i]), s, g, True, u64(u64(words[i]) >> u64(shift)))
        out[i], events[i] = code, event
        status = u8(status | event)
    return status


@kernel
def gather(codes, table, mask, out):
    """Look every code up."""
    for i in range(codes.size):
        out[i] = table[u64(u64(codes[i]) & mask)]


@kernel
def philox_words(seed, first, out):
    """Write the 32-bit words of elements first, first + 1 ...: word i & 3 of the counter (i >> 2, 0), key = seed. RQ-9.5, RQ-9.6."""
    for i in range(out.size):
        element = u64(first + u64(i))
        block, word = u64(element >> u64(2)), u64(element & u64(3))
        c0, c1, c2, c3 = u32(block), u32(block >> u64(32)), u32(0), u32(0)
        k0, k1 = u32(seed), u32(seed >> u64(32))
        for _ in range(10):
            p0, p1 = u64(u64(0xD2511F53) * u64(c0)), u64(u64(0xCD9E8D57) * u64(c2))
            c0, c1, c2, c3 = u32(u32(u32(p1 >> u64(32)) ^ c1) ^ k0), u32(p1), u32(u32(u32(p0 >> u64(32)) ^ c3) ^ k1), u32(p0)
            k0, k1 = u32(k0 + u32(0x9E3779B9)), u32(k1 + u32(0xBB67AE85))
        out[i] = c0 if word == u64(0) else c1 if word == u64(1) else c2 if word == u64(2) else c3
