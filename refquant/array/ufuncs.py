"""NumPy's ufuncs: those that are a function of `refquant.arithmetic`; every other one is refused."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from refquant.arithmetic import classify
from refquant.array.calculating import calculated, compared
from refquant.array.held import Held
from refquant.errors import OutputError, UnsupportedOperationError
from refquant.execution import checked_out
from refquant.parts import decode_parts

_DOWN, _UP, _CUT, _EVEN = ({"rounding": mode} for mode in ("toward_negative", "toward_positive", "toward_zero", "ties_to_even"))
#: What gives codes: the function, and the arguments that make it this ufunc.
CODES: dict[np.ufunc, tuple[str, dict[str, Any]]] = {
    np.add: ("add", {}), np.subtract: ("sub", {}), np.multiply: ("mul", {}), np.divide: ("div", {}), np.fmod: ("fmod", {}), np.sqrt: ("sqrt", {}),
    np.reciprocal: ("recip", {}), np.negative: ("neg", {}), np.absolute: ("abs", {}), np.fabs: ("abs", {}), np.copysign: ("copy_sign", {}),
    np.minimum: ("minimum", {}), np.maximum: ("maximum", {}), np.fmin: ("minimum_number", {}), np.fmax: ("maximum_number", {}),
    np.nextafter: ("next_after", {}), np.rint: ("round_to_integral", _EVEN), np.floor: ("round_to_integral", _DOWN),
    np.ceil: ("round_to_integral", _UP), np.trunc: ("round_to_integral", _CUT),
}  # fmt: skip
#: What compares: the predicate, whether any NaN signals, whether the operands change places, whether the truth does.
TRUTHS: dict[np.ufunc, tuple[str, bool, bool, bool]] = {
    np.equal: ("eq", False, False, False), np.not_equal: ("eq", False, False, True), np.less: ("lt", True, False, False),
    np.less_equal: ("le", True, False, False), np.greater: ("lt", True, True, False), np.greater_equal: ("le", True, True, False),
}  # fmt: skip
#: What asks for the class of each element (RQ-7.26).
CLASSES: dict[np.ufunc, tuple[int, ...]] = {np.isnan: (0, 1), np.isinf: (2, 9), np.isfinite: (3, 4, 5, 6, 7, 8)}
OTHERS = (np.signbit, np.ldexp)
SUPPORTED = tuple(sorted(f.__name__ for f in (*CODES, *TRUTHS, *CLASSES, *OTHERS)))
_INSTEAD = {
    "remainder": "its result has the sign of the divisor, as that of no operation here; use numpy.fmod, or .compute('rem', b)",
    "floor_divide": "divide, then np.floor",
    "power": "multiply, as often and in the order that you mean",
    "square": "a * a",
    "matmul": "the order of the additions decides the bits: .compute('fma', b, c) in yours",
}
_METHODS = {
    **dict.fromkeys(("reduce", "accumulate", "reduceat"), "the order of the operations decides the bits; go through the elements in yours"),
    "outer": "broadcast: a[:, None] beside b",
    "at": "write a[i] = ... element by element",
}


def applied(ufunc: np.ufunc, method: str, given: tuple[Any, ...], arguments: dict[str, Any]) -> Any:
    """Return what a ufunc gives for operands of which one is an Array, or NotImplemented. See refquant.array.Array."""
    name = f"numpy.{ufunc.__name__}"
    if method != "__call__":
        _refuse(f"{name}.{method}: {_METHODS.get(method, 'no method of an Array')}")
    if not (ufunc in CODES or ufunc in TRUTHS or ufunc in CLASSES or ufunc in OTHERS):
        why = _INSTEAD.get(ufunc.__name__, "not an operation of an Array")
        _refuse(f"{name}: {why}; there are {', '.join(SUPPORTED)}; .compute(name) has more, and .values are floats")
    out = _out_of(name, arguments)
    if not any(isinstance(x, Held) for x in given):
        _refuse(f"{name}: out= is an Array and no operand is one; give Array(x, fmt) or Array.from_values(x, fmt)")
    return _codes(ufunc, given, out) if ufunc in CODES or ufunc is np.ldexp else _truth(ufunc, given, out)


def _out_of(name: str, arguments: dict[str, Any]) -> Any:
    """Return `out`, or None; refuse every other argument."""
    left = {k: v for k, v in arguments.items() if not (k == "out" or (k == "where" and v is True))}
    if left:
        _refuse(f"{name}: {', '.join(left)}: no such argument for an Array; out= is there")
    return (arguments.get("out") or (None,))[0]


def _codes(ufunc: np.ufunc, given: tuple[Any, ...], out: Any) -> Any:
    """Return an Array, or fill `out`, whose format is that of the result."""
    if out is not None and not isinstance(out, Held):
        raise OutputError(f"out: expected an Array, which the codes of numpy.{ufunc.__name__} go into; got {type(out).__name__}")
    result = None if out is None else out.fmt
    if ufunc is np.ldexp:
        found = _scaled(given, result)
    else:
        operation, choices = CODES[ufunc]
        found = calculated(operation, given, result=result, **choices)
    if out is None or found is NotImplemented:
        return found
    if out.shape != found.shape:
        raise OutputError(f"out: expected shape {found.shape}, got {out.shape}")
    out._write(..., found.codes)
    return out


def _scaled(given: tuple[Any, ...], result: Any) -> Any:
    """Return ``a * 2**n``, n being integers."""
    a, n = given
    if not isinstance(a, Held) or isinstance(n, Held):
        _refuse("numpy.ldexp: the Array is the first operand, and the second integers")
    return calculated("scale_b", (a,), integers=(n,), result=result)


def _truth(ufunc: np.ufunc, given: tuple[Any, ...], out: Any) -> Any:
    """Return booleans, or fill `out` with them."""
    if ufunc in TRUTHS:
        predicate, signaling, exchanged, negated = TRUTHS[ufunc]
        found = compared(predicate, *(given[::-1] if exchanged else given), signaling=signaling)
        found = ~found if negated and found is not NotImplemented else found
    else:
        found = _asked(ufunc, given[0])
    if out is None or found is NotImplemented:
        return found
    checked_out(out, np.dtype(np.bool_), np.shape(found))[...] = found
    return out


def _asked(ufunc: np.ufunc, a: Held) -> Any:
    if ufunc is np.signbit:
        return decode_parts(a.codes, a.fmt).sign[()]
    return np.isin(classify(a.codes, a.fmt), CLASSES[ufunc])[()]


def _refuse(message: str) -> NoReturn:
    raise UnsupportedOperationError(message)
