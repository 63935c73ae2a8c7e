"""The command line: what it prints, its exit codes, and errors in one line."""

import json
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from rich.console import Console

import refquant
from refquant.cli.app import app
from refquant.cli.console import console
from refquant.verify.targets import TARGETS


def run(*args):
    return CliRunner().invoke(app, args)


def rows_of(output):
    """Return {first cell: other cells} of a table printed without a terminal."""
    return {line.split()[0]: line.split()[1:] for line in output.splitlines() if line.split()}


@pytest.fixture
def casts(tmp_path, monkeypatch):
    """A module of casts in the current folder."""
    lines = [
        "import refquant as rq",
        "def sound(x): return rq.encode(x, 'float8_e4m3fn')",
        "def off_by_one(x):",
        "    codes = sound(x)",
        "    codes[x == 1.5] += 1",
        "    return codes",
        "def leaves(x): raise SystemExit(0)",
        "def boom(x): raise RuntimeError('no kernel')",
        "def saturating(x): return rq.encode(x, 'float8_e4m3fn', overflow='saturate')",
    ]
    (tmp_path / "some_casts.py").write_text("\n".join(lines))
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    sys.modules.pop("some_casts", None)


def test_version_and_help():
    assert refquant.__version__ in run("--version").output
    for args in ((), ("formats",), ("show",), ("verify",)):
        result = run(*args, "--help")
        assert result.exit_code == 0
        assert not args or "Examples:" in result.output


def test_formats_lists_every_format_with_its_limits():
    rows = rows_of(run("formats").output)
    assert set(refquant.list_formats()) <= set(rows)
    assert rows["float8_e4m3fn"] == ["8", "4", "4", "7", "448", "2^-6", "2^-9", "0x7f", "0x80", "254", "2"]
    assert rows["float16"] == ["16", "11", "5", "15", "65504", "2^-14", "2^-24", "0x7c00", "0x7e00", "0x8000", "63488", "2046"]


def test_formats_may_be_named_and_include_p3109():
    assert set(rows_of(run("formats", "bf16", "binary8p3se").output)) == {"format", "bfloat16", "binary8p3se"}
    assert "binary3p1se" in rows_of(run("formats", "--p3109").output)


def test_formats_as_json_are_exact():
    records = {r["name"]: r for r in json.loads(run("formats", "--json").output)}
    assert set(records) == set(refquant.list_formats())
    assert records["float8_e4m3fn"]["max_finite"] == {"hex": "0x1.cp+8", "fraction": "448"}
    assert float.fromhex(records["float64"]["max_finite"]["hex"]) == sys.float_info.max
    assert records["int8"]["code_of_nan"] is None


def test_show_prints_code_bits_value_neighbours_and_error():
    output = run("show", "0.1", "--format", "float8_e4m3fn").output
    assert output.startswith("0.1 = 1/10\n")
    expected = {
        "code": "0x1d", "bits": "0 | 0011 | 101", "value": "0.1015625", "hex float": "0x1.ap-4", "fraction": "13/128", "below": "0.09375 (0x1c)",
        "above": "0.109375 (0x1e)", "error": "0.0015625 = 1/640", "error in ulp": "0.2 = 1/5", "flags": "inexact",
    }  # fmt: skip
    assert {k.strip(): v.strip() for k, v in ((line[:14], line[14:]) for line in output.splitlines()[2:12])} == expected
    assert "bits: sign | exponent | significand" in output


def test_show_reads_a_tenth_exactly():
    beside_a_tie = run("show", "1.06250000000000000000000000001", "--format", "float8_e4m3fn").output  # its float64 is a tie that goes to 0x38
    assert beside_a_tie.split("code")[1].split()[0] == "0x39"


def test_show_puts_formats_side_by_side_and_negative_numbers_are_no_options():
    output = run("show", "-1/3", "-inf", "-nan", "--format", "fp16", "--format", "bf16").output
    assert "float16" in output.splitlines()[1]
    assert "bfloat16" in output.splitlines()[1]
    assert [line for line in output.splitlines() if line in ("-1/3", "-inf", "-nan")] == ["-1/3", "-inf", "-nan"]


