"""From an operation and its operands to the function of `refquant.arithmetic`, with its defaults."""

from __future__ import annotations

from inspect import signature
from typing import Any, NamedTuple

import numpy as np

from refquant import arithmetic
from refquant.array.held import Held
from refquant.array.hints import meant
from refquant.array.mixing import are_numbers, exact_codes
from refquant.errors import InputTypeError, InputValueError, UnknownNameError
from refquant.formats import Format, get_format
from refquant.operations import OPERATIONS

#: The operands of each operation on codes, by the name of its function.
_OPERANDS = {op.door.removeprefix("arithmetic."): op.operands for op in OPERATIONS.values() if op.door and op.result != "integers"}
_SORTED = sorted(_OPERANDS)
#: Names of those that give truths or classes.
_ASKING = {op.door.removeprefix("arithmetic.") for op in OPERATIONS.values() if op.result in ("truth", "class")}


class ArrayAndFlags(NamedTuple):
    """An Array, and the exception flags of each element (uint8, bits as `refquant.Flags`)."""

    array: Any
    flags: Any


def calculated(operation: str, given: tuple[Any, ...], integers: tuple[Any, ...] = (), **choices: Any) -> Any:
    """Return what ``refquant.arithmetic.<operation>`` gives, its codes as an Array; NotImplemented where an operand is nothing that it knows.

    At least one of `given` is an Array. Numbers are taken in the format of the first one. `integers` are operands that are no codes.
    """
    if not all(isinstance(x, Held) or are_numbers(x, operation) for x in given):
        return NotImplemented
    arrays = [x for x in given if isinstance(x, Held)]
    _check_result(operation, arrays, choices.get("result"))
    first = arrays[0]
    formats = tuple(x.fmt if isinstance(x, Held) else first.fmt for x in given)
    codes = [x.codes if isinstance(x, Held) else exact_codes(x, first.fmt, operation) for x in given]
    found = getattr(arithmetic, operation)(*codes, *integers, formats, **choices)
    target = get_format(choices["result"]) if choices.get("result") is not None else first.fmt
    return with_flags(type(first), found, target)


def with_flags(kind: type[Held], found: Any, target: Format) -> Any:
    """Return codes as an Array, and with their flags where there are some."""
    if isinstance(found, tuple):
        return ArrayAndFlags(with_flags(kind, found[0], target), found[1])
    return kind._of(found, target) if found.dtype == target.code_dtype else found  # the int32 of log_b


def named(operation: Any, given: tuple[Any, ...], choices: dict[str, Any]) -> Any:
    """Return what an operation gives that is asked for by its name. See refquant.array.Array.compute."""
    operands = _OPERANDS.get(operation) if isinstance(operation, str) else None
    if operands is None:
        raise UnknownNameError(
            f"operation: no operation of codes is named {operation!r}{meant(operation, _OPERANDS)}; there are {', '.join(sorted(_OPERANDS))}"
        )
    if len(given) != len(operands):
        raise InputValueError(f"others: {operation} has {len(operands)} operands, the Array among them; got {len(given)}")
    known = [p.name for p in signature(getattr(arithmetic, operation)).parameters.values() if p.kind is p.KEYWORD_ONLY and p.name != "out"]
    if left := sorted(set(choices) - set(known)):
        raise InputTypeError(f"{left[0]}: {operation} of an Array has no such argument; there are {', '.join(known)}")
    count = operands.count("codes")
    found = _asked(operation, given, choices) if operation in _ASKING else calculated(operation, given[:count], given[count:], **choices)
    if found is NotImplemented:
        raise InputTypeError(f"others: expected Arrays or real numbers, got {', '.join(type(x).__name__ for x in given[1:])}")
    return found


def _asked(operation: str, given: tuple[Any, ...], choices: dict[str, Any]) -> Any:
    """Return truths, or classes, of an operation that gives no codes; or NotImplemented."""
    if not all(isinstance(x, Held) or are_numbers(x, operation) for x in given):
        return NotImplemented
    codes, formats = _exactly(given, operation)
    found = getattr(arithmetic, operation)(*codes, formats, **choices)
    return type(found)(*(np.asarray(part)[()] for part in found)) if isinstance(found, tuple) else np.asarray(found)[()]


def _exactly(given: tuple[Any, ...], operation: str) -> tuple[tuple[Any, ...], tuple[Format, ...]]:
    """Return the codes and the format of each operand of a comparison: numbers need only be float64."""
    float64 = get_format("float64")
    pairs = [(v.codes, v.fmt) if isinstance(v, Held) else (exact_codes(v, float64, operation), float64) for v in given]
    return tuple(codes for codes, _ in pairs), tuple(fmt for _, fmt in pairs)


def _check_result(operation: str, arrays: list[Held], result: Any) -> None:
    if result is None and len({x.fmt for x in arrays}) > 1:
        operands = "abc"[: len(arrays)]
        codes, formats = (", ".join(f"{x}.{what}" for x in operands) for what in ("codes", "fmt"))
        raise InputValueError(
            f"{operation}: operands of {' and '.join(x.fmt.name for x in arrays)} need the format of the result: "
            f"refquant.arithmetic.{operation}({codes}, ({formats}), result=...), or a.compute({operation!r}, {', '.join(operands[1:])}, result=...)"
        )


def compared(predicate: str, a: Any, b: Any, *, signaling: bool = False) -> Any:
    """Return the truth of a predicate, of operands of any format and of numbers: by exact value (RQ-7.2); or NotImplemented."""
    if not all(isinstance(x, Held) or are_numbers(x, predicate) for x in (a, b)):
        return NotImplemented
    (x, y), (f, g) = _exactly((a, b), predicate)
    signaling = signaling and (f.has_nan or g.has_nan)  # the truth is the same (RQ-7.27)
    return np.asarray(arithmetic.compare(x, y, (f, g), predicate=predicate, signaling=signaling))[()]
