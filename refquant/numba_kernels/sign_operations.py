"""Operations on the sign alone, compiled."""

from __future__ import annotations

import numpy as np

from refquant.formats import Grid
from refquant.numba_kernels import datum_loops
from refquant.numba_kernels.rulings import ruling
from refquant.numba_kernels.running import Events, Lane, run
from refquant.numba_kernels.streams import Random
from refquant.policies import Choices, Plan

Grids = tuple[Grid, ...]


def neg(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.neg; RQ-7.24."""
    return run((datum_loops.sign64,), codes, ruling("sign", grids, choices, plan), plan, random, base, out, events, np.int64(datum_loops.NEG))


def abs(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.abs; RQ-7.24."""
    return run((datum_loops.sign64,), codes, ruling("sign", grids, choices, plan), plan, random, base, out, events, np.int64(datum_loops.ABS))


def copy_sign(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.copy_sign; RQ-7.24."""
    lacks_sign = bool(grids[1].nan_at_zero) or not grids[1].max_negative
    return run((datum_loops.copied_sign64,), codes, ruling("sign", grids, choices, plan), plan, random, base, out, events, lacks_sign)
