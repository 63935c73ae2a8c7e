"""The command: measure, print, judge."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

try:
    from rich.console import Console
    from rich.table import Table
except ModuleNotFoundError as error:
    sys.exit(f"error: the benchmarks need {error.name}: pip install '.[full]'")

from benchmarks import casts, chart, everything, explaining, firstcall, growth, importing, memory, operating, peak, speed, verifying
from benchmarks.demands import Demand
from benchmarks.machine import machine
from refquant.golden.whole_files import why_not_writable

MI = 1 << 20
Part = Callable[[argparse.Namespace, Console], tuple[Any, list[Demand]]]


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """Return the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="refquant side by side with its peers, in one process and interleaved.",
        epilog="examples: python -m benchmarks --quick --only casts;  python -m benchmarks --json results.json --chart speed.png",
    )  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="fewer elements, rounds and processes; no 2**32, no 1 GiB; nothing is demanded: a minute or two")
    parser.add_argument("--only", choices=list(PARTS), action="append", help="this part alone; may be repeated")
    parser.add_argument("--rounds", type=int, help="rounds of what is timed side by side (7; 3 with --quick)")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write everything as JSON too")
    parser.add_argument("--chart", metavar="FILE", type=Path, help="draw the casts as PNG (matplotlib)")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a demand is not met, or cannot be judged")
    options = parser.parse_args(arguments)
    if reason := _refused(options):
        parser.error(reason)
    options.rounds = options.rounds or (3 if options.quick else 7)
    return options


def _refused(options: argparse.Namespace) -> str | None:
    """Return why a command line cannot be followed, before anything is measured."""
    for option, path in (("--json", options.json), ("--chart", options.chart)):
        if path is not None and (reason := why_not_writable(path)):
            return f"{option}: {reason}"
    if options.chart and options.only and "casts" not in options.only:
        return "--chart draws the casts, and --only leaves them out"
    if options.chart and find_spec("matplotlib") is None:
        return "--chart needs matplotlib: pip install matplotlib"
    if options.rounds is not None and options.rounds < 1:
        return f"--rounds: expected at least 1, got {options.rounds}"
    return "--check: --quick measures too little to judge" if options.check and options.quick else None


def main(arguments: list[str] | None = None) -> int:
    """Measure and report; with --check return 1 where a demand is not met."""
    options = parsed(arguments)
    out, facts = Console(), machine()
    if not out.is_terminal:
        out = Console(width=170)
    out.print(", ".join(f"{k} {v}" for k, v in facts.items()), highlight=False, soft_wrap=True)
    record: dict[str, Any] = {"machine": facts, "quick": options.quick}
    demands: list[Demand] = []
    for name, part in PARTS.items():
        if (options.only is None or name in options.only) and not (options.quick and name in SLOW):
            with out.status(f"{name} ..."):
                record[name], found = part(options, out)
            demands += [] if options.quick else found
    record["demands"] = [d._asdict() | {"met": d.met} for d in demands]
    for demand in demands:
        out.print(
            f"{'met   ' if demand.met else 'UNKNOWN' if demand.found is None else 'MISSED'} {demand}",
            style="green" if demand.met else "bold red",
            highlight=False,
            soft_wrap=True,
        )
    if options.json:
        options.json.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", "utf-8")
    if options.chart and "casts" in record:
        chart.draw(record["casts"], _size(options), options.chart, _where(facts))
    return int(options.check and not all(d.met for d in demands))


def _where(facts: dict[str, Any]) -> str:
    peers = ", ".join(f"{name} {facts[name]}" for name in chart.PEERS if name in facts)
    return f"{facts['processor']}, refquant {facts['refquant']} at {facts['commit']}, {peers}"


def _size(options: argparse.Namespace) -> int:
    return MI if options.quick else 16 * MI


def _casts(options: argparse.Namespace, out: Console) -> tuple[Any, list[Demand]]:
    rows = casts.measure(_size(options), options.rounds)
    shown = [{k: _marked(row, k) for k in row if k not in ("differs", "demanded", "seconds")} for row in rows]
    out.print(_table(f"Compiled casts: {_size(options) // MI} Mi elements, median of {options.rounds} interleaved rounds", shown))
    out.print(casts.NOTES, highlight=False, soft_wrap=True)
    for row in rows:
        for name, why in row["differs"].items():
            out.print(f"≠ {row['case']}: {name}: {why}", highlight=False, soft_wrap=True)
    return rows, casts.demands(rows)


