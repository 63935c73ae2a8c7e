"""Text of an Array: values, or codes in hex; long ones summarised as NumPy does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.codec import decode
from refquant.errors import InputValueError, RangeExceededError
from refquant.formats import Format
from refquant.parts import decode_parts


def written(codes: NDArray[Any], fmt: Format, spec: str) -> str:
    """Return what ``format(array, spec)`` gives: codes for x, X and b (with # before it their prefix), values for every other one."""
    if spec.removeprefix("#") in ("x", "X", "b"):
        return _laid_out(codes, _digits(fmt, spec), ", ")
    _check(spec)
    try:
        values = decode(codes, fmt)
    except RangeExceededError as error:
        if spec:
            raise InputValueError(f"format_spec: {spec!r} is for floats, and {error}") from None
        return _laid_out(codes, lambda code: _exactly(code, fmt), " ")
    return _laid_out(values, (lambda v: format(float(v), spec)) if spec else str if not values.ndim else None, " ")


def in_full(codes: NDArray[Any], fmt: Format, name: str) -> str:
    """Return what evaluates to the Array again, where it is not summarised and the format is found by its name."""
    text = _laid_out(codes, _digits(fmt, "#x"), ", ", f"{name}(")
    if codes.size == 0:
        return f"{name}([], {fmt.name!r})" + ("" if codes.shape == (0,) else f".reshape{codes.shape}")
    return f"{name}({text}, {fmt.name!r})"


def _digits(fmt: Format, spec: str) -> Callable[[Any], str]:
    """Return how a code is written: with all its digits."""
    kind, mark = spec[-1], f"0{spec[-1]}" if len(spec) > 1 else ""
    count = fmt.width if kind == "b" else -(-fmt.width // 4)
    return lambda code: f"{mark}{int(code):0{count}{kind}}"


def _laid_out(elements: NDArray[Any], write: Callable[[Any], str] | None, separator: str, before: str = "") -> str:
    if write is not None and elements.ndim == 0:
        return write(elements[()])
    how: Any = None if write is None else {"all": write}
    return np.array2string(elements, formatter=how, separator=separator, prefix=before, floatmode="unique")


def _check(spec: str) -> None:
    try:
        format(0.0, spec)
    except ValueError as error:
        raise InputValueError(f"format_spec: expected x, X or b, with # before it or not, or what a float takes; got {spec!r}: {error}") from None


def _exactly(code: Any, fmt: Format) -> str:
    """Return a value that float64 does not hold: significand and power of two."""
    negative, significand, exponent, kind = (part.item() for part in decode_parts(code, fmt))
    number = f"{significand}*2**{exponent}" if significand else "0"
    sign = "-" if negative and kind < 2 else ""
    return f"{sign}{(number, 'inf', 'nan', 'nan')[kind]}"
