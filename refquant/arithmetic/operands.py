"""Operands: codes of a format each, broadcast against each other, and the walk of what is no format's result through a kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant import execution, inputs
from refquant.arithmetic.digits import fits_a_lane
from refquant.dispatch import chosen_for, function
from refquant.errors import AmbiguousNameError, InputTypeError, InputValueError, UnknownNameError
from refquant.formats import Format, get_format


def formats_of(fmt: Any, count: int) -> tuple[Format, ...]:
    """Return the format of each operand, from one for all or one for each."""
    if isinstance(fmt, list):
        raise InputTypeError(f"fmt: expected one format, or a tuple of one for each of {count} operand{'s' * (count > 1)}; got a list, write tuple(fmt)")
    given = fmt if isinstance(fmt, tuple) else (fmt,) * count
    if len(given) != count:
        raise InputValueError(f"fmt: expected one format, or a tuple of one for each of {count} operand{'s' * (count > 1)}; got a tuple of {len(given)}")
    return tuple(get_format(f) for f in given)


def result_format(formats: tuple[Format, ...], result: Any) -> Format:
    """Return the format of the result: the one that is given, or that of the operands if they have one."""
    if result is not None:
        return named_format("result", result)
    if len(set(formats)) > 1:
        raise InputValueError(f"result: operands of different formats ({', '.join(f.name for f in formats)}) need the format of the result")
    return formats[0]


def named_format(argument: str, fmt: Any) -> Format:
    """Return the format that an argument names; an error says which argument."""
    try:
        return get_format(fmt)
    except (UnknownNameError, AmbiguousNameError, InputTypeError) as error:
        raise type(error)(f"{argument}: {str(error).removeprefix('fmt: ')}") from None


def operands(
    names: tuple[str, ...], given: tuple[Any, ...], formats: tuple[Format, ...], integers: tuple[tuple[str, Any], ...] = ()
) -> tuple[list[NDArray[Any]], bool]:
    """Return the codes, and then the integers, in their common shape, and whether every operand is a scalar."""
    read = [inputs.as_codes(codes, fmt, name) for name, codes, fmt in zip(names, given, formats, strict=True)]
    read += [_as_int32(name, values) for name, values in integers]
    try:
        return list(np.broadcast_arrays(*(codes for codes, _ in read))), all(scalar for _, scalar in read)
    except ValueError:
        shapes = " and ".join(str(codes.shape) for codes, _ in read)
        said = ", ".join([*names, *(name for name, _ in integers)])
        raise InputValueError(f"{said}: cannot be broadcast together: shapes {shapes}") from None


def _as_int32(name: str, values: Any) -> tuple[NDArray[Any], bool]:
    """Return integers that fit int32, and whether they are a scalar."""
    try:
        found = np.asarray(values)
    except (ValueError, TypeError) as error:
        raise InputTypeError(f"{name}: expected integers, got {type(values).__name__}: {error}") from None
    if found.dtype.kind not in "iu" and found.size:
        raise InputTypeError(f"{name}: expected integers that fit int32, got dtype {found.dtype}")
    limits = np.iinfo(np.int32)
    wrong = [int(v) for v in (found.min(initial=0), found.max(initial=0)) if not limits.min <= int(v) <= limits.max] if found.size else []
    if wrong:
        raise InputValueError(f"{name}: expected integers from {limits.min} to {limits.max}, got {wrong[0]}")
    return found.astype(np.int32), found.ndim == 0 and not isinstance(values, np.ndarray)


def walked(
    operation: str, backend: str | None, formats: tuple[Format, ...], arrays: list[NDArray[Any]], outputs: list[NDArray[Any]], call: Callable[..., Any]
) -> None:  # fmt: skip
    """Call ``call(kernel, *chunks of arrays, *chunks of outputs)`` with the kernel of the backend that is named, or that pays."""
    name = chosen_for(operation, backend, outputs[0].size, [f.name for f in formats], fits_a_lane(operation, formats))
    kernel = function(operation, name)

    def one(_: int, parts: list[NDArray[Any]]) -> int:
        call(kernel, *parts)
        return 0

    execution.in_chunks(one, [*arrays, *outputs], len(outputs), name, execution.COMPILED_CHUNK)
