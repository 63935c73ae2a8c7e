"""The pytest plugin: announced, cheap to load, with a level from command line or ini file and a section in the report of a failure."""

import re
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

import refquant as rq
from refquant.testing import levels

LEVEL = "from refquant.testing.levels import level_of_run\ndef test_level():\n    assert level_of_run() == {!r}\n"
WRONG = """
import numpy as np, refquant as rq
from refquant.testing import assert_conforms, assert_same_codes

def test_codes():
    assert_same_codes([0x38, 0x39], [0x38, 0x38], "float8_e4m3fn")

def test_cast():
    assert_conforms(lambda x: rq.encode(x, "float8_e4m3fn", rounding="toward_zero"), "encode", "float16", "float8_e4m3fn")

def test_group():
    errors = []
    for pair in ((1, 2), (3, 4)):
        try:
            assert_same_codes(*pair, "int8")
        except AssertionError as error:
            errors.append(error)
    raise ExceptionGroup("both", errors)

def test_cause():
    try:
        assert_same_codes(5, 6, "int8")
    except AssertionError as error:
        raise RuntimeError("wrapped") from error

def test_another():
    assert 1 == 2

def test_right():
    assert_same_codes([0x38], [0x38], "float8_e4m3fn")
"""


def test_the_installation_announces_the_plugin():
    (found,) = (e for e in entry_points(group="pytest11") if e.name == "refquant")
    assert found.value == "refquant.testing.plugin"


def test_loading_the_plugin_loads_neither_numpy_nor_what_refquant_computes_with():
    code = "import sys, pytest; before = set(sys.modules); import refquant.testing.plugin; print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['refquant', 'refquant.testing', 'refquant.testing.plugin']"


def test_the_assertions_load_neither_pytest_nor_hypothesis():
    code = "import sys, refquant.testing as t; t.assert_same_codes([1], [1], 'int8'); t.ulp_distance(1, 2, 'int8')\n"
    code += "t.assert_conforms(lambda x: x.view('u1'), 'encode', 'int8', 'int8'); print({'pytest', 'hypothesis', '_pytest'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    "arguments, ini, level",
    [((), None, "1"), (("--refquant-level", "2"), None, "2"), (("--refquant-level=exhaustive",), "1", "exhaustive"), ((), "2", "2")],
)
def test_the_level_comes_from_the_command_line_or_the_ini_file(run_pytest, arguments, ini, level):
    files = {"test_it.py": LEVEL.format(level), "pytest.ini": f"[pytest]\nrefquant_level = {ini}\n" if ini else "[pytest]\n"}
    code, output = run_pytest(*arguments, files=files)
    assert (code, f"\nrefquant: {rq.__version__}, level {level}\n" in output) == (0, True), output


def test_without_the_plugin_the_level_is_1(run_pytest):
    code, output = run_pytest("-p", "no:refquant", files={"test_it.py": LEVEL.format("1")})
    assert code == 0 and "refquant:" not in output


@pytest.mark.parametrize(
    "arguments, ini, message",
    [(("--refquant-level=3",), "1", "invalid choice: '3'"), ((), "many", "refquant_level: expected one of 1, 2, exhaustive, got 'many'")],
)
def test_an_unknown_level_is_an_error_of_usage(run_pytest, arguments, ini, message):
    code, output = run_pytest(*arguments, files={"test_it.py": LEVEL.format("1"), "pytest.ini": f"[pytest]\nrefquant_level = {ini}\n"})
    assert code == pytest.ExitCode.USAGE_ERROR and message in output and "Traceback" not in output


def test_a_failure_has_a_section_of_the_first_wrong_bits(run_pytest):
    code, output = run_pytest(files={"test_it.py": WRONG})
    assert (code, "5 failed, 1 passed" in output) == (1, True), output
    parts = {name.strip("_ "): text for name, text in zip(*[iter(split_by_test(output))] * 2)}
    sections = {name: text.count("- refquant: first wrong bits -") for name, text in parts.items()}
    assert sections == {"test_codes": 1, "test_cast": 1, "test_group": 2, "test_cause": 1, "test_another": 0}
    assert "smallest  1      0x39  0x1.2p+0 = 1.125  0x38      1  1 ulp" in parts["test_codes"]
    assert "E       first and smallest at index 1: 1 ulp\n" in parts["test_codes"]
    assert "diagnosis  rounding=toward_zero\n" in parts["test_cast"]
    assert "same_codes.py" not in parts["test_codes"] and "conformance.py" not in parts["test_cast"]  # the traceback ends in the test


