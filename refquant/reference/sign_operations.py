"""Operations on the sign alone: no bit is flipped, since -0 or the opposite number may not exist."""

from __future__ import annotations

import numpy as np

from refquant.formats import Grid
from refquant.policies import Choices, Plan
from refquant.reference.bits import Lane
from refquant.reference.codec import Events, Random, deliver
from refquant.reference.exact_results import Grids, is_nan
from refquant.reference.operands import Operand, from_codes

U = np.uint64


def neg(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.neg; RQ-7.24."""
    a = from_codes(codes[0], grids[0], U, False)
    return deliver(a._replace(negative=a.negative ^ U(1)), plan, random, base, out, events)


def abs(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.abs; RQ-7.24."""
    a = from_codes(codes[0], grids[0], U, False)
    return deliver(a._replace(negative=np.zeros_like(a.negative)), plan, random, base, out, events)


def copy_sign(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.copy_sign; RQ-7.24."""
    a, b = (from_codes(c, grid, U, False) for c, grid in zip(codes, grids, strict=True))
    return deliver(_with_sign_of(a, b, grids[1]), plan, random, base, out, events)


def _with_sign_of(a: Operand, b: Operand, grid: Grid) -> Operand:
    """Return a with the sign of b, a NaN where b is a NaN without sign."""
    if b.nan is None or not (grid.nan_at_zero or not grid.max_negative):
        return a._replace(negative=b.negative)
    nan = is_nan(a) | b.nan
    payload = np.where(b.nan, U(a.quiet), a.payload)  # quiet, and of the canonical T
    return a._replace(negative=np.where(b.nan, U(0), b.negative), nan=nan, payload=payload)
