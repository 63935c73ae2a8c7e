"""Reading answers: all lines of a batch at once where they are alike, else line by line."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.verify.pipe.protocol import FLAG_BITS, Field, Header
from refquant.verify.pipe.replies import Kind

U64 = np.uint64
LONGEST = 256  #: bytes of a line that can be an answer
_FLAGS = Field("the flags", FLAG_BITS)
_TOKEN = re.compile(rb"(0[xX])?([0-9a-fA-F]+)")
_LINE = re.compile(rb"[ \t]*" + _TOKEN.pattern + rb"(?:[ \t]+" + _TOKEN.pattern + rb")?[ \t]*\r?\n")
_UNKNOWN = re.compile(rb"[0-9a-fA-FxXzZ]*[xXzZ][0-9a-fA-FxXzZ]*")
_NIBBLES = np.full(256, 16, np.uint8)
for _digits in (b"0123456789abcdef", b"0123456789ABCDEF"):
    _NIBBLES[np.frombuffer(_digits, np.uint8)] = np.arange(16)


class Fault(NamedTuple):
    """A line that is no answer: which one, and what is wrong with it."""

    vector: int
    kind: Kind
    what: str
    answer: str


class Batch(NamedTuple):
    """The answers of some lines: those before the first fault."""

    codes: NDArray[np.uint64]
    flags: NDArray[np.uint8] | None
    unknown: dict[int, str]  #: answers that are no bits, by vector
    fault: Fault | None = None

    def before(self, count: int) -> Batch:
        """Return the first of these answers."""
        unknown = {i: answer for i, answer in self.unknown.items() if i < count}
        return Batch(self.codes[:count], None if self.flags is None else self.flags[:count], unknown)


class _Answer(NamedTuple):
    code: int = 0
    flags: int = 0
    unknown: str = ""
    kind: Kind | None = None
    what: str = ""


def read_answers(lines: bytes, header: Header) -> Batch:
    """Return the answers of whole lines, each with its newline.

    Examples
    --------
    >>> from refquant.verify.pipe import Field, Header
    >>> from refquant.verify.pipe.answers import read_answers
    >>> header = Header("encode", (Field("float32", 32),), Field("float8_e4m3fn", 8))
    >>> read_answers(b"38\\n0x7E\\r\\n0X\\n", header).codes.tolist(), read_answers(b"38\\n0X\\n", header).unknown
    ([56, 126, 0], {1: '0X'})
    """
    return _alike(lines, header) or _one_by_one(lines, header)


def _alike(lines: bytes, header: Header) -> Batch | None:
    """Return the answers where every line has its digits in the same columns and all of them are good; else None."""
    length = lines.find(b"\n") + 1
    spans = _spans(lines[:length], header)
    if not spans or len(lines) % length:
        return None
    rows = np.frombuffer(lines, np.uint8).reshape(-1, length)
    fixed = np.ones(length, np.bool_)
    for start, stop, _ in spans:
        fixed[start:stop] = False
    if (rows[:, fixed] != rows[0, fixed]).any():
        return None
    values = [_values(rows[:, start:stop], width) for start, stop, width in spans]
    codes, flags = values[0], values[1] if header.flags else None
    if codes is None or (header.flags and flags is None):
        return None
    return Batch(codes, None if flags is None else flags.astype(np.uint8), {})


def _spans(line: bytes, header: Header) -> list[tuple[int, int, int]]:
    """Return (start, stop, width) of the digits of each field; nothing where the line should be read with more care."""
    found = _LINE.fullmatch(line)
    if not found or (found[4] is not None) != header.flags:
        return []
    fields = [(1, 2, header.result), (3, 4, _FLAGS)][: 1 + header.flags]
    if any(found[p] and len(found[p] + found[d]) == field.digits for p, d, field in fields) or any(len(found[d]) > 16 for _, d, _ in fields):
        return []
    return [(found.start(d), found.end(d), field.width) for _, d, field in fields]


def _values(rows: NDArray[np.uint8], width: int) -> NDArray[np.uint64] | None:
    """Return the numbers that rows of hex digits say; None where a digit is none or a number is too wide."""
    nibbles = _NIBBLES[np.ascontiguousarray(rows.T)]
    if nibbles.max() > 15:
        return None
    wide = np.uint32 if len(nibbles) <= 8 else U64
    values = nibbles[0].astype(wide)
    for row in nibbles[1:]:
        values <<= wide(4)
        values |= row
    return None if int(values.max()) >> width else values.astype(U64)


def _one_by_one(lines: bytes, header: Header) -> Batch:
    seen: dict[bytes, _Answer] = {}
    read: list[_Answer] = []
    unknown: dict[int, str] = {}
    fault = None
    for i, line in enumerate(lines.split(b"\n")[:-1]):
        answer = seen.get(line) or seen.setdefault(line, _answer(line, header))
        if answer.kind is not None:
            fault = Fault(i, answer.kind, answer.what, shown(line))
            break
        if answer.unknown:
            unknown[i] = answer.unknown
        read.append(answer)
    codes = np.array([a.code for a in read], U64)
    return Batch(codes, np.array([a.flags for a in read], np.uint8) if header.flags else None, unknown, fault)


def _answer(line: bytes, header: Header) -> _Answer:
    tokens = line.split()
    fields = [header.result, *([_FLAGS] if header.flags else [])]
    said = f"{header.result.digits} hex digits" + (f" and {_FLAGS.digits} of flags" if header.flags else "")
    if not tokens:
        return _Answer(kind=Kind.GARBAGE, what=f"answered an empty line, where {said} were expected")
    values = [_number(token, field) for token, field in zip(tokens, fields)] if len(tokens) == len(fields) else [None]
    if None in values:
        return _Answer(kind=Kind.GARBAGE, what=f"answered '{shown(line)}', where {said} were expected")
    for value, field in zip(values, fields):
        if value is not None and value >> field.width > 0:
            return _Answer(kind=Kind.TOO_WIDE, what=f"answered '{shown(line)}', which is wider than the {field.width} bits of {field.name}")
    if -1 in values:
        return _Answer(unknown=shown(line))
    code, *flags = (value for value in values if value is not None)
    return _Answer(code, flags[0] if flags else 0)


def _number(token: bytes, field: Field) -> int | None:
    """Return the number of a token; -1 where a digit is X or Z; None where it is neither.

    ``0x`` begins a number, except in a token of just as many characters as the field has digits: there the x is an unknown digit.
    """
    found = _TOKEN.fullmatch(token)
    if found and not (found[1] and len(token) == field.digits):
        return int(found[2], 16)
    return -1 if _UNKNOWN.fullmatch(token) else None


def shown(line: bytes) -> str:
    """Return a line as it can be printed: without what ends it, its control characters escaped, cut where it is long."""
    text = line.strip().decode("utf-8", "backslashreplace")
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= 60 else text[:57] + "..."
