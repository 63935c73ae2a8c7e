"""What implementations compute instead of an operation, that no policy says."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache, partial

import numpy as np

from refquant.errors import PolicyError
from refquant.formats import FloatFormat, get_format
from refquant.golden.evaluation import is_conversion, operations_with_vectors
from refquant.golden.sources import parts_of
from refquant.policies import Dialect
from refquant.verify.cases import cases_of, columns_of
from refquant.verify.comparison import differs, magnitude_is_zero
from refquant.verify.operation_claim import OperationClaim
from refquant.verify.target import Codes

#: From a claim, a dialect, cases and what was given to what is computed; where that is not known to the bit, one of what may be.
Instead = Callable[[OperationClaim, Dialect, Codes, Codes], Codes]


def _operand_of_zeros(which: int, claim: OperationClaim, dialect: Dialect, cases: Codes, got: Codes) -> Codes:
    return _of_zeros(which, claim, cases, claim.right(cases, dialect))


def _of_zeros(which: int, claim: OperationClaim, cases: Codes, otherwise: Codes) -> Codes:
    columns = columns_of(cases)
    zeros = np.all([magnitude_is_zero(column, fmt) for column, fmt in zip(columns, claim.operands)], axis=0)
    return np.where(zeros, columns[which], otherwise)


def _operand_of_zeros_or_nan(which: int, claim: OperationClaim, dialect: Dialect, cases: Codes, got: Codes) -> Codes:
    signals = np.any([parts_of(column, fmt)[3] == _SIGNALLING for column, fmt in zip(columns_of(cases), claim.operands)], axis=0)
    nan = get_format(claim.target).code_of_nan
    right = claim.right(cases, dialect)
    return _of_zeros(which, claim, cases, np.where(signals, np.full_like(right, nan), right))


def _nan_beyond_float32(claim: OperationClaim, dialect: Dialect, cases: Codes, got: Codes) -> Codes:
    """Return a NaN that was given where the quotient is about 2**128 or more; whether one is given depends on where in an array the operands are."""
    right, columns = claim.right(cases, dialect), columns_of(cases)
    nan = np.full_like(right, get_format(claim.target).code_of_nan)
    numbers = np.all([parts_of(column, fmt)[3] == 0 for column, fmt in zip(columns, claim.operands)], axis=0) & ~magnitude_is_zero(
        columns[1], claim.operands[1]
    )
    cut = OperationClaim.of("div", *claim.operands, result=_WIDE, knobs=(("rounding", "toward_zero"),))
    beyond = numbers & (cut.right(cases) & np.uint32(_WIDE.grid.negative_base - 1) >= _ABOUT_TWO_TO_128)
    found: Codes = np.where(beyond & ~differs(claim, got, nan), nan, right)
    return found


def _neighbour(claim: OperationClaim, dialect: Dialect, cases: Codes, got: Codes) -> Codes:
    """Return what was given where that is one of the neighbours of the exact result."""
    ends = (claim.right(cases, dialect.replace(rounding=mode)) for mode in ("toward_zero", "away_from_zero"))
    near = np.any([~differs(claim, got, end) for end in ends], axis=0)
    return np.where(near, got, claim.right(cases, dialect))


def _first_of_equal(claim: OperationClaim, dialect: Dialect, cases: Codes, got: Codes) -> Codes:
    truth = dataclasses.replace(claim, operation="compare_quiet_eq", target="uint1").right(cases, dialect)
    return np.where(truth == 1, columns_of(cases)[0], claim.right(cases, dialect))


def _of_one_zero(claim: OperationClaim, dialect: Dialect, cases: Codes, got: Codes) -> Codes:
    return _of_zeros(0, claim, cases, claim.right(cases, dialect))


def _first_operand(claim: OperationClaim, dialect: Dialect, cases: Codes, got: Codes) -> Codes:
    return columns_of(cases)[0]


def _sign_bit_copied(claim: OperationClaim, dialect: Dialect, cases: Codes, got: Codes) -> Codes:
    a, b = columns_of(cases)
    sign = a.dtype.type(_sign_bit(claim))
    copied: Codes = a & ~sign | b & sign
    stays = parts_of(a, claim.operands[0])[3] >= 2 if get_format(claim.target).grid.nan_at_zero else np.zeros(a.size, np.bool_)
    return np.where(stays, a, copied)


def _sign_bit_inverted(claim: OperationClaim, dialect: Dialect, cases: Codes, got: Codes) -> Codes:
    inverted: Codes = cases ^ cases.dtype.type(_sign_bit(claim))
    return inverted


def _sign_bit_cleared(claim: OperationClaim, dialect: Dialect, cases: Codes, got: Codes) -> Codes:
    cleared: Codes = cases & ~cases.dtype.type(_sign_bit(claim))
    return cleared


def _sign_bit(claim: OperationClaim) -> int:
    fmt = get_format(claim.target)
    if not isinstance(fmt, FloatFormat) or not fmt.signed:
        raise PolicyError(f"instead: expected a format with a sign bit, got {fmt.name}")
    return 1 << (fmt.width - 1)


def _product_rounded(claim: OperationClaim, dialect: Dialect, cases: Codes, got: Codes) -> Codes:
    a, b, c = columns_of(cases)
    end = claim.target
    product = OperationClaim.of("mul", *claim.operands[:2], result=end).right(cases_of((a, b)), dialect)
    total: Codes = OperationClaim.of("add", end, claim.operands[2], result=end).right(cases_of((product, c)), dialect)
    return total


def _as_operation(name: str, claim: OperationClaim, dialect: Dialect, cases: Codes, got: Codes) -> Codes:
    result: Codes = dataclasses.replace(claim, operation=name).right(cases, dialect)
    return result


_SIGNALLING = 3  #: of the kinds of `parts_of`
_WIDE = FloatFormat(precision=21, exponent_width=11)  #: holds every quotient of float32, cut off
_ABOUT_TWO_TO_128 = (1023 + 128 << 20) - 1  #: the greatest of these codes below that of 2**128
_ZEROS = tuple(f"{end}{by}{form}" for end in ("minimum", "maximum") for by in ("", "_magnitude") for form in ("", "_number"))
_NUMBERS = tuple(name for name in _ZEROS if name.endswith("_number"))
_ROUNDED = tuple(op.name for op in operations_with_vectors() if not is_conversion(op) and {"rounding", "via"} <= set(op.affected_by))
_OF: dict[str, tuple[tuple[str, ...], Instead]] = {
    "the first of two zeros": (_ZEROS, partial(_operand_of_zeros, 0)),
    "the second of two zeros": (_ZEROS, partial(_operand_of_zeros, 1)),
    "the first of two zeros, NaN where an operand signals": (_NUMBERS, partial(_operand_of_zeros_or_nan, 0)),
    "the second of two zeros, NaN where an operand signals": (_NUMBERS, partial(_operand_of_zeros_or_nan, 1)),
    "the first of equal operands": (("next_after", *_ZEROS), _first_of_equal),
    "the first operand": (("copy_sign",), _first_operand),
    "a zero as it is": (("relu",), _of_one_zero),
    "the sign bit copied": (("copy_sign",), _sign_bit_copied),
    "the sign bit inverted": (("neg",), _sign_bit_inverted),
    "the sign bit cleared": (("abs",), _sign_bit_cleared),
    "the product rounded first": (("fma",), _product_rounded),
    "NaN where the quotient is out of the range of float32": (("fmod", "rem"), _nan_beyond_float32),
    "one of the two neighbours of the exact result": (_ROUNDED, _neighbour),
}
VAGUE = tuple(_OF)[-2:]  #: what leaves a choice, and is tried last


@cache
def instead_of(operation: str) -> dict[str, Instead]:
    """Return what may be computed instead of an operation, by name: its own faults, then other operations of such operands.

    Examples
    --------
    >>> from refquant.verify.instead import instead_of
    >>> list(instead_of("fma")), list(instead_of("rem"))[2:5]
    (['the product rounded first', 'one of the two neighbours of the exact result'], ['as add', 'as sub', 'as mul'])
    """
    records = {op.name: op for op in operations_with_vectors() if not is_conversion(op)}
    own: dict[str, Instead] = {name: found for name, (operations, found) in _OF.items() if operation in operations}
    shape = (records[operation].operands, records[operation].result) if operation in records else None
    others = [name for name, op in records.items() if (op.operands, op.result) == shape and name != operation]
    return own | {f"as {name}": partial(_as_operation, name) for name in others}


def all_instead() -> tuple[str, ...]:
    """Return every name."""
    return (*_OF, *(f"as {op.name}" for op in operations_with_vectors() if not is_conversion(op)))
