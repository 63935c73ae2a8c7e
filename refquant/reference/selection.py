"""The smaller and the larger of two operands, and what of NaNs."""

from __future__ import annotations

import numpy as np

from refquant.policies import Choices, Plan
from refquant.reference.bits import Lane
from refquant.reference.codec import Events, Random
from refquant.reference.compare import below, equal, less, place
from refquant.reference.exact_results import Grids, Mask, Result, is_nan, number, operands_of
from refquant.reference.finishing import finish, finish_with, nans_of
from refquant.reference.operands import Operand

U = np.uint64


def minimum(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.minimum; RQ-7.23."""
    a, b = operands_of(codes, grids, choices)
    return finish([a, b], _one_of(a, b, _by_value(a, b, True)), choices, plan, random, base, out, events)


def maximum(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.maximum; RQ-7.23."""
    a, b = operands_of(codes, grids, choices)
    return finish([a, b], _one_of(a, b, _by_value(a, b, False)), choices, plan, random, base, out, events)


def minimum_magnitude(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.minimum_magnitude; RQ-7.23."""
    a, b = operands_of(codes, grids, choices)
    return finish([a, b], _one_of(a, b, _by_magnitude(a, b, True)), choices, plan, random, base, out, events)


def maximum_magnitude(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.maximum_magnitude; RQ-7.23."""
    a, b = operands_of(codes, grids, choices)
    return finish([a, b], _one_of(a, b, _by_magnitude(a, b, False)), choices, plan, random, base, out, events)


def minimum_number(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.minimum_number; RQ-7.23."""
    a, b = operands_of(codes, grids, choices)
    return _finish_numbers(a, b, _by_value(a, b, True), choices, plan, random, base, out, events)


def maximum_number(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.maximum_number; RQ-7.23."""
    a, b = operands_of(codes, grids, choices)
    return _finish_numbers(a, b, _by_value(a, b, False), choices, plan, random, base, out, events)


def minimum_magnitude_number(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.minimum_magnitude_number; RQ-7.23."""
    a, b = operands_of(codes, grids, choices)
    return _finish_numbers(a, b, _by_magnitude(a, b, True), choices, plan, random, base, out, events)


def maximum_magnitude_number(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.maximum_magnitude_number; RQ-7.23."""
    a, b = operands_of(codes, grids, choices)
    return _finish_numbers(a, b, _by_magnitude(a, b, False), choices, plan, random, base, out, events)


def relu(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.relu; RQ-7.23."""
    (a,) = operands_of(codes, grids, choices)
    x = number(a)
    kept = (x.significand != 0) | x.infinite
    none = np.zeros_like(kept)
    positive = ~x.negative & kept
    chosen = Result(none, np.where(positive, x.significand, U(0)), x.lowest, x.infinite & positive, none)
    return finish([a], chosen, choices, plan, random, base, out, events)


def _by_value(a: Operand, b: Operand, smaller: bool) -> Mask:
    """Return where the first one is chosen: -0 is below +0."""
    x, y = place(a), place(b)
    same: Mask = equal(x, y)
    negative: Mask = a.negative != 0
    return less(x, y) | (same & negative) if smaller else less(y, x) | (same & ~negative)


def _by_magnitude(a: Operand, b: Operand, smaller: bool) -> Mask:
    """Return where the first one is chosen: by its magnitude, then by its value."""
    x, y = place(a), place(b)
    nearer, further = below(x, y), below(y, x)
    chosen, other = (nearer, further) if smaller else (further, nearer)
    return chosen | (~other & _by_value(a, b, smaller))


def _one_of(a: Operand, b: Operand, first: Mask) -> Result:
    x, y = number(a), number(b)
    pairs = zip(x[:4], y[:4], strict=True)
    negative, significand, lowest, infinite = (np.where(first, of_a, of_b) for of_a, of_b in pairs)
    return Result(negative, significand, lowest, infinite, np.zeros(first.shape, np.bool_))


def _finish_numbers(a: Operand, b: Operand, first: Mask, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """Deliver the number beside a NaN; a NaN where both are."""
    of_a, of_b = is_nan(a), is_nan(b)
    x = _one_of(a, b, np.where(of_b, True, first & ~of_a))
    nans = nans_of([a, b], x, choices)._replace(nan=of_a & of_b)
    return finish_with(nans, x, choices, plan, random, base, out, events)
