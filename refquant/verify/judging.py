"""The judge: every claim of a target, on every case, against the reference and the known deviations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from refquant.errors import InputTypeError, InputValueError
from refquant.golden.cases import CaseSet
from refquant.golden.random_words import checked_seed
from refquant.verify.answers import FAULTS, answers_of, checked_timeout
from refquant.verify.case_sets import sets_of
from refquant.verify.comparison import as_given, compare, defined
from refquant.verify.coverage import coverage_of
from refquant.verify.deviations import Deviation, does_not_occur, find_deviation, load_deviations
from refquant.verify.diagnosis import UNEXPLAINED, diagnose, reproduces
from refquant.verify.findings import WrongFlags, gives_replies, known_of, misbehaviour_text, unknown_digits, wrong_flags
from refquant.verify.flag_diagnosis import diagnose_flags
from refquant.verify.offers import claims_of, unmatched
from refquant.verify.pipe import Misbehaviour, Replies
from refquant.verify.target import Claim, Codes, Target
from refquant.verify.targets import FileTarget, TestFloatTarget, get_target
from refquant.verify.vectors import judge_vectors
from refquant.verify.verdict import Judgement, Verdict, with_flags, with_unknown


def judge(
    target: Target | str, *, op: str | None = None, claims: Iterable[Claim] | None = None, seed: int = 0, random: int = 1_000_000, level: int = 2,
    deviations: Iterable[Deviation] | None = None, timeout: float | None = None, progress: Callable[[Verdict], None] | None = None,
) -> Judgement:  # fmt: skip
    """Return what an implementation does, compared with what it says, byte for byte.

    Parameters
    ----------
    target : Target or str
        An implementation, or the name of one (`list_targets`).
    op : str, optional
        An operation such as ``"add"``, which is judged in each format in which the target has it, or ``"all"``; conversions if not given.
    claims : iterable of Claim, optional
        The claims to judge; all of the target's if not given.
    seed, random : int
        Seed and number of the random inputs of each conversion from more than 16 bits, and of each operation at level 2 whose operands have more together.
    level : int
        Of the operands of an operation, as for golden vectors: 1, quick, or 2, thorough. Every pattern where the operands have at most 12 or 16 bits together.
    deviations : iterable of Deviation, optional
        Known deviations; those of the package if not given. One of this target and version that speaks of none of its conversions is `unmatched`, where all
        of them are judged.
    timeout : float, optional
        Seconds for each batch of at most 65,536 inputs; a hang is then a verdict. Needs the main thread, and code that returns to Python now and then and does
        not catch every exception: what catches the one that the limit raises is interrupted again every 0.1 s, and has hung, whatever it returns in the end.
        Judge what never ends as a program, which has a limit of its own. A timer of yours (SIGALRM) goes on. Without a limit all inputs are one batch.
    progress : callable, optional
        Called with each Verdict as it is found.

    Returns
    -------
    Judgement

    Raises
    ------
    InputTypeError, InputValueError, UnknownNameError
        If an argument cannot be used. What an implementation raises is a verdict, with the input that makes it raise.

    Notes
    -----
    Inputs: `refquant.golden.cases.case_sets`; of operations the operands of golden vectors. What is right: the exact value of the input, or the exact result of
    the operation, rounded once under the claim's policies (RQ-3.3, RQ-7.8). An input that the policies refuse is left out.

    Examples
    --------
    >>> from refquant import verify
    >>> judgement = verify.judge("numpy", random=1000)
    >>> judgement.ok, judgement.verdicts[0].claim.label, judgement.verdicts[0].cases
    (True, 'float16 -> float32', 65536)
    >>> verdict = verify.judge("numpy", op="add", random=1000).verdicts[0]
    >>> verdict.claim.label, verdict.status
    ('add float16', 'exact')
    """
    implementation = get_target(target) if isinstance(target, str) else target
    if not all(callable(getattr(implementation, name, None)) for name in ("claims", "run")):
        raise InputTypeError(f"target: expected a Target or the name of one, got {target!r}")
    announced = _checked("claims", claims_of(implementation, op) if claims is None else claims, Claim)
    known = _checked("deviations", load_deviations() if deviations is None else deviations, Deviation)
    seed = checked_seed(seed)
    if not isinstance(random, (int, np.integer)) or random < 0:
        raise InputValueError(f"random: expected an integer of at least 0, got {random!r}")
    if level not in (1, 2) or isinstance(level, bool):
        raise InputValueError(f"level: expected 1 or 2, got {level!r}")
    timeout = checked_timeout(timeout)
    if progress is not None and not callable(progress):
        raise InputTypeError(f"progress: expected a function, got {progress!r}")
    verdicts, most = [], min(random, getattr(implementation, "most_random", random))
    for claim in announced:
        entry = find_deviation(known, implementation.name, implementation.version, claim)
        verdicts.append(_judge_claim(implementation, claim, entry, seed, most, level, timeout))
        if progress is not None:
            progress(verdicts[-1])
    return Judgement(implementation.name, implementation.version, announced, tuple(verdicts), unmatched(known, implementation, announced))


def _checked(name: str, given: Any, kind: type[Any]) -> tuple[Any, ...]:
    items = tuple(given) if isinstance(given, Iterable) else (given,)
    if (not items and name == "claims") or not all(isinstance(item, kind) for item in items):
        raise InputTypeError(f"{name}: expected an iterable of {kind.__name__}{', at least one' if name == 'claims' else ''}; got {given!r}")
    return items


def _judge_claim(target: Target, claim: Claim, entry: Deviation | None, seed: int, random: int, level: int, timeout: float | None) -> Verdict:
    try:
        if isinstance(target, FileTarget):
            return judge_vectors(target, claim)
        if isinstance(target, TestFloatTarget):
            sets, codes, given = _of_file(target, claim)
            kept = [codes]
        else:
            sets = sets_of(claim, seed=seed, random=random, level=level)
            kept = [defined(claim, s.codes) for s in sets]
            codes = np.concatenate(kept)
            given = answers_of(target, claim, codes, timeout)
        verdict = _compared(target, claim, entry, codes[: given.codes.size], given)
        reached = coverage_of(claim, _answered(kept, given.codes.size), complete=given.codes.size == codes.size)
    except FAULTS as error:  # whatever happens to one conversion, the others are judged
        return Verdict(claim, "failed", message=" ".join(f"could not be judged: {type(error).__name__}: {error}".split()))
    sizes = {s.name: s.codes.size for s in sets}
    verdict = replace(verdict, sizes=sizes, unanswered=codes.size - given.codes.size, notes=given.notes, stderr=given.stderr, coverage=reached)
    return verdict if given.failure is None else _failed(target, verdict, codes, given.failure)


def _of_file(target: TestFloatTarget, claim: Claim) -> tuple[tuple[CaseSet, ...], Codes, Replies]:
    """Return the operands of a file, and its results, without those that the policies refuse."""
    cases, answers = target.cases, target.answers
    kept = ~claim.refused(cases) if claim.may_refuse else np.ones(cases.size, np.bool_)
    flags = None if answers.flags is None else answers.flags[kept]
    return (CaseSet("lines of the file", cases),), cases[kept], answers._replace(codes=answers.codes[kept], flags=flags)


def _answered(sets: list[Codes], size: int) -> list[Codes]:
    """Return the sets as far as they were answered."""
    ends = np.cumsum([codes.size for codes in sets])
    return [codes[: max(codes.size - max(int(end) - size, 0), 0)] for codes, end in zip(sets, ends)]


def _compared(target: Target, claim: Claim, entry: Deviation | None, asked: Codes, given: Replies) -> Verdict:
    """Return what the answers say, as far as they go."""
    known = known_of(given)
    codes, got = asked[known], given.codes[known]
    found = compare(claim, codes, got)
    diagnosis = _diagnosis(claim, entry, codes, got) if found.mismatches else None
    status, message = _status(found.mismatches, diagnosis, entry)
    witness = None if found.witness is None else as_given(target, claim, found.witness)
    witnesses = {name: as_given(target, claim, smallest) for name, smallest in found.witnesses.items()}
    more: dict[str, Any] = {"witnesses": witnesses, "spread": found.spread, "deviation": entry}
    verdict = Verdict(claim, status, {}, asked.size, found.mismatches, found.by_class, witness, diagnosis, message, **more)
    verdict = with_unknown(verdict, unknown_digits(claim, asked, given))
    return verdict if given.flags is None else with_flags(verdict, _wrong_flags(claim, codes, got, given.flags[known], diagnosis, found.mismatches))


def _wrong_flags(claim: Claim, codes: Codes, got: Codes, flags: Any, diagnosis: str | None, mismatches: int) -> WrongFlags | None:
    """Return the wrong flags, with what explains them where what is wrong about the codes is explained."""
    found = wrong_flags(claim, codes, got, flags)
    explained = None if found is None or (mismatches and diagnosis is None) else diagnose_flags(claim, codes, got, flags, diagnosis)
    return found if found is None else found._replace(diagnosis=explained)


def _diagnosis(claim: Claim, entry: Deviation | None, codes: Codes, got: Codes) -> str | None:
    """Return what reproduces every output: what the known deviation says, where that does, or else what is found."""
    return entry.diagnosis if entry is not None and reproduces(entry.diagnosis, claim, codes, got) else diagnose(claim, codes, got)


def _failed(target: Target, verdict: Verdict, codes: Codes, failure: Misbehaviour) -> Verdict:
    """Return the verdict on an implementation that misbehaved: what was found before is kept."""
    message = misbehaviour_text(verdict.claim, failure, codes[failure.vector or 0] if codes.size else None, "the program" if gives_replies(target) else "it")
    if verdict.mismatches:
        message += f"; before that: {verdict.message}"
    return replace(verdict, status="failed", message=message, failure=failure)


def _status(mismatches: int, diagnosis: str | None, entry: Deviation | None) -> tuple[str, str]:
    if not mismatches:
        if entry is None:
            return "exact", ""
        return "gone", does_not_occur(entry)
    if entry is not None and entry.diagnosis == diagnosis:
        return "known", entry.reason
    name = diagnosis or UNEXPLAINED
    return "new", name if entry is None else f"{name}, where the known deviation is {entry.diagnosis!r}"
