"""Known deviations: entries of deviations.toml, each with a version, a diagnosis, a witness and a reason."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from refquant.errors import InputTypeError, InputValueError
from refquant.verify.target import Claim

_CLAUSE = re.compile(r"(==|!=|>=|<=|<|>)\s*(\d+(?:\.\d+)*)")
_COMPARE = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b, "<": lambda a, b: a < b, ">": lambda a, b: a > b,
}  # fmt: skip


@dataclass(frozen=True)
class Deviation:
    """One known deviation of a package, for some of its conversions.

    Parameters
    ----------
    package : str
        Name of the target.
    versions : str
        Versions it was seen in, such as ``">=0.5,<0.7"``.
    operation : str
        ``"encode"`` or ``"decode"``.
    sources, targets : tuple of str
        Patterns of format names. It must occur in every conversion that matches.
    diagnosis : str
        What `refquant.verify.diagnose` says of it.
    witness : dict
        ``source, target, input, got, expected``: one case, codes in hex.
    reason, reference : str
        Why it happens, and where that was read or measured.
    dialects : tuple of str
        Patterns of the names of the dialects that are claimed; those of every claim if not given. A witness that needs it names its ``dialect`` too.
    """

    package: str
    versions: str
    operation: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    diagnosis: str
    witness: dict[str, str]
    reason: str
    reference: str
    dialects: tuple[str, ...] = ("*",)

    def speaks_of(self, package: str, version: str, claim: Claim) -> bool:
        """Return whether a conversion of this package and version should deviate like this."""
        if (package, claim.operation) != (self.package, self.operation) or not version_matches(version, self.versions):
            return False
        named = zip((*claim.names, claim.dialect.name), (self.sources, self.targets, self.dialects), strict=True)
        return all(any(fnmatchcase(name, p) for p in patterns) for name, patterns in named)


def version_matches(version: str, specifier: str) -> bool:
    """Return whether a version satisfies a specifier; what follows the digits of the version does not count.

    Examples
    --------
    >>> from refquant.verify.deviations import version_matches
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


@cache
def _packaged() -> tuple[Deviation, ...]:
    return parse_deviations((files("refquant.verify") / "deviations.toml").read_text("utf-8"))


def load_deviations(path: str | Path | None = None) -> tuple[Deviation, ...]:
    """Return the known deviations: those of the package, or of a file of the same form.

    Raises
    ------
    InputTypeError, InputValueError
        If `path` names no file, or the file does not have that form.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> from refquant.verify import load_deviations
    >>> sorted(d.diagnosis for d in load_deviations() if d.package == "ml_dtypes")[-1]
    'through float32 and rounding=away_from_zero of subnormal inputs'
    """
    if path is None:
        return _packaged()
    if not isinstance(path, (str, Path)):
        raise InputTypeError(f"path: expected the name of a file, got {path!r}")
    return parse_deviations(Path(path).read_text("utf-8"))


def parse_deviations(text: str) -> tuple[Deviation, ...]:
    """Return the entries of a TOML text."""
    try:
        rows = tomllib.loads(text).get("deviation", [])
        return tuple(_deviation(row) for row in rows)
    except (tomllib.TOMLDecodeError, TypeError, KeyError) as error:
        raise InputValueError(f"deviations: {error}") from None


def _deviation(row: dict[str, Any]) -> Deviation:
    fields: dict[str, Any] = {**row, **{name: tuple(row[name]) for name in ("sources", "targets", "dialects") if name in row}}
    return Deviation(**fields)


def does_not_occur(entry: Deviation) -> str:
    """Return what is said of a deviation that is gone."""
    return f"the known deviation {entry.diagnosis!r} ({entry.versions}) does not occur; correct deviations.toml"


def find_deviation(entries: Iterable[Deviation], package: str, version: str, claim: Claim) -> Deviation | None:
    """Return the first entry that speaks of a claim, or None."""
    return next((e for e in entries if e.speaks_of(package, version, claim)), None)
