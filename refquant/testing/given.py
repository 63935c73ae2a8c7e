"""Codes as tests give them: unsigned integers, or an array whose dtype is the format itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.errors import CodeRangeError, InputTypeError
from refquant.formats import Format
from refquant.inputs import as_codes, as_source, is_ml_dtype


def codes_given(name: str, given: Any, fmt: Format) -> NDArray[Any]:
    """Return an argument as an array of ``fmt.code_dtype``; raise an error that names the argument where it holds no codes of the format."""
    try:
        codes, _ = as_codes(_unsigned(given, fmt), fmt)
    except (InputTypeError, CodeRangeError) as error:
        raise type(error)(f"{name}: {str(error).partition(': ')[2]}") from None
    return codes.astype(fmt.code_dtype)


def _unsigned(given: Any, fmt: Format) -> Any:
    """Return the codes of an array of floats whose dtype is the format; anything but floats as it is."""
    if not isinstance(given, (np.ndarray, np.generic)) or not (given.dtype.kind == "f" or is_ml_dtype(given.dtype)):
        return given
    source = as_source(given)
    if source.format != fmt:
        raise InputTypeError(f"codes: expected codes of {fmt.name} (unsigned integers), got values of dtype {given.dtype}; refquant.encode gives their codes")
    return source.array


def flat(codes: NDArray[Any]) -> NDArray[Any]:
    """Return codes one after the other, in C order and native byte order."""
    return np.ascontiguousarray(codes.reshape(-1), codes.dtype.newbyteorder("="))
