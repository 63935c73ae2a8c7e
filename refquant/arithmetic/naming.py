"""What is said of bad input: the operation before the argument, and the formats behind it."""

from __future__ import annotations

from typing import Any

import numpy as np

from refquant.arithmetic import full_width
from refquant.errors import InputTypeError, RefquantError
from refquant.formats import get_format
from refquant.operations import OPERATIONS


class Naming:
    """A ``with`` block whose exceptions of refquant's own say which operation, of which formats, was asked for."""

    __slots__ = ("count", "fmt", "operation", "result")

    def __init__(self, operation: str, fmt: Any, count: int, result: Any = None) -> None:
        self.operation, self.fmt, self.count, self.result = operation, fmt, count, result

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        """Name the operation by its function, and the formats where all of them exist."""
        if isinstance(error, RefquantError):
            function = OPERATIONS[self.operation].door.removeprefix("arithmetic.")
            error.args = (f"{function}: {error}{self._formats()}",)

    def _formats(self) -> str:
        given = self.fmt if isinstance(self.fmt, tuple) else (self.fmt,) * self.count
        try:
            named = self.result if self.result in full_width.NAMES else self.result and get_format(self.result).name
            into = "" if self.result is None else f" -> {named}"
            return f" ({', '.join(get_format(f).name for f in given)}{into})"
        except RefquantError:  # the message is of that
            return ""


def checked_truth(name: str, value: Any) -> bool:
    """Return True or False; raise InputTypeError where an argument is neither."""
    if not isinstance(value, (bool, np.bool_)):
        raise InputTypeError(f"{name}: expected True or False, got {value!r}")
    return bool(value)
