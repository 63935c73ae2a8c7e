"""Rows of hex digits of fixed width, as one array of bytes: written and read without a loop over the vectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.errors import GoldenFileError

_LOWER, _UPPER = (np.frombuffer(digits, np.uint8) for digits in (b"0123456789abcdef", b"0123456789ABCDEF"))
_BAD = 0xFF


def digits_of(width: int) -> int:
    """Return the hex digits of so many bits."""
    return (width + 3) // 4


class Row(NamedTuple):
    """What a row is: pieces of text, and (column, hex digits)."""

    pieces: tuple[bytes | tuple[str, int], ...]
    upper: bool = False

    @property
    def length(self) -> int:
        """Bytes of a row."""
        return sum(len(p) if isinstance(p, bytes) else p[1] for p in self.pieces)

    def render(self, columns: Mapping[str, NDArray[Any]], count: int) -> bytes:
        """Return all rows."""
        rows, at = np.empty((count, self.length), np.uint8), 0
        for piece in self.pieces:
            size = len(piece) if isinstance(piece, bytes) else piece[1]
            literal = isinstance(piece, bytes)
            rows[:, at : at + size] = np.frombuffer(piece, np.uint8) if literal else self._digits(columns[piece[0]], size)  # type: ignore[arg-type, index]
            at += size
        return rows.tobytes()

    def _digits(self, column: NDArray[Any], digits: int) -> NDArray[np.uint8]:
        shifts = np.arange(digits - 1, -1, -1, dtype=np.uint64) * np.uint64(4)
        return (_UPPER if self.upper else _LOWER)[(column.astype(np.uint64)[:, None] >> shifts & np.uint64(15)).astype(np.intp)]

    def parse(self, data: bytes, count: int, where: str) -> dict[str, NDArray[np.uint64]]:
        """Return the columns of rows; raise GoldenFileError where they are not such rows."""
        if len(data) != count * self.length:
            raise GoldenFileError(f"{where}: expected {count} rows of {self.length} bytes, got {len(data)} bytes")
        rows, at, found = np.frombuffer(data, np.uint8).reshape(count, self.length), 0, {}
        for piece in self.pieces:
            size = len(piece) if isinstance(piece, bytes) else piece[1]
            part = rows[:, at : at + size]
            if isinstance(piece, bytes):
                _refuse(part != np.frombuffer(piece, np.uint8), rows, where)
            else:
                found[piece[0]] = self._numbers(part, rows, where)
            at += size
        return found

    def _numbers(self, part: NDArray[np.uint8], rows: NDArray[np.uint8], where: str) -> NDArray[np.uint64]:
        table = np.full(256, _BAD, np.uint8)
        table[_UPPER if self.upper else _LOWER] = np.arange(16, dtype=np.uint8)
        nibbles = table[part]
        _refuse(nibbles == _BAD, rows, where)
        numbers = np.zeros(part.shape[0], np.uint64)
        for i in range(part.shape[1]):
            numbers = numbers << np.uint64(4) | nibbles[:, i]
        return numbers


def _refuse(wrong: NDArray[np.bool_], rows: NDArray[np.uint8], where: str) -> None:
    lines = np.flatnonzero(wrong.any(axis=1))
    if lines.size:
        text = rows[lines[0]].tobytes().decode("ascii", "backslashreplace").strip()[:60]
        raise GoldenFileError(f"{where}: row {int(lines[0])} is no row of hex digits of the right width: {text!r}")
