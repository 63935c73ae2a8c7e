"""Sweeps: every code of a source through an implementation and through refquant, resumable, with each kind of mismatch counted."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from refquant.errors import InputTypeError, InputValueError, StateError
from refquant.formats import Format, get_format
from refquant.golden.cases import case_sets
from refquant.golden.sources import code_dtype_of, magnitude_of, width_of
from refquant.policies import Dialect, resolve
from refquant.verify.comparison import CLASSES, Witness, as_given, classify, defined, differs, reference_codes, smallest
from refquant.verify.deviations import Deviation
from refquant.verify.diagnosis import Explanation, explanation_named
from refquant.verify.state import check_path, load_state, save_state
from refquant.verify.target import Claim, Codes, Target
from refquant.verify.targets import FunctionTarget

WIDEST = 32  #: bits of a source that can be swept
_CHUNK = 1 << 22
_SAVE_EVERY = 2.0  # seconds
_PROBED = 1 << 16  # random inputs, beside the boundary cases, that tell one cast from another
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
    resumed : int
        How many of the codes were not run now: their findings come from a state file.
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
    function: Callable[[Any], Any] | Target, source: str | Format = "float32", target: str | Format | None = None, *, dialect: Dialect | str | None = None,
    nan_by: str = "class", resume: str | Path | None = None, progress: Callable[[Sweep], None] | None = None, chunk: int = _CHUNK, **knobs: Any,
) -> Sweep:  # fmt: skip
    """Run every code of a source through a cast and through refquant, and return every kind of mismatch.

    Parameters
    ----------
    function : callable or Target
        A cast as `refquant.verify.FunctionTarget` takes it; or a target, one of whose claims is swept.
    source, target : str or Format
        Formats; a source of at most 32 bits (16 where it is your own). A function gets codes where NumPy and ml_dtypes have no dtype of the source.
    dialect : Dialect or str, optional
        What the cast says it does; knobs on top of it as keywords, such as ``overflow="saturate"``. Not for a Target, which says it itself.
    nan_by : {"class", "byte"}
        Whether any NaN equals any NaN.
    resume : path, optional
        A file that keeps the state: it is written every few seconds and where the sweep is interrupted, and read if it exists. It goes on only with the same
        cast: of this name and version, and that gives the same results on the boundary cases of the formats and on the witnesses found so far.
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
        If `resume` is no state of this sweep: of another cast, claim or version of refquant, or damaged. The file is left as it is. Or if it cannot be written.
    Exception
        Whatever the cast raises.

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
    if progress is not None and not callable(progress):
        raise InputTypeError(f"progress: expected a function, got {progress!r}")
    if resume is not None and not isinstance(resume, (str, Path)):
        raise InputTypeError(f"resume: expected the name of a file, got {resume!r}")
    return run_sweep(implementation, claim, resume=resume, progress=progress, chunk=chunk)


def _claimed(
    function: Any, source: str | Format, target: str | Format | None, dialect: Any, nan_by: str, knobs: dict[str, Any]
) -> tuple[Target, Claim]:  # fmt: skip
    if target is None:
        raise InputTypeError("target: expected the format of the results")
    if all(callable(getattr(function, name, None)) for name in ("claims", "run")):
        return function, _claim_of(function, (get_format(source).name, get_format(target).name), says_more=bool(dialect or knobs))
    name = getattr(function, "__qualname__", type(function).__name__)
    made = FunctionTarget(f"{getattr(function, '__module__', '')}:{name}", function, target, (source,), dialect, tuple(knobs.items()), nan_by)  # type: ignore[arg-type]
    return made, made.claims()[0]


def _claim_of(implementation: Target, names: tuple[str, str], *, says_more: bool) -> Claim:
    if says_more:
        raise InputTypeError(f"dialect: {implementation.name} says itself what it does; dialect and knobs are for a function")
    found = [c for c in implementation.claims() if c.names == names]
    if not found:
        raise InputValueError(f"target: {implementation.name} has no conversion {' -> '.join(names)}")
    return found[0]