def test_the_traceback_of_a_failure_ends_in_the_test(run_pytest):
    """Not in refquant: a wrong result is no fault of the assertion, and neither is a wrong argument."""
    code, output = run_pytest(files={"test_it.py": ENDS})
    parts = {name.strip("_ "): text for name, text in zip(*[iter(split_by_test(output))] * 2)}
    assert code == 1 and len(parts) == 9, output
    for name, text in parts.items():
        assert set(re.findall(r"\n(\S+\.py):\d+:", text)) == {"test_it.py"}, text
        assert "refquant/" not in text and SECTION not in text, name
    assert "E       refquant.errors.CodesDifferError: shapes differ: got has (1,), expected has (2,)\n" in parts["test_shape"]
    assert "E         shape      (1,) for inputs of shape (256,)\n" in parts["test_shape_of_a_result"]
    assert (
        "E       refquant.errors.InputTypeError: got: expected codes of float8_e4m3fn (unsigned integers), got values of dtype float32;" in parts["test_values"]
    )
    assert "reciprocal" in parts["test_what_the_function_raises"] and "ZeroDivisionError: " in parts["test_what_the_function_raises"]
    assert "E       refquant.errors.UnknownNameError: target: no format is named 'nosuch'" in parts["test_name_of_the_target"]


SECTION = "- refquant: first wrong bits -"
ENDS = """
import numpy as np
from refquant.testing import assert_conforms, assert_same_codes

def test_shape():
    assert_same_codes([1], [1, 2], "int8")

def test_values():
    assert_same_codes(np.float32([1]), [1], "float8_e4m3fn")

def test_name():
    assert_same_codes([1], [1], "nosuch")

def test_inputs():
    assert_same_codes([1], [1], "int8", inputs=[1, 2])

def test_shape_of_a_result():
    assert_conforms(lambda x: x[:1], "convert", "int8", "int8")

def test_dtype_of_a_result():
    assert_conforms(lambda x: x > 1, "convert", "int8", "int8")

def test_name_of_the_target():
    assert_conforms(np.abs, "convert", "int8", "nosuch")

def test_level():
    assert_conforms(np.abs, "convert", "int8", "int8", level=7)

def reciprocal(x):
    return 1 // 0

def test_what_the_function_raises():
    assert_conforms(reciprocal, "convert", "int8", "int8")
"""


def test_workers_have_the_level_of_the_run_and_report_as_it_does(run_pytest):
    pytest.importorskip("xdist")
    code, output = run_pytest("-n", "2", "--refquant-level", "2", files={"test_it.py": WRONG, "test_level.py": LEVEL.format("2")})
    assert (code, "5 failed, 2 passed" in output, "level 2\n" in output) == (1, True, True), output
    assert output.count(SECTION) == 5 and "diagnosis  rounding=toward_zero\n" in output


def test_the_help_says_what_a_level_is(run_pytest):
    _, output = run_pytest("--help")
    text = " ".join(output.split())
    assert (
        "--refquant-level={1,2,exhaustive} how thoroughly refquant.testing.assert_conforms tests where a test names no level: 1 (quick, if not given)" in text
    )
    assert "2 (thorough), exhaustive (every code of a source of at most 32 bits: minutes)" in text


def split_by_test(output):
    """The names of the failed tests and what is printed of each, by turns."""
    return re.split(r"\n_{5,} (test_\w+) _{5,}\n", output)[1:]


def test_levels_nest_as_runs_do():
    before = levels.level_of_run()
    levels.begin_run("2")
    levels.begin_run("exhaustive")
    assert levels.level_of_run() == "exhaustive"
    levels.end_run()
    assert levels.level_of_run() == "2"
    levels.end_run()
    assert levels.level_of_run() == before


def test_plugin_and_levels_name_the_same():
    from refquant.testing import plugin

    assert plugin._LEVELS == levels.LEVELS


def test_other_peoples_exceptions_are_left_alone(run_pytest):
    """Each of them fails its own test, and the run goes on."""
    code, output = run_pytest(files={"test_others.py": OTHERS})
    assert (code, "5 failed, 1 passed" in output, "INTERNALERROR" in output) == (1, True, False), output


OTHERS = """
import refquant.errors

def test_itself():
    e = ValueError("x")
    raise e from e

def test_circle():
    a, b = ValueError("a"), ValueError("b")
    a.__cause__, b.__cause__ = b, a
    raise a

class No(Exception):
    exceptions = None

def test_none():
    raise No("boom")

class Texts(Exception):
    exceptions = ["text", 3]

def test_texts():
    raise Texts("boom")

class Asked(Exception):
    @property
    def wrong_bits(self):
        raise RuntimeError("x")

def test_asked():
    raise Asked("boom")

def test_right():
    assert refquant.errors
"""
