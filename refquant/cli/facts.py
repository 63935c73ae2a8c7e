"""Everything that `refquant show` says of one number in one format."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from refquant.cli.numbers import CodeNumber, Number
from refquant.codec import encode
from refquant.errors import CodeRangeError, EncodeError, PolicyError, RandomBitsError
from refquant.formats import FloatFormat, Format, IntEncoding
from refquant.golden.text import Value, value_of
from refquant.policies import Flags
from refquant.rationals import floor_log2

Neighbour = tuple[int, Value] | None


@dataclass(frozen=True)
class Facts:
    """One number in one format.

    Parameters
    ----------
    fmt : Format
        The format.
    refusal : str
        Why the number has no code; the other fields then say nothing.
    code : int
        Its code.
    value : Fraction or float
        The value of the code.
    below, above : (code, value) or None
        The neighbours by value.
    error, ulp : Fraction or None
        value - x, and the quantum of x in the format (RQ-4.2), where both are finite.
    flags : str
        The exception flags that the conversion raised.
    """

    fmt: Format
    refusal: str = ""
    code: int = 0
    value: Value = field(default_factory=Fraction)
    below: Neighbour = None
    above: Neighbour = None
    error: Fraction | None = None
    ulp: Fraction | None = None
    flags: str = ""


def facts_of(number: Number | CodeNumber, fmt: Format, **choices: Any) -> Facts:
    """Return the facts of a number (or of a code) in a format; `choices` are the arguments of `refquant.encode`."""
    try:
        code, flags = _coded(number, fmt, choices)
    except (EncodeError, PolicyError, CodeRangeError, RandomBitsError) as refused:
        return Facts(fmt, refusal=str(refused))
    value = value_of(code, fmt.name)
    exact = value if isinstance(number, CodeNumber) else number
    finite = _finite(exact) and _finite(value)
    distance = Fraction(value) - Fraction(exact) if finite else None
    ulp = quantum(abs(Fraction(exact)), fmt) if finite else None
    return Facts(fmt, "", code, value, neighbour(value, fmt, up=False), neighbour(value, fmt, up=True), distance, ulp, flags)


def _coded(number: Any, fmt: Format, choices: dict[str, Any]) -> tuple[int, str]:
    if isinstance(number, CodeNumber):
        if number.code >> fmt.width:
            raise CodeRangeError(f"{number.code:#x} is no code of {fmt.name}, which has {fmt.width} bits")
        return number.code, ""
    result = encode(number, fmt, return_flags=True, **choices)
    raised = Flags(int(result.flags))
    return int(result.codes), "" if not raised else str(raised).removeprefix("Flags.").replace("|", ", ").lower()


def _finite(value: Value) -> bool:
    return isinstance(value, Fraction) or value == 0


def quantum(magnitude: Fraction, fmt: Format) -> Fraction:
    """Return the distance of the neighbours about a magnitude: 2**q of RQ-4.2."""
    grid = fmt.grid
    growth = max(floor_log2(magnitude) - (grid.min_quantum + grid.precision - 1), 0) if magnitude else 0
    return Fraction(2) ** (grid.min_quantum + (growth if isinstance(fmt, FloatFormat) else 0))


def neighbour(value: Value, fmt: Format, *, up: bool) -> Neighbour:
    """Return the (code, value) next above or below a value; None where there is none."""
    if value != value:
        return None
    side = 1 if up else -1
    if value in (float("inf"), -float("inf")):
        code = fmt.code_of_bound(value < 0) if side * value < 0 else None
    elif value == (fmt.max_finite if up else fmt.lowest_finite):
        code = _infinity(fmt, negative=not up)
    else:
        beside: Any = Fraction(value) + side * fmt.min_subnormal / 4  # less than the distance of any two values
        code = int(encode(beside, fmt, rounding="toward_positive" if up else "toward_negative"))
    return None if code is None else (code, value_of(code, fmt.name))


def _infinity(fmt: Format, *, negative: bool) -> int | None:
    code = fmt.code_of_infinity
    if code is None or (negative and not fmt.signed):
        return None
    return code | (fmt.grid.negative_base if negative else 0)


def fields_of(code: int, fmt: Format) -> list[tuple[str, str]]:
    """Return (name, bits) of the fields of a code, most significant first; fields without bits are left out."""
    bits = f"{code:0{fmt.width}b}"
    if isinstance(fmt, FloatFormat):
        s, w = int(fmt.signed), fmt.exponent_width
        parts = [("sign", bits[:s]), ("exponent", bits[s : s + w]), ("significand", bits[s + w :])]
    elif fmt.encoding is IntEncoding.SIGN_MAGNITUDE:
        parts = [("sign", bits[:1]), ("integer", bits[1:])]
    else:
        parts = [("integer", bits)]
    return [(name, text) for name, text in parts if text]
