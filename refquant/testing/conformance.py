"""The assertion that a function does what it says: every result the exact value, rounded once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.errors import CodesDifferError, InputValueError
from refquant.formats import Format, get_format
from refquant.golden.levels import EXHAUSTIVE, Level, every_pattern_is_taken, operands
from refquant.golden.random_words import checked_seed
from refquant.golden.sources import code_dtype_of, magnitude_of, width_of
from refquant.golden.text import hex_code
from refquant.operations import OPERATIONS
from refquant.policies import Dialect, OverflowMode, RoundingMode, as_dialect
from refquant.testing.code_text import value_text
from refquant.testing.levels import LEVELS, level_of_run
from refquant.testing.operations_as_casts import as_cast
from refquant.testing.wrong_codes import WrongCode, codes_differ, counted, spread
from refquant.verify.comparison import CLASSES, classify, defined, differs, reference_codes
from refquant.verify.diagnosis import diagnose
from refquant.verify.sweeping import Sweep, run_sweep
from refquant.verify.target import Claim, Codes
from refquant.verify.targets import FunctionTarget

_OF_EACH_CLASS = 4  #: rows of the table
_LISTED_WHOLE = 16  #: bits of a source, every code of which is compared at once; wider ones are swept


@dataclass(frozen=True)
class Found:
    """What was found: how many were compared and wrong, of which classes; wrong ones (all of them, or one of each class), smallest first; the diagnosis."""

    cases: int
    wrong: int
    by_class: dict[str, int]
    codes: Codes
    got: Codes
    expected: Codes
    labels: NDArray[np.int64]
    diagnosis: str | None


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
        An AssertionError: how many results are wrong and of which classes, the change of policies that would explain all of them, and the smallest witness.
    InputTypeError, InputValueError, UnknownNameError, PolicyError
        If an argument cannot be used, or the result is no array of codes or values of the shape of the input.
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
    error = _verdict(fn, op, source, target, dialect, {"rounding": rounding, "overflow": overflow}, _chosen(level), seed, nan_by)
    if error is not None:
        raise error


def _verdict(
    fn: Any, op: str, source: Any, target: Any, dialect: Any, said: dict[str, Any], level: Level, seed: Any, nan_by: str
) -> CodesDifferError | None:  # fmt: skip
    seed = checked_seed(seed)
    name = getattr(fn, "__qualname__", type(fn).__name__)
    knobs = tuple((k, v) for k, v in said.items() if v is not None)
    implied = (("nan", "keep_payload"),) if op == "decode" and dialect is None and get_format(target).has_nan else ()
    judged = FunctionTarget(name, as_cast(fn, op, source, target), target, (source,), as_dialect(dialect), (*implied, *knobs), nan_by)  # type: ignore[arg-type]
    (claim,) = judged.claims()
    swept = level == EXHAUSTIVE and width_of(claim.source) > _LISTED_WHOLE
    found = _swept(judged, claim, op) if swept else _compared(judged, claim, _inputs(claim, op, level, seed))
    if not found.cases:
        raise InputValueError(f"fn: nothing was compared; the policies refuse every input of {claim.label}")
    says = [f"dialect {claim.dialect.name}", *(f"{k}={v}" for k, v in knobs), f"NaNs by {claim.nan_by}"]
    return (
        _report(judged, claim, found, f"{name} does not conform: {op} {claim.label}, {', '.join(says)}", _inputs_text(claim, op, level, seed))
        if found.wrong
        else None
    )


def _chosen(level: Any) -> Level:
    """Return a level, or that of the run."""
    name = level_of_run() if level is None else str(level)
    if name not in LEVELS:
        raise InputValueError(f"level: expected one of {', '.join(LEVELS)}, or None; got {level!r}")
    return EXHAUSTIVE if name == EXHAUSTIVE else int(name)


def _inputs(claim: Claim, op: str, level: Level, seed: int) -> Codes:
    """Return the operands that golden vectors of the operation have."""
    return operands(OPERATIONS[op], (claim.source,), claim.target, level, seed)[0]


def _inputs_text(claim: Claim, op: str, level: Level, seed: int) -> str:
    if level == EXHAUSTIVE or every_pattern_is_taken(OPERATIONS[op], (claim.source,), int(level)):
        return f"level {level}: every code of {claim.names[0]}"
    return f"level {level}, seed {seed}: the operands of golden vectors"


def _compared(judged: FunctionTarget, claim: Claim, every: Codes) -> Found:
    """Return what a list of inputs shows."""
    codes = defined(claim, every)
    if not codes.size:
        return _found(claim, 0, codes, codes, codes, None)
    got, right = judged.run(claim, codes), reference_codes(claim, codes)
    wrong = differs(claim, got, right)
    return _found(claim, codes.size, codes[wrong], got[wrong], right[wrong], diagnose(claim, codes, got) if wrong.any() else None)


def _swept(judged: FunctionTarget, claim: Claim, op: str) -> Found:
    """Return what every code of a source shows: the wrong ones are the smallest of each class; a diagnosis must explain these, and the list of level 1."""
    sweep = run_sweep(judged, claim)
    if not sweep.kinds:
        nothing = np.zeros(0, code_dtype_of(claim.source))
        return _found(claim, sweep.cases, nothing, nothing, nothing, None)
    witnesses = np.array([kind.code for kind in sweep.kinds], code_dtype_of(claim.source))
    sample = np.concatenate([witnesses, _inputs(claim, op, 1, 0)])
    diagnosis = _compared(judged, claim, sample).diagnosis
    found = _found(claim, sweep.cases, witnesses, judged.run(claim, witnesses), reference_codes(claim, witnesses), diagnosis)
    return _with_counts(found, sweep)


def _with_counts(found: Found, sweep: Sweep) -> Found:
    return Found(**{**vars(found), "wrong": sweep.mismatches, "by_class": {kind.name: kind.count for kind in sweep.kinds}})


def _found(claim: Claim, cases: int, codes: Codes, got: Codes, expected: Codes, diagnosis: str | None) -> Found:
    if not codes.size:
        return Found(cases, 0, {}, codes, got, expected, np.zeros(0, np.int64), None)
    order = np.lexsort((codes, magnitude_of(codes, claim.source)))
    codes, got, expected = codes[order], got[order], expected[order]
    labels = classify(claim, codes, got, expected)
    by_class = {name: int(n) for i, name in enumerate(CLASSES) if (n := np.count_nonzero(labels == i))}
    return Found(cases, codes.size, by_class, codes, got, expected, labels, diagnosis)


def _report(judged: FunctionTarget, claim: Claim, found: Found, headline: str, inputs: str) -> CodesDifferError:
    fmt = get_format(claim.target)
    lines = [
        f"wrong      {counted(found.wrong, found.cases, fmt)}: {spread(found.got, found.expected, fmt)}",
        f"classes    {', '.join(f'{name} {count:,}' for name, count in found.by_class.items())}",
        f"diagnosis  {found.diagnosis or 'no change of one or two policies explains it'}",
        f"inputs     {inputs}",
    ]
    listed = [_wrong_code(judged, claim, found, i, CLASSES[found.labels[i]]) for i in _smallest_of_each_class(found)]
    return codes_differ("\n  ".join([headline, *lines]), [_wrong_code(judged, claim, found, 0, "smallest")], listed, fmt)


def _smallest_of_each_class(found: Found) -> list[int]:
    return [int(i) for label in np.unique(found.labels) for i in np.flatnonzero(found.labels == label)[:_OF_EACH_CLASS]]


def _wrong_code(judged: FunctionTarget, claim: Claim, found: Found, i: int, label: str) -> WrongCode:
    code, got = int(found.codes[i]), int(found.got[i])
    value = judged.value_given(claim, code) if got >> get_format(claim.target).width else None
    return WrongCode(label, got, int(found.expected[i]), "", (hex_code(code, claim.source), value_text(code, claim.source)), value or "")
