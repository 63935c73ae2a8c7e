"""What an operation looks at beside the plan of its result, as plain numbers."""

from __future__ import annotations

from typing import NamedTuple

from refquant.policies.knobs import FlagsMode, Policies, SubnormalMode
from refquant.policies.operation_knobs import DivisionByZeroMode, FmaNanOrderMode, MadeNanMode, NanOperandMode, NextPastEndMode, ZeroTimesInfMode
from refquant.policies.rounding import RoundingMode


class Choices(NamedTuple):
    """What an operation needs to know beside the plan of its result. RQ-7.6, RQ-7.7, RQ-7.10, RQ-7.13 to RQ-7.16, RQ-7.22."""

    flush: bool  #: subnormal operands are zeros
    downward: bool  #: a sum of 0 has the sign -
    reports: bool  #: whether flags are raised at all
    nan_order: tuple[int, ...]  #: the operands in the order in which a NaN is looked for
    signaling_first: bool  #: signalling NaNs before quiet ones
    makes_nan: bool  #: no NaN of an operand is delivered
    made_negative: bool  #: the sign of a NaN that the operation makes
    zero_times_inf: int  #: fma of 0, Inf and a quiet NaN: 0 quiet, 1 INVALID, 2 INVALID and a NaN that it makes
    divides_zero: bool  #: x / 0 has no exact result
    ends_nan: bool  #: what lies past the end of a format has no exact result


def choices_of(policies: Policies, operands: int) -> Choices:
    """Return what the policies of a result say."""
    p = policies
    first = p.rounding if p.via is None else p.via.rounding
    addend_first = operands == 3 and p.fma_nan_order is FmaNanOrderMode.ADDEND_FIRST
    return Choices(
        flush=p.subnormals in (SubnormalMode.FLUSH_INPUTS, SubnormalMode.FLUSH_BOTH),
        downward=first is RoundingMode.TOWARD_NEGATIVE,
        reports=p.flags is not FlagsMode.NONE,
        nan_order=(2, 0, 1) if addend_first else tuple(range(operands)),
        signaling_first=p.nan_operand is NanOperandMode.SIGNALING_FIRST,
        makes_nan=p.nan_operand is NanOperandMode.MADE,
        made_negative=p.made_nan is MadeNanMode.NEGATIVE,
        zero_times_inf=tuple(ZeroTimesInfMode).index(p.zero_times_inf),
        divides_zero=p.division_by_zero is DivisionByZeroMode.NAN,
        ends_nan=p.next_past_end is NextPastEndMode.NAN,
    )
