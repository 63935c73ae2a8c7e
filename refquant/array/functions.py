"""NumPy's functions that move elements, applied to the codes; every other one is refused, and nothing becomes floats unasked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refquant.array.calculating import compared
from refquant.array.held import Held
from refquant.array.mixing import are_numbers, exact_codes
from refquant.errors import InputTypeError, InputValueError, OutputError, UnsupportedOperationError
from refquant.formats import Format

#: Functions that give elements of their operands in another place or shape.
MOVING = frozenset({
    np.broadcast_to, np.concatenate, np.copy, np.expand_dims, np.flip, np.hstack, np.moveaxis, np.ravel, np.repeat,
    np.reshape, np.roll, np.split, np.squeeze, np.stack, np.swapaxes, np.take, np.tile, np.transpose, np.vstack,
})  # fmt: skip
#: Functions that look at no element.
ABOUT: dict[Any, Callable[[Held], Any]] = {np.shape: lambda a: a.shape, np.ndim: lambda a: a.ndim, np.size: lambda a: a.size}
SUPPORTED = tuple(sorted(f.__name__ for f in (*MOVING, *ABOUT, np.array_equal, np.where)))


def called(function: Any, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """Return what a function of NumPy gives for Arrays. See refquant.array.Array."""
    name = f"numpy.{getattr(function, '__name__', function)}"
    if function is np.array_equal and not named:
        return _equal(*given)
    if function is np.where and len(given) == 3 and not named:
        return _chosen(*given)
    if function in ABOUT and len(given) == 1 and not named:
        return ABOUT[function](given[0])
    if function not in MOVING:
        raise UnsupportedOperationError(
            f"{name}: not an operation of an Array; of functions that are no ufuncs there are {', '.join(SUPPORTED)}; .codes and .values are NumPy's own arrays"
        )
    return _moved(function, name, given, named)


def _moved(function: Any, name: str, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """Return what a function makes of the codes of its first argument. Indices, counts and axes are no Arrays."""
    out = named.get("out")
    others = {k: v for k, v in named.items() if k != "out"}
    if not (given and _arrays_in(given[0])) or _arrays_in((given[1:], list(others.values()))):
        raise InputTypeError(f"{name}: the Array is the first argument, or is in a list there; indices, counts and axes are none")
    if out is not None and not isinstance(out, Held):
        raise OutputError(f"out: expected an Array, which codes go into; got {type(out).__name__}")
    fmt, kind = _one_format(name, _arrays_in((given[0], out))), type(_arrays_in(given[0])[0])
    found = function(_codes_of(given[0], name), *given[1:], **others, **({} if out is None else {"out": out._codes}))
    parts = found if isinstance(found, (list, tuple)) else [found]
    if any(part.dtype != fmt.code_dtype for part in parts):
        raise InputTypeError(f"{name}: would make codes of {fmt.name} an array of {parts[0].dtype}; leave dtype= out")
    return out if out is not None else [kind._of(part, fmt) for part in parts] if parts is found else kind._of(found, fmt)


def _equal(a: Any, b: Any) -> bool:
    if not all(isinstance(x, Held) or are_numbers(x, "numpy.array_equal") for x in (a, b)):
        raise InputTypeError(f"numpy.array_equal: expected Arrays or numbers, got {type(a).__name__} and {type(b).__name__}")
    return np.shape(a) == np.shape(b) and bool(np.all(compared("eq", a, b)))


def _chosen(condition: Any, a: Any, b: Any) -> Held:
    """Return elements of one where a condition holds, of the other elsewhere; numbers are values of the format."""
    arrays = _arrays_in((condition, a, b))
    if isinstance(condition, Held) or not all(isinstance(x, Held) or are_numbers(x, "numpy.where") for x in (a, b)):
        raise InputTypeError("numpy.where: expected booleans, and Arrays or numbers to choose from")
    fmt = _one_format("numpy.where", arrays)
    return type(arrays[0])._of(np.where(condition, *(x._codes if isinstance(x, Held) else exact_codes(x, fmt, "numpy.where") for x in (a, b))), fmt)


def _arrays_in(x: Any) -> list[Held]:
    if isinstance(x, Held):
        return [x]
    return [found for part in x for found in _arrays_in(part)] if isinstance(x, (list, tuple)) else []


def _one_format(name: str, arrays: list[Held]) -> Format:
    formats = {a.fmt for a in arrays}
    if len(formats) > 1:
        raise InputValueError(f"{name}: Arrays of {' and '.join(sorted(f.name for f in formats))} cannot lie in one; use .convert(fmt)")
    return formats.pop()


def _codes_of(x: Any, name: str) -> Any:
    """Return codes in the place of Arrays; refuse whatever lies beside them."""
    if isinstance(x, Held):
        return x._codes
    if not isinstance(x, (list, tuple)):
        raise InputTypeError(f"{name}: {type(x).__name__} beside an Array; give Array(x, fmt) for codes, Array.from_values(x, fmt) for values")
    return [_codes_of(part, name) for part in x]
