"""The judge: every claim of a target, on every case, against the reference and the known deviations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from refquant.errors import InputTypeError, InputValueError
from refquant.golden.cases import case_sets
from refquant.golden.random_words import checked_seed
from refquant.verify.comparison import Witness, as_given, compare, defined
from refquant.verify.deviations import Deviation, find_deviation, load_deviations
from refquant.verify.diagnosis import diagnose, reproduces
from refquant.verify.findings import Finding, WrongFlags, known_of, misbehaviour_text, replies_of, unknown_digits, wrong_flags
from refquant.verify.pipe import Misbehaviour, Replies
from refquant.verify.target import Claim, Codes, Target
from refquant.verify.targets import get_target


@dataclass(frozen=True)
class Verdict:
    """What was found of one claim.

    Parameters
    ----------
    claim : Claim
        The conversion.
    status : str
        ``"exact"``; ``"known"``: it deviates as a known deviation says; ``"new"``: it deviates otherwise; ``"gone"``: a known deviation of this version does
        not occur; ``"failed"``: it could not be judged, or not to the end.
    sizes : dict
        Number of cases of each kind.
    cases, mismatches : int
        How many inputs were compared, and how many outputs were wrong.
    by_class : dict
        Mismatches by class: see `refquant.verify.comparison.CLASSES`.
    witness : Witness or None
        The mismatch of smallest magnitude.
    diagnosis : str or None
        What reproduces every output of the implementation.
    message : str
        One sentence for a reader.
    unknown : Finding or None
        Answers with digits that are no bits (X or Z of a simulator): how many, and the first.
    flags : Finding or None
        Answers with wrong exception flags, where flags were asked for: how many, and that of smallest magnitude.
        Those with a right code are among the mismatches.
    failure : Misbehaviour or None
        What a program did other than answer; the rest is then what was found before.
    unanswered : int
        Inputs that have no answer for that reason.
    notes : tuple of str
        What a user should know of a program, though it did no harm.
    stderr : str
        The end of what a program wrote to stderr.
    """

    claim: Claim
    status: str
    sizes: dict[str, int] = field(default_factory=dict)
    cases: int = 0
    mismatches: int = 0
    by_class: dict[str, int] = field(default_factory=dict)
    witness: Witness | None = None
    diagnosis: str | None = None
    message: str = ""
    unknown: Finding | None = None
    flags: Finding | None = None
    failure: Misbehaviour | None = None
    unanswered: int = 0
    notes: tuple[str, ...] = ()
    stderr: str = ""

    @property
    def left_out(self) -> int:
        """Number of inputs that the claim's policies refuse, of which nothing is right or wrong."""
        return max(sum(self.sizes.values()) - self.cases - self.unanswered, 0)

    @property
    def ok(self) -> bool:
        """Whether nothing unexpected was found."""
        return self.status in ("exact", "known")