def test_show_follows_rounding_overflow_and_dialect():
    def code(*args):
        return run("show", *args, "--format", "float8_e4m3fn").output.split("code")[1].split()[0]

    assert [code("1e9"), code("1e9", "--overflow", "saturate"), code("1.2", "--rounding", "toward_zero"), code("1.2")] == ["0x7f", "0x7e", "0x39", "0x3a"]
    assert [code("-nan"), code("-nan", "--dialect", "ml_dtypes-0.6")] == ["0x7f", "0xff"]


def test_show_gives_the_reason_in_the_column_of_a_format_that_refuses():
    result = run("show", "nan", "--format", "int8", "--format", "float8_e4m3fn")
    assert result.exit_code == 0
    assert "refused" in result.output
    assert "int8: NaN cannot go into int8" in result.output
    assert "0x7f" in result.output


def test_show_prints_the_others_where_a_value_is_refused_everywhere():
    result = run("show", "1", "nan", "--format", "int8")
    assert result.exit_code == 2
    assert "0x01" in result.stdout
    assert "nan" not in result.stdout
    assert result.stderr.startswith("error: nan: NaN cannot go into int8")
    assert len(result.stderr.splitlines()) == 1


def test_show_rounds_stochastically_by_philox():
    args = ("show", "1.03125", "--format", "float8_e4m3fn", "--rounding", "stochastic_a", "--random-bits", "16")
    for seed in range(8):
        result = run(*args, "--seed", str(seed))
        assert result.exit_code == 0
        code = refquant.encode(1.03125, "float8_e4m3fn", rounding="stochastic_a", random=refquant.Philox(seed, 16))
        assert result.output.split("code")[1].split()[0] == hex(code)


def test_show_tells_neighbours_apart_and_prints_all_digits_when_asked():
    def cells(*args):
        lines = run("show", *args, "--format", "float64").output.splitlines()
        return {line[:12].strip(): line[12:].split()[0] for line in lines if line[12:].split()}

    short, full = cells("1/3"), cells("1/3", "--exact")
    assert [short[k] for k in ("below", "value", "above")] == ["~0.33333333333333326", "~0.33333333333333331", "~0.33333333333333337"]
    assert full["value"] == "0.333333333333333314829616256247390992939472198486328125"


@pytest.mark.parametrize("text", ["1e999", "1e5000", "1e-5000", "1e99999"])
def test_huge_numbers_have_a_title(text):
    result = run("show", text, "--format", "float16", "--overflow", "saturate")
    assert result.exit_code == 0
    assert result.output.splitlines()[0] == f"{text} (exact)"


def on_terminal(monkeypatch, columns, *args):
    """Return the lines that a command prints on a terminal of this width."""
    out = Console(file=StringIO(), width=columns, force_terminal=True, no_color=True, highlight=False, markup=False, emoji=False)
    for module in ("formats", "show", "verify"):
        monkeypatch.setattr(sys.modules[f"refquant.cli.{module}"], "console", lambda *, stderr=False: console(stderr=True) if stderr else out)
    run(*args)
    return re.sub(r"\x1b\[[0-9;]*m", "", out.file.getvalue()).splitlines()


@pytest.mark.parametrize(
    "args", [("formats",), ("verify", "ml_dtypes", "--format", "float4_e2m1fn", "--format", "float8_e4m3fnuz", "--random", "100"), ("show", "1/3", "1e999")]
)
def test_no_number_is_cut_on_a_narrow_terminal(monkeypatch, args):
    wide, narrow = on_terminal(monkeypatch, 1000, *args), on_terminal(monkeypatch, 80, *args)
    assert all(len(line.rstrip()) <= 80 for line in narrow)
    numbers = [{word.strip("(),;:") for line in lines for word in line.split() if re.search("[0-9]", word)} for lines in (wide, narrow)]
    assert numbers[0] == numbers[1]


def test_verify_prints_witnesses_under_the_row_on_a_narrow_terminal(monkeypatch):
    lines = on_terminal(monkeypatch, 80, "verify", "ml_dtypes", "--format", "float4_e2m1fn", "--source", "float64", "--random", "100")
    at = next(i for i, line in enumerate(lines) if line.startswith("float64 -> float4_e2m1fn"))
    assert lines[at + 1].startswith("    double rounding 14, witness 0x3fd0000000000001 (0x1.0000000000001p-2), got")
    assert "    known: through float32" in [line.rstrip() for line in lines[at:]]


