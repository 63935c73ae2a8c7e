"""``refquant golden``: what it makes, prints and refuses."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console

import refquant as rq
from refquant.cli.app import app
from refquant.golden.evaluation import operations_with_vectors


def run(*args):
    return CliRunner().invoke(app, args)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_set_is_made_and_checked(tmp_path):
    result = run(
        "golden", "encode", "--source", "float32", "--format", "float8_e4m3fn", "--level", "1", "--out", "set", "--write", "readmemh", "--write", "npz"
    )
    assert result.exit_code == 0, result.output
    assert result.output == "set: encode float32 to float8_e4m3fn, 4,467 vectors; 47 classes covered, 14 empty for a reason\n"
    assert sorted(p.name for p in Path("set").iterdir()) == ["manifest.json", "testbench.sv", "vectors.memh", "vectors.npz"]
    assert rq.golden.load("set") == rq.golden.generate("encode", "float8_e4m3fn")
    checked = run("golden", "check", "set")
    assert (checked.exit_code, checked.output) == (0, "set: encode float32 to float8_e4m3fn, 4,467 vectors recomputed: all right\n")


def test_every_option_reaches_the_set():
    args = [
        "golden",
        "convert",
        "--source",
        "float8_e5m2",
        "--format",
        "int8",
        "--exhaustive",
        "--rounding",
        "to_odd",
        "--rounding",
        "stochastic_c",
        "--overflow",
    ]
    args += [
        "saturate",
        "--overflow",
        "wrap",
        "--random-bits",
        "3",
        "--nan-by",
        "byte",
        "--seed",
        "9",
        "--set",
        "nan=to_zero",
        "--set",
        "inf_to_int=max",
        "--out",
        "x",
    ]
    assert run(*args).exit_code == 0
    recipe = rq.golden.load("x").recipe
    assert recipe.level == "exhaustive" and recipe.roundings == ("to_odd", "stochastic_c") and recipe.overflows == ("saturate", "wrap")
    assert (recipe.random_bits, recipe.nan_by, recipe.seed, recipe.dialect) == (3, "byte", 9, "default+inf_to_int=max,nan=to_zero")
    assert (str(recipe.policies.nan), str(recipe.policies.inf_to_int)) == ("to_zero", "max")
    assert run("golden", "round", "--format", "bfloat16", "--rounding", "all", "--dialect", "ocp-saturating", "--out", "y").exit_code == 0
    other = rq.golden.load("y").recipe
    assert len(other.roundings) == 11 and not any("stochastic" in m for m in other.roundings) and other.dialect == "ocp-saturating"
    assert run("golden", "decode", "--format", "float8_e5m2", "--result", "float16", "--out", "z").exit_code == 0
    assert rq.golden.load("z").recipe.result.name == "float16"
    assert run("golden", "compare_quiet_lt", "--format", "float16", "--format", "int8", "--out", "w").exit_code == 0
    assert [f.name for f in rq.golden.load("w").recipe.operands] == ["float16", "int8"]


def test_rounding_and_overflow_may_be_set_like_any_other_knob():
    """--set names them among the knobs."""
    args = ["golden", "encode", "--source", "float16", "--format", "float8_e5m2"]
    assert run(*args, "--rounding", "to_odd", "--overflow", "saturate", "--set", "nan=all_ones", "--out", "x").exit_code == 0
    assert run(*args, "--set", "overflow=saturate", "--set", "rounding=to_odd", "--set", "nan=all_ones", "--out", "y").exit_code == 0
    assert rq.golden.load("x") == rq.golden.load("y") and rq.golden.load("x").recipe.roundings == ("to_odd",)


def test_64_bit_integers_are_sources():
    made = run("golden", "convert", "--source", "INT64", "--format", "float16", "--write", "json", "--write", "readmemh", "--out", "set")
    assert made.exit_code == 0 and made.output.startswith("set: convert int64 to float16, ")
    checked = run("golden", "check", "set")
    assert checked.exit_code == 0 and checked.output.endswith("vectors recomputed: all right\n")


def test_check_says_which_row_is_not_that_of_the_recipe():
    made = rq.golden.generate("encode", "float8_e5m2", source="float32")
    from refquant.golden.making import finished

    finished(made.recipe, {n: np.delete(c, 7) for n, c in made.columns.items()}, 0).save("set")
    result = run("golden", "check", "set")
    a = made.columns["a"].tolist()
    assert result.exit_code == 1 and result.output.splitlines()[0] == (
        f"manifest.json: the vectors are not those of its recipe (encode float32 to float8_e5m2, level 1, seed 0): vectors and operands left out are "
        f"{len(made) - 1} + 0, expected {len(made)} together; row 7 is a {a[8]:#010x}, rounding 0, overflow 0, expected a {a[7]:#010x}, rounding 0, overflow 0"
    )
    assert result.output.splitlines()[1].endswith("vectors recomputed: 0 wrong, 1 problem with files")


def test_check_says_what_it_cannot_check(monkeypatch):
    rq.golden.generate("encode", "float8_e5m2", source="float16").save("set")
    monkeypatch.setattr("refquant.golden.choice.GENERATOR_VERSION", 99)
    result = run("golden", "check", "set")
    assert result.exit_code == 0 and result.output.splitlines()[0].startswith("set: which vectors it should have is not checked, their results are: version ")
    assert result.output.splitlines()[1].endswith("vectors recomputed: results and flags are right")


def test_coverage_is_printed_when_asked_for():
    result = run("golden", "encode", "--source", "float16", "--format", "float4_e2m1fn", "--overflow", "saturate", "--out", "set", "--coverage")
    rows = [line.split()[:2] for line in result.output.splitlines()[1:-1]]
    assert [int(row[0]) for row in rows] == list(range(61)) and rows[0][1] == "+zero"
    assert "the policies refuse it" in result.output and "float4_e2m1fn has no subnormals" not in result.output
    assert result.output.splitlines()[-1].startswith("set: encode float16 to float4_e2m1fn, ") and "that the policies refuse left out" in result.output


def test_without_a_folder_the_coverage_is_printed_and_nothing_written(tmp_path):
    result = run("golden", "fma", "--format", "float8_e4m3fn", "--level", "2")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    made = rq.golden.generate("fma", "float8_e4m3fn", level=2)
    assert [line.split()[:1] for line in lines[1:-1]] == [[str(c.id)] for c in made.coverage] and lines[0].split()[:3] == ["class", "name", "vectors"]
    assert lines[-1].startswith(f"fma float8_e4m3fn, float8_e4m3fn, float8_e4m3fn, {len(made):,} vectors; ")
    assert lines[-1].endswith("; nothing was written, --out DIR writes them") and not list(tmp_path.iterdir())
    assert run("golden", "fma", "--format", "float8_e4m3fn", "--coverage").output.count("nothing was written") == 1


def test_operands_without_a_nan_need_no_quiet_comparison_beside_one_that_has_it():
    """One NaN that could signal is enough, as for the function."""
    assert run("golden", "compare_signaling_lt", "--format", "float4_e2m1fn", "--format", "float16", "--out", "x").exit_code == 0
    rq.arithmetic.compare([0], [0], ("float4_e2m1fn", "float16"), predicate="lt", signaling=True)


def test_the_source_that_operations_do_not_have_is_not_in_their_help():
    assert "--source" not in run("golden", "add", "--help").output and "--source" in run("golden", "encode", "--help").output


def test_each_operation_with_vectors_has_a_command_and_examples():
    listed = run("golden", "--help").output
    assert "Examples:" in listed and "refquant golden check vectors" in listed
    for operation in operations_with_vectors():
        text = run("golden", operation.name, "--help").output
        assert operation.name in listed and "Example:" in text and f"refquant golden {operation.name} " in text
        assert ("--rounding" in text) == ("rounding" in operation.affected_by)
    assert run("golden", "decode_parts", "--out", "x").exit_code == 2


def test_the_examples_of_the_help_work():
    text = run("golden", "--help").output
    examples = [line.split()[1:] for line in text.splitlines() if line.strip().startswith("refquant golden") and "check" not in line]
    for i, args in enumerate(examples):
        made = run(*args[:-1], f"set{i}") if "--level" not in args else run(*[a if a != "2" else "1" for a in args[:-1]], f"set{i}")
        assert made.exit_code == 0, (args, made.output)
    for operation in operations_with_vectors():
        line = next(line for line in run("golden", operation.name, "--help").output.splitlines() if line.strip().startswith("refquant golden"))
        made = run(*[a if a != "2" else "1" for a in line.split()[1:-1]], f"set_{operation.name}")
        assert made.exit_code == 0, (line, made.output)


@pytest.mark.parametrize(
    "args, message",
    [
        (["encode", "--out", "x"], "Missing option '--format'"),
        (["encode", "--format", "e4m3", "--out", "x"], "--format: 'e4m3' may mean"),
        (["encode", "--format", "nosuch", "--out", "x"], "--format: no format is named 'nosuch'"),
        (["convert", "--format", "float16", "--out", "x"], "Missing option '--source'"),
        (["convert", "--format", "float16", "--source", "e4m3", "--out", "x"], "--source: 'e4m3' may mean"),
        (["encode", "--format", "float16", "--write", "csv"], "--write: nothing is written without --out DIR"),
        (["encode", "--format", "float16", "--force"], "--force: nothing is written without --out DIR"),
        (["mul", "--format", "float16", "--format", "bfloat16", "--out", "x"], "--result: mul of float16 and bfloat16 needs the format of its result"),
        (["fma", "--format", "int8", "--format", "int8", "--format", "int9"], "--result: fma of int8, int8 and int9 needs the format of its result"),
        (["compare_signaling_lt", "--format", "float4_e2m1fn", "--out", "x"], "--format: float4_e2m1fn has no NaN that could signal; refquant golden compare_quiet_lt "),
        (["compare_signaling_eq", "--format", "int8", "--format", "int4"], "--format: neither int8 nor int4 has a NaN that could signal; refquant golden compare_quiet_eq "),
        (["add", "--source", "float16", "--format", "float16"], "--source: the formats of the 2 operands of add are --format, once for all or 2 times for one each"),
        (["sqrt", "--source", "float16"], "--source: the format of the operand of sqrt is --format"),
        (["scale_b", "--source", "float16"], "--source: the format of the codes of scale_b is --format; its integers are int32"),
        (["scale_b", "--format", "float16", "--format", "int8"], "--format: the integers of scale_b are int32, not int8"),
        (["decode", "--source", "float16"], "--source: the format of the codes of decode is --format, and that of the values --result"),
        (["encode", "--format", "float16", "--format", "bfloat16", "--out", "x"], "--format: expected 1, got 2"),
        (["compare_quiet_eq", "--format", "float16", "--format", "int8", "--format", "int8", "--out", "x"], "--format: expected 1 or 2, got 3"),
        (["encode", "--format", "float16", "--rounding", "up", "--out", "x"], "--rounding: expected one of"),
        (["encode", "--format", "float16", "--rounding", "all", "--rounding", "to_odd", "--out", "x"], "--rounding: all and others"),
        (["encode", "--format", "float16", "--overflow", "clip", "--out", "x"], "--overflow: expected one of"),
        (["encode", "--format", "float16", "--rounding", "to_odd", "--set", "rounding=to_odd", "--out", "x"], "--set: rounding is given by --rounding already"),
        (["encode", "--format", "float16", "--set", "overflow=saturate", "--set", "overflow=wrap", "--out", "x"], "overflow is given twice"),
        (["encode", "--format", "float16", "--set", "rounding=up", "--out", "x"], "--set rounding=up: expected one of"),
        (["decode", "--format", "float16", "--set", "rounding=to_odd", "--out", "x"], "rounding: decode does not depend on it"),
        (["encode", "--format", "int64", "--out", "x"], "--format: no format is named 'int64'"),
        (["compare_quiet_eq", "--format", "uint64", "--out", "x"], "--format: no format is named 'uint64'"),
        (["encode", "--format", "float16", "--set", "nan=guess", "--out", "x"], "--set nan=guess: expected one of"),
        (["encode", "--format", "float16", "--dialect", "nosuch", "--out", "x"], "--dialect: "),
        (["encode", "--format", "float16", "--exhaustive", "--out", "x"], "'exhaustive' takes operands of at most 24 bits"),
        (["encode", "--format", "float16", "--overflow", "wrap", "--out", "x"], "wrap"),
        (["decode", "--format", "float32", "--result", "float16", "--out", "x"], "error: --result: float16 cannot hold every value"),
        (["encode", "--format", "float16", "--write", "xlsx", "--out", "x"], "'xlsx' is not one of 'npz'"),
        (["encode", "--format", "float16", "--rounding", "all", "--write", "testfloat", "--out", "x"], "a line of testfloat says no mode"),
        (["encode", "--format", "float16", "--out", "no such folder/x"], "there is no folder"),
        (["encode", "--format", "float16", "--seed", "-1", "--out", "x"], "--seed"),
        (["check", "x"], "error: there is no folder x; expected one of golden vectors"),
        (["check", "/etc"], "error: there is no manifest.json in /etc: it holds no golden vectors"),
        (["check", "/etc/passwd"], "error: /etc/passwd is no folder; expected one of golden vectors"),
        (["check", ""], "folder: '' is no name of a folder"),
    ],
)  # fmt: skip
def test_errors_are_one_line_and_nothing_is_made(tmp_path, args, message):
    result = run("golden", *args)
    assert result.exit_code == 2 and message in result.output, result.output
    assert result.output.startswith("error: ") and result.output.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_set_is_replaced_only_by_force():
    args = ["golden", "encode", "--source", "float16", "--format", "float8_e5m2", "--out", "set"]
    assert run(*args).exit_code == 0
    again = run(*args, "--seed", "1")
    assert (again.exit_code, again.output) == (2, "error: set: there are golden vectors already; save with force (--force) to replace them\n")
    assert run(*args, "--seed", "1", "--force").exit_code == 0 and rq.golden.load("set").recipe.seed == 1


def test_check_prints_what_is_wrong_and_exits_with_1():
    made = rq.golden.generate("encode", "float8_e5m2", source="float16")
    from refquant.golden.making import finished

    finished(made.recipe, {**made.columns, "flags": made.columns["flags"] ^ 8}, 0).save("set", writers=["csv"])
    Path("set/more.txt").write_text("")
    result = run("golden", "check", "set")
    lines = result.output.splitlines()
    assert result.exit_code == 1 and lines[0] == "more.txt: is not in the manifest" and len(lines) == 13
    assert lines[1] == "vector 0: a 0x0000 (0), ties_to_even, no_saturate: has 0x00 (0) Flags.DIV_BY_ZERO, right is 0x00 (0) Flags.NONE"
    assert lines[-1] == f"set: encode float16 to float8_e5m2, {len(made):,} vectors recomputed: {len(made):,} wrong, 1 problem with files"
    Path("set/even more.txt").write_text("")
    assert run("golden", "check", "set").output.endswith(" wrong, 2 problems with files\n")


def test_check_refuses_what_is_no_manifest_with_one_line():
    rq.golden.generate("encode", "float8_e5m2", source="float16").save("set")
    record = json.loads(Path("set/manifest.json").read_text())
    record["files"][0]["name"] = "../../etc/passwd"
    Path("set/manifest.json").write_text(json.dumps(record))
    result = run("golden", "check", "set")
    assert (
        result.exit_code == 2 and result.output.startswith("error: set/manifest.json: files: '../../etc/passwd' is no file") and result.output.count("\n") == 1
    )


def test_the_bar_of_a_terminal_goes_to_stderr(monkeypatch):
    stream = StringIO()

    def on_terminal(*, stderr=False):
        return Console(file=stream if stderr else sys.stdout, force_terminal=stderr, width=80)

    monkeypatch.setattr("refquant.cli.golden.console", on_terminal)
    result = run("golden", "encode", "--source", "float16", "--format", "float8_e5m2", "--rounding", "all", "--out", "set")
    assert result.exit_code == 0 and result.output.startswith("set: encode") and stream.getvalue()


def test_two_runs_of_the_command_give_the_same_bytes():
    """In processes of their own, with other numbers of threads."""
    args = ["golden", "encode", "--source", "float16", "--format", "float8_e4m3fn", "--level", "2", "--write", "npz", "--write", "csv"]
    for name, threads in (("one", "1"), ("two", "2")):
        code = f"import refquant as rq, sys; rq.set_num_threads({threads}); sys.argv = ['refquant'] + {[*args, '--out', name]!r}; from refquant.cli.main import main; main()"
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    files = [{p.name: p.read_bytes() for p in Path(name).iterdir()} for name in ("one", "two")]
    assert files[0] == files[1] and len(files[0]) == 3


def test_a_level_beside_exhaustive_is_refused():
    result = run("golden", "encode", "--source", "float16", "--format", "float8_e4m3fn", "--level", "2", "--exhaustive", "--out", "set")
    assert (result.exit_code, result.output) == (2, "error: --level: --exhaustive takes every pattern instead of a level\n")


def test_the_help_says_what_each_operation_gives():
    lines = " ".join(run("golden", "--help").output.split())
    assert "div the quotient of codes, rounded once" in lines and "compare_quiet_lt whether a < b; a signalling NaN raises INVALID" in lines
    assert "..." not in lines.partition("Commands:")[2]
    assert "ties_to_away" in run("golden", "encode", "--help").output


def test_random_bits_without_a_stochastic_mode_are_refused():
    result = run("golden", "encode", "--format", "bfloat16", "--random-bits", "4", "--out", "set")
    assert result.exit_code == 2 and result.stderr == "error: --random-bits: belongs to a stochastic mode, such as --rounding stochastic_a\n"
    assert run("golden", "encode", "--format", "bfloat16", "--random-bits", "4", "--rounding", "stochastic_b", "--out", "set").exit_code == 0
