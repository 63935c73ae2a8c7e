"""The lines of Berkeley TestFloat: operands, the result and its exception flags in hex, each with the digits of its width."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.errors import InputValueError
from refquant.formats import Format
from refquant.golden.sources import code_dtype_of, width_of

_FLAG_DIGITS = 2
_TOO_HIGH = 0x40  #: flags below it are those of `refquant.Flags`


class Lines(NamedTuple):
    """The columns of lines."""

    operands: tuple[NDArray[Any], ...]
    results: NDArray[Any]
    flags: NDArray[np.uint8]


def read_testfloat(lines: Iterable[str], formats: tuple[str | Format, ...], result: str | Format, where: str) -> Lines:
    """Return the columns of TestFloat's lines, as ``testfloat_gen f16_add`` writes them; lines that begin with ``#``, and empty ones, are skipped.

    Parameters
    ----------
    lines : iterable of str
        Lines.
    formats : tuple of str or Format
        The format of each operand.
    result : str or Format
        The format of the result; ``"uint1"`` for predicates, which TestFloat writes with one digit.
    where : str
        What holds them, for errors.

    Returns
    -------
    Lines

    Raises
    ------
    InputValueError
        If there are no lines, or one is something else.

    Examples
    --------
    >>> from refquant.verify.testfloat import read_testfloat
    >>> found = read_testfloat(["3C00 3C01 4000 01"], ("float16", "float16"), "float16", "results.txt")
    >>> [column.tolist() for column in found.operands], found.results.tolist(), found.flags.tolist()
    ([[15360], [15361]], [16384], [1])
    """
    widths = [width_of(end) for end in (*formats, result)]
    digits = [-(-width // 4) for width in widths] + [_FLAG_DIGITS]
    row = re.compile(" +".join(f"([0-9a-fA-F]{{{n}}})" for n in digits))
    cells = [_cells(text.strip(), row, digits, f"{where}, line {n}") for n, text in enumerate(lines, 1) if text.strip() and not text.lstrip().startswith("#")]
    if not cells:
        raise InputValueError(f"{where}: there are no lines of TestFloat")
    columns = [np.array([int(cell, 16) for cell in column], np.uint64) for column in zip(*cells)]
    _check_range(columns, widths, where)
    typed = [column.astype(code_dtype_of(end)) for column, end in zip(columns, (*formats, result))]
    return Lines(tuple(typed[:-1]), typed[-1], columns[-1].astype(np.uint8))


def _cells(text: str, row: re.Pattern[str], digits: list[int], where: str) -> tuple[str, ...]:
    found = row.fullmatch(text)
    if found is None:
        said = ", ".join(map(str, digits))
        raise InputValueError(f"{where}: expected operands, result and flags of {said} hex digits, with spaces between them, got {text[:60]!r}")
    return found.groups()


def _check_range(columns: list[NDArray[np.uint64]], widths: list[int], where: str) -> None:
    for i, (column, width) in enumerate(zip(columns, widths)):
        beyond = np.flatnonzero(column >> np.uint64(width - 1) > 1)
        if beyond.size:
            raise InputValueError(f"{where}: {int(column[beyond[0]]):X} in column {i + 1} does not fit {width} bits")
    wrong = np.flatnonzero(columns[-1] >= _TOO_HIGH)
    if wrong.size:
        raise InputValueError(f"{where}: {int(columns[-1][wrong[0]]):02X} in the last column is no combination of exception flags, which are below 40")
