"""The total order, the classes of data, and the exponents of their leading digits, compiled."""

from __future__ import annotations

import numpy as np

from refquant.formats import Grid
from refquant.numba_kernels import datum_loops, order_loops
from refquant.numba_kernels.parameters import origin_in
from refquant.numba_kernels.rulings import ruling
from refquant.numba_kernels.running import Events, Lane, run
from refquant.numba_kernels.streams import Random, read_only
from refquant.policies import Choices, Flags, Plan

Grids = tuple[Grid, ...]
WIDE = np.dtype(np.uint64)


def total_order(a: Lane, b: Lane, grids: Grids, nans_first: bool, out: Lane) -> None:
    """See refquant.arithmetic.total_order; RQ-7.25."""
    order_loops.ordered(read_only(a, WIDE), read_only(b, WIDE), *(origin_in(g, False, WIDE) for g in grids), nans_first, out)


def classify(codes: Lane, grid: Grid, out: Lane) -> None:
    """See refquant.arithmetic.classify; RQ-7.26."""
    normal = np.int64(1 << (grid.precision - 1) if grid.has_subnormals else 0)
    order_loops.classified(read_only(codes, WIDE), origin_in(grid, False, WIDE), normal, out)


def log_b_integer(codes: Lane, grid: Grid, flush: bool, out: Lane, events: Lane) -> None:
    """See refquant.arithmetic.log_b; RQ-7.21."""
    order_loops.exponents(read_only(codes, WIDE), origin_in(grid, flush, WIDE), np.int64(Flags.INVALID), out, events)


def log_b(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.log_b; RQ-7.21."""
    return run((datum_loops.exponent64,), codes, ruling("exponent", grids, choices, plan), plan, random, base, out, events)
