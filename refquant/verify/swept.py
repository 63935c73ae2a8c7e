"""What a sweep finds: the mismatches of each kind, and how far it has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from refquant.verify.cases import bits_of, number_of
from refquant.verify.comparison import CLASSES, Witness
from refquant.verify.diagnosis import Explanation
from refquant.verify.pipe import Misbehaviour, Replies
from refquant.verify.target import Claim, Codes

KNOWN = "known: "  #: begins the name of the kind of mismatches that a known deviation reproduces
ABSENT = "absent: "  #: begins the name of the kind of right outputs where a known deviation should make them wrong
UNKNOWN = "unknown"  #: the kind of answers that are no bits


@dataclass(frozen=True)
class Kind:
    """The mismatches of one class: how many, and the one of smallest magnitude; or the right outputs that a known deviation says are wrong.

    Parameters
    ----------
    name : str
        One of `refquant.verify.comparison.CLASSES`; or ``"known: "`` and the diagnosis of a known deviation: wrong as it says; or ``"absent: "`` and that
        diagnosis: right, where it says that the output is wrong; or ``"unknown"``: answers of a program with digits that are no bits (X or Z of a simulator).
    count : int
        Number of inputs.
    magnitude, code : int
        What orders witnesses: the magnitude and the code of the smallest one; of several operands a number of both.
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
        Those that `known` reproduces, those where it does not occur, the mismatches in the order of `refquant.verify.comparison.CLASSES`, the unknown answers.
    known : Explanation or None
        A known deviation. Each output that it does not reproduce, wrong or right, is of another kind.
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
        """Number of codes of the source; of patterns of all operands together."""
        return 1 << bits_of(self.claim)

    @property
    def complete(self) -> bool:
        """Whether every code has been swept."""
        return self.following == self.size

    @property
    def mismatches(self) -> int:
        """Number of wrong outputs."""
        return sum(kind.count for kind in self.kinds if not kind.name.startswith(ABSENT))

    @property
    def new(self) -> int:
        """Number of outputs other than what is known: wrong ones that the known deviation does not reproduce, and right ones that it says are wrong."""
        return sum(kind.count for kind in self.kinds if not kind.name.startswith(KNOWN))

    @property
    def gone(self) -> bool:
        """Whether a known deviation does not occur at all: every code has been swept, and none was wrong."""
        return self.complete and self.known is not None and not self.mismatches

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
            failure = failure._replace(vector=number_of(self.claim, codes[failure.vector]))
        return replace(self, failure=failure, notes=tuple(dict.fromkeys((*self.notes, *given.notes))), stderr=given.stderr or self.stderr)


def _place(kind: Kind) -> int:
    """Return what orders kinds: where the known deviation occurs, where it does not, classes, unknown digits."""
    if kind.name.startswith((KNOWN, ABSENT)):
        return -2 if kind.name.startswith(KNOWN) else -1
    return len(CLASSES) if kind.name == UNKNOWN else CLASSES.index(kind.name)
