"""Rounding to integral values, and scaling by powers of two, compiled."""

from __future__ import annotations

import numpy as np

from refquant.formats import Grid
from refquant.numba_kernels import datum_loops
from refquant.numba_kernels.rulings import ruling
from refquant.numba_kernels.running import Events, Lane, run
from refquant.numba_kernels.streams import Random
from refquant.policies import Choices, Flags, Plan

Grids = tuple[Grid, ...]


def round_to_integral(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.round_to_integral; RQ-7.19."""
    return run((datum_loops.integral64,), codes, ruling("integral", grids, choices, plan), plan, random, base, out, events, np.int64(0))


def round_to_integral_exact(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.round_to_integral; RQ-7.19."""
    inexact = np.int64(Flags.INEXACT if choices.reports else 0)
    return run((datum_loops.integral64,), codes, ruling("integral", grids, choices, plan), plan, random, base, out, events, inexact)


def scale_b(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.scale_b; RQ-7.20."""
    return run((datum_loops.scaled64,), codes, ruling("scale", grids, choices, plan), plan, random, base, out, events)
