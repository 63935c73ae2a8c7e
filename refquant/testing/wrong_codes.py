"""The report of wrong codes: the ones that a reader should look at first, bit under bit, and a table of more."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.errors import CodesDifferError
from refquant.formats import Format
from refquant.golden.sources import parts_of
from refquant.golden.text import hex_code
from refquant.testing.code_text import apart, bit_fields, in_columns, value_text, wrong_bits
from refquant.testing.distance import ulp_distance


class WrongCode(NamedTuple):
    """One code that is not what is right."""

    label: str  #: what it is shown for: ``first``, ``smallest``, a class
    got: int
    expected: int
    where: str = ""  #: its index, where that means something
    given: tuple[str, str] | None = None  #: code and value of the input
    got_value: str = ""  #: where the implementation gave a value that is none of the format


def codes_differ(summary: str, shown: list[WrongCode], listed: list[WrongCode], fmt: Format) -> CodesDifferError:
    """Return the exception: a summary, some wrong codes bit under bit, and beside the message a table of more."""
    error = CodesDifferError("\n".join([summary, *(block(wrong, fmt) for wrong in shown)]))
    error.wrong_bits = table(listed, fmt)
    return error


def block(wrong: WrongCode, fmt: Format) -> str:
    """Return a wrong code below its input and above the right one, and marks below the bits that differ."""
    is_code = not wrong.got >> fmt.width
    got = [_got_code(wrong, fmt), bit_fields(wrong.got, fmt) if is_code else "", _got_value(wrong, fmt)]
    rows = [["input", wrong.given[0], "", wrong.given[1]]] if wrong.given else []
    rows += [["got", *got], ["expected", hex_code(wrong.expected, fmt), bit_fields(wrong.expected, fmt), value_text(wrong.expected, fmt)]]
    rows += [["", "", wrong_bits(wrong.got, wrong.expected, fmt)]] if is_code else []
    at = f" at index {wrong.where}" if wrong.where else ""
    return f"{wrong.label}{at}: {_apart(wrong, fmt)}\n{in_columns(rows, indent='  ')}"


def table(listed: list[WrongCode], fmt: Format) -> str:
    """Return wrong codes as a table, a line for each."""
    where, given = any(w.where for w in listed), any(w.given for w in listed)
    head = ["", *(["index"] if where else []), *(["input", ""] if given else []), "got", "", "expected", "", "apart"]
    return in_columns([head, *(_row(w, fmt, where=where, given=given) for w in listed)])


def _row(wrong: WrongCode, fmt: Format, *, where: bool, given: bool) -> list[str]:
    place = [wrong.label, *([wrong.where] if where else []), *(wrong.given or ("", "") if given else ())]
    right = [hex_code(wrong.expected, fmt), value_text(wrong.expected, fmt)]
    return [*place, _got_code(wrong, fmt), _got_value(wrong, fmt), *right, _apart(wrong, fmt)]


def _got_code(wrong: WrongCode, fmt: Format) -> str:
    return "" if wrong.got_value else hex_code(wrong.got, fmt)  # a value that is none of the format has no code


def _got_value(wrong: WrongCode, fmt: Format) -> str:
    if not wrong.got >> fmt.width:
        return value_text(wrong.got, fmt)
    return f"{wrong.got_value}, no value of {fmt.name}" if wrong.got_value else f"no code of {fmt.name}"


def _apart(wrong: WrongCode, fmt: Format) -> str:
    return "no value" if wrong.got_value else apart(wrong.got, wrong.expected, fmt)


def spread(got: NDArray[Any], expected: NDArray[Any], fmt: Format, *, beyond: str = "code") -> str:
    """Return by how much wrong codes are wrong: the largest distance, and how many have to do with NaNs, or are no code (or value, as `beyond` says)."""
    code = got <= np.uint64((1 << fmt.width) - 1)
    got, expected = got[code].astype(fmt.code_dtype), expected[code].astype(fmt.code_dtype)
    nan = (parts_of(got, fmt)[3] >= 2) | (parts_of(expected, fmt)[3] >= 2)
    parts = [f"by at most {int(ulp_distance(got[~nan], expected[~nan], fmt).max()):,} ulp"] if not nan.all() else []
    parts += [f"{int(nan.sum()):,} at a NaN"] if nan.any() else []
    parts += [f"{code.size - int(code.sum()):,} no {beyond} of {fmt.name}"] if not code.all() else []
    return ", ".join(parts)


def counted(wrong: int, size: int, fmt: Format) -> str:
    """Return ``3 of 12 codes of float8_e4m3fn``."""
    return f"{wrong:,} of {size:,} code{'s' if size != 1 else ''} of {fmt.name}"
