"""safetensors: one tensor for each column, the metadata as one text. Written by the package; sizes are checked before it reads anything."""

# The package keeps metadata in a hash map, whose order is another in every run; with the one key that is used here there is nothing to order. Tensors it
# sorts by width, then by name. Versions 0.3.3 to 0.8.0 give the same bytes, and a test pins their SHA-256.

from __future__ import annotations

from typing import Any

import numpy as np

from refquant.errors import GoldenFileError, PackageMissingError
from refquant.golden.golden_set import GoldenSet, dtypes_of
from refquant.golden.metadata import LONGEST, as_line, metadata_of, parse_json, read_metadata
from refquant.golden.reading import MARK, assembled, canonical
from refquant.golden.recipe import Recipe

_HEADER = "__metadata__"


def _package() -> Any:
    try:
        import safetensors.numpy
    except ImportError:
        raise PackageMissingError("files of safetensors need safetensors: python -m pip install 'refquant[golden]'; or take another file") from None
    return safetensors


def check(recipe: Recipe) -> None:
    """Raise where the package is not installed."""
    _package()


def write(made: GoldenSet) -> bytes:
    """Return the file."""
    return bytes(_package().numpy.save(dict(made.columns), metadata={MARK: as_line(metadata_of(made))}))


def read(data: bytes, where: str) -> GoldenSet:
    """Return the set of a file; sizes are those of the file, never those that it claims."""
    size = int.from_bytes(data[:8], "little")
    if len(data) < 8 or size > min(len(data) - 8, 4 * LONGEST):
        raise GoldenFileError(f"{where}: no safetensors: a header of {size} bytes in a file of {len(data)}")
    header = parse_json(data[8 : 8 + size], where)
    said = header.get(_HEADER) if isinstance(header, dict) else None
    if not isinstance(said, dict) or set(said) != {MARK} or not isinstance(said[MARK], str):
        raise GoldenFileError(f"{where}: its metadata are not those of golden vectors")
    recipe, count, left_out = read_metadata(parse_json(said[MARK], where), where)
    _check_tensors(header, recipe, count, where)
    return canonical(assembled(recipe, _columns(data, recipe, where), left_out, where), data, write, where)


def _check_tensors(header: dict[str, Any], recipe: Recipe, count: int, where: str) -> None:
    dtypes = dtypes_of(recipe)
    if set(header) != {_HEADER, *dtypes}:
        raise GoldenFileError(f"{where}: expected the tensors {', '.join(dtypes)}; got {', '.join(sorted(header))[:200]}")
    for name, dtype in dtypes.items():
        wanted, got = {"dtype": f"U{8 * dtype.itemsize}", "shape": [count]}, header[name]
        if not isinstance(got, dict) or {key: got.get(key) for key in wanted} != wanted:
            raise GoldenFileError(f"{where}: {name}: expected {wanted}, got {str(got)[:100]}")


def _columns(data: bytes, recipe: Recipe, where: str) -> dict[str, Any]:
    """Return the tensors; the package refuses those that lie outside the file, overlap or leave gaps."""
    package, dtypes = _package(), dtypes_of(recipe)
    try:
        tensors = dict(package.deserialize(data))
    except package.SafetensorError as error:
        raise GoldenFileError(f"{where}: no safetensors: {' '.join(str(error).split())[:200]}") from None
    return {name: np.frombuffer(tensors[name]["data"], dtype.newbyteorder("<")).astype(dtype) for name, dtype in dtypes.items()}
