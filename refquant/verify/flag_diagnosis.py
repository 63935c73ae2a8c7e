"""Naming the policies under which every exception flag is right that is wrong under those that are claimed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.errors import RefquantError
from refquant.operations import OPERATIONS
from refquant.policies import KNOBS
from refquant.verify.comparison import differs
from refquant.verify.diagnosis import explanation_named
from refquant.verify.operation_claim import OperationClaim
from refquant.verify.target import Claim, Codes

Knobs = tuple[tuple[str, Any], ...]
_OF_FLAGS = ("tininess", "input_denormal", "flags", "inf_flags", "zero_times_inf", "ftz")  #: knobs that may change flags and no code


def diagnose_flags(claim: Claim, codes: Codes, got: Codes, flags: NDArray[np.uint8], diagnosis: str | None = None) -> str | None:
    """Return the one or two policies under which all codes and flags are what was given, on top of what the codes show (`diagnosis`), or None.

    Examples
    --------
    >>> import numpy as np
    >>> from refquant.verify import OperationClaim
    >>> from refquant.verify.cases import cases_of
    >>> from refquant.verify.flag_diagnosis import diagnose_flags
    >>> cases = cases_of((np.uint16([0x03FF, 0x3C00]), np.uint16([0x3C01, 0x3C00])))  # rounded to the smallest normal number; 1 * 1
    >>> claim = OperationClaim.of("mul", "float16")
    >>> diagnose_flags(claim, cases, np.uint16([0x0400, 0x3C00]), np.uint8([3, 0]))
    'tininess=before'
    """
    base = _knobs_of(diagnosis)
    if base is None:
        return None
    singles = list(_singles(claim, base))
    pairs = ((*a, *b) for a, b in combinations(singles, 2) if a[0][0] != b[0][0])
    found = (knobs for knobs in chain([()] if base else [], singles, pairs) if _gives(claim, (*base, *knobs), codes, got, flags))
    return next((" and ".join(f"{knob}={choice}" for knob, choice in (*base, *knobs)) for knobs in found), None)


def _knobs_of(diagnosis: str | None) -> Knobs | None:
    """Return the policies that a diagnosis names; None where it is about more than these."""
    if diagnosis is None:
        return ()
    try:
        explanation = explanation_named(diagnosis)
    except RefquantError:
        return None
    plain = explanation.via is None and not (explanation.within or explanation.nan_sign or explanation.no_code or explanation.second or explanation.instead)
    return explanation.knobs if plain else None


def _singles(claim: Claim, base: Knobs) -> Iterator[Knobs]:
    affected = claim.record.affected_by if isinstance(claim, OperationClaim) else OPERATIONS["convert"].affected_by
    for knob in (knob for knob in _OF_FLAGS if knob in affected and knob not in dict(base)):
        now = getattr(claim.policies, knob)
        yield from (((knob, str(choice)),) for choice in KNOBS[knob] if choice != now)


def _gives(claim: Claim, knobs: Knobs, codes: Codes, got: Codes, flags: NDArray[np.uint8]) -> bool:
    try:
        found = claim.right(codes, claim.correct.replace(**dict(knobs)), return_flags=True)
    except RefquantError:  # the format has no such policy
        return False
    return bool((found.flags == flags).all()) and not differs(claim, got, found.codes).any()
