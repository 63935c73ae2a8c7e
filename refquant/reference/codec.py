"""Encode, decode and convert, chunk by chunk: flat native arrays in, flat native arrays out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Grid
from refquant.policies import Philox, Plan
from refquant.reference.bits import Lane
from refquant.reference.operands import INFINITE, QUIET_NAN, Operand, from_codes, from_parts, to_parts
from refquant.reference.projection import Located, deliver_specials, locate, project
from refquant.reference.stochastic import random_lane

if TYPE_CHECKING:
    from refquant.rationals import LocatedParts

Random = Philox | NDArray[Any] | None
Events = NDArray[np.uint8] | None


def convert(codes: Lane, source: Grid, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.codec.convert; RQ-3.3, RQ-3.5. Returns the OR of all events; `base` is the index of the first element.

    Codes go into `out` (None: nowhere), events into `events`.
    """
    lane = _lane(source, plan)
    return deliver(from_codes(codes, source, lane, bool(plan.flush_inputs)), plan, random, base, out, events)


def encode_parts(
    negative: Lane, significand: Lane, exponent: Lane, kind: Lane, payload_width: int, plan: Plan, random: Random, base: int, out: Lane | None, events: Events
) -> int:
    """See refquant.codec.encode_parts; RQ-3.7."""
    return deliver(from_parts(negative, significand, exponent, kind, payload_width), plan, random, base, out, events)


def encode_located(x: LocatedParts, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """Encode magnitudes that are already split at the target's quantum (exact rationals); RQ-4.2."""
    u = np.uint64
    sign = np.zeros_like(x.negative) if plan.absolute else x.negative
    zero, infinite, nan = x.below | x.fraction == 0, x.kind == INFINITE, x.kind >= QUIET_NAN
    exact_zero = zero & ~x.beyond if plan.wrap else zero
    size = x.negative.size
    out, events = _sink(out, size), _needed(plan, events, size)
    project(Located(sign, x.below, x.fraction, exact_zero, x.beyond if plan.wrap else None), plan, random_lane(random, base, size), out, events)
    significand = (~exact_zero).astype(u)
    operand = Operand(x.negative, significand, np.zeros(size, np.int32), 0, 1, infinite, nan, x.payload, x.payload_width, x.quiet)
    deliver_specials(operand, plan, out, events)
    return _status(events)


def decode_parts(codes: Lane, grid: Grid) -> tuple[NDArray[np.bool_], NDArray[np.uint64], NDArray[np.int32], NDArray[np.uint8]]:
    """See refquant.codec.decode_parts; RQ-2.3, RQ-3.7."""
    return to_parts(from_codes(codes, grid, np.uint64, False))


def _lane(source: Grid, plan: Plan) -> type[Any]:
    """Return uint32 where every intermediate result fits 32 bits, else uint64."""
    narrow = source.precision <= 29 and plan.grid.precision <= 29 and source.max_positive < 1 << 31 and plan.grid.max_positive < 1 << 31
    return np.uint32 if narrow and not plan.stochastic and not plan.wrap else np.uint64


def deliver(x: Operand, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    size = x.significand.size
    out, events = _sink(out, size), _needed(plan, events, size)
    project(locate(x, plan), plan, random_lane(random, base, size), out, events)
    if x.infinite is not None or x.nan is not None or plan.absolute:
        deliver_specials(x, plan, out, events)
    return _status(events)


def _sink(out: Lane | None, size: int) -> Lane:
    return np.empty(size, np.uint64) if out is None else out


def _needed(plan: Plan, events: Events, size: int) -> Events:
    return np.empty(size, np.uint8) if events is None and plan.may_raise else events


def _status(events: Events) -> int:
    return 0 if events is None else int(np.bitwise_or.reduce(events, initial=0))
