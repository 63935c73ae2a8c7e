"""Products, fused sums and quotients of operands of up to 53 digits, whose exact digits fill more than a lane."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.policies import Plan
from refquant.reference import two_lanes
from refquant.reference.bits import Lane
from refquant.reference.exact_results import Result, normal
from refquant.reference.two_lanes import Wide, at_least, minus, plus, shift_right_jam

U = np.uint64
Placed = tuple[Lane, NDArray[np.int32]]  # significand, and the exponent of its bit 0
_TOP = 125  # the leading bit of a sum's terms: two more are free


def product_lane(a: Result, b: Result, plan: Plan) -> Placed:
    """Return a product in one lane. RQ-7.8."""
    return _one_lane(two_lanes.product(a.significand, b.significand), a.lowest + b.lowest, plan)


def fused_sum(a: Result, b: Result, c: Result, same: NDArray[np.bool_], plan: Plan) -> tuple[Lane, NDArray[np.int32], Any]:
    """Return the magnitude of a * b + c in one lane, its exponent, and where the product is the larger term. RQ-7.8.

    The leading ones stand at bit 125. The product has 106 digits at most, so that its last one stands at bit 20 or above, the addend's at bit 73 or above: a
    term that loses digits lies 21 places or more below the other, whose leading digit a difference then lowers by one place at most. So 125 digits are
    right, the last of them set where others are lost; and a sum that cancels further is exact.
    """
    x, x_lowest = two_lanes.normal(two_lanes.product(a.significand, b.significand), a.lowest + b.lowest, _TOP)
    y, y_lowest = two_lanes.normal((np.zeros_like(c.significand), c.significand), c.lowest, _TOP)
    lowest = np.maximum(x_lowest, y_lowest)
    x, y = shift_right_jam(x, lowest - x_lowest), shift_right_jam(y, lowest - y_lowest)
    larger = at_least(x, y)
    difference = minus(two_lanes.where(larger, x, y), two_lanes.where(larger, y, x))
    total, lowest = _one_lane(two_lanes.where(same, plus(x, y), difference), lowest, plan)
    return total, lowest, larger


def _one_lane(x: Wide, lowest: NDArray[np.int32], plan: Plan) -> Placed:
    """Return the digits that the rounding looks at; below the result's quantum those are half of it, one per random bit, and whether any follows."""
    if plan.wrap:
        return two_lanes.lane_from(x, lowest, plan.grid.min_quantum - plan.random_bits - 2)
    return two_lanes.leading_lane(x, lowest)


def quotient_lane(a: Result, b: Result) -> Placed:
    """Return 62 or 63 digits of a quotient, by long division: 7 or 8 digits, and five times 11. RQ-7.8.

    The dividend lies in [2**59, 2**60), the divisor in [2**52, 2**53): a rest is below 2**53, and has a lane's 64 digits at most with 11 more.
    """
    x, x_lowest = normal(a, 59)
    y, y_lowest = normal(b, 52)
    y = np.where(b.significand == 0, U(1), y)
    quotient = x // y
    rest = x - quotient * y
    for _ in range(5):
        rest = rest << U(11)
        digits = rest // y
        rest = rest - digits * y
        quotient = (quotient << U(11)) | digits
    return quotient | (rest != 0), x_lowest - y_lowest - np.int32(55)
