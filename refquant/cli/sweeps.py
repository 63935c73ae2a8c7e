"""``refquant verify --exhaustive``: every code of the sources."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

import refquant
from refquant.cli.console import console, line
from refquant.cli.reports import STDERR_LINES, STDOUT, Reports, write_pages, write_report
from refquant.errors import StateError
from refquant.golden.sources import width_of
from refquant.verify import Claim, Deviation, Kind, Sweep, Target, run_sweep
from refquant.verify.deviations import find_deviation
from refquant.verify.findings import misbehaviour_text
from refquant.verify.report import misbehaviour_record
from refquant.verify.sweep_verdicts import judgements_of
from refquant.verify.sweeping import WIDEST
from refquant.verify.swept import ABSENT, KNOWN

Announced = list[tuple[Target, tuple[Claim, ...]]]
Pairs = list[tuple[Target, Claim]]
INTERRUPTED = "interrupted"


class Swept(NamedTuple):
    """What a sweep found, and why it did not come to its end."""

    found: Sweep
    failure: str = ""

    @property
    def ok(self) -> bool:
        """Whether every code was compared and nothing unexpected was found."""
        return not self.failure and self.found.complete and not self.found.new and not self.found.gone


def sweep_all(announced: Announced, known: tuple[Deviation, ...], resume: str | None, reports: Reports) -> int:
    """Sweep every announced conversion that is narrow enough; return the exit code."""
    pairs = [(target, claim) for target, claims in announced for claim in claims if width_of(claim.source) <= WIDEST]
    wide = sum(len(claims) for _, claims in announced) - len(pairs)
    if not pairs:
        raise click.UsageError(f"--exhaustive: no conversion from a source of at most {WIDEST} bits; there are {wide} from wider ones")
    paths = _state_paths(pairs, resume)
    out = console(stderr=reports.json == STDOUT)
    left = f"; {wide} from sources of more than {WIDEST} bits left out" if wide else ""
    line(out, f"every code of {len(pairs)} conversion{'s' if len(pairs) > 1 else ''}{left}")
    with redirect_stdout(sys.stderr if reports.json == STDOUT else sys.stdout):  # what a cast prints
        sweeps = _sweep_each(pairs, known, paths, out)
    write_report(reports.json, {"schema": 1, "refquant": refquant.__version__, "sweeps": [_record(swept) for swept in sweeps]})
    write_pages(reports, judgements_of([(swept.found, swept.failure) for swept in sweeps], [_known(known, *pair) for pair in pairs]))
    if sweeps[-1].failure == INTERRUPTED:
        kept = f"; the same command goes on from {resume}" if resume else "; with --resume the same command could go on from here"
        raise KeyboardInterrupt(f"interrupted in conversion {len(sweeps)} of {len(pairs)}{kept}")
    if any(swept.failure for swept in sweeps):
        return 2
    return 0 if all(swept.ok for swept in sweeps) else 1


def _known(known: tuple[Deviation, ...], target: Target, claim: Claim) -> Deviation | None:
    return find_deviation(known, target.name, target.version, claim)


def _state_paths(pairs: Pairs, resume: str | None) -> list[Path | None]:
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


def _sweep_each(pairs: Pairs, known: tuple[Deviation, ...], paths: list[Path | None], out: Console) -> list[Swept]:
    """Sweep one conversion after the other, and print what is found; the last one where the user interrupts."""
    sweeps: list[Swept] = []
    with _Bars(pairs) as bars:
        for (target, claim), path in zip(pairs, paths, strict=True):
            bars.begin(target, claim)
            sweeps.append(_swept(target, claim, _known(known, target, claim), path, bars.step))
            bars.end()
            for text, style in _lines(sweeps[-1]):
                line(out, Text(text, style=style))
            if sweeps[-1].failure == INTERRUPTED:
                break
    return sweeps


class _Bars:
    """A bar for the conversion that is swept, and one for all of them."""

    def __init__(self, pairs: Pairs) -> None:
        errors = console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal)
        self._one = self._progress.add_task("")
        total = sum(1 << width_of(claim.source) for _, claim in pairs)
        self._all = self._progress.add_task(f"all {len(pairs)} conversions", total=total, visible=len(pairs) > 1)
        self._before = self._size = 0

    def __enter__(self) -> _Bars:
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begin(self, target: Target, claim: Claim) -> None:
        """Show the next conversion."""
        self._before, self._size = self._before + self._size, 1 << width_of(claim.source)
        self._progress.reset(self._one, total=self._size, description=f"{target.name} {claim.label}")
        self._progress.start()

    def step(self, found: Sweep) -> None:
        """Show how far it is."""
        self._progress.update(self._one, completed=found.following)
        self._progress.update(self._all, completed=self._before + found.following)

    def end(self) -> None:
        """Clear the lines, so that others can be printed."""
        self._progress.stop()


def _swept(target: Target, claim: Claim, known: Deviation | None, path: Path | None, step: Callable[[Sweep], None]) -> Swept:
    """Sweep one conversion; whatever an implementation raises, the others are judged."""
    last = Sweep(target.name, target.version, claim)

    def keep(found: Sweep) -> None:
        nonlocal last
        last = found
        step(found)

    try:
        found = run_sweep(target, claim, known=known, resume=path, progress=keep)
        return Swept(found) if found.failure is None else Swept(found, misbehaviour_text(claim, found.failure, found.failure.vector or 0))
    except StateError:
        raise
    except KeyboardInterrupt:
        return Swept(last, INTERRUPTED)
    except (Exception, SystemExit) as error:
        said = "; ".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())])
        return Swept(last, " ".join(f"could not be judged: {said}".split()))


def _lines(swept: Swept) -> Iterator[tuple[str, str]]:
    """Yield lines and their styles: the conversion, then each kind of mismatch with its smallest witness."""
    found = swept.found
    title = f"{found.name} {found.version}".strip() + f", {found.claim.label}: {found.cases:,} of {found.size:,} codes compared"
    title += f", {found.resumed:,} of them in an earlier run" if found.resumed else ""
    title += f", {found.left_out:,} that its policies refuse left out" if found.left_out else ""
    wrong = f"{found.mismatches:,} wrong" if found.mismatches else "exact" if found.exact else "none of them wrong" if found.cases else "so nothing is known"
    failed = f"; FAILED: {swept.failure}" if swept.failure and swept.failure != INTERRUPTED else f"; {swept.failure}" if swept.failure else ""
    gone = f"; GONE: the known deviation {found.known.name!r} does not occur" if found.gone and found.known else ""
    yield f"{title}: {wrong}{gone}{failed}", "bold red" if found.new or gone or failed else "yellow" if found.mismatches else "green"
    for kind in found.kinds:
        yield f"    {kind.name}: {kind.count:,}, the smallest {_witness(kind)}", "yellow" if kind.name.startswith(KNOWN) else "bold red"
    for note in found.notes:
        yield f"    the program {note}", "yellow"
    if found.stderr and not swept.ok:
        yield "    its stderr ends with:", ""
        yield from ((f"        {text}", "") for text in found.stderr.splitlines()[-STDERR_LINES:])


def _witness(kind: Kind) -> str:
    w = kind.witness
    right = "which is right" if kind.name.startswith(ABSENT) else f"right {w.expected} ({w.expected_value})"
    return f"{w.input} ({w.input_value}) gives {w.got} ({w.got_value}), {right}"


def _record(swept: Swept) -> dict[str, Any]:
    found = swept.found
    (source, target), says = found.claim.names, {"dialect": found.claim.dialect.name, "nan_by": found.claim.nan_by.value}
    numbers = {n: getattr(found, n) for n in ("size", "cases", "left_out", "mismatches", "new", "gone", "complete", "resumed")}
    kinds = [{"name": k.name, "count": k.count, "witness": k.witness._asdict()} for k in found.kinds]
    program = {"misbehaviour": misbehaviour_record(found.failure), "notes": list(found.notes), "stderr": found.stderr}
    conversion = {"name": found.name, "version": found.version, "source": source, "target": target}
    return {**conversion, **says, **numbers, "failure": swept.failure, "kinds": kinds, **program}
