"""The page of the RTL examples shows what its commands really print."""

import shutil

import pytest
import rtlruns

PAGE = rtlruns.EXAMPLES.parents[1] / "howto/judge-rtl.md"
BLOCKS = rtlruns.console_blocks(PAGE)


def test_every_command_prints_what_the_page_shows(cocotb, tmp_path):
    folder = shutil.copytree(rtlruns.EXAMPLES, tmp_path / "rtl", ignore=shutil.ignore_patterns("__pycache__"))
    seen = 0
    for command, shown in (line for block in BLOCKS for line in block if "install" not in line[0]):
        code, text = rtlruns.shell(command, cwd=folder)
        assert rtlruns.shows(shown, text), f"{command}\n{text}"
        assert (code != 0) == ("faulty" in command and "iverilog" not in command), f"{command}: exit code {code}"
        seen += 1
    assert seen == 9


@pytest.mark.parametrize(
    ("shown", "text", "right"),
    [(["a", "..."], "a\nb\nc\n", True), (["...", "c"], "a\nb\nc\n", True), (["a", "c"], "a\nb\nc\n", False), (["a"], "a\nb\n", False)],
)
def test_lines_are_compared(shown, text, right):
    assert rtlruns.shows(shown, text) is right
