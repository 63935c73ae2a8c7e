"""Operations on the sign alone: no bit is flipped, since -0 or the opposite number may not exist."""

from __future__ import annotations

import numpy as np

from refquant.policies import Plan
from refquant.reference.bits import Lane
from refquant.reference.codec import Events, Random, deliver
from refquant.reference.exact_results import Choices, Grids
from refquant.reference.operands import from_codes

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
    return deliver(a._replace(negative=b.negative), plan, random, base, out, events)
