"""What an implementation answers, as far as it gets: one that raises, hangs or returns something else is cut where it does so first."""

from __future__ import annotations

from typing import Any

import numpy as np

from refquant.errors import InputTypeError, InputValueError, ResultShapeError, ResultTypeError
from refquant.verify.cases import case_codes
from refquant.verify.findings import gives_replies, replies_of, tells_flags
from refquant.verify.pipe import Kind, Misbehaviour, Replies
from refquant.verify.target import Claim, Codes, Target
from refquant.verify.time_limit import TimeIsUp, can_limit, limited

BATCH = 1 << 16
FAULTS = (Exception, SystemExit, GeneratorExit)  #: what a function raises that is its own fault; an interrupt is not
_PROBES_PER_LIMIT = 8  # while the input is searched on which a function hangs, each try has so much less time
_LEAST_PROBE = 0.2  # seconds


def checked_timeout(seconds: Any) -> float | None:
    """Return a time limit in seconds, or None; raise where it is none, or none can be kept here."""
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float, np.integer, np.floating)):
        raise InputTypeError(f"timeout: expected seconds, got {seconds!r}")
    if not 0 < seconds < 1e6:
        raise InputValueError(f"timeout: expected more than 0 seconds, got {seconds!r}")
    if not can_limit():
        raise InputValueError("timeout: a limit needs the main thread of a system with interval timers (no Windows); leave it out, or judge a program")
    return float(seconds)


def answers_of(target: Target, claim: Claim, codes: Codes, timeout: float | None = None) -> Replies:
    """Return the answers to codes; those before the first input on which a function misbehaves, with what it does.

    A function that catches `TimeIsUp` and does not end is not left until it returns to Python and lets it pass; see `refquant.verify.time_limit.giving_up`.
    """
    if gives_replies(target):
        return replies_of(target, claim, codes)
    size = max(codes.size, 1) if timeout is None else BATCH
    parts, done = [], 0
    for first in range(0, max(codes.size, 1), size):
        batch = codes[first : first + size]
        try:
            parts.append(_asked(target, claim, batch, timeout))
            done += batch.size
        except (*FAULTS, TimeIsUp) as error:
            _pass_on(error)
            return _cut(target, claim, codes, parts, done, batch.size, error, timeout)
    return _joined(parts)


def _joined(parts: list[Replies]) -> Replies:
    """Return parts of the answers as one."""
    flags = [part.flags for part in parts if part.flags is not None]
    return Replies(np.concatenate([part.codes for part in parts]), np.concatenate(flags) if flags else None)


def _asked(target: Target, claim: Claim, codes: Codes, timeout: float | None) -> Replies:
    with limited(timeout):
        given = replies_of(target, claim, codes)
    got = given.codes
    if got.dtype.kind != "u" or got.ndim != 1:
        raise ResultTypeError(f"{target.name}: expected an array of unsigned codes, got dtype {got.dtype} and shape {got.shape}")
    return given


def _cut(
    target: Target, claim: Claim, codes: Codes, parts: list[Replies], done: int, size: int, error: BaseException, timeout: float | None
) -> Replies:  # fmt: skip
    """Return the answers before the first input of a batch that makes a function misbehave, by halves, and whether that input alone does it."""
    first, last, alone, shown = done, done + size, False, error
    while first < last and not alone:
        middle = (first + last + 1) // 2
        try:
            parts = [*parts, _asked(target, claim, codes[first:middle], _probe(timeout, error, single=middle - first == 1))]
            first = middle
        except (*FAULTS, TimeIsUp) as again:
            _pass_on(again)
            alone, last, shown = middle - first == 1, middle, again
    vector = first if alone else max(first - 1, done)
    nothing = Replies(np.zeros(0, parts[0].codes.dtype if parts else np.uint64), np.zeros(0, np.uint8) if tells_flags(claim) else None)
    before = _joined([nothing, *parts])
    before = Replies(before.codes[:vector], None if before.flags is None else before.flags[:vector])
    failure = _misbehaviour(shown if alone else error, timeout)
    if not size:
        return before._replace(failure=failure)
    return before._replace(failure=failure._replace(vector=vector, input=case_codes(claim, codes[vector]), alone=alone))


def _pass_on(error: BaseException) -> None:
    """Raise it again where it says that the time of the caller is up."""
    if isinstance(error, TimeIsUp) and error.of_a_caller:
        raise error


def _probe(timeout: float | None, error: BaseException, *, single: bool) -> float | None:
    """Return the time for a part of a batch."""
    if timeout is None or single or not isinstance(error, TimeIsUp):
        return timeout
    return min(max(timeout / _PROBES_PER_LIMIT, _LEAST_PROBE), timeout)


def _misbehaviour(error: BaseException, timeout: float | None) -> Misbehaviour:
    if isinstance(error, TimeIsUp):
        return Misbehaviour(Kind.HANG, f"gave no answer within {timeout:g} s")
    said = " ".join(f"{error}".split())
    if isinstance(error, (ResultShapeError, ResultTypeError)):
        kind = Kind.SHAPE if isinstance(error, ResultShapeError) else Kind.DTYPE
        return Misbehaviour(kind, f"returned something else: {said.partition(': ')[2]}")
    return Misbehaviour(Kind.RAISED, f"raised {type(error).__name__}: {said}".removesuffix(": "))
