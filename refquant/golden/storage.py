"""Sets in folders and files: saved whole or not at all; loaded only as what they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from refquant.errors import GoldenExistsError, GoldenFileError, GoldenMismatchError, InputTypeError, InputValueError
from refquant.formats import Format
from refquant.golden import manifest
from refquant.golden.golden_set import GoldenSet
from refquant.golden.making import policies_for
from refquant.golden.manifest import NAME, Manifest
from refquant.golden.sources import operand_format
from refquant.golden.whole_folders import entries_of, read_regular, why_not_makeable, write_folder
from refquant.golden.writers import WRITERS, files_of, render, writers_named
from refquant.operations import SPEC_VERSION
from refquant.policies import Dialect, as_dialect


def save(made: GoldenSet, folder: str | Path, *, writers: Any = ("npz",), force: bool = False, progress: Callable[[str], None] | None = None) -> Path:
    """Write a set to a folder, whole or not at all: one file or two for each writer, and ``manifest.json``.

    Parameters
    ----------
    made : GoldenSet
        From `generate` or `load`.
    folder : str or Path
        It must not exist, or be empty.
    writers : sequence of str
        `refquant.golden.WRITERS`.
    force : bool
        Replace golden vectors that are there. A folder that holds anything else is never replaced.
    progress : callable, optional
        Called with the name of each writer before it writes.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    GoldenExistsError
        If there is something.
    UnknownNameError, InputTypeError, InputValueError
        If a writer does not exist or cannot hold the set, or the folder cannot be made.

    Examples
    --------
    >>> import tempfile, refquant as rq
    >>> with tempfile.TemporaryDirectory() as there:
    ...     folder = rq.golden.generate("encode", "float4_e2m1fn", source="float8_e5m2", dialect="ocp-saturating").save(f"{there}/set", writers=["npz", "csv"])
    ...     sorted(path.name for path in folder.iterdir())
    ['manifest.json', 'vectors.csv', 'vectors.npz']
    """
    if not len(made):
        raise InputValueError(f"made: a set without vectors tests nothing; the policies refuse all {made.left_out} operands")
    names = writers_named(writers)
    for name in names:
        WRITERS[name].check(made.recipe)
    check_folder(folder, force=force)
    digests: dict[str, tuple[int, str]] = {}

    def files() -> Iterator[tuple[str, Callable[[], bytes]]]:
        for name in names:
            if progress is not None:
                progress(name)
            for file, content in render(made, name).items():
                digests[file] = manifest.digest(content)
                yield file, lambda content=content: content  # type: ignore[misc]
        yield NAME, lambda: manifest.render(made, digests)

    write_folder(folder, files(), replaces=_OURS if force else ())
    return Path(folder)


_OURS = frozenset({NAME, *(file for name in WRITERS for file in files_of(name))})


def check_folder(folder: str | Path, *, force: bool) -> None:
    """Raise where a set could not be written to a folder, before it is made."""
    if not isinstance(folder, (str, Path)):
        raise InputTypeError(f"folder: expected a name, got {folder!r}")
    if reason := why_not_makeable(folder):
        raise InputValueError(f"folder: {reason}")
    there = entries_of(folder)
    others = sorted(set(there) - _OURS)
    if others or (there and NAME not in there):
        raise GoldenExistsError(f"{folder}: has files that are not of golden vectors: {', '.join(others or there)[:80]}; choose another folder")
    if there:
        _refuse_other_folders(Path(folder), there)
    if there and not force:
        raise GoldenExistsError(f"{folder}: there are golden vectors already; save with force (--force) to replace them")


def _refuse_other_folders(folder: Path, there: tuple[str, ...]) -> None:
    """Raise where a folder has the names of a set, and is none: another program's ``manifest.json``, a folder called ``vectors.csv``."""
    if odd := [name for name in there if not (folder / name).is_file()]:
        raise GoldenExistsError(f"{folder}: {odd[0]} is no file of golden vectors; choose another folder")
    try:
        read_manifest(folder)
    except GoldenFileError as error:
        raise GoldenExistsError(f"{folder}: its {NAME} is not that of golden vectors; choose another folder, or remove it ({error})") from None


def load(
    path: str | Path, *, operation: str | None = None, source: Format | str | None = None, fmt: Format | str | None = None,
    dialect: Dialect | str | None = None, spec_version: str | None = SPEC_VERSION,
) -> GoldenSet:  # fmt: skip
    """Return the golden vectors of a folder or of a single file; raise where they are damaged, or not those that were asked for.

    Parameters
    ----------
    path : str or Path
        A folder with ``manifest.json``, or one file of vectors; where a manifest beside that file lists it, its SHA-256 is compared as well.
    operation, source, fmt, dialect : optional
        What they must be: the operation, the format of the operands, the format that is rounded to, the dialect.
    spec_version : str or None
        The version of the specification that they must follow, by default the one of this refquant; None takes any.

    Returns
    -------
    GoldenSet

    Raises
    ------
    InputTypeError, InputValueError
        If `path` is no name.
    GoldenFileError
        If a file is damaged, contradicts the manifest, or is none; nothing in it is executed or unpickled.
    GoldenMismatchError
        If they are something else than was asked for.

    Examples
    --------
    >>> import tempfile, refquant as rq
    >>> with tempfile.TemporaryDirectory() as there:
    ...     folder = rq.golden.generate("decode", "float8_e5m2").save(f"{there}/set")
    ...     rq.golden.load(folder, fmt="float8_e4m3fn")
    Traceback (most recent call last):
    ...
    refquant.errors.GoldenMismatchError: fmt: the vectors are of float8_e5m2, not of float8_e4m3fn
    """
    place = named_path("path", path)
    made = load_folder(place)[1] if place.is_dir() else load_file(place)
    _refuse_others(made, operation, source, fmt, dialect, spec_version)
    return made


