"""The files in which sweeps keep their state."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import click

from refquant.verify import Claim, OperationClaim, Target

_LONGEST = 100  #: characters of a name
_PLAIN = re.compile(rf"[\w.+-]{{1,{_LONGEST}}}", re.ASCII)
_NOT_PLAIN = re.compile(r"[^\w.+-]+", re.ASCII)


def state_paths(pairs: list[tuple[Target, Claim]], resume: str | None) -> list[Path | None]:
    """Return the file of each conversion: the one that --resume names, or one of its own in that folder."""
    if resume is None:
        return [None for _ in pairs]
    if not resume:
        raise click.UsageError("--resume: expected the name of a file or folder")
    path = Path(resume)
    if len(pairs) == 1 and not path.is_dir():
        return [path]
    if path.exists() and not path.is_dir():
        raise click.UsageError(f"--resume: {path} is a file, and these are {len(pairs)} conversions; name a folder, or choose with --format and --source")
    path.mkdir(exist_ok=True)
    return [path / f"{name}.json" for name in _names(pairs)]


def _names(pairs: list[tuple[Target, Claim]]) -> list[str]:
    """Return a name of a file for each conversion; where two are the same, each has its dialect too, and where that does not do, a digest of its target."""
    names = ["-".join((_in_a_folder(target.name), *_conversion(claim))) for target, claim in pairs]
    for ends in ([claim.dialect.name for _, claim in pairs], [_digest(target.name) for target, _ in pairs]):
        repeated = [names.count(name) > 1 for name in names]
        names = [f"{name}-{end}" if twice else name for name, end, twice in zip(names, ends, repeated, strict=True)]
    return names


def _conversion(claim: Claim) -> tuple[str, ...]:
    return (claim.operation, *claim.source_names, claim.names[1]) if isinstance(claim, OperationClaim) else claim.names


def _in_a_folder(name: str) -> str:
    """Return the name of a target as part of the name of a file: what such a name cannot have is left out, and a digest is there instead."""
    plain = name.replace(":", ".")
    if _PLAIN.fullmatch(plain):
        return plain
    return f"{_NOT_PLAIN.sub('_', plain)[:_LONGEST]}-{_digest(name)}"


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
