"""Texts of numbers as codes of a format: hex integers are codes, all else are values that must be exactly values of the format."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

import refquant
from refquant.cli.numbers import CodeNumber, Number, read_number
from refquant.errors import RefquantError
from refquant.formats import Format, get_format
from refquant.golden.cases import TRUNCATED
from refquant.golden.sources import WIDE_INTEGERS, code_dtype_of, width_of
from refquant.verify.targets.results import result_codes

_CODE = re.compile(r"0[xX][0-9a-fA-F]+")


def is_number(text: str) -> bool:
    """Return whether a text is a code or a number."""
    try:
        return bool(_CODE.fullmatch(text)) or read_number(text) is not None
    except RefquantError:
        return False


def codes_of(texts: list[str], fmt: str | Format, where: list[str]) -> NDArray[Any]:
    """Return the codes of texts; an error says where the text is."""
    distinct = list(dict.fromkeys(texts))
    found = _codes(distinct, fmt)
    wrong = {text: code for text, code in found.items() if not isinstance(code, int)}
    if wrong:
        i = next(i for i, text in enumerate(texts) if text in wrong)
        raise click.UsageError(f"{where[i]}: {texts[i]!r} {wrong[texts[i]]}")
    return np.array([found[text] for text in texts], code_dtype_of(fmt))


def _codes(texts: list[str], fmt: str | Format) -> dict[str, int | str]:
    """Return for each text its code, or what is wrong with it."""
    name = fmt if isinstance(fmt, str) else fmt.name
    found: dict[str, int | str] = {text: _read(text, fmt, name) for text in texts if _CODE.fullmatch(text)}
    numbers: dict[str, Number] = {}
    for text in texts:
        if text in found:
            continue
        try:
            number = read_number(text)
        except RefquantError:
            found[text] = "is no number: expected a code such as 0x7e, or a value such as 0.5, 0x1.8p-3, inf or nan"
            continue
        if isinstance(number, CodeNumber):
            found[text] = _read(hex(number.code), fmt, name)
        else:
            numbers[text] = number
    found.update(_of_numbers(numbers, fmt, name))
    return found


def _read(text: str, fmt: str | Format, name: str) -> int | str:
    code = int(text, 16)
    return f"is no code of {name}: it has {width_of(fmt)} bits" if code >> width_of(fmt) else code


def _of_numbers(numbers: dict[str, Number], fmt: str | Format, name: str) -> dict[str, int | str]:
    reason = f"is no value of {name}; give the code (hex), or the exact value as decimal or hex float (0x1.8p-3)"
    finite = {t: n for t, n in numbers.items() if isinstance(n, Fraction)}
    special = {t: n for t, n in numbers.items() if not isinstance(n, Fraction)}
    codes = {**_of_fractions(finite, fmt), **_of_specials(special, fmt)}
    return {text: reason if code is None else code for text, code in codes.items()}


def _of_fractions(numbers: dict[str, Fraction], fmt: str | Format) -> dict[str, int | None]:
    if isinstance(fmt, str) and fmt in WIDE_INTEGERS:
        low, high = (-(1 << 63), 1 << 63) if fmt == "int64" else (0, 1 << 64)
        return {t: int(n) & ((1 << 64) - 1) if n.denominator == 1 and low <= n < high else None for t, n in numbers.items()}
    if not numbers:
        return {}
    values = np.empty(len(numbers), object)
    values[:] = list(numbers.values())
    codes = refquant.encode(values, fmt, dialect=TRUNCATED)
    exact = refquant.decode(codes, fmt, dtype=object)
    return {text: int(code) if back == value else None for (text, value), code, back in zip(numbers.items(), codes, exact, strict=True)}


def _of_specials(numbers: dict[str, float], fmt: str | Format) -> dict[str, int | None]:
    if isinstance(fmt, str) and fmt in WIDE_INTEGERS:
        return {text: 0 if number == 0 else None for text, number in numbers.items()}
    goal = get_format(fmt)
    if goal.width == 64:
        return {text: int(np.float64(number).view(np.uint64)) for text, number in numbers.items()}
    codes = result_codes(np.array(list(numbers.values()), np.float64), goal, "value")
    return {text: None if int(code) >> goal.width else int(code) for text, code in zip(numbers, codes, strict=True)}
