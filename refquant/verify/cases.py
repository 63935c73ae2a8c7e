"""The inputs of a claim: codes where a case has one operand, records of codes ``a``, ``b``, ``c`` where it has several."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.golden.recipe import OPERAND_NAMES
from refquant.golden.sources import code_dtype_of, magnitude_of, width_of
from refquant.golden.text import hex_code, hex_value
from refquant.verify.target import Claim, Codes


def case_dtype(claim: Claim) -> np.dtype[Any]:
    """Return the dtype of the inputs of a claim."""
    dtypes = [code_dtype_of(source) for source in claim.sources_of_a_case]
    return dtypes[0] if len(dtypes) == 1 else np.dtype(list(zip(OPERAND_NAMES, dtypes)))


def columns_of(cases: Codes) -> tuple[Codes, ...]:
    """Return the operands of cases, one column each.

    Examples
    --------
    >>> import numpy as np
    >>> from refquant.verify.cases import cases_of, columns_of
    >>> cases = cases_of((np.uint8([1, 2]), np.uint8([3, 4])))
    >>> cases.size, [column.tolist() for column in columns_of(cases[1:])]
    (2, [[2], [4]])
    """
    return (cases,) if cases.dtype.names is None else tuple(np.ascontiguousarray(cases[name]) for name in cases.dtype.names)


def cases_of(columns: tuple[Codes, ...]) -> Codes:
    """Return columns of operands as cases."""
    if len(columns) == 1:
        return columns[0]
    cases = np.empty(columns[0].size, list(zip(OPERAND_NAMES, (column.dtype for column in columns))))
    for name, column in zip(OPERAND_NAMES, columns):
        cases[name] = column
    return cases


def bits_of(claim: Claim) -> int:
    """Return how many bits all operands of a case have together."""
    return sum(width_of(source) for source in claim.sources_of_a_case)


def patterns(claim: Claim, first: int, last: int) -> Codes:
    """Return the cases of these numbers, of all 2**bits: the first operand is in the upper bits."""
    numbers, below, columns = np.arange(first, last, dtype=np.uint64), bits_of(claim), []
    for source in claim.sources_of_a_case:
        below -= width_of(source)
        mask = np.uint64((1 << width_of(source)) - 1)
        columns.append((numbers >> np.uint64(below) & mask).astype(code_dtype_of(source)))
    return cases_of(tuple(columns))


def number_of(claim: Claim, case: Any) -> int:
    """Return the number of a case among all 2**bits of them."""
    number = 0
    for source, code in zip(claim.sources_of_a_case, _operands(case)):
        number = number << width_of(source) | code
    return number


def _operands(case: Any) -> tuple[int, ...]:
    return (int(case),) if case.dtype.names is None else tuple(int(code) for code in case)


def case_codes(claim: Claim, case: Any) -> str:
    """Return the operands of a case in hex."""
    return ", ".join(hex_code(code, source) for source, code in zip(claim.sources_of_a_case, _operands(case)))


def case_values(claim: Claim, case: Any) -> str:
    """Return the operands of a case as values."""
    return ", ".join(hex_value(code, source) for source, code in zip(claim.sources_of_a_case, _operands(case)))


def ordered(claim: Claim, cases: Codes) -> NDArray[np.intp]:
    """Return what puts cases in order: by the magnitude of the first operand, then of the others, then by the codes."""
    pairs = list(zip(columns_of(cases), claim.sources_of_a_case))
    keys = [codes for codes, _ in reversed(pairs)] + [magnitude_of(codes, source) for codes, source in reversed(pairs)]
    return np.lexsort(keys)


def magnitude_of_case(claim: Claim, case: Any) -> int:
    """Return a number that orders cases as `ordered` does; cases of the same one by their numbers."""
    number = 0
    for source, code in zip(claim.sources_of_a_case, _operands(case)):
        number = number << 64 | int(magnitude_of(np.array([code], code_dtype_of(source)), source)[0])
    return number
