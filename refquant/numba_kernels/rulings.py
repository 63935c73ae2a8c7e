"""What the loops of the operations take beside codes: the lane, the operands' grids, the rules of the operation, and the plan of its result."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from refquant.formats import Grid
from refquant.numba_kernels.parameters import Numbers, goal_in, origin_in, packed
from refquant.policies import RAISES, Choices, Flags, Plan

_LATE = 4  # more than any rank: a quiet NaN waits for signalling ones


class Ruling(NamedTuple):
    """The numbers of an operation in a lane."""

    lane: np.dtype[Any]
    origins: tuple[Numbers, ...]
    rules: Numbers
    goal: Numbers


@lru_cache(maxsize=1024)
def ruling(kind: str, grids: tuple[Grid, ...], choices: Choices, plan: Plan, subtracts: bool = False) -> Ruling:
    """Return what an operation takes; `subtracts`: the second term."""
    lane = np.dtype(np.uint32 if _is_narrow(kind, grids, plan) else np.uint64)
    payload = grids[0].nan_payload if kind == "sign" else max(g.nan_payload for g in grids)  # what is copied is not aligned
    origins = tuple(origin_in(g, bool(choices.flush), lane) for g in grids)
    return Ruling(lane, origins, packed(_rules(grids, choices, payload, subtracts), lane), goal_in(plan, payload, lane))


def _is_narrow(kind: str, grids: tuple[Grid, ...], plan: Plan) -> bool:
    """Return whether lanes of 32 bits hold the exact result, or as many of its digits as count.

    A sum keeps its 28 leading digits and whether others are lost: those of the result, the next, the one below the least normal number, and more. A product is
    whole. A quotient has 15 digits. What is taken modulo a power of two needs its last digits.
    """
    every, target = (*grids, plan.grid), plan.grid.precision
    small = all(g.width <= 32 and g.precision <= 26 and g.max_positive < 1 << 31 for g in every) and not plan.stochastic
    digits = sum(g.precision for g in grids[:2])
    return small and {
        "sum": not plan.wrap,
        "product": digits <= 29,
        "fused": digits <= 29 and not plan.wrap,
        "quotient": grids[-1].precision <= 15 and target <= 12 and not plan.wrap,
    }.get(kind, False)


def _rules(grids: tuple[Grid, ...], choices: Choices, payload: int, subtracts: bool) -> tuple[int, ...]:
    from refquant.numba_kernels.finish_elements import Rules

    padded = [*grids, *[None] * (3 - len(grids))]
    ranks = [choices.nan_order.index(i) if i in choices.nan_order else 0 for i in range(3)]
    quiet = [1 << (g.nan_payload - 1) if g is not None and g.nan_payload else 0 for g in padded]
    up = [payload - g.nan_payload if g is not None and g.nan_payload else 0 for g in padded]
    invalid, by_zero = (int(Flags.INVALID), int(Flags.DIV_BY_ZERO)) if choices.reports else (0, 0)
    return Rules(
        flip=int(subtracts), downward=int(choices.downward), rank0=ranks[0], rank1=ranks[1], rank2=ranks[2], late=_LATE if choices.signaling_first else 0,
        quiet0=quiet[0], quiet1=quiet[1], quiet2=quiet[2], up0=up[0], up1=up[1], up2=up[2], makes=int(choices.makes_nan),
        made_negative=int(choices.made_negative), lacks_product=int(choices.zero_times_inf > 0), makes_product=int(choices.zero_times_inf == 2),
        divides_zero=int(choices.divides_zero), invalid=invalid, by_zero=by_zero, by_zero_keeps=RAISES if choices.reports else 0xFF,
    )  # fmt: skip
