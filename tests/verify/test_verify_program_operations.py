"""Programs that compute operations through the pipe: operands in fields, flags, and every way of misbehaving."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import oracle
import pytest
from arithmeticoracle import Rows, every_row
from click.testing import CliRunner
from pipechildren import PRELUDE

from refquant import errors
from refquant.cli.app import app
from refquant.verify import OperationClaim, ProgramTarget, judge
from refquant.verify.cases import cases_of
from refquant.verify.pipe import Kind
from refquant.verify.targets.program_target import header_of

NAME = "float4_e2m1fn"
EXAMPLE = Path(__file__).parents[2] / "docs/examples/c_program/fma_bfloat16.c"
OPERANDS = (
    PRELUDE
    + """
def operands():
    read_header()
    for line in iter(sys.stdin.readline, ""): yield [int(word, 16) for word in line.split()]
"""
)


def table_of(operation, count, **knobs):
    """What the oracle makes of every row: {operands: (code, flags)}"""
    columns = every_row((NAME,) * count)
    codes, flags = Rows(operation, columns, (NAME,) * count, NAME).expected(oracle.policies.Policies(**{"nan": "to_zero", **knobs}))
    return {row: (int(c), int(f)) for row, c, f in zip(zip(*(c.tolist() for c in columns)), codes, flags)}


@pytest.fixture
def program_of(tmp_path):
    def written(body, **options):
        path = tmp_path / "child.py"
        path.write_text(OPERANDS + body)
        said = {"op": "add", "knobs": (("nan", "to_zero"),), **options}
        return ProgramTarget([sys.executable, "-I", "-S", str(path)], NAME, **said)

    return written


def answering(table, flags):
    return f"table = {table!r}\nfor row in operands():\n    code, flags = table[tuple(row)]\n    say(f'{{code:x}}' + f' {{flags:02x}}' * {flags})\n"


@pytest.mark.parametrize("operation, count", [("add", 2), ("mul", 2), ("maximum", 2), ("fma", 3), ("sqrt", 1)])
def test_a_program_that_answers_as_the_oracle_is_exact(program_of, operation, count):
    table = table_of(operation, count)
    verdict = judge(program_of(answering(table, flags=True), op=operation, flags=True)).verdicts[0]
    assert (verdict.status, verdict.cases, verdict.claim.label) == ("exact", 16**count, f"{operation} {NAME}"), verdict.message


def test_one_wrong_row_is_found_and_shown(program_of):
    table = table_of("add", 2)
    code, flags = table[3, 2]
    table[3, 2] = code ^ 1, flags
    verdict = judge(program_of(answering(table, flags=False))).verdicts[0]
    assert (verdict.status, verdict.mismatches) == ("new", 1)
    assert (verdict.witness.input, verdict.witness.input_value) == ("0x3, 0x2", "0x1.8p+0, 1")
    assert (verdict.witness.got, verdict.witness.expected) == (f"0x{code ^ 1:x}", f"0x{code:x}")


def test_one_wrong_flag_is_found_and_shown(program_of):
    table = table_of("mul", 2)
    code, flags = table[5, 7]
    table[5, 7] = code, flags ^ 4
    verdict = judge(program_of(answering(table, flags=True), op="mul", flags=True)).verdicts[0]
    assert (verdict.status, verdict.by_class, verdict.flags.cases) == ("new", {"flags": 1}, 1) and verdict.flags.witness.input == "0x5, 0x7"


TESTFLOAT = "say(' '.join(f'{{x:02X}}' for x in {operands}) + f' {{code:02X}} {{flags:02X}}')"


def echoing(table, operands="row"):
    return f"table = {table!r}\nfor i, row in enumerate(operands()):\n    code, flags = table[tuple(row)]\n    {TESTFLOAT.format(operands=operands)}\n"


@pytest.mark.parametrize("flags", [True, False])
@pytest.mark.parametrize("operation, count", [("sub", 2), ("fma", 3), ("sqrt", 1)])
def test_answers_may_be_lines_of_testfloat(program_of, operation, count, flags):
    """The operands once more, the result, the flags, which are not looked at where nobody asked for them."""
    table = table_of(operation, count)
    assert judge(program_of(echoing(table), op=operation, flags=flags)).verdicts[0].status == "exact"
    row = (2,) * count
    table[row] = table[row][0] ^ 1, table[row][1] ^ 4
    wrong = judge(program_of(echoing(table), op=operation, flags=flags)).verdicts[0]
    assert (wrong.status, wrong.mismatches) == ("new", 1) and (not flags or wrong.flags.cases == 1)
    assert wrong.witness.input == ", ".join(["0x2"] * count)


def test_lines_of_testfloat_with_other_operands_are_named(program_of):
    """A program that has lost a vector answers rightly to another one: that is no answer."""
    verdict = judge(program_of(echoing(table_of("add", 2), "(row if i != 100 else row[::-1])"))).verdicts[0]
    assert verdict.status == "failed" and "which does not begin with the operands that it was given: '6 4'" in verdict.message, verdict.message


def test_the_header_says_what_is_asked():
    claim = OperationClaim.of("fma", "bfloat16", "bfloat16", "float32", result="float32", flags=True)
    lines = header_of(claim, flags=True).text().splitlines()
    assert lines[1:6] == ["operation fma", "operand bfloat16 16", "operand bfloat16 16", "operand float32 32", "result float32 32"]
    assert "flags yes" in lines and "knob fma_nan_order product_first" in lines and header_of(claim).digits == (4, 4, 8)


@pytest.mark.parametrize(
    "body, kind, where",
    [
        ("for i, row in enumerate(operands()):\n    say('zz!' if row == [3, 2] else '0')", Kind.GARBAGE, "0x3, 0x2"),
        ("for row in operands():\n    if row == [3, 2]: os.abort()\n    say('0')", Kind.SIGNAL, "0x3, 0x2"),
        ("for row in operands():\n    if row == [3, 2]: sys.exit(3)\n    say('0')", Kind.EXIT, "0x3, 0x2"),
        ("for row in operands():\n    if row == [3, 2]: time.sleep(60)\n    say('0')", Kind.HANG, "0x3, 0x2"),
        ("for row in operands():\n    if row != [3, 2]: say('0')", Kind.TOO_FEW, "0x3, 0x2"),
        ("for row in operands():\n    say('0')\n    if row == [3, 2]: say('0')", Kind.TOO_MANY, "0x3, 0x2"),
        ("for row in operands():\n    say('10' if row == [3, 2] else '0')", Kind.TOO_WIDE, "0x3, 0x2"),
        ("for row in operands():\n    say('0 00')", Kind.GARBAGE, None),
    ],
)
def test_a_program_that_misbehaves_is_named_with_its_operands(program_of, body, kind, where):
    verdict = judge(program_of(body, timeout=2.0)).verdicts[0]
    assert verdict.status == "failed" and verdict.failure.kind is kind, verdict.message
    assert where is None or where in verdict.message


def test_unknown_digits_are_counted(program_of):
    verdict = judge(program_of("for row in operands(): say('x' if row == [3, 2] else '0')")).verdicts[0]
    assert verdict.by_class["unknown"] == 1 and verdict.witnesses["unknown"].input == "0x3, 0x2"


def test_run_refuses_what_is_no_answer_and_names_the_operands(program_of):
    target = program_of("for row in operands(): say('x')")
    with pytest.raises(errors.ProgramError, match="unknown digits in 1 answers, the first x on input 0x3, 0x2"):
        target.run(target.claims()[0], cases_of((np.uint8([3]), np.uint8([2]))))


@pytest.mark.parametrize("wrong, code, says", [(False, 0, "256 of 256"), (True, 1, "0x3, 0x2")])
def test_every_pair_is_swept_from_the_command_line(program_of, wrong, code, says):
    table = table_of("add", 2)
    table[3, 2] = table[3, 2][0] ^ wrong, 0
    command = " ".join(program_of(answering(table, flags=False)).command)
    result = CliRunner().invoke(app, ["verify", f"program:{command}", "--op", "add", "--format", NAME, "--set", "nan=to_zero", "--exhaustive"])
    assert result.exit_code == code and says in result.output, result.output


def test_bad_arguments_are_refused(program_of):
    with pytest.raises(errors.UnknownNameError, match="op: expected an operation such as add"):
        program_of("", op="plus")
    with pytest.raises(errors.InputValueError, match="operands: expected one format, or one for each of the 2 operands of add; got 3"):
        program_of("", sources=(NAME,) * 3)
    with pytest.raises(errors.InputTypeError, match="flags: expected True or False"):
        program_of("", flags=1)


def test_the_worked_example_rounds_twice_and_explain_says_so(tmp_path):
    """docs/examples/c_program/fma_bfloat16.c computes in float32."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        assert not os.environ.get("CI"), "CI needs a C compiler"
        pytest.skip("no C compiler: cc is not on the PATH")
    flags = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror"]
    subprocess.run([compiler, *flags, str(EXAMPLE), "-o", str(tmp_path / "fma"), "-lm"], check=True, capture_output=True)
    target = ProgramTarget(str(tmp_path / "fma"), "bfloat16", op="fma")
    verdict = judge(target, random=20_000, level=1).verdicts[0]
    assert (verdict.status, verdict.diagnosis, list(verdict.by_class)) == ("new", "through float32", ["double rounding"]), verdict.message
    named = CliRunner().invoke(
        app, ["explain", "--of", f"program:{tmp_path / 'fma'}", "--op", "fma", "--format", "bfloat16", "--nan-by", "class", "--random", "0"]
    )
    assert named.exit_code == 0 and "every pair is reproduced by through float32, the product is not rounded, rounding=ties_to_even" in named.output
    refused = judge(ProgramTarget(str(tmp_path / "fma"), "bfloat16", op="add"), random=0).verdicts[0]
    assert refused.status == "failed" and "this program computes fma" in refused.stderr
