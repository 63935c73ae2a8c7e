"""What implementations compute instead of an operation, that no policy says."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache, partial

import numpy as np

from refquant.errors import PolicyError
from refquant.formats import FloatFormat, get_format
from refquant.golden.evaluation import is_conversion, operations_with_vectors
from refquant.policies import Dialect
from refquant.verify.cases import cases_of, columns_of
from refquant.verify.comparison import magnitude_is_zero
from refquant.verify.operation_claim import OperationClaim
from refquant.verify.target import Codes

Instead = Callable[[OperationClaim, Dialect, Codes], Codes]


def _operand_of_zeros(which: int, claim: OperationClaim, dialect: Dialect, cases: Codes) -> Codes:
    columns = columns_of(cases)
    zeros = np.all([magnitude_is_zero(column, fmt) for column, fmt in zip(columns, claim.operands)], axis=0)
    return np.where(zeros, columns[which], claim.right(cases, dialect))


def _first_of_equal(claim: OperationClaim, dialect: Dialect, cases: Codes) -> Codes:
    truth = dataclasses.replace(claim, operation="compare_quiet_eq", target="uint1").right(cases, dialect)
    return np.where(truth == 1, columns_of(cases)[0], claim.right(cases, dialect))


def _first_operand(claim: OperationClaim, dialect: Dialect, cases: Codes) -> Codes:
    return columns_of(cases)[0]


def _sign_bit_copied(claim: OperationClaim, dialect: Dialect, cases: Codes) -> Codes:
    a, b = columns_of(cases)
    sign = a.dtype.type(_sign_bit(claim))
    copied: Codes = a & ~sign | b & sign
    return copied


def _sign_bit_inverted(claim: OperationClaim, dialect: Dialect, cases: Codes) -> Codes:
    inverted: Codes = cases ^ cases.dtype.type(_sign_bit(claim))
    return inverted


def _sign_bit_cleared(claim: OperationClaim, dialect: Dialect, cases: Codes) -> Codes:
    cleared: Codes = cases & ~cases.dtype.type(_sign_bit(claim))
    return cleared


def _sign_bit(claim: OperationClaim) -> int:
    fmt = get_format(claim.target)
    if not isinstance(fmt, FloatFormat) or not fmt.signed:
        raise PolicyError(f"instead: expected a format with a sign bit, got {fmt.name}")
    return 1 << (fmt.width - 1)


def _product_rounded(claim: OperationClaim, dialect: Dialect, cases: Codes) -> Codes:
    a, b, c = columns_of(cases)
    end = claim.target
    product = OperationClaim.of("mul", *claim.operands[:2], result=end).right(cases_of((a, b)), dialect)
    total: Codes = OperationClaim.of("add", end, claim.operands[2], result=end).right(cases_of((product, c)), dialect)
    return total


def _as_operation(name: str, claim: OperationClaim, dialect: Dialect, cases: Codes) -> Codes:
    result: Codes = dataclasses.replace(claim, operation=name).right(cases, dialect)
    return result


_ZEROS = tuple(f"{end}{by}{form}" for end in ("minimum", "maximum") for by in ("", "_magnitude") for form in ("", "_number"))
_OF: dict[str, tuple[tuple[str, ...], Instead]] = {
    "the first of two zeros": (_ZEROS, partial(_operand_of_zeros, 0)),
    "the second of two zeros": (_ZEROS, partial(_operand_of_zeros, 1)),
    "the first of equal operands": (("next_after", *_ZEROS), _first_of_equal),
    "the first operand": (("copy_sign",), _first_operand),
    "the sign bit copied": (("copy_sign",), _sign_bit_copied),
    "the sign bit inverted": (("neg",), _sign_bit_inverted),
    "the sign bit cleared": (("abs",), _sign_bit_cleared),
    "the product rounded first": (("fma",), _product_rounded),
}


@cache
def instead_of(operation: str) -> dict[str, Instead]:
    """Return what may be computed instead of an operation, by name: its own faults, then other operations of such operands.

    Examples
    --------
    >>> from refquant.verify.instead import instead_of
    >>> list(instead_of("fma")), list(instead_of("rem"))[:3]
    (['the product rounded first'], ['as add', 'as sub', 'as mul'])
    """
    records = {op.name: op for op in operations_with_vectors() if not is_conversion(op)}
    own: dict[str, Instead] = {name: found for name, (operations, found) in _OF.items() if operation in operations}
    shape = (records[operation].operands, records[operation].result) if operation in records else None
    others = [name for name, op in records.items() if (op.operands, op.result) == shape and name != operation]
    return own | {f"as {name}": partial(_as_operation, name) for name in others}


def all_instead() -> tuple[str, ...]:
    """Return every name."""
    return (*_OF, *(f"as {op.name}" for op in operations_with_vectors() if not is_conversion(op)))
