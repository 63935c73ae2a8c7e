"""Operations that take long, on operands of few bits: computed once for each combination of codes, and looked up."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Grid
from refquant.numba_kernels.streams import Random, blocks, gather, read_only
from refquant.policies import Choices, Plan

Lane = NDArray[Any]
Grids = tuple[Grid, ...]
Compute = Callable[..., int]
WIDTH = 16  #: bits of all operands together
_FEW = 1 << 13  #: elements; below, a table does not pay


def tabled(compute: Compute, codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Any) -> int:
    """Do what the function does, by a table where that pays."""
    width = sum(g.width for g in grids)
    if width > WIDTH or codes[0].size < _FEW or plan.stochastic:
        return compute(codes, grids, choices, plan, random, base, out, events)
    table, table_events = _table(compute, grids, choices, plan)
    mask, status = np.uint64((1 << width) - 1), 0
    for part, _ in blocks(codes[0].size, None, 0):
        index = read_only(_indices([c[part] for c in codes], grids), np.uint32)
        if out is not None:
            gather(index, table, mask, out[part])
        seen = np.empty(index.size, np.uint8) if events is None else events[part]
        gather(index, table_events, mask, seen)
        status |= int(np.bitwise_or.reduce(seen, initial=0))
    return status


def _indices(codes: list[Lane], grids: Grids) -> Lane:
    """Return the codes of an element as one number, the first in its low bits."""
    index, up = codes[0].astype(np.uint32), grids[0].width
    for c, grid in zip(codes[1:], grids[1:], strict=True):
        index |= c.astype(np.uint32) << np.uint32(up)
        up += grid.width
    return index


@lru_cache(maxsize=64)
def _table(compute: Compute, grids: Grids, choices: Choices, plan: Plan) -> tuple[Lane, Lane]:
    """Return code and event of every combination of codes."""
    rest, codes = np.arange(1 << sum(g.width for g in grids), dtype=np.uint32), []
    for grid in grids:
        codes.append(rest & np.uint32((1 << grid.width) - 1))
        rest = rest >> np.uint32(grid.width)
    out, events = np.empty(rest.size, np.uint32), np.empty(rest.size, np.uint8)
    compute(codes, grids, choices, plan, None, 0, out, events)
    return read_only(out, np.uint32), read_only(events, np.uint8)
