"""Functions of users as operations that can be judged: an array for each operand in; codes or values out, with flags where they promise them."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.errors import InputTypeError
from refquant.formats import Format
from refquant.testing.operations_as_casts import Function, NoResultError, called, check_shape, usable

_MOST_FLAGS = 0xFF


def as_operation(function: Function, op: str, label: str, result: Format, *, flags: bool) -> Function:
    """Return a function that takes an array for each operand, and returns codes or values of the result format, in a pair with flags if these are judged."""
    return partial(_run, function, op, label, result, flags)


def _run(function: Function, op: str, label: str, result: Format, flags: bool, *given: NDArray[Any]) -> Any:
    returned = called(function, *given)
    if not flags:
        if isinstance(returned, tuple):
            raise NoResultError(InputTypeError(f"fn: {op} gives one array, got a tuple of {len(returned)}; flags=True takes a pair of results and flags"))
        return _checked(function, op, label, result, returned, given)
    if not isinstance(returned, tuple) or len(returned) != 2:
        raise NoResultError(InputTypeError(f"fn: with flags=True {op} gives a pair of results and flags, got {_kind_of(returned)}"))
    return _checked(function, op, label, result, returned[0], given), _flags(function, label, returned[1], given)


def _kind_of(returned: Any) -> str:
    return f"a tuple of {len(returned)}" if isinstance(returned, tuple) else "None" if returned is None else type(returned).__name__


def _checked(function: Function, op: str, label: str, result: Format, returned: Any, given: tuple[NDArray[Any], ...]) -> NDArray[Any]:
    array = usable(returned, op, result, None, truths=result.width == 1)
    check_shape(function, label, array, given[0])
    return array


def _flags(function: Function, label: str, returned: Any, given: tuple[NDArray[Any], ...]) -> NDArray[np.uint8]:
    dtype = getattr(returned, "dtype", None)
    if dtype is None or dtype.kind not in "ui" or np.ma.is_masked(returned):
        got = "a masked array" if np.ma.is_masked(returned) else _kind_of(returned) if dtype is None else f"dtype {dtype}"
        raise NoResultError(InputTypeError(f"fn: expected flags as an array of integers, bits as in refquant.Flags, got {got}"))
    flags = np.asarray(returned)
    check_shape(function, label, flags, given[0], "flags ")
    return np.where((flags < 0) | (flags > _MOST_FLAGS), _MOST_FLAGS, flags).astype(np.uint8)  # bits beyond are wrong, whatever is right
