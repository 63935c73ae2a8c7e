"""Encode, decode and convert, chunk by chunk: flat native arrays in, flat native arrays out, bit for bit as `refquant.reference.codec`.

Which kernel: one addition where the plan allows it, for integers too, which float64 holds; a table for sources of few bits; else the kernels that do
everything.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Grid, get_format
from refquant.numba_kernels import additive, streams
from refquant.numba_kernels.parameters import Adding, addition, goal, is_binary, is_machine_integer, lane_of, origin
from refquant.numba_kernels.streams import BLOCK, Random
from refquant.policies import RAISES, Philox, Plan

Lane = NDArray[Any]
Events = NDArray[np.uint8] | None
TABLE_WIDTH = 16  # sources of at most so many bits go through a table
_FEW = 1 << 10  # elements; below, a table does not pay
_FLOAT64 = get_format("float64").grid


def convert(codes: Lane, source: Grid, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.reference.codec.convert."""
    if events is None and is_machine_integer(source) and source.width > TABLE_WIDTH and addition(_FLOAT64, plan) is not None:
        return _through_float64(codes, source, plan, random, base, out)
    if plan.may_raise and events is None and _raises_nothing(codes, source, plan):
        plan = plan._replace(may_raise=0)
    if out is None and events is None and not plan.may_raise:
        return 0
    if out is not None and events is None and not plan.may_raise:
        adding = addition(source, plan)
        if adding is not None and _add(adding, codes, random, base, out):
            return 0
    if source.width <= TABLE_WIDTH and codes.size >= _FEW and not plan.stochastic:
        return _through_table(codes, source, plan, out, events)
    return _compute(codes, source, plan, random, base, out, events)


def _add(adding: Adding, codes: Lane, random: Random, base: int, out: Lane) -> bool:
    """Convert by addition; return whether the kernel could."""
    given = streams.read_only(codes, codes.dtype)
    if adding.kernel != "drawn32":
        return bool(getattr(additive, adding.kernel)(given, adding.numbers, out))
    left = np.int64(0 if isinstance(random, Philox) else 32 - adding.random_bits)
    for part, words in streams.blocks(codes.size, random, base):
        additive.drawn32(given[part], adding.numbers, words, left, out[part])
    return True


def _raises_nothing(codes: Lane, source: Grid, plan: Plan) -> bool:
    """Return whether no float raises for certain: as magnitudes grow, so does what is wrong with them, and the largest of each sign speak for all.

    Not where these are not finite; nor where zeros may raise, or random numbers decide.
    """
    if plan.stochastic or (plan.exact_zero_event | plan.below_event) & RAISES or not is_binary(source):
        return False
    extremes = additive.extremes32 if source.width == 32 else additive.extremes64
    largest = np.array(extremes(streams.read_only(codes, codes.dtype)), codes.dtype)
    if (largest % source.negative_base >= source.infinity).any():
        return False
    return not _compute(largest, source, plan, None, 0, None, None) & RAISES


def _through_float64(codes: Lane, source: Grid, plan: Plan, random: Random, base: int, out: Lane | None) -> int:
    """Convert integers block by block as the floats that they are equal to; blocks with one beyond 2**53 by the kernels that do everything."""
    size, status = source.width // 8, 0
    whole = codes.astype(f"u{size}", copy=False).view(f"{'i' if source.max_negative else 'u'}{size}")
    for first in range(0, codes.size, BLOCK):
        part = slice(first, first + BLOCK)
        drawn, sink = random[part] if isinstance(random, np.ndarray) else random, None if out is None else out[part]
        if source.width <= 53 or _fit_53_bits(whole[part]):
            values = whole[part].astype(np.float64).view(np.uint64)
            status |= convert(values, _FLOAT64, plan, drawn, base + first, sink, None)
        else:
            status |= _compute(codes[part], source, plan, drawn, base + first, sink, None)
    return status


def _fit_53_bits(values: Lane) -> bool:
    largest, least = int(values.max(initial=0)), int(values.min(initial=0))
    return least >= -(1 << 53) and largest <= 1 << 53


def _compute(codes: Lane, source: Grid, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """Convert by the kernels that do everything; each is compiled for one dtype alone, that of its lane."""
    lane = lane_of(source, plan)
    plain, with_events = _kernels(lane.itemsize, bool(plan.stochastic), bool(plan.flush_results))
    numbers, size, status = (origin(source, plan), goal(source, plan)), min(codes.size, BLOCK), 0
    sink, unseen = np.empty(size, lane), np.empty(size, np.uint8) if events is None and plan.may_raise else None
    for part, words in streams.blocks(codes.size, random, base):
        given = streams.read_only(codes[part], lane)
        drawn = () if words is None else (words, np.int64(32 - plan.random_bits if isinstance(random, Philox) else 0))
        target = out[part] if out is not None and out.dtype == lane else sink[: given.size]
        seen = events[part] if events is not None else None if unseen is None else unseen[: given.size]
        if seen is None:
            plain(given, *numbers, *drawn, target)
        else:
            status |= int(with_events(given, *numbers, *drawn, target, seen))
        if out is not None and out.dtype != lane:
            np.copyto(out[part], target, casting="unsafe")
    return status


@cache
def _kernels(lane: int, drawn: bool, flushes: bool) -> tuple[Any, Any]:
    """Return the kernels of a lane of so many bytes: without events, and with."""
    from refquant.numba_kernels import elements  # most of what is compiled, and not needed where an addition does

    if lane == 4 and drawn:
        return elements.convert32_random, elements.convert32_random_events
    if lane == 4:
        return (elements.convert32_flushing if flushes else elements.convert32), elements.convert32_events
    return (elements.convert64_random, elements.convert64_random_events) if drawn else (elements.convert64, elements.convert64_events)


def _through_table(codes: Lane, source: Grid, plan: Plan, out: Lane | None, events: Events) -> int:
    table, table_events = _table(source, plan, np.dtype(np.uint32) if out is None else out.dtype, events is not None or bool(plan.may_raise))
    mask, status = np.uint64((1 << source.width) - 1), 0
    given = streams.read_only(codes, codes.dtype)
    if out is not None:
        streams.gather(given, table, mask, out)
    if table_events is None:
        return 0
    unseen = np.empty(min(codes.size, BLOCK), np.uint8)
    for part, _ in streams.blocks(codes.size, None, 0):
        seen = unseen[: part.stop - part.start] if events is None else events[part]
        streams.gather(given[part], table_events, mask, seen)
        status |= int(np.bitwise_or.reduce(seen, initial=0))
    return status


@lru_cache(maxsize=64)
def _table(source: Grid, plan: Plan, dtype: np.dtype[Any], with_events: bool) -> tuple[Lane, Events]:
    """Return the target's code, and the event, of every code of a source."""
    codes = np.arange(1 << source.width, dtype=np.uint32)
    out, events = np.empty(codes.size, dtype), np.empty(codes.size, np.uint8) if with_events else None
    _compute(codes, source, plan, None, 0, out, events)
    return streams.read_only(out, dtype), None if events is None else streams.read_only(events, np.uint8)
