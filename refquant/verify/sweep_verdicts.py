"""Sweeps as verdicts, so that a report of every input is one of the same form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from refquant.verify.deviations import Deviation, does_not_occur
from refquant.verify.diagnosis import NOT_LOOKED_FOR
from refquant.verify.swept import ABSENT, Sweep
from refquant.verify.verdict import Judgement, Verdict


def judgements_of(sweeps: Iterable[tuple[Sweep, str]], known: Iterable[Deviation | None]) -> list[Judgement]:
    """Return sweeps, each with why it did not come to its end, as judgements; `known` are the deviations of each."""
    verdicts = [(found.name, found.version, _verdict(found, failure, entry)) for (found, failure), entry in zip(sweeps, known)]
    return list(_by_target(verdicts))


def _by_target(verdicts: list[tuple[str, str, Verdict]]) -> Iterator[Judgement]:
    for (name, version), rows in groupby(verdicts, key=lambda row: row[:2]):
        found = tuple(verdict for _, _, verdict in rows)
        yield Judgement(name, version, tuple(verdict.claim for verdict in found), found)


def _verdict(found: Sweep, failure: str, entry: Deviation | None) -> Verdict:
    """Return a sweep as a verdict: its kinds are classes; what a known deviation reproduces is one of its own."""
    status, message = _status(found, failure, entry)
    by_class, witnesses = {k.name: k.count for k in found.kinds}, {k.name: k.witness for k in found.kinds}
    wrong = [k for k in found.kinds if not k.name.startswith(ABSENT)]
    smallest = min(wrong, key=lambda k: (k.magnitude, k.code)).witness if wrong else None
    numbers = (
        {"every code": found.size},
        found.cases,
        found.mismatches,
        by_class,
        smallest,
        found.known.name if found.known and status == "known" else None,
        message,
    )
    more = {"failure": found.failure, "unanswered": found.size - found.following, "notes": found.notes, "stderr": found.stderr}
    return Verdict(found.claim, status, *numbers, **more, witnesses=witnesses, deviation=entry)  # type: ignore[arg-type]


def _status(found: Sweep, failure: str, entry: Deviation | None) -> tuple[str, str]:
    if failure or not found.complete:
        return "failed", failure or "did not come to its end"
    if entry is not None and found.gone:
        return "gone", does_not_occur(entry)
    if found.new:
        return "new", NOT_LOOKED_FOR if entry is None else _beside(found, entry)
    return ("known", entry.reason) if found.mismatches and entry is not None else ("exact", "")


def _beside(found: Sweep, entry: Deviation) -> str:
    """Return how many outputs are other than what a known deviation gives."""
    absent = sum(k.count for k in found.kinds if k.name.startswith(ABSENT))
    wrong = f"{found.new - absent:,} of them are not what the known deviation {entry.diagnosis!r} does" if found.new > absent else ""
    return "; ".join(filter(None, (wrong, f"{absent:,} are right where the known deviation {entry.diagnosis!r} gives something else" if absent else "")))
