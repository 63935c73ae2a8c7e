"""Runs of the RTL examples: what they need, and the commands that a reader of their page would type."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs/examples/rtl"
WHERE = {"iverilog": "apt-get install iverilog", "vvp": "apt-get install iverilog", "cocotb": "python -m pip install cocotb"}


def missing(*names: str) -> str:
    """What is not installed, with the command that installs it; nothing where everything is."""
    absent = [n for n in names if not (shutil.which(n) or importlib.util.find_spec(n))]
    return ", ".join(f"{n} is not installed: {WHERE[n]}" for n in absent)


def need(*names: str) -> None:
    """Skip a test visibly, or fail it where the run is meant to have everything (tox env rtl)."""
    if reason := missing(*names):
        (pytest.fail if os.environ.get("REFQUANT_REQUIRE_RTL") else pytest.skip)(reason)


def run(*command: str, cwd: Path) -> tuple[int, str]:
    """(exit code, stdout and stderr) of a command; `python` and `refquant` are those of this environment."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONSAFEPATH"}  # a script finds its neighbours, as it does for the reader
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False)
    return done.returncode, done.stdout


def shell(line: str, cwd: Path) -> tuple[int, str]:
    """(exit code, output) of a line as a shell reads it."""
    return run("sh", "-c", line, cwd=cwd)


def console_blocks(page: Path) -> list[list[tuple[str, list[str]]]]:
    """The console blocks of a page: (command, lines shown below it) of each."""
    blocks = re.findall(r"^```console\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)
    return [[(command, shown.splitlines()) for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.M)] for block in blocks]


def shows(shown: list[str], text: str) -> bool:
    """Whether lines are those of an output, where `...` stands for any number of them."""
    parts = [r"(?:.*\n)*?" if line == "..." else re.escape(line.rstrip()) + r"\s*?\n" for line in shown]
    return re.fullmatch("".join(parts), text) is not None
