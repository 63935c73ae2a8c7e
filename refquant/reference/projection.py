"""Round once, saturate, pack: what happens to an operand on its way into a format."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.policies import Plan
from refquant.reference.bits import Lane, lane_bits, split
from refquant.reference.operands import Operand, leading_exponent
from refquant.reference.rounding import is_odd, is_tiny, step_up

Mask = NDArray[np.bool_]


class Located(NamedTuple):
    """Where a magnitude lies in the target's grid: index `below` plus `fraction`, the index taken with unbounded exponent. RQ-4.2."""

    negative: Lane
    below: Lane
    fraction: Lane
    exact_zero: Mask
    beyond: Mask | None  #: under wrap, where `below` is the integer modulo the lane and the value is out of range


def locate(x: Operand, plan: Plan) -> Located:
    """Return the index below each magnitude, and the fraction of the quantum above it. RQ-4.2."""
    g = plan.grid
    u = x.significand.dtype.type
    growth = np.maximum(leading_exponent(x, g.min_quantum + g.precision - 1) - np.int32(g.min_quantum + g.precision - 1), np.int32(0))
    quantum = np.int32(g.min_quantum) + (np.int32(0) if plan.wrap else growth)
    distance = quantum - x.lowest
    if not plan.stochastic and x.digits <= lane_bits(x.significand) - 2:
        distance = np.minimum(distance, np.int32(lane_bits(x.significand) - 1))  # the fraction stays below half, and not zero
    kept, fraction = split(x.significand, distance)
    if not plan.wrap:
        growth = np.minimum(growth, np.int32((g.max_positive >> (g.precision - 1)) + 2))  # enough to be out of range
        kept = (growth.astype(u) << u(g.precision - 1)) + kept
    negative = np.zeros_like(x.negative) if plan.absolute else x.negative
    return Located(negative, kept, fraction, x.significand == 0, growth > 0 if plan.wrap else None)


def project(x: Located, plan: Plan, random: Lane | None, out: Lane, events: NDArray[np.uint8] | None) -> None:
    """Write the codes of finite magnitudes, rounded once, and their events. RQ-3.3 (6) to (11)."""
    up = step_up(is_odd(x.below, plan), x.negative, x.fraction, plan, random)
    rounded = x.below + up
    if plan.grid.first_index:
        rounded = np.where(x.exact_zero, rounded, np.maximum(rounded, rounded.dtype.type(plan.grid.first_index)))  # RQ-4.15
    flushed = is_tiny(x.below, x.fraction, x.exact_zero, x.negative, plan, random, plan.flush_results == 2) if plan.flush_results else None
    if flushed is not None:
        rounded = np.where(flushed, rounded.dtype.type(0), rounded)
    over = _out_of_range(rounded, x, plan)
    _pack(rounded, over, x, plan, out)
    if events is not None:
        _record(over, flushed, x, plan, random, events)


def _out_of_range(rounded: Lane, x: Located, plan: Plan) -> Mask:
    g, u = plan.grid, rounded.dtype.type
    top = u(g.max_positive) if g.max_positive == g.max_negative else np.where(x.negative != 0, u(g.max_negative), u(g.max_positive))
    over = rounded > top
    return over if x.beyond is None else over | x.beyond


def _pack(rounded: Lane, over: Mask, x: Located, plan: Plan, out: Lane) -> None:
    """RQ-2.2, RQ-2.9, RQ-5.1 to RQ-5.6, RQ-5.10, RQ-5.11."""
    g, u = plan.grid, rounded.dtype.type
    n = rounded - u(g.first_index) if g.first_index else rounded
    if g.negative_step > 0:
        code = n + x.negative * u(g.negative_base) if g.negative_base else n
    else:
        code = np.where(x.negative != 0, u(0) - n, n) & u((1 << g.width) - 1)
    if plan.zero_code != (0, g.negative_base):
        code = np.where(rounded == 0, _by_side(plan.zero_code, x.negative), code)
    if g.first_index:
        code = np.where(x.exact_zero, _by_side(plan.exact_zero_code, x.negative), code)
    below = _below_min(x, plan)
    if below is not None and plan.below_code is not None:
        over = over & ~below
        code = np.where(below, _by_side(plan.below_code, x.negative), code)
    if plan.wrap:
        over = over & (x.negative != 0) if plan.wrap == 2 else np.zeros_like(over)
    if over.any():
        code = np.where(over, _by_side(plan.overflow_code, x.negative), code)
    out[...] = code


