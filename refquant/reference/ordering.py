"""The total order, the classes of data, and the exponents of their leading digits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Grid
from refquant.policies import Choices, Flags, Plan
from refquant.reference.bits import Lane, bit_length
from refquant.reference.codec import Events, Random
from refquant.reference.compare import equal, less, place
from refquant.reference.exact_results import Grids, Mask, Result, is_nan, is_zero, number, operands_of, signals
from refquant.reference.finishing import finish
from refquant.reference.operands import Operand, from_codes

U = np.uint64
#: What stands for an exponent that does not exist. RQ-7.21
ZERO, NAN, INFINITY = -(1 << 31), 1 - (1 << 31), (1 << 31) - 1
SIGNALING_NAN, QUIET_NAN, NEGATIVE_INFINITY, NEGATIVE_NORMAL, NEGATIVE_SUBNORMAL, NEGATIVE_ZERO, POSITIVE_ZERO = range(7)  # RQ-7.26


def total_order(a: Lane, b: Lane, grids: Grids, nans_first: bool, out: Mask) -> None:
    """See refquant.arithmetic.total_order; RQ-7.25."""
    x, y = (from_codes(c, grid, U, False) for c, grid in zip((a, b), grids, strict=True))
    ours, theirs = _side(x, nans_first), _side(y, nans_first)
    of_numbers = less(place(y), place(x)) | (equal(place(y), place(x)) & (y.negative > x.negative))
    of_nans = np.zeros(a.shape, np.bool_) if nans_first else np.where(x.negative != 0, _payload(x) < _payload(y), _payload(y) < _payload(x))
    out[...] = (ours < theirs) | ((ours == theirs) & ~np.where(ours == 0, of_numbers, of_nans))


def _side(x: Operand, nans_first: bool) -> NDArray[np.int8]:
    """Return -1 for a NaN that is before every number, 1 for one that is after it, 0 for numbers."""
    before = np.full(x.negative.shape, nans_first) | (x.negative != 0)
    return np.where(is_nan(x), np.where(before, np.int8(-1), np.int8(1)), np.int8(0))


def _payload(x: Operand) -> Lane:
    """Return T with its most significant bit at bit 63; that of the one NaN of a format is the canonical one."""
    return x.payload << U(64 - x.payload_width) if x.payload_width else np.full(x.negative.shape, U(1 << 63))


def classify(codes: Lane, grid: Grid, out: NDArray[np.uint8]) -> None:
    """See refquant.arithmetic.classify; RQ-7.26."""
    x = from_codes(codes, grid, U, False)
    normal = x.significand >= U(1 << (grid.precision - 1)) if grid.has_subnormals else x.significand != 0
    steps = np.where(x.significand == 0, 0, np.where(normal, 2, 1))  # from the zero of its sign
    steps = steps if x.infinite is None else np.where(x.infinite, 3, steps)
    numbers = np.where(x.negative != 0, NEGATIVE_ZERO - steps, POSITIVE_ZERO + steps)
    out[...] = np.where(is_nan(x), np.where(signals(x), SIGNALING_NAN, QUIET_NAN), numbers)


def log_b(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.log_b; RQ-7.21."""
    (a,) = operands_of(codes, grids, choices)
    x = number(a)
    zero = is_zero(x)
    exponent = np.where(zero | x.infinite, np.int32(0), x.lowest + bit_length(x.significand) - np.int32(1))
    none = np.zeros_like(zero)
    found = Result((exponent < 0) | zero, np.abs(exponent).astype(U), np.zeros_like(exponent), x.infinite | zero, none, zero)
    return finish([a], found, choices, plan, random, base, out, events)


def log_b_integer(codes: Lane, grid: Grid, flush: bool, out: NDArray[np.int32], events: Events) -> None:
    """See refquant.arithmetic.log_b; RQ-7.21."""
    a = from_codes(codes, grid, U, flush)
    x = number(a)
    exponent = x.lowest + bit_length(x.significand) - np.int32(1)
    exponent = np.where(x.infinite, np.int32(INFINITY), np.where(is_zero(x), np.int32(ZERO), exponent))
    out[...] = np.where(is_nan(a), np.int32(NAN), exponent)
    if events is not None:
        events[...] = np.where(is_nan(a) | x.infinite | is_zero(x), np.uint8(Flags.INVALID), np.uint8(0))
