"""JSON by the published schema: codes as hex strings, values as hex floats, metadata, coverage."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.errors import GoldenFileError, PackageMissingError
from refquant.formats import Format
from refquant.golden.golden_set import GoldenSet, widths_of
from refquant.golden.metadata import metadata_of, parse_json, read_metadata
from refquant.golden.reading import assembled, canonical
from refquant.golden.sources import parts_of
from refquant.golden.text import hex_of_parts
from refquant.golden.writers.fixed_rows import Row, digits_of

_CHECKED = 64  #: elements of each column that the schema sees; the rest is checked in one piece
_SPECIAL = {1: "inf", 2: "nan", 3: "nan"}


def value_texts(codes: NDArray[Any], fmt: Format) -> list[str]:
    """Return the values of codes as hex floats, ``inf``, ``nan``, with their signs."""
    unique, where = np.unique(codes, return_inverse=True)
    parts = (part.tolist() for part in parts_of(unique, fmt))
    texts = [f"{'-' if sign else ''}{_SPECIAL[kind]}" if kind else hex_of_parts(sign, m, e) for sign, m, e, kind in zip(*parts)]
    return [texts[i] for i in where.reshape(-1).tolist()]


def write(made: GoldenSet) -> bytes:
    """Return the file: keys sorted, one element of a column on each line."""
    formats = dict(zip(made.recipe.operand_names, made.recipe.operands)) | {"result": made.recipe.result}
    columns = {name: _strings(made, name, width) for name, width in sorted(widths_of(made.recipe).items())}
    values = {name: "".join(f'"{text}",\n' for text in value_texts(made.columns[name], fmt)).encode() for name, fmt in formats.items()}
    parts = [
        b'{\n"columns": ', _mapping(columns), b',\n"coverage": ', _dumped([c._asdict() for c in made.coverage]),
        b',\n"metadata": ', _dumped(metadata_of(made)), b',\n"values": ', _mapping(values), b"\n}\n",
    ]  # fmt: skip
    return b"".join(parts)


def _row(name: str, width: int, end: bytes) -> Row:
    return Row((b'"0x', (name, digits_of(width)), end))


def _strings(made: GoldenSet, name: str, width: int) -> bytes:
    return _row(name, width, b'",\n').render(made.columns, len(made))


def _mapping(arrays: dict[str, bytes]) -> bytes:
    """Return arrays whose elements end in a comma and a line end each, as a mapping; the last comma is left out."""
    items = [b'"' + name.encode() + b'": [\n' + rows[:-2] + b"\n]" for name, rows in sorted(arrays.items())]
    return b"{\n" + b",\n".join(items) + b"\n}"


def _dumped(record: Any) -> bytes:
    return json.dumps(record, sort_keys=True, indent=1).encode()


def read(data: bytes, where: str) -> GoldenSet:
    """Return the set of a file that the schema admits."""
    record = parse_json(data, where)
    _validate(record, where)
    recipe, count, left_out = read_metadata(record["metadata"], where)
    widths, said = widths_of(recipe), record["columns"]
    if set(said) != set(widths) or any(len(said[name]) != count for name in widths):
        raise GoldenFileError(f"{where}: columns: expected {', '.join(widths)}, of {count} elements each")
    columns: dict[str, NDArray[Any]] = {}
    for name, width in widths.items():
        if not all(isinstance(text, str) for text in said[name]):
            raise GoldenFileError(f"{where}: columns: {name}: expected hex strings")
        joined = "".join(f'"{text}"' for text in said[name]).encode("ascii", "replace")
        columns |= _row(name, width, b'"').parse(joined, count, f"{where}: {name}")
    return canonical(assembled(recipe, columns, left_out, where), data, write, where)


def _validate(record: Any, where: str) -> None:
    """Raise GoldenFileError where a document is not as the schema says."""
    short = _shortened(record)
    error = next(_validator().iter_errors(short), None)
    if error is not None:
        at = "/".join(map(str, error.absolute_path)) or "the document"
        raise GoldenFileError(f"{where}: {at}: {' '.join(error.message.split())[:200]}")


def _shortened(record: Any) -> Any:
    """Return a document with the first elements of its columns and values."""
    if not isinstance(record, dict):
        return record
    short = dict(record)
    for part in ("columns", "values"):
        if isinstance(short.get(part), dict):
            short[part] = {name: column[:_CHECKED] if isinstance(column, list) else column for name, column in short[part].items()}
    return short


def schema(name: str) -> Any:
    """Return a published schema: ``vectors`` or ``manifest``."""
    return json.loads(resources.files("refquant.golden").joinpath("schema", f"{name}.schema.json").read_text("utf-8"))


@cache
def _validator() -> Any:
    try:
        from jsonschema import Draft202012Validator
    except ImportError:
        raise PackageMissingError("reading JSON needs jsonschema: python -m pip install 'refquant[golden]'; or read another file of the set") from None
    return Draft202012Validator(schema("vectors"))
