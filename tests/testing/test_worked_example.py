"""The package in docs/examples/third_party_package: its suite passes, and fails with the diagnosis on the copy with a planted fault."""

import difflib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs/examples/third_party_package"
PAGE = ROOT / "docs/howto/test-your-kernel.md"


def test_the_copy_differs_in_the_line_that_rounds():
    right, faulty = ((EXAMPLE / name / "__init__.py").read_text("utf-8").splitlines() for name in ("fastcast", "fastcast_faulty"))
    changes = [line for line in difflib.ndiff(right, faulty) if line[0] in "+-"]
    assert [c.split("=")[0].strip() for c in changes] == ["-     rounded", "+     rounded"]


@pytest.mark.parametrize("level", ["1", "2"])
def test_the_suite_passes_on_the_package(run_pytest, level):
    code, output = run_pytest("--refquant-level", level, folder=EXAMPLE)
    assert (code, "4 passed" in output, f", level {level}\n" in output) == (0, True, True), output


def test_the_suite_fails_on_the_faulty_copy_with_the_diagnosis(run_pytest):
    code, output = run_pytest(folder=EXAMPLE, env={"FASTCAST": "fastcast_faulty"})
    assert (code, "2 failed, 2 passed" in output) == (1, True), output
    assert "E         diagnosis  rounding=ties_to_away\n" in output and "E         classes    tie 128\n" in output
    assert "E         input     0x3a800000                  0x1p-10 = 0.0009765625\n" in output
    assert "x=0.0009765625" in output and "test_ties_go_to_even" in output and "- refquant: first wrong bits -" in output


def test_the_page_shows_what_is_printed(run_pytest):
    _, output = run_pytest(folder=EXAMPLE, env={"FASTCAST": "fastcast_faulty"})
    printed = {line.rstrip() for line in output.splitlines()}
    blocks = PAGE.read_text("utf-8").split("```console\n")[1:]
    shown = [line.rstrip() for block in blocks for line in block.split("```")[0].splitlines()]
    of_pytest = [line for line in shown if line and not line.startswith(("$", "...", "FAILED", "="))]
    assert len(of_pytest) > 15 and not [line for line in of_pytest if line not in printed]


@pytest.mark.parametrize("name", ["fastcast/__init__.py", "tests/test_fastcast.py"])
def test_the_page_shows_the_files(name):
    lines = [line for line in (EXAMPLE / name).read_text("utf-8").splitlines() if line.startswith(("    rounded", "    assert", "@given"))]
    assert lines and all(line in PAGE.read_text("utf-8") for line in lines)
