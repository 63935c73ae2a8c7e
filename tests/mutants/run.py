"""Break the code in many small ways, one at a time, in a copy of the repository; the tests must go red each time.

Each entry of mutants.toml is one change: a text that must occur exactly once in a file, what replaces it, and the tests that must notice.
"""

from __future__ import annotations

import argparse
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = Path(__file__).with_name("mutants.toml")
COPIED = ("refquant", "spec", "tests", "pyproject.toml", "README.md")
GREEN, RED = 0, 1  # pytest's exit codes: all passed; some failed. Any other (nothing collected, not importable) is no verdict


@dataclass(frozen=True)
class Mutant:
    """One change, and the selection of tests that must go red."""

    name: str
    file: str
    old: str
    new: str
    tests: str


@dataclass(frozen=True)
class Finding:
    """What became of a mutant: killed, SURVIVED, or an error (its text does not occur once; the tests did not run)."""

    name: str
    verdict: str
    seconds: float
    detail: str = ""


def load(table: Path = TABLE) -> tuple[list[Mutant], dict[str, list[str]]]:
    """Return the mutants, and the pytest arguments of each named selection."""
    data = tomllib.loads(table.read_text("utf-8"))
    mutants = [Mutant(**row) for row in data["mutant"]]
    names = [m.name for m in mutants]
    double = {n for n in names if names.count(n) > 1}
    unknown = {m.tests for m in mutants} - set(data["selections"])
    if double or unknown:
        raise SystemExit(f"{table.name}: names that occur twice: {sorted(double)}; selections that do not exist: {sorted(unknown)}")
    return mutants, data["selections"]


def copied(folder: Path) -> Path:
    """Return a copy of what the tests need."""
    for name in COPIED:
        source, goal = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, goal, ignore=shutil.ignore_patterns("__pycache__", "mutants", "external"))
        else:
            shutil.copy2(source, goal)
    return folder


def run_tests(copy: Path, arguments: list[str], limit: float) -> tuple[int, str]:
    """Return pytest's exit code in a copy, and its last lines; 124 where it takes too long."""
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", "-m", "not exhaustive", *arguments]
    try:
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return 124, f"more than {limit:.0f} s"
    return done.returncode, "\n".join((done.stdout + done.stderr).splitlines()[-12:])


def imported_from(copy: Path) -> bool:
    """Return whether tests in this copy see the copy's refquant, not an installed one."""
    code = "import pathlib, sys, refquant; sys.exit(pathlib.Path(refquant.__file__).resolve().is_relative_to(pathlib.Path(sys.argv[1]).resolve()) is False)"
    return subprocess.run([sys.executable, "-c", code, str(copy)], cwd=copy, env={**os.environ, "PYTHONPATH": str(copy)}, check=False).returncode == 0


def mutated(original: str, mutant: Mutant) -> str | None:
    """Return the text with the change, or None where the old text does not occur exactly once or nothing changes."""
    return original.replace(mutant.old, mutant.new) if original.count(mutant.old) == 1 and mutant.old != mutant.new else None


def judge(mutant: Mutant, copy: Path, arguments: list[str], limit: float) -> Finding:
    """Apply a mutant to a copy, run its tests, and restore the copy."""
    start, path = time.monotonic(), copy / mutant.file
    original = path.read_text("utf-8")
    text = mutated(original, mutant)
    if text is None:
        return Finding(mutant.name, "ERROR", 0.0, f"{mutant.file}: the text occurs {original.count(mutant.old)} times: {mutant.old!r}")
    path.write_text(text, "utf-8")
    try:
        code, tail = run_tests(copy, arguments, limit)
    finally:
        path.write_text(original, "utf-8")
    verdict = {GREEN: "SURVIVED", RED: "killed", 124: "killed"}.get(code, "ERROR")
    return Finding(mutant.name, verdict, time.monotonic() - start, "" if verdict == "killed" else tail)


def broken_selections(selections: dict[str, list[str]], used: set[str], copies: list[Path], limit: float) -> dict[str, str]:
    """Return the selections that are not green before anything is changed: their going red would mean nothing."""
    names = sorted(used)
    with ThreadPoolExecutor(len(copies)) as pool:
        found = pool.map(lambda i: run_tests(copies[i % len(copies)], selections[names[i]], limit), range(len(names)))
        return {name: tail for name, (code, tail) in zip(names, found, strict=True) if code != GREEN}


def judge_all(mutants: list[Mutant], selections: dict[str, list[str]], copies: list[Path], limit: float) -> list[Finding]:
    """Return what became of every mutant; each copy has at most one change at a time."""
    free: queue.Queue[Path] = queue.Queue()
    for copy in copies:
        free.put(copy)

    def one(mutant: Mutant) -> Finding:
        copy = free.get()
        try:
            finding = judge(mutant, copy, selections[mutant.tests], limit)
        finally:
            free.put(copy)
        print(f"{finding.verdict:9}{finding.seconds:6.1f} s  {finding.name}  [{mutant.tests}]", flush=True)
        return finding

    with ThreadPoolExecutor(len(copies)) as pool:
        return list(pool.map(one, mutants))


def report(findings: list[Finding]) -> int:
    """Print what is wrong; return the exit code."""
    bad = [f for f in findings if f.verdict != "killed"]
    for finding in bad:
        print(f"\n{finding.verdict}: {finding.name}\n{finding.detail}")
    killed = len(findings) - len(bad)
    print(f"\n{killed} of {len(findings)} mutants killed" + (f"; not: {', '.join(f.name for f in bad)}" if bad else ""))
    return 1 if bad or not findings else 0


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """Return the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("-j", "--jobs", type=int, default=2, help="copies worked on at once (2)")
    parser.add_argument("-k", "--only", action="append", metavar="TEXT", help="only mutants whose name contains this; may be repeated")
    parser.add_argument("--limit", type=float, default=300.0, metavar="SECONDS", help="longest run of one selection (300)")
    parser.add_argument("--list", action="store_true", help="print the names, run nothing")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run the mutants; return 0 where every one was killed."""
    options = parsed(arguments)
    mutants, selections = load()
    chosen = [m for m in mutants if options.only is None or any(text in m.name for text in options.only)]
    if options.list:
        print("\n".join(f"{m.name}: {m.file} [{m.tests}]" for m in chosen))
        return 0
    with tempfile.TemporaryDirectory(prefix="refquant-mutants-") as folder:
        copies = []
        for i in range(max(options.jobs, 1)):
            (Path(folder) / str(i)).mkdir()
            copies.append(copied(Path(folder) / str(i)))
        if not all(imported_from(copy) for copy in copies):
            raise SystemExit("the tests would import another refquant than the copy's")
        broken = broken_selections(selections, {m.tests for m in chosen}, copies, options.limit)
        if broken:
            print("\n\n".join(f"selection {name} is not green without any change:\n{tail}" for name, tail in broken.items()))
            return 1
        return report(judge_all(chosen, selections, copies, options.limit))


if __name__ == "__main__":
    sys.exit(main())
