"""Text of others in markup: no character that markup gives a meaning to, none that is not shown."""

from __future__ import annotations

import re

#: Control characters, those that turn the direction of writing, halves of pairs, and what is no character.
_UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def shown(text: str) -> str:
    """Return text with what would not be shown, or would show other text otherwise, as an escape.

    Examples
    --------
    >>> from refquant.verify.reports.safe_text import shown
    >>> shown("a\\x1b[31m")
    'a\\\\x1b[31m'
    """
    return _UNSHOWN.sub(lambda found: _escape(ord(found[0])), text)


def _escape(number: int) -> str:
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"


def escaped(text: str) -> str:
    """Return text that may stand in an element or in a quoted attribute of HTML and XML.

    Examples
    --------
    >>> from refquant.verify.reports.safe_text import escaped
    >>> escaped('<b a="1">')
    '&lt;b a=&quot;1&quot;&gt;'
    """
    plain = shown(text).replace("\r", "\\x0d")
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        plain = plain.replace(char, entity)
    return plain
