"""Operations on codes, chunk by chunk: an exact result, or one whose last bit says that digits below it are lost, is rounded once."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Grid
from refquant.policies import RAISES, Flags, Plan
from refquant.reference.bits import Lane, bit_length, shift_left, shift_right_jam
from refquant.reference.codec import Events, Random, deliver
from refquant.reference.exact_root import root_of
from refquant.reference.operands import Operand, from_codes

U = np.uint64
Mask = NDArray[np.bool_]
Grids = tuple[Grid, ...]
_TOP = 61  # the leading bit of a sum's terms: two more are free, for the carry and so that every break point is even
_INVALID, _DIV_BY_ZERO = int(Flags.INVALID), int(Flags.DIV_BY_ZERO)


class Choices(Protocol):
    """What an operation needs to know beside the plan of its result: see refquant.arithmetic.computing."""

    @property
    def flush(self) -> bool: ...
    @property
    def downward(self) -> bool: ...
    @property
    def reports(self) -> bool: ...


class Result(NamedTuple):
    """An exact result: a magnitude of a sign, or Inf; where there is none; and where a zero divided a number."""

    negative: Mask
    significand: Lane  #: bit 0 is set where digits below it are lost
    lowest: NDArray[np.int32]
    infinite: Mask
    invalid: Mask
    by_zero: Mask | None = None


def add(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.add; RQ-7.8."""
    a, b = _operands(codes, grids, choices)
    return _finish([a, b], _sum(_number(a), _number(b), choices), choices, plan, random, base, out, events)


