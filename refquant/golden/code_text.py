"""Codes as text: the fields of their bits, their values, and what is between two of them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from refquant.formats import FloatFormat, Format
from refquant.golden.distance import NAN_DISTANCE, distance_of
from refquant.golden.text import hex_value, value_of

_SHORT = 12  #: characters of a decimal that stands beside the hex float


def bit_fields(code: int, fmt: Format) -> str:
    """Return the bits of a code, ``sign | exponent | significand``; those of an integer format in one field.

    Examples
    --------
    >>> import refquant as rq
    >>> from refquant.golden.code_text import bit_fields
    >>> bit_fields(0x39, rq.get_format("float8_e4m3fn")), bit_fields(0x39, rq.get_format("int8"))
    ('0 | 0111 | 001', '00111001')
    """
    widths = [int(fmt.signed), fmt.exponent_width, fmt.precision - 1] if isinstance(fmt, FloatFormat) else [fmt.width]
    bits, fields = f"{code:0{fmt.width}b}", []
    for width in filter(None, widths):
        fields.append(bits[:width])
        bits = bits[width:]
    return " | ".join(fields)


def wrong_bits(got: int, expected: int, fmt: Format) -> str:
    """Return marks to be put below the fields: ``^`` where bits differ."""
    pairs = zip(bit_fields(got, fmt), bit_fields(expected, fmt), strict=True)
    return "".join("^" if a != b else " " for a, b in pairs).rstrip()


def value_text(code: int, name: str | Format) -> str:
    """Return the value of a code as a hex float, and as a decimal where that is exact and short.

    Examples
    --------
    >>> from refquant.golden.code_text import value_text
    >>> value_text(0x39, "float8_e4m3fn"), value_text(0x7F, "float8_e4m3fn"), value_text(0x85, "int8")
    ('0x1.2p+0 = 1.125', 'nan', '-123')
    """
    text = hex_value(code, name)
    value = value_of(code, name)
    decimal = _decimal(value) if isinstance(value, Fraction) and "0x" in text else ""
    return f"{text} = {decimal}" if decimal else text


def _decimal(value: Fraction) -> str:
    try:
        text = repr(float(value))
    except OverflowError:
        return ""
    return text if len(text) <= _SHORT and Fraction(text) == value else ""


def apart(got: int, expected: int, fmt: Format) -> str:
    """Return what is between two codes of a format: ulps, a NaN, or the sign of a zero.

    Examples
    --------
    >>> import refquant as rq
    >>> from refquant.golden.code_text import apart
    >>> e4m3 = rq.get_format("float8_e4m3fn")
    >>> apart(0x39, 0x38, e4m3), apart(0x7F, 0x7E, e4m3), apart(0xFF, 0x7F, e4m3), apart(0x80, 0, e4m3)
    ('1 ulp', 'a NaN for a number', 'another NaN', 'another zero')
    """
    if got >> fmt.width:
        return "no code"
    distance = int(distance_of(np.array([got], fmt.code_dtype), np.array([expected], fmt.code_dtype), fmt)[0])
    if distance == NAN_DISTANCE:
        return "a NaN for a number" if hex_value(got, fmt).endswith("nan") else "a number for a NaN"
    return f"{distance:,} ulp" if distance else "another NaN" if hex_value(got, fmt).endswith("nan") else "another zero"


def in_columns(rows: list[list[Any]], *, indent: str = "") -> str:
    """Return rows of texts as aligned columns; a row may be shorter than others."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in cells if i < len(row)) for i in range(max(map(len, cells)))]
    return "\n".join((indent + "  ".join(cell.ljust(width) for cell, width in zip(row, widths))).rstrip() for row in cells)
