"""``refquant verify --op``: what is judged, what is printed, what is refused."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from refquant.cli.app import app

MODULE = """
import numpy as np
import refquant as rq

def product(a, b):
    return (a.astype(np.float32) * b.astype(np.float32)).astype(np.float16)

def wrong(a, b):
    found = np.array(product(a, b)).view(np.uint16)
    found[(a == 1) & (b == -1)] ^= 1
    return found

def with_flags(a, b):
    return rq.arithmetic.mul(a.view(np.uint16), b.view(np.uint16), "float16", return_flags=True)

def without_inexact(a, b):
    codes, flags = with_flags(a, b)
    return codes, flags & 0xFE

def mixed(a, b):
    return a.astype(np.float32) + b.astype(np.float32)
"""


@pytest.fixture
def verify(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "220")
    (tmp_path / "some_products.py").write_text(MODULE)
    return lambda *arguments: CliRunner().invoke(app, ["verify", *arguments])


def test_an_operation_of_a_package_is_judged_in_its_formats(verify):
    result = verify("numpy", "--op", "add", "--level", "1")
    assert result.exit_code == 0 and "numpy: 3 of 3 announced operations judged" in result.output
    narrowed = verify("numpy", "--op", "add", "--op", "sqrt", "--format", "float16", "--level", "1", "--json", "r.json")
    assert narrowed.exit_code == 0 and ": 2 operations" in narrowed.output
    verdicts = json.loads(Path("r.json").read_text("utf-8"))["targets"][0]["verdicts"]
    assert [(v["operation"], v["operands"]) for v in verdicts] == [("add", ["float16"] * 2), ("sqrt", ["float16"])]


def test_a_function_of_two_operands_is_judged(verify):
    common = ("--op", "mul", "--format", "float16", "--random", "1000")
    assert verify("some_products:product", *common).exit_code == 0
    result = verify("some_products:wrong", *common)
    assert result.exit_code == 1
    assert "0x3c00, 0xbc00 (1, -1)" in result.output and "0xbc01" in result.output and "NEW: no change of one or two policies explains it" in result.output


def test_a_function_is_judged_by_its_flags(verify):
    common = ("--op", "mul", "--format", "float16", "--random", "1000", "--flags")
    assert verify("some_products:with_flags", *common).exit_code == 0
    result = verify("some_products:without_inexact", *common)
    assert result.exit_code == 1 and "wrong flags: inexact missing" in result.output


def test_operands_have_formats_of_their_own(verify):
    result = verify("some_products:mixed", "--op", "add", "--source", "bfloat16", "--source", "float16", "--format", "float32", "--random", "1000")
    assert result.exit_code == 0 and "add bfloat16, float16 -> float32" in result.output


def test_every_pair_of_a_narrow_format(verify):
    result = verify("ml_dtypes", "--op", "minimum", "--format", "float8_e4m3fn", "--exhaustive")
    assert result.exit_code == 0 and "minimum float8_e4m3fn: 65,536 of 65,536 codes compared: 1 wrong" in result.output
    assert "known: the second of two zeros: 1, the smallest 0x80, 0x00 (-0, 0) gives 0x00 (0), right 0x80 (-0)" in result.output


def test_each_operation_that_is_swept_keeps_a_state_of_its_own(verify, tmp_path):
    asked = ("ml_dtypes", "--op", "add", "--op", "mul", "--format", "float4_e2m1fn", "--exhaustive", "--resume", "states")
    assert verify(*asked).exit_code == 0
    ends = "float4_e2m1fn-float4_e2m1fn-float4_e2m1fn.json"
    assert sorted(path.name for path in (tmp_path / "states").iterdir()) == [f"ml_dtypes-add-{ends}", f"ml_dtypes-mul-{ends}"]
    again = verify(*asked, "--json", "r.json")
    assert again.exit_code == 0 and "256 of 256 codes compared, 256 of them in an earlier run: exact" in again.output
    assert [s["operation"] for s in json.loads(Path("r.json").read_text("utf-8"))["sweeps"]] == ["add", "mul"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("numpy", "--op", "plus"), "--op: expected an operation such as add"),
        (("numpy", "--op", "encode"), "--op: encode is a conversion; leave op out"),
        (("numpy", "--op", "all", "--op", "add"), "--op: all and others"),
        (("numpy", "--op", "fma"), "no operation matches --op fma --format any --source any"),
        (("numpy", "--level", "1"), "--level: belongs to --op"),
        (("numpy", "--op", "add", "--level", "1", "--exhaustive"), "--level: --exhaustive takes every pattern instead of a level"),
        (("numpy", "--op", "add", "--flags"), "--flags is for module:function or program:COMMAND"),
        (("some_products:product", "--op", "all", "--format", "float16"), "--op: some_products:product is one operation, such as add"),
        (("numpy", "--op", "add", "--exhaustive", "--format", "float32"), "no operation from a source of at most 32 bits"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(verify, arguments, message):
    result = verify(*arguments)
    assert result.exit_code == 2 and message in result.stderr and len(result.stderr.splitlines()) == 1


def test_without_op_conversions_are_judged_as_before(verify):
    result = verify("numpy", "--format", "float16", "--source", "float32", "--random", "0")
    assert result.exit_code == 0 and "1 of 1 announced conversions judged" in result.output


def test_operations_that_a_target_does_not_have_are_told(verify):
    result = verify("numpy", "--op", "add", "--op", "fma", "--op", "rem", "--format", "float16", "--level", "1")
    assert result.exit_code == 0 and "has no fma, rem: not judged" in result.output and "1 of 1 announced operations judged" in result.output
    swept = verify("ml_dtypes", "--op", "add", "--op", "fma", "--format", "float4_e2m1fn", "--exhaustive")
    assert swept.exit_code == 0 and "has no fma: not judged" in swept.output
    assert "not judged" not in verify("numpy", "--op", "add", "--format", "float16", "--level", "1").output
    none = verify("numpy", "--op", "fma", "--format", "float16")
    assert none.exit_code == 2 and "no operation matches --op fma" in none.output


def test_integers_as_results_are_those_of_another_operation(verify, tmp_path):
    (tmp_path / "exponents.py").write_text("import numpy as np\ndef log_b(a): return np.zeros(a.shape, np.int32)\n")
    result = verify("exponents:log_b", "--op", "log_b", "--format", "float16")
    assert result.exit_code == 2 and "got dtype int32; with integers as results it is log_b_integer" in result.output
    assert "log_b_integer" not in verify("exponents:log_b", "--op", "sqrt", "--format", "float16").output
    assert verify("exponents:log_b", "--op", "log_b_integer", "--format", "float16").exit_code == 1


def test_formats_of_operands_are_told_as_their_option(verify):
    result = verify("some_products:product", "--op", "fma", "--format", "float16", "--source", "float16", "--source", "float16")
    assert result.exit_code == 2 and "error: --source: expected one, or one for each of the 3 operands of fma, got 2" in result.output
