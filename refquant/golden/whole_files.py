"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def why_not_writable(path: str | Path) -> str | None:
    """Return why a file of this name could not be written, or None.

    Examples
    --------
    >>> from refquant.golden.whole_files import why_not_writable
    >>> why_not_writable("/no such folder/state.json")
    '/no such folder/state.json cannot be written: there is no folder /no such folder'
    """
    goal = Path(os.path.realpath(path))
    if not str(path) or goal.is_dir():
        return f"{str(path)!r} is no name of a file"
    if not goal.parent.is_dir():
        return f"{path} cannot be written: there is no folder {goal.parent}"
    if not os.access(goal.parent, os.W_OK):
        return f"{path} cannot be written: {goal.parent} is write-protected"
    return None


def write_whole(path: str | Path, text: str) -> None:
    """Write text to a file beside `path` and rename it, so that there is always a whole one; what a link points to is replaced, not the link."""
    goal = Path(os.path.realpath(path))
    beside = goal.with_name(f".{goal.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(goal)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
