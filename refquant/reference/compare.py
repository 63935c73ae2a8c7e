"""Comparison by exact value, chunk by chunk: sign, exponent of the leading digit, digits; no float and no common format."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Grid
from refquant.policies import Flags
from refquant.reference.bits import Lane, bit_length, shift_left
from refquant.reference.operands import Operand, from_codes

Mask = NDArray[np.bool_]
Grids = tuple[Grid, Grid]
_ZERO, _INFINITE = -(1 << 30), 1 << 30  # exponents below and above those of every number
_WIDTH = 64


class Place(NamedTuple):
    """Where an operand lies: equal places are equal values, whatever their formats. RQ-7.1."""

    negative: Mask  #: false for a zero
    exponent: NDArray[np.int32]  #: of the digit after the leading one; _ZERO for a zero, _INFINITE for Inf
    digits: NDArray[np.uint64]  #: the significand, its leading one at bit 63; 0 for a zero and Inf


def quiet_eq(a: Lane, b: Lane, grids: Grids, flush: tuple[bool, bool], out: Mask, events: NDArray[np.uint8] | None) -> int:
    """See refquant.arithmetic.compare; RQ-7.3. Truth goes into `out`, flags into `events` (None: nowhere); returns the OR of all flags."""
    x, y, unordered = _operands(a, b, grids, flush)
    out[...] = ~unordered & equal(place(x), place(y))
    return _raise(_signals(x) | _signals(y), events)


def quiet_lt(a: Lane, b: Lane, grids: Grids, flush: tuple[bool, bool], out: Mask, events: NDArray[np.uint8] | None) -> int:
    """See refquant.arithmetic.compare; RQ-7.3."""
    x, y, unordered = _operands(a, b, grids, flush)
    out[...] = ~unordered & less(place(x), place(y))
    return _raise(_signals(x) | _signals(y), events)


def quiet_le(a: Lane, b: Lane, grids: Grids, flush: tuple[bool, bool], out: Mask, events: NDArray[np.uint8] | None) -> int:
    """See refquant.arithmetic.compare; RQ-7.3."""
    x, y, unordered = _operands(a, b, grids, flush)
    out[...] = ~unordered & ~less(place(y), place(x))
    return _raise(_signals(x) | _signals(y), events)


def quiet_unordered(a: Lane, b: Lane, grids: Grids, flush: tuple[bool, bool], out: Mask, events: NDArray[np.uint8] | None) -> int:
    """See refquant.arithmetic.compare; RQ-7.3."""
    x, y, unordered = _operands(a, b, grids, flush)
    out[...] = unordered
    return _raise(_signals(x) | _signals(y), events)


def signaling_eq(a: Lane, b: Lane, grids: Grids, flush: tuple[bool, bool], out: Mask, events: NDArray[np.uint8] | None) -> int:
    """See refquant.arithmetic.compare; RQ-7.4."""
    quiet_eq(a, b, grids, flush, out, None)
    return _raise(_operands(a, b, grids, flush)[2], events)


def signaling_lt(a: Lane, b: Lane, grids: Grids, flush: tuple[bool, bool], out: Mask, events: NDArray[np.uint8] | None) -> int:
    """See refquant.arithmetic.compare; RQ-7.4."""
    quiet_lt(a, b, grids, flush, out, None)
    return _raise(_operands(a, b, grids, flush)[2], events)


def signaling_le(a: Lane, b: Lane, grids: Grids, flush: tuple[bool, bool], out: Mask, events: NDArray[np.uint8] | None) -> int:
    """See refquant.arithmetic.compare; RQ-7.4."""
    quiet_le(a, b, grids, flush, out, None)
    return _raise(_operands(a, b, grids, flush)[2], events)


def _operands(a: Lane, b: Lane, grids: Grids, flush: tuple[bool, bool]) -> tuple[Operand, Operand, Mask]:
    """Return both operands, and where they are unordered. RQ-7.1, RQ-7.5."""
    x, y = (from_codes(codes, grid, np.uint64, flushes) for codes, grid, flushes in zip((a, b), grids, flush, strict=True))
    return x, y, _nan(x) | _nan(y)


def _nan(x: Operand) -> Mask:
    return np.zeros(x.significand.shape, np.bool_) if x.nan is None else x.nan


def _signals(x: Operand) -> Mask:
    """RQ-2.7: where an operand is a signalling NaN."""
    return _nan(x) & ((x.payload & np.uint64(x.quiet)) == 0) if x.quiet else np.zeros(x.significand.shape, np.bool_)


def place(x: Operand) -> Place:
    """Return where an operand that is no NaN lies. RQ-7.1."""
    length = bit_length(x.significand)
    zero = x.significand == 0
    exponent = np.where(zero, np.int32(_ZERO), x.lowest + length)
    digits = shift_left(x.significand, np.where(zero, 0, _WIDTH - length))
    if x.infinite is not None:
        exponent, digits = np.where(x.infinite, np.int32(_INFINITE), exponent), np.where(x.infinite, np.uint64(0), digits)
        zero = zero & ~x.infinite
    return Place((x.negative != 0) & ~zero, exponent, digits)


def equal(x: Place, y: Place) -> Mask:
    """Return where two numbers are one."""
    same: Any = (x.negative == y.negative) & (x.exponent == y.exponent) & (x.digits == y.digits)
    return same


def less(x: Place, y: Place) -> Mask:
    """RQ-7.1: by sign, then by magnitude, which on the negative side counts downwards."""
    nearer = below(x, y)
    further = below(y, x)
    return np.where(x.negative == y.negative, np.where(x.negative, further, nearer), x.negative)


def below(x: Place, y: Place) -> Mask:
    """Return where the magnitude of x is less than that of y."""
    below: Any = (x.exponent < y.exponent) | ((x.exponent == y.exponent) & (x.digits < y.digits))
    return below


def _raise(invalid: Mask, events: NDArray[np.uint8] | None) -> int:
    """RQ-7.4: the one flag of a comparison."""
    if events is not None:
        events[...] = np.where(invalid, np.uint8(Flags.INVALID), np.uint8(0))
    return int(Flags.INVALID) if invalid.any() else 0
