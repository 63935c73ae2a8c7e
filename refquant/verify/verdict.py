"""What was found of one claim, and of one target."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from refquant.verify.comparison import Witness
from refquant.verify.coverage import Coverage
from refquant.verify.deviations import Deviation
from refquant.verify.findings import Finding, WrongFlags
from refquant.verify.pipe import Misbehaviour
from refquant.verify.spread import Spread
from refquant.verify.target import Claim


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
        What the implementation did other than answer; the rest is then what was found before.
    unanswered : int
        Inputs that have no answer for that reason.
    notes : tuple of str
        What a user should know of a program, though it did no harm.
    stderr : str
        The end of what a program wrote to stderr.
    witnesses : dict
        The mismatch of smallest magnitude of each class.
    spread : Spread or None
        Where the mismatches are on the axis of the codes, and how far off they are.
    coverage : Coverage or None
        Which classes of inputs were among those that were answered.
    deviation : Deviation or None
        The known deviation of this claim.
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
    witnesses: dict[str, Witness] = field(default_factory=dict)
    spread: Spread | None = None
    coverage: Coverage | None = None
    deviation: Deviation | None = None

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
    """What was found of one target: `announced` claims, and the verdicts of those that were judged.

    `unmatched` are the known deviations of this package and version that speak of none of its conversions; they are looked for where all were judged.
    """

    name: str
    version: str
    announced: tuple[Claim, ...]
    verdicts: tuple[Verdict, ...]
    unmatched: tuple[Deviation, ...] = ()

    @property
    def judged(self) -> int:
        """Number of claims that could be judged."""
        return sum(v.status != "failed" for v in self.verdicts)

    @property
    def ok(self) -> bool:
        """Whether every announced claim was judged, nothing unexpected was found, and every known deviation speaks of some conversion."""
        return self.judged == len(self.announced) and all(v.ok for v in self.verdicts) and not self.unmatched


def with_unknown(verdict: Verdict, unknown: Finding | None) -> Verdict:
    """Return a verdict with answers that are no bits."""
    if unknown is None:
        return verdict
    text = f"{unknown.cases:,} answers with unknown digits (X or Z)"
    return _with_more(verdict, "unknown", unknown.cases, unknown.witness, text, unknown=unknown)


def with_flags(verdict: Verdict, wrong: WrongFlags | None) -> Verdict:
    """Return a verdict with wrong flags."""
    if wrong is None:
        return verdict
    text = f"wrong flags: {wrong.text}" + (f"; all are as under {wrong.diagnosis}" if wrong.diagnosis else "")
    diagnosis = verdict.diagnosis if verdict.mismatches else wrong.diagnosis
    return replace(_with_more(verdict, "flags", wrong.alone, wrong.finding.witness, text, flags=wrong.finding), diagnosis=diagnosis)


def _with_more(verdict: Verdict, name: str, count: int, witness: Witness, text: str, **found: Finding) -> Verdict:
    """Return a verdict with mismatches of one more class, which no known deviation excuses."""
    by_class = {**verdict.by_class, **({name: count} if count else {})}
    message = f"{verdict.message}; {text}" if verdict.status == "new" else text
    witnesses = {**verdict.witnesses, **({name: witness} if count else {})}
    more: dict[str, Any] = {
        "mismatches": verdict.mismatches + count,
        "by_class": by_class,
        "witness": verdict.witness or witness,
        "witnesses": witnesses,
        **found,
    }
    return replace(verdict, status="new", message=message, **more)
