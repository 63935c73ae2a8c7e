"""The protocol: what a program is told before the vectors, and how a vector stands on a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

VERSION = 1
NAME = "refquant-pipe"
GREETING = f"{NAME} {VERSION}"
FLAG_BITS = 5  #: RQ-6.1

#: Both hex digits of a byte, as they stand in memory.
_PAIRS = np.frombuffer(bytes(range(256)).hex().encode(), np.uint16)


class Field(NamedTuple):
    """An operand or a result: the name of its format, and its width in bits."""

    name: str
    width: int

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
        Width of the random bits that end each line; 0 where there are none.

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
