"""Sweeps: every code of a source through an implementation and through refquant, resumable, with each kind of mismatch counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from refquant.errors import InputTypeError, InputValueError
from refquant.formats import Format, get_format
from refquant.policies import Dialect
from refquant.verify.answers import checked_timeout
from refquant.verify.cases import bits_of
from refquant.verify.chunks import next_chunk
from refquant.verify.deviations import Deviation
from refquant.verify.diagnosis import explanation_named
from refquant.verify.findings import gives_replies, tells_flags
from refquant.verify.probes import Probe, check_witnesses, probed
from refquant.verify.state import check_path, load_state, save_state
from refquant.verify.swept import Sweep
from refquant.verify.target import Claim, Target
from refquant.verify.targets import FunctionTarget

WIDEST = 32  #: bits of a source that can be swept
_CHUNK = 1 << 22
_CHUNK_OF_A_PROGRAM = 1 << 18
_SAVE_EVERY = 2.0  # seconds


def sweep(
    function: Callable[[Any], Any] | Target, source: str | Format = "float32", target: str | Format | None = None, *, dialect: Dialect | str | None = None,
    nan_by: str = "class", resume: str | Path | None = None, progress: Callable[[Sweep], None] | None = None, chunk: int | None = None,
    timeout: float | None = None, **knobs: Any,
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
    chunk : int, optional
        Codes at a time, 2**22 if not given, and 2**18 for a program; the findings do not depend on it.
    timeout : float, optional
        Seconds for each batch of at most 65,536 inputs of a function, as for `refquant.verify.judge`. What a function does other than answer, a hang too, is
        then the `failure` of the Sweep. A program has a limit of its own.

    Returns
    -------
    Sweep
        Of a program that misbehaves (with `timeout`, of a function too), what was found before, with its `failure`; X and Z in its answers are mismatches of
        the kind ``"unknown"``.

    Raises
    ------
    InputTypeError, InputValueError, UnknownNameError, PolicyError
        If an argument cannot be used.
    StateError
        If `resume` is no state of this sweep: of another cast, claim or version of refquant, or damaged. The file is left as it is. Or if it cannot be written.
    Exception
        Whatever the cast raises where `timeout` is not given, with a note that names the input. What was compared before is in `resume`, and `progress` is
        called with it.

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
    return run_sweep(implementation, claim, resume=resume, progress=progress, chunk=chunk, timeout=timeout)


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
    progress: Callable[[Sweep], None] | None = None, chunk: int | None = None, timeout: float | None = None,
) -> Sweep:  # fmt: skip
    """Sweep one claim of a target, of which a deviation may be known. See `sweep`."""
    if getattr(target, "flags", False) or tells_flags(claim):
        raise InputValueError("flags: a sweep compares codes; leave the flags out, or use refquant.verify.judge")
    if bits_of(claim) > WIDEST:
        raise InputValueError(f"source: {claim.names[0]} has 2**{bits_of(claim)} codes; a sweep takes sources of at most {WIDEST} bits")
    if chunk is not None and (not isinstance(chunk, (int, np.integer)) or chunk < 1):
        raise InputValueError(f"chunk: expected an integer of at least 1, got {chunk!r}")
    timeout = checked_timeout(timeout)
    found, probe = Sweep(target.name, target.version, claim, known=None if known is None else explanation_named(known.diagnosis)), Probe("")
    if resume is not None:
        check_path(resume)
        probe = probed(target, claim, timeout)
        found = load_state(resume, found, probe.results)
        check_witnesses(target, found, resume, timeout)
    chunk = int(chunk or (_CHUNK_OF_A_PROGRAM if gives_replies(target) else _CHUNK))
    found = _swept(found, lambda so_far: next_chunk(target, so_far, chunk, timeout), chunk, probe.results, resume, progress)
    if found.complete and found.failure is None and probe.error is not None:
        raise probe.error  # what was done wrong once is not exact
    return replace(found, failure=probe.failure) if found.complete and found.failure is None else found


def _swept(
    found: Sweep, advance: Callable[[Sweep], tuple[Sweep, BaseException | None]], chunk: int, results: str,
    resume: str | Path | None, progress: Callable[[Sweep], None] | None,
) -> Sweep:  # fmt: skip
    """Sweep from where the findings end, as far as the implementation gets, and keep the state."""
    state, saved = found, time.monotonic()
    try:
        while not found.complete and found.failure is None:
            end = min(found.following + chunk, found.size)
            found, error = advance(found)
            if found.failure is None or found.following < end:
                state = found  # one that answered all and yet misbehaved is asked again
            if resume is not None and time.monotonic() - saved > _SAVE_EVERY:
                save_state(resume, state, results)
                saved = time.monotonic()
            if progress is not None:
                progress(found)
            if error is not None:
                raise error
    except BaseException as error:
        _save_what_was_found(resume, state, results, error)
        raise
    if resume is not None:
        save_state(resume, state, results)
    return found


def _save_what_was_found(resume: str | Path | None, found: Sweep, results: str, stopped_by: BaseException) -> None:
    """Save the state of a sweep that something has stopped; what stopped it is what the caller hears of."""
    try:
        if resume is not None:
            save_state(resume, found, results)
    except OSError as error:
        stopped_by.add_note(f"and the state could not be saved in {resume}: {error}")
