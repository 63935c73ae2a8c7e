"""The console: colours on a terminal unless NO_COLOR is set; nothing is cut when the output goes to a file or pipe."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
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


def tables(target: Console, headers: Sequence[str], rows: Sequence[Sequence[Text]], *, right: tuple[str, ...] = ()) -> Iterator[Table]:
    """Yield tables of as many columns as the console has room for, each with the first column."""
    rest = list(range(1, len(headers)))
    while rest:
        count = next((n for n in range(len(rest), 1, -1) if width_of(_part(headers, rows, [0, *rest[:n]], right), target) <= target.width), 1)
        yield _part(headers, rows, [0, *rest[:count]], right)
        rest = rest[count:]


def _part(headers: Sequence[str], rows: Sequence[Sequence[Text]], columns: list[int], right: tuple[str, ...]) -> Table:
    made = table(*(headers[i] for i in columns), right=right, keep=(headers[0],))
    for row in rows:
        made.add_row(*(row[i] for i in columns))
    return made


def line(target: Console, text: str | Text, **options: Any) -> None:
    """Print text as it is; a terminal breaks it between words, never in one."""
    whole = Text(text) if isinstance(text, str) else text
    for part in whole.divide(_breaks(whole.plain, target.width)) if target.is_terminal else [whole]:
        target.print(part, soft_wrap=True, **options)


def _breaks(text: str, width: int) -> list[int]:
    """Return where a text is broken: before words that reach beyond the width."""
    found, start = [], 0
    for word in re.finditer(r"\S+", text):
        if word.end() - start > width and text[start : word.start()].strip():
            start = word.start()
            found.append(start)
    return found
