"""The last step of an operation, element by element, compiled: its exact result, or the NaN that stands for one, is delivered, and flags are joined.

As `refquant.reference.finishing`, bit for bit.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from refquant.numba_kernels.elements import Operand, delivered, inline, shl


class Rules(NamedTuple):
    """What an operation needs to know beside the plan of its result; see refquant.policies.Choices. Suffixes 0, 1, 2: of an operand."""

    flip: Any  #: 1: the second term is subtracted
    downward: Any  #: 1: a sum of 0 has the sign -
    rank0: Any  #: the NaN of the lowest rank is delivered
    rank1: Any
    rank2: Any
    late: Any  #: what a quiet NaN adds to its rank
    quiet0: Any  #: the bit that makes a payload quiet
    quiet1: Any
    quiet2: Any
    up0: Any  #: what aligns a payload with the widest one
    up1: Any
    up2: Any
    makes: Any  #: 1: no NaN of an operand is delivered
    made_negative: Any  #: the sign of a NaN that the operation makes
    lacks_product: Any  #: 1: fma of 0, Inf and a quiet NaN is invalid
    makes_product: Any  #: 1: and its NaN is made
    divides_zero: Any  #: 1: x / 0 has no exact result
    invalid: Any  #: event
    by_zero: Any  #: event
    by_zero_keeps: Any  #: of the other events of x / 0


class Nan(NamedTuple):
    """The NaN of some operands: its rank (none: above all), sign, payload, and whether one of them signals."""

    rank: Any
    negative: Any
    payload: Any
    signals: Any


@inline
def rules(U, p):
    """Return the rules' numbers."""
    return Rules(
        U(p[0]), U(p[1]), U(p[2]), U(p[3]), U(p[4]), U(p[5]), U(p[6]), U(p[7]), U(p[8]), U(p[9]), U(p[10]), U(p[11]), U(p[12]), U(p[13]), U(p[14]),
        U(p[15]), U(p[16]), U(p[17]), U(p[18]), U(p[19]),
    )  # fmt: skip


@inline
def nan_of(L, x, quiet, rank, late, quiet_bit, up):
    """Return the NaN of one operand, its payload quieted and aligned. RQ-7.11, RQ-7.13."""
    U = L.U
    signals = x.nan & (U(U(x.payload & quiet) ^ quiet) != U(0))
    here = rank if signals else U(rank + late)
    return Nan(here if x.nan else U(U(0) - U(1)), x.negative, shl(L, U(x.payload | quiet_bit), up), signals)


@inline
def first_nan(L, a, b):
    """Return the NaN that is delivered of two."""
    first = a.rank <= b.rank
    return Nan(a.rank if first else b.rank, a.negative if first else b.negative, a.payload if first else b.payload, a.signals | b.signals)


@inline
def finished(L, nan, x, no_product, r, g, drawn, random):
    """Return code and event of an exact result, or of the NaN that stands for one. RQ-7.6, RQ-7.9, RQ-7.11 to RQ-7.16."""
    U = L.U
    none = U(U(0) - U(1))
    is_nan = nan.rank != none
    made = x.invalid & (not is_nan)
    lacks = no_product & is_nan & (not nan.signals)
    invalid = made | nan.signals | (lacks & (r.lacks_product != U(0)))
    made = made | (lacks & (r.makes_product != U(0))) | (is_nan & (r.makes != U(0)))
    is_nan = is_nan | made
    negative = (r.made_negative if made else nan.negative) if is_nan else x.negative
    operand = Operand(negative, x.significand, x.lowest, x.infinite & (not is_nan), is_nan, U(0) if made else nan.payload)
    code, event = delivered(L, operand, U(0), g, drawn, random)
    event = U(event | r.invalid) if invalid else event
    return code, (U(U(event & r.by_zero_keeps) | r.by_zero) if x.by_zero & (not is_nan) else event)
