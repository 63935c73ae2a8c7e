"""The columns of what is asked: one array of codes for each field of a line, checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.errors import InputTypeError, InputValueError
from refquant.verify.pipe.protocol import Header, vector_lines

Columns = Sequence[NDArray[Any]]


def checked_columns(header: Header, columns: Columns) -> tuple[NDArray[Any], ...]:
    """Return the columns, each of a dtype that holds its field; raise InputTypeError or InputValueError where they are not those of the header.

    Examples
    --------
    >>> import numpy as np
    >>> from refquant.verify.pipe import Field, Header
    >>> from refquant.verify.pipe.columns import checked_columns
    >>> header = Header("encode", (Field("float32", 32),), Field("float8_e4m3fn", 8))
    >>> checked_columns(header, [np.uint8([1, 2])])[0].dtype
    dtype('uint32')
    """
    widths = [field.width for field in header.operands] + ([header.random_bits] if header.random_bits else [])
    said = f"one for each operand{' and one of random bits' if header.random_bits else ''}"
    if isinstance(columns, np.ndarray) or not isinstance(columns, Sequence):
        raise InputTypeError(f"columns: expected a list of arrays, {said}, got {columns!r}")
    if len(columns) != len(widths):
        raise InputValueError(f"columns: expected {len(widths)} array{'s' if len(widths) > 1 else ''}, {said}, got {len(columns)}")
    checked = [_checked(f"columns[{i}]", column, width) for i, (column, width) in enumerate(zip(columns, widths))]
    for i, column in enumerate(checked):
        if column.size != checked[0].size:
            raise InputValueError(f"columns[{i}]: expected {checked[0].size:,} codes as in the first column, got {column.size:,}")
    return tuple(checked)


def _checked(name: str, column: Any, width: int) -> NDArray[Any]:
    if not isinstance(column, np.ndarray) or column.dtype.kind != "u":
        raise InputTypeError(f"{name}: expected an array of unsigned integers, got {column.dtype if isinstance(column, np.ndarray) else type(column).__name__}")
    if column.ndim != 1:
        raise InputValueError(f"{name}: expected one dimension, got shape {column.shape}")
    if column.itemsize * 8 > width and column.size and int(column.max()) >> width:
        at = int(np.argmax(column > (1 << width) - 1))
        raise InputValueError(f"{name}: {int(column[at]):#x} at {at} does not fit {width} bits")
    return column.astype(f"u{next(size for size in (1, 2, 4, 8) if 8 * size >= width)}", copy=False)


def lines_of(header: Header, columns: Columns, first: int, stop: int) -> bytes:
    """Return the lines of some of the vectors."""
    return vector_lines([column[first:stop] for column in columns], header.digits)
