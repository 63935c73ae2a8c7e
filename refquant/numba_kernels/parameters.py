"""Grids and plans as numbers of fixed types, which is what compiled code takes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from refquant.formats import Grid
from refquant.numba_kernels.elements import Goal, Lean, Origin
from refquant.policies import Plan

i64, u8, u64 = np.int64, np.uint8, np.uint64


def is_narrow(source: Grid, plan: Plan) -> bool:
    """Return whether every intermediate result fits 32 bits."""
    small = max(source.precision, plan.grid.precision) <= 29 and max(source.max_positive, plan.grid.max_positive) < 1 << 31
    return small and max(source.width, plan.grid.width) <= 32 and not plan.stochastic and not plan.wrap


def _emin(grid: Grid) -> int:
    return grid.min_quantum + grid.precision - 1


def _pair(values: tuple[int, int]) -> tuple[Any, Any]:
    return u64(values[0]), u64(values[1])


@lru_cache(maxsize=1024)
def origin(grid: Grid, plan: Plan) -> Origin:
    """Return a source grid for the kernels that do everything."""
    signed, twos = bool(grid.max_negative or grid.negative_base), grid.negative_step < 0
    whole = (1 << grid.width) - 1
    return Origin(
        trailing=i64(min(grid.precision - 1, 31 if is_narrow(grid, plan) else 63)), digits=i64(grid.precision), min_quantum=i64(grid.min_quantum),
        first_index=u64(grid.first_index), sign_shift=i64(grid.width - 1), sign_mask=u64(1 << (grid.width - 1) if signed else 0),
        magnitude_mask=u64(whole if twos or not signed else grid.negative_base - 1), twos_complement=i64(signed and twos),
        has_infinity=i64(grid.infinity >= 0), infinity=u64(max(grid.infinity, 0)), has_nan=i64(grid.nan_first >= 0),
        nan_first=u64(max(grid.nan_first, 0)), nan_at_zero=i64(grid.nan_at_zero and grid.nan_first < 0), payload_mask=u64((1 << grid.nan_payload) - 1),
        payload_width=i64(grid.nan_payload), quiet=u64(grid.nan_quiet),
        flush_below=u64(1 << (grid.precision - 1) if plan.flush_inputs and grid.has_subnormals else 0), normalise=i64(_emin(grid) > _emin(plan.grid)),
    )  # fmt: skip


@lru_cache(maxsize=1024)
def goal(source: Grid, plan: Plan) -> Goal:
    """Return a plan for the kernels that do everything."""
    g = plan.grid
    moves = plan.nan_moves if source.nan_payload else 0
    return Goal(
        trailing=i64(g.precision - 1), min_quantum=i64(g.min_quantum), emin=i64(_emin(g)), growth_limit=i64((g.max_positive >> (g.precision - 1)) + 2),
        top=_pair((g.max_positive, g.max_negative)), first_index=u64(g.first_index), smallest_normal=u64(1 << (g.precision - 1)),
        negative_base=u64(g.negative_base), twos_complement=i64(g.negative_step < 0), code_mask=u64((1 << g.width) - 1), table=u64(plan.table),
        stochastic=i64(plan.stochastic), random_bits=i64(plan.random_bits), parity_offset=u64(plan.parity_offset), parity_always=u64(plan.parity_always),
        odd_below_normal=u64(1 if g.precision > 1 or plan.parity_always else plan.parity_offset & 1), wrap=i64(plan.wrap), absolute=i64(plan.absolute),
        flush_results=i64(plan.flush_results), tiny_before=i64(plan.tiny_before), overflow_code=_pair(plan.overflow_code),
        overflow_event=(u8(plan.overflow_event[0]), u8(plan.overflow_event[1])), infinity_code=_pair(plan.infinity_code),
        infinity_event=(u8(plan.infinity_event[0]), u8(plan.infinity_event[1])), nan_code=_pair(plan.nan_code), nan_event=u8(plan.nan_event),
        signaling_event=u8(plan.signaling_event), nan_moves=i64(moves), payload_up=i64(max(g.nan_payload - source.nan_payload, 0) if moves else 0),
        payload_down=i64(max(source.nan_payload - g.nan_payload, 0) if moves else 0), quiet_bit=u64(1 << (g.nan_payload - 1) if moves else 0),
        infinity=u64(max(g.infinity, 0)), zero_code=_pair(plan.zero_code), exact_zero_code=_pair(plan.exact_zero_code),
        exact_zero_event=u8(plan.exact_zero_event), has_below=i64(plan.below_code is not None), below_code=_pair(plan.below_code or (0, 0)),
        below_event=u8(plan.below_event), inexact_event=u8(plan.inexact_event), underflow_event=u8(plan.underflow_event), flush_event=u8(plan.flush_event),
        absolute_event=u8(plan.absolute_event),
    )  # fmt: skip


def _is_lean(source: Grid, plan: Plan) -> bool:
    """Return whether the kernels of `Lean` say what the plan says."""
    g, source_is_float = plan.grid, source.infinity >= 0 and source.nan_first == source.infinity + 1
    source_has_sign = source.negative_step > 0 and source.negative_base > 0 and not source.first_index
    fewer = source.precision > g.precision and _emin(source) <= _emin(g)
    changes = plan.stochastic or plan.wrap or plan.absolute or plan.flush_inputs or plan.flush_results or plan.below_code or plan.may_raise
    moves, always_odd = plan.nan_moves and source.nan_payload, plan.parity_always and not g.first_index
    return source_is_float and source_has_sign and fewer and not (changes or moves or always_odd)


@lru_cache(maxsize=1024)
def lean(source: Grid, plan: Plan) -> Lean | None:
    """Return what the lean kernels take, or None where they do not say all that the plan says."""
    if not _is_lean(source, plan):
        return None
    g = plan.grid
    even, odd = _thresholds(plan, 32 if is_narrow(source, plan) else 64)
    twos = g.negative_step < 0
    return Lean(
        sign_shift=i64(source.width - 1), magnitude_mask=u64(source.negative_base - 1), source_trailing=i64(source.precision - 1),
        trailing=i64(g.precision - 1), growth_from=i64(_emin(g) - _emin(source) + 1), distance=i64(g.min_quantum - source.min_quantum + 1), even=even, odd=odd,
        first_index=u64(g.first_index), top=_pair((g.max_positive, g.max_negative)), flip=u64((1 << 64) - 1 if twos else 0),
        add=u64(1 if twos else g.negative_base), code_mask=u64((1 << g.width) - 1),
        zero_code=_pair(plan.exact_zero_code if g.first_index else plan.zero_code), overflow_code=_pair(plan.overflow_code), infinity=u64(source.infinity),
        infinity_code=_pair(plan.infinity_code), nan_first=u64(source.nan_first), nan_code=_pair(plan.nan_code),
    )  # fmt: skip


def _thresholds(plan: Plan, bits: int) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Return the fractions above which an even and an odd magnitude step up, by sign. RQ-4.3 to RQ-4.14."""
    half = 1 << (bits - 1)
    above = {0b0000: (1 << bits) - 1, 0b1000: half, 0b1100: half - 1, 0b1110: 0}  # digits of the truth table, class 0 lowest
    even, odd = (tuple(u64(above[plan.table >> (8 * negative + 4 * parity) & 15]) for negative in (0, 1)) for parity in (0, 1))
    if plan.parity_always:
        return odd, odd  # type: ignore[return-value]
    return (odd, even) if plan.parity_offset & 1 else (even, odd)  # type: ignore[return-value]
