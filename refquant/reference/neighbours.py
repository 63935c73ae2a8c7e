"""The next datum of a format above or below another, by its place on the grid."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Grid
from refquant.policies import Choices, Plan
from refquant.reference.bits import Lane
from refquant.reference.codec import Events, Random
from refquant.reference.compare import less, place
from refquant.reference.exact_results import Grids, Mask, Result, operands_of
from refquant.reference.finishing import finish
from refquant.reference.operands import sign_and_magnitude, value_of_index

U = np.uint64
Steps = NDArray[np.int64]


def next_up(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.next_up; RQ-7.22."""
    x = _stepped(codes[0], grids[0], np.ones(codes[0].shape, np.int64), np.zeros(codes[0].shape, np.bool_), choices)
    return finish(operands_of(codes, grids, choices), x, choices, plan, random, base, out, events)


def next_down(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.next_down; RQ-7.22."""
    x = _stepped(codes[0], grids[0], -np.ones(codes[0].shape, np.int64), np.zeros(codes[0].shape, np.bool_), choices)
    return finish(operands_of(codes, grids, choices), x, choices, plan, random, base, out, events)


def next_after(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.next_after; RQ-7.22."""
    a, b = operands_of(codes, grids, choices)
    here, there = place(a), place(b)
    step = less(here, there).astype(np.int64) - less(there, here).astype(np.int64)
    return finish([a, b], _stepped(codes[0], grids[0], step, b.negative != 0, choices), choices, plan, random, base, out, events)


def _stepped(codes: Lane, grid: Grid, step: Steps, sign_of_equal: Mask, choices: Choices) -> Result:
    """RQ-7.22: where the step is 0, the same with another sign of zero."""
    here = _places(codes, grid, choices.flush)
    there = here + step
    least, greatest = _ends(grid)
    past = (there < least) | (there > greatest)
    if not choices.ends_nan:
        there = np.where(past, here, there)
    negative = np.where(there == 0, np.where(step == 0, sign_of_equal, (step > 0) & bool(grid.has_negative_zero)), there < 0)
    infinite = (np.abs(there) == grid.max_positive + 1) if grid.infinity >= 0 else np.zeros(there.shape, np.bool_)
    significand, lowest = value_of_index(np.abs(there).astype(U), grid)
    return Result(negative, np.where(infinite, U(0), significand), lowest, infinite, past if choices.ends_nan else np.zeros_like(past))


def _places(codes: Lane, grid: Grid, flush: bool) -> Any:
    """Return the indices of magnitudes, negative ones below 0; that of Inf is the one after the last number."""
    sign, magnitude = sign_and_magnitude(codes.astype(U), grid)
    index = magnitude.astype(np.int64) + grid.first_index
    if flush and grid.has_subnormals:
        index = np.where(index < 1 << (grid.precision - 1), 0, index)
    return np.where(sign != 0, -index, index)


def _ends(grid: Grid) -> tuple[int, int]:
    """Return the least and the greatest place, of Inf where there is one."""
    more = int(grid.infinity >= 0)
    return -(grid.max_negative + more) if grid.max_negative else grid.first_index, grid.max_positive + more