def test_python_m_refquant():
    root = str(Path(refquant.__file__).parents[1])
    result = subprocess.run([sys.executable, "-m", "refquant", "--version"], capture_output=True, text=True, check=True, cwd=root)
    assert result.stdout == f"refquant, version {refquant.__version__}\n"


def test_show_decodes_codes():
    output = run("show", "code:0x7e", "--format", "float8_e4m3fn", "--format", "float4_e2m1fn").output
    assert "448" in output
    assert "float4_e2m1fn: 0x7e is no code of float4_e2m1fn" in output


@pytest.mark.parametrize(
    "args, message",
    [
        (("show", "abc"), "value: expected 0.1, 0x1.8p-3, 1/3, inf, nan or code:0x7e, got 'abc'"),
        (("show", "1/0"), "value: '1/0' divides by zero"),
        (("show",), "Missing argument 'VALUE...'."),
        (("show", "1", "--bogus"), "No such option '--bogus'"),
        (("show", "1", "--format", "e4m3"), "--format: 'e4m3' may mean"),
        (("show", "1", "--format", "nosuch"), "--format: no format is named 'nosuch'; `refquant formats` lists them"),
        (("show", "1", "--rounding", "up"), "--rounding: expected one of"),
        (("show", "1", "--dialect", "nosuch"), "--dialect: no dialect is named 'nosuch'"),
        (("show", "1", "--rounding", "stochastic_a"), "rounding stochastic_a needs --seed N and --random-bits N"),
        (("show", "1", "--rounding", "stochastic_a", "--seed", "1"), "rounding stochastic_a needs --seed N and --random-bits N"),
        (("show", "1", "--set", "nan"), "--set nan: expected KNOB=CHOICE, and the knobs are rounding, overflow, nan,"),
        (("show", "1", "--set", "nosuch=1"), "--set nosuch=1: expected KNOB=CHOICE"),
        (("show", "1", "--set", "nan=up"), "--set nan=up: expected one of canonical"),
        (("show", "1", "--set", "via=nosuch"), "--set via=nosuch: no format is named 'nosuch'"),
        (("show", "1", "--overflow", "wrap", "--set", "overflow=saturate"), "--set overflow=saturate: overflow is given twice"),
        (("show", "1", "--seed", "1"), "--seed and --random-bits go with a stochastic rounding"),
        (("show", "nan", "--format", "int8", "--format", "int4"), "nan: NaN cannot go into int8: choose what NaN becomes with --set nan=..."),
        (("formats", "nosuch"), "NAME: no format is named 'nosuch'; `refquant formats` lists them"),
        (("verify", "numpy", "--source", "nonsense"), "--source: no format is named 'nonsense'; `refquant formats` lists them"),
        (("verify", "numpy", "--format", "e4m3"), "--format: 'e4m3' may mean"),
        (("verify", "math:sin", "--format", "nosuch"), "--format: no format is named 'nosuch'"),
        (("verify", "math:sin", "--format", "fp16", "--source", "nonsense"), "--source: no format is named 'nonsense'"),
        (("verify", "math:sin", "--format", "fp16", "--rounding", "up"), "--rounding: expected one of"),
        (("verify", "math:sin", "--format", "fp16", "--dialect", "nosuch"), "--dialect: no dialect is named"),
        (("verify", "math:sin", "--format", "fp16", "--rounding", "stochastic_a"), "rounding stochastic_a: a stochastic cast has no single right result"),
        (("verify", "nosuch"), "target: expected one of"),
        (("verify", "a:b"), "a:b needs one --format"),
        (("verify", "nosuchmodule:f", "--format", "fp16"), "target: cannot load 'nosuchmodule:f'"),
        (("verify", "numpy", "--rounding", "toward_zero"), "--rounding, --overflow, --dialect and --set say what a module:function does"),
        (("verify", "numpy", "--format", "float4_e2m1fn"), "no conversion matches"),
        (("verify", "numpy", "--random", "-1"), "Invalid value for '--random'"),
        (("verify", "numpy", "--deviations", "no/such/file"), "no/such/file: No such file"),
        (("verify", "numpy", "--json", "no/such/file"), "--json: no/such/file cannot be written: there is no folder"),
        (("nosuch",), "No such command 'nosuch'"),
    ],
)
def test_bad_input_is_one_line_on_stderr(args, message):
    result = run(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert len(result.stderr.splitlines()) == 1
    assert message in result.stderr


def test_verify_prints_cases_witness_and_the_known_deviation(tmp_path):
    report = tmp_path / "report.json"
    result = run("verify", "ml_dtypes", "--format", "float4_e2m1fn", "--random", "1000", "--json", str(report))
    assert result.exit_code == 0
    assert "known: through float32" in result.output
    assert "0x3fd0000000000001 (0x1.0000000000001p-2)" in result.output
    assert "8 of 8 announced conversions judged" in result.output
    record = json.loads(report.read_text())
    assert record["ok"]
    assert [v["status"] for v in record["targets"][0]["verdicts"]].count("known") == 1


def test_a_new_mismatch_is_exit_code_1(casts):
    result = run("verify", "some_casts:off_by_one", "--format", "float8_e4m3fn", "--random", "1000")
    assert result.exit_code == 1
    assert "0x3fc00000 (0x1.8p+0)  0x3d (0x1.ap+0)  0x3c (0x1.8p+0)  NEW:" in result.output


def test_a_sound_cast_is_exit_code_0(casts):
    assert run("verify", "some_casts:sound", "--format", "float8_e4m3fn", "--source", "float64", "--random", "1000").exit_code == 0


def test_a_cast_is_judged_by_what_it_says(casts):
    args = ("verify", "some_casts:saturating", "--format", "float8_e4m3fn", "--random", "1000")
    assert [run(*args).exit_code, run(*args, "--overflow", "saturate").exit_code] == [1, 0]


def test_a_conversion_that_could_not_be_judged_is_exit_code_2(casts):
    result = run("verify", "some_casts:boom", "--format", "float8_e4m3fn")
    assert result.exit_code == 2
    assert "0 of 1 announced conversions judged" in result.output
    assert "FAILED: could not be judged to the end: it raised RuntimeError: no kernel on input 0x00000000 (0), which does it alone" in result.output
    assert "some_casts:boom: 1 conversion" in result.output  # no emoji


def test_a_cast_that_leaves_the_program_could_not_be_judged(casts):
    result = run("verify", "some_casts:leaves", "--format", "float8_e4m3fn")
    assert result.exit_code == 2
    assert "FAILED: could not be judged to the end: it raised SystemExit: 0 on input 0x00000000 (0), which does it alone" in result.output
    (casts / "leaving_casts.py").write_text("raise SystemExit(0)")
    result = run("verify", "leaving_casts:cast", "--format", "float8_e4m3fn")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "cannot load 'leaving_casts:cast': SystemExit: 0" in result.stderr


def test_any_knob_may_be_set():
    def code(*args):
        return next(line.split()[1] for line in run("show", *args).output.splitlines() if line.startswith("code"))

    assert code("nan", "--format", "int8", "--set", "nan=to_max") == "0x7f"
    tie = ("1.062500001", "--format", "float8_e4m3fn")  # above a tie by less than float16 tells
    assert [code(*tie), code(*tie, "--set", "via=float16")] == ["0x39", "0x38"]
    assert code("1.06", "--format", "float8_e4m3fn", "--set", "rounding=toward_zero") == code("1", "--format", "float8_e4m3fn")


def test_a_function_is_judged_by_the_knobs_that_it_states(tmp_path, monkeypatch):
    body = "import refquant as rq\nD = rq.get_dialect('default').replace(subnormals='flush_results', ftz='arm')\n"
    (tmp_path / "flushing_casts.py").write_text(body + "def cast(x):\n    return rq.encode(x, 'float16', dialect=D)\n")
    monkeypatch.chdir(tmp_path)
    common = ("verify", "flushing_casts:cast", "--format", "float16", "--random", "1000")
    stated = run(*common, "--set", "subnormals=flush_results", "--set", "ftz=arm")
    assert stated.exit_code == 0 and "1 exact" in stated.output
    silent = run(*common)
    assert silent.exit_code == 1 and "subnormals=flush_results and ftz=arm" in silent.output


def test_json_to_stdout_is_alone_there():
    result = run("verify", "numpy", "--format", "float16", "--source", "float32", "--random", "0", "--json", "-")
    assert result.exit_code == 0 and json.loads(result.stdout)["ok"] is True
    assert "1 of 1 announced conversions judged" in result.stderr


def test_what_is_not_installed_is_said_in_one_line(monkeypatch):
    monkeypatch.setattr("refquant.cli.verify.list_targets", lambda: ("numpy",))
    result = run("verify", "--format", "float16", "--source", "float32", "--random", "10")
    assert result.exit_code == 0
    assert "not installed, not judged: ml_dtypes, torch, jax, onnxruntime, onnx_reference, gfloat, bitstring\n" in result.output
    assert "not installed" not in run("verify", "numpy", "--format", "float16", "--source", "float32", "--random", "10").output


def test_an_entry_that_no_longer_occurs_is_exit_code_1(tmp_path):
    entry = {"package": "numpy", "versions": ">=1", "operation": "encode", "diagnosis": "through float32", "reason": "made up", "reference": "none"}
    text = "[[deviation]]\n" + "\n".join(f'{k} = "{v}"' for k, v in entry.items()) + '\nsources = ["float64"]\ntargets = ["float16"]\n'
    text += 'witness = { source = "float64", target = "float16", input = "0x3ff0020000000001", got = "0x3c00", expected = "0x3c01" }\n'
    (tmp_path / "known.toml").write_text(text)
    result = run("verify", "numpy", "--format", "float16", "--source", "float64", "--random", "1000", "--deviations", str(tmp_path / "known.toml"))
    assert result.exit_code == 1
    assert "GONE: the known deviation 'through float32'" in result.output


def test_without_click_one_line_says_what_to_install(tmp_path):
    (tmp_path / "click.py").write_text("raise ModuleNotFoundError(\"No module named 'click'\", name='click')")
    root = str(Path(refquant.__file__).parents[1])
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {root!r}]; from refquant.cli.main import main; main()"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "error: the command line needs click: pip install 'refquant[cli]'\n"


