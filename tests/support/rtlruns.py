"""Runs of the RTL examples: what they need, and the commands that a reader of their page would type."""

from __future__ import annotations

import importlib.util
import os
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
    """(exit code, stdout and stderr) of a command; `python` is this one."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONSAFEPATH"}  # a script finds its neighbours, as it does for the reader
    found = [sys.executable, *command[1:]] if command[0] == "python" else list(command)
    done = subprocess.run(found, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False)
    return done.returncode, done.stdout
