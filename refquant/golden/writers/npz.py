"""``.npz``: one uncompressed ``.npy`` for each column, and the metadata as bytes. The headers are written here: every version of NumPy gives the same."""

from __future__ import annotations

import ast
import io
import struct
import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.errors import GoldenFileError
from refquant.golden.golden_set import GoldenSet, dtypes_of
from refquant.golden.metadata import LONGEST, as_line, metadata_of, parse_json, read_metadata
from refquant.golden.reading import assembled, canonical

_MAGIC, _TIME = b"\x93NUMPY\x01\x00", (1980, 1, 1, 0, 0, 0)
_METADATA, _LONGEST_HEADER = "metadata", 4096


def write(made: GoldenSet) -> bytes:
    """Return the file: members stored, sorted by name, with a fixed time."""
    text = np.frombuffer(as_line(metadata_of(made)).encode(), np.uint8)
    members = {**made.columns, _METADATA: text}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(f"{name}.npy", _TIME)
            info.create_system, info.external_attr = 3, 0o600 << 16
            archive.writestr(info, _npy(members[name]))
    return out.getvalue()


def _npy(column: NDArray[Any]) -> bytes:
    little = column.astype(column.dtype.newbyteorder("<"))
    header = f"{{'descr': {little.dtype.str!r}, 'fortran_order': False, 'shape': ({column.size},), }}"
    padded = header + " " * (-(len(_MAGIC) + 2 + len(header) + 1) % 64) + "\n"
    return _MAGIC + struct.pack("<H", len(padded)) + padded.encode() + little.tobytes()


def read(data: bytes, where: str) -> GoldenSet:
    """Return the set of a file; nothing is unpickled, and nothing is allocated that the file does not hold."""
    members = _members(data, where)
    if _METADATA not in members:
        raise GoldenFileError(f"{where}: no member metadata.npy: these are no golden vectors")
    text = _column(members.pop(_METADATA), f"{where}: metadata.npy")
    if text.dtype != np.uint8 or text.size > LONGEST:
        raise GoldenFileError(f"{where}: metadata.npy: expected at most {LONGEST} bytes, got {text.size} of {text.dtype}")
    recipe, count, left_out = read_metadata(parse_json(text.tobytes(), where), where)
    wanted = dtypes_of(recipe)
    if set(members) != set(wanted):
        raise GoldenFileError(f"{where}: expected the columns {', '.join(wanted)}; got {', '.join(sorted(members))[:200]}")
    columns = {name: _column(members[name], f"{where}: {name}.npy") for name in wanted}
    for name, column in columns.items():
        if column.dtype != wanted[name] or column.size != count:
            raise GoldenFileError(f"{where}: {name}.npy: expected {count} of {wanted[name]}, got {column.size} of {column.dtype}")
    return canonical(assembled(recipe, columns, left_out, where), data, write, where)


def _members(data: bytes, where: str) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            names = [info.filename for info in infos]
            if len(set(names)) < len(names):
                raise GoldenFileError(f"{where}: a member is there twice")
            if any(i.compress_type != zipfile.ZIP_STORED or not i.filename.endswith(".npy") or i.file_size != i.compress_size for i in infos):
                raise GoldenFileError(f"{where}: expected stored members that end in .npy alone")
            if sum(info.file_size for info in infos) > len(data):
                raise GoldenFileError(f"{where}: its members claim more bytes than it has")
            return {info.filename.removesuffix(".npy"): archive.read(info) for info in infos}
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, struct.error) as error:
        if isinstance(error, GoldenFileError):
            raise
        raise GoldenFileError(f"{where}: no whole .npz: {' '.join(str(error).split())[:200] or type(error).__name__}") from None


def _column(member: bytes, where: str) -> NDArray[Any]:
    """Return an array of unsigned integers whose bytes are all there."""
    start = len(_MAGIC) + 2
    if not member.startswith(_MAGIC) or len(member) < start:
        raise GoldenFileError(f"{where}: no .npy of version 1.0")
    length = struct.unpack("<H", member[start - 2 : start])[0]
    header = _header(member[start : start + min(length, _LONGEST_HEADER)], where)
    body, dtype, count = member[start + length :], header["descr"], header["shape"][0]
    if len(body) != count * np.dtype(dtype).itemsize:
        raise GoldenFileError(f"{where}: its header claims {count} elements of {dtype}, and there are {len(body)} bytes")
    return np.frombuffer(body, dtype).astype(np.dtype(dtype).newbyteorder("="))


def _header(text: bytes, where: str) -> dict[str, Any]:
    try:
        header = ast.literal_eval(text.decode("ascii").strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        raise GoldenFileError(f"{where}: its header cannot be read") from None
    plain = isinstance(header, dict) and set(header) == {"descr", "fortran_order", "shape"} and header["fortran_order"] is False
    if not plain or header["descr"] not in ("|u1", "<u2", "<u4", "<u8"):
        raise GoldenFileError(
            f"{where}: expected unsigned integers and nothing else (pickled objects are never read); got {text[:80].decode('ascii', 'replace')!r}"
        )
    shape = header["shape"]
    if not isinstance(shape, tuple) or len(shape) != 1 or type(shape[0]) is not int or shape[0] < 0:
        raise GoldenFileError(f"{where}: expected one dimension, got the shape {str(shape)[:60]}")
    return header
