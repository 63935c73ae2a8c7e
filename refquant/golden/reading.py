"""From metadata and columns to a set, whatever file they came from: sizes, names and ranges are checked before anything is made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.errors import GoldenChangedError, GoldenFileError
from refquant.golden.golden_set import GoldenSet, dtypes_of, widths_of
from refquant.golden.making import finished
from refquant.golden.metadata import LONGEST, parse_json, read_metadata
from refquant.golden.recipe import OVERFLOWS, ROUNDINGS, Recipe

MARK = "refquant-golden"
DERIVED = ("mask", "classes")  #: columns that follow from the others


def marked_line(prefix: str, line: str) -> str:
    """Return the first line of a text file, which carries the metadata."""
    return f"{prefix} {MARK} {line}\n"


def read_marked(data: bytes, prefix: str, where: str) -> tuple[Recipe, int, int]:
    """Return (recipe, count, left out) from the first line of a text file."""
    first = data[: LONGEST + 1].partition(b"\n")[0]
    start = f"{prefix} {MARK} ".encode()
    if not first.startswith(start) or len(first) > LONGEST:
        raise GoldenFileError(f"{where}: the first line does not begin with {start.decode()!r}: these are no golden vectors")
    return read_metadata(parse_json(first[len(start) :], where), where)


def after(data: bytes, head: bytes, size: int, where: str) -> bytes:
    """Return so many bytes after the head of a file; raise where the head is another, or there are fewer."""
    if not data.startswith(head):
        at = next((i for i, (x, y) in enumerate(zip(data, head)) if x != y), len(data))
        raise GoldenFileError(f"{where}: line {data[:at].count(10) + 1} is not what its metadata ask for")
    if len(data) < len(head) + size:
        raise GoldenFileError(f"{where}: truncated: {len(data)} bytes, expected at least {len(head) + size}")
    return data[len(head) : len(head) + size]


def assembled(recipe: Recipe, columns: Mapping[str, NDArray[Any]], left_out: int, where: str) -> GoldenSet:
    """Return a set of columns that were read, in their dtypes; mask and classes are made anew."""
    widths, dtypes = widths_of(recipe), dtypes_of(recipe)
    plain = {}
    for name in dtypes:
        if name in DERIVED:
            continue
        column = columns[name] if name in columns else _constant(name, recipe, columns["result"].size)
        _check_range(name, column, widths[name], where)
        plain[name] = column.astype(dtypes[name])
    _check_modes(plain, recipe, where)
    return finished(recipe, plain, left_out)


def _constant(name: str, recipe: Recipe, size: int) -> NDArray[Any]:
    """Return a column that a file leaves out: the one mode of the set, or no random bits."""
    rounding, overflow = recipe.numbers_of(recipe.modes[0])
    return np.full(size, {"rounding": rounding, "overflow": overflow, "random": 0}[name], np.uint64)


def _check_range(name: str, column: NDArray[Any], width: int, where: str) -> None:
    if column.size and width < 64 and int(column.max()) >> width:
        row = int(np.argmax(column >> column.dtype.type(min(width, 8 * column.dtype.itemsize - 1)) != 0))
        raise GoldenFileError(f"{where}: {name}: expected less than 2**{width}, got {int(column[row]):#x} in row {row}")


def _check_modes(columns: Mapping[str, NDArray[Any]], recipe: Recipe, where: str) -> None:
    for name, known, said in (("rounding", ROUNDINGS, recipe.roundings), ("overflow", OVERFLOWS, recipe.overflows)):
        allowed = [tuple(map(str, known)).index(mode) for mode in said] or [0]
        if not np.isin(columns[name], allowed).all():
            raise GoldenFileError(f"{where}: {name}: a row has a mode that its metadata do not name")


def canonical(made: GoldenSet, data: bytes, write: Callable[[GoldenSet], bytes], where: str) -> GoldenSet:
    """Return a set that was read; raise where the file is not, byte for byte, what would be written for it."""
    right = write(made)
    if right != data:
        at = next((i for i, (x, y) in enumerate(zip(data, right)) if x != y), min(len(data), len(right)))
        message = f"{where}: from byte {at} on it is not what its metadata and vectors ask for; it was changed, or made by another version"
        raise GoldenChangedError(message, made)
    return made
