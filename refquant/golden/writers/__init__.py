"""The files that golden vectors are written to and read from, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from refquant.errors import InputTypeError, UnknownNameError
from refquant.golden.golden_set import GoldenSet
from refquant.golden.recipe import Recipe
from refquant.golden.writers import c_header, csv_file, json_file, npz, readmemh, safetensors_file, testbench, testfloat


class Writer(NamedTuple):
    """One kind of file: its name in a folder, how it is written and read, and what is written beside it."""

    file: str
    write: Callable[[GoldenSet], bytes]
    read: Callable[[bytes, str], GoldenSet]
    beside: tuple[tuple[str, Callable[[GoldenSet], bytes]], ...] = ()
    check: Callable[[Recipe], None] = lambda recipe: None  #: raises where it cannot write such a set


#: By name, in the order in which a folder is read.
WRITERS = {
    "npz": Writer("vectors.npz", npz.write, npz.read),
    "safetensors": Writer("vectors.safetensors", safetensors_file.write, safetensors_file.read, check=safetensors_file.check),
    "csv": Writer("vectors.csv", csv_file.write, csv_file.read),
    "c_header": Writer("vectors.h", c_header.write, c_header.read),
    "readmemh": Writer("vectors.memh", readmemh.write, readmemh.read, (("testbench.sv", testbench.write),)),
    "testfloat": Writer("vectors.txt", testfloat.write, testfloat.read, check=testfloat.check),
    "json": Writer("vectors.json", json_file.write, json_file.read),
}


def writers_named(names: Any) -> tuple[str, ...]:
    """Return the names of writers, each once; raise where there is none of a name."""
    given = (names,) if isinstance(names, str) else names
    if not isinstance(given, (list, tuple)) or not given:
        raise InputTypeError(f"writers: expected names of writers ({', '.join(WRITERS)}), got {names!r}")
    for name in given:
        if name not in WRITERS:
            raise UnknownNameError(f"writers: expected one of {', '.join(WRITERS)}; got {name!r}")
    return tuple(name for name in WRITERS if name in given)


def render(made: GoldenSet, name: str) -> dict[str, bytes]:
    """Return the files that one writer makes."""
    writer = WRITERS[name]
    return {writer.file: writer.write(made)} | {file: write(made) for file, write in writer.beside}


def files_of(name: str) -> tuple[str, ...]:
    """Return the names of the files that one writer makes."""
    return (WRITERS[name].file, *(file for file, _ in WRITERS[name].beside))
