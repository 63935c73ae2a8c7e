"""Rounding by one addition: a float32 or float64 into a grid of fewer digits, ties to even, directed or stochastic, without events.

The magnitudes of an IEEE format are numbered by their bits. Among the normal numbers of the target, adding half a quantum (less one
unit where the result is even) to the bits and dropping the low digits is ties-to-even; adding nothing or all but one unit is a directed
rounding. Among its subnormal numbers the quantum is constant, and adding 2**(p - 1) quanta (p digits of the source) as a float leaves
the number of quanta in the low digits of the sum, rounded to nearest even by the processor; a directed rounding corrects by one where
that went the wrong way. A random number in place of the half quantum, its digits below the point, is a stochastic rounding: it carries
into the digits kept as often as it should (RQ-9.1, RQ-9.2).

The addition of floats needs the processor's default rounding and subnormal numbers: `is_default` looks, and the
kernels do nothing where a process has changed them.

See `refquant.numba_kernels.elements` for the rest: every policy and every other rounding, and how integers keep to their lanes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from refquant.numba_kernels.kept import kernel

u32, u64, i32, i64, f32, f64 = np.uint32, np.uint64, np.int32, np.int64, np.float32, np.float64
inline = njit(forceinline=True)


class Addition(NamedTuple):
    """What the kernels take. `code_x` is positive code ^ negative code, so that code ^ (code_x & sign) is that of the side."""

    dropped: Any  #: digits
    first: Any  #: bits of the target's least normal number
    magic: Any  #: bits of 2**(p - 1) quanta of its subnormals
    offset: Any  #: index of a normal number = digits kept + offset
    half: Any  #: half a quantum less one unit, and the offset in the place of the digits kept
    up: Any  #: mask: a directed rounding goes away from zero, on the positive side
    up_x: Any
    flip: Any  #: a negative code is (index ^ flip) + add
    add: Any
    code_mask: Any
    zero: Any
    zero_x: Any
    top: Any
    top_x: Any
    overflow: Any
    overflow_x: Any
    infinity: Any
    infinity_x: Any
    nan: Any
    nan_x: Any
    cap: Any  #: where an index above the largest one is this one, on both sides
    nan_from: Any  #: and magnitudes from here on are NaN
    least_normal: Any  #: the exponent field of `first`
    random_mask: Any  #: of the digits of a random word that count, from the top
    midpoint: Any  #: the bit below them under B
    one: Any  #: bits of 1, of half its quantum, and of the least subnormal: see `is_default`
    half_quantum: Any
    least: Any


@inline
def numbers(U, p):
    """Return what the array holds."""
    return Addition(
        U(p[0]), U(p[1]), U(p[2]), U(p[3]), U(p[4]), U(p[5]), U(p[6]), U(p[7]), U(p[8]), U(p[9]), U(p[10]), U(p[11]), U(p[12]), U(p[13]), U(p[14]),
        U(p[15]), U(p[16]), U(p[17]), U(p[18]), U(p[19]), U(p[20]), U(p[21]), U(p[22]), U(p[23]), U(p[24]), U(p[25]), U(p[26]), U(p[27]),
    )  # fmt: skip


@inline
def sum32(a, b):
    """Return the bits of the sum of two float32, given by their bits."""
    return f32(np.uint32(a).view(f32) + np.uint32(b).view(f32)).view(u32)


@inline
def sum64(a, b):
    """Return the bits of the sum of two float64, given by their bits."""
    return f64(np.uint64(a).view(f64) + np.uint64(b).view(f64)).view(u64)


@inline
def is_default(U, added, g):
    """Return whether the processor rounds to nearest even and keeps subnormal numbers."""
    negative = U(~U(U(~U(0)) >> U(1)))
    above, odd = added(g.one, g.half_quantum), added(U(g.one | U(1)), g.half_quantum)
    below = added(U(g.one | negative), U(g.half_quantum | negative))
    kept = added(g.least, g.least)
    return (above == g.one) & (below == U(g.one | negative)) & (odd == U(g.one + U(2))) & (kept == U(2))


@inline
def code_of(U, n, magnitude, sign, g, infinity):
    """Return the code of an index, or of what is not finite. RQ-2.2, RQ-5."""
    code = U(U(U(n ^ U(sign & g.flip)) + U(sign & g.add)) & g.code_mask)
    code = U(g.zero ^ U(sign & g.zero_x)) if n == U(0) else code
    code = U(g.overflow ^ U(sign & g.overflow_x)) if n > U(g.top ^ U(sign & g.top_x)) else code
    code = U(g.infinity ^ U(sign & g.infinity_x)) if magnitude == infinity else code
    return U(g.nan ^ U(sign & g.nan_x)) if magnitude > infinity else code


@inline
def nearest(U, bits, added, magnitude, g):
    """Return the index of the nearest magnitude, the even one of two. RQ-4.2, RQ-4.3."""
    dropped = U(g.dropped & U(bits - 1))
    odd = U(np.right_shift(magnitude, dropped) & U(1))
    normal = np.right_shift(U(U(magnitude + g.half) + odd), dropped)
    return U(added(magnitude, g.magic) - g.magic) if magnitude < g.first else normal


@inline
def directed(U, bits, added, magnitude, sign, g):
    """Return the index of the magnitude next to zero, or away from it. RQ-4.4 to RQ-4.6, RQ-4.12."""
    dropped, up = U(g.dropped & U(bits - 1)), U(g.up ^ U(sign & g.up_x))
    normal = U(np.right_shift(U(magnitude + U(up & U(np.left_shift(U(1), dropped) - U(1)))), dropped) + g.offset)
    total = added(magnitude, g.magic)
    rounded = added(total, U(g.magic | U(~U(U(~U(0)) >> U(1)))))
    subnormal = U(U(total - g.magic) + U(up & (U(1) if rounded < magnitude else U(0))))
    subnormal = U(subnormal - U(U(~up) & (U(1) if rounded > magnitude else U(0))))
    return subnormal if magnitude < g.first else normal


@inline
def plain_code(U, n, magnitude, sign, g):
    """Return the code of an index where both sides differ by a bit, overflow goes to one index, and all else is NaN. RQ-2.2, RQ-5."""
    code = U(U(min(n, g.cap)) | U(sign & g.add))
    return U(g.nan ^ U(sign & g.nan_x)) if magnitude >= g.nan_from else code


@kernel
def plain32(codes, p, out):
    """Convert float32, ties to even; return False, having done nothing, where the processor is set otherwise."""
    g, mask = numbers(u32, p), u32(0x7FFFFFFF)
    if not is_default(u32, sum32, g):
        return False
    for i in range(codes.size):
        magnitude, sign = u32(codes[i] & mask), u32(np.right_shift(i32(codes[i]), i32(31)))
        out[i] = plain_code(u32, nearest(u32, 32, sum32, magnitude, g), magnitude, sign, g)
    return True


@kernel
def same_range32(codes, p, out):
    """Convert float32 into an IEEE format of its exponents, ties to even: sign, subnormal numbers, overflow and Inf come out by themselves."""
    g, mask = numbers(u32, p), u32(0x7FFFFFFF)
    dropped = u32(g.dropped & u32(31))
    for i in range(codes.size):
        code = codes[i]
        odd, sign = u32(np.right_shift(code, dropped) & u32(1)), u32(np.right_shift(i32(code), i32(31)))
        rounded = np.right_shift(u32(u32(code + g.half) + odd), dropped)
        out[i] = u32(g.nan ^ u32(sign & g.nan_x)) if u32(code & mask) >= g.nan_from else rounded
    return True


@kernel
def nearest32(codes, p, out):
    """Convert float32, ties to even; return False, having done nothing, where the processor is set otherwise."""
    g, mask, infinity = numbers(u32, p), u32(0x7FFFFFFF), u32(0x7F800000)
    if not is_default(u32, sum32, g):
        return False
    for i in range(codes.size):
        magnitude, sign = u32(codes[i] & mask), u32(np.right_shift(i32(codes[i]), i32(31)))
        out[i] = code_of(u32, nearest(u32, 32, sum32, magnitude, g), magnitude, sign, g, infinity)
    return True


@kernel
def nearest64(codes, p, out):
    """Convert float64, ties to even; return False, having done nothing, where the processor is set otherwise."""
    g, mask, infinity = numbers(u64, p), u64(0x7FFFFFFFFFFFFFFF), u64(0x7FF0000000000000)
    if not is_default(u64, sum64, g):
        return False
    for i in range(codes.size):
        magnitude, sign = u64(codes[i] & mask), u64(np.right_shift(i64(codes[i]), i64(63)))
        out[i] = code_of(u64, nearest(u64, 64, sum64, magnitude, g), magnitude, sign, g, infinity)
    return True


@kernel
def directed32(codes, p, out):
    """Convert float32, rounding in a direction; return False, having done nothing, where the processor is set otherwise."""
    g, mask, infinity = numbers(u32, p), u32(0x7FFFFFFF), u32(0x7F800000)
    if not is_default(u32, sum32, g):
        return False
    for i in range(codes.size):
        magnitude, sign = u32(codes[i] & mask), u32(np.right_shift(i32(codes[i]), i32(31)))
        out[i] = code_of(u32, directed(u32, 32, sum32, magnitude, sign, g), magnitude, sign, g, infinity)
    return True


@kernel
def directed64(codes, p, out):
    """Convert float64, rounding in a direction; return False, having done nothing, where the processor is set otherwise."""
    g, mask, infinity = numbers(u64, p), u64(0x7FFFFFFFFFFFFFFF), u64(0x7FF0000000000000)
    if not is_default(u64, sum64, g):
        return False
    for i in range(codes.size):
        magnitude, sign = u64(codes[i] & mask), u64(np.right_shift(i64(codes[i]), i64(63)))
        out[i] = code_of(u64, directed(u64, 64, sum64, magnitude, sign, g), magnitude, sign, g, infinity)
    return True


@inline
def drawn(magnitude, word, g):
    """Return the index of a magnitude of float32 plus a random fraction of its quantum: word / 2**32. RQ-9.1, RQ-9.2."""
    dropped = u32(g.dropped & u32(31))
    normal = u32(np.right_shift(u32(magnitude + np.right_shift(word, u32(u32(u32(32) - dropped) & u32(31)))), dropped) + g.offset)
    exponent = u32(max(np.right_shift(magnitude, u32(23)), u32(1)))
    significand = u32(magnitude - np.left_shift(u32(exponent - u32(1)), u32(23)))
    distance = i32(u32(u32(dropped + g.least_normal) - exponent))
    near = u32(min(max(distance, i32(1)), i32(31)))
    subnormal = np.right_shift(u32(significand + np.right_shift(word, u32(u32(u32(32) - near) & u32(31)))), near)
    far = u32(min(max(i32(distance - i32(32)), i32(0)), i32(31)))  # all digits lie below the point
    fraction = np.right_shift(significand, far)
    half_sum = u32(u32(word & fraction) + np.right_shift(u32(word ^ fraction), u32(1)))
    subnormal = np.right_shift(half_sum, u32(31)) if distance > i32(31) else subnormal
    return subnormal if magnitude < g.first else normal


@kernel
def drawn32(codes, p, words, left, out):
    """Convert float32 with random words, of which `left` topmost bits are none."""
    g, mask, infinity, left = numbers(u32, p), u32(0x7FFFFFFF), u32(0x7F800000), u32(u32(left) & u32(31))
    for i in range(codes.size):
        magnitude, sign = u32(codes[i] & mask), u32(np.right_shift(i32(codes[i]), i32(31)))
        word = u32(u32(np.left_shift(u32(words[i]), left) & g.random_mask) | g.midpoint)
        out[i] = code_of(u32, drawn(magnitude, word, g), magnitude, sign, g, infinity)


@kernel
def extremes32(codes):
    """Return the float32 codes of the largest magnitudes on the positive and on the negative side (0 where it has none)."""
    positive, negative = i32(0), u32(0)
    for i in range(codes.size):
        positive, negative = max(positive, i32(codes[i])), max(negative, codes[i])
    return u32(positive), negative


@kernel
def extremes64(codes):
    """Return the float64 codes of the largest magnitudes on the positive and on the negative side (0 where it has none)."""
    positive, negative = i64(0), u64(0)
    for i in range(codes.size):
        positive, negative = max(positive, i64(codes[i])), max(negative, codes[i])
    return u64(positive), negative
