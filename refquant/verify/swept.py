"""What a sweep finds: the mismatches of each kind, and how far it has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from refquant.golden.sources import width_of
from refquant.verify.comparison import CLASSES, Witness
from refquant.verify.diagnosis import Explanation
from refquant.verify.pipe import Misbehaviour, Replies
from refquant.verify.target import Claim, Codes

KNOWN = "known: "  #: begins the name of the kind of mismatches that a known deviation reproduces
UNKNOWN = "unknown"  #: the kind of answers that are no bits


@dataclass(frozen=True)
class Kind:
    """The mismatches of one class: how many, and the one of smallest magnitude.

    Parameters
    ----------
    name : str
        One of `refquant.verify.comparison.CLASSES`; or ``"known: "`` and the diagnosis of a known deviation; or ``"unknown"``: answers of a program with digits
        that are no bits (X or Z of a simulator).
    count : int
        Number of inputs.
    magnitude, code : int
        What orders witnesses: the magnitude and the code of the smallest one.
    witness : Witness
        Input, output and what is right.
    """

    name: str
    count: int
    magnitude: int
    code: int
    witness: Witness

    def joined(self, other: Kind) -> Kind:
        """Return both together."""
        first = min(self, other, key=lambda k: (k.magnitude, k.code))
        return replace(first, count=self.count + other.count)


@dataclass(frozen=True)
class Sweep:
    """What a sweep found so far.

    Parameters
    ----------
    name, version : str
        The implementation.
    claim : Claim
        What it says it does.
    following : int
        The first code that has not been swept; ``2**width`` at the end.
    cases, left_out : int
        Inputs that were compared, and inputs that the claim's policies refuse.
    kinds : tuple of Kind
        The mismatches: those that `known` reproduces, the others in the order of `refquant.verify.comparison.CLASSES`, the unknown answers.
    known : Explanation or None
        A known deviation. What it does not reproduce is a mismatch of another kind.
    resumed : int
        How many of the codes were not run now: their findings come from a state file.
    failure : Misbehaviour or None
        What a program did other than answer; its `vector` is the code of the input. What was found before is kept, and the sweep ends there.
    notes : tuple of str
        What a user should know of a program, though it did no harm.
    stderr : str
        The end of what a program wrote to stderr.
    """

    name: str
    version: str
    claim: Claim
    following: int = 0
    cases: int = 0
    left_out: int = 0
    kinds: tuple[Kind, ...] = field(default=())
    known: Explanation | None = None
    resumed: int = field(default=0, compare=False)
    failure: Misbehaviour | None = None
    notes: tuple[str, ...] = field(default=(), compare=False)
    stderr: str = field(default="", compare=False)

    @property
    def size(self) -> int:
        """Number of codes of the source."""
        return 1 << width_of(self.claim.source)

    @property
    def complete(self) -> bool:
        """Whether every code has been swept."""
        return self.following == self.size

    @property
    def mismatches(self) -> int:
        """Number of wrong outputs."""
        return sum(kind.count for kind in self.kinds)

    @property
    def new(self) -> int:
        """Number of wrong outputs that the known deviation does not reproduce."""
        return sum(kind.count for kind in self.kinds if not kind.name.startswith(KNOWN))

    @property
    def exact(self) -> bool:
        """Whether every code has been swept, none was wrong, and no program misbehaved."""
        return self.complete and not self.mismatches and self.failure is None

    def swept(self, passed: int, compared: int, kinds: Iterable[Kind]) -> Sweep:
        """Return the findings with those of so many more codes, of which some were compared."""
        found = {kind.name: kind for kind in self.kinds}
        for kind in kinds:
            found[kind.name] = found[kind.name].joined(kind) if kind.name in found else kind
        ordered = tuple(sorted(found.values(), key=_place))
        left_out = self.left_out + passed - compared
        return replace(self, following=self.following + passed, cases=self.cases + compared, left_out=left_out, kinds=ordered)

    def heard(self, codes: Codes, given: Replies) -> Sweep:
        """Return the findings with what a program did beside answering these codes."""
        failure = given.failure
        if failure is not None and failure.vector is not None:
            failure = failure._replace(vector=int(codes[failure.vector]))
        return replace(self, failure=failure, notes=tuple(dict.fromkeys((*self.notes, *given.notes))), stderr=given.stderr or self.stderr)


def _place(kind: Kind) -> int:
    """Return what orders kinds: known deviations, classes, unknown digits."""
    return -1 if kind.name.startswith(KNOWN) else len(CLASSES) if kind.name == UNKNOWN else CLASSES.index(kind.name)
