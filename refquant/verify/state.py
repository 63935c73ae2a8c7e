"""The state of a sweep in a file: written whole or not at all, and refused where it is not the state of this sweep."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import refquant
from refquant.errors import StateError
from refquant.verify.comparison import CLASSES, Witness

if TYPE_CHECKING:
    from refquant.verify.sweeping import Sweep

_SCHEMA = "refquant-sweep-1"


def _identity(sweep: Sweep) -> dict[str, str]:
    """Return what must be the same for a sweep to go on."""
    claim = sweep.claim
    policies = claim.correct.policies(claim.target, claim.source)
    return {
        "refquant": refquant.__version__,
        "implementation": sweep.name,
        "version": sweep.version,
        "conversion": claim.label,
        "policies": repr(policies),
        "nan_by": claim.nan_by.value,
        "known": "" if sweep.known is None else sweep.known.name,
    }


def save_state(path: str | Path, sweep: Sweep) -> None:
    """Write the state to a file beside `path` and rename it, so that there is always a whole one."""
    kinds = [[k.name, k.count, k.magnitude, k.code, list(k.witness)] for k in sweep.kinds]
    body = {"following": sweep.following, "cases": sweep.cases, "left_out": sweep.left_out, "kinds": kinds}
    record = {"schema": _SCHEMA, "sweep": _identity(sweep), "found": body, "digest": _digest(body)}
    goal = Path(path)
    handle, name = tempfile.mkstemp(dir=goal.parent, prefix=f".{goal.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps(record, indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(goal)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def load_state(path: str | Path, fresh: Sweep) -> Sweep:
    """Return the findings of a file, or `fresh` where there is no file; raise StateError where it is not a state of this sweep."""
    from refquant.verify.sweeping import KNOWN, Kind

    if not Path(path).exists():
        return fresh
    record = _read(Path(path))
    ours = _identity(fresh)
    other = [f"{name} {record['sweep'].get(name)!r}, not {ours[name]!r}" for name in ours if record["sweep"].get(name) != ours[name]]
    if other:
        raise StateError(f"resume: {path} is the state of another sweep: {'; '.join(other)}")
    body = record["found"]
    kinds = tuple(Kind(name, count, magnitude, code, Witness(*witness)) for name, count, magnitude, code, witness in body["kinds"])
    found = type(fresh)(fresh.name, fresh.version, fresh.claim, body["following"], body["cases"], body["left_out"], kinds, fresh.known)
    consistent = 0 <= found.following <= found.size and found.cases + found.left_out == found.following and found.mismatches <= found.cases
    names = {*CLASSES, *([] if fresh.known is None else [KNOWN + fresh.known.name])}
    if not consistent or not {k.name for k in kinds} <= names:
        raise StateError(f"resume: the numbers in {path} contradict each other; it was changed or damaged")
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise StateError(f"resume: {path} cannot be read as the state of a sweep: {error}") from None
    if not isinstance(record, dict) or record.get("schema") != _SCHEMA or not isinstance(record.get("sweep"), dict):
        raise StateError(f"resume: {path} is not the state of a sweep (schema {_SCHEMA!r}); give another name")
    if record.get("digest") != _digest(record.get("found")):
        raise StateError(f"resume: the numbers in {path} do not agree with their digest; it was changed or damaged")
    return record


def _digest(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
