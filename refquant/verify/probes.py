"""Whether an implementation is the one that a state was written of: what it gives where two casts are most likely to differ, and on the witnesses."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from refquant.errors import StateError
from refquant.verify.answers import FAULTS, answers_of
from refquant.verify.case_sets import sets_of
from refquant.verify.cases import number_of, patterns
from refquant.verify.comparison import Witness, as_given, defined, reference_codes, smallest
from refquant.verify.findings import replies_of, unknown_witness
from refquant.verify.pipe import Misbehaviour, Replies
from refquant.verify.swept import Sweep
from refquant.verify.target import Claim, Codes, Target

_PROBED = 1 << 16  # random inputs, beside the boundary cases, that tell one cast from another


class Probe(NamedTuple):
    """A digest of what an implementation gives on known inputs, and what it did instead: it misbehaved, or raised."""

    results: str
    failure: Misbehaviour | None = None
    error: BaseException | None = None


def probed(target: Target, claim: Claim, timeout: float | None = None) -> Probe:
    """Return what an implementation gives on the boundary cases and some random ones."""
    codes = defined(claim, np.concatenate([s.codes for s in sets_of(claim, random=_PROBED)]))
    try:
        given = _given(target, claim, codes, timeout)
    except FAULTS as error:
        return Probe(f"raised {type(error).__name__}", error=error)
    if given.failure is not None:  # how many were answered before depends on time
        at = given.failure.vector
        failure = given.failure if at is None else given.failure._replace(vector=number_of(claim, codes[at]))
        return Probe(f"misbehaved: {failure.kind}", failure=failure)
    return Probe(_digest(given))


def _given(target: Target, claim: Claim, codes: Codes, timeout: float | None) -> Replies:
    """Return what an implementation gives; with a time limit what a function does other than answer is a misbehaviour."""
    return replies_of(target, claim, codes) if timeout is None else answers_of(target, claim, codes, timeout)


def _digest(given: Replies) -> str:
    digest = hashlib.sha256(np.asarray(given.codes, np.uint64).tobytes())
    if given.unknown is not None:
        digest.update(repr((given.unknown.vectors.tolist(), given.unknown.answers)).encode())
    return digest.hexdigest()


def check_witnesses(target: Target, found: Sweep, path: str | Path, timeout: float | None = None) -> None:
    """Raise StateError where the implementation no longer gives what the witnesses of the state say."""
    for kind in found.kinds:
        code = patterns(found.claim, kind.code, kind.code + 1)
        given = _given(target, found.claim, code, timeout)
        now = _witness(target, found.claim, code, given)
        if now != kind.witness:
            gives = f"gives {now.got} now" if now else f"it {given.failure.sentence() if given.failure else 'does not answer'} now"
            said = f"{kind.witness.input} gave {kind.witness.got}, and {gives}"
            raise StateError(f"resume: {path} is the state of a cast that gave other results than {found.name}: {said}; delete the file to begin anew")


def _witness(target: Target, claim: Claim, code: Codes, given: Replies) -> Witness | None:
    """Return what an implementation gives for one input; None where it does not answer."""
    if not given.codes.size:
        return None
    if given.unknown is not None:
        return unknown_witness(claim, code, given.unknown, 0)
    return as_given(target, claim, smallest(claim, code, given.codes, reference_codes(claim, code)))
