"""A pytest run in a process of its own, as a user has it: with the plugin that the installation announces."""

import os
import subprocess
import sys

import pytest


@pytest.fixture
def run_pytest(tmp_path):
    """Run pytest in a folder and return its exit code and what it prints; `files` are written to a fresh one first."""

    def run(*arguments, files=None, folder=None, env=None):
        place = folder or tmp_path
        for name, text in (files or {}).items():
            (place / name).write_text(text, "utf-8")
        command = [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "--color=no", *arguments]
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "FASTCAST"))}
        done = subprocess.run(command, cwd=place, env={**clean, "COLUMNS": "160", **(env or {})}, capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout + done.stderr

    return run
