"""safetensors: one tensor for each column, the metadata as one text. Written and read here, as the package orders metadata at random."""

from __future__ import annotations

from typing import Any

import numpy as np

from refquant.errors import GoldenFileError
from refquant.golden.golden_set import GoldenSet, dtypes_of
from refquant.golden.metadata import LONGEST, as_line, metadata_of, parse_json, read_metadata
from refquant.golden.reading import MARK, assembled, canonical

_DTYPES: dict[str, np.dtype[Any]] = {"U8": np.dtype("<u1"), "U16": np.dtype("<u2"), "U32": np.dtype("<u4"), "U64": np.dtype("<u8")}
_HEADER = "__metadata__"


def _order(made_dtypes: dict[str, np.dtype[Any]]) -> list[str]:
    """Return the columns as the format asks for: the widest first, so that each is aligned, then by name."""
    return sorted(made_dtypes, key=lambda name: (-made_dtypes[name].itemsize, name))


def write(made: GoldenSet) -> bytes:
    """Return the file."""
    header: dict[str, Any] = {_HEADER: {MARK: as_line(metadata_of(made))}}
    body, dtypes = [], dtypes_of(made.recipe)
    begin = 0
    for name in _order(dtypes):
        content = made.columns[name].astype(dtypes[name].newbyteorder("<")).tobytes()
        header[name] = {"dtype": f"U{8 * dtypes[name].itemsize}", "shape": [len(made)], "data_offsets": [begin, begin + len(content)]}
        begin += len(content)
        body.append(content)
    text = as_line(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(body)


def read(data: bytes, where: str) -> GoldenSet:
    """Return the set of a file; sizes are those of the file, never those that it claims."""
    size = int.from_bytes(data[:8], "little")
    if len(data) < 8 or size > min(len(data) - 8, 4 * LONGEST):
        raise GoldenFileError(f"{where}: no safetensors: a header of {size} bytes in a file of {len(data)}")
    header, body = parse_json(data[8 : 8 + size], where), data[8 + size :]
    said = header.get(_HEADER) if isinstance(header, dict) else None
    if not isinstance(said, dict) or set(said) != {MARK} or not isinstance(said[MARK], str):
        raise GoldenFileError(f"{where}: its metadata are not those of golden vectors")
    recipe, count, left_out = read_metadata(parse_json(said[MARK], where), where)
    dtypes, at, columns = dtypes_of(recipe), 0, {}
    if set(header) != {_HEADER, *dtypes}:
        raise GoldenFileError(f"{where}: expected the tensors {', '.join(dtypes)}; got {', '.join(sorted(header))[:200]}")
    for name in _order(dtypes):
        end = at + count * dtypes[name].itemsize
        kind = f"U{8 * dtypes[name].itemsize}"
        wanted: dict[str, Any] = {"dtype": kind, "shape": [count], "data_offsets": [at, end]}
        if header[name] != wanted or end > len(body):
            raise GoldenFileError(f"{where}: {name}: expected {wanted} within {len(body)} bytes, got {str(header[name])[:100]}")
        columns[name] = np.frombuffer(body[at:end], _DTYPES[kind])
        at = end
    return canonical(assembled(recipe, columns, left_out, where), data, write, where)
