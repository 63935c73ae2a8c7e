"""The protocol: what a program is told before the vectors, and how a vector stands on a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.errors import InputTypeError, InputValueError

VERSION = 1
NAME = "refquant-pipe"
GREETING = f"{NAME} {VERSION}"
FLAG_BITS = 6  #: RQ-6.1
WIDEST = 64  #: bits of a field

#: Both hex digits of a byte, as they stand in memory.
_PAIRS = np.frombuffer(bytes(range(256)).hex().encode(), np.uint16)


@dataclass(frozen=True)
class Field:
    """An operand or a result: the name of its format, and its width in bits, at most 64."""

    name: str
    width: int

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise InputTypeError(f"name: expected the name of a format, got {self.name!r}")
        if not self.name or not self.name.isprintable():
            raise InputValueError(f"name: expected the name of a format, got {self.name!r}")
        object.__setattr__(self, "width", _bits("width", self.width, least=1))

    @property
    def digits(self) -> int:
        """Number of hex digits of a code."""
        return (self.width + 3) // 4


@dataclass(frozen=True)
class Header:
    """What a program is told first.

    Parameters
    ----------
    operation : str
        Name of the operation.
    operands : tuple of Field
        One for each operand, in the order in which they stand on a line.
    result : Field
        What is answered.
    knobs : tuple of (str, str)
        What the result should be rounded by.
    flags : bool
        Whether the exception flags are to be answered too.
    random_bits : int
        Width of the random bits that end each line, at most 64; 0 where there are none.

    Raises
    ------
    InputTypeError, InputValueError
        If an argument is something else, or a word has spaces in it.

    Examples
    --------
    >>> from refquant.verify.pipe import Field, Header
    >>> print(Header("encode", (Field("float32", 32),), Field("float8_e4m3fn", 8), (("rounding", "ties_to_even"),)).text(), end="")
    refquant-pipe 1
    operation encode
    operand float32 32
    result float8_e4m3fn 8
    knob rounding ties_to_even
    flags no
    random_bits 0
    end
    """

    operation: str
    operands: tuple[Field, ...]
    result: Field
    knobs: tuple[tuple[str, str], ...] = ()
    flags: bool = False
    random_bits: int = 0

    def __post_init__(self) -> None:
        put = object.__setattr__
        _check_word("operation", self.operation)
        put(self, "operands", _fields(self.operands))
        if not isinstance(self.result, Field):
            raise InputTypeError(f"result: expected a Field, got {self.result!r}")
        _check_name("result: expected a name", self.result.name)
        put(self, "knobs", _pairs(self.knobs))
        if not isinstance(self.flags, bool):
            raise InputTypeError(f"flags: expected True or False, got {self.flags!r}")
        put(self, "random_bits", _bits("random_bits", self.random_bits, least=0))

    def text(self) -> str:
        """Return the lines of the header."""
        lines = [GREETING, f"operation {self.operation}"]
        lines += [f"operand {field.name} {field.width}" for field in self.operands]
        lines += [f"result {self.result.name} {self.result.width}"]
        lines += [f"knob {name} {choice}" for name, choice in self.knobs]
        lines += [f"flags {'yes' if self.flags else 'no'}", f"random_bits {self.random_bits}", "end"]
        return "\n".join(lines) + "\n"

    @property
    def digits(self) -> tuple[int, ...]:
        """Number of hex digits of each field of a line."""
        random = (Field("random", self.random_bits).digits,) if self.random_bits else ()
        return (*(field.digits for field in self.operands), *random)


def _bits(name: str, given: Any, *, least: int) -> int:
    said = f"{name}: expected an integer from {least} to {WIDEST}, got {given!r}"
    if not isinstance(given, (int, np.integer)) or isinstance(given, bool):
        raise InputTypeError(said)
    if not least <= given <= WIDEST:
        raise InputValueError(said)
    return index(given)


def _check_word(name: str, given: Any) -> None:
    if not isinstance(given, str):
        raise InputTypeError(f"{name}: expected one word, got {given!r}")
    if not _is_word(given):
        raise InputValueError(f"{name}: expected one word, got {given!r}")


def _is_word(text: str) -> bool:
    return text.isprintable() and text.split() == [text]


def _check_name(expected: str, name: str) -> None:
    if not _is_word(name):
        raise InputValueError(f"{expected} of one word, got {name!r}")


def _fields(given: Any) -> tuple[Field, ...]:
    if not isinstance(given, Sequence) or not all(isinstance(field, Field) for field in given):
        raise InputTypeError(f"operands: expected Fields, got {given!r}")
    if not given:
        raise InputValueError("operands: expected at least one Field, got none")
    for field in given:
        _check_name("operands: expected names", field.name)
    return tuple(given)


def _pairs(given: Any) -> tuple[tuple[str, str], ...]:
    several = isinstance(given, Sequence) and all(isinstance(pair, (tuple, list)) and len(pair) == 2 for pair in given)
    if not several or not all(isinstance(word, str) for pair in given for word in pair):
        raise InputTypeError(f"knobs: expected pairs of words, got {given!r}")
    for pair in given:
        for word in pair:
            _check_word("knobs", word)
    return tuple((name, choice) for name, choice in given)


def vector_lines(columns: Sequence[NDArray[Any]], digits: Sequence[int]) -> bytes:
    """Return one line for each vector: its fields in hex, each of as many digits as said, with a space between them.

    Examples
    --------
    >>> import numpy as np
    >>> from refquant.verify.pipe.protocol import vector_lines
    >>> vector_lines([np.uint16([1, 0xABC]), np.uint8([7, 15])], [3, 1])
    b'001 7\\nabc f\\n'
    """
    lines = np.empty((columns[0].size, sum(digits) + len(digits)), np.uint8)
    start = 0
    for codes, width in zip(columns, digits, strict=True):
        lines[:, start : start + width] = _hex_digits(codes, width)
        lines[:, start + width] = ord(" ")
        start += width + 1
    lines[:, -1] = ord("\n")
    return lines.tobytes()


def _hex_digits(codes: NDArray[Any], digits: int) -> NDArray[np.uint8]:
    """Return a row of the last hex digits of each code."""
    count = codes.dtype.itemsize
    big_endian = np.ascontiguousarray(codes, codes.dtype.newbyteorder(">")).view(np.uint8).reshape(-1, count)
    pairs: NDArray[np.uint8] = _PAIRS[big_endian[:, count - (digits + 1) // 2 :]].view(np.uint8)
    return pairs[:, pairs.shape[1] - digits :]
