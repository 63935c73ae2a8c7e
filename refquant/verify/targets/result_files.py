"""Files of results for golden vectors: CSV, lines of hex, ``.npy``, ``.npz``; codes in the order of the vectors, with flags where they are given."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.errors import ResultFileError
from refquant.golden.manifest import LARGEST
from refquant.golden.whole_folders import read_regular
from refquant.verify.pipe import Kind, Misbehaviour

_HEX = re.compile(r"(?:0x)?[0-9a-f]+", re.IGNORECASE)
_UNKNOWN = re.compile(r"(?:0x)?[0-9a-fxz]*[xz][0-9a-fxz]*", re.IGNORECASE)
_COLUMNS = ("result", "flags", "a", "b", "c")
_COMMENT = re.compile(r"(#|//).*")
_MOST = (1 << 64) - 1


class Results(NamedTuple):
    """What a file holds: columns of codes as far as they could be read, the rows of which the result has digits that are no bits, and why it ends there."""

    columns: dict[str, NDArray[np.uint64]]
    unknown: dict[int, str]
    failure: Misbehaviour | None = None


def read_results(path: Path) -> Results:
    """Return the results in a file; raise ResultFileError where it is no such file at all."""
    data = read_regular(path, LARGEST)
    if path.suffix in (".npy", ".npz"):
        return Results(_arrays(data, path), {})
    try:
        text = data.decode("utf-8-sig")  # spreadsheets begin a file with a mark
    except UnicodeDecodeError as error:
        raise ResultFileError(f"{path}: expected text, .npy or .npz: {error}") from None
    return _of_csv(text, path) if path.suffix == ".csv" else _of_lines(text)


def _arrays(data: bytes, path: Path) -> dict[str, NDArray[np.uint64]]:
    """Return arrays; nothing is unpickled."""
    try:
        found = np.load(io.BytesIO(data), allow_pickle=False)
        arrays = {"result": found} if isinstance(found, np.ndarray) else {name: found[name] for name in found.files}
    except Exception as error:  # NumPy raises many kinds for what is no such file
        raise ResultFileError(f"{path}: is no {path.suffix} file of arrays: {error}") from None
    if "result" not in arrays and len(arrays) == 1:
        arrays = {"result": next(iter(arrays.values()))}
    if "result" not in arrays:
        raise ResultFileError(f"{path}: expected an array named result, got {', '.join(arrays) or 'none'}")
    columns = {name: _codes(name, array, path) for name, array in arrays.items() if name in _COLUMNS}
    size = columns["result"].size
    if other := [name for name, column in columns.items() if column.size != size]:
        raise ResultFileError(f"{path}: {other[0]}: expected a row for each of the {size:,} results, got {columns[other[0]].size:,}")
    return columns


def _codes(name: str, array: NDArray[Any], path: Path) -> NDArray[np.uint64]:
    if array.ndim != 1 or array.dtype.kind not in "ub":
        raise ResultFileError(f"{path}: {name}: expected one dimension of unsigned codes, got dtype {array.dtype} and shape {array.shape}")
    return array.astype(np.uint64)


def _of_csv(text: str, path: Path) -> Results:
    """Return columns that the first row names; codes are written 0x..., which nobody takes for decimals."""
    rows = list(csv.reader(line for line in text.splitlines() if line.strip() and not line.startswith("#")))
    names = [name.strip() for name in rows[0]] if rows else []
    if "result" not in names or len(set(names)) < len(names):
        raise ResultFileError(f"{path}: expected a first row that names a column result, and flags, a, b, c where they are there; got {', '.join(names)!r}")
    wanted = {name: names.index(name) for name in _COLUMNS if name in names}
    return _parsed((([row[i].strip() if i < len(row) else "" for i in wanted.values()], ",".join(row)) for row in rows[1:]), tuple(wanted), prefix=True)


def _of_lines(text: str) -> Results:
    """Return the results, and flags if every line has them, of lines of hex; ``#`` and ``//`` begin comments."""
    lines = [stripped for line in text.splitlines() if (stripped := _COMMENT.sub("", line).strip())]
    names = ("result", "flags") if lines and len(lines[0].split()) == 2 else ("result",)
    return _parsed(((line.replace("_", "").split(), line) for line in lines), names, prefix=False)


def _parsed(rows: Any, names: tuple[str, ...], *, prefix: bool) -> Results:
    """Return the rows as far as each is one code for each name."""
    found: list[list[int]] = []
    unknown: dict[int, str] = {}
    at = names.index("result")
    failure = None
    for number, (cells, line) in enumerate(rows):
        if len(cells) == len(names) and _UNKNOWN.fullmatch(_digits(cells[at])):
            unknown[number], cells = cells[at], [*cells[:at], "0x0", *cells[at + 1 :]]
        if len(cells) != len(names) or not all(_is_code(cell, prefix) for cell in cells):
            wanted = "codes 0x..." if prefix else "hex"
            failure = Misbehaviour(Kind.GARBAGE, f"has a row that is not {wanted} for {', '.join(names)}: {line[:40]!r}", number, answer=line[:80])
            break
        found.append([int(cell, 16) for cell in cells])
    table = np.array(found, np.uint64).reshape(-1, len(names))
    return Results({name: table[:, i] for i, name in enumerate(names)}, unknown, failure)


def _digits(cell: str) -> str:
    return cell[2:] if cell[:2].lower() == "0x" else cell


def _is_code(cell: str, prefix: bool) -> bool:
    return _HEX.fullmatch(cell) is not None and (not prefix or cell[:2].lower() == "0x") and int(cell, 16) <= _MOST