def _marked(row: dict[str, Any], column: str) -> Any:
    return f"≠ {_cell(row[column])}" if column in row["differs"] and row[column] else row[column]


def _growth(options: argparse.Namespace, out: Console) -> tuple[Any, list[Demand]]:
    rows = growth.measure(range(10, 21 if options.quick else 27), options.rounds)
    out.print(_table("Growth: float32 → e4m3fn, million elements per second", rows))
    return rows, []


def _first(options: argparse.Namespace, out: Console) -> tuple[Any, list[Demand]]:
    found = firstcall.measure(3 if options.quick else 11)
    out.print(_table("First call of compiled code, fresh processes", [found]))
    return found, firstcall.demands(found)


def _peak(_: argparse.Namespace, out: Console) -> tuple[Any, list[Demand]]:
    found = peak.measure()
    out.print(_table("Peak memory of a process", [found]))
    return found, peak.demands(found)


def _everything(_: argparse.Namespace, out: Console) -> tuple[Any, list[Demand]]:
    found = everything.measure()
    out.print(_table("Every float32 against exact boundaries", [found]))
    return found, everything.demands(found)


def _reference(options: argparse.Namespace, out: Console) -> tuple[Any, list[Demand]]:
    size = MI if options.quick else 4 * MI
    rows = speed.measure(size, options.rounds)
    out.print(_table(f"The reference: {size // MI} Mi elements, one core, median of {options.rounds} interleaved rounds", rows))
    out.print(speed.NOTES, highlight=False, soft_wrap=True)
    return rows, speed.demands(rows)


def _memory(options: argparse.Namespace, out: Console) -> tuple[Any, list[Demand]]:
    rows = memory.measure([MI, 4 * MI] if options.quick else [MI, 4 * MI, 16 * MI])
    out.print(_table("Working memory of the reference beyond input and output, MiB (peak that tracemalloc sees)", rows))
    return rows, memory.demands(rows)


def _import(options: argparse.Namespace, out: Console) -> tuple[Any, list[Demand]]:
    found = importing.measure(5 if options.quick else 15)
    out.print(_table("Import, fresh processes", [found]))
    return found, importing.demands(found)


def _verify(options: argparse.Namespace, out: Console) -> tuple[Any, list[Demand]]:
    rows = verifying.measure(options.rounds)
    out.print(_table(f"Verdicts, median of {options.rounds} interleaved rounds", rows))
    return rows, verifying.demands(rows)


def _explain(options: argparse.Namespace, out: Console) -> tuple[Any, list[Demand]]:
    rows = explaining.measure(100_000 if options.quick else 1_000_000)
    out.print(_table("Explaining results over the whole space of knobs", rows))
    return rows, explaining.demands(rows)


def _operations(options: argparse.Namespace, out: Console) -> tuple[Any, list[Demand]]:
    rows = operating.measure(MI, options.rounds)
    out.print(_table(f"Arithmetic on codes: 1 Mi elements, one thread, median of {options.rounds} interleaved rounds", rows))
    out.print(operating.NOTES, highlight=False, soft_wrap=True)
    return rows, operating.demands(rows)


PARTS: dict[str, Part] = {
    "casts": _casts, "growth": _growth, "first": _first, "everything": _everything, "peak": _peak, "reference": _reference, "memory": _memory,
    "import": _import, "verify": _verify, "explain": _explain, "operations": _operations,
}  # fmt: skip
SLOW = ("everything", "peak")


def _table(title: str, rows: list[dict[str, Any]]) -> Table:
    made = Table(title=title, title_justify="left")
    for i, name in enumerate(rows[0]):
        made.add_column(name, justify="left" if i == 0 else "right", overflow="fold")
    for row in rows:
        made.add_row(*(_cell(v) for v in row.values()))
    return made


def _cell(value: Any) -> str:
    return "" if value is None else f"{value:.3g}" if isinstance(value, float) and value < 100 else f"{value:,.0f}" if isinstance(value, float) else str(value)
