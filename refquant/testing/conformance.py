"""The assertion that a function does what it says: every result the exact value, rounded once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refquant.errors import InputValueError, RefquantError
from refquant.formats import Format
from refquant.policies import Dialect, OverflowMode, RoundingMode
from refquant.testing.findings import Found, found_of, report
from refquant.testing.operations_as_casts import NoResultError
from refquant.testing.trial import Trial, trial_of
from refquant.verify.cases import patterns
from refquant.verify.comparison import defined, differs, reference_codes
from refquant.verify.diagnosis import diagnose
from refquant.verify.findings import wrong_flags
from refquant.verify.sweeping import run_sweep
from refquant.verify.target import Codes


def assert_conforms(
    fn: Callable[..., Any], op: str, source: str | Format | tuple[str | Format, ...], target: str | Format | None = None, *,
    dialect: Dialect | str | None = None, rounding: RoundingMode | str | None = None, overflow: OverflowMode | str | None = None,
    level: int | str | None = None, seed: int = 0, nan_by: str = "class", flags: bool = False,
) -> None:  # fmt: skip
    """Raise an AssertionError that says what a function does instead, unless it gives the right bits for every input of a level.

    ``fn(x) = op(x)``: the exact value of each input, rounded once to `target` (RQ-3.3); ``fn(a, b) = op(a, b)``: the exact result (RQ-7.8), rounded once.

    Parameters
    ----------
    fn : callable
        ``fn(array) -> array`` of the same shape, of an operation with an array for each operand; arrays are one-dimensional and read-only. As in
        `refquant.verify.FunctionTarget` it is given an array of the dtype of each source, or codes where NumPy and ml_dtypes have none.
    op : str
        What it does. ``"encode"``: values to codes (values, or an array of a dtype that is the format, will do too); ``"round"``: values to values;
        ``"convert"``: codes to codes; ``"decode"``: codes to values of the dtype `target`. Or any operation that `refquant.golden.generate` has, such as
        ``"add"``, ``"fma"``, ``"sqrt"``, ``"compare_quiet_lt"``: results are codes, values, or an array of a dtype that is the format; those of comparisons
        truths (bool, or 0 and 1), of ``"log_b_integer"`` int32, of ``"classify"`` numbers of `refquant.arithmetic.NumberClass`.
    source : str or Format, or a tuple of them
        Format of the inputs, of an operation that of every operand, or of one each; that of a cast may be ``"int64"`` or ``"uint64"``. The integers of
        ``"scale_b"`` are int32. A source of a cast that is your own has at most 16 bits.
    target : str or Format
        Format of the results. Of an operation that of the operands if not given, where these have one; comparisons and others with results of one kind take
        none.
    dialect : Dialect or str, optional
        What the function says it does; any knob by ``refquant.get_dialect(...).replace(...)``. Its `via` does not count: to pass through another format is a
        deviation, which the diagnosis names.
    rounding, overflow : str, optional
        On top of the dialect. A stochastic mode has no single right result and is refused, and so is a knob on which an operation does not depend.
    level : {1, 2, "exhaustive"}, optional
        1 and 2: the operands of `refquant.golden.generate` at this level and seed. 1: classes, boundaries of the target, a short random tail; every code of a
        source of at most 8 bits. 2: more boundaries and a long tail; every code of a source of at most 16 bits. ``"exhaustive"``: every code of a source of
        at most 32 bits (minutes); of an operation every combination of codes, of at most 32 bits together, with flags of at most 24. None: that of pytest's
        ``--refquant-level``, else 1.
    seed : int
        Of the random inputs.
    nan_by : {"class", "byte"}
        ``"class"``: any NaN equals any NaN. ``"byte"``: it must be the one that the dialect names.
    flags : bool
        Of operations: whether `fn` returns a pair, results and exception flags (integers, bits as `refquant.Flags`), and is judged by both.

    Raises
    ------
    CodesDifferError
        An AssertionError: how many results are wrong and of which classes, the change of policies that would explain all of them, and the smallest witness;
        which flags are missing or raised wrongly, and how often; or that the result has another shape than the input.
    InputTypeError, InputValueError, UnknownNameError, PolicyError
        If an argument cannot be used, or the dtype of the result is neither that of codes nor of values, as `op` asks for.
    Exception
        Whatever `fn` raises.

    Notes
    -----
    Inputs that the policies refuse (a NaN into a format without one) are left out; if nothing is left, that is an error.

    Examples
    --------
    >>> import numpy as np, refquant as rq
    >>> from refquant.testing import assert_conforms
    >>> assert_conforms(lambda x: rq.encode(x, "float8_e5m2"), "encode", "float16", "float8_e5m2")
    >>> try:
    ...     assert_conforms(lambda x: x.view(np.uint16) >> 8, "encode", "float16", "float8_e5m2", rounding="toward_zero", level=2)
    ... except AssertionError as error:
    ...     print(error)
    <lambda> does not conform: encode float16 -> float8_e5m2, dialect default, rounding=toward_zero, NaNs by class
      wrong      510 of 65,536 codes of float8_e5m2: 510 at a NaN
      classes    nan 510
      diagnosis  no change of one or two policies explains it
      inputs     level 2: every code of float16
    smallest: a number for a NaN
      input     0x7c01                  nan
      got       0x7c    0 | 11111 | 00  inf
      expected  0x7e    0 | 11111 | 10  nan
                                    ^
    >>> assert_conforms(np.add, "add", "float16")
    >>> with_flags = lambda a, b: rq.arithmetic.mul(a.view(np.uint16), b.view(np.uint16), "float16", dialect=before, return_flags=True)
    >>> before = rq.get_dialect("default").replace(tininess="before")
    >>> try:
    ...     assert_conforms(with_flags, "mul", "float16", flags=True)
    ... except AssertionError as error:
    ...     print(error)
    <lambda> does not conform: mul float16, dialect default, NaNs by class, with flags
      wrong      the flags of 8 of 3,940 results; every code is right
      flags      underflow raised wrongly 8
      inputs     level 1, seed 0: the operands of golden vectors
    smallest:
      input     0x03ff, 0x3c01  0x1.ff8p-15, 0x1.004p+0
      got       0x03            inexact, underflow
      expected  0x01            inexact
    """
    __tracebackhide__ = True
    error = _verdict(
        fn, op, source, target, dialect=dialect, rounding=rounding, overflow=overflow, level=level, seed=seed, nan_by=nan_by, flags=flags
    )  # fmt: skip
    if error is not None:
        raise error


def _verdict(*arguments: Any, **options: Any) -> Exception | None:
    """Return what is to be raised: its traceback shows the test, and the function if that raised it, but nothing of refquant."""
    try:
        trial = trial_of(*arguments, **options)
    except RefquantError as refused:
        return refused.with_traceback(None)
    try:
        found = _swept(trial) if trial.is_sweep else _compared(trial, trial.inputs())
    except NoResultError as none:
        return none.error
    if not found.cases:
        return InputValueError(f"fn: nothing was compared; the policies refuse every input of {trial.claim.label}")
    return report(trial, found) if found.wrong or found.flags else None


def _compared(trial: Trial, every: Codes) -> Found:
    """Return what a list of inputs shows."""
    claim = trial.claim
    codes = defined(claim, every)
    if not codes.size:
        return found_of(claim, 0, codes, codes, codes, None)
    got, flags = trial.judged.run_with_flags(claim, codes) if trial.tells_flags else (trial.judged.run(claim, codes), None)
    right = reference_codes(claim, codes)
    wrong = differs(claim, got, right)
    found = found_of(claim, codes.size, codes[wrong], got[wrong], right[wrong], diagnose(claim, codes, got) if wrong.any() else None)
    return found if flags is None else found._replace(flags=wrong_flags(claim, codes, got, flags))


def _swept(trial: Trial) -> Found:
    """Return what every code of a source shows: the wrong ones are the smallest of each class; a diagnosis must explain these, and the operands of level 1."""
    judged, claim = trial.judged, trial.claim
    sweep = run_sweep(judged, claim)
    if not sweep.kinds:
        nothing = patterns(claim, 0, 0)
        return found_of(claim, sweep.cases, nothing, nothing, nothing, None)
    witnesses = np.concatenate([patterns(claim, kind.code, kind.code + 1) for kind in sweep.kinds])
    diagnosis = _compared(trial, np.concatenate([witnesses, trial.inputs(1)])).diagnosis
    found = found_of(claim, sweep.cases, witnesses, judged.run(claim, witnesses), reference_codes(claim, witnesses), diagnosis)
    return found._replace(wrong=sweep.mismatches, by_class={kind.name: kind.count for kind in sweep.kinds})
