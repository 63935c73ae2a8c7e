"""Validation of a format's parameters."""

from __future__ import annotations

import operator
from enum import StrEnum
from typing import TypeVar

from refquant.errors import InvalidFormatError

Choice = TypeVar("Choice", bound=StrEnum)


def check_integer(name: str, value: object, low: int, high: int) -> int:
    """Return `value` as int, or raise."""
    if isinstance(value, bool):
        raise InvalidFormatError(f"{name}: expected an integer, got {value!r}")
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise InvalidFormatError(f"{name}: expected an integer, got {value!r}") from None
    if not low <= number <= high:
        raise InvalidFormatError(f"{name}: expected {low} <= {name} <= {high}, got {number}")
    return number


def check_switch(name: str, value: object) -> bool:
    """Return `value` as bool, or raise."""
    if value is not True and value is not False:
        raise InvalidFormatError(f"{name}: expected True or False, got {value!r}")
    return value


def check_choice(name: str, value: object, kind: type[Choice]) -> Choice:
    """Return the member of `kind` that `value` names, or raise."""
    try:
        return kind(value)  # type: ignore[arg-type]
    except ValueError:
        raise InvalidFormatError(f"{name}: expected one of {', '.join(map(str, kind))}, got {value!r}") from None


def check_name(value: object) -> str:
    """Return `value` as str, or raise."""
    if not isinstance(value, str):
        raise InvalidFormatError(f"name: expected a string, got {value!r}")
    return value
