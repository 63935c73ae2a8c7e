"""``refquant explain --op``: rows in every form, what is printed, exit codes, and errors in one line."""

import json
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from operationsplanted import by_oracle, fused_in_two, rows_by_rule

import refquant as rq
from refquant.cli.app import app

ADD = ("--op", "add", "--format", "float16")
ROWS = [("1", "0x1p-11", "0x3c01", "0x01"), ("1", "1", "2", "0"), ("0x3c01", "0x1000", "0x3c02", "1")]  # ties to away
FOUND = "every pair is reproduced by flags=ieee, straight, rounding=ties_to_away"
PAIR = ("float16", "float16")
COLUMNS = rows_by_rule(PAIR, 300)


def run(*args, **options):
    return CliRunner().invoke(app, ("explain", *map(str, args)), **options)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def saved(folder, **arrays):
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)


def test_rows_as_arguments():
    result = run(*(f"{a},{b}={r},{f}" for a, b, r, f in ROWS), *ADD)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0] == "add(float16, float16) -> float16: 3 pairs: normal range 3" and FOUND in lines
    (out,) = (line for line in lines if line.split()[:1] == ["ties_to_even"])
    assert " ".join(out.split()) == "ties_to_even ruled out by 1 pair 0x3c00, 0x1000 (1, 0x1p-11) gives 0x3c01 INEXACT (0x1.004p+0), not 0x3c00 INEXACT (1)"


def test_rows_without_flags_as_arguments():
    result = run(*(f"{a},{b}={r}" for a, b, r, _ in ROWS), *ADD)
    assert result.exit_code == 0 and "every pair is reproduced by straight, rounding=ties_to_away" in result.output


@pytest.mark.parametrize("header", ["", "a,b,result,flags\n", "# a comment\nx y z f\n"])
@pytest.mark.parametrize("separator", [",", " ", "\t"])
def test_text_of_columns(folder, header, separator):
    (folder / "rows.csv").write_text(header + "\n".join(separator.join(row) for row in ROWS) + "\n")
    result = run("rows.csv", *ADD)
    assert result.exit_code == 0 and FOUND in result.output, result.output


def test_columns_are_found_by_name(folder):
    (folder / "rows.csv").write_text("time,flags,result,b,a\n" + "\n".join(f"7,{f},{r},{b},{a}" for a, b, r, f in ROWS))
    result = run("rows.csv", *ADD)
    assert result.exit_code == 0 and FOUND in result.output, result.output


def test_golden_vectors_are_rows(folder):
    made = rq.golden.generate("mul", "float8_e4m3fn", rounding="toward_zero", overflow="saturate")
    made.save("vectors", writers=("csv", "testfloat"))
    for extra in (("vectors/vectors.csv",), ("vectors/vectors.txt", "--testfloat")):
        result = run(*extra, "--op", "mul", "--format", "float8_e4m3fn")
        assert result.exit_code == 0 and "rounding=toward_zero" in result.output, result.output


def test_arrays_and_archives(folder):
    codes, flags = by_oracle("div", COLUMNS, PAIR, "float16", rounding="toward_negative")
    saved(folder, a=COLUMNS[0], b=COLUMNS[1].view(np.float16), result=codes, flags=flags)
    np.savez(folder / "rows.npz", a=COLUMNS[0], b=COLUMNS[1], result=codes.view(np.float16), flags=flags)
    for given in (("a.npy", "b.npy", "result.npy", "flags.npy"), ("rows.npz",)):
        result = run(*given, "--op", "div", "--format", "float16", "--nan-by", "class")
        assert result.exit_code == 0 and "rounding=toward_negative" in result.output, result.output