def test_import_refquant_loads_no_command_line():
    root = str(Path(refquant.__file__).parents[1])
    code = f"import sys; sys.path.insert(0, {root!r}); import refquant; print([m for m in ('click', 'rich', 'ml_dtypes', 'torch') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_what_a_cast_prints_does_not_reach_json_on_stdout(tmp_path, monkeypatch):
    (tmp_path / "loud_casts.py").write_text("import refquant as rq\ndef cast(x):\n    print('hello')\n    return rq.encode(x, 'bfloat16')\n")
    monkeypatch.chdir(tmp_path)
    result = run("verify", "loud_casts:cast", "--format", "bf16", "--random", "10", "--json", "-")
    assert result.exit_code == 0 and json.loads(result.stdout)["ok"] is True
    assert "hello" in result.stderr


def test_policies_that_contradict_the_format_are_refused_before_anything_runs():
    result = run("verify", "math:sin", "--format", "bf16", "--overflow", "wrap")
    assert (result.exit_code, result.stdout) == (2, "") and result.stderr.startswith("error: overflow: 'wrap' is for")


def test_exhaustive_runs_every_code(tmp_path):
    result = run("verify", "numpy", "--exhaustive", "--source", "float16", "--json", str(tmp_path / "report.json"))
    assert result.exit_code == 0
    assert result.output.splitlines()[0] == "every code of 2 conversions"
    assert "float16 -> float32: 65,536 of 65,536 codes compared: exact" in result.output
    sweeps = json.loads((tmp_path / "report.json").read_text())["sweeps"]
    assert [(s["target"], s["complete"], s["mismatches"], s["kinds"]) for s in sweeps] == [("float32", True, 0, []), ("float64", True, 0, [])]


