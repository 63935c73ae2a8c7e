"""Pairs of an input and a result as people give them: arguments, lines of text, arrays in files."""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray

from refquant.cli.pair_values import codes_of, is_number
from refquant.formats import Format
from refquant.golden.sources import width_of

STDIN = "-"
_X, _RESULTS = ("x", "inputs", "input"), ("results", "result", "got")
SPLIT = re.compile(r"[,;\s]+")


class Given(NamedTuple):
    """Inputs and results: codes, or arrays as they were in a file."""

    x: NDArray[Any]
    results: NDArray[Any]


def read_pairs(given: tuple[str, ...], source: str | None, target: Format) -> Given:
    """Return what arguments say: ``INPUT=RESULT ...``, a file of text, ``-``, two .npy files, or an .npz file."""
    if all("=" in text for text in given):
        return _of_text([(text, *_halves(text)) for text in given], source, target)
    if any("=" in text for text in given):
        raise click.UsageError(f"{next(t for t in given if '=' not in t)}: expected INPUT=RESULT as the others, or files alone")
    suffixes = [Path(text).suffix.lower() for text in given]
    if suffixes == [".npz"]:
        return _of_archive(given[0], source, target)
    if suffixes == [".npy", ".npy"]:
        x, results = (loaded(name) for name in given)
        return Given(as_codes(x, source), as_codes(results, target))
    if len(given) == 1 and suffixes != [".npy"]:
        return _of_text(list(_rows(given[0])), source, target)
    raise click.UsageError(f"{' '.join(given)}: expected INPUT=RESULT ..., one file of two columns or - for stdin, two .npy files, or one .npz file")


def _halves(text: str) -> tuple[str, str]:
    x, _, result = text.partition("=")
    return x.strip(), result.strip()


def _of_text(rows: list[tuple[str, str, str]], source: str | None, target: Format) -> Given:
    if source is None:
        raise click.UsageError("pairs in text need --source: the format of the inputs")
    where = [row[0] for row in rows]
    return Given(codes_of([r[1] for r in rows], source, where), codes_of([r[2] for r in rows], target, where))


def _rows(name: str) -> Iterator[tuple[str, str, str]]:
    """Yield (where, input, result) of each line of a text; a first line without numbers is a header."""
    shown, first, empty = "stdin" if name == STDIN else name, True, True
    for number, text in enumerate(lines_of(name, shown), 1):
        body = text.partition("#")[0].strip()
        if not body:
            continue
        columns = [c.strip('"') for c in SPLIT.split(body) if c]
        where, header = f"{shown}, line {number}", first and not any(map(is_number, columns))
        first = False
        if header:
            continue
        if len(columns) != 2:
            raise click.UsageError(f"{where}: expected an input and a result, got {len(columns)} columns: {body[:60]!r}")
        empty = False
        yield where, columns[0], columns[1]
    if empty:
        raise click.UsageError(f"{shown}: there are no pairs")


def lines_of(name: str, shown: str) -> Iterable[str]:
    """Return the lines of a file, or of stdin."""
    data = sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()
    try:
        return data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{shown}: expected text (UTF-8), and byte {error.start} is none; arrays are read from .npy and .npz files") from None


def loaded(name: str) -> Any:
    """Return what a file of NumPy arrays holds."""
    try:
        return np.load(name, allow_pickle=False)
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise click.UsageError(f"{name}: no file of NumPy arrays: {error}") from None


def _of_archive(name: str, source: str | None, target: Format) -> Given:
    with loaded(name) as archive:
        names = [next((n for n in wanted if n in archive.files), None) for wanted in (_X, _RESULTS)]
        if None in names:
            raise click.UsageError(f"{name}: expected arrays named x and results, got {', '.join(archive.files) or 'none'}")
        try:
            x, results = (archive[n] for n in names)
        except (ValueError, EOFError, zipfile.BadZipFile) as error:
            raise click.UsageError(f"{name}: an array cannot be read: {error}") from None
    return Given(as_codes(x, source), as_codes(results, target))


def as_codes(array: NDArray[Any], fmt: str | Format | None) -> NDArray[Any]:
    """Return an array; one of a dtype that NumPy does not know (of ml_dtypes, saved as raw bytes) as codes of its format."""
    if array.dtype.kind == "V" and fmt is not None and array.dtype.itemsize == -(-width_of(fmt) // 8):
        return array.view(f"u{array.dtype.itemsize}") & ((1 << width_of(fmt)) - 1)
    return array


def random_words(text: str) -> tuple[NDArray[Any], int]:
    """Return the random bits that ``FILE:N`` names, and how many they are of each pair."""
    name, _, bits = text.rpartition(":")
    if not name or not bits.isdecimal():
        raise click.UsageError(f"--random-bits: expected FILE:N, a file of random bits and how many they are, got {text!r}")
    if name.lower().endswith(".npy"):
        return loaded(name), int(bits)
    words = [word for line in lines_of(name, name) for word in SPLIT.split(line.partition("#")[0].strip()) if word]
    try:
        return np.array([int(word, 0) for word in words], np.uint64), int(bits)
    except (ValueError, OverflowError):
        wrong = next(word for word in words if not re.fullmatch(r"0[xX][0-9a-fA-F]{1,8}|\d{1,10}", word))
        raise click.UsageError(f"--random-bits: {name}: expected integers below 2**32, got {wrong!r}") from None