@dataclass(frozen=True)
class Judgement:
    """What was found of one target: `announced` claims, and the verdicts of those that were judged."""

    name: str
    version: str
    announced: tuple[Claim, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def judged(self) -> int:
        """Number of claims that could be judged."""
        return sum(v.status != "failed" for v in self.verdicts)

    @property
    def ok(self) -> bool:
        """Whether every announced claim was judged and nothing unexpected was found."""
        return self.judged == len(self.announced) and all(v.ok for v in self.verdicts)


def judge(
    target: Target | str, *, claims: Iterable[Claim] | None = None, seed: int = 0, random: int = 1_000_000,
    deviations: Iterable[Deviation] | None = None, progress: Callable[[Verdict], None] | None = None,
) -> Judgement:  # fmt: skip
    """Return what an implementation does, compared with what it says, byte for byte.

    Parameters
    ----------
    target : Target or str
        An implementation, or the name of one (`list_targets`).
    claims : iterable of Claim, optional
        The claims to judge; all of the target's if not given.
    seed, random : int
        Seed and number of the random inputs of each conversion from more than 16 bits.
    deviations : iterable of Deviation, optional
        Known deviations; those of the package if not given.
    progress : callable, optional
        Called with each Verdict as it is found.

    Returns
    -------
    Judgement

    Notes
    -----
    Inputs: `refquant.golden.cases.case_sets`. What is right: the exact value of the input, rounded once under the claim's policies (RQ-3.3). An input that the
    policies refuse is left out.

    Examples
    --------
    >>> from refquant import verify
    >>> judgement = verify.judge("numpy", random=1000)
    >>> judgement.ok, judgement.verdicts[0].claim.label, judgement.verdicts[0].cases
    (True, 'float16 -> float32', 65536)
    """
    implementation = get_target(target) if isinstance(target, str) else target
    if not all(callable(getattr(implementation, name, None)) for name in ("claims", "run")):
        raise InputTypeError(f"target: expected a Target or the name of one, got {target!r}")
    announced = _checked("claims", implementation.claims() if claims is None else claims, Claim)
    known = _checked("deviations", load_deviations() if deviations is None else deviations, Deviation)
    seed = checked_seed(seed)
    if not isinstance(random, (int, np.integer)) or random < 0:
        raise InputValueError(f"random: expected an integer of at least 0, got {random!r}")
    if progress is not None and not callable(progress):
        raise InputTypeError(f"progress: expected a function, got {progress!r}")
    verdicts = []
    for claim in announced:
        entry = find_deviation(known, implementation.name, implementation.version, claim)
        verdicts.append(_judge_claim(implementation, claim, entry, seed, random))
        if progress is not None:
            progress(verdicts[-1])
    return Judgement(implementation.name, implementation.version, announced, tuple(verdicts))


def _checked(name: str, given: Any, kind: type[Any]) -> tuple[Any, ...]:
    items = tuple(given) if isinstance(given, Iterable) else (given,)
    if (not items and name == "claims") or not all(isinstance(item, kind) for item in items):
        raise InputTypeError(f"{name}: expected an iterable of {kind.__name__}{', at least one' if name == 'claims' else ''}; got {given!r}")
    return items


def _judge_claim(target: Target, claim: Claim, entry: Deviation | None, seed: int, random: int) -> Verdict:
    try:
        sets = case_sets(claim.source, claim.target, seed=seed, random=random)
        codes = defined(claim, np.concatenate([s.codes for s in sets]))
        given = replies_of(target, claim, codes)
        verdict = _compared(target, claim, entry, codes[: given.codes.size], given)
    except (Exception, SystemExit) as error:  # whatever an implementation raises, the others are judged
        return Verdict(claim, "failed", message=" ".join(f"could not be judged: {type(error).__name__}: {error}".split()))
    verdict = replace(verdict, sizes={s.name: s.codes.size for s in sets}, unanswered=codes.size - given.codes.size, notes=given.notes, stderr=given.stderr)
    return verdict if given.failure is None else _failed(verdict, codes, given.failure)


def _compared(target: Target, claim: Claim, entry: Deviation | None, asked: Codes, given: Replies) -> Verdict:
    """Return what the answers say, as far as they go."""
    known = known_of(given)
    codes, got = asked[known], given.codes[known]
    found = compare(claim, codes, got)
    diagnosis = _diagnosis(claim, entry, codes, got) if found.mismatches else None
    status, message = _status(found.mismatches, diagnosis, entry)
    witness = None if found.witness is None else as_given(target, claim, found.witness)
    verdict = Verdict(claim, status, {}, asked.size, found.mismatches, found.by_class, witness, diagnosis, message)
    verdict = _with_unknown(verdict, unknown_digits(claim, asked, given))
    return verdict if given.flags is None else _with_flags(verdict, wrong_flags(claim, codes, got, given.flags[known]))


def _diagnosis(claim: Claim, entry: Deviation | None, codes: Codes, got: Codes) -> str | None:
    """Return what reproduces every output: what the known deviation says, where that does, or else what is found."""
    return entry.diagnosis if entry is not None and reproduces(entry.diagnosis, claim, codes, got) else diagnose(claim, codes, got)


def _with_unknown(verdict: Verdict, unknown: Finding | None) -> Verdict:
    if unknown is None:
        return verdict
    text = f"{unknown.cases:,} answers with unknown digits (X or Z)"
    return _with_more(verdict, "unknown", unknown.cases, unknown.witness, text, unknown=unknown)


def _with_flags(verdict: Verdict, wrong: WrongFlags | None) -> Verdict:
    if wrong is None:
        return verdict
    text = f"wrong flags: {wrong.text}"
    return _with_more(verdict, "flags", wrong.alone, wrong.finding.witness, text, flags=wrong.finding)


def _with_more(verdict: Verdict, name: str, count: int, witness: Witness, text: str, **found: Finding) -> Verdict:
    """Return a verdict with mismatches of one more class, which no known deviation excuses."""
    by_class = {**verdict.by_class, **({name: count} if count else {})}
    message = f"{verdict.message}; {text}" if verdict.status == "new" else text
    more: dict[str, Any] = {"mismatches": verdict.mismatches + count, "by_class": by_class, "witness": verdict.witness or witness, **found}
    return replace(verdict, status="new", message=message, **more)


def _failed(verdict: Verdict, codes: Codes, failure: Misbehaviour) -> Verdict:
    """Return the verdict on a program that misbehaved: what was found before is kept."""
    message = misbehaviour_text(verdict.claim, failure, int(codes[failure.vector or 0]))
    if verdict.mismatches:
        message += f"; before that: {verdict.message}"
    return replace(verdict, status="failed", message=message, failure=failure)


def _status(mismatches: int, diagnosis: str | None, entry: Deviation | None) -> tuple[str, str]:
    if not mismatches:
        if entry is None:
            return "exact", ""
        return "gone", f"the known deviation {entry.diagnosis!r} ({entry.versions}) does not occur; correct deviations.toml"
    if entry is not None and entry.diagnosis == diagnosis:
        return "known", entry.reason
    name = diagnosis or "no change of one or two policies explains it"
    return "new", name if entry is None else f"{name}, where the known deviation is {entry.diagnosis!r}"
