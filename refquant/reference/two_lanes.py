"""Numbers of two lanes: 128 bits as a high and a low uint64."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.reference import bits
from refquant.reference.bits import Lane

U = np.uint64
Wide = tuple[Lane, Lane]  # high and low half
_HALF = U((1 << 32) - 1)
_TOP = U(1 << 63)


def product(a: Lane, b: Lane) -> Wide:
    """Return a * b of at most 53 digits each: the two products that meet in the middle have at most 53 digits, so that their sum fits a lane."""
    a1, a0, b1, b0 = a >> U(32), a & _HALF, b >> U(32), b & _HALF
    low = a0 * b0
    middle = a1 * b0 + a0 * b1 + (low >> U(32))
    return a1 * b1 + (middle >> U(32)), (middle << U(32)) | (low & _HALF)


def doubled(x: Wide, times: int) -> Wide:
    """Return x * 2**times for 0 < times < 64."""
    high, low = x
    return (high << U(times)) | (low >> U(64 - times)), low << U(times)


def shift_left(x: Wide, distance: NDArray[np.int32]) -> Wide:
    """Return x << distance modulo 2**128, for distances from 0 to 127."""
    high, low = x
    far = distance >= 64
    into = np.where(distance > 0, bits.shift_right(low, np.int32(64) - distance), U(0))
    return np.where(far, bits.shift_left(low, distance - np.int32(64)), bits.shift_left(high, distance) | into), bits.shift_left(low, distance)


def shift_right_jam(x: Wide, distance: NDArray[np.int32]) -> Wide:
    """Return x >> distance, with bit 0 set where a bit that is one was lost; distances from 0 on."""
    high, low = x
    far, rest = distance >= 64, distance - np.int32(64)
    down = np.where(far, bits.shift_right(high, rest), bits.shift_right(low, distance) | bits.shift_left(high, np.int32(64) - distance))
    lost = np.where(far, low | bits.shift_left(high, np.int32(64) - rest), bits.shift_left(low, np.int32(64) - distance))
    return bits.shift_right(high, distance), down | (lost != 0)


def plus(x: Wide, y: Wide) -> Wide:
    """Return x + y modulo 2**128."""
    low = x[1] + y[1]
    return x[0] + y[0] + (low < y[1]), low


def minus(x: Wide, y: Wide) -> Wide:
    """Return x - y modulo 2**128."""
    return x[0] - y[0] - (x[1] < y[1]), x[1] - y[1]


def at_least(x: Wide, y: Wide) -> Any:
    """Return where x >= y."""
    return (x[0] > y[0]) | ((x[0] == y[0]) & (x[1] >= y[1]))


def where(mask: Any, x: Wide, y: Wide) -> Wide:
    """Return x where the mask says so, else y."""
    return np.where(mask, x[0], y[0]), np.where(mask, x[1], y[1])


def normal(x: Wide, lowest: NDArray[np.int32], top: int) -> tuple[Wide, NDArray[np.int32]]:
    """Return x * 2**lowest with its leading one, which lies no higher, at bit `top`, and the exponent of bit 0; a zero stays one, far below every number."""
    zero = (x[0] | x[1]) == 0
    up = np.where(zero, np.int32(0), np.int32(top + 1) - _bit_length(x))
    return shift_left(x, up), np.where(zero, np.int32(-(1 << 28)), lowest - up)


def _bit_length(x: Wide) -> NDArray[np.int32]:
    return np.where(x[0] != 0, bits.bit_length(x[0]) + np.int32(64), bits.bit_length(x[1]))


def leading_lane(x: Wide, lowest: NDArray[np.int32]) -> tuple[Lane, NDArray[np.int32]]:
    """Return the 64 leading digits of x * 2**lowest, bit 0 set where digits below are lost, and its exponent."""
    down = np.maximum(_bit_length(x) - np.int32(64), np.int32(0))
    return shift_right_jam(x, down)[1], lowest + down


def lane_from(x: Wide, lowest: NDArray[np.int32], quantum: int) -> tuple[Lane, NDArray[np.int32]]:
    """Return the 63 digits of x * 2**lowest from that of exponent `quantum` up, bit 0 set where digits below are lost; bit 63 says that there are higher ones.

    What is rounded modulo a power of two needs its lower digits, and whether there are others.
    """
    down = np.maximum(np.int32(quantum) - lowest, np.int32(0))
    high, low = shift_right_jam(x, down)
    return np.where(high != 0, low | _TOP, low), lowest + down
