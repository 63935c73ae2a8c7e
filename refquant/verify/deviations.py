"""Known deviations: entries of deviations.toml, each with a version, a diagnosis, a witness and a reason."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from pathlib import Path

from refquant.errors import InputTypeError, InputValueError
from refquant.golden.evaluation import is_conversion
from refquant.operations import OPERATIONS
from refquant.verify.deviation_entries import entries_of
from refquant.verify.target import Claim
from refquant.verify.versions import version_matches


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
        ``"encode"``, ``"decode"``, or an operation such as ``"add"``.
    sources, targets : tuple of str
        Patterns of format names, of all operands and of the result. It must occur in every conversion or operation that matches.
    diagnosis : str
        What `refquant.verify.diagnose` says of it.
    witness : dict
        ``source, target, input, got, expected``: one case, codes in hex, operands with ``", "`` between them.
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
        named = [(name, self.sources) for name in claim.source_names] + [(claim.names[1], self.targets), (claim.dialect.name, self.dialects)]
        return all(any(fnmatchcase(name, p) for p in patterns) for name, patterns in named)


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
    try:
        text = Path(path).read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputValueError(f"deviations: {path} is not UTF-8: {error}") from None
    try:
        return parse_deviations(text)
    except InputValueError as error:
        raise InputValueError(f"deviations: {path}: {str(error).removeprefix('deviations: ')}") from None


def parse_deviations(text: str) -> tuple[Deviation, ...]:
    """Return the entries of a TOML text."""
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputValueError(f"deviations: {error}") from None
    return tuple(Deviation(**fields) for fields in entries_of(table))


def does_not_occur(entry: Deviation) -> str:
    """Return what is said of a deviation that is gone."""
    return f"the known deviation {entry.diagnosis!r} ({entry.versions}) does not occur; correct deviations.toml"


def matches_nothing(entry: Deviation) -> str:
    """Return what is said of a deviation that speaks of no conversion."""
    sources, targets, dialects = (", ".join(patterns) for patterns in (entry.sources, entry.targets, entry.dialects))
    ends = f"{entry.operation} {sources} -> {targets}" + (f" ({dialects})" if dialects != "*" else "")
    kind = "conversion" if entry.operation not in OPERATIONS or is_conversion(OPERATIONS[entry.operation]) else "operation"
    return f"the known deviation {entry.diagnosis!r} ({entry.versions}) of {ends} matches no {kind}; correct deviations.toml"


def find_deviation(entries: Iterable[Deviation], package: str, version: str, claim: Claim) -> Deviation | None:
    """Return the first entry that speaks of a claim, or None."""
    return next((e for e in entries if e.speaks_of(package, version, claim)), None)
