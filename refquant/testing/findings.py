"""What is wrong with the results of a function, and the report of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.errors import CodesDifferError
from refquant.golden.code_text import in_columns, value_text
from refquant.operations import OPERATIONS
from refquant.testing.trial import Trial
from refquant.testing.wrong_codes import WrongCode, codes_differ, counted, spread
from refquant.verify.cases import case_codes, columns_of, ordered
from refquant.verify.comparison import CLASSES, classify
from refquant.verify.findings import WrongFlags
from refquant.verify.target import Claim, Codes

_OF_EACH_CLASS = 4  #: rows of the table


class Found(NamedTuple):
    """What was found: how many were compared and wrong, of which classes; wrong ones (all of them, or one of each class), smallest first; the diagnosis."""

    cases: int
    wrong: int
    by_class: dict[str, int]
    codes: Codes
    got: Codes
    expected: Codes
    labels: NDArray[np.int64]
    diagnosis: str | None
    flags: WrongFlags | None = None


def found_of(claim: Claim, cases: int, codes: Codes, got: Codes, expected: Codes, diagnosis: str | None) -> Found:
    """Return wrong results in order."""
    if not codes.size:
        return Found(cases, 0, {}, codes, got, expected, np.zeros(0, np.int64), None)
    order = ordered(claim, codes)
    codes, got, expected = codes[order], got[order], expected[order]
    labels = classify(claim, codes, got, expected)
    by_class = {name: int(n) for i, name in enumerate(CLASSES) if (n := np.count_nonzero(labels == i))}
    return Found(cases, codes.size, by_class, codes, got, expected, labels, diagnosis)


def report(trial: Trial, found: Found) -> CodesDifferError:
    """Return the exception that says all of it."""
    if found.flags is not None and not found.wrong:
        return _flags_differ(trial, found, found.flags)
    fmt = trial.target
    lines = [
        f"wrong      {_counted(trial, found)}",
        f"classes    {', '.join(f'{name} {count:,}' for name, count in found.by_class.items())}",
        f"diagnosis  {found.diagnosis or 'no change of one or two policies explains it'}",
        *_flags_too(found),
        f"inputs     {trial.inputs_text()}",
    ]
    listed = [_wrong_code(trial, found, i, CLASSES[found.labels[i]]) for i in _smallest_of_each_class(found)]
    return codes_differ("\n  ".join([trial.headline(), *lines]), [_wrong_code(trial, found, 0, "smallest")], listed, fmt)


def _flags_too(found: Found) -> list[str]:
    """Return the line of wrong flags beside wrong codes."""
    if found.flags is None:
        return []
    return [f"flags      {found.flags.finding.cases:,} wrong, {found.flags.alone:,} of them where the code is right: {found.flags.text}"]


def _counted(trial: Trial, found: Found) -> str:
    """Return how many results are wrong, and by how much; truths are wrong or right."""
    if OPERATIONS[trial.op].result == "truth":
        return f"{found.wrong:,} of {found.cases:,} truths"
    return f"{counted(found.wrong, found.cases, trial.target)}: {spread(found.got, found.expected, trial.target, beyond=_beyond(trial, found))}"


def _flags_differ(trial: Trial, found: Found, flags: WrongFlags) -> CodesDifferError:
    """Return the exception for flags that are wrong where every code is right."""
    case = flags.finding.witness
    lines = [
        f"wrong      the flags of {flags.finding.cases:,} of {found.cases:,} results; every code is right",
        f"flags      {flags.text}",
        f"inputs     {trial.inputs_text()}",
    ]
    rows = [["input", case.input, case.input_value], ["got", case.got, case.got_value], ["expected", case.expected, case.expected_value]]
    return CodesDifferError("\n".join(["\n  ".join([trial.headline(), *lines]), "smallest:", in_columns(rows, indent="  ")]))


def _smallest_of_each_class(found: Found) -> list[int]:
    return [int(i) for label in np.unique(found.labels) for i in np.flatnonzero(found.labels == label)[:_OF_EACH_CLASS]]


def _beyond(trial: Trial, found: Found) -> str:
    """Return what results are that are none of the format: codes, or values."""
    beyond = np.flatnonzero(found.got > np.uint64((1 << trial.target.width) - 1))
    return "value" if beyond.size and trial.judged.value_given(trial.claim, found.codes[beyond[:1]]) is not None else "code"


def _wrong_code(trial: Trial, found: Found, i: int, label: str) -> WrongCode:
    claim, case, got = trial.claim, found.codes[i], int(found.got[i])
    value = trial.judged.value_given(claim, found.codes[i : i + 1]) if got >> trial.target.width else None
    return WrongCode(label, got, int(found.expected[i]), "", (case_codes(claim, case), _values(claim, found.codes[i : i + 1])), value or "")


def _values(claim: Claim, case: Codes) -> str:
    """Return the values of the operands of one case."""
    return ", ".join(value_text(int(column[0]), source) for column, source in zip(columns_of(case), claim.sources_of_a_case))
