"""Exact results of operations, element by element: what they are made of, and what is known of the operands."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Grid
from refquant.policies import Choices
from refquant.reference.bits import Lane, bit_length, shift_left
from refquant.reference.operands import Operand, from_codes

U = np.uint64
Mask = NDArray[np.bool_]
Grids = tuple[Grid, ...]


class Result(NamedTuple):
    """An exact result: a magnitude of a sign, or Inf; where there is none; and where a zero divided a number."""

    negative: Mask
    significand: Lane  #: bit 0 is set where digits below it are lost
    lowest: NDArray[np.int32]
    infinite: Mask
    invalid: Mask
    by_zero: Mask | None = None
    no_product: Mask | None = None  #: where the factors of fma are 0 and Inf, whatever its addend


def operands_of(codes: list[Lane], grids: Grids, choices: Choices) -> list[Operand]:
    """Return operands with subnormals flushed where that is asked for. RQ-7.7."""
    return [from_codes(c, grid, U, choices.flush) for c, grid in zip(codes, grids, strict=True)]


def digits(grid: Grid) -> int:
    """Return how many digits the significands of a format have, at most."""
    return min(grid.precision, max(grid.max_positive, grid.max_negative).bit_length())


def number(x: Operand) -> Result:
    """Return an operand as the number that it is; where it is a NaN, anything."""
    none = np.zeros(x.significand.shape, np.bool_)
    infinite = none if x.infinite is None else x.infinite
    return Result(x.negative != 0, np.where(infinite, U(0), x.significand), x.lowest, infinite, none)


def is_zero(x: Result) -> Mask:
    """Return where a number is 0."""
    zero: Mask = (x.significand == 0) & ~x.infinite
    return zero


def is_nan(x: Operand) -> Mask:
    """Return where an operand is a NaN."""
    return np.zeros(x.significand.shape, np.bool_) if x.nan is None else x.nan


def signals(x: Operand) -> Mask:
    """Return where an operand is a signalling NaN. RQ-2.7."""
    return is_nan(x) & ((x.payload & U(x.quiet)) == 0) if x.quiet else np.zeros(x.significand.shape, np.bool_)


def normal(x: Result, top: int) -> tuple[Lane, NDArray[np.int32]]:
    """Return the significand with its leading one at bit `top`, and the exponent of bit 0; a zero stays one, far below every number."""
    up = np.where(x.significand == 0, np.int32(0), np.int32(top + 1) - bit_length(x.significand))
    return shift_left(x.significand, up), np.where(x.significand == 0, np.int32(-(1 << 28)), x.lowest - up)
