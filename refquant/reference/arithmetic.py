"""Operations on codes, chunk by chunk: an exact result, or one whose last bit says that digits below it are lost, is rounded once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Grid
from refquant.policies import Choices, Plan
from refquant.reference.bits import Lane, shift_right_jam
from refquant.reference.codec import Events, Random
from refquant.reference.exact_results import Grids, Mask, Result, digits, is_zero, normal, number, operands_of
from refquant.reference.exact_root import root_of
from refquant.reference.finishing import finish, product_lacks
from refquant.reference.wide_results import Placed, fused_sum, product_lane, quotient_lane

U = np.uint64
_TOP = 61  # the leading bit of a sum's terms: two more are free, for the carry and so that every break point is even


def add(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.add; RQ-7.8."""
    a, b = operands_of(codes, grids, choices)
    return finish([a, b], _sum(number(a), number(b), choices), choices, plan, random, base, out, events)


def sub(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.sub; RQ-7.8."""
    a, b = operands_of(codes, grids, choices)
    minus = number(b)
    return finish([a, b], _sum(number(a), minus._replace(negative=~minus.negative), choices), choices, plan, random, base, out, events)


def mul(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.mul; RQ-7.8."""
    a, b = operands_of(codes, grids, choices)
    x, y = number(a), number(b)
    product = _product(x, y)
    if digits(grids[0]) + digits(grids[1]) > 64:
        significand, lowest = product_lane(x, y, plan)
        product = product._replace(significand=significand, lowest=lowest)
    return finish([a, b], product, choices, plan, random, base, out, events)


def div(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.div; RQ-7.8."""
    a, b = operands_of(codes, grids, choices)
    return finish([a, b], quotient(number(a), number(b), choices, grids[1]), choices, plan, random, base, out, events)


def fma(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.fma; RQ-7.8."""
    a, b, c = operands_of(codes, grids, choices)
    product, addend = _product(number(a), number(b)), number(c)
    if digits(grids[0]) + digits(grids[1]) <= _TOP:
        total = _sum(product, addend, choices)
    else:
        same = product.negative == addend.negative
        total = _total(product, addend, *fused_sum(number(a), number(b), addend, same, plan), choices)
    no_product = product_lacks(a, b, product.invalid)
    return finish([a, b, c], total._replace(invalid=total.invalid | product.invalid, no_product=no_product), choices, plan, random, base, out, events)


def sqrt(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.sqrt; RQ-7.8."""
    (a,) = operands_of(codes, grids, choices)
    return finish([a], _root(number(a)), choices, plan, random, base, out, events)


def _sum(a: Result, b: Result, choices: Choices) -> Result:
    """RQ-7.8 to RQ-7.10. Where the term that lies lower loses digits, it lies so low that the leading digits of the sum are those of the other.

    Terms of up to 53 digits (or 61, for a product) have zeros below them: one that loses digits lies two places or more below the other, whose leading digit
    a difference then lowers by one place at most. So 61 digits are right, the last of them set where others are lost.
    """
    (x, x_lowest), (y, y_lowest) = normal(a, _TOP), normal(b, _TOP)
    lowest = np.maximum(x_lowest, y_lowest)
    x, y = shift_right_jam(x, lowest - x_lowest), shift_right_jam(y, lowest - y_lowest)
    same = a.negative == b.negative
    larger = x >= y
    return _total(a, b, np.where(same, x + y, np.where(larger, x - y, y - x)), lowest, larger, choices)


def _total(a: Result, b: Result, total: Lane, lowest: NDArray[np.int32], larger: Mask, choices: Choices) -> Result:
    """Return a sum of which the magnitude is known, and where that of a is the larger one. RQ-7.8 to RQ-7.10."""
    same = a.negative == b.negative
    negative = np.where(larger, a.negative, b.negative)
    negative = np.where((total == 0) & ~same, choices.downward, negative)
    infinite = a.infinite | b.infinite
    return Result(np.where(infinite, np.where(a.infinite, a.negative, b.negative), negative), total, lowest, infinite, a.infinite & b.infinite & ~same)


def _product(a: Result, b: Result) -> Result:
    """RQ-7.8 to RQ-7.10."""
    infinite = a.infinite | b.infinite
    invalid = infinite & (is_zero(a) | is_zero(b))
    return Result(a.negative ^ b.negative, a.significand * b.significand, a.lowest + b.lowest, infinite & ~invalid, invalid)


def quotient(a: Result, b: Result, choices: Choices, divisor: Grid) -> Result:
    """RQ-7.8 to RQ-7.10, RQ-7.12, RQ-7.16: 62 digits or more."""
    invalid = (a.infinite & b.infinite) | (is_zero(a) & is_zero(b))
    by_zero = is_zero(b) & ~is_zero(a) & ~a.infinite
    significand, lowest = _short_quotient(a, b) if digits(divisor) <= 32 else quotient_lane(a, b)
    zero = (a.significand == 0) | b.infinite
    lowest = np.where(zero | (b.significand == 0), np.int32(0), lowest)
    if choices.divides_zero:
        invalid, by_zero = invalid | is_zero(b), np.zeros_like(by_zero)
    infinite = (a.infinite | by_zero) & ~invalid
    return Result(a.negative ^ b.negative, np.where(zero, U(0), significand), lowest, infinite, invalid, by_zero)


def _short_quotient(a: Result, b: Result) -> Placed:
    """Return the quotient by a divisor of 32 digits at most, by long division in two steps of 32."""
    x, x_lowest = normal(a, 62)
    y, y_lowest = normal(b, 31)
    y = np.where(b.significand == 0, U(1), y)
    high, rest = x // y, x % y
    low, rest = (rest << U(32)) // y, (rest << U(32)) % y
    return (high << U(32)) | low | (rest != 0), x_lowest - y_lowest - np.int32(32)


def _root(a: Result) -> Result:
    """RQ-7.8 to RQ-7.10."""
    invalid = a.negative & ~is_zero(a)
    significand, lowest = root_of(*normal(a, 62), a.significand == 0)
    return Result(a.negative, significand, lowest, a.infinite & ~invalid, invalid)
