"""The named dialects, as literals; spec/dialects.toml holds the same, with what was read or measured."""

from __future__ import annotations

import difflib

from refquant.errors import InputTypeError, UnknownNameError
from refquant.policies.dialect import Dialect, dialect_from

DEFAULT = dialect_from("default", "1", "RQ-3 to RQ-6")

DIALECTS: dict[str, Dialect] = {d.name: d for d in (DEFAULT,)}


def get_dialect(name: Dialect | str) -> Dialect:
    """Return the dialect with this name.

    Parameters
    ----------
    name : str or Dialect
        A name of `list_dialects`; a dialect is returned as it is.

    Returns
    -------
    Dialect

    Raises
    ------
    UnknownNameError
        If no dialect has this name; the message lists them.
    InputTypeError
        If `name` is neither a string nor a dialect.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.get_dialect("default").base.rounding
    <RoundingMode.TIES_TO_EVEN: 'ties_to_even'>
    """
    if isinstance(name, Dialect):
        return name
    if not isinstance(name, str):
        raise InputTypeError(f"dialect: expected a Dialect or its name, got {type(name).__name__}")
    key = name.strip().lower().replace("_", "-").replace("ml-dtypes", "ml_dtypes")
    if key in DIALECTS:
        return DIALECTS[key]
    near = difflib.get_close_matches(key, DIALECTS, 3, 0.6)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    raise UnknownNameError(f"dialect: no dialect is named {name!r}{hint} The dialects are {', '.join(DIALECTS)}")


def list_dialects() -> tuple[str, ...]:
    """Return the names of all dialects.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> import refquant as rq
    >>> "default" in rq.list_dialects()
    True
    """
    return tuple(DIALECTS)
