"""``manifest.json``: what a folder of golden vectors holds, with the size and SHA-256 of every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from refquant.errors import GoldenFileError
from refquant.golden.classes import CLASSES
from refquant.golden.golden_set import GoldenSet
from refquant.golden.metadata import LONGEST, SCHEMA, checked_types, metadata_of, parse_json, read_metadata
from refquant.golden.recipe import Recipe
from refquant.golden.writers import WRITERS, files_of

NAME = "manifest.json"
LARGEST = 1 << 32  #: bytes of a file
MOST = 4 * LONGEST  #: bytes of a manifest
MARK = SCHEMA.encode()  #: what no manifest of another program says
_FILES = {file: name for name in WRITERS for file in files_of(name)}


class Manifest(NamedTuple):
    """A manifest that was read: files with (size, SHA-256)."""

    recipe: Recipe
    vectors: int
    left_out: int
    coverage: list[dict[str, Any]]
    files: dict[str, tuple[int, str]]


def render(made: GoldenSet, files: Mapping[str, tuple[int, str]]) -> bytes:
    """Return the manifest of a set and its files: keys sorted, no time, no path."""
    listed = [{"name": name, "bytes": size, "sha256": digest} for name, (size, digest) in sorted(files.items())]
    record = {"metadata": metadata_of(made), "coverage": coverage_records(made), "files": listed}
    return (json.dumps(record, sort_keys=True, indent=1) + "\n").encode()


def coverage_records(made: GoldenSet) -> list[dict[str, Any]]:
    """Return the coverage table as plain types."""
    return [c._asdict() for c in made.coverage]


def digest(content: bytes) -> tuple[int, str]:
    """Return the size and the SHA-256 of a file."""
    return len(content), hashlib.sha256(content).hexdigest()


def read(content: bytes, where: str) -> Manifest:
    """Return a manifest; raise GoldenFileError where it is none. Files have the names that the writers give and no others: no path can be among them."""
    record = checked_types(parse_json(content, where), {"metadata": dict, "coverage": list, "files": list}, where)
    recipe, count, left_out = read_metadata(record["metadata"], f"{where}: metadata")
    kinds = {"id": int, "name": str, "meaning": str, "count": int, "reason": str}
    coverage = [checked_types(row, kinds, f"{where}: coverage") for row in record["coverage"]]
    if [row["id"] for row in coverage] != [c.id for c in CLASSES]:
        raise GoldenFileError(f"{where}: coverage: expected the classes 0 to {len(CLASSES) - 1} in order")
    return Manifest(recipe, count, left_out, coverage, _files(record["files"], where))


def _files(rows: list[Any], where: str) -> dict[str, tuple[int, str]]:
    files: dict[str, tuple[int, str]] = {}
    for row in rows:
        said = checked_types(row, {"name": str, "bytes": int, "sha256": str}, f"{where}: files")
        if said["name"] not in _FILES:
            raise GoldenFileError(f"{where}: files: {said['name'][:80]!r} is no file of golden vectors; those are {', '.join(_FILES)}")
        if said["name"] in files:
            raise GoldenFileError(f"{where}: files: {said['name']} is there twice")
        if not 0 <= said["bytes"] <= LARGEST:
            raise GoldenFileError(f"{where}: files: {said['name']}: expected 0 to {LARGEST} bytes, got {said['bytes']}")
        files[said["name"]] = (said["bytes"], said["sha256"])
    if not any(writer.file in files for writer in WRITERS.values()):
        raise GoldenFileError(f"{where}: files: no file of vectors is listed")
    return files


def writer_of(file: str) -> str:
    """Return the name of the writer that makes a file."""
    return _FILES[file]
