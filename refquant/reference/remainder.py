"""Remainders of divisions, by modular steps in 64 bits: no quotient is ever written down."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refquant.policies import Choices, Plan
from refquant.reference.bits import Lane, bit_length, shift_left
from refquant.reference.codec import Events, Random
from refquant.reference.exact_results import Grids, Mask, Result, digits, is_zero, number, operands_of
from refquant.reference.finishing import finish
from refquant.reference.modular import Modular, long_product, short_product

U = np.uint64
_LARGEST = 62  # bits of a divisor that is moved up: twice a remainder has a lane's bits at most


def rem(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.rem; RQ-7.17."""
    a, b = operands_of(codes, grids, choices)
    return finish([a, b], _remainder(number(a), number(b), digits(grids[1]), True), choices, plan, random, base, out, events)


def fmod(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.fmod; RQ-7.17."""
    a, b = operands_of(codes, grids, choices)
    return finish([a, b], _remainder(number(a), number(b), digits(grids[1]), False), choices, plan, random, base, out, events)


def _remainder(a: Result, b: Result, most: int, to_nearest: bool) -> Result:
    """RQ-7.17. The divisor has `most` digits at most; both have 53 at most."""
    product = short_product if most <= 32 else long_product
    rest, divisor, odd, lowest = _truncated(a.significand, a.lowest, *_odd(b), product)
    up = (rest + rest > divisor) | ((rest + rest == divisor) & odd) if to_nearest else np.zeros(rest.shape, np.bool_)
    rest = np.where(up, divisor - rest, rest)
    rest, lowest = np.where(b.infinite, a.significand, rest), np.where(b.infinite, a.lowest, lowest)
    up = up & ~b.infinite
    return Result(a.negative ^ up, rest, lowest, np.zeros(rest.shape, np.bool_), a.infinite | is_zero(b))


def _odd(b: Result) -> tuple[Lane, NDArray[np.int32]]:
    """Return the divisor with an odd significand; 1 where it is 0 or Inf, of which nothing is computed."""
    y = np.where(b.significand == 0, U(1), b.significand)
    zeros = bit_length(y & (~y + U(1))) - np.int32(1)
    return y >> zeros.astype(U), b.lowest + zeros


def _truncated(x: Lane, x_lowest: NDArray[np.int32], y: Lane, y_lowest: NDArray[np.int32], product: Modular) -> tuple[Lane, Lane, Mask, NDArray[np.int32]]:
    """Return remainder, divisor, whether the truncated quotient is odd, and the exponent of bit 0 of both; y is odd.

    Where x is above: x * 2**d leaves the rest of x times that of 2**d; as y is odd, the quotient is odd where x * 2**d minus the rest is.
    Where y is above, y moves up, no further than needed to exceed twice any x.
    """
    above = x_lowest >= y_lowest
    d = np.where(above, x_lowest - y_lowest, np.int32(0))
    high = product(x % y, _power_of_two(d, y, product), y)
    high_odd = (np.where(d == 0, x, U(0)) ^ high) & U(1)
    up = np.minimum(np.where(above, np.int32(0), y_lowest - x_lowest), np.int32(_LARGEST) - bit_length(y))
    divisor = shift_left(y, up)
    rest = np.where(above, high, x % divisor)
    odd = np.where(above, high_odd, x // divisor & U(1)) != 0
    return rest, divisor, odd, np.where(above, y_lowest, x_lowest)


def _power_of_two(exponent: NDArray[np.int32], modulus: Lane, product: Modular) -> Lane:
    """Return 2**exponent % modulus by squaring; the modulus has 53 digits at most, so that twice a rest fits."""
    power = U(1) % modulus
    for i in reversed(range(int(exponent.max(initial=0)).bit_length())):
        power = product(power, power, modulus)
        power = np.where((exponent >> np.int32(i)) & np.int32(1), (power << U(1)) % modulus, power)
    return power
