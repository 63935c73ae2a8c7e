"""Verdicts as tables, or under each other where the terminal is narrow."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from refquant.cli.console import line, table, width_of
from refquant.cli.reports import STDERR_LINES
from refquant.verify import Claim, Judgement, Verdict
from refquant.verify.deviations import matches_nothing

_STYLES = {"exact": "green", "known": "yellow", "new": "bold red", "gone": "bold red", "failed": "bold red"}


def print_judgement(out: Console, judgement: Judgement) -> None:
    """Print what was found of each conversion, and how many of them are right."""
    title = f"{judgement.name} {judgement.version}".strip()
    rows = table(title, "cases", "mismatches", "classes", "smallest witness", "got", "right", "verdict", right=("cases", "mismatches"), keep=(title,))
    labelled = list(zip(labels_of(judgement.verdicts), judgement.verdicts))
    for label, verdict in labelled:
        rows.add_row(*(Text(cell, style=style) for cell, style in _cells(label, verdict)))
    line(out, "")
    if width_of(rows, out) <= out.width:
        out.print(rows)
    else:
        _print_narrow(out, title, labelled)
    for label, verdict in labelled:
        _print_aside(out, label, verdict)
    for entry in judgement.unmatched:
        line(out, Text(f"{judgement.name}: {matches_nothing(entry)}", style="bold red"))
    line(out, _summary(judgement))


def kind_of(claims: Sequence[Claim]) -> str:
    """Return what claims are about."""
    return "operation" if claims and all(claim.kind == "operation" for claim in claims) else "conversion"


def labels_of(verdicts: Sequence[Verdict]) -> list[str]:
    """Return what each conversion is called: by its formats, and by what the implementation says of it where several have the same formats."""
    plain = [verdict.claim.label for verdict in verdicts]
    return [f"{label} ({_said(verdict.claim)})" if plain.count(label) > 1 else label for label, verdict in zip(plain, verdicts)]


def _said(claim: Claim) -> str:
    return ", ".join([claim.dialect.name, *(f"{knob}={choice}" for knob, choice in claim.knobs)])


def _print_aside(out: Console, label: str, verdict: Verdict) -> None:
    """Print what a table has no column for."""
    for name, found in (("unknown digits", verdict.unknown), ("wrong flags", verdict.flags)):
        if found is not None:
            w = found.witness
            text = f"{label}: {found.cases:,} with {name}: {w.input} ({w.input_value}) gives {w.got} ({w.got_value}), right {w.expected} ({w.expected_value})"
            line(out, Text(text, style="bold red"))
    for note in verdict.notes:
        line(out, Text(f"{label}: the program {note}", style="yellow"))
    if verdict.unanswered:
        line(out, f"{label}: {verdict.cases:,} inputs were compared, {verdict.unanswered:,} have no answer")
    if verdict.stderr and not verdict.ok:
        line(out, f"{label}: its stderr ends with:")
        for text in verdict.stderr.splitlines()[-STDERR_LINES:]:
            line(out, f"    {text}")


def _print_narrow(out: Console, title: str, labelled: list[tuple[str, Verdict]]) -> None:
    """Print what does not fit side by side under the row of the conversion."""
    line(out, Text(title, style="bold"))
    width = max((len(label) for label, _ in labelled), default=0)
    for label, verdict in labelled:
        cells = [cell for cell, _ in _cells(label, verdict)]
        line(out, Text(f"{cells[0]:{width}} {cells[1]:>11} cases {cells[2]:>10} wrong  ") + Text(verdict.status, style=_STYLES[verdict.status]))
        found = [f"{name} {cell}" for name, cell in zip(("", "witness", "got", "right"), cells[3:7]) if cell]
        for text, style in ((", ".join(found).strip(), ""), ("" if verdict.status == "exact" else cells[7], _STYLES[verdict.status])):
            for part in textwrap.wrap(text, out.width - 4, break_long_words=False, break_on_hyphens=False):
                line(out, Text(f"    {part}", style=style))


def _cells(label: str, verdict: Verdict) -> list[tuple[str, str]]:
    w, classes = verdict.witness, ", ".join(f"{name} {count}" for name, count in verdict.by_class.items())
    witness = ["", "", ""] if w is None else [f"{w.input} ({w.input_value})", f"{w.got} ({w.got_value})", f"{w.expected} ({w.expected_value})"]
    plain = [label, f"{verdict.cases:,}", f"{verdict.mismatches:,}", classes, *witness]
    return [*((cell, "") for cell in plain), (_says(verdict), _STYLES[verdict.status])]


def _says(verdict: Verdict) -> str:
    match verdict.status:
        case "exact":
            return f"exact; {verdict.left_out:,} inputs that its policies refuse were left out" if verdict.left_out else "exact"
        case "known":
            return f"known: {verdict.diagnosis}"
        case status:
            return f"{status.upper()}: {verdict.message}"


def _summary(judgement: Judgement) -> Text:
    counts = {status: sum(v.status == status for v in judgement.verdicts) for status in _STYLES}
    found = ", ".join(f"{counts[status]} {status}" for status in _STYLES if counts[status])
    cases = sum(v.cases for v in judgement.verdicts)
    kind = kind_of(judgement.announced)
    text = f"{judgement.name}: {judgement.judged} of {len(judgement.announced)} announced {kind}s judged, {cases:,} cases: {found}"
    return Text(text, style="green" if judgement.ok else "bold red")