def test_exhaustive_tells_known_deviations_from_new_ones(tmp_path, monkeypatch):
    arguments = ("verify", "ml_dtypes", "--exhaustive", "--source", "bfloat16", "--format", "float8_e8m0fnu")
    known = run(*arguments)
    assert known.exit_code == 0 and "31 wrong" in known.output
    assert "known: rounding=away_from_zero of subnormal inputs: 31, the smallest 0x0041" in known.output
    (tmp_path / "none.toml").write_text("")
    new = run(*arguments, "--deviations", str(tmp_path / "none.toml"))
    assert new.exit_code == 1 and "subnormal: 31, the smallest 0x0041 (0x1.04p-127) gives 0x01 (0x1p-126), right 0x00 (0x1p-127)" in new.output


def test_exhaustive_goes_on_from_a_state(tmp_path):
    arguments = ("verify", "numpy", "--exhaustive", "--source", "float16", "--format", "float32", "--resume", str(tmp_path / "state.json"))
    first, second = run(*arguments), run(*arguments)
    assert first.exit_code == second.exit_code == 0 and "compared: exact" in first.output
    assert "65,536 of 65,536 codes compared, 65,536 of them in an earlier run: exact" in second.output
    other = run(*arguments[:-3], "float64", *arguments[-2:])
    assert (other.exit_code, other.stdout.count("\n")) == (2, 1)
    assert "is the state of another sweep: conversion 'float16 -> float32', not 'float16 -> float64'" in other.stderr


