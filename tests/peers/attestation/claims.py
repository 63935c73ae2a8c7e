"""tests/attested.toml as objects. Nothing that is not in the file is compared, and everything in it is."""

from __future__ import annotations

import fnmatch
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import refquant as rq

FILE = Path(__file__).parents[2] / "attested.toml"
#: The formats that were compared: patterns range over these alone, so that a new format inherits no one's word.
COMPARED = frozenset(tomllib.loads((Path(__file__).parents[2] / "attested.toml").read_text())["compared"])
EVERY = tuple(name for name in rq.list_formats(p3109=True) if name in COMPARED or re.fullmatch(r"binary\d+p\d+[su][ef]", name))
P3109 = re.compile(r"binary(\d+)p\d+[su][ef]")


@dataclass(frozen=True)
class Peer:
    """An independent implementation: what it is, its distribution and version, and where it is compared (ci or external)."""

    name: str
    what: str
    module: str
    where: str
    package: str = ""
    version: str = ""


@dataclass(frozen=True)
class Claim:
    """A peer and refquant agree on an operation of some formats, on stated cases.

    `only` names filters (inputs that the peer takes), `leave_out` names differences whose inputs are left out.
    """

    peer: str
    operation: str
    formats: tuple[str, ...]
    cases: tuple[str, ...]
    sources: tuple[str, ...] = ()
    roundings: tuple[str, ...] = ()
    overflows: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ("default",)
    into: tuple[str, ...] = ()
    nan: str = "class"
    only: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    random_bits: int = 0
    where: str = ""

    def groups(self) -> dict[str, list[str]]:
        """The formats by the name under which they stand in the table."""
        found: dict[str, list[str]] = {}
        for name in self.formats:
            found.setdefault(group_of(name), []).append(name)
        return found


@dataclass(frozen=True)
class Difference:
    """A known difference with its smallest witness, as bits."""

    name: str
    peer: str
    source: str
    target: str
    input: str
    peer_gives: str
    refquant_gives: str
    reason: str
    dialect: str = "default"
    rounding: str = "ties_to_even"
    inputs: str = ""


def fits_float64(name: str) -> bool:
    """Whether float64 holds every value of a format."""
    fmt = rq.get_format(name)
    return isinstance(fmt, rq.IntFormat) or (fmt.grid.min_quantum >= -1074 and fmt.emax <= 1023)


def group_of(name: str) -> str:
    """The row of the table: a format, or the IEEE P3109 formats of one width (those beyond float64 apart)."""
    match = P3109.fullmatch(name)
    if match is None:
        return name
    return f"binary{match[1]}" + ("" if fits_float64(name) else " (beyond float64)")


def expand(patterns: list[str]) -> tuple[str, ...]:
    """The formats that patterns name, in the order of the registry; `!pattern` takes away. Each pattern must name something."""
    found: set[str] = set()
    for pattern in patterns:
        matches = set(fnmatch.filter(EVERY, pattern.lstrip("!")))
        if not matches:
            raise ValueError(f"attested.toml: {pattern!r} names no format")
        found = found - matches if pattern.startswith("!") else found | matches
    return tuple(name for name in EVERY if name in found)


def read_claim(row: dict[str, Any]) -> Claim:
    """One [[agrees]] table."""
    fields = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items() if key not in ("formats", "within")}
    names = expand(row["formats"])
    if row.get("within") == "float64":
        names = tuple(name for name in names if fits_float64(name))
    return Claim(formats=names, **fields)


@cache
def load() -> tuple[dict[str, Peer], tuple[Claim, ...], dict[str, Difference]]:
    """Peers, claims, known differences."""
    tables = tomllib.loads(FILE.read_text())
    peers = {name: Peer(name=name, **row) for name, row in tables["peer"].items()}
    differences = {row["name"]: Difference(**row) for row in tables["differs"]}
    return peers, tuple(read_claim(row) for row in tables["agrees"]), differences


def jobs(where: str) -> list[tuple[Claim, str, list[str]]]:
    """What to test at one place: claim, row of the table, formats."""
    peers, claims, _ = load()
    return [(claim, group, names) for claim in claims if (claim.where or peers[claim.peer].where) == where for group, names in claim.groups().items()]


def job_id(job: tuple[Claim, str, list[str]]) -> str:
    """A readable name of a job."""
    claim, group, _ = job
    words = [claim.peer, claim.operation, group.replace(" ", "-"), *claim.sources]
    return "-".join([*words, claim.roundings[0] if len(claim.roundings) == 1 else ""]).rstrip("-")


def differences(where: str) -> list[Difference]:
    """The known differences of the peers of one place."""
    peers, _, found = load()
    return [d for d in found.values() if peers[d.peer].where == where]
