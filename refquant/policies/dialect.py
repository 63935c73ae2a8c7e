"""A dialect: a named, versioned assignment of every knob, with a source, possibly different for some targets and sources."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, NamedTuple

from refquant.errors import PolicyError, UnknownNameError
from refquant.policies.knobs import KNOBS, Policies, as_via, choice

Overrides = tuple[tuple[str, Any], ...]


def overrides_of(knobs: dict[str, Any]) -> Overrides:
    """Return validated (knob, choice) pairs in the order of `Policies`."""
    unknown = set(knobs) - set(KNOBS) - {"via"}
    if unknown:
        raise UnknownNameError(f"dialect: no knob is named {', '.join(map(repr, sorted(unknown)))}; the knobs are {', '.join(KNOBS)}, via")
    Policies(**knobs)  # each choice is checked there
    order = [f.name for f in dataclasses.fields(Policies)]
    checked = {n: as_via(v) if n == "via" else choice(n, v, KNOBS[n], optional=True) for n, v in knobs.items()}
    return tuple(sorted(checked.items(), key=lambda item: order.index(item[0])))


class Row(NamedTuple):
    """Overrides for targets and sources whose names match one of these patterns (``fnmatch``; None matches all). RQ-1.4."""

    overrides: Overrides
    targets: tuple[str, ...] | None = None
    sources: tuple[str, ...] | None = None

    def matches(self, target: str, source: str) -> bool:
        """Return whether this row speaks of this target and source."""
        return all(patterns is None or any(fnmatchcase(name, p) for p in patterns) for patterns, name in ((self.targets, target), (self.sources, source)))


@dataclass(frozen=True)
class Dialect:
    """A named, versioned assignment of every knob.

    Parameters
    ----------
    name, version, source : str
        What it describes, and where that was read or measured.
    base : Policies
        The knobs for targets and sources that no row names.
    rows : tuple of Row
        Overrides on top of `base`; the first row that matches wins (RQ-1.4).

    Notes
    -----
    Immutable and hashable. `replace` makes a new dialect; see `refquant.get_dialect` and `refquant.list_dialects`.

    Examples
    --------
    >>> import refquant as rq
    >>> mine = rq.get_dialect("default").replace(overflow="saturate", nan="to_zero")
    >>> rq.encode([300.0, float("nan")], "int8", dialect=mine).tolist()
    [127, 0]
    """

    name: str
    version: str = ""
    source: str = ""
    base: Policies = field(default_factory=Policies)
    rows: tuple[Row, ...] = field(default=())

    def policies(self, target: str, source: str) -> Policies:
        """Return the policies for one target format and one source format, by name."""
        return _policies(self, target, source)

    def replace(self, *, name: str | None = None, **knobs: Any) -> Dialect:
        """Return a dialect in which these knobs have these choices, for every target and source.

        Raises
        ------
        UnknownNameError, InputTypeError
            If a knob or a choice does not exist.
        PolicyError
            If the combination contradicts itself.
        """
        changed = dict(overrides_of(knobs))
        base = dataclasses.replace(self.base, **changed)
        if base.via is not None and base.rounding.is_stochastic and base.via.rounding.is_stochastic:
            raise PolicyError("via: its rounding must be deterministic; the random bits belong to the last rounding (RQ-9.7)")
        rows = tuple(r._replace(overrides=tuple((k, v) for k, v in r.overrides if k not in changed)) for r in self.rows)
        return dataclasses.replace(self, name=f"{self.name}*" if name is None else name, base=base, rows=rows)


@lru_cache(maxsize=4096)
def _policies(dialect: Dialect, target: str, source: str) -> Policies:
    row = next((r for r in dialect.rows if r.matches(target, source)), None)
    return dialect.base if row is None else dataclasses.replace(dialect.base, **dict(row.overrides))


def dialect_from(name: str, version: str, source: str, *rows: dict[str, Any], base: Dialect | None = None, **knobs: Any) -> Dialect:
    """Return a dialect from literals: knobs of the base, and rows as mappings with `targets`, `sources` and knobs."""
    start = base.base if base else Policies()
    made = tuple(_row(**row) for row in rows)
    inherited = base.rows if base else ()
    return Dialect(name, version, source, dataclasses.replace(start, **dict(overrides_of(knobs))), made + inherited)


def _row(targets: list[str] | None = None, sources: list[str] | None = None, **knobs: Any) -> Row:
    return Row(overrides_of(knobs), tuple(targets) if targets else None, tuple(sources) if sources else None)