def named_path(argument: str, given: Any) -> Path:
    """Return the path that an argument names; raise where it is no name."""
    if not isinstance(given, (str, os.PathLike)) or isinstance(os.fspath(given), bytes):
        raise InputTypeError(f"{argument}: expected the name of a folder or file, got {given!r}")
    if not os.fspath(given) or "\0" in os.fspath(given):
        raise InputValueError(f"{argument}: {os.fspath(given)!r} is no name of a folder or file")
    return Path(given)


def load_folder(folder: Path) -> tuple[Manifest, GoldenSet]:
    """Return the manifest of a folder, and the set of the first of its files that is read."""
    said = read_manifest(folder)
    name = next(name for name, writer in WRITERS.items() if writer.file in said.files)
    return said, load_listed(folder, said, WRITERS[name].file)


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a folder."""
    if not folder.is_dir():
        said = f"{folder} is no folder" if os.path.lexists(folder) else f"there is no folder {folder}"
        raise GoldenFileError(f"{said}; expected one of golden vectors")
    if not os.path.lexists(folder / NAME):
        raise GoldenFileError(f"there is no {NAME} in {folder}: it holds no golden vectors")
    return manifest.read(read_regular(folder / NAME, manifest.MOST), str(folder / NAME))


def load_listed(folder: Path, said: Manifest, file: str) -> GoldenSet:
    """Return the set of a file that a manifest lists; raise where size, hash or metadata are others."""
    size, expected = said.files[file]
    content = read_regular(folder / file, manifest.LARGEST)
    if (len(content), expected) != manifest.digest(content) or len(content) != size:
        raise GoldenFileError(f"{folder / file}: {len(content)} bytes with another SHA-256 than the {size} bytes of the manifest: it was changed or damaged")
    made = WRITERS[manifest.writer_of(file)].read(content, str(folder / file))
    if (made.recipe, len(made), made.left_out) != (said.recipe, said.vectors, said.left_out):
        raise GoldenFileError(f"{folder / file}: its metadata are not those of the manifest")
    return made


def load_file(path: Path) -> GoldenSet:
    """Return the set of a single file, which its suffix names; where a manifest beside it lists the file, it is what that says."""
    found = [writer for writer in WRITERS.values() if Path(writer.file).suffix == path.suffix]
    if not found:
        raise GoldenFileError(f"{path}: no folder, and no file of golden vectors, which end in {', '.join(Path(w.file).suffix for w in WRITERS.values())}")
    said = _manifest_beside(path)
    return found[0].read(read_regular(path, manifest.LARGEST), str(path)) if said is None else load_listed(path.parent, said, path.name)


def _manifest_beside(path: Path) -> Manifest | None:
    """Return the manifest that lists a file; None where there is none, or it is another program's."""
    if path.name not in _OURS or not os.path.lexists(path.parent / NAME):
        return None
    try:
        content = read_regular(path.parent / NAME, manifest.MOST)
        if manifest.MARK not in content and path.name.encode() not in content:
            return None
        said = manifest.read(content, str(path.parent / NAME))
    except GoldenFileError as error:
        raise GoldenFileError(f"{path}: cannot be compared with the manifest beside it: {error}") from None
    return said if path.name in said.files else None


def _refuse_others(made: GoldenSet, operation: Any, source: Any, fmt: Any, dialect: Any, spec_version: str | None) -> None:
    recipe = made.recipe
    formats = [("fmt", fmt, recipe.fmt), *(("source", source, operand) for operand in recipe.operands)]
    named = [(name, operand_format(name, wanted), got) for name, wanted, got in formats if wanted is not None]
    asked: list[tuple[str, Any, str]] = [(name, wanted.name, got.name) for name, wanted, got in named if wanted != got]
    asked += [("operation", operation, recipe.operation), ("dialect", _dialect(dialect), recipe.dialect), ("spec_version", spec_version, recipe.spec_version)]
    for name, wanted, got in asked:
        if wanted is not None and (wanted != got or name in ("fmt", "source")):
            raise GoldenMismatchError(f"{name}: the vectors are of {got}, not of {wanted}")
    if dialect is not None:
        expected = policies_for(recipe.record, as_dialect(dialect), recipe.operands, recipe.fmt)
        others = [knob for knob in recipe.record.affected_by if getattr(expected, knob) != getattr(recipe.policies, knob)]
        if others:
            said = ", ".join(f"{knob}={getattr(recipe.policies, knob)}" for knob in others)
            raise GoldenMismatchError(f"dialect: the vectors were made with {said}, where {recipe.dialect} says otherwise here")


def _dialect(dialect: Any) -> Any:
    return dialect.name if isinstance(dialect, Dialect) else dialect
