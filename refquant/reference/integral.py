"""Rounding to integral values, scaling by powers of two, and the exponent of the leading digit."""

from __future__ import annotations

import numpy as np

from refquant.policies import Choices, Flags, Plan
from refquant.reference.bits import Lane, split
from refquant.reference.codec import Events, Random
from refquant.reference.exact_results import Grids, number, operands_of
from refquant.reference.finishing import finish
from refquant.reference.rounding import step_up
from refquant.reference.stochastic import random_lane

U = np.uint64
_FURTHEST = 1 << 24  # past every format's range; keeps sums of exponents inside int32
_INEXACT = np.uint8(Flags.INEXACT)


def round_to_integral(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.round_to_integral; RQ-7.19."""
    return _integral(codes, grids, choices, plan, random, base, out, events, False)


def round_to_integral_exact(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.round_to_integral; RQ-7.19."""
    return _integral(codes, grids, choices, plan, random, base, out, events, True)


def _integral(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events, tells: bool) -> int:
    (a,) = operands_of(codes, grids, choices)
    x = number(a)
    whole, fraction = split(x.significand, np.maximum(-x.lowest, np.int32(0)))
    up = step_up(whole & U(1), x.negative.astype(U), fraction, plan, random_lane(random, base, whole.size))
    integer = x._replace(significand=whole + up, lowest=np.maximum(x.lowest, np.int32(0)))
    raised = np.empty(whole.shape, np.uint8) if events is None else events
    finish([a], integer, choices, plan, random, base, out, raised)
    if tells and choices.reports:
        number_here = True if a.nan is None else ~a.nan
        raised |= np.where((fraction != 0) & number_here, _INEXACT, np.uint8(0))
    return int(np.bitwise_or.reduce(raised, initial=0))


def scale_b(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.scale_b; RQ-7.20."""
    (a,) = operands_of(codes[:1], grids, choices)
    x = number(a)
    n = np.clip(codes[1], -_FURTHEST, _FURTHEST).astype(np.int32)
    return finish([a], x._replace(lowest=x.lowest + n), choices, plan, random, base, out, events)
