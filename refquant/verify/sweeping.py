"""Sweeps: every code of a source through an implementation and through refquant, resumable, with each kind of mismatch counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from refquant.errors import InputTypeError, InputValueError
from refquant.formats import get_format
from refquant.policies import Dialect, resolve
from refquant.verify.comparison import CLASSES, Witness, classify, defined, differs, reference_codes, smallest
from refquant.verify.deviations import Deviation
from refquant.verify.diagnosis import Explanation, explanation_named
from refquant.verify.sources import code_dtype_of, magnitude_of, width_of
from refquant.verify.state import load_state, save_state
from refquant.verify.target import Claim, Codes, Target
from refquant.verify.targets import FunctionTarget

WIDEST = 32  #: bits of a source that can be swept
_CHUNK = 1 << 22
_SAVE_EVERY = 2.0  # seconds
KNOWN = "known: "  #: begins the name of the kind of mismatches that a known deviation reproduces


@dataclass(frozen=True)
class Kind:
    """The mismatches of one class: how many, and the one of smallest magnitude.

    Parameters
    ----------
    name : str
        One of `refquant.verify.comparison.CLASSES`, or ``"known: "`` and the diagnosis of a known deviation.
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
        The mismatches: those that `known` reproduces, then the others in the order of `refquant.verify.comparison.CLASSES`.
    known : Explanation or None
        A known deviation. What it does not reproduce is a mismatch of another kind.
    """

    name: str
    version: str
    claim: Claim
    following: int = 0
    cases: int = 0
    left_out: int = 0
    kinds: tuple[Kind, ...] = field(default=())
    known: Explanation | None = None

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
        """Whether every code has been swept and none was wrong."""
        return self.complete and not self.mismatches

    def swept(self, codes: Codes, kept: Codes, kinds: Iterable[Kind]) -> Sweep:
        """Return the findings with those of one more chunk."""
        found = {kind.name: kind for kind in self.kinds}
        for kind in kinds:
            found[kind.name] = found[kind.name].joined(kind) if kind.name in found else kind
        ordered = tuple(sorted(found.values(), key=lambda k: CLASSES.index(k.name) if k.name in CLASSES else -1))
        return replace(
            self,
            following=self.following + codes.size,
            cases=self.cases + kept.size,
            left_out=self.left_out + codes.size - kept.size,
            kinds=ordered,
        )


def sweep(
    function: Callable[[Any], Any] | Target, source: str = "float32", target: str | None = None, *, dialect: Dialect | str | None = None,
    nan_by: str = "class", resume: str | Path | None = None, progress: Callable[[Sweep], None] | None = None, chunk: int = _CHUNK, **knobs: Any,
) -> Sweep:  # fmt: skip
    """Run every code of a source through a cast and through refquant, and return every kind of mismatch.

    Parameters
    ----------
    function : callable or Target
        A cast as `refquant.verify.FunctionTarget` takes it; or a target, one of whose claims is swept.
    source, target : str
        Names of formats; a source of at most 32 bits.
    dialect : Dialect or str, optional
        What the cast says it does; knobs on top of it as keywords, such as ``overflow="saturate"``. Not for a Target, which says it itself.
    nan_by : {"class", "byte"}
        Whether any NaN equals any NaN.
    resume : path, optional
        A file that keeps the state: it is written every few seconds and where the sweep is interrupted, and read if it exists.
    progress : callable, optional
        Called with a `Sweep` after each chunk.
    chunk : int
        Codes at a time; the findings do not depend on it.

    Returns
    -------
    Sweep

    Raises
    ------
    InputTypeError, InputValueError, UnknownNameError, PolicyError
        If an argument cannot be used.
    StateError
        If `resume` is no state of this sweep: of another cast, claim or version of refquant, or damaged. The file is left as it is.

    Examples
    --------
    >>> import numpy as np, refquant as rq
    >>> found = rq.sweep(lambda x: x.view(np.uint16) >> 8, "float16", "float8_e5m2")        # it truncates
    >>> found.cases, found.mismatches, [kind.name for kind in found.kinds]
    (65536, 32130, ['nan', 'overflow', 'tie', 'subnormal', 'other'])
    >>> found.kinds[-1].witness.input_value
    '0x1.204p-14'
    """
    implementation, claim = _claimed(function, source, target, dialect, nan_by, knobs)
    return run_sweep(implementation, claim, resume=resume, progress=progress, chunk=chunk)


def _claimed(function: Any, source: str, target: str | None, dialect: Any, nan_by: str, knobs: dict[str, Any]) -> tuple[Target, Claim]:
    if target is None:
        raise InputTypeError("target: expected the name of the format of the results")
    if all(callable(getattr(function, name, None)) for name in ("claims", "run")):
        return function, _claim_of(function, get_format(source).name, get_format(target).name, bool(dialect or knobs))
    name = getattr(function, "__qualname__", type(function).__name__)
    made = FunctionTarget(f"{getattr(function, '__module__', '')}:{name}", function, target, (source,), dialect, tuple(knobs.items()), nan_by)  # type: ignore[arg-type]
    return made, made.claims()[0]


def _claim_of(implementation: Target, source: str, target: str, says_more: bool) -> Claim:
    if says_more:
        raise InputTypeError(f"dialect: {implementation.name} says itself what it does; dialect and knobs are for a function")
    found = [c for c in implementation.claims() if (c.source, c.target) == (source, target)]
    if not found:
        raise InputValueError(f"target: {implementation.name} has no conversion {source} -> {target}")
    return found[0]


def run_sweep(
    target: Target, claim: Claim, *, known: Deviation | None = None, resume: str | Path | None = None,
    progress: Callable[[Sweep], None] | None = None, chunk: int = _CHUNK,
) -> Sweep:  # fmt: skip
    """Sweep one claim of a target, of which a deviation may be known. See `sweep`."""
    if width_of(claim.source) > WIDEST:
        raise InputValueError(f"source: {claim.source} has 2**{width_of(claim.source)} codes; a sweep takes sources of at most {WIDEST} bits")
    if not isinstance(chunk, (int, np.integer)) or chunk < 1:
        raise InputValueError(f"chunk: expected an integer of at least 1, got {chunk!r}")
    found = Sweep(target.name, target.version, claim, known=None if known is None else explanation_named(known.diagnosis))
    if resume is not None:
        found = load_state(resume, found)
    saved = time.monotonic()
    try:
        while not found.complete:
            found = _next_chunk(target, found, int(chunk))
            if resume is not None and time.monotonic() - saved > _SAVE_EVERY:
                save_state(resume, found)
                saved = time.monotonic()
            if progress is not None:
                progress(found)
    finally:
        if resume is not None:
            save_state(resume, found)
    return found


def _next_chunk(target: Target, found: Sweep, chunk: int) -> Sweep:
    claim, last = found.claim, min(found.following + chunk, found.size)
    codes = np.arange(found.following, last, dtype=np.uint64).astype(code_dtype_of(claim.source))
    plan = resolve(get_format(claim.target), claim.correct.policies(claim.target, claim.source))
    kept = defined(claim, codes) if plan.may_raise else codes
    if not kept.size:
        return found.swept(codes, kept, ())
    got = target.run(claim, kept)
    right = reference_codes(claim, kept)
    where = np.flatnonzero(differs(claim, got, right))
    return found.swept(codes, kept, _kinds(found, kept[where], got[where], right[where]) if where.size else ())


def _kinds(found: Sweep, codes: Codes, got: Codes, right: Codes) -> Iterable[Kind]:
    claim, magnitude = found.claim, magnitude_of(codes, found.claim.source)
    labels, names = classify(claim, codes, got, right), list(CLASSES)
    if found.known is not None:
        labels = np.where(differs(claim, got, found.known.predict(claim, codes)), labels, -1)
        names.append(KNOWN + found.known.name)
    for number in np.unique(labels).tolist():
        of = np.flatnonzero(labels == number)
        i = of[np.lexsort((codes[of], magnitude[of]))[0]]
        yield Kind(names[number], of.size, int(magnitude[i]), int(codes[i]), smallest(claim, codes[of], got[of], right[of]))
