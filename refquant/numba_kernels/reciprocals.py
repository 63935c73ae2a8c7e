"""Reciprocals, and reciprocals of square roots, compiled."""

from __future__ import annotations

import numpy as np

from refquant.formats import Grid, get_format
from refquant.numba_kernels import operations
from refquant.numba_kernels.rulings import ruling
from refquant.numba_kernels.running import Events, Lane, run
from refquant.numba_kernels.streams import Random
from refquant.numba_kernels.tables import tabled
from refquant.policies import Choices, Plan

SHORT_ROOT = 26  #: digits of a result that a root of 29 digits is enough for
_ONES = get_format("uint1").grid


def recip(codes: list[Lane], grids: tuple[Grid, ...], choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.recip; RQ-7.18. The dividend is an integer, which is no NaN."""
    ruled = ruling("quotient", (_ONES, *grids), choices._replace(nan_order=(1, 0)), plan)
    return run((operations.quotient32, operations.quotient64), [np.broadcast_to(np.uint8(1), codes[0].shape), *codes], ruled, plan, random, base, out, events)


def rsqrt(codes: list[Lane], grids: tuple[Grid, ...], choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.rsqrt; RQ-7.18."""
    return tabled(_rsqrt, codes, grids, choices, plan, random, base, out, events)


def _rsqrt(codes: list[Lane], grids: tuple[Grid, ...], choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    loop = operations.long_reciprocal_root64 if plan.stochastic or plan.wrap or plan.grid.precision > SHORT_ROOT else operations.reciprocal_root64
    return run((loop,), codes, ruling("reciprocal root", grids, choices, plan), plan, random, base, out, events)
