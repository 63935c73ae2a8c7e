"""Functions of users as casts that can be judged: what each operation is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.containers import holds
from refquant.errors import InputTypeError, RangeExceededError, UnknownNameError
from refquant.formats import Format, IntFormat, get_format
from refquant.golden.sources import code_dtype_of
from refquant.inputs import is_ml_dtype

Function = Callable[[Any], Any]
#: Operation: whether the function is given codes, and whether it returns codes (None: codes or values).
OPERATIONS: dict[str, tuple[bool, bool | None]] = {"encode": (False, None), "round": (False, False), "convert": (True, True), "decode": (True, False)}


def as_cast(function: Any, op: str, source: str | Format, target: str | Format) -> Function:
    """Return a function that takes an array of the source dtype, and returns codes or values of the target."""
    if not isinstance(op, str) or op not in OPERATIONS:
        raise UnknownNameError(f"op: expected one of {', '.join(OPERATIONS)}; got {op!r}")
    if not callable(function):
        raise InputTypeError(f"fn: expected a function from an array to an array, got {function!r}")
    if op == "decode" and not holds(get_format(target), get_format(source)):
        raise RangeExceededError(f"target: {get_format(target).name} does not hold every value of {get_format(source).name}; a decode is exact")
    return partial(_run, function, op, source, get_format(target))


def _run(function: Function, op: str, source: str | Format, target: Format, given: NDArray[Any]) -> NDArray[Any]:
    takes_codes, gives_codes = OPERATIONS[op]
    result = np.asarray(function(given.view(code_dtype_of(source)) if takes_codes else given))
    is_code = result.dtype.kind == "u"
    if gives_codes is not None and is_code is not gives_codes and not _are_also_values(result, target, gives_codes):
        raise InputTypeError(f"fn: {op} gives {'codes (unsigned integers)' if gives_codes else 'values'} of {target.name}, got dtype {result.dtype}")
    return _by_bits(result, target)


def _are_also_values(result: NDArray[Any], target: Format, gives_codes: bool) -> bool:
    """Return whether results are what an operation gives although their dtype does not say so: arrays of the format itself, integers that are their codes."""
    if gives_codes:
        return result.dtype.name == target.name and result.dtype.kind not in "iu"
    return isinstance(target, IntFormat) and not target.signed and not target.fraction_bits


def _by_bits(result: NDArray[Any], target: Format) -> NDArray[Any]:
    """Return floats whose dtype is the target as its codes: NaNs keep their bits, which values do not show."""
    if result.dtype.kind == "f" and result.dtype.name == target.name and not is_ml_dtype(result.dtype):
        return result.astype(result.dtype.newbyteorder("="), copy=False).view(target.code_dtype)
    return result