@pytest.mark.parametrize(
    "args, message",
    [
        (("numpy", "--exhaustive", "--source", "int64"), "--exhaustive: no conversion from a source of at most 32 bits; there are 3 from wider ones"),
        (("numpy", "--source", "float16", "--resume", "state.json"), "--resume belongs to --exhaustive"),
        (("numpy", "--exhaustive", "--source", "float16", "--resume", __file__), "is a file, and these are 2 conversions; name a folder"),
        (("numpy", "--exhaustive", "--resume="), "--resume: expected the name of a file or folder"),
        (("numpy", "--exhaustive", "--seed", "0"), "--seed: --exhaustive runs every code, none at random"),
        (("numpy", "--exhaustive", "--source", "float16", "--format", "float32", "--resume", "no/such/folder/state.json"), "there is no folder"),
    ],
)
def test_bad_exhaustive_input_is_one_line(args, message):
    result = run("verify", *args)
    assert result.exit_code == 2 and message in result.stderr and len(result.stderr.splitlines()) == 1


CASTS = """
import numpy as np, refquant as rq
def raises(x): raise RuntimeError("boom")
def leaves(x): raise SystemExit(3)
def fine(x): return rq.encode(x, "float8_e5m2")
def interrupted(x):
    if x.view(np.uint32)[0] == 1 << 23: raise KeyboardInterrupt
    return x.view(np.uint32) * 0
"""


@pytest.fixture
def broken_casts(tmp_path, monkeypatch):
    (tmp_path / "broken_casts.py").write_text(CASTS)
    monkeypatch.chdir(tmp_path)
    return lambda *names, source="float16": ("verify", *(f"broken_casts:{n}" for n in names), "--format", "float8_e5m2", "--source", source, "--exhaustive")


def test_a_cast_that_raises_is_exit_code_2_and_the_others_are_swept(broken_casts):
    result = run(*broken_casts("raises", "leaves", "fine"), "--json", "report.json")
    assert result.exit_code == 2
    assert (
        "broken_casts:raises, float16 -> float8_e5m2: 0 of 65,536 codes compared: so nothing is known; FAILED: could not be judged to the end: it raised RuntimeError: boom"
        in result.output
    )
    assert "SystemExit: 3" in result.output and "broken_casts:fine, float16 -> float8_e5m2: 65,536 of 65,536 codes compared: exact" in result.output
    assert [bool(s["failure"]) for s in json.loads(Path("report.json").read_text())["sweeps"]] == [True, True, False]


def test_an_interruption_says_what_was_found_and_how_to_go_on(broken_casts):
    arguments = (*broken_casts("interrupted", "fine", source="float32"), "--resume", "states", "--json", "report.json")
    for codes in ("8,388,608 of 4,294,967,296 codes compared", "0 of 4,294,967,296"):
        result = run(*arguments)
        assert result.exit_code == 130 and codes in result.stdout
        assert result.stderr.split("\n")[-2] == "error: interrupted in conversion 1 of 2; the same command goes on from states"
        assert json.loads(Path("report.json").read_text())["sweeps"][0]["failure"] == "interrupted"
    assert [p.name for p in Path("states").iterdir()] == ["broken_casts.interrupted-float32-float8_e5m2.json"]


def test_a_report_that_was_there_is_kept_where_nothing_new_can_be_said(broken_casts):
    Path("report.json").write_text("old")
    assert run(*broken_casts("fine"), "--resume", "report.json", "--json", "report.json").exit_code == 2
    assert Path("report.json").read_text() == "old"


def test_a_folder_keeps_the_states_of_several_conversions(tmp_path):
    arguments = ("verify", "numpy", "--exhaustive", "--source", "float16", "--resume", str(tmp_path / "states"))
    assert run(*arguments).exit_code == 0
    assert {p.name for p in (tmp_path / "states").iterdir()} == {"numpy-float16-float32.json", "numpy-float16-float64.json"}
    assert run(*arguments).output.count("65,536 of them in an earlier run: exact") == 2


