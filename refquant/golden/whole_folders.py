"""Folders that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from refquant.errors import GoldenExistsError, GoldenFileError


def why_not_makeable(folder: str | Path) -> str | None:
    """Return why a folder of this name could not be made, or None.

    Examples
    --------
    >>> from refquant.golden.whole_folders import why_not_makeable
    >>> why_not_makeable("/no such folder/vectors")
    '/no such folder/vectors cannot be made: there is no folder /no such folder'
    """
    goal = Path(os.path.realpath(folder))
    if not str(folder) or goal.name == "" or (goal.exists() and not goal.is_dir()):
        return f"{str(folder)!r} is no name of a folder"
    if not goal.parent.is_dir():
        return f"{folder} cannot be made: there is no folder {goal.parent}"
    if not os.access(goal.parent, os.W_OK):
        return f"{folder} cannot be made: {goal.parent} is write-protected"
    return None


def entries_of(folder: str | Path) -> tuple[str, ...]:
    """Return the names in a folder, none where there is no folder."""
    return tuple(sorted(path.name for path in Path(folder).iterdir())) if Path(folder).is_dir() else ()


def write_folder(folder: str | Path, files: Iterable[tuple[str, Callable[[], bytes]]], *, replaces: Iterable[str] = ()) -> None:
    """Write files to a folder beside `folder` and rename it; what is there already is replaced if it has no other entries than `replaces`."""
    goal = Path(os.path.realpath(folder))
    beside = goal.with_name(f".{goal.name}.{secrets.token_hex(4)}")
    beside.mkdir()
    try:
        for name, content in files:
            _write(beside / name, content())
        _take_the_place(beside, goal, frozenset(replaces))
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _take_the_place(beside: Path, goal: Path, replaces: frozenset[str]) -> None:
    there = entries_of(goal)
    if set(there) - replaces:
        raise GoldenExistsError(f"{goal}: has files that are not of golden vectors: {', '.join(sorted(set(there) - replaces)[:3])}; choose another folder")
    if not there:
        beside.replace(goal)  # an empty folder may be replaced
        return
    old = beside.with_name(beside.name + ".old")
    goal.rename(old)
    try:
        beside.rename(goal)
    except BaseException:
        old.rename(goal)
        raise
    shutil.rmtree(old, ignore_errors=True)


def read_regular(path: Path, most: int) -> bytes:
    """Return the bytes of a regular file of at most so many; raise GoldenFileError where it is a link, a device, larger, or not there."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        reason = "it is a symbolic link" if path.is_symlink() else (error.strerror or str(error))
        raise GoldenFileError(f"{path}: cannot be read: {reason}") from None
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise GoldenFileError(f"{path}: cannot be read: it is no regular file")
        if found.st_size > most:
            raise GoldenFileError(f"{path}: has {found.st_size} bytes; expected at most {most}")
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(most + 1)
    finally:
        os.close(handle)