def test_operands_of_different_formats_and_a_product_that_is_rounded_first(folder):
    formats = ("bfloat16", "bfloat16", "float32")
    rng = np.random.default_rng(6)
    wide = [(rng.normal(size=400)).astype(np.float32).view(np.uint32) for _ in formats]
    columns = (*((w >> 16).astype(np.uint16) for w in wide[:2]), wide[2])
    codes, _ = fused_in_two(columns, formats, "float32", "bfloat16")
    (folder / "rows.csv").write_text("\n".join(",".join(hex(c) for c in row) for row in zip(*columns, codes)))
    sources = [word for f in formats for word in ("--source", f)]
    result = run("rows.csv", "--op", "fma", "--format", "float32", *sources, "--json", "found.json")
    assert result.exit_code == 0 and "the product is rounded to bfloat16 first" in result.output, result.output
    assert json.loads((folder / "found.json").read_text())["setting"]["knobs"]["product"] == "bfloat16"


def test_predicates_are_asked_in_the_format_of_their_operands(folder):
    result = run("1,2=1", "2,1=0", "1,1=0", "nan,1=0", "--op", "compare_quiet_lt", "--format", "float16")
    assert result.exit_code == 0 and result.output.startswith("compare_quiet_lt(float16, float16) -> uint1: 4 pairs"), result.output


def test_one_wrong_result_ends_with_exit_code_1(folder):
    codes, _ = by_oracle("add", COLUMNS, PAIR, "float16")
    codes[-1] ^= 1
    saved(folder, a=COLUMNS[0], b=COLUMNS[1], result=codes)
    result = run("a.npy", "b.npy", "result.npy", "--source", "float16", *ADD)
    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    assert result.exit_code == 1 and "no setting reproduces every pair" in lines
    assert any(line.startswith(f"1 pair: 0x{COLUMNS[0][-1]:04x}, 0x{COLUMNS[1][-1]:04x} (") for line in lines), result.output


def test_an_installed_package_and_a_function():
    result = run("--of", "numpy", *ADD, "--random", 3000, "--nan-by", "class")
    assert result.exit_code == 0 and "rounding=ties_to_even" in result.output, result.output


def test_a_function_and_a_program(folder):
    (folder / "mine.py").write_text(
        "import numpy as np\ndef product(a, b):\n    a, b = (np.where(np.abs(x) < 2**-14, x * np.float16(0), x) for x in (a, b))\n    return a * b\n"
    )
    mul = ("--op", "mul", "--format", "float16", "--random", 2000, "--nan-by", "class")
    result = run("--of", "mine:product", *mul)
    assert result.exit_code == 0 and "subnormals=flush_inputs" in result.output, result.output
    (folder / "child.py").write_text(
        "import sys\nfor line in iter(sys.stdin.readline, 'end\\n'): pass\n"
        "for line in iter(sys.stdin.readline, ''):\n    a, b = line.split()\n    print(a, flush=True)\n"
    )
    result = run("--of", f"program:{sys.executable} -I -S child.py", "--op", "copy_sign", "--format", "float4_e2m1fn")
    assert result.exit_code == 1, result.output


@pytest.mark.parametrize(
    "args, says",
    [
        (("1=2", *ADD), "1=2: expected 2 operands, = and a result, or a result and its flags, with commas between them"),
        (("1,1=2", "1,1=2,0", *ADD), "1,1=2,0: flags are given with every result or with none"),
        (("1,1=2,64x", *ADD), "'64x' is no flags: expected an integer such as 0x05 or 5"),
        (("1,1=2,64", *ADD), "flags: 64 at 0 is no combination of refquant.Flags"),
        (("1,1=2", "--op", "plus", "--format", "float16"), "--op: expected an operation such as add"),
        (("1,1=2", "--op", "encode", "--format", "float16"), "--op: encode is a conversion"),
        (("1,1=2", "--op", "all", "--format", "float16"), "--op: all cannot be explained at once"),
        (("1,1=2", *ADD, "--source", "float16", "--source", "float16", "--source", "float16"), "--source: expected one, or one for each of 2 operands, got 3"),
        (("1=2", "--format", "float16", "--source", "float16", "--source", "float32"), "--source: a conversion has one; several belong to --op"),
        (("1=2", "--format", "float16", "--testfloat"), "--testfloat: expected --op for the results of an operation, or one --source"),
        (("1.0001,1=2", *ADD), "'1.0001' is no value of float16"),
        (("no.csv", *ADD), "no.csv"),
        (("--of", "file:r.txt", *ADD), "--of: file:r.txt has results already; give the file itself, with --testfloat"),
        (("--of", "gfloat", *ADD), "gfloat"),
        (("a.npy", "b.npy", *ADD), "a.npy b.npy: expected A,B=RESULT ..., one file of columns"),
    ],
)
def test_it_is_refused_in_one_line(folder, args, says):
    result = run(*args)
    assert result.exit_code == 2 and says in result.output, result.output
    assert "Traceback" not in result.output


