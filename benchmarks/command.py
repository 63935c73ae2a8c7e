"""The command: measure, print, judge."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import importing, memory, speed
from benchmarks.demands import Demand
from benchmarks.machine import machine

MI = 1 << 20


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """Return the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="refquant side by side with its peers: speed, working memory, time of import.")
    parser.add_argument("--quick", action="store_true", help="1 Mi elements, 3 rounds, 5 imports: a minute in place of several")
    parser.add_argument("--only", choices=["speed", "memory", "import"], help="one part alone")
    parser.add_argument("--rounds", type=int, help="rounds of the speed part (7; 3 with --quick)")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write everything as JSON too")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a demand is not met")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Measure and report; with --check return 1 where a demand is not met."""
    options = parsed(arguments)
    out, facts = Console(), machine()
    if not out.is_terminal:
        out = Console(width=150)
    out.print(", ".join(f"{k} {v}" for k, v in facts.items()), highlight=False, soft_wrap=True)
    record: dict[str, Any] = {"machine": facts, "quick": options.quick}
    demands: list[Demand] = []
    for name, part in (("speed", _speed), ("memory", _memory), ("import", _import)):
        if options.only in (None, name):
            record[name], found = part(options, out)
            demands += found
    record["demands"] = [d._asdict() | {"met": d.met} for d in demands]
    for demand in demands:
        out.print(f"{'met   ' if demand.met else 'MISSED'} {demand}", style="green" if demand.met else "bold red", highlight=False, soft_wrap=True)
    if options.json:
        options.json.write_text(json.dumps(record, indent=2) + "\n", "utf-8")
    return int(options.check and not all(d.met for d in demands))


def _speed(options: argparse.Namespace, out: Console) -> tuple[list[dict[str, Any]], list[Demand]]:
    size, rounds = (MI, 3) if options.quick else (4 * MI, 7)
    rows = speed.measure(size, options.rounds or rounds)
    out.print(_table(f"Speed: {size // MI} Mi elements, one core, median of {options.rounds or rounds} interleaved rounds", rows))
    out.print(speed.NOTES, highlight=False, soft_wrap=True)
    return rows, speed.demands(rows)


def _memory(options: argparse.Namespace, out: Console) -> tuple[list[dict[str, Any]], list[Demand]]:
    rows = memory.measure([MI, 4 * MI] if options.quick else [MI, 4 * MI, 16 * MI])
    out.print(_table("Working memory beyond input and output, MiB (peak that tracemalloc sees)", rows))
    return rows, memory.demands(rows)


def _import(options: argparse.Namespace, out: Console) -> tuple[dict[str, Any], list[Demand]]:
    found = importing.measure(5 if options.quick else 15)
    out.print(_table("Import, fresh processes", [found]))
    return found, importing.demands(found)


def _table(title: str, rows: list[dict[str, Any]]) -> Table:
    made = Table(title=title, title_justify="left")
    for i, name in enumerate(rows[0]):
        made.add_column(name, justify="left" if i == 0 else "right", overflow="fold")
    for row in rows:
        made.add_row(*(_cell(v) for v in row.values()))
    return made


def _cell(value: Any) -> str:
    return "" if value is None else f"{value:.3g}" if isinstance(value, float) and value < 100 else f"{value:.0f}" if isinstance(value, float) else str(value)
