"""Remainders of divisions, compiled."""

from __future__ import annotations

import numpy as np

from refquant.formats import Grid
from refquant.numba_kernels import operations
from refquant.numba_kernels.rulings import ruling
from refquant.numba_kernels.running import Events, Lane, run
from refquant.numba_kernels.streams import Random
from refquant.numba_kernels.tables import tabled
from refquant.policies import Choices, Plan


def rem(codes: list[Lane], grids: tuple[Grid, ...], choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.rem; RQ-7.17."""
    return tabled(_to_nearest, codes, grids, choices, plan, random, base, out, events)


def fmod(codes: list[Lane], grids: tuple[Grid, ...], choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.fmod; RQ-7.17."""
    return tabled(_truncated, codes, grids, choices, plan, random, base, out, events)


def _to_nearest(codes: list[Lane], grids: tuple[Grid, ...], choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    return run((operations.remainder64,), codes, ruling("remainder", grids, choices, plan), plan, random, base, out, events, np.int64(1))


def _truncated(codes: list[Lane], grids: tuple[Grid, ...], choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    return run((operations.remainder64,), codes, ruling("remainder", grids, choices, plan), plan, random, base, out, events, np.int64(0))
