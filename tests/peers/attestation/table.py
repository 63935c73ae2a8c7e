"""spec/ATTESTATION.md from tests/attested.toml: `python tests/peers/write_table.py` writes it."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import refquant as rq
from attestation.claims import EVERY, Claim, group_of, load

PAGE = Path(__file__).parents[3] / "spec" / "ATTESTATION.md"
OPERATIONS = ["decode", *(f"encode, {mode}" for mode in rq.RoundingMode)]
HEAD = """# Who else says so

For each format and operation the independent implementations whose results equal refquant's, bit for bit, on the cases that `tests/attested.toml` states;
fewer than two are marked *self-attested* (a peer that takes some of a row's formats is named *in part* and does not count). `python tests/peers/write_table.py` writes this page; `tests/peers` and `tests/external` run every comparison, and a test holds this page equal to the file.
A format that does not stand here is *self-attested*: compared with refquant's own oracle alone (`tests/reference`). IEEE P3109 formats stand by width; above 8 bits they are all compared in `tests/external`.

Where a peer encodes under a dialect of its own, refquant is asked for that dialect; a NaN is compared as the file says, by byte or by class. Some peers take part of the inputs only
(numbers in range, for instance): `only` in the file says so. Differences that are known stand at the end.
"""


@cache
def sizes() -> dict[str, int]:
    """Every row of the table, each format and the IEEE P3109 formats by width, and how many formats it has."""
    return dict(Counter(group_of(name) for name in EVERY))


def operations(claim: Claim) -> list[str]:
    """`decode`, or one operation per rounding."""
    return ["decode"] if claim.operation == "decode" else [f"encode, {mode}" for mode in claim.roundings]


def oracles() -> dict[str, dict[str, dict[str, int]]]:
    """Format group -> operation -> peer, in the order of the file -> how many formats of the group it covers."""
    covered: dict[tuple[str, str, str], set[str]] = {}
    for claim in load()[1]:
        for group, names in claim.groups().items():
            for operation in operations(claim):
                covered.setdefault((group, operation, claim.peer), set()).update(names)
    found: dict[str, dict[str, dict[str, int]]] = {group: {operation: {} for operation in OPERATIONS} for group in sizes()}
    for (group, operation, peer), names in covered.items():
        found[group][operation][peer] = len(names)
    return found


def oracle_text(group: str, peers: dict[str, int]) -> str:
    """The peers; one that covers a part of the formats is shown so and does not count. Fewer than two are marked."""
    size = sizes()[group]
    words = [peer if count == size else f"{peer} (in part)" for peer, count in peers.items()]
    whole = sum(count == size for count in peers.values())
    return ", ".join(words) + ("" if whole > 1 else "; *self-attested*" if whole else "*not compared*")


def merged(group: str, by_operation: dict[str, dict[str, int]]) -> list[tuple[str, str]]:
    """(operations, oracles) of one group, roundings with the same oracles in one row."""
    found: dict[tuple[str, str], list[str]] = {}
    for operation, peers in by_operation.items():
        word, _, mode = operation.partition(", ")
        found.setdefault((word, oracle_text(group, peers)), []).append(mode)
    return [(word + (": " if any(modes) else "") + ", ".join(modes), text) for (word, text), modes in found.items()]


def spans(groups: list[str]) -> str:
    """Names, where three and more with successive numbers become `int5 to int16`."""
    runs: list[list[str]] = []
    for name in groups:
        runs[-1].append(name) if runs and follows(runs[-1][-1], name) else runs.append([name])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)


def follows(first: str, second: str) -> bool:
    """Whether a name is another one with the next number in it."""
    a, b = (re.fullmatch(r"(u?int|binary)(\d+)(.*)", name) for name in (first, second))
    return bool(a and b and (a[1], a[3]) == (b[1], b[3]) and int(b[2]) == int(a[2]) + 1)


def rows() -> list[str]:
    """The lines of the table; groups of the same content share them."""
    shared: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for group, by_operation in oracles().items():
        shared.setdefault(tuple(merged(group, by_operation)), []).append(group)
    return [f"| {spans(groups)} | {operation} | {text} |" for content, groups in shared.items() for operation, text in content]


def peer_lines() -> list[str]:
    """What each peer is."""
    peers, _, _ = load()
    return [f"| {p.name} | {p.what} | {p.version or '-'} | `tests/{'external' if p.where == 'external' else 'peers'}` |" for p in peers.values()]


def difference_lines() -> list[str]:
    """The known differences, with their witnesses."""
    _, _, found = load()
    return [
        f"| {d.peer} {load()[0][d.peer].version.lstrip('=')} | {d.source} to {d.target}{'' if d.rounding == 'ties_to_even' else ', ' + d.rounding} "
        f"| `{d.input}` | `{d.peer_gives}` | `{d.refquant_gives}` | {d.reason} |".replace("|x|", "x")
        for d in found.values()
    ]


def render() -> str:
    """The page."""
    table = ["| format | operation | independent oracles |", "|---|---|---|", *rows()]
    peers = ["## The oracles", "", "| name | what it is | version | compared in |", "|---|---|---|---|", *peer_lines()]
    known = ["## Known differences", "", "| peer | conversion | input | it gives | refquant gives | reason |", "|---|---|---|---|---|---|", *difference_lines()]
    return "\n".join([HEAD, *table, "", *peers, "", *known, ""])
