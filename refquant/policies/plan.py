"""`resolve`: a format and policies become the integers that every implementation works from."""

from functools import lru_cache
from typing import NamedTuple

from refquant.formats import Format, Grid, IntFormat, Parity
from refquant.policies.events import INEXACT, RAISES, UNDERFLOW
from refquant.policies.knobs import FlagsMode, FtzMode, NanMode, OverflowMode, Policies, SubnormalMode, TininessMode
from refquant.policies.outcomes import Outcome, Outcomes
from refquant.policies.rounding import stochastic_kind, truth_table


class Plan(NamedTuple):
    """Integers alone: all that an implementation sees of a target format and its policies.

    A pair is (positive side, negative side). An *event* is the flags of an element (bits as `refquant.Flags`), with RAISES set where it
    must raise.
    """

    grid: Grid
    table: int  #: truth table of a deterministic rounding, RQ-4
    stochastic: int  #: 0, or 1, 2, 3 for A, B, C, RQ-9
    random_bits: int  #: N of a stochastic rounding
    parity_offset: int  #: odd means ``(index - parity_offset) & 1``, RQ-4.14
    parity_always: int  #: 1: every nonzero index is odd (significand parity of precision 1)
    wrap: int  #: 1: codes are taken modulo 2**width, RQ-5.5; 2: those above zero alone, RQ-5.12
    absolute: int  #: 1: signs are dropped first, RQ-5.12
    flush_inputs: int
    flush_results: int  #: 0 none, 1 tiny after rounding, 2 tiny before rounding
    tiny_before: int  #: tininess for the UNDERFLOW flag
    overflow_code: tuple[int, int]
    overflow_event: tuple[int, int]
    infinity_code: tuple[int, int]
    infinity_event: tuple[int, int]
    nan_code: tuple[int, int]  #: NaN without payload
    nan_event: int
    signaling_event: int
    nan_moves: int  #: 0: payload dropped, 1: kept, 2: kept and quieted
    zero_code: tuple[int, int]  #: a nonzero x that rounds to zero, or is flushed
    exact_zero_code: tuple[int, int]
    exact_zero_event: int
    below_code: tuple[int, int] | None  #: a nonzero x below the least positive value, where that is NaN
    below_event: int
    inexact_event: int
    underflow_event: int
    flush_event: int
    absolute_event: int
    may_raise: int


@lru_cache(maxsize=4096)
def resolve(fmt: Format, policies: Policies, random_bits: int = 0) -> Plan:
    """Return the plan of these policies for a target format; raise PolicyError where they contradict it. RQ-5, RQ-6."""
    outcomes = Outcomes(fmt, policies)
    over = outcomes.overflow(False), outcomes.overflow(True)
    infinity = outcomes.infinity(False), outcomes.infinity(True)
    nan = outcomes.nan(False), outcomes.nan(True)
    zero = outcomes.rounded_zero(False), outcomes.rounded_zero(True)
    exact_zero = outcomes.exact_zero(False), outcomes.exact_zero(True)
    below = outcomes.below_min(False), outcomes.below_min(True)
    offset, always = _parity(fmt, policies)
    mode, is_float = policies.rounding, not isinstance(fmt, IntFormat)
    wrap = policies.overflow is OverflowMode.WRAP
    mask = 0 if policies.flags is FlagsMode.NONE else -1
    events = [o.event for o in (*over, *infinity, *nan, *exact_zero, *below) if o] + [outcomes.signaling_event()]
    return Plan(
        grid=fmt.grid, table=truth_table(mode), stochastic=stochastic_kind(mode), random_bits=random_bits, parity_offset=offset, parity_always=always,
        wrap=int(wrap) * (2 if outcomes.replaces_negatives else 1), absolute=int(outcomes.drops_sign),
        flush_inputs=int(policies.subnormals in (SubnormalMode.FLUSH_INPUTS, SubnormalMode.FLUSH_BOTH)),
        flush_results=_flush_results(fmt, policies), tiny_before=int(policies.tininess is TininessMode.BEFORE),
        overflow_code=_codes(*over), overflow_event=_events(*over),
        infinity_code=_codes(*infinity), infinity_event=_events(*infinity), nan_code=_codes(*nan), nan_event=nan[0].event,
        signaling_event=outcomes.signaling_event(), nan_moves=_nan_moves(fmt, policies), zero_code=zero, exact_zero_code=_codes(*exact_zero),
        exact_zero_event=exact_zero[0].event, below_code=_optional_codes(*below), below_event=below[0].event if below[0] else 0,
        inexact_event=INEXACT & mask, underflow_event=UNDERFLOW & mask if is_float else 0,
        flush_event=(UNDERFLOW if policies.ftz is FtzMode.ARM else UNDERFLOW | INEXACT) & mask, absolute_event=outcomes.negative_event & mask,
        may_raise=int(any(e & RAISES for e in events)),
    )  # fmt: skip


def _codes(positive: Outcome, negative: Outcome) -> tuple[int, int]:
    return positive.code, negative.code


def _optional_codes(positive: Outcome | None, negative: Outcome | None) -> tuple[int, int] | None:
    return None if positive is None or negative is None else (positive.code, negative.code)


def _events(positive: Outcome, negative: Outcome) -> tuple[int, int]:
    return positive.event, negative.event


def _parity(fmt: Format, policies: Policies) -> tuple[int, int]:
    """RQ-4.14: (offset, always) of Plan."""
    if isinstance(fmt, IntFormat):
        return 0, 0
    parity = policies.parity or fmt.parity
    if parity is Parity.CODE:
        return fmt.grid.first_index, 0
    return 0, int(fmt.precision == 1)


def _flush_results(fmt: Format, policies: Policies) -> int:
    """RQ-5.13."""
    if not fmt.grid.has_subnormals or policies.subnormals not in (SubnormalMode.FLUSH_RESULTS, SubnormalMode.FLUSH_BOTH):
        return 0
    return 2 if policies.ftz is FtzMode.ARM else 1


def _nan_moves(fmt: Format, policies: Policies) -> int:
    """RQ-5.8: whether the payload of a NaN is moved into the target."""
    if not fmt.grid.nan_payload:
        return 0
    return {NanMode.KEEP_PAYLOAD: 1, NanMode.QUIET_PAYLOAD: 2}.get(policies.nan, 0) if policies.nan else 0
