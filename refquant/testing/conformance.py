"""The assertion that a function does what it says: every result the exact value, rounded once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refquant.errors import InputValueError, RefquantError
from refquant.formats import Format
from refquant.golden.sources import code_dtype_of
from refquant.policies import Dialect, OverflowMode, RoundingMode
from refquant.testing.findings import Found, found_of, report
from refquant.testing.operations_as_casts import NoResultError
from refquant.testing.trial import Trial, trial_of
from refquant.verify.comparison import defined, differs, reference_codes
from refquant.verify.diagnosis import diagnose
from refquant.verify.sweeping import run_sweep
from refquant.verify.target import Codes


def assert_conforms(
    fn: Callable[[Any], Any], op: str, source: str | Format, target: str | Format, *,
    dialect: Dialect | str | None = None, rounding: RoundingMode | str | None = None, overflow: OverflowMode | str | None = None,
    level: int | str | None = None, seed: int = 0, nan_by: str = "class",
) -> None:  # fmt: skip
    """Raise an AssertionError that says what a function does instead, unless it gives the right bits for every input of a level.

    ``fn(x) = op(x)``: the exact value of each input, rounded once to `target` (RQ-3.3).

    Parameters
    ----------
    fn : callable
        ``fn(array) -> array`` of the same shape; the array is one-dimensional and read-only. As in `refquant.verify.FunctionTarget` it is given an array of
        the dtype of `source`, or codes where NumPy and ml_dtypes have none.
    op : {"encode", "round", "convert", "decode"}
        What it does. encode: values to codes (values, or an array of a dtype that is the format, will do too); round: values to values; convert: codes to
        codes; decode: codes to values of the dtype `target`.
    source, target : str or Format
        Formats of inputs and results; the source may be ``"int64"`` or ``"uint64"``. A source of your own has at most 16 bits.
    dialect : Dialect or str, optional
        What the function says it does; any knob by ``refquant.get_dialect(...).replace(...)``. Its `via` does not count: to pass through another format is a
        deviation, which the diagnosis names.
    rounding, overflow : str, optional
        On top of the dialect. A stochastic mode has no single right result and is refused.
    level : {1, 2, "exhaustive"}, optional
        1 and 2: the operands of `refquant.golden.generate` at this level and seed. 1: classes, boundaries of the target, a short random tail; every code of a
        source of at most 8 bits. 2: more boundaries and a long tail; every code of a source of at most 16 bits. ``"exhaustive"``: every code of a source of
        at most 32 bits (minutes). None: that of pytest's ``--refquant-level``, else 1.
    seed : int
        Of the random inputs.
    nan_by : {"class", "byte"}
        ``"class"``: any NaN equals any NaN. ``"byte"``: it must be the one that the dialect names.

    Raises
    ------
    CodesDifferError
        An AssertionError: how many results are wrong and of which classes, the change of policies that would explain all of them, and the smallest witness;
        or that the result has another shape than the input.
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
    """
    __tracebackhide__ = True
    error = _verdict(
        fn, op, source, target, dialect=dialect, rounding=rounding, overflow=overflow, level=level, seed=seed, nan_by=nan_by
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
    return report(trial, found) if found.wrong else None


def _compared(trial: Trial, every: Codes) -> Found:
    """Return what a list of inputs shows."""
    claim = trial.claim
    codes = defined(claim, every)
    if not codes.size:
        return found_of(claim, 0, codes, codes, codes, None)
    got, right = trial.judged.run(claim, codes), reference_codes(claim, codes)
    wrong = differs(claim, got, right)
    return found_of(claim, codes.size, codes[wrong], got[wrong], right[wrong], diagnose(claim, codes, got) if wrong.any() else None)


def _swept(trial: Trial) -> Found:
    """Return what every code of a source shows: the wrong ones are the smallest of each class; a diagnosis must explain these, and the operands of level 1."""
    judged, claim = trial.judged, trial.claim
    sweep = run_sweep(judged, claim)
    if not sweep.kinds:
        nothing = np.zeros(0, code_dtype_of(claim.source))
        return found_of(claim, sweep.cases, nothing, nothing, nothing, None)
    witnesses = np.array([kind.code for kind in sweep.kinds], code_dtype_of(claim.source))
    diagnosis = _compared(trial, np.concatenate([witnesses, trial.inputs(1)])).diagnosis
    found = found_of(claim, sweep.cases, witnesses, judged.run(claim, witnesses), reference_codes(claim, witnesses), diagnosis)
    return found._replace(wrong=sweep.mismatches, by_class={kind.name: kind.count for kind in sweep.kinds})
