"""Operations whose exact result is rounded once: sums, products, quotients, square roots, compiled."""

from __future__ import annotations

from refquant.formats import Grid
from refquant.numba_kernels import operations
from refquant.numba_kernels.rulings import ruling
from refquant.numba_kernels.running import Events, Lane, run
from refquant.numba_kernels.streams import Random
from refquant.numba_kernels.tables import tabled
from refquant.policies import Choices, Plan

Grids = tuple[Grid, ...]
SHORT_ROOT = 28  #: digits of a result that a root of 31 digits is enough for
_SUMS = operations.sum32, operations.sum64
_PRODUCTS = operations.product32, operations.product64
_QUOTIENTS = operations.quotient32, operations.quotient64
_FUSED = operations.fused32, operations.fused64


def add(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.add; RQ-7.8."""
    return run(_SUMS, codes, ruling("sum", grids, choices, plan), plan, random, base, out, events)


def sub(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.sub; RQ-7.8."""
    return run(_SUMS, codes, ruling("sum", grids, choices, plan, subtracts=True), plan, random, base, out, events)


def mul(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.mul; RQ-7.8."""
    return run(_PRODUCTS, codes, ruling("product", grids, choices, plan), plan, random, base, out, events)


def div(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.div; RQ-7.8."""
    return run(_QUOTIENTS, codes, ruling("quotient", grids, choices, plan), plan, random, base, out, events)


def fma(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.fma; RQ-7.8."""
    return run(_FUSED, codes, ruling("fused", grids, choices, plan), plan, random, base, out, events)


def sqrt(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.sqrt; RQ-7.8."""
    return tabled(_sqrt, codes, grids, choices, plan, random, base, out, events)


def _sqrt(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    long = plan.stochastic or plan.wrap or plan.grid.precision > SHORT_ROOT
    return run((operations.long_root64 if long else operations.root64,), codes, ruling("root", grids, choices, plan), plan, random, base, out, events)
