"""What options say, read; errors name the option, not the argument of a Python function."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from refquant.errors import RefquantError
from refquant.formats import Format, get_format
from refquant.policies import Dialect, get_dialect
from refquant.policies.knobs import KNOBS, choice


@contextmanager
def _as_option(option: str, hint: str = "") -> Iterator[None]:
    try:
        yield
    except RefquantError as error:
        message = str(error).partition(": ")[2].replace("; refquant.list_formats() lists them", "")
        raise click.UsageError(f"{option}: {message}{hint}") from error


def format_named(name: str, option: str = "--format") -> Format:
    """Return the format that an option names."""
    with _as_option(option, "; `refquant formats` lists them"):
        return get_format(name)


def dialect_named(name: str) -> Dialect:
    """Return the dialect that --dialect names."""
    with _as_option("--dialect"):
        return get_dialect(name)


def policies_said(rounding: str | None, overflow: str | None) -> dict[str, Any]:
    """Return the choices of --rounding and --overflow that are given."""
    said = {}
    for name, value in (("rounding", rounding), ("overflow", overflow)):
        if value is not None:
            with _as_option(f"--{name}"):
                said[name] = choice(name, value, KNOBS[name])
    return said
