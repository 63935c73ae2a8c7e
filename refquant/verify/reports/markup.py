"""HTML from parts: text is escaped where it becomes part of an element, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from refquant.verify.reports.safe_text import escaped

_VOID = ("meta", "br")
_BLOCKS = (
    "html",
    "head",
    "body",
    "header",
    "main",
    "section",
    "article",
    "footer",
    "nav",
    "table",
    "thead",
    "tbody",
    "tr",
    "ul",
    "dl",
    "figure",
    "details",
    "div",
)


class Html(str):
    """Markup: text that is not escaped again."""


def element(tag: str, /, *content: Any, **attributes: str | None) -> Html:
    """Return an element; what is not `Html` is text. ``class_`` is the attribute class, and ``_`` in a name stands for ``-``.

    Examples
    --------
    >>> from refquant.verify.reports.markup import element
    >>> print(element("td", "<script>", element("b", 1), class_="code"))
    <td class="code">&lt;script&gt;<b>1</b></td>
    """
    said = "".join(f' {key.rstrip("_").replace("_", "-")}="{escaped(value)}"' for key, value in attributes.items() if value is not None)
    if tag in _VOID:
        return Html(f"<{tag}{said}>")
    between = "\n" if tag in _BLOCKS else ""
    inner = between.join(part if isinstance(part, Html) else escaped(str(part)) for part in content if part not in ("", None))
    return Html(f"<{tag}{said}>{between}{inner}{between}</{tag}>")


def joined(parts: Iterable[Any]) -> Html:
    """Return parts one after the other."""
    return Html("\n".join(part if isinstance(part, Html) else escaped(str(part)) for part in parts if part not in ("", None)))


def table(caption: str, headers: tuple[str, ...], rows: Iterable[tuple[Any, ...]], *, numbers: tuple[str, ...] = ()) -> Html:
    """Return a table in a region that can be scrolled; the first cell of a row is its header. Columns in `numbers` stand to the right."""
    classes = ["number" if header in numbers else None for header in headers]
    head = element("tr", *(element("th", header, scope="col", class_=c) for header, c in zip(headers, classes)))
    body = [element("tr", element("th", row[0], scope="row"), *(element("td", cell, class_=c) for cell, c in zip(row[1:], classes[1:]))) for row in rows]
    made = element("table", element("caption", caption), element("thead", head), element("tbody", *body))
    return element("div", made, class_="scroll", role="region", aria_label=caption, tabindex="0")
