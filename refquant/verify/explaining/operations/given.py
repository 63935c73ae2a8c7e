"""Operands and somebody's results, checked, as rows of codes; equal rows count once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.errors import InputTypeError, InputValueError, RefquantError
from refquant.formats import Format, get_format
from refquant.golden.evaluation import TRUTH, is_conversion, operation_named
from refquant.policies import Flags, get_dialect
from refquant.verify.explaining.operations.applied import Applied, first_row
from refquant.verify.explaining.operations.outcomes import Outcomes, outcomes_of, with_flags

_ALL_FLAGS = sum(Flags)


def target_of(operation: Any, target: str | Format | None) -> str | Format:
    """Return the format of the results: of a truth one bit."""
    record = operation_named(operation)
    if is_conversion(record):
        raise InputValueError(f"op: {record.name} is a conversion; leave op out")
    if record.result == "truth":
        if target is not None and get_format(target).name != TRUTH:
            raise InputValueError(f"target: the results of {record.name} are codes of {TRUTH}, not of {get_format(target).name}")
        return TRUTH
    if record.result != "codes" or set(record.operands) != {"codes"}:
        raise InputValueError(f"op: {record.name} does not round codes to codes, and no policy decides what it gives; compare with refquant.arithmetic")
    if target is None:
        raise InputTypeError("target: expected the format of the results, got None")
    return target


def checked_operands(operation: str, x: Any, source: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Return the operands, one for each of the operation, and what is said of the format of each."""
    count = len(operation_named(operation).operands)
    if not isinstance(x, (tuple, list)) or len(x) != count:
        got = f"{len(x)}" if isinstance(x, (tuple, list)) else type(x).__name__
        raise InputTypeError(f"x: expected a tuple of {count} array{'s' if count > 1 else ''}, the operands of {operation}; got {got}")
    stated = source if isinstance(source, tuple) else (source,) * count
    if len(stated) != count:
        raise InputValueError(f"source: expected one format, or a tuple of one for each of {count} operands; got a tuple of {len(stated)}")
    return tuple(x), stated


def check_operation(applied: Applied, target: str | Format) -> None:
    """Refuse formats that the operation does not take."""
    outcomes_of(applied, first_row(applied), target, get_dialect("default").replace(nan="to_max", overflow="saturate"), None, None)


def with_given_flags(codes: NDArray[Any], flags: Any) -> Outcomes:
    """Return results with the flags that were given."""
    array = np.asarray(flags)
    if array.dtype.kind not in "ui":
        raise InputTypeError(f"flags: expected integers, bits as refquant.Flags has them, got dtype {array.dtype}")
    if array.shape != codes.shape:
        raise InputValueError(f"flags: expected the shape of results {codes.shape}, got {array.shape}")
    beyond = np.flatnonzero((array.reshape(-1) < 0) | (array.reshape(-1) > _ALL_FLAGS))
    if beyond.size:
        i = int(beyond[0])
        raise InputValueError(f"flags: {array.reshape(-1)[i]} at {i} is no combination of refquant.Flags, whose bits are below {_ALL_FLAGS + 1}")
    return with_flags(codes, array.astype(np.uint8))


def named_operand(error: RefquantError, number: int) -> RefquantError:
    """Return an error about x as one about one of several operands."""
    return type(error)(f"x[{number}]{str(error).removeprefix('x')}")
