"""Functions of users as casts that can be judged: what each operation is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.containers import holds
from refquant.errors import CodesDifferError, InputTypeError, RangeExceededError
from refquant.formats import Format, IntFormat, get_format
from refquant.golden.sources import code_dtype_of
from refquant.inputs import is_ml_dtype
from refquant.testing.given import codes_of, hint_for_signed

Function = Callable[..., Any]
#: Operation: whether the function is given codes, and whether it returns codes (None: codes or values).
OPERATIONS: dict[str, tuple[bool, bool | None]] = {"encode": (False, None), "round": (False, False), "convert": (True, True), "decode": (True, False)}


class NoResultError(Exception):
    """A function returned nothing that can be compared, or raised; `error` is what its caller should hear of it."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def name_of(function: Any) -> str:
    """Return the name of a function in a report."""
    return str(getattr(function, "__qualname__", type(function).__name__))


def as_cast(function: Any, op: str, source: str | Format, target: Format) -> Function:
    """Return a function that takes an array of the source dtype, and returns codes or values of the target."""
    if op == "decode" and not holds(target, get_format(source)):
        raise RangeExceededError(f"target: {target.name} does not hold every value of {get_format(source).name}; a decode is exact")
    return partial(_run, function, op, source, target)


def _run(function: Function, op: str, source: str | Format, target: Format, given: NDArray[Any]) -> NDArray[Any]:
    takes_codes, gives_codes = OPERATIONS[op]
    result = usable(called(function, given.view(code_dtype_of(source)) if takes_codes else given), op, target, gives_codes)
    check_shape(function, f"{op} {source if isinstance(source, str) else source.name} -> {target.name}", result, given)
    return result


def usable(returned: Any, op: str, target: Format, gives_codes: bool | None, *, truths: bool = False) -> NDArray[Any]:
    """Return what a function returned as an array of codes or values (with `truths`, of truths too); raise where it holds neither."""
    result = _array(returned, op, target, gives_codes)
    if truths and result.dtype.kind == "b":
        return result.astype(np.uint8)
    if not _is_usable(result.dtype, target, gives_codes):
        raise _unusable(op, target, gives_codes, f"dtype {result.dtype}{hint_for_signed(result.dtype, target)}")
    return _by_bits(result, target)


def check_shape(function: Function, label: str, result: NDArray[Any], given: NDArray[Any], what: str = "") -> None:
    """Refuse a result of another shape than the inputs: it is wrong."""
    if result.shape != given.shape:
        headline = f"{name_of(function)} does not conform: {label}"
        raise NoResultError(CodesDifferError(f"{headline}\n  shape      {what}{result.shape} for inputs of shape {given.shape}"))


def called(function: Function, *given: NDArray[Any]) -> Any:
    """Return what a function returns; what it raises is raised as if the test had called it."""
    try:
        return function(*given)
    except Exception as error:
        inside = error.__traceback__.tb_next if error.__traceback__ else None
        raise NoResultError(error.with_traceback(inside)) from None


def _array(result: Any, op: str, target: Format, gives_codes: bool | None) -> NDArray[Any]:
    if np.ma.is_masked(result):
        raise _unusable(op, target, gives_codes, "a masked array, in which results are missing")
    try:
        array = np.asarray(result)
    except (ValueError, TypeError):
        raise _unusable(op, target, gives_codes, type(result).__name__) from None
    if array.dtype.kind == "O":
        raise _unusable(op, target, gives_codes, "None" if result is None else f"{type(result).__name__} of Python objects")
    return array


def _unusable(op: str, target: Format, gives_codes: bool | None, got: str) -> NoResultError:
    gives = {True: codes_of(target), False: f"values of {target.name}", None: f"codes (unsigned integers) or values (floats) of {target.name}"}
    return NoResultError(InputTypeError(f"fn: {op} gives {gives[gives_codes]}, got {got}"))


def _is_usable(dtype: np.dtype[Any], target: Format, gives_codes: bool | None) -> bool:
    """Return whether results of a dtype are the codes or values that are asked for."""
    is_code = dtype.kind == "u"
    is_value = dtype.kind == "f" or is_ml_dtype(dtype) or (dtype.kind == "i" and isinstance(target, IntFormat))
    if gives_codes is None:
        return is_code or is_value
    return is_code or dtype.name == target.name if gives_codes else is_value or (is_code and _values_are_codes(target))


def _values_are_codes(target: Format) -> bool:
    return isinstance(target, IntFormat) and not target.signed and not target.fraction_bits


def _by_bits(result: NDArray[Any], target: Format) -> NDArray[Any]:
    """Return floats whose dtype is the target as its codes: NaNs keep their bits, which values do not show."""
    if result.dtype.kind == "f" and result.dtype.name == target.name and not is_ml_dtype(result.dtype):
        return result.astype(result.dtype.newbyteorder("="), copy=False).view(target.code_dtype)
    return result
