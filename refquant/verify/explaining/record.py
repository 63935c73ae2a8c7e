"""An explanation as a record of plain types, for JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import refquant
from refquant.formats import FloatFormat, Format, IntFormat
from refquant.policies import Via
from refquant.verify.comparison import Witness
from refquant.verify.explaining.evidence import Decision, Question
from refquant.verify.explaining.explanation import Explanation
from refquant.verify.explaining.operations.applied import Applied, Origin
from refquant.verify.explaining.pairs import Contradiction
from refquant.verify.explaining.partly import Best, Run
from refquant.verify.explaining.settings import Setting


def explanation_record(found: Explanation) -> dict[str, Any]:
    """Return an explanation as a mapping of plain types.

    Returns
    -------
    dict
        ``schema`` (1), ``refquant`` (its version), ``explained`` (bool), ``operation`` (null for conversions, or its name),
        ``source`` (a name, or those of the operands' formats), ``flags`` (bool: whether they were compared), ``target`` (a name),
        ``pairs``, ``distinct`` and ``contradictory``
        (numbers), ``contradictions`` (a list of ``input``, ``input_value`` and ``results``: ``code``, ``value``, ``count``), ``situations`` (number of pairs
        in each), ``setting`` (null, or ``knobs``, a mapping of every knob that was searched to its choice as text or null, `via` as a mapping of ``format``,
        ``rounding`` and ``nan``, ``random_bits``, and ``code``, the Python text of the dialect), ``chance`` (null, or ``choice``, ``log_likelihood``,
        ``inputs``, ``errors_instead``, ``levels``, ``beside``, pairs of a text and a difference, and ``decisive``), ``decisions`` (a list of ``knob``,
        ``choice``, ``same`` and ``undecided``, lists of choices, and ``ruled_out``, a list of ``choice``, ``pairs`` and ``witness``), ``others`` (number),
        ``more`` (bool), ``questions`` (a list of ``input``, ``input_value`` and ``answers``: ``code``, ``value`` and ``choices``, texts), ``dialects``
        (names), ``best`` (a list of ``setting``, ``failed``, ``wrong``, numbers by situation, ``runs``, a list of ``pairs``, ``first`` and ``last``, and
        ``more_runs``), ``alone`` (a list of ``situation``, ``pairs``, ``choices``, ``failed``), and ``spent`` (``tried``, ``compared``, ``complete``,
        ``seconds``). A witness holds codes in hex and values as text: ``input, input_value, got, got_value, expected, expected_value``; ``expected`` is what
        the choice or setting would give.

    Examples
    --------
    >>> import numpy as np
    >>> from refquant.verify import explain, explanation_record
    >>> record = explanation_record(explain(np.float32([1.0625, 500.0]), np.uint8([0x39, 0x7E]), "float8_e4m3fn"))
    >>> record["setting"]["knobs"]["overflow"], record["decisions"][1]["ruled_out"][0]["witness"]["expected"]
    ('saturate', '0x38')
    """
    numbers = {name: getattr(found, name) for name in ("pairs", "distinct", "contradictory", "situations", "others", "more")}
    return {
        "schema": 1, "refquant": refquant.__version__, "explained": found.explained, **_origin(found.source), "target": _name(found.target), **numbers,
        "setting": None if found.setting is None else _setting(found.setting, found.source),
        "contradictions": [_contradiction(c) for c in found.contradictions],
        "chance": None if found.chance is None else {**asdict(found.chance), "decisive": found.chance.decisive},
        "decisions": [_decision(d) for d in found.decisions], "questions": [_question(q) for q in found.questions], "dialects": list(found.dialects),
        "best": [_best(b, found.source) for b in found.best], "alone": [asdict(a) for a in found.alone], "spent": asdict(found.spent),
    }  # fmt: skip


def _name(end: str | Format) -> str:
    return end if isinstance(end, str) else end.name


def _origin(source: Origin) -> dict[str, Any]:
    if isinstance(source, Applied):
        return {"operation": source.operation, "source": list(source.names), "flags": source.flags}
    return {"operation": None, "source": _name(source), "flags": False}


def _setting(setting: Setting, source: Origin) -> dict[str, Any]:
    return {"knobs": {knob: _choice(choice) for knob, choice in setting.knobs}, "random_bits": setting.random_bits, "code": setting.code_for(source)}


def _choice(choice: Any) -> Any:
    """Return a choice as `Dialect.replace` takes it."""
    if isinstance(choice, Via):
        return {"format": choice.name, "rounding": str(choice.rounding), "nan": str(choice.nan)}
    return None if choice is None else choice.name if isinstance(choice, (FloatFormat, IntFormat)) else str(choice)


def _decision(decision: Decision) -> dict[str, Any]:
    out = [{"choice": r.choice, "pairs": r.pairs, "witness": r.witness._asdict()} for r in decision.ruled_out]
    said = {"knob": decision.knob, "choice": decision.choice, "same": list(decision.same), "undecided": list(decision.undecided)}
    return {**said, "ruled_out": out}


def _question(question: Question) -> dict[str, Any]:
    answers = [{"code": a.code, "value": a.value, "choices": list(a.choices)} for a in question.answers]
    return {"input": question.input, "input_value": question.input_value, "answers": answers}


def _contradiction(given: Contradiction) -> dict[str, Any]:
    return {**given._asdict(), "results": [dict(zip(("code", "value", "count"), row)) for row in given.results]}


def _best(best: Best, source: Origin) -> dict[str, Any]:
    said = {"setting": _setting(best.setting, source), "failed": best.failed, "wrong": best.wrong}
    return {**said, "runs": [_run(run) for run in best.runs], "more_runs": best.more_runs}


def _run(run: Run) -> dict[str, Any]:
    ends: dict[str, Witness] = {"first": run.first, "last": run.last}
    return {"pairs": run.pairs, **{name: end._asdict() for name, end in ends.items()}}
