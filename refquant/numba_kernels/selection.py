"""The smaller and the larger of two operands, and what of NaNs, compiled."""

from __future__ import annotations

from refquant.formats import Grid
from refquant.numba_kernels import datum_loops
from refquant.numba_kernels.rulings import ruling
from refquant.numba_kernels.running import Events, Lane, run
from refquant.numba_kernels.streams import Random
from refquant.policies import Choices, Plan

Grids = tuple[Grid, ...]


def minimum(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.minimum; RQ-7.23."""
    return _select(True, False, False, codes, grids, choices, plan, random, base, out, events)


def maximum(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.maximum; RQ-7.23."""
    return _select(False, False, False, codes, grids, choices, plan, random, base, out, events)


def minimum_number(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.minimum_number; RQ-7.23."""
    return _select(True, False, True, codes, grids, choices, plan, random, base, out, events)


def maximum_number(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.maximum_number; RQ-7.23."""
    return _select(False, False, True, codes, grids, choices, plan, random, base, out, events)


def minimum_magnitude(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.minimum_magnitude; RQ-7.23."""
    return _select(True, True, False, codes, grids, choices, plan, random, base, out, events)


def maximum_magnitude(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.maximum_magnitude; RQ-7.23."""
    return _select(False, True, False, codes, grids, choices, plan, random, base, out, events)


def minimum_magnitude_number(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.minimum_magnitude_number; RQ-7.23."""
    return _select(True, True, True, codes, grids, choices, plan, random, base, out, events)


def maximum_magnitude_number(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.maximum_magnitude_number; RQ-7.23."""
    return _select(False, True, True, codes, grids, choices, plan, random, base, out, events)


def relu(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.relu; RQ-7.23."""
    return run((datum_loops.relu64,), codes, ruling("relu", grids, choices, plan), plan, random, base, out, events)


def _select(
    smaller: bool, by_magnitude: bool, numbers: bool, codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int,
    out: Lane | None, events: Events,
) -> int:  # fmt: skip
    ruled = ruling("selection", grids, choices, plan)
    return run((datum_loops.select64,), codes, ruled, plan, random, base, out, events, smaller, by_magnitude, numbers)
