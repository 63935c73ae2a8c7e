"""The rounding function: look at the discarded fraction, then maybe step up. Nothing else decides a tie."""

from __future__ import annotations

import numpy as np

from refquant.policies import Plan
from refquant.reference.bits import Lane, lane_bits
from refquant.reference.stochastic import stochastic_step


def step_up(odd: Lane, negative: Lane, fraction: Lane, plan: Plan, random: Lane | None) -> Lane:
    """Return 1 where the magnitude goes to its upper neighbour, else 0. RQ-4.3 to RQ-4.13, RQ-9.1 to RQ-9.3.

    `odd` and `negative` are 0 or 1; `fraction` is the discarded part of the quantum as `bits.split` gives it.
    """
    if plan.stochastic:
        assert random is not None  # the public layer refuses a stochastic mode without random bits
        return stochastic_step(fraction, plan.stochastic, plan.random_bits, random)
    u = fraction.dtype.type
    at_least_half = fraction >> u(lane_bits(fraction) - 1)
    beyond = ((fraction << u(1)) != 0).astype(fraction.dtype)  # past 0, or past one half
    row = (negative << u(3)) | (odd << u(2)) | (at_least_half << u(1)) | beyond  # class: exact, below half, half, above half
    return (u(plan.table) >> row) & u(1)


def is_odd(index: Lane, plan: Plan) -> Lane:
    """Return 1 where the magnitude with this index is odd, else 0. RQ-4.14."""
    u = index.dtype.type
    if plan.parity_always:
        return (index != 0).astype(index.dtype)
    return ((index - u(plan.parity_offset)) & u(1)) * (index != 0) if plan.parity_offset else index & u(1)


def is_tiny(index: Lane, fraction: Lane, exact_zero: Lane, negative: Lane, plan: Plan, random: Lane | None, before: bool) -> Lane:
    """Return where 0 < |r| < min_normal, r before rounding or rounded with unbounded exponent range. RQ-6.4."""
    g = plan.grid
    smallest = 1 << (g.precision - 1)
    u = index.dtype.type
    tiny = (index < u(smallest)) & ~exact_zero
    if before:
        return tiny
    # Just below min_normal the rounding to p digits has a quantum half as large: one more digit is kept. r leaves the
    # tiny range where the kept digits are all ones and the mode steps up.
    last = tiny & (index == u(smallest - 1)) & (fraction >= u(1 << (lane_bits(fraction) - 1)))
    if not last.any():
        return tiny
    finer = (fraction << u(1)) | (fraction & u(1))
    odd = np.full_like(index, _odd_below_normal(plan))
    return tiny & ~(last & (step_up(odd, negative, finer, plan, random) != 0))


def _odd_below_normal(plan: Plan) -> int:
    """Parity of the magnitude just below min_normal where the exponent is unbounded below. RQ-6.4."""
    if plan.grid.precision > 1 or plan.parity_always:
        return 1
    return plan.parity_offset & 1
