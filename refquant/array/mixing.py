"""What stands beside an Array: numbers, taken where they are exactly values of the format, and refused where they are not."""

from __future__ import annotations

from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

from refquant import inputs
from refquant.codec import encode
from refquant.errors import InputTypeError, InputValueError
from refquant.formats import Format


def are_numbers(x: Any, operation: str) -> bool:
    """Return whether `x` is numbers, which cannot be meant as codes; raise where it could be either, or holds what is no number."""
    if isinstance(x, (list, tuple)) or (isinstance(x, (np.ndarray, np.generic)) and _is_unsigned(x.dtype)):
        what = f"an array of {x.dtype}" if isinstance(x, np.ndarray) else f"a {type(x).__name__}"
        raise InputTypeError(f"{operation}: {what} may be codes or values; give Array(x, fmt) for codes, Array.from_values(x, fmt) for values")
    if isinstance(x, bool) or (isinstance(x, (np.ndarray, np.generic)) and not (x.dtype.kind in "fiO" or inputs.is_ml_dtype(x.dtype))):
        raise InputTypeError(f"{operation}: expected an Array or real numbers, got {getattr(x, 'dtype', x)}")
    return isinstance(x, (Real, Decimal, np.ndarray, np.generic))


def _is_unsigned(dtype: np.dtype[Any]) -> bool:
    return dtype.kind == "u" or (inputs.is_ml_dtype(dtype) and dtype.name.startswith("uint"))


def exact_codes(x: Any, fmt: Format, operation: str) -> Any:
    """Return the codes of numbers that are values of the format; raise where one is not."""
    codes, flags = encode(x, fmt, return_flags=True)
    wrong = (np.asarray(flags) != 0) | _signs_that_are_lost(x, fmt)
    if wrong.any():
        first, count = np.asarray(x)[wrong].flat[0] if np.ndim(x) else x, int(np.count_nonzero(wrong))
        more = f" ({count} such)" if count > 1 else ""
        raise InputValueError(f"{operation}: {first!s} is no value of {fmt.name}{more}; round it first: Array.from_values(x, {fmt.name!r})")
    return codes


def _signs_that_are_lost(x: Any, fmt: Format) -> Any:
    """Return where a number is -0 and the format has none."""
    a = np.asarray(x)
    if a.dtype.kind == "O" and not fmt.has_negative_zero:
        return np.reshape([isinstance(v, Decimal | float | np.floating) and v == 0 and str(v).startswith("-") for v in a.ravel()], a.shape)
    if fmt.has_negative_zero or not (a.dtype.kind == "f" or inputs.is_ml_dtype(a.dtype)):
        return False
    with np.errstate(all="ignore"):  # a signalling NaN
        return np.signbit(a) & (a == 0)
