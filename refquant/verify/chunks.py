"""One chunk of a sweep: asked as far as the implementation gets, compared, and each kind of mismatch counted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from refquant.verify.answers import FAULTS, answers_of
from refquant.verify.cases import case_codes, case_values, magnitude_of_case, number_of, ordered, patterns
from refquant.verify.comparison import CLASSES, as_given, classify, defined, differs, reference_codes, smallest
from refquant.verify.diagnosis import predicted
from refquant.verify.findings import gives_replies, known_of, replies_of, unknown_witness
from refquant.verify.pipe import Replies
from refquant.verify.swept import ABSENT, KNOWN, UNKNOWN, Kind, Sweep
from refquant.verify.target import Claim, Codes, Target


def next_chunk(target: Target, found: Sweep, chunk: int, timeout: float | None = None) -> tuple[Sweep, BaseException | None]:
    """Return the findings with those of at most so many more codes, and what a function raised: the codes before it are compared."""
    claim, last = found.claim, min(found.following + chunk, found.size)
    codes = patterns(claim, found.following, last)
    kept = defined(claim, codes)
    if not kept.size:
        return found.swept(codes.size, 0, ()), None
    given, error = _as_far_as_it_gets(target, claim, kept, timeout)
    answered = given.codes.size
    passed = codes.size if answered == kept.size else number_of(claim, kept[answered]) - found.following
    return found.swept(passed, answered, _kinds(target, found, kept[:answered], given)).heard(kept, given), error


def _kinds(target: Target, found: Sweep, codes: Codes, given: Replies) -> Iterator[Kind]:
    """Yield the mismatches of each class, what a known deviation says is wrong and is not, and the unknown answers."""
    claim, known = found.claim, known_of(given)
    bits, got = (codes, given.codes) if known.all() else (codes[known], given.codes[known])
    right = reference_codes(claim, bits)
    expected = None if found.known is None else predicted(found.known, claim, bits, got)
    wrong = differs(claim, got, right)
    where = np.flatnonzero(wrong)
    if where.size:
        yield from _of_each_class(target, found, bits[where], got[where], right[where], None if expected is None else expected[where])
    if expected is not None and (right_after_all := differs(claim, expected, right) & ~wrong).any():
        of = np.flatnonzero(right_after_all)
        yield _kind(target, found, f"{ABSENT}{found.known.name}", bits[of], got[of], right[of])  # type: ignore[union-attr]
    if given.unknown is not None:
        i = int(given.unknown.vectors[ordered(claim, codes[given.unknown.vectors])[0]])
        place = magnitude_of_case(claim, codes[i]), number_of(claim, codes[i])
        yield Kind(UNKNOWN, given.unknown.vectors.size, *place, unknown_witness(claim, codes, given.unknown, i))


def _of_each_class(target: Target, found: Sweep, codes: Codes, got: Codes, right: Codes, expected: Codes | None) -> Iterator[Kind]:
    claim = found.claim
    labels, names = classify(claim, codes, got, right), list(CLASSES)
    if found.known is not None and expected is not None:
        labels = np.where(differs(claim, got, expected), labels, -1)
        names.append(KNOWN + found.known.name)
    for number in np.unique(labels).tolist():
        of = np.flatnonzero(labels == number)
        yield _kind(target, found, names[number], codes[of], got[of], right[of])


def _kind(target: Target, found: Sweep, name: str, codes: Codes, got: Codes, right: Codes) -> Kind:
    claim = found.claim
    first = codes[ordered(claim, codes)[0]]
    return Kind(name, codes.size, magnitude_of_case(claim, first), number_of(claim, first), as_given(target, claim, smallest(claim, codes, got, right)))


def _as_far_as_it_gets(target: Target, claim: Claim, codes: Codes, timeout: float | None) -> tuple[Replies, BaseException | None]:
    """Return the answers; where a function raises, those before the input that makes it raise, and the error with a note that names the input.

    With a time limit that is no error but a misbehaviour, as a hang is.
    """
    if timeout is not None:
        return answers_of(target, claim, codes, timeout), None
    try:
        return replies_of(target, claim, codes), None
    except FAULTS as error:
        if gives_replies(target):
            raise
        before, alone = _before_it_raises(target, claim, codes)
        i = before.size
        shown = f"{case_codes(claim, codes[i])} ({case_values(claim, codes[i])})"
        error.add_note(f"on input {shown}, which does it alone" if alone else f"not reproduced by one input alone, suspected: {shown}")
        return Replies(before), error


def _before_it_raises(target: Target, claim: Claim, codes: Codes) -> tuple[Codes, bool]:
    """Return the results before the first input that makes a function raise, by halves, and whether that input alone does it."""
    parts, first, last, alone = [np.zeros(0, np.uint64)], 0, codes.size, False
    while first < last and not alone:
        middle = (first + last + 1) // 2
        try:
            parts.append(replies_of(target, claim, codes[first:middle]).codes)
            first = middle
        except FAULTS:
            alone = middle - first == 1
            last = middle
    return (np.concatenate(parts) if alone else np.concatenate(parts)[: first - 1]), alone