def test_states_of_programs_have_names_of_their_own_in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t").mkdir()
    program = f"#!{sys.executable} -ISu\nimport sys\nfor line in iter(sys.stdin.readline, 'end\\n'): pass\nfor line in sys.stdin: print(line, end='')\n"
    names = ("cast", "t/cast", "t/" + "long" * 50)
    for name in names:
        (tmp_path / name).write_text(program)
        (tmp_path / name).chmod(0o755)
    targets = [f"program:./{name}" for name in names] + ["program:./cast --more"]
    arguments = ("verify", *targets, "--format", "float8_e4m3fn", "--source", "float8_e4m3fn", "--exhaustive", "--resume", "states")
    first, second = run(*arguments), run(*arguments)
    assert (first.exit_code, second.exit_code) == (0, 0) and second.output.count("256 of them in an earlier run: exact") == 4
    kept = [path.name for path in (tmp_path / "states").iterdir()]
    assert len(kept) == 4 and all(name.startswith("program.._") and name.endswith("-float8_e4m3fn-float8_e4m3fn.json") for name in kept)


def test_the_help_names_every_target():
    said = run("verify", "--help").output.split()
    assert [name for name in TARGETS if f"{name}," not in said and name not in said] == []


def test_reports_are_written_in_every_form(casts):
    args = ("verify", "some_casts:off_by_one", "--format", "float8_e4m3fn", "--random", "1000")
    result = run(*args, "--json", "r.json", "--junit", "r.xml", "--html", "r.html")
    assert result.exit_code == 1
    record, suite = json.loads((casts / "r.json").read_text()), ElementTree.parse(casts / "r.xml").getroot()
    page = (casts / "r.html").read_text("utf-8")
    command = "refquant verify some_casts:off_by_one --format float8_e4m3fn --random 1000 --json r.json --junit r.xml --html r.html"
    assert record["command"] == command and command in page
    assert record["targets"][0]["verdicts"][0]["mismatches"] == 2 and (suite.get("tests"), suite.get("failures")) == ("1", "1")
    assert page.startswith("<!DOCTYPE html>") and page.endswith("</html>\n")
    before = (casts / "r.html").read_bytes()
    assert run(*args, "--json", "r.json", "--junit", "r.xml", "--html", "r.html").exit_code == 1 and (casts / "r.html").read_bytes() == before


