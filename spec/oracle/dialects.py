"""Named assignments of policies: dialects.toml (RQ-1.4)."""

import tomllib
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from .policies import KNOBS, Policies, Via

TABLES = Path(__file__).parent.parent / "dialects.toml"
WORDS = ("version", "source", "base", "rows")


@dataclass(frozen=True)
class Row:
    """Overrides for some targets and sources; None matches any (RQ-1.4)."""

    targets: tuple[str, ...] | None
    sources: tuple[str, ...] | None
    overrides: dict[str, Any]

    def matches(self, target: str, source: str) -> bool:
        """Whether the row speaks of this pair (RQ-1.4)."""
        return all(patterns is None or any(fnmatchcase(name, p) for p in patterns) for patterns, name in ((self.targets, target), (self.sources, source)))


@dataclass(frozen=True)
class Dialect:
    """A named, versioned assignment with a source (RQ-1.4)."""

    name: str
    version: str = ""
    source: str = ""
    base: "Dialect | None" = None
    overrides: dict[str, Any] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()

    def policies(self, target: str, source: str = "exact") -> Policies:
        """The base's policies, the dialect's own knobs on top, then those of the first row that matches (RQ-1.4)."""
        start = self.base.policies(target, source) if self.base else Policies()
        row = next((row.overrides for row in self.rows if row.matches(target, source)), {})
        return replace(start, **(self.overrides | row))


def knobs(table: dict[str, Any], where: str, words: tuple[str, ...]) -> dict[str, Any]:
    """The knobs of a table, its other words left out (RQ-1.4)."""
    found = {key: value for key, value in table.items() if key not in words}
    for key, value in found.items():
        if key == "via":
            found[key] = Via(**value)
        elif key not in KNOBS or value is None or value not in KNOBS[key]:
            raise ValueError(f"{where}: {key} = {value!r} is no knob or no value of it")
    return found


def read_row(table: dict[str, Any], where: str) -> Row:
    """One row (RQ-1.4)."""
    targets, sources = (tuple(table[word]) if word in table else None for word in ("targets", "sources"))
    return Row(targets, sources, knobs(table, where, ("targets", "sources")))


def load(path: Path = TABLES) -> dict[str, Dialect]:
    """Every dialect of the file; `default` is there even without it (RQ-1.4)."""
    tables: dict[str, dict[str, Any]] = {"default": {}}
    if path.exists():
        with path.open("rb") as file:
            tables |= tomllib.load(file)
    made: dict[str, Dialect] = {}

    def make(name: str, above: tuple[str, ...] = ()) -> Dialect:
        if name in above or name not in tables:
            raise ValueError(f"{name}: a base that is missing or its own base")
        if name not in made:
            table = tables[name]
            base = None if name == "default" else make(table.get("base", "default"), (*above, name))
            rows = tuple(read_row(row, name) for row in table.get("rows", ()))
            made[name] = Dialect(name, table.get("version", ""), table.get("source", ""), base, knobs(table, name, WORDS), rows)
        return made[name]

    return {name: make(name) for name in tables}
