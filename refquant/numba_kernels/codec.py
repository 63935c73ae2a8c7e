"""Encode, decode and convert, chunk by chunk: flat native arrays in, flat native arrays out, bit for bit as `refquant.reference.codec`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Grid
from refquant.numba_kernels import elements
from refquant.numba_kernels.parameters import goal, is_narrow, origin
from refquant.policies import Philox, Plan

Lane = NDArray[Any]
Random = Philox | NDArray[Any] | None
Events = NDArray[np.uint8] | None
TABLE_WIDTH = 16  # sources of at most so many bits go through a table
_FEW = 1 << 10  # elements; below, a table does not pay


def convert(codes: Lane, source: Grid, plan: Plan, random: Random, base: int, out: Lane, events: Events) -> int:
    """See refquant.reference.codec.convert."""
    if events is None and plan.may_raise:
        events = np.empty(codes.size, np.uint8)
    if plan.stochastic:
        return _with_random(codes, source, plan, _words(random, base, codes.size), 32 - plan.random_bits if isinstance(random, Philox) else 0, out, events)
    if source.width <= TABLE_WIDTH and codes.size >= _FEW:
        return _through_table(codes, source, plan, out, events)
    return _computed(codes, source, plan, out, events)


def _computed(codes: Lane, source: Grid, plan: Plan, out: Lane, events: Events) -> int:
    narrow = is_narrow(source, plan)
    given = _read_only(codes, np.uint32 if narrow else np.uint64)
    return _whole(_NARROW if narrow else _WIDE, given, (origin(source, plan), goal(source, plan)), out, events)


_NARROW = elements.convert32, elements.convert32_events
_WIDE = elements.convert64, elements.convert64_events
_NARROW_RANDOM = elements.convert32_random, elements.convert32_random_events
_WIDE_RANDOM = elements.convert64_random, elements.convert64_random_events


def _whole(kernels: tuple[Any, Any], given: Lane, arguments: tuple[Any, ...], out: Lane, events: Events) -> int:
    """Run a kernel that does everything: each is compiled for one dtype alone, that of its lane."""
    sink = out if out.dtype == given.dtype else np.empty(out.size, given.dtype)
    status = kernels[0](given, *arguments, sink) if events is None else kernels[1](given, *arguments, sink, events)
    if sink is not out:
        np.copyto(out, sink, casting="unsafe")
    return 0 if events is None else int(status)


def _read_only(codes: Lane, dtype: Any) -> Lane:
    """Return an array of a dtype that is not writable: Numba compiles for writable and for read-only arrays apart."""
    view = codes.astype(dtype, copy=False).view(np.ndarray)
    view.flags.writeable = False
    return view


def _with_random(codes: Lane, source: Grid, plan: Plan, words: Lane, shift: int, out: Lane, events: Events) -> int:
    narrow = is_narrow(source, plan)
    given = _read_only(codes, np.uint32 if narrow else np.uint64)
    arguments = origin(source, plan), goal(source, plan), _read_only(words, np.uint32), np.int64(shift)
    return _whole(_NARROW_RANDOM if narrow else _WIDE_RANDOM, given, arguments, out, events)


def _words(random: Random, base: int, count: int) -> Lane:
    """Return the caller's random integers, or the 32-bit words that Philox makes. RQ-9.5."""
    if isinstance(random, Philox):
        words = np.empty(count, np.uint32)
        elements.philox_words(np.uint64(random.seed), np.uint64((random.offset + base) & ((1 << 64) - 1)), words)
        return words
    assert random is not None  # the public layer refuses a stochastic mode without random bits
    return random


def _through_table(codes: Lane, source: Grid, plan: Plan, out: Lane, events: Events) -> int:
    table, table_events = _table(source, plan, out.dtype, events is not None)
    mask = np.uint64((1 << source.width) - 1)
    given = _read_only(codes, codes.dtype)
    elements.gather(given, table, mask, out)
    if events is None or table_events is None:
        return 0
    elements.gather(given, table_events, mask, events)
    return int(np.bitwise_or.reduce(events, initial=0))


@lru_cache(maxsize=64)
def _table(source: Grid, plan: Plan, dtype: np.dtype[Any], with_events: bool) -> tuple[Lane, Events]:
    """Return the target's code, and the event, of every code of a source."""
    codes = np.arange(1 << source.width, dtype=np.uint32)
    out, events = np.empty(codes.size, dtype), np.empty(codes.size, np.uint8) if with_events else None
    _computed(codes, source, plan, out, events)
    return _read_only(out, dtype), None if events is None else _read_only(events, np.uint8)
