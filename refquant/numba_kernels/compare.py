"""Comparison by exact value, compiled."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Grid
from refquant.numba_kernels import order_loops
from refquant.numba_kernels.parameters import origin_in
from refquant.numba_kernels.streams import read_only
from refquant.policies import Flags

Lane = NDArray[Any]
Grids = tuple[Grid, Grid]
Truth = NDArray[np.bool_]
Events = NDArray[np.uint8] | None
WIDE = np.dtype(np.uint64)


def quiet_eq(a: Lane, b: Lane, grids: Grids, flush: tuple[bool, bool], out: Truth, events: Events) -> int:
    """See refquant.arithmetic.compare; RQ-7.3."""
    return _compare(order_loops.EQ, False, a, b, grids, flush, out, events)


def quiet_lt(a: Lane, b: Lane, grids: Grids, flush: tuple[bool, bool], out: Truth, events: Events) -> int:
    """See refquant.arithmetic.compare; RQ-7.3."""
    return _compare(order_loops.LT, False, a, b, grids, flush, out, events)


def quiet_le(a: Lane, b: Lane, grids: Grids, flush: tuple[bool, bool], out: Truth, events: Events) -> int:
    """See refquant.arithmetic.compare; RQ-7.3."""
    return _compare(order_loops.LE, False, a, b, grids, flush, out, events)


def quiet_unordered(a: Lane, b: Lane, grids: Grids, flush: tuple[bool, bool], out: Truth, events: Events) -> int:
    """See refquant.arithmetic.compare; RQ-7.3."""
    return _compare(order_loops.UNORDERED, False, a, b, grids, flush, out, events)


def signaling_eq(a: Lane, b: Lane, grids: Grids, flush: tuple[bool, bool], out: Truth, events: Events) -> int:
    """See refquant.arithmetic.compare; RQ-7.4."""
    return _compare(order_loops.EQ, True, a, b, grids, flush, out, events)


def signaling_lt(a: Lane, b: Lane, grids: Grids, flush: tuple[bool, bool], out: Truth, events: Events) -> int:
    """See refquant.arithmetic.compare; RQ-7.4."""
    return _compare(order_loops.LT, True, a, b, grids, flush, out, events)


def signaling_le(a: Lane, b: Lane, grids: Grids, flush: tuple[bool, bool], out: Truth, events: Events) -> int:
    """See refquant.arithmetic.compare; RQ-7.4."""
    return _compare(order_loops.LE, True, a, b, grids, flush, out, events)


def _compare(predicate: int, signaling: bool, a: Lane, b: Lane, grids: Grids, flush: tuple[bool, bool], out: Truth, events: Events) -> int:
    origins = (origin_in(g, flushes, WIDE) for g, flushes in zip(grids, flush, strict=True))
    seen = np.empty(a.size, np.uint8) if events is None else events
    given = read_only(a, WIDE), read_only(b, WIDE)
    return int(order_loops.compared(*given, *origins, np.int64(predicate), signaling, np.int64(Flags.INVALID), out, seen))