def test_lines_that_are_none_are_refused(folder):
    (folder / "rows.csv").write_text("1 1\n")
    assert "rows.csv, line 1: expected 2 operands, a result and perhaps flags, got 2 columns" in run("rows.csv", *ADD).output
    (folder / "rows.csv").write_text("# nothing\n")
    assert "rows.csv: there are no rows" in run("rows.csv", *ADD).output
    (folder / "rows.txt").write_text("3C00 3C00 4000 01\n3C00\n")
    assert "rows.txt, line 2: expected operands, result and flags of 4, 4, 4, 2 hex digits" in run("rows.txt", "--testfloat", *ADD).output
    np.savez(folder / "rows.npz", a=COLUMNS[0])
    assert "rows.npz: expected arrays named a, b, result, got a" in run("rows.npz", *ADD).output


def test_programs_and_functions_that_answer_flags(folder):
    (folder / "child.py").write_text(
        "import sys\nfor line in iter(sys.stdin.readline, 'end\\n'): pass\n"
        "for line in iter(sys.stdin.readline, ''): print(f'{int(line, 16) ^ 8:x} 00', flush=True)\n"
    )
    (folder / "negating.py").write_text("import numpy as np\ndef neg(a): return a.view(np.uint8) ^ np.uint8(8), np.zeros(a.shape, np.uint8)\n")
    asked = ("--op", "neg", "--format", "float4_e2m1fn")
    program = ("--of", f"program:{sys.executable} -I -S child.py", *asked)
    assert run(*program).exit_code == 2
    for of in (program, ("--of", "negating:neg", *asked)):
        result = run(*of, "--flags", "--json", "found.json")
        assert result.exit_code == 0, result.output
        assert json.loads((folder / "found.json").read_text())["flags"] is True
    refused = run("1=0xa", *asked, "--flags")
    assert refused.exit_code == 2 and "--flags belongs to --op with --of module:function or program:COMMAND" in refused.output


def test_where_nans_are_wrong_the_option_that_takes_any_is_named(folder):
    asked = ("--op", "add", "--format", "float16")
    nan = ("0x7e01,0x7e02=0x7e02", "0x7e05,0x7e04=0x7e05", "0x7e07,1=0x7e00", "1,1=2")  # the greater payload, or none
    assert "another NaN than the right one; --nan-by class takes any" in run(*nan, *asked).output
    for others in (("1,1=2", "1,2=7"), ("nan,1=7", "nan,2=8")):
        assert "--nan-by class" not in run(*others, *asked).output
    assert run(*nan, *asked, "--nan-by", "class").exit_code == 0


@pytest.mark.parametrize("op", ["compare_quiet_lt", "total_order"])
def test_truths_have_no_knobs_of_results(folder, op):
    result = run("1,2=1", "2,1=0", "--op", op, "--format", "float16", "--json", "found.json")
    assert result.exit_code == 0 and "in Python: refquant.get_dialect('default')\n" in result.output, result.output
    assert json.loads((folder / "found.json").read_text())["setting"]["code"] == "refquant.get_dialect('default')"