def sub(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.sub; RQ-7.8."""
    a, b = _operands(codes, grids, choices)
    minus = _number(b)
    return _finish([a, b], _sum(_number(a), minus._replace(negative=~minus.negative), choices), choices, plan, random, base, out, events)


def mul(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.mul; RQ-7.8."""
    a, b = _operands(codes, grids, choices)
    return _finish([a, b], _product(_number(a), _number(b)), choices, plan, random, base, out, events)


def div(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.div; RQ-7.8."""
    a, b = _operands(codes, grids, choices)
    return _finish([a, b], _quotient(_number(a), _number(b)), choices, plan, random, base, out, events)


def fma(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.fma; RQ-7.8."""
    a, b, c = _operands(codes, grids, choices)
    product = _product(_number(a), _number(b))
    total = _sum(product, _number(c), choices)
    return _finish([a, b, c], total._replace(invalid=total.invalid | product.invalid), choices, plan, random, base, out, events)


def sqrt(codes: list[Lane], grids: Grids, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """See refquant.arithmetic.sqrt; RQ-7.8."""
    (a,) = _operands(codes, grids, choices)
    return _finish([a], _root(_number(a)), choices, plan, random, base, out, events)


def _operands(codes: list[Lane], grids: Grids, choices: Choices) -> list[Operand]:
    return [from_codes(c, grid, U, choices.flush) for c, grid in zip(codes, grids, strict=True)]


def _number(x: Operand) -> Result:
    none = np.zeros(x.significand.shape, np.bool_)
    infinite = none if x.infinite is None else x.infinite
    return Result(x.negative != 0, np.where(infinite, U(0), x.significand), x.lowest, infinite, none)


def _is_zero(x: Result) -> Mask:
    zero: Mask = (x.significand == 0) & ~x.infinite
    return zero


def _normal(x: Result, top: int) -> tuple[Lane, NDArray[np.int32]]:
    """Return the significand with its leading one at bit `top`, and the exponent of bit 0; a zero stays one, far below every number."""
    up = np.where(x.significand == 0, np.int32(0), np.int32(top + 1) - bit_length(x.significand))
    return shift_left(x.significand, up), np.where(x.significand == 0, np.int32(-(1 << 28)), x.lowest - up)


def _sum(a: Result, b: Result, choices: Choices) -> Result:
    """RQ-7.8 to RQ-7.10. Where the term that lies lower loses digits, it lies so low that the leading digits of the sum are those of the other."""
    (x, x_lowest), (y, y_lowest) = _normal(a, _TOP), _normal(b, _TOP)
    lowest = np.maximum(x_lowest, y_lowest)
    x, y = shift_right_jam(x, lowest - x_lowest), shift_right_jam(y, lowest - y_lowest)
    same = a.negative == b.negative
    larger = x >= y
    total = np.where(same, x + y, np.where(larger, x - y, y - x))
    negative = np.where(larger, a.negative, b.negative)
    negative = np.where((total == 0) & ~same, choices.downward, negative)
    infinite = a.infinite | b.infinite
    return Result(np.where(infinite, np.where(a.infinite, a.negative, b.negative), negative), total, lowest, infinite, a.infinite & b.infinite & ~same)


def _product(a: Result, b: Result) -> Result:
    """RQ-7.8 to RQ-7.10."""
    infinite = a.infinite | b.infinite
    invalid = infinite & (_is_zero(a) | _is_zero(b))
    return Result(a.negative ^ b.negative, a.significand * b.significand, a.lowest + b.lowest, infinite & ~invalid, invalid)


def _quotient(a: Result, b: Result) -> Result:
    """RQ-7.8 to RQ-7.10, RQ-7.12: 62 digits or more, by long division in two steps of 32."""
    invalid = (a.infinite & b.infinite) | (_is_zero(a) & _is_zero(b))
    by_zero = _is_zero(b) & ~_is_zero(a) & ~a.infinite
    x, x_lowest = _normal(a, 62)
    y, y_lowest = _normal(b, 31)
    y = np.where(b.significand == 0, U(1), y)
    high, rest = x // y, x % y
    low, rest = (rest << U(32)) // y, (rest << U(32)) % y
    significand = (high << U(32)) | low | (rest != 0)
    zero = (a.significand == 0) | b.infinite
    lowest = np.where(zero | (b.significand == 0), np.int32(0), x_lowest - y_lowest - np.int32(32))
    infinite = (a.infinite | by_zero) & ~invalid
    return Result(a.negative ^ b.negative, np.where(zero, U(0), significand), lowest, infinite, invalid, by_zero)


def _root(a: Result) -> Result:
    """RQ-7.8 to RQ-7.10."""
    invalid = a.negative & ~_is_zero(a)
    significand, lowest = root_of(*_normal(a, 61), a.significand == 0)
    return Result(a.negative, significand, lowest, a.infinite & ~invalid, invalid)


def _finish(operands: list[Operand], x: Result, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """Deliver an exact result, and a NaN where there is none or where an operand is one. RQ-7.6, RQ-7.9, RQ-7.11, RQ-7.12."""
    nan, negative, payload, width, signals = _propagated(operands, x.significand.shape)
    made = x.invalid & ~nan
    ones = made | nan
    operand = Operand(
        np.where(nan, negative, np.where(made, U(0), x.negative.astype(U))), np.where(x.infinite | ones, U(1), x.significand), x.lowest, 1 << 30, 64,
        x.infinite & ~ones, ones, payload, width, 0,
    )  # fmt: skip
    own = np.where(made | (signals & nan), np.uint8(_INVALID), np.uint8(0))
    raised = np.empty(ones.shape, np.uint8) if events is None else events
    deliver(operand, plan, random, base, out, raised)
    if choices.reports:
        raised |= own
        if x.by_zero is not None:
            raised[...] = np.where(x.by_zero & ~ones, (raised & np.uint8(RAISES)) | np.uint8(_DIV_BY_ZERO), raised)
    return int(np.bitwise_or.reduce(raised, initial=0))


def _propagated(operands: list[Operand], shape: tuple[int, ...]) -> tuple[Mask, Lane, Lane, int, Mask]:
    """Return where an operand is a NaN, sign and quieted payload of the first one, the payload's width, and where one signals. RQ-7.11."""
    width = max(x.payload_width for x in operands)
    nan, signals = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    negative, payload = np.zeros(shape, U), np.zeros(shape, U)
    for x in reversed(operands):
        if x.nan is None:
            continue
        nan |= x.nan
        negative = np.where(x.nan, x.negative, negative)
        payload = np.where(x.nan, _quieted(x, width), payload)
        if x.quiet:
            signals |= x.nan & ((x.payload & U(x.quiet)) == 0)
    return nan, negative, payload, width, signals


def _quieted(x: Operand, width: int) -> Any:
    if not x.payload_width:
        return U(0)
    return (x.payload | U(1 << (x.payload_width - 1))) << U(width - x.payload_width)
