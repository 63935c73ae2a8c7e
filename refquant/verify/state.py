"""The state of a sweep in a file: written whole or not at all, and refused where it is not the state of this sweep."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from operator import index
from pathlib import Path
from typing import Any

import refquant
from refquant.errors import StateError
from refquant.golden.whole_files import why_not_writable, write_whole
from refquant.verify.comparison import CLASSES, Witness
from refquant.verify.swept import ABSENT, KNOWN, UNKNOWN, Kind, Sweep

_SCHEMA = "refquant-sweep-3"
_WITHOUT_ABSENT = "refquant-sweep-2"  # did not count where a known deviation does not occur


def _identity(sweep: Sweep) -> dict[str, str]:
    """Return what must be the same for a sweep to go on."""
    claim = sweep.claim
    policies = claim.policies
    return {
        "refquant": refquant.__version__,
        "implementation": sweep.name,
        "version": sweep.version,
        "conversion": claim.label,
        **{name: repr(fmt) for name, fmt in (("source", claim.source), ("target", claim.target)) if not isinstance(fmt, str)},
        **{f.name: str(getattr(policies, f.name)) for f in fields(policies)},
        "nan_by": claim.nan_by.value,
        "known": "" if sweep.known is None else sweep.known.name,
    }


def check_path(path: str | Path) -> None:
    """Raise StateError where a state could not be kept, before anything is swept."""
    if reason := why_not_writable(path):
        raise StateError(f"resume: {reason}")


def save_state(path: str | Path, sweep: Sweep, results: str) -> None:
    """Write the state; `results` is the digest of what the cast gives on known inputs."""
    kinds = [[k.name, k.count, k.magnitude, k.code, list(k.witness)] for k in sweep.kinds]
    body = {"following": sweep.following, "cases": sweep.cases, "left_out": sweep.left_out, "kinds": kinds, "results": results}
    record = {"schema": _SCHEMA, "sweep": _identity(sweep), "found": body, "digest": _digest(body)}
    write_whole(path, json.dumps(record, indent=1) + "\n")


def load_state(path: str | Path, fresh: Sweep, results: str) -> Sweep:
    """Return the findings of a file, or `fresh` where there is no file; raise StateError where it is not a state of this sweep."""
    if not Path(path).exists():
        return fresh
    record = _read(Path(path))
    ours = _identity(fresh)
    other = [f"{name} {record['sweep'].get(name)!r}, not {ours[name]!r}" for name in ours if record["sweep"].get(name) != ours[name]]
    if other:
        raise StateError(f"resume: {path} is the state of another sweep: {'; '.join(other)}")
    found = _found(record["found"], fresh)
    if found is None:
        raise StateError(f"resume: the numbers in {path} contradict each other; it was changed or damaged")
    if record["found"]["results"] != results:
        raise StateError(f"resume: {path} is the state of a cast that gave other results than {fresh.name} gives now; delete the file to begin anew")
    return found


def _found(body: Any, fresh: Sweep) -> Sweep | None:
    """Return the findings of a state, or None where they cannot be those of any sweep."""
    try:
        following, cases, left_out = (index(body[name]) for name in ("following", "cases", "left_out"))
        kinds = tuple(Kind(name, index(count), index(magnitude), index(code), Witness(*witness)) for name, count, magnitude, code, witness in body["kinds"])
    except (KeyError, TypeError, ValueError):
        return None
    found = replace(fresh, following=following, cases=cases, left_out=left_out, kinds=kinds, resumed=following)
    names = {*CLASSES, UNKNOWN, *([] if fresh.known is None else [KNOWN + fresh.known.name, ABSENT + fresh.known.name])}
    counted = sum(k.count for k in kinds)
    counts = min(found.cases, found.left_out) >= 0 and found.cases + found.left_out == found.following <= found.size and counted <= found.cases
    each = all(k.name in names and k.count > 0 and 0 <= k.code < found.size and all(isinstance(t, str) for t in k.witness) for k in kinds)
    return found if counts and each and len({k.name for k in kinds}) == len(kinds) else None


def _read(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise StateError(f"resume: {path} cannot be read as the state of a sweep: {error}") from None
    if isinstance(record, dict) and record.get("schema") == _WITHOUT_ABSENT:
        raise StateError(f"resume: {path} was written before a sweep counted where a known deviation does not occur; delete the file to begin anew")
    if not isinstance(record, dict) or record.get("schema") != _SCHEMA or not isinstance(record.get("sweep"), dict):
        raise StateError(f"resume: {path} is not the state of a sweep (schema {_SCHEMA!r}); give another name")
    if record.get("digest") != _digest(record.get("found")):
        raise StateError(f"resume: the numbers in {path} do not agree with their digest; it was changed or damaged")
    return record


def _digest(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
