"""Codes and parts as operands: sign, significand, exponent, and what is not a number."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Grid
from refquant.reference.bits import Lane, bit_length

#: Kinds of parts. RQ-3.7
FINITE, INFINITE, QUIET_NAN, SIGNALING_NAN = 0, 1, 2, 3
NAN_PAYLOAD = 52  # the significand of a NaN's parts is its trailing field, aligned as in a float64
_EXPONENT_LIMIT = 1 << 24  # past every format's range; keeps sums of exponents inside int32


class Operand(NamedTuple):
    """(-1)**negative * significand * 2**lowest, and masks of what is not finite (None: nothing)."""

    negative: Lane
    significand: Lane
    lowest: NDArray[np.int32]
    emin: int  #: below this exponent `digits` overestimates
    digits: int  #: bits of a normal significand
    infinite: NDArray[np.bool_] | None
    nan: NDArray[np.bool_] | None
    payload: Lane  #: the trailing field of a NaN
    payload_width: int  #: its width; 0 where the source has one NaN per sign
    quiet: int  #: the bit that makes the payload quiet; 0 where no NaN signals


def leading_exponent(x: Operand, emin: int) -> NDArray[np.int32]:
    """Return floor(log2(magnitude)) where that is at least `emin`, else anything at most `emin`. RQ-4.2."""
    if x.emin <= emin:
        return x.lowest + np.int32(x.digits - 1)
    return x.lowest + bit_length(x.significand) - np.int32(1)


def from_codes(codes: Lane, grid: Grid, lane: type[Any], flush_subnormals: bool) -> Operand:
    """Return the operand that codes of a source format stand for. RQ-2.2, RQ-2.3, RQ-5.13."""
    negative, magnitude = sign_and_magnitude(codes.astype(lane, copy=False), grid)
    index = magnitude + lane(grid.first_index) if grid.first_index else magnitude
    significand, lowest = value_of_index(index, grid)
    if flush_subnormals and grid.has_subnormals:
        significand = np.where(index < lane(1 << (grid.precision - 1)), lane(0), significand)
    infinite, nan = _specials(magnitude, negative, grid)
    if nan is not None and grid.nan_at_zero:
        negative = np.where(nan, lane(0), negative)
    payload = magnitude & lane((1 << grid.nan_payload) - 1)
    emin = grid.min_quantum + grid.precision - 1
    return Operand(negative, significand, lowest, emin, grid.precision, infinite, nan, payload, grid.nan_payload, grid.nan_quiet)


def value_of_index(index: Lane, grid: Grid) -> tuple[Lane, NDArray[np.int32]]:
    """Return significand and exponent of the magnitudes with these indices. RQ-2.3."""
    u = index.dtype.type
    growth = np.maximum(shifted(index, grid.precision - 1), u(1)) - u(1)
    significand = index - (growth << u(grid.precision - 1)) if grid.precision <= 53 else index
    return significand, growth.astype(np.int32) + np.int32(grid.min_quantum)


def shifted(x: Lane, distance: int) -> Lane:
    """Return x >> distance for one clamped distance."""
    width = x.dtype.itemsize * 8
    return x >> x.dtype.type(distance) if distance < width else np.zeros_like(x)


def sign_and_magnitude(codes: Lane, grid: Grid) -> tuple[Lane, Lane]:
    """Return the sign, 0 or 1, and the magnitude code. RQ-2.2, RQ-2.9."""
    u = codes.dtype.type
    if not grid.max_negative and not grid.negative_base:
        return np.zeros_like(codes), codes
    sign = shifted(codes, grid.width - 1)
    if grid.negative_step > 0:
        return sign, codes & u(grid.negative_base - 1)
    return sign, np.where(sign != 0, (u(0) - codes) & u((1 << grid.width) - 1), codes)


def _specials(magnitude: Lane, negative: Lane, grid: Grid) -> tuple[NDArray[np.bool_] | None, NDArray[np.bool_] | None]:
    """RQ-2.4: masks of Inf and NaN, None where there is none of a kind."""
    u = magnitude.dtype.type
    infinite = nan = None
    if grid.infinity >= 0:
        infinite = magnitude == u(grid.infinity)
    if grid.nan_first >= 0:
        nan = magnitude >= u(grid.nan_first)
    elif grid.nan_at_zero:
        nan = (magnitude == 0) & (negative != 0)
    return (infinite if infinite is not None and infinite.any() else None), (nan if nan is not None and nan.any() else None)


def from_parts(negative: Lane, significand: Lane, exponent: Lane, kind: Lane, payload_width: int) -> Operand:
    """Return the operand of given parts; the significand of a NaN is its trailing field, `payload_width` wide. RQ-3.7."""
    lowest = np.clip(exponent, -_EXPONENT_LIMIT, _EXPONENT_LIMIT).astype(np.int32)
    quiet = 1 << (payload_width - 1) if payload_width else 0
    infinite, nan = kind == INFINITE, kind >= QUIET_NAN
    u = np.uint64
    payload = np.where(kind == SIGNALING_NAN, significand & ~u(quiet), significand | u(quiet)) if payload_width else significand
    return Operand(
        negative.astype(u),
        significand.astype(u),
        lowest,
        1 << 30,
        64,
        infinite if infinite.any() else None,
        nan if nan.any() else None,
        payload,
        payload_width,
        quiet,
    )


def to_parts(x: Operand) -> tuple[NDArray[np.bool_], NDArray[np.uint64], NDArray[np.int32], NDArray[np.uint8]]:
    """Return (sign, significand, exponent, kind). RQ-3.7."""
    kind = np.zeros(x.significand.shape, np.uint8)
    significand, exponent = x.significand.astype(np.uint64), x.lowest
    if x.infinite is not None:
        kind[x.infinite] = INFINITE
        significand, exponent = np.where(x.infinite, np.uint64(0), significand), np.where(x.infinite, np.int32(0), exponent)
    if x.nan is not None:
        signals = (x.payload & x.payload.dtype.type(x.quiet)) == 0 if x.quiet else np.zeros_like(x.nan)
        kind[x.nan] = np.where(signals[x.nan], SIGNALING_NAN, QUIET_NAN)
        payload = x.payload.astype(np.uint64) << np.uint64(NAN_PAYLOAD - x.payload_width)
        significand, exponent = np.where(x.nan, payload, significand), np.where(x.nan, np.int32(0), exponent)
    return x.negative != 0, significand.astype(np.uint64), exponent, kind