@pytest.mark.parametrize(
    "args, message",
    [
        (("numpy", "--html", "/no such folder/r.html"), "--html: /no such folder/r.html cannot be written"),
        (("numpy", "--junit", "/no such folder/r.xml"), "--junit: /no such folder/r.xml cannot be written"),
        (("numpy", "--golden", "vectors"), "--golden is for file:PATH"),
        (("file:r.csv",), "file:r.csv needs --golden: the folder or file of the golden vectors that it has results for"),
        (("file:r.csv", "--golden", "nosuch"), "nosuch: no folder, and no file of golden vectors"),
        (("file:r.csv", "--golden", "x", "--format", "float16"), "file:r.csv: --format and --source do not belong to it"),
    ],
)
def test_reports_and_files_that_cannot_be_are_refused_before_anything_is_judged(casts, args, message):
    result = run("verify", *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr and len(result.stderr.splitlines()) == 1


def test_without_matplotlib_the_page_is_refused_before_anything_is_judged(casts, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = run("verify", "numpy", "--html", "r.html")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: the HTML page has plots by matplotlib: python -m pip install 'refquant[report]'\n"


def test_results_in_a_file_are_judged_by_golden_vectors(casts):
    made = refquant.golden.generate("convert", "float8_e4m3fn", source="float8_e5m2", level="exhaustive")
    made.save("vectors")
    rows = [f"{code:02x}" for code in made.columns["result"]]
    Path("right.hex").write_text("\n".join(rows))
    rows[0x3C] = "39"
    Path("wrong.hex").write_text("\n".join(rows))
    Path("short.hex").write_text("\n".join(rows[:100]))
    found = {name: run("verify", f"file:{name}.hex", "--golden", "vectors") for name in ("right", "wrong", "short")}
    assert {name: result.exit_code for name, result in found.items()} == {"right": 0, "wrong": 1, "short": 2}
    assert "other 1" in found["wrong"].output and "0x3c (1)" in found["wrong"].output and "0x39 (0x1.2p+0)" in found["wrong"].output
    assert "the file has 100 results for 256 vectors" in found["short"].output


def test_a_function_that_hangs_is_named_and_the_others_are_judged(casts):
    (casts / "hanging_casts.py").write_text(
        "import some_casts, time\ndef cast(x):\n    time.sleep(60 if (x == 1.5).any() else 0)\n    return some_casts.sound(x)\n"
    )
    result = run("verify", "hanging_casts:cast", "some_casts:sound", "--format", "float8_e4m3fn", "--source", "float16", "--timeout", "0.5")
    assert result.exit_code == 2
    assert "FAILED: could not be judged to the end: it gave no answer within 0.5 s on input 0x3e00 (0x1.8p+0), which does it alone" in result.output
    assert "some_casts:sound: 1 of 1 announced conversions judged, 65,536 cases: 1 exact" in result.output


def test_a_sweep_of_every_code_is_reported_in_the_same_form(casts):
    args = ("--format", "float8_e4m3fn", "--source", "float16", "--exhaustive", "--json", "r.json", "--junit", "r.xml", "--html", "r.html")
    result = run("verify", "some_casts:off_by_one", "some_casts:sound", "some_casts:boom", *args)
    assert result.exit_code == 2
    root, sweeps = ElementTree.parse("r.xml").getroot(), json.loads(Path("r.json").read_text())["sweeps"]
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("3", "1", "1")
    said = [case.find("system-out").text.splitlines() for case in root.iter("testcase")]
    assert [lines[1:3] for lines in said] == [[f"cases {s['cases']}", f"mismatches {s['mismatches']}"] for s in sweeps]
    assert [s["mismatches"] for s in sweeps] == [1, 0, 0] and said[0][3] == "other 1"
    page = Path("r.html").read_text("utf-8")
    assert "every code 65,536" in page and '<span class="code">0x3e00</span>' in page and "RuntimeError: no kernel" in page


def test_what_a_known_deviation_does_in_a_sweep_passes(casts):
    entry = {"package": "some_casts:saturating", "versions": "", "operation": "encode", "sources": ["*"], "targets": ["*"], "diagnosis": "overflow=saturate"}
    entry |= {"reason": "it saturates", "reference": "made up", "witness": {}}
    from refquant.verify import Deviation, FunctionTarget, run_sweep
    from refquant.verify.sweep_verdicts import judgements_of

    known = Deviation(**entry)
    target = FunctionTarget("some_casts:saturating", lambda x: refquant.encode(x, "float8_e4m3fn", overflow="saturate"), "float8_e4m3fn", ("float16",))
    (judgement,) = judgements_of([(run_sweep(target, target.claims()[0], known=known), "")], [known])
    (verdict,) = judgement.verdicts
    assert (verdict.status, verdict.message, verdict.diagnosis, judgement.ok) == ("known", "it saturates", "overflow=saturate", True)
    assert list(verdict.by_class) == ["known: overflow=saturate"] and verdict.left_out == 0
    (judgement,) = judgements_of([(run_sweep(target, target.claims()[0]), "")], [None])
    assert judgement.verdicts[0].status == "new" and not judgement.ok


def test_conversions_of_the_same_formats_are_told_apart_by_what_is_said_of_them():
    from refquant.cli.verdicts import labels_of
    from refquant.policies import get_dialect
    from refquant.verify import Claim, Verdict

    said = [get_dialect("onnx-saturate"), get_dialect("onnx-nosaturate"), get_dialect("onnx-saturate")]
    claims = [Claim("encode", "float32", target, dialect) for target, dialect in zip(("float8_e5m2", "float8_e5m2", "float8_e4m3fn"), said)]
    labels = ["float32 -> float8_e5m2 (onnx-saturate)", "float32 -> float8_e5m2 (onnx-nosaturate)", "float32 -> float8_e4m3fn"]
    assert labels_of([Verdict(claim, "exact") for claim in claims]) == labels


def test_a_file_of_deviations_that_is_no_toml_is_named(tmp_path):
    (tmp_path / "known.toml").write_text("x = = 1\n")
    result = run("verify", "numpy", "--deviations", str(tmp_path / "known.toml"))
    assert result.exit_code == 2 and f"deviations: {tmp_path / 'known.toml'}: Invalid value" in result.stderr
