"""An operation and the formats of its operands: what rows of codes are inputs of."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.formats import FloatFormat, Format, get_format
from refquant.golden.sources import magnitude_of
from refquant.golden.text import hex_code, hex_value
from refquant.operations import OPERATIONS, Operation
from refquant.verify.cases import cases_of, columns_of
from refquant.verify.target import Codes

Columns = tuple[Codes, ...]
Rows = Codes  #: records of operands, or codes where there is one, see `refquant.verify.cases`


class Applied(NamedTuple):
    """An operation, the formats of its operands, and whether flags belong to its results.

    Examples
    --------
    >>> from refquant.verify.explaining.operations.applied import Applied
    >>> Applied("add", ("float16", "float16")).name
    'add(float16, float16)'
    """

    operation: str
    formats: tuple[str | Format, ...]
    flags: bool = False

    @property
    def record(self) -> Operation:
        """The record of the operation."""
        return OPERATIONS[self.operation]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the operands' formats."""
        return tuple(f if isinstance(f, str) else f.name for f in self.formats)

    @property
    def name(self) -> str:
        """The operation with the formats of its operands."""
        return f"{self.operation}({', '.join(self.names)})"

    @property
    def have_fractions(self) -> bool:
        """Whether an operand is a floating-point number."""
        return any(isinstance(get_format(f), FloatFormat) for f in self.formats)


Origin = str | Format | Applied  #: what inputs are codes of: a format, or the formats of an operation


def rows_of(columns: tuple[Codes, ...], applied: Applied) -> Rows:
    """Return columns of codes as rows."""
    return cases_of(tuple(column.astype(get_format(f).code_dtype) for column, f in zip(columns, applied.formats)))


def first_row(applied: Applied) -> Rows:
    """Return the row of the codes 0."""
    return rows_of(tuple(np.zeros(1, np.uint64) for _ in applied.formats), applied)


def name_of(origin: Origin) -> str:
    """Return the name of what inputs are codes of."""
    return origin if isinstance(origin, str) else origin.name


def input_texts(code: Any, origin: Origin) -> tuple[str, str]:
    """Return an input as codes in hex, and as values."""
    if not isinstance(origin, Applied):
        return hex_code(code, origin), hex_value(int(code), origin)
    operands = list(zip(map(int, code if code.dtype.names else (code,)), origin.formats))
    return ", ".join(hex_code(*o) for o in operands), ", ".join(hex_value(*o) for o in operands)


def order_of(codes: NDArray[Any], origin: Origin) -> NDArray[np.int64]:
    """Return the order of inputs by magnitude, those before that came before."""
    return np.argsort(sizes_of(codes, origin), kind="stable")


def sizes_of(codes: NDArray[Any], origin: Origin) -> NDArray[Any]:
    """Return numbers that order inputs by magnitude; rows of operands by the sum of their magnitudes, each as a part of its format's codes."""
    if not isinstance(origin, Applied):
        return magnitude_of(codes, origin)
    sizes = [magnitude_of(c, f).astype(np.float64) / (1 << get_format(f).width) for c, f in zip(columns_of(codes), origin.formats)]
    total: NDArray[np.float64] = np.sum(sizes, axis=0)
    return total
