"""``refquant verify --exhaustive``: every code of the sources."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import click
from rich.console import Console
from rich.text import Text

import refquant
from refquant.cli.chosen import seconds_for
from refquant.cli.console import console, line
from refquant.cli.hopeless import ending_with, hang_of
from refquant.cli.reports import STDERR_LINES, STDOUT, Reports, write_pages, write_report
from refquant.cli.state_paths import state_paths
from refquant.cli.sweep_bars import Bars
from refquant.cli.verdicts import kind_of
from refquant.errors import StateError
from refquant.verify import Claim, Deviation, Kind, Sweep, Target, run_sweep
from refquant.verify.answers import FAULTS
from refquant.verify.cases import bits_of, patterns
from refquant.verify.deviations import find_deviation, matches_nothing
from refquant.verify.findings import gives_replies, misbehaviour_text
from refquant.verify.offers import unmatched, without_flags
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


def sweep_all(announced: Announced, known: tuple[Deviation, ...], resume: str | None, reports: Reports, timeout: float) -> int:
    """Sweep every announced conversion that is narrow enough; return the exit code."""
    pairs = [(target, without_flags(claim)) for target, claims in announced for claim in claims if bits_of(claim) <= WIDEST]
    kind = kind_of([claim for _, claims in announced for claim in claims])
    wide = sum(len(claims) for _, claims in announced) - len(pairs)
    if not pairs:
        raise click.UsageError(f"--exhaustive: no {kind} from a source of at most {WIDEST} bits; there are {wide} from wider ones")
    limits, paths = [seconds_for(target, timeout) for target, _ in pairs], state_paths(pairs, resume)
    out = console(stderr=reports.json == STDOUT)
    left = f"; {wide} from sources of more than {WIDEST} bits left out" if wide else ""
    line(out, f"every {'pattern' if kind == 'operation' else 'code'} of {len(pairs)} {kind}{'s' if len(pairs) > 1 else ''}{left}")
    lost = {(t.name, t.version): unmatched(known, t, claims) for t, claims in announced}
    texts = [f"{name}: {matches_nothing(entry)}" for (name, _), entries in lost.items() for entry in entries]
    for text in texts:
        line(out, Text(text, style="bold red"))
    stdout = sys.stdout

    def write(sweeps: list[Swept]) -> None:
        with redirect_stdout(stdout):
            about = {"schema": 1, "refquant": refquant.__version__}
            write_report(reports.json, {**about, "sweeps": [_record(swept) for swept in sweeps], "unmatched": texts})
            judgements = judgements_of([(swept.found, swept.failure) for swept in sweeps], [_known(known, *pair) for pair in pairs])
            write_pages(reports, [replace(j, unmatched=lost.get((j.name, j.version), ())) for j in judgements])

    with redirect_stdout(sys.stderr if reports.json == STDOUT else sys.stdout):  # what a cast prints
        sweeps = _sweep_each(pairs, known, paths, limits, out, write)
    write(sweeps)
    if sweeps[-1].failure == INTERRUPTED:
        kept = f"; the same command goes on from {resume}" if resume else "; with --resume the same command could go on from here"
        raise KeyboardInterrupt(f"interrupted in conversion {len(sweeps)} of {len(pairs)}{kept}")
    if any(swept.failure for swept in sweeps):
        return 2
    return 0 if all(swept.ok for swept in sweeps) and not texts else 1


def _known(known: tuple[Deviation, ...], target: Target, claim: Claim) -> Deviation | None:
    return find_deviation(known, target.name, target.version, claim)


def _sweep_each(
    pairs: Pairs, known: tuple[Deviation, ...], paths: list[Path | None], limits: list[float | None], out: Console, write: Callable[[list[Swept]], None]
) -> list[Swept]:  # fmt: skip
    """Sweep one conversion after the other, and print what is found; the last one where the user interrupts, or where nothing else can."""
    sweeps: list[Swept] = []
    with Bars(pairs) as bars:

        def done(swept: Swept) -> None:
            bars.end()
            sweeps.append(swept)
            for text, style in _lines(swept):
                line(out, Text(text, style=style))

        for (target, claim), path, seconds in zip(pairs, paths, limits, strict=True):
            bars.begin(target, claim)
            so_far = _SoFar(Sweep(target.name, target.version, claim), bars.step)

            def end(so_far: _SoFar = so_far, seconds: float | None = seconds) -> None:
                done(so_far.hopeless(seconds))
                write(sweeps)

            with ending_with(end):
                done(_swept(target, claim, so_far, known=_known(known, target, claim), resume=path, timeout=seconds))
            if sweeps[-1].failure == INTERRUPTED:
                break
    return sweeps


class _SoFar:
    """What has been found of the conversion that is swept."""

    def __init__(self, fresh: Sweep, step: Callable[[Sweep], None]) -> None:
        self.found, self._step = fresh, step

    def __call__(self, found: Sweep) -> None:
        self.found = found
        self._step(found)

    def hopeless(self, seconds: float | None) -> Swept:
        """Return it with what is said where the function cannot be interrupted."""
        failure, text = hang_of(seconds)
        return Swept(replace(self.found, failure=failure), text)


def _swept(target: Target, claim: Claim, so_far: _SoFar, **options: Any) -> Swept:
    """Sweep one conversion; whatever an implementation raises, the others are judged."""
    try:
        found = run_sweep(target, claim, progress=so_far, **options)
        who = "the program" if gives_replies(target) else "it"
        return Swept(found) if found.failure is None else Swept(found, misbehaviour_text(claim, found.failure, _case(claim, found.failure.vector or 0), who))
    except StateError:
        raise
    except KeyboardInterrupt:
        return Swept(so_far.found, INTERRUPTED)
    except FAULTS as error:
        said = "; ".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())])
        return Swept(so_far.found, " ".join(f"could not be judged: {said}".split()))


def _case(claim: Claim, number: int) -> Any:
    return patterns(claim, number, number + 1)[0]


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
