"""A judgement as records of plain types, for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import refquant
from refquant.verify.coverage import Coverage
from refquant.verify.deviations import Deviation, matches_nothing
from refquant.verify.pipe import Misbehaviour
from refquant.verify.reports.details import witness_record
from refquant.verify.reports.software import software
from refquant.verify.spread import Spread
from refquant.verify.verdict import Judgement, Verdict

SCHEMA = 2  #: raised whenever a reader of the records would have to change


def as_records(judgements: Iterable[Judgement], *, command: str | None = None) -> dict[str, Any]:
    """Return judgements as a mapping of plain types.

    Parameters
    ----------
    judgements : iterable of Judgement
        From `refquant.verify.judge`.
    command : str, optional
        What reproduces them.

    Returns
    -------
    dict
        ``schema`` (2), ``refquant`` (its version), ``software`` (names and versions), ``command`` (text or null), ``ok`` (bool) and ``targets``, a list with,
        for each target: ``name``, ``version``, ``ok``, ``announced`` and ``judged`` (numbers of conversions), ``unmatched`` (a text for each known
        deviation of this version that speaks of no conversion) and ``verdicts``, a list with, for each conversion:
        ``operation, source, target`` (names; of several operands with ``", "`` between them), ``operands`` (a list of names),
        ``dialect`` (name), ``knobs`` (mapping), ``nan_by`` ("byte" or "class"), ``status`` ("exact",
        "known", "new", "gone", "failed"), ``cases``, ``left_out`` and ``mismatches`` (numbers), ``sizes`` (number of cases of each kind, before those are left
        out that the policies refuse), ``by_class`` (number of mismatches of each class), ``diagnosis`` (text or null), ``message`` (text); ``witness``, the
        smallest mismatch, or null, and ``witnesses``, the smallest of each class; ``known``: null, or the known deviation: ``diagnosis, versions, reason,
        reference``; ``map``: null, or where on the axis of the input codes the mismatches are: ``bins`` (parts of the axis), ``codes_per_bin`` and ``counts``,
        for each class pairs of part and number; ``distances``: how many mismatches are how far from what is right, in ulp by powers of two; ``coverage``: null,
        or which classes of inputs were among the cases: ``reached`` (names), ``empty`` (name to the reason), ``missed`` (number of those not ruled out),
        ``examined`` (at how many cases was looked for that).

        A witness has ``input, input_value, got, got_value, expected, expected_value`` (codes in hex, values as text), and of each of input, got and expected
        ``fields`` (``sign, exponent, significand`` in hex, null where it is no code of a float format) and ``exact`` (its value, a decimal or an integer times
        a power of two, null where it is no code), ``ulp`` (the distance, null where there is none) and ``apart`` (what is between them, as text). Of an
        operation of several operands the input is a list of these.

        Of programs, functions and files also: ``unknown`` (answers with digits X or Z) and ``flags`` (wrong exception flags), each null or ``count`` and
        ``witness``; ``failure``: null, or ``kind`` ("hang", "signal", "exit", "too few lines", "too many lines", "garbage", "too wide", "version", "raised",
        "shape", "dtype"), ``what`` (text), ``vector`` (number of the input, from 0, or null), ``input`` (its fields in hex), ``answer`` (a line), ``alone``
        (whether that input alone does it; null where that was not tried); ``unanswered`` (number of inputs), ``notes`` (texts) and ``stderr`` (its end).

    Examples
    --------
    >>> from refquant import verify
    >>> record = verify.as_records([verify.judge("numpy", random=1000)])
    >>> record["targets"][0]["verdicts"][0]["status"]
    'exact'
    """
    rows = list(judgements)
    about = {"schema": SCHEMA, "refquant": refquant.__version__, "software": software(), "command": command}
    return {**about, "ok": all(j.ok for j in rows), "targets": [_target(j) for j in rows]}


def _target(judgement: Judgement) -> dict[str, Any]:
    numbers = {"announced": len(judgement.announced), "judged": judgement.judged}
    found = {"verdicts": [_verdict(v) for v in judgement.verdicts], "unmatched": [matches_nothing(entry) for entry in judgement.unmatched]}
    return {"name": judgement.name, "version": judgement.version, "ok": judgement.ok, **numbers, **found}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    claim = verdict.claim
    says = {"dialect": claim.dialect.name, "knobs": {k: str(v) for k, v in claim.knobs}, "nan_by": str(claim.nan_by)}
    found = {n: getattr(verdict, n) for n in ("status", "cases", "left_out", "mismatches", "sizes", "by_class", "diagnosis", "message")}
    conversion = {"operation": claim.operation, "source": claim.names[0], "target": claim.names[1], "operands": list(claim.source_names)}
    more = {"known": _known(verdict.deviation), **_spread(verdict.spread), "coverage": _coverage(verdict.coverage)}
    return {**conversion, **says, **found, **_witnesses(verdict), **more, **_of_programs(verdict)}


def _witnesses(verdict: Verdict) -> dict[str, Any]:
    each = {name: witness_record(verdict.claim, name, witness) for name, witness in verdict.witnesses.items()}
    first = next((name for name, witness in verdict.witnesses.items() if witness == verdict.witness), "unknown")
    return {"witness": None if verdict.witness is None else witness_record(verdict.claim, first, verdict.witness), "witnesses": each}


def _known(entry: Deviation | None) -> dict[str, str] | None:
    return None if entry is None else {n: getattr(entry, n) for n in ("diagnosis", "versions", "reason", "reference")}


def _spread(found: Spread | None) -> dict[str, Any]:
    if found is None:
        return {"map": None, "distances": {}}
    counts = {name: [[part, count] for part, count in parts.items()] for name, parts in found.map.items()}
    return {"map": {"bins": found.bins, "codes_per_bin": found.codes_per_bin, "counts": counts}, "distances": found.distances}


def _coverage(found: Coverage | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"reached": list(found.reached), "empty": found.empty, "missed": len(found.missed), "examined": found.examined}


def _of_programs(verdict: Verdict) -> dict[str, Any]:
    asides = {"unknown": verdict.unknown, "flags": verdict.flags}
    findings = {name: None if found is None else {"count": found.cases, "witness": found.witness._asdict()} for name, found in asides.items()}
    failure = misbehaviour_record(verdict.failure)
    return {**findings, "failure": failure, "unanswered": verdict.unanswered, "notes": list(verdict.notes), "stderr": verdict.stderr}


def misbehaviour_record(failure: Misbehaviour | None) -> dict[str, Any] | None:
    """Return what a program or function did other than answer, as plain types."""
    return None if failure is None else {**failure._asdict(), "kind": str(failure.kind)}
