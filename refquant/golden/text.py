"""Exact values as text: hex floats, decimals, fractions."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

from refquant.formats import Format
from refquant.golden.sources import code_dtype_of, parts_of, width_of

Value = Fraction | float  #: a float is Inf, NaN or -0.0


def hex_of_parts(negative: bool, significand: int, exponent: int) -> str:
    """Return ``(-1)**negative * significand * 2**exponent`` exactly as a hex float.

    Examples
    --------
    >>> from refquant.golden.text import hex_of_parts
    >>> hex_of_parts(True, 13, -7)
    '-0x1.ap-4'
    """
    sign = "-" if negative else ""
    if not significand:
        return f"{sign}0x0p+0"
    digits = significand.bit_length() - 1
    padding = -digits % 4
    tail = f"{(significand ^ (1 << digits)) << padding:0{(digits + padding) // 4}x}".rstrip("0") if digits else ""
    return f"{sign}0x1{'.' if tail else ''}{tail}p{exponent + digits:+d}"


def hex_float(value: Fraction) -> str | None:
    """Return a dyadic rational exactly as a hex float, None where it is none.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from refquant.golden.text import hex_float
    >>> hex_float(Fraction(-13, 128)), hex_float(Fraction(448)), hex_float(Fraction(1, 3))
    ('-0x1.ap-4', '0x1.cp+8', None)
    """
    denominator = value.denominator
    if denominator & (denominator - 1):
        return None
    return hex_of_parts(value < 0, abs(value.numerator), 1 - denominator.bit_length())


def plain_text(text: str) -> str:
    """Return text that may stand in a comment of any language: ASCII, in one line.

    Examples
    --------
    >>> from refquant.golden.text import plain_text
    >>> plain_text("my\\nformat")
    'my?format'
    """
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in text)


def value_of(code: int, name: str | Format) -> Value:
    """Return the exact value of one code: a Fraction, or a float for Inf, NaN and -0."""
    parts = parts_of(np.array([code], code_dtype_of(name)), name)
    negative, significand, exponent, kind = (int(p[0]) for p in parts)
    sign = -1 if negative else 1
    if kind or (negative and not significand):
        return math.copysign({0: 0.0, 1: math.inf}.get(kind, math.nan), sign)
    return sign * significand * Fraction(2) ** exponent


def hex_value(code: int, name: str | Format) -> str:
    """Return the value of a code as a hex float (integers as integers), or ``inf``, ``nan``, ``-0``."""
    if code >> width_of(name):
        return f"no value of {name if isinstance(name, str) else name.name}"
    value = value_of(code, name)
    if isinstance(value, float):
        return special_text(value)
    whole = value.denominator == 1 and abs(value) <= 1 << 64
    return str(value) if whole else str(hex_float(value))


def special_text(value: float) -> str:
    """Return ``inf``, ``-inf``, ``nan``, ``-nan`` or ``-0``."""
    name = "nan" if value != value else "inf" if value in (float("inf"), -float("inf")) else "0"
    return ("-" if np.signbit(value) else "") + name


def hex_code(code: Any, name: str | Format) -> str:
    """Return a code in hex, with the digits of its width.

    Examples
    --------
    >>> from refquant.golden.text import hex_code
    >>> hex_code(7, "float8_e4m3fn"), hex_code(1, "float4_e2m1fn")
    ('0x07', '0x1')
    """
    return f"0x{int(code):0{(width_of(name) + 3) // 4}x}"
