"""Numbers as people type them, read exactly: 0.1 is one tenth."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from refquant.errors import InputValueError

Number = Fraction | float  #: a float is Inf, NaN or -0.0

_DECIMAL = re.compile(r"([+-]?)(\d+\.?\d*|\.\d+)(?:e([+-]?\d+))?", re.IGNORECASE)
_HEX = re.compile(r"([+-]?)0x([0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(?:p([+-]?\d+))?", re.IGNORECASE)
_SPECIAL = {"inf": float("inf"), "infinity": float("inf"), "nan": float("nan")}
_LIMIT = 100_000  #: of an exponent and of the number of digits: beyond every format, and still quick


@dataclass(frozen=True)
class CodeNumber:
    """A code point, whatever the format."""

    code: int


def read_number(text: str) -> Number | CodeNumber:
    """Return the number that a text stands for, exactly.

    Parameters
    ----------
    text : str
        A decimal (``0.1``, ``-3e-5``), a hex float (``0x1.8p-3``), a quotient of two of these (``1/3``), ``inf``, ``nan``, or a code (``code:0x7e``).

    Returns
    -------
    Fraction, float or CodeNumber
        A float for Inf, NaN and -0 alone.

    Raises
    ------
    InputValueError
        If the text is no number.

    Examples
    --------
    >>> from refquant.cli.numbers import read_number
    >>> read_number("0.1"), read_number("0x1.8p-3"), read_number("code:0x7e")
    (Fraction(1, 10), Fraction(3, 16), CodeNumber(code=126))
    """
    stripped = text.strip()
    if stripped.lower().startswith("code:"):
        return _code(stripped[5:], text)
    sign, name = (-1, stripped[1:]) if stripped.startswith("-") else (1, stripped.removeprefix("+"))
    if name.lower() in _SPECIAL:
        return math.copysign(_SPECIAL[name.lower()], sign)
    numerator, slash, denominator = stripped.partition("/")
    top = _rational(numerator, text)
    bottom = _rational(denominator, text) if slash else Fraction(1)
    if not bottom:
        raise InputValueError(f"value: {text!r} divides by zero")
    return -0.0 if not top and sign < 0 and not slash else top / bottom


def _code(text: str, whole: str) -> CodeNumber:
    try:
        code = int(text, 0)
    except ValueError:
        code = -1
    if code < 0:
        raise InputValueError(f"value: expected code: and an unsigned integer such as 0x7e, 0b101 or 126, got {whole!r}")
    return CodeNumber(code)


def _rational(text: str, whole: str) -> Fraction:
    body = text.strip()
    found, base = (_HEX.fullmatch(body), 16) if "x" in body.lower() else (_DECIMAL.fullmatch(body), 10)
    if found is None:
        raise InputValueError(f"value: expected 0.1, 0x1.8p-3, 1/3, inf, nan or code:0x7e, got {whole!r}")
    sign, digits, exponent = found[1], found[2], int(found[3] or 0) if len(found[3] or "") < 10 else _LIMIT + 1
    if abs(exponent) > _LIMIT or len(digits) > 4000:
        raise InputValueError(f"value: {whole[:40]!r} has more digits or a larger exponent than can be read")
    integer, _, places = digits.partition(".")
    scale = Fraction(base) ** -len(places) * Fraction(2 if base == 16 else 10) ** exponent
    return (-1 if sign == "-" else 1) * int(integer + places, base) * scale