def _below_min(x: Located, plan: Plan) -> Mask | None:
    """RQ-5.11: where a nonzero magnitude is below the least one, if that matters."""
    return None if plan.below_code is None else (x.below < plan.grid.first_index) & ~x.exact_zero


def _by_side(pair: tuple[int, int], negative: Lane) -> Any:
    u = negative.dtype.type
    return u(pair[0]) if pair[0] == pair[1] else np.where(negative != 0, u(pair[1]), u(pair[0]))


def _record(over: Mask, flushed: Mask | None, x: Located, plan: Plan, random: Lane | None, events: NDArray[np.uint8]) -> None:
    """RQ-6.2 to RQ-6.8, for finite magnitudes."""
    inexact = x.fraction != 0
    if plan.grid.first_index:
        inexact |= x.below < plan.grid.first_index  # delivered as the least value
    event = np.where(inexact, np.uint8(plan.inexact_event), np.uint8(0))
    if plan.underflow_event:
        tiny = is_tiny(x.below, x.fraction, x.exact_zero, x.negative, plan, random, bool(plan.tiny_before))
        event |= np.where(tiny & inexact, np.uint8(plan.underflow_event), np.uint8(0))
    if flushed is not None:
        event = np.where(flushed, np.uint8(plan.flush_event), event)
    event = np.where(over, _by_side(plan.overflow_event, x.negative.astype(np.uint8)), event)
    if plan.grid.first_index:
        event = np.where(x.exact_zero, np.uint8(plan.exact_zero_event), event)
        below = _below_min(x, plan)
        event = event if below is None else np.where(below, np.uint8(plan.below_event), event)
    events[...] = event


def deliver_specials(x: Operand, plan: Plan, out: Lane, events: NDArray[np.uint8] | None) -> None:
    """Write the codes and events of Inf and NaN. RQ-5.1 to RQ-5.9, RQ-5.12, RQ-5.14, RQ-6.2, RQ-6.6."""
    negative = np.zeros_like(x.negative) if plan.absolute else x.negative
    if x.infinite is not None:
        out[x.infinite] = np.broadcast_to(_by_side(plan.infinity_code, negative), out.shape)[x.infinite]
    if events is not None and x.infinite is not None:
        events[x.infinite] = np.broadcast_to(_by_side(plan.infinity_event, negative.astype(np.uint8)), out.shape)[x.infinite]
    if x.nan is not None:
        code, copied = _nan_codes(x, negative, plan)
        out[x.nan] = code[x.nan]
        if events is not None:
            events[x.nan] = _nan_events(x, copied, plan)[x.nan]
    if events is not None and plan.absolute:
        counts = (x.negative != 0) & ((x.significand != 0) if x.infinite is None else (x.significand != 0) | x.infinite)
        events[counts if x.nan is None else counts & ~x.nan] |= np.uint8(plan.absolute_event)


def _nan_codes(x: Operand, negative: Lane, plan: Plan) -> tuple[Lane, Mask]:
    """RQ-5.8: the code of a NaN with this sign and payload, and where it is a copy of bits."""
    u, g = x.payload.dtype.type, plan.grid
    plain = np.broadcast_to(_by_side(plan.nan_code, negative), x.payload.shape).astype(x.payload.dtype)
    if not plan.nan_moves or not x.payload_width:
        return plain, np.zeros(x.payload.shape, np.bool_)
    up, down = max(g.nan_payload - x.payload_width, 0), max(x.payload_width - g.nan_payload, 0)
    moved = (x.payload << u(up)) >> u(down)
    lost = (moved << u(down)) != x.payload if down else np.zeros(moved.shape, np.bool_)
    quiets = lost if plan.nan_moves == 1 else np.ones_like(lost)
    quieted = np.where(quiets, moved | u(1 << (g.nan_payload - 1)), moved)
    code = quieted + u(g.infinity) + negative * u(g.negative_base)
    return np.where(moved == 0, plain, code), ~quiets & (moved != 0)


def _nan_events(x: Operand, copied: Mask, plan: Plan) -> NDArray[np.uint8]:
    """RQ-6.6."""
    if not x.quiet:
        return np.full(copied.shape, plan.nan_event, np.uint8)
    signals = (x.payload & x.payload.dtype.type(x.quiet)) == 0
    return np.where(signals & ~copied, np.uint8(plan.signaling_event), np.uint8(plan.nan_event))
