"""Grids and plans as arrays of integers, which is what compiled code takes: a few dozen numbers would take longer to hand over one by one."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Grid
from refquant.numba_kernels.additive import Addition
from refquant.policies import Plan

Numbers = NDArray[Any]
ONES = (1 << 64) - 1
_NARROW_RANDOM_BITS = 28  # fractions of 32 bits hold these, the digits that C looks at, and a sticky bit


def is_narrow(source: Grid, plan: Plan) -> bool:
    """Return whether every intermediate result fits 32 bits."""
    small = max(source.precision, plan.grid.precision) <= 29 and max(source.max_positive, plan.grid.max_positive) < 1 << 31
    return small and max(source.width, plan.grid.width) <= 32 and plan.random_bits <= _NARROW_RANDOM_BITS


def lane_of(source: Grid, plan: Plan) -> np.dtype[Any]:
    """Return the dtype that the kernels which do everything compute in."""
    return np.dtype(np.uint32 if is_narrow(source, plan) else np.uint64)


def emin(grid: Grid) -> int:
    """Return the exponent of the first binade with a full significand."""
    return grid.min_quantum + grid.precision - 1


def packed(numbers: tuple[int, ...], dtype: Any) -> Numbers:
    """Return integers modulo 2**32 or 2**64 as an array that is not writable."""
    array = np.array([n & ONES for n in numbers], np.uint64).astype(dtype)
    array.flags.writeable = False
    return array


def origin(grid: Grid, plan: Plan) -> Numbers:
    """Return a source grid for the kernels that do everything."""
    return origin_in(grid, bool(plan.flush_inputs), lane_of(grid, plan))


@lru_cache(maxsize=1024)
def origin_in(grid: Grid, flushes: bool, lane: np.dtype[Any]) -> Numbers:
    """Return a source grid in a lane; `flushes`: its subnormals are zeros."""
    from refquant.numba_kernels.elements import Origin  # so many functions that making them takes 20 ms

    signed, twos = bool(grid.max_negative or grid.negative_base), grid.negative_step < 0
    whole = (1 << grid.width) - 1
    return packed(Origin(
        trailing=min(grid.precision - 1, lane.itemsize * 8 - 1), min_quantum=grid.min_quantum, first_index=grid.first_index,
        sign_shift=grid.width - 1, sign_mask=1 << (grid.width - 1) if signed else 0,
        magnitude_mask=whole if twos or not signed else grid.negative_base - 1, complement=ONES if signed and twos else 0,
        last_finite=grid.infinity - 1 if grid.infinity >= 0 else ONES, last_number=grid.nan_first - 1 if grid.nan_first >= 0 else ONES,
        nan_at_zero=int(grid.nan_at_zero and grid.nan_first < 0), payload=(1 << grid.nan_payload) - 1, quiet=grid.nan_quiet,
        flush_below=1 << (grid.precision - 1) if flushes and grid.has_subnormals else 0,
    ), lane)  # fmt: skip


def goal(source: Grid, plan: Plan) -> Numbers:
    """Return a plan for the kernels that do everything."""
    return goal_in(plan, source.nan_payload, lane_of(source, plan))


@lru_cache(maxsize=1024)
def goal_in(plan: Plan, payload: int, lane: np.dtype[Any]) -> Numbers:
    """Return a plan in a lane; NaNs arrive with so many digits of payload."""
    from refquant.numba_kernels.elements import Goal

    g, twos = plan.grid, plan.grid.negative_step < 0
    moves = plan.nan_moves if payload else 0
    normal, zero = 1 << (g.precision - 1), (plan.exact_zero_code if g.first_index else plan.zero_code)
    below = plan.below_code or (0, 0)
    wraps = [plan.wrap == 1 or (plan.wrap == 2 and not negative) for negative in (0, 1)]
    tops = g.max_positive, g.max_negative
    return packed(Goal(
        trailing=g.precision - 1, min_quantum=g.min_quantum, emin=emin(g), grows=0 if plan.wrap else ONES,
        growth_limit=(g.max_positive >> (g.precision - 1)) + 2, wraps=ONES if plan.wrap else 0, keeps_sign=0 if plan.absolute else ONES,
        first_index=g.first_index, smallest_normal=normal, table=plan.table, parity_offset=plan.parity_offset, parity_always=plan.parity_always,
        odd_below_normal=1 if g.precision > 1 or plan.parity_always else plan.parity_offset & 1, kept=plan.random_bits + (plan.stochastic == 2),
        midpoint=int(plan.stochastic == 2), nearest=int(plan.stochastic == 3), flush_below=normal if plan.flush_results else 0,
        flush_after=int(plan.flush_results == 1), tiny_after=1 - plan.tiny_before, flip=ONES if twos else 0, add=1 if twos else g.negative_base,
        code_mask=(1 << g.width) - 1, top0=tops[0], top1=tops[1], limit0=ONES if wraps[0] else tops[0], limit1=ONES if wraps[1] else tops[1],
        clips0=0 if wraps[0] else ONES, clips1=0 if wraps[1] else ONES, below=g.first_index if plan.below_code else 0,
        zero_code0=plan.zero_code[0], zero_code1=plan.zero_code[1], exact_zero_code0=zero[0], exact_zero_code1=zero[1],
        overflow_code0=plan.overflow_code[0], overflow_code1=plan.overflow_code[1], below_code0=below[0], below_code1=below[1],
        infinity_code0=plan.infinity_code[0], infinity_code1=plan.infinity_code[1], nan_code0=plan.nan_code[0], nan_code1=plan.nan_code[1],
        moves=ONES if moves else 0, payload_up=max(g.nan_payload - payload, 0) if moves else 0,
        payload_down=max(payload - g.nan_payload, 0) if moves else 0, quiet_bit=1 << (g.nan_payload - 1) if moves else 0,
        quiets=int(moves == 2), infinity=max(g.infinity, 0), negative_base=g.negative_base, inexact_event=plan.inexact_event,
        underflow_event=plan.underflow_event, flush_event=plan.flush_event, absolute_event=plan.absolute_event,
        exact_zero_event=plan.exact_zero_event if g.first_index else 0, below_event=plan.below_event, overflow_event0=plan.overflow_event[0],
        overflow_event1=plan.overflow_event[1], infinity_event0=plan.infinity_event[0], infinity_event1=plan.infinity_event[1],
        nan_event=plan.nan_event, signaling_event=plan.signaling_event,
    ), lane)  # fmt: skip


_ADDED = {(32, 24): (0x3F800000, 0x33800000), (64, 53): (0x3FF0000000000000, 0x3CA0000000000000)}  # width, precision: bits of 1, of half its quantum


def is_binary(source: Grid) -> bool:
    """Return whether a grid is that of float32 or float64, bit for bit."""
    ieee = source.infinity >= 0 and source.nan_first == source.infinity + 1 and source.negative_step > 0 and source.negative_base == 1 << (source.width - 1)
    return ieee and (source.width, source.precision) in _ADDED and emin(source) == (-126 if source.width == 32 else -1022)


def is_machine_integer(source: Grid) -> bool:
    """Return whether codes are the integers of a dtype."""
    whole = source.min_quantum == 0 and source.first_index == 0 and source.infinity < 0 and source.nan_first < 0 and not source.nan_at_zero
    top, least = ((1 << (source.width - 1)) - 1, 1 << (source.width - 1)) if source.max_negative else ((1 << source.width) - 1, 0)
    return whole and source.width in (8, 16, 32, 64) and (source.max_positive, source.max_negative) == (top, least)


class Adding(NamedTuple):
    """Which kernel of `additive` does what the plan says, and what it takes."""

    kernel: str
    numbers: Numbers
    random_bits: int


@lru_cache(maxsize=1024)
def addition(source: Grid, plan: Plan) -> Adding | None:
    """Return what rounds by one addition under the plan, or None where that cannot do what the plan says."""
    g, digits, bias = plan.grid, source.precision - 1, 1 - emin(source)
    least_normal, dropped = emin(g) + bias, source.precision - g.precision
    fits = is_binary(source) and dropped > 0 and least_normal >= 1 and least_normal + dropped <= 2 * bias and not g.first_index and g.width <= source.width
    changes = plan.wrap or plan.absolute or plan.flush_inputs or plan.flush_results or plan.below_code
    rounding = _rounding(plan)
    if not fits or changes or (plan.nan_moves and source.nan_payload) or rounding is None or (rounding == "drawn" and source.width != 32):
        return None
    twos, up = g.negative_step < 0, [plan.table >> (8 * negative + 1) & 1 for negative in (0, 1)]
    over = _past_top(plan, (g.max_positive + ((least_normal - 1) << (g.precision - 1))) << dropped, dropped)
    offset = -((least_normal - 1) << (g.precision - 1))
    one, half_quantum = _ADDED[source.width, source.precision]
    numbers = Addition(
        dropped=dropped, first=least_normal << digits if least_normal > 1 else 0, magic=(least_normal + dropped) << digits,
        offset=offset, half=(1 << (dropped - 1)) - 1 + (offset << dropped), up=ONES * up[0], up_x=ONES * (up[0] ^ up[1]), flip=ONES if twos else 0,
        add=1 if twos else g.negative_base, code_mask=(1 << g.width) - 1, zero=plan.zero_code[0], zero_x=_difference(plan.zero_code), top=g.max_positive,
        top_x=g.max_positive ^ g.max_negative, overflow=plan.overflow_code[0], overflow_x=_difference(plan.overflow_code), infinity=plan.infinity_code[0],
        infinity_x=_difference(plan.infinity_code), nan=plan.nan_code[0], nan_x=_difference(plan.nan_code), cap=plan.overflow_code[0],
        nan_from=over if plan.overflow_code == plan.nan_code else source.nan_first, least_normal=least_normal,
        random_mask=-1 << (32 - plan.random_bits), midpoint=(1 << 31 >> plan.random_bits) if plan.stochastic == 2 else 0, one=one,
        half_quantum=half_quantum, least=1,
    )  # fmt: skip
    plain = rounding == "nearest" and source.width == 32 and _is_plain(plan) and over <= source.infinity  # so Inf is out of range by itself
    name = "plain" if plain else rounding
    if name == "plain" and not numbers.first and plan.overflow_code[0] == source.infinity >> dropped:
        name = "same_range"
    return Adding(f"{name}{source.width}", packed(numbers, np.uint32 if source.width == 32 else np.uint64), plan.random_bits)


def _difference(pair: tuple[int, int]) -> int:
    return pair[0] ^ pair[1]


def _rounding(plan: Plan) -> str | None:
    """Return what a rounding does: "nearest" (ties to the even index), "directed", "drawn", or None: something else. RQ-4, RQ-9."""
    if plan.stochastic:
        return "drawn" if plan.stochastic == 1 or (plan.stochastic == 2 and plan.random_bits < 32) else None
    rows = [plan.table >> shift & 15 for shift in (0, 4, 8, 12)]  # by sign and parity: exact, below half, half, above half, lowest bit first
    if rows == [0b1000, 0b1100] * 2 and plan.grid.precision > 1 and not plan.parity_offset & 1:
        return "nearest"
    return "directed" if set(rows) <= {0, 0b1110} and rows[0] == rows[1] and rows[2] == rows[3] else None


def _is_plain(plan: Plan) -> bool:
    """Return whether codes differ in the sign's bit alone, and overflow is one index or the same as NaN."""
    g, sign = plan.grid, plan.grid.negative_base
    signed = sign > 0 and g.negative_step > 0 and plan.zero_code == (0, sign) and g.max_positive == g.max_negative >= 1 << (g.precision - 1)
    code = plan.overflow_code[0]
    one_index = plan.overflow_code == (code, code + sign) and g.max_positive <= code <= g.max_positive + 1
    return signed and plan.infinity_code == plan.overflow_code and (one_index or plan.overflow_code == plan.nan_code)


def _past_top(plan: Plan, top: int, dropped: int) -> int:
    """Return the least magnitude of the source, as bits, that rounds past the largest normal one with bits `top`, ties to even. RQ-4.8."""
    return top + (1 << (dropped - 1)) + (1 - (plan.grid.max_positive & 1))
