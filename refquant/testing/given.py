"""Codes as tests give them: unsigned integers, or an array whose dtype is the format itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.errors import CodeRangeError, InputTypeError
from refquant.formats import Format
from refquant.inputs import as_codes, as_source, is_ml_dtype


def codes_given(name: str, given: Any, fmt: Format, *, beyond: bool = False) -> NDArray[Any]:
    """Return an argument as an array of ``fmt.code_dtype``; raise an error that names the argument where it holds no codes of the format.

    Where `beyond`, numbers of ``2**width`` and more are no error; the array is of uint64 then.
    """
    codes = _own_dtype_as_codes(given, fmt)
    try:
        return as_codes(codes, fmt, name)[0].astype(fmt.code_dtype)
    except CodeRangeError:
        wide = np.asarray(codes)
        if not beyond or wide.min() < 0:
            raise
        return wide.astype(np.uint64)
    except InputTypeError as error:
        raise InputTypeError(_why_not(name, given, fmt) or str(error)) from None


def _own_dtype_as_codes(given: Any, fmt: Format) -> Any:
    """Return the codes of an array whose dtype is the format; anything else as it is."""
    if not isinstance(given, (np.ndarray, np.generic)) or (given.dtype.kind not in "fi" and not is_ml_dtype(given.dtype)):
        return given
    source = as_source(given)
    return source.array if source.format == fmt else given


def _why_not(name: str, given: Any, fmt: Format) -> str:
    """Return what to do with values, and with signed integers."""
    try:
        dtype = np.asarray(given).dtype
    except (ValueError, TypeError):
        return ""
    if dtype.kind == "f" or is_ml_dtype(dtype):
        return f"{name}: expected {codes_of(fmt)}, got values of dtype {dtype}; refquant.encode gives their codes"
    return f"{name}: expected {codes_of(fmt)}, got dtype {dtype}{hint_for_signed(dtype, fmt, name)}" if dtype.kind == "i" else ""


def codes_of(fmt: Format) -> str:
    """Return what is expected where codes are."""
    return f"codes of {fmt.name} (unsigned integers)"


def hint_for_signed(dtype: np.dtype[Any], fmt: Format, name: str = "") -> str:
    """Return how signed integers become codes: those that are as wide by their bits."""
    if dtype.kind == "i" and 8 * dtype.itemsize == fmt.width:
        return f"; {name}.view(np.uint{fmt.width}) has the same bits"
    return "; refquant.codes_from_signed gives the codes of two's complement values" if dtype.kind == "i" else ""


def flat(codes: NDArray[Any]) -> NDArray[Any]:
    """Return codes one after the other, in C order and native byte order."""
    return np.ascontiguousarray(codes.reshape(-1), codes.dtype.newbyteorder("="))
