"""``refquant verify --exhaustive``: every code of the sources."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any, TextIO

import click
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from refquant.cli.console import console, line
from refquant.verify import Claim, Deviation, Sweep, Target, run_sweep
from refquant.verify.deviations import find_deviation
from refquant.verify.sources import width_of
from refquant.verify.sweeping import KNOWN, WIDEST

Announced = list[tuple[Target, tuple[Claim, ...]]]


def sweep_all(announced: Announced, known: tuple[Deviation, ...], resume: str | None, report: TextIO | None) -> int:
    """Sweep every announced conversion that is narrow enough; return the exit code."""
    pairs = [(target, claim) for target, claims in announced for claim in claims if width_of(claim.source) <= WIDEST]
    wide = sum(len(claims) for _, claims in announced) - len(pairs)
    _refuse(pairs, wide, resume)
    to_stdout = report is not None and report.name == "<stdout>"
    out = console(stderr=to_stdout)
    left = f"; {wide} from sources of more than {WIDEST} bits left out" if wide else ""
    line(out, f"every code of {len(pairs)} conversion{'s' if len(pairs) > 1 else ''}{left}")
    sweeps = []
    for target, claim in pairs:
        with redirect_stdout(sys.stderr if to_stdout else sys.stdout):  # what a cast prints
            sweeps.append(_swept(target, claim, find_deviation(known, target.name, target.version, claim), resume))
        for text, style in _lines(sweeps[-1]):
            line(out, Text(text, style=style))
    if report is not None:
        report.write(json.dumps({"schema": 1, "sweeps": [_record(found) for found in sweeps]}, indent=2) + "\n")
    return 0 if all(found.complete and not found.new for found in sweeps) else 1


def _refuse(pairs: list[tuple[Target, Claim]], wide: int, resume: str | None) -> None:
    if not pairs:
        raise click.UsageError(f"--exhaustive: no conversion from a source of at most {WIDEST} bits; there are {wide} from wider ones")
    if resume and len(pairs) != 1:
        listed = ", ".join(claim.label for _, claim in pairs)
        raise click.UsageError(f"--resume keeps the state of one conversion, and these are {len(pairs)}: {listed}; choose with --format and --source")


def _swept(target: Target, claim: Claim, known: Deviation | None, resume: str | None) -> Sweep:
    errors = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task(f"{target.name} {claim.label}", total=1 << width_of(claim.source))
        return run_sweep(target, claim, known=known, resume=resume, progress=lambda found: progress.update(task, completed=found.following))


def _lines(found: Sweep) -> Iterator[tuple[str, str]]:
    """Yield lines and their styles: the conversion, then each kind of mismatch with its smallest witness."""
    title = f"{found.name} {found.version}".strip() + f", {found.claim.label}: {found.cases:,} of {found.size:,} codes compared"
    title += f", {found.left_out:,} that its policies refuse left out" if found.left_out else ""
    wrong = f"{found.mismatches:,} wrong" if found.mismatches else "exact"
    yield f"{title}: {wrong}", "bold red" if found.new else "yellow" if found.mismatches else "green"
    for kind in found.kinds:
        w = kind.witness
        text = (
            f"    {kind.name}: {kind.count:,}, the smallest {w.input} ({w.input_value}) gives {w.got} ({w.got_value}), right {w.expected} ({w.expected_value})"
        )
        yield text, "yellow" if kind.name.startswith(KNOWN) else "bold red"


def _record(found: Sweep) -> dict[str, Any]:
    claim = {"source": found.claim.source, "target": found.claim.target, "dialect": found.claim.dialect.name, "nan_by": found.claim.nan_by.value}
    numbers = {n: getattr(found, n) for n in ("size", "cases", "left_out", "mismatches", "new", "complete")}
    kinds = [{"name": k.name, "count": k.count, "witness": k.witness._asdict()} for k in found.kinds]
    return {"name": found.name, "version": found.version, **claim, **numbers, "kinds": kinds}
