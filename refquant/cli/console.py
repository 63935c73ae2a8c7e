"""The console: colours on a terminal unless NO_COLOR is set; nothing is cut when the output goes to a file or pipe."""

from __future__ import annotations

import sys
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE = 1000
_PLAIN: dict[str, Any] = {"highlight": False, "markup": False, "emoji": False}  # text is printed as it is


def console(*, stderr: bool = False) -> Console:
    """Return a console for stdout or stderr."""
    stream = sys.stderr if stderr else sys.stdout
    if stream.isatty():
        return Console(file=stream, **_PLAIN)
    return Console(file=stream, **_PLAIN, width=_WIDE, force_terminal=False)


def table(*headers: str, right: tuple[str, ...] = (), keep: tuple[str, ...] = ()) -> Table:
    """Return an empty table; on a narrow terminal cells are folded, never cut. Columns in `keep` are not folded."""
    made = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for header in headers:
        made.add_column(header, justify="right" if header in right else "left", overflow="fold", no_wrap=header in keep)
    return made


def width_of(made: Table, target: Console) -> int:
    """Return the width at which nothing in a table is folded."""
    return target.measure(made, options=target.options.update(max_width=_WIDE)).maximum


def line(target: Console, text: str | Text, **options: Any) -> None:
    """Print text as it is: long lines are not broken by the program."""
    target.print(text, soft_wrap=True, **options)
