"""The files in which sweeps keep their state."""

from __future__ import annotations

from pathlib import Path

import click

from refquant.verify import Claim, Target


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
    names = ["-".join((target.name.replace(":", "."), *claim.names)) for target, claim in pairs]
    repeated = [names.count(name) > 1 for name in names]  # by other dialects
    return [path / f"{name}{f'-{claim.dialect.name}' if twice else ''}.json" for name, twice, (_, claim) in zip(names, repeated, pairs)]
