"""What options say, read; errors name the option, not the argument of a Python function."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from refquant.errors import RefquantError
from refquant.formats import Format, get_format
from refquant.policies import Dialect, get_dialect
from refquant.policies.knobs import KNOBS, as_via, choice


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


def policies_said(rounding: str | None, overflow: str | None, settings: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the choices of --rounding, --overflow and each --set KNOB=CHOICE."""
    said: dict[str, Any] = {}
    given = [("--rounding", "rounding", rounding), ("--overflow", "overflow", overflow)]
    for option, name, value in given + [(f"--set {text}", *_setting(text)) for text in settings]:
        if value is None:
            continue
        if name in said:
            raise click.UsageError(f"{option}: {name} is given twice")
        with _as_option(option):
            said[name] = as_via(value) if name == "via" else choice(name, value, KNOBS[name])
    return said


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or name not in (*KNOBS, "via"):
        raise click.UsageError(f"--set {text}: expected KNOB=CHOICE, and the knobs are {', '.join(KNOBS)}, via")
    return name, value


def in_options(message: str) -> str:
    """Return a message of the library as the command line says it."""
    message = re.sub(r"^codes: (?=.* cannot )", "", message.removeprefix("x: "))
    return re.sub(r"dialect\.replace\((\w+)=\.\.\.\)", r"--set \1=...", message)


set_option = click.option("--set", "settings", metavar="KNOB=CHOICE", multiple=True, help="Any other knob, such as nan=to_zero or via=float32; repeatable.")
