"""The command of a program, refused in one line where it could not be started."""

from __future__ import annotations

import math
import os
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from refquant.errors import InputTypeError, InputValueError


class Program(NamedTuple):
    """A program and its arguments, and how many seconds it has for a batch of vectors."""

    command: tuple[str, ...]
    timeout: float


def program(command: str | Sequence[str], timeout: float = 10.0) -> Program:
    """Return the program that a command names; no shell reads it.

    Parameters
    ----------
    command : str or sequence of str
        The program and its arguments. A string is split as a shell would split it, and that is all of a shell there is.
    timeout : float
        Seconds for a batch of vectors.

    Raises
    ------
    InputTypeError, InputValueError
        If that is no command, or no program that can be run; if `timeout` is no positive number.

    Examples
    --------
    >>> from refquant.verify.pipe import program
    >>> program("sh -c 'cat; exit 3'").command
    ('sh', '-c', 'cat; exit 3')
    """
    words = _words(command)
    _check_runnable(words[0])
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not (0 < timeout < math.inf):
        raise InputValueError(f"timeout: expected a positive number of seconds, got {timeout!r}")
    return Program(words, float(timeout))


def program_given(given: Program) -> Program:
    """Return a program that can be run; raise as `program` does where it cannot."""
    if not isinstance(given, Program):
        raise InputTypeError(f"program: expected a Program (refquant.verify.pipe.program makes one), got {given!r}")
    return program(given.command, given.timeout)


def _words(command: str | Sequence[str]) -> tuple[str, ...]:
    if isinstance(command, str):
        try:
            words = tuple(shlex.split(command))
        except ValueError as error:
            raise InputValueError(f"command: {command!r} cannot be split into words: {error}") from None
    elif isinstance(command, Sequence) and all(isinstance(word, str) for word in command):
        words = tuple(command)
    else:
        raise InputTypeError(f"command: expected a string or a list of strings, got {command!r}")
    if not words or not words[0] or any("\0" in word for word in words):
        raise InputValueError(f"command: expected a program and its arguments, got {command!r}")
    return words


def _check_runnable(name: str) -> None:
    path = Path(name)
    if os.sep not in name:
        if shutil.which(name) is None:
            hint = f"; the one in this folder is ./{name}" if path.is_file() else ""
            raise InputValueError(f"command: there is no program {name} on the PATH{hint}")
    elif path.is_dir():
        raise InputValueError(f"command: {name} is a folder, not a program")
    elif not path.exists():
        raise InputValueError(f"command: there is no file {name}")
    elif not os.access(path, os.X_OK):
        raise InputValueError(f"command: {name} is not executable; chmod +x makes it so")
