"""Running the loops of the operations over arrays, block by block, in the dtype of the lane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.numba_kernels.rulings import Ruling
from refquant.numba_kernels.streams import BLOCK, Random, blocks, read_only
from refquant.policies import Philox, Plan

Lane = NDArray[Any]
Events = NDArray[np.uint8] | None
Loops = tuple[Callable[..., int], ...]  #: of lanes of 32 bits, if there is one, and of 64


def run(loops: Loops, codes: list[Lane], ruled: Ruling, plan: Plan, random: Random, base: int, out: Lane | None, events: Events, *more: Any) -> int:
    """Run the loop of the lane over all elements and return the OR of its events; `more` are numbers that it takes after the grids."""
    narrow = ruled.lane == np.uint32
    loop = loops[0 if narrow else -1]
    size, status = min(codes[0].size, BLOCK), 0
    sink, unseen = np.empty(size, ruled.lane), np.empty(size, np.uint8)
    still = None if narrow else read_only(np.zeros(size, np.uint32), np.uint32)
    for part, words in blocks(codes[0].size, random if plan.stochastic else None, base):
        given = [read_only(c[part], ruled.lane) for c in codes]
        count = given[0].size
        target = out[part] if out is not None and out.dtype == ruled.lane else sink[:count]
        drawn = () if still is None else _drawn(plan, random, still[:count] if words is None else words)
        seen = unseen[:count] if events is None else events[part]
        status |= int(loop(*given, *ruled.origins, *more, ruled.rules, ruled.goal, *drawn, target, seen))
        if out is not None and out.dtype != ruled.lane:
            np.copyto(out[part], target, casting="unsafe")
    return status


def _drawn(plan: Plan, random: Random, words: Lane) -> tuple[Any, ...]:
    """Return whether random words count, the words, and how many of their bits do not."""
    return bool(plan.stochastic), words, np.int64(32 - plan.random_bits if plan.stochastic and isinstance(random, Philox) else 0)
