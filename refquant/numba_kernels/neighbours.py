"""The next datum of a format above or below another, by its place on the grid, compiled."""

from __future__ import annotations

import numpy as np

from refquant.formats import Grid
from refquant.numba_kernels import datum_loops
from refquant.numba_kernels.rulings import ruling
from refquant.numba_kernels.running import Events, Lane, run
from refquant.numba_kernels.streams import Random, read_only
from refquant.policies import Choices, Plan

Grids = tuple[Grid, ...]


def next_up(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.next_up; RQ-7.22."""
    return _next(datum_loops.UP, [codes[0]] * 2, grids * 2, choices, plan, random, base, out, events)


def next_down(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.next_down; RQ-7.22."""
    return _next(datum_loops.DOWN, [codes[0]] * 2, grids * 2, choices, plan, random, base, out, events)


def next_after(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.next_after; RQ-7.22."""
    return _next(datum_loops.AFTER, codes, grids, choices, plan, random, base, out, events)


def _next(
    kind: int, codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events
) -> int:  # fmt: skip
    more = np.int64(kind), _ends(grids[0]), bool(choices.ends_nan)
    return run((datum_loops.next64,), codes, ruling("neighbour", grids, choices, plan), plan, random, base, out, events, *more)


def _ends(grid: Grid) -> Lane:
    """Return the least and the greatest place, of Inf where there is one, that of Inf, and whether there is -0."""
    infinite = int(grid.infinity >= 0)
    least = -(grid.max_negative + infinite) if grid.max_negative else grid.first_index
    return read_only(np.array([least, grid.max_positive + infinite, (grid.max_positive + 1) * infinite, int(grid.has_negative_zero)], np.int64), np.int64)
