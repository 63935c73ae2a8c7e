"""Reciprocals, and reciprocals of square roots."""

from __future__ import annotations

import numpy as np

from refquant.policies import Choices, Plan
from refquant.reference.arithmetic import quotient
from refquant.reference.bits import Lane
from refquant.reference.codec import Events, Random
from refquant.reference.exact_reciprocal_root import reciprocal_root_of
from refquant.reference.exact_results import Grids, Result, digits, is_zero, normal, number, operands_of
from refquant.reference.finishing import finish

U = np.uint64


def recip(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.recip; RQ-7.18."""
    (a,) = operands_of(codes, grids, choices)
    x = number(a)
    none = np.zeros(x.negative.shape, np.bool_)
    one = Result(none, np.ones_like(x.significand), np.zeros_like(x.lowest), none, none)
    return finish([a], quotient(one, x, choices, grids[0]), choices, plan, random, base, out, events)


def rsqrt(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.rsqrt; RQ-7.18."""
    (a,) = operands_of(codes, grids, choices)
    return finish([a], _reciprocal_root(number(a), choices, 31 if digits(grids[0]) <= 32 else 52), choices, plan, random, base, out, events)


def _reciprocal_root(a: Result, choices: Choices, top: int) -> Result:
    """RQ-7.18; `top` is the place of the leading digit that leaves room for all of them."""
    zero = is_zero(a)
    invalid = (a.negative & ~zero) | (zero & choices.divides_zero)
    m, lowest = normal(a, top)
    nothing = (a.significand == 0) | invalid  # 0, Inf and what has no root
    significand, lowest = reciprocal_root_of(np.where(nothing, U(1 << top), m), np.where(nothing, np.int32(0), lowest), top)
    infinite = zero & ~invalid
    return Result(a.negative, np.where(nothing, U(0), significand), lowest, infinite, invalid, infinite)
