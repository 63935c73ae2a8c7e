"""Operands: codes of a format each, broadcast against each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant import inputs
from refquant.errors import InputValueError
from refquant.formats import Format, get_format


def formats_of(fmt: Any, count: int) -> tuple[Format, ...]:
    """Return the format of each operand, from one for all or one for each."""
    given = fmt if isinstance(fmt, tuple) else (fmt,) * count
    if len(given) != count:
        raise InputValueError(f"fmt: expected one format, or a tuple of one for each of {count} operand{'s' * (count > 1)}; got a tuple of {len(given)}")
    return tuple(get_format(f) for f in given)


def operands(names: tuple[str, ...], given: tuple[Any, ...], formats: tuple[Format, ...]) -> tuple[list[NDArray[Any]], bool]:
    """Return the codes in their common shape, and whether every operand is a scalar."""
    read = [inputs.as_codes(codes, fmt, name) for name, codes, fmt in zip(names, given, formats, strict=True)]
    try:
        return list(np.broadcast_arrays(*(codes for codes, _ in read))), all(scalar for _, scalar in read)
    except ValueError:
        shapes = " and ".join(str(codes.shape) for codes, _ in read)
        raise InputValueError(f"{', '.join(names)}: cannot be broadcast together: shapes {shapes}") from None
