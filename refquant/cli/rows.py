"""Rows of operands, a result and perhaps flags as people give them: arguments, lines of text, TestFloat's lines, arrays in files."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray

from refquant.cli.pair_values import codes_of, is_number
from refquant.cli.pairs import SPLIT, STDIN, as_codes, lines_of, loaded
from refquant.errors import RefquantError
from refquant.formats import Format
from refquant.golden.recipe import OPERAND_NAMES
from refquant.verify.testfloat import read_testfloat

_FLAGS = re.compile(r"0[xX][0-9a-fA-F]{1,2}|\d{1,2}")
_RESULTS = {"result": ("result", "results", "got"), "flags": ("flags",)}  #: names of columns and arrays


class GivenRows(NamedTuple):
    """Operands, results, and flags where they were given: codes, or arrays as they were in a file."""

    operands: tuple[NDArray[Any], ...]
    results: NDArray[Any]
    flags: NDArray[Any] | None


def read_rows(given: tuple[str, ...], formats: tuple[str, ...], result: Format, *, testfloat: bool) -> GivenRows:
    """Return what arguments say: ``A,B=RESULT ...`` or ``A,B=RESULT,FLAGS``, a file of text or ``-``, .npy files in this order, or an .npz file."""
    if testfloat:
        return _of_testfloat(given, formats, result)
    if all("=" in text for text in given):
        return _of_text([(text, *_cells(text, len(formats))) for text in given], formats, result)
    suffixes = [Path(text).suffix.lower() for text in given]
    if suffixes == [".npz"]:
        return _of_archive(given[0], formats, result)
    if len(given) - len(formats) in (1, 2) and set(suffixes) == {".npy"}:
        return _of_arrays([loaded(name) for name in given], formats, result)
    if len(given) == 1 and suffixes != [".npy"]:
        return _of_text(list(_lines(given[0], len(formats))), formats, result)
    operands = ",".join(OPERAND_NAMES[: len(formats)]).upper()
    raise click.UsageError(
        f"{' '.join(given)}: expected {operands}=RESULT ..., one file of columns or - for stdin, a .npy file for each column, or one .npz file"
    )


def _cells(text: str, operands: int) -> list[str]:
    left, _, right = text.partition("=")
    cells = [*left.split(","), *right.split(",")]
    if len(left.split(",")) != operands or len(cells) - operands not in (1, 2):
        raise click.UsageError(
            f"{text}: expected {operands} operand{'s' * (operands > 1)}, = and a result, or a result and its flags, with commas between them"
        )
    return [cell.strip() for cell in cells]


def _of_testfloat(given: tuple[str, ...], formats: tuple[str, ...], result: Format) -> GivenRows:
    if len(given) != 1:
        raise click.UsageError("--testfloat: expected one file, or - for stdin")
    shown = "stdin" if given[0] == STDIN else given[0]
    try:
        return GivenRows(*read_testfloat(lines_of(given[0], shown), formats, result, shown))
    except RefquantError as error:
        raise click.UsageError(str(error)) from None


def _lines(name: str, operands: int) -> Iterator[tuple[str, ...]]:
    """Yield (where, operands, result, perhaps flags) of each line of a text; a first line without numbers is a header, and may name the columns."""
    shown, chosen, count = "stdin" if name == STDIN else name, None, 0
    for number, text in enumerate(lines_of(name, shown), 1):
        cells = [cell.strip('"') for cell in SPLIT.split(text.partition("#")[0].strip()) if cell]
        if not cells:
            continue
        where = f"{shown}, line {number}"
        if not count and chosen is None and not any(map(is_number, cells)):
            chosen = _columns(cells, operands)
            continue
        picked = cells if not chosen else [cells[i] for i in chosen if i < len(cells)]
        if len(picked) - operands not in (1, 2) or (chosen and len(picked) < len(chosen)):
            raise click.UsageError(f"{where}: expected {operands} operands, a result and perhaps flags, got {len(cells)} columns: {text.strip()[:60]!r}")
        count += 1
        yield (where, *picked)
    if not count:
        raise click.UsageError(f"{shown}: there are no rows")


def _columns(header: list[str], operands: int) -> list[int]:
    """Return the places of the columns that a header names; nothing where it names others."""
    names = [cell.lower() for cell in header]
    wanted = [(name,) for name in OPERAND_NAMES[:operands]] + [_RESULTS["result"]]
    found = [next((names.index(n) for n in choices if n in names), None) for choices in wanted]
    if None in found:
        return []
    return [i for i in found if i is not None] + ([names.index("flags")] if "flags" in names else [])


def _of_text(rows: list[tuple[str, ...]], formats: tuple[str, ...], result: Format) -> GivenRows:
    where, lengths = [row[0] for row in rows], {len(row) for row in rows}
    if len(lengths) > 1:
        odd = next(row for row in rows if len(row) != len(rows[0]))
        raise click.UsageError(f"{odd[0]}: flags are given with every result or with none")
    columns = list(zip(*(row[1:] for row in rows)))
    operands = tuple(codes_of(list(column), fmt, where) for column, fmt in zip(columns, formats))
    results = codes_of(list(columns[len(formats)]), result, where)
    return GivenRows(operands, results, _flags(columns[-1], where) if len(columns) == len(formats) + 2 else None)


def _flags(texts: tuple[str, ...], where: list[str]) -> NDArray[np.int64]:
    wrong = next((i for i, text in enumerate(texts) if not _FLAGS.fullmatch(text)), None)
    if wrong is not None:
        raise click.UsageError(f"{where[wrong]}: {texts[wrong]!r} is no flags: expected an integer such as 0x05 or 5, bits as refquant.Flags has them")
    return np.array([int(text, 16) if text[:2].lower() == "0x" else int(text) for text in texts], np.int64)


def _of_archive(name: str, formats: tuple[str, ...], result: Format) -> GivenRows:
    with loaded(name) as archive:
        wanted = [(n,) for n in OPERAND_NAMES[: len(formats)]] + [_RESULTS["result"]]
        names = [next((n for n in choices if n in archive.files), None) for choices in wanted]
        if None in names:
            said = ", ".join([*OPERAND_NAMES[: len(formats)], "result"])
            raise click.UsageError(f"{name}: expected arrays named {said}, got {', '.join(archive.files) or 'none'}")
        try:
            arrays = [archive[n] for n in [*names, *(n for n in ("flags",) if n in archive.files)]]
        except (ValueError, EOFError, zipfile.BadZipFile) as error:
            raise click.UsageError(f"{name}: an array cannot be read: {error}") from None
    return _of_arrays(arrays, formats, result)


def _of_arrays(arrays: list[NDArray[Any]], formats: tuple[str, ...], result: Format) -> GivenRows:
    count = len(formats)
    operands = tuple(as_codes(array, fmt) for array, fmt in zip(arrays, formats))
    return GivenRows(operands, as_codes(arrays[count], result), arrays[count + 1] if len(arrays) == count + 2 else None)
