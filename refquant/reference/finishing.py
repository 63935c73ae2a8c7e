"""The last step of an operation: its exact result, or the NaN that stands for one, is delivered, and flags are joined."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from refquant.policies import RAISES, Choices, Flags, Plan
from refquant.reference.bits import Lane
from refquant.reference.codec import Events, Random, deliver
from refquant.reference.exact_results import Mask, Result, is_nan, signals
from refquant.reference.operands import Operand

U = np.uint64
_INVALID, _DIV_BY_ZERO = int(Flags.INVALID), int(Flags.DIV_BY_ZERO)
_RAISED, _MADE = 1, 2  # of Choices.zero_times_inf


class Nans(NamedTuple):
    """Where the result is a NaN, its sign and quieted payload, and where INVALID is raised."""

    nan: Mask
    negative: Lane
    payload: Lane
    width: int
    invalid: Mask


def finish(operands: list[Operand], x: Result, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """Deliver an exact result, and a NaN where there is none or where an operand is one. RQ-7.6, RQ-7.9, RQ-7.11 to RQ-7.16."""
    return finish_with(nans_of(operands, x, choices), x, choices, plan, random, base, out, events)


def finish_with(nans: Nans, x: Result, choices: Choices, plan: Plan, random: Random, base: int, out: Lane | None, events: Events) -> int:
    """Deliver an exact result where it is not to be a NaN."""
    operand = Operand(
        np.where(nans.nan, nans.negative, x.negative.astype(U)), np.where(x.infinite | nans.nan, U(1), x.significand), x.lowest, 1 << 30, 64,
        x.infinite & ~nans.nan, nans.nan, nans.payload, nans.width, 0,
    )  # fmt: skip
    raised = np.empty(nans.nan.shape, np.uint8) if events is None else events
    deliver(operand, plan, random, base, out, raised)
    if choices.reports:
        raised |= np.where(nans.invalid, np.uint8(_INVALID), np.uint8(0))
        if x.by_zero is not None:
            raised[...] = np.where(x.by_zero & ~nans.nan, (raised & np.uint8(RAISES)) | np.uint8(_DIV_BY_ZERO), raised)
    return int(np.bitwise_or.reduce(raised, initial=0))


def nans_of(operands: list[Operand], x: Result, choices: Choices) -> Nans:
    """Return the NaNs of an operation: of its operands, and those that it makes."""
    nan, negative, payload, width, signal = _propagated(operands, choices)
    made = x.invalid & ~nan
    invalid = made | signal
    if x.no_product is not None and choices.zero_times_inf:  # RQ-7.15
        no_product = x.no_product & nan & ~signal
        invalid |= no_product
        made |= no_product if choices.zero_times_inf == _MADE else False
    if choices.makes_nan:  # RQ-7.13
        made |= nan
    negative = np.where(made, U(choices.made_negative), negative)
    return Nans(nan | made, negative, np.where(made, U(0), payload), width, invalid)


def _propagated(operands: list[Operand], choices: Choices) -> tuple[Mask, Lane, Lane, int, Mask]:
    """Return where an operand is a NaN, sign and quieted payload of the one that is chosen, the payload's width, and where one signals. RQ-7.11, RQ-7.13."""
    width, shape = max(x.payload_width for x in operands), operands[0].significand.shape
    nan, signal = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    negative, payload = np.zeros(shape, U), np.zeros(shape, U)
    order = [operands[i] for i in reversed(choices.nan_order)]
    for x, signalling in [(x, s) for s in ((False, True) if choices.signaling_first else (False,)) for x in order]:
        if x.nan is None:
            continue
        here = signals(x) if signalling else x.nan
        nan, signal = nan | x.nan, signal | signals(x)
        negative = np.where(here, x.negative, negative)
        payload = np.where(here, _quieted(x, width), payload)
    return nan, negative, payload, width, signal


def _quieted(x: Operand, width: int) -> Any:
    if not x.payload_width:
        return U(0)
    return (x.payload | U(1 << (x.payload_width - 1))) << U(width - x.payload_width)


def product_lacks(a: Operand, b: Operand, invalid: Mask) -> Mask:
    """Return where two factors are 0 and Inf, and neither a NaN. RQ-7.15."""
    found: Mask = invalid & ~is_nan(a) & ~is_nan(b)
    return found