def run_sweep(
    target: Target, claim: Claim, *, known: Deviation | None = None, resume: str | Path | None = None,
    progress: Callable[[Sweep], None] | None = None, chunk: int = _CHUNK,
) -> Sweep:  # fmt: skip
    """Sweep one claim of a target, of which a deviation may be known. See `sweep`."""
    if getattr(target, "flags", False):
        raise InputValueError("flags: a sweep compares codes; leave the flags out, or use refquant.verify.judge")
    if width_of(claim.source) > WIDEST:
        raise InputValueError(f"source: {claim.source} has 2**{width_of(claim.source)} codes; a sweep takes sources of at most {WIDEST} bits")
    if not isinstance(chunk, (int, np.integer)) or chunk < 1:
        raise InputValueError(f"chunk: expected an integer of at least 1, got {chunk!r}")
    found, results = Sweep(target.name, target.version, claim, known=None if known is None else explanation_named(known.diagnosis)), ""
    if resume is not None:
        check_path(resume)
        results = _results(target, claim)
        found = load_state(resume, found, results)
        _check_witnesses(target, found, resume)
    saved = time.monotonic()
    try:
        while not found.complete:
            found = _next_chunk(target, found, int(chunk))
            if resume is not None and time.monotonic() - saved > _SAVE_EVERY:
                save_state(resume, found, results)
                saved = time.monotonic()
            if progress is not None:
                progress(found)
    except BaseException as error:
        _save_what_was_found(resume, found, results, error)
        raise
    if resume is not None:
        save_state(resume, found, results)
    return found


def _save_what_was_found(resume: str | Path | None, found: Sweep, results: str, stopped_by: BaseException) -> None:
    """Save the state of a sweep that something has stopped; what stopped it is what the caller hears of."""
    try:
        if resume is not None:
            save_state(resume, found, results)
    except OSError as error:
        stopped_by.add_note(f"and the state could not be saved in {resume}: {error}")


def _results(target: Target, claim: Claim) -> str:
    """Return a digest of what the implementation gives where two casts are most likely to differ."""
    every = np.concatenate([s.codes for s in case_sets(claim.source, claim.target, random=_PROBED)])
    got = target.run(claim, defined(claim, every))
    return hashlib.sha256(np.asarray(got, np.uint64).tobytes()).hexdigest()


def _check_witnesses(target: Target, found: Sweep, path: str | Path) -> None:
    """Raise StateError where the implementation no longer gives what the witnesses of the state say."""
    for kind in found.kinds:
        code = np.array([kind.code], code_dtype_of(found.claim.source))
        now = as_given(target, found.claim, smallest(found.claim, code, target.run(found.claim, code), reference_codes(found.claim, code)))
        if now != kind.witness:
            said = f"{now.input} gave {kind.witness.got}, and gives {now.got} now"
            raise StateError(f"resume: {path} is the state of a cast that gave other results than {found.name}: {said}; delete the file to begin anew")


def _next_chunk(target: Target, found: Sweep, chunk: int) -> Sweep:
    claim, last = found.claim, min(found.following + chunk, found.size)
    codes = np.arange(found.following, last, dtype=np.uint64).astype(code_dtype_of(claim.source))
    plan = resolve(get_format(claim.target), claim.policies)
    kept = defined(claim, codes) if plan.may_raise else codes
    if not kept.size:
        return found.swept(codes, kept, ())
    got = target.run(claim, kept)
    right = reference_codes(claim, kept)
    where = np.flatnonzero(differs(claim, got, right))
    return found.swept(codes, kept, _kinds(target, found, kept[where], got[where], right[where]) if where.size else ())


def _kinds(target: Target, found: Sweep, codes: Codes, got: Codes, right: Codes) -> Iterable[Kind]:
    claim, magnitude = found.claim, magnitude_of(codes, found.claim.source)
    labels, names = classify(claim, codes, got, right), list(CLASSES)
    if found.known is not None:
        labels = np.where(differs(claim, got, found.known.predict(claim, codes)), labels, -1)
        names.append(KNOWN + found.known.name)
    for number in np.unique(labels).tolist():
        of = np.flatnonzero(labels == number)
        i = of[np.lexsort((codes[of], magnitude[of]))[0]]
        yield Kind(names[number], of.size, int(magnitude[i]), int(codes[i]), as_given(target, claim, smallest(claim, codes[of], got[of], right[of])))
