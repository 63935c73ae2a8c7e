"""Versions of packages, and specifiers that say which."""

from __future__ import annotations

import re

from refquant.errors import InputValueError

_CLAUSE = re.compile(r"(==|!=|>=|<=|<|>)\s*(\d+(?:\.\d+)*)")
_COMPARE = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b, "<": lambda a, b: a < b, ">": lambda a, b: a > b,
}  # fmt: skip


def version_matches(version: str, specifier: str) -> bool:
    """Return whether a version satisfies a specifier; what follows the digits of the version does not count.

    Examples
    --------
    >>> from refquant.verify.versions import version_matches
    >>> version_matches("2.13.0+cpu", ">=2.12,<2.14"), version_matches("0.6.0", "==0.6"), version_matches("0.10", "<0.9")
    (True, True, False)
    """
    clauses = [_CLAUSE.fullmatch(part.strip()) for part in specifier.split(",")]
    if not all(clauses):
        raise InputValueError(f"versions: expected clauses such as '>=0.5,<0.7', got {specifier!r}")
    digits = re.match(r"\d+(?:\.\d+)*", version)
    return digits is not None and all(_COMPARE[c[1]](_release(digits[0]), _release(c[2])) for c in clauses if c)


def _release(text: str) -> tuple[int, ...]:
    """Return the numbers of a version without trailing zeros."""
    return tuple(int(n) for n in re.sub(r"(\.0+)+$", "", text).split("."))
