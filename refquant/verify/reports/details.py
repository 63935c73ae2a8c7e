"""A witness in detail: the fields of its codes, its exact values, and what is between what was given and what is right."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from refquant.formats import FloatFormat, Format, get_format
from refquant.golden.code_text import apart
from refquant.golden.distance import NAN_DISTANCE, distance_of
from refquant.golden.sources import WIDE_INTEGERS, width_of
from refquant.golden.text import special_text, value_of
from refquant.verify.comparison import Witness
from refquant.verify.target import Claim

_SHORT = 24  #: characters of a decimal


def witness_record(claim: Claim, kind: str, witness: Witness) -> dict[str, Any]:
    """Return a witness of one class of mismatches as plain types.

    Examples
    --------
    >>> from refquant.verify import Claim, Witness
    >>> from refquant.verify.reports.details import witness_record
    >>> claim = Claim("encode", "float32", "float8_e4m3fn")
    >>> record = witness_record(claim, "tie", Witness("0x3f880000", "0x1.1p+0", "0x39", "0x1.2p+0", "0x38", "0x1p+0"))
    >>> record["fields"]["got"], record["exact"]["got"], record["ulp"]
    ({'sign': '0x0', 'exponent': '0x7', 'significand': '0x1'}, '1.125', 1)
    """
    sources = claim.sources_of_a_case
    target = None if kind in ("flags", "unknown") else claim.target  # those are no codes of it
    ends = {"input": (witness.input, sources), "got": (witness.got, (target,)), "expected": (witness.expected, (target,))}
    fields = {name: _each(_fields, text, formats) for name, (text, formats) in ends.items()}
    exact = {name: _each(_exact, text, formats) for name, (text, formats) in ends.items()}
    return {**witness._asdict(), "fields": fields, "exact": exact, **_distance(witness, target)}


def _each(found: Any, text: str, formats: tuple[Any, ...]) -> Any:
    """Return what there is to say of the codes in a text, one for each format; a list where there are several."""
    said = [found(code, fmt) for code, fmt in zip(text.split(", "), formats)]
    return said[0] if len(formats) == 1 else said


def _code(text: str, name: str | Format | None) -> int | None:
    """Return the code that a text is, None where it is none of the format."""
    if name is None or not text.startswith("0x") or not set(text[2:]) <= set("0123456789abcdef"):
        return None
    code = int(text, 16)
    return None if code >> width_of(name) else code


def _fields(text: str, name: str | Format | None) -> dict[str, str] | None:
    code = _code(text, name)
    if code is None or name in WIDE_INTEGERS or not isinstance(fmt := get_format(name), FloatFormat):  # type: ignore[arg-type]
        return None
    found, rest = {}, code
    for field, width in (("significand", fmt.precision - 1), ("exponent", fmt.exponent_width), ("sign", int(fmt.signed))):
        found[field] = f"0x{rest & (1 << width) - 1:0{-(-width // 4)}x}" if width else ""
        rest >>= width
    return dict(reversed(found.items()))


def _exact(text: str, name: str | Format | None) -> str | None:
    code = _code(text, name)
    return None if code is None else exact_text(code, name)  # type: ignore[arg-type]


def exact_text(code: int, name: str | Format) -> str:
    """Return the exact value of a code: a decimal where that is short, else an integer times a power of two.

    Examples
    --------
    >>> from refquant.verify.reports.details import exact_text
    >>> exact_text(0x39, "float8_e4m3fn"), exact_text(1, "float32"), exact_text(0xFF, "float8_e4m3fn")
    ('1.125', '1·2^-149', '-nan')
    """
    value = value_of(code, name)
    if isinstance(value, float):
        return special_text(value)
    return _decimal(value) or _scaled(value)


def _decimal(value: Fraction) -> str:
    """Return a dyadic rational as a decimal, or nothing where that is long."""
    places = value.denominator.bit_length() - 1
    if places > _SHORT or abs(value) >= 10**_SHORT:
        return ""
    digits = f"{abs(value.numerator) * 5**places:0{places + 1}d}"
    text = f"{digits[: len(digits) - places]}.{digits[len(digits) - places :]}" if places else digits
    return f"{'-' if value < 0 else ''}{text}" if len(text) <= _SHORT else ""


def _scaled(value: Fraction) -> str:
    exponent = 1 - value.denominator.bit_length()
    significand = value.numerator
    zeros = (significand & -significand).bit_length() - 1 if not exponent else 0
    return f"{significand >> zeros}·2^{exponent + zeros}"


def _distance(witness: Witness, target: str | Format | None) -> dict[str, Any]:
    if target is None:
        return {"ulp": None, "apart": ""}
    got, right, fmt = _code(witness.got, target), _code(witness.expected, target), get_format(target)
    if got is None or right is None:
        return {"ulp": None, "apart": "no code"}
    distance = int(distance_of(np.array([got], fmt.code_dtype), np.array([right], fmt.code_dtype), fmt)[0])
    return {"ulp": None if distance == NAN_DISTANCE else distance, "apart": apart(got, right, fmt)}
