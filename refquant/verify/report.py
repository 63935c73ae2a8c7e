"""A judgement as records of plain types, for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import refquant
from refquant.verify.judging import Judgement, Verdict
from refquant.verify.pipe import Misbehaviour


def as_records(judgements: Iterable[Judgement]) -> dict[str, Any]:
    """Return judgements as a mapping of plain types.

    Returns
    -------
    dict
        ``schema`` (1), ``refquant`` (its version), ``ok`` (bool) and ``targets``, a list with, for each target: ``name``, ``version``, ``ok``, ``announced``
        and ``judged`` (numbers of conversions) and ``verdicts``, a list with, for each conversion: ``operation, source, target`` (names), ``dialect`` (name),
        ``knobs`` (mapping), ``nan_by`` ("byte" or "class"), ``status`` ("exact", "known", "new", "gone", "failed"), ``cases``, ``left_out`` and ``mismatches``
        (numbers), ``sizes`` (number of cases of each kind, before those are left out that the policies refuse), ``by_class`` (number of mismatches of each
        class), ``diagnosis`` (text or null), ``message`` (text), and ``witness``: null, or codes in hex and values as text: ``input, input_value, got,
        got_value, expected, expected_value``. Of programs also: ``unknown`` (answers with digits X or Z) and ``flags`` (wrong exception flags), each null or
        ``count`` and ``witness``; ``failure``: null, or ``kind`` ("hang", "signal", "exit", "too few lines", "too many lines", "garbage", "too wide",
        "version"), ``what`` (text), ``vector`` (number of the input, from 0, or null), ``input`` (its fields in hex), ``answer`` (a line), ``alone`` (whether
        that input alone does it; null where that was not tried); ``unanswered`` (number of inputs), ``notes`` (texts) and ``stderr`` (its end).

    Examples
    --------
    >>> from refquant import verify
    >>> record = verify.as_records([verify.judge("numpy", random=1000)])
    >>> record["targets"][0]["verdicts"][0]["status"]
    'exact'
    """
    rows = list(judgements)
    return {"schema": 1, "refquant": refquant.__version__, "ok": all(j.ok for j in rows), "targets": [_target(j) for j in rows]}


def _target(judgement: Judgement) -> dict[str, Any]:
    numbers = {"announced": len(judgement.announced), "judged": judgement.judged}
    return {"name": judgement.name, "version": judgement.version, "ok": judgement.ok, **numbers, "verdicts": [_verdict(v) for v in judgement.verdicts]}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    claim, witness = verdict.claim, verdict.witness
    says = {"dialect": claim.dialect.name, "knobs": {k: str(v) for k, v in claim.knobs}, "nan_by": str(claim.nan_by)}
    found = {n: getattr(verdict, n) for n in ("status", "cases", "left_out", "mismatches", "sizes", "by_class", "diagnosis", "message")}
    conversion = {"operation": claim.operation, "source": claim.names[0], "target": claim.names[1]}
    return {**conversion, **says, **found, "witness": None if witness is None else witness._asdict(), **_of_programs(verdict)}


def _of_programs(verdict: Verdict) -> dict[str, Any]:
    asides = {"unknown": verdict.unknown, "flags": verdict.flags}
    findings = {name: None if found is None else {"count": found.cases, "witness": found.witness._asdict()} for name, found in asides.items()}
    failure = misbehaviour_record(verdict.failure)
    return {**findings, "failure": failure, "unanswered": verdict.unanswered, "notes": list(verdict.notes), "stderr": verdict.stderr}


def misbehaviour_record(failure: Misbehaviour | None) -> dict[str, Any] | None:
    """Return what a program did other than answer, as plain types."""
    return None if failure is None else {**failure._asdict(), "kind": str(failure.kind)}
