"""``refquant explain``: pairs in every form, what is printed, exit codes, and errors in one line."""

import json
import sys

import numpy as np
import pytest
from click.testing import CliRunner

import refquant as rq
from refquant.cli.app import app
from refquant.verify import Claim

ENDS = ("--source", "float32", "--format", "float8_e4m3fn")
PAIRS = ("1=0x38", "1.0625=0x39", "1.1875=0x3a", "500=0x7e")
FOUND = "every pair is reproduced by rounding=ties_to_away, overflow=saturate"


def run(*args, **options):
    return CliRunner().invoke(app, ("explain", *map(str, args)), **options)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_pairs_as_arguments():
    result = run(*PAIRS, *ENDS)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0] == "float32 -> float8_e4m3fn: 4 pairs: normal range 3, overflow 1"
    assert FOUND in lines
    assert "in Python: refquant.get_dialect('default').replace(overflow='saturate', nan='canonical', rounding='ties_to_away')" in lines
    (out,) = (line for line in lines if line.split()[:1] == ["ties_to_even"])
    assert " ".join(out.split()) == "ties_to_even ruled out by 1 pair 0x3f880000 (0x1.1p+0) gives 0x39 (0x1.2p+0), not 0x38 (1)"
    assert any("other settings fit every pair too. Inputs that tell them apart:" in line for line in lines)
    i = next(i for i, line in enumerate(lines) if line.strip() == "0x80000000 (-0)")
    assert "signed_zero=keep" in lines[i + 1] and "signed_zero=positive" in lines[i + 2]


def test_values_of_results_and_negative_numbers_and_specials():
    result = run("-1.0625=-0x1.2p+0", "-inf=-448", "nan=nan", "0x3f800000=1", *ENDS)
    assert result.exit_code == 0 and "ties_to_away" in result.output


@pytest.mark.parametrize("header", ["", "x,y\n", "# a comment\ninput result\n\n"])
@pytest.mark.parametrize("separator", [",", " ", "\t", ";"])
def test_text_of_two_columns(folder, header, separator):
    (folder / "pairs.csv").write_text(header + "\n".join(p.replace("=", separator) for p in PAIRS) + "\n")
    result = run("pairs.csv", *ENDS)
    assert result.exit_code == 0 and FOUND in result.output


def test_stdin():
    result = run("-", *ENDS, input="\n".join(p.replace("=", " ") for p in PAIRS))
    assert result.exit_code == 0 and FOUND in result.output


X, Y = np.float32([1, 1.0625, 1.1875, 500]), np.uint8([0x38, 0x39, 0x3A, 0x7E])


def test_two_npy_files_and_an_archive(folder):
    np.save("x.npy", X)
    np.save("y.npy", Y)
    np.savez("pairs.npz", x=X.view(np.uint32), results=Y)
    assert FOUND in run("x.npy", "y.npy", "--format", "float8_e4m3fn").output
    assert FOUND in run("pairs.npz", *ENDS).output


def test_arrays_of_ml_dtypes_that_numpy_saved_as_raw_bytes(folder):
    import ml_dtypes

    np.save("x.npy", X)
    np.save("y.npy", Y.view(ml_dtypes.float8_e4m3fn))
    assert FOUND in run("x.npy", "y.npy", "--format", "float8_e4m3fn").output


def test_a_target_by_name():
    result = run("--of", "ml_dtypes", "--source", "float64", "--format", "float8_e4m3fn", "--random", "2000")
    assert result.exit_code == 0, result.output
    assert "through float32" in result.output and "named dialects that reproduce every pair: ml_dtypes-0.6" in result.output
    assert "other setting" not in result.output


@pytest.fixture
def casts(folder):
    lines = [
        "import numpy as np, refquant as rq", "def to_bfloat16(x): return (x.view(np.uint32) >> 16).astype(np.uint16)",
        "def boom(x): raise RuntimeError('no kernel')", "def short(x): return np.zeros(3, np.uint8)", "def beyond(x): return np.full(x.shape, 300, np.uint16)",
        "def noisy(x):\n    print('hello')\n    return rq.encode(x, 'float8_e4m3fn')",
        "def odd(x):\n    if (x == 1.0625).any(): raise ValueError('boo')\n    return rq.encode(x, 'float8_e4m3fn')",
        "def hang(x):\n    import time\n    if (x == 1.0625).any(): time.sleep(1e5)\n    return rq.encode(x, 'float8_e4m3fn')",
    ]  # fmt: skip
    (folder / "some_casts.py").write_text("\n".join(lines))
    yield folder
    sys.modules.pop("some_casts", None)


def test_a_function(casts):
    result = run("--of", "some_casts:to_bfloat16", "--format", "bfloat16", "--random", "2000")
    assert result.exit_code == 0, result.output
    assert "rounding=toward_zero" in result.output and "nan=like numbers (rounded bit by bit, and some become Inf)" in result.output


def test_every_target_is_named():
    text = " ".join(run("--help").output.split())
    for name in ("numpy", "ml_dtypes", "torch", "jax", "onnxruntime", "onnx_reference", "gfloat", "bitstring", "module:function", "program:COMMAND"):
        assert name in text.partition("--of TARGET")[2].partition("--random")[0]


def test_a_program():
    result = run("--of", "program:sed -u -e 1,/^end$/d", "--source", "float8_e4m3fn", "--format", "float8_e4m3fn")
    assert result.exit_code == 0 and "nan=keep_sign" in result.output


def test_json_is_the_record_and_stdout_holds_nothing_else(casts):
    result = run("--of", "some_casts:noisy", "--format", "float8_e4m3fn", "--random", "2000", "--json", "-")
    record = json.loads(result.stdout)
    assert record["explained"] and record["setting"]["knobs"]["rounding"] == "ties_to_even" and "hello" in result.stderr
    assert run(*PAIRS, *ENDS, "--json", "found.json").exit_code == 0
    record = json.loads((casts / "found.json").read_text())
    assert {"schema", "refquant", "questions", "decisions", "best", "alone", "spent", "contradictions", "chance"} <= set(record)
    out = next(r for d in record["decisions"] for r in d["ruled_out"] if r["choice"] == "rounding=ties_to_even")
    assert (out["pairs"], out["witness"]["input"], out["witness"]["expected"]) == (1, "0x3f880000", "0x38")


def test_where_nothing_fits_the_best_and_its_failures_are_printed():
    result = run("1=0x38", "2=0x41", "2.0625=0x41", "2.125=0x41", "3=0x44", "nan=0x10", "1=0x38", *ENDS)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert "no setting reproduces every pair" in lines
    assert any(line.startswith(("5 of 7 pairs: ", "6 of 7 pairs: ")) for line in lines)
    assert any("gives 0x10" in line or "give 0x10" in line for line in lines)
    assert any(line.split()[:2] == ["normal", "range"] for line in lines)
    assert lines[-1].startswith("searched: ") and "settings tried" in lines[-1]


def test_contradictions_are_named():
    result = run("1=0x38", "1=0x40", "3=0x44", *ENDS)
    assert result.exit_code == 1
    assert "1 input has more than one result" in result.output and "  0x3f800000 (1) was given with 0x38 (1) 1 time, 0x40 (2) 1 time" in result.output


def test_random_bits_that_are_known(folder):
    x = np.random.default_rng(1).normal(size=500).astype(np.float32)
    bits = np.random.default_rng(2).integers(0, 16, 500).astype(np.uint32)
    np.save("x.npy", x)
    np.save("bits.npy", bits)
    (folder / "bits.txt").write_text("\n".join(hex(b) for b in bits))
    np.save("y.npy", rq.encode(x, "float8_e4m3fn", rounding="stochastic_b", random=rq.RandomBits(bits, 4)))
    np.save("z.npy", rq.encode(x, "float8_e4m3fn", rounding="stochastic_b", random=rq.Philox(7, 16)))
    for known in (("y.npy", "--random-bits", "bits.npy:4"), ("y.npy", "--random-bits", "bits.txt:4"), ("z.npy", "--philox", "7:16")):
        result = run("x.npy", *known, "--format", "float8_e4m3fn")
        assert result.exit_code == 0 and "stochastic_b" in result.output, result.output
        assert known[0] == "z.npy" or "every pair is reproduced by rounding=stochastic_b with 4 bits" in result.output
        assert "log-likelihood" not in result.output


def test_random_bits_that_are_not_known(folder):
    x = np.random.default_rng(1).normal(size=20_000).astype(np.float32)
    np.save("x.npy", x)
    np.save("y.npy", rq.encode(x, "float8_e4m3fn", rounding="stochastic_a", random=rq.Philox(7, 3)))
    result = run("x.npy", "y.npy", "--format", "float8_e4m3fn")
    assert result.exit_code == 0 and "rounding=stochastic_a with 3 bits" in result.output and "log-likelihood" in result.output
    assert "of a deterministic rounding with wrong results instead: -" in result.output and "without random bits:" in result.output


def test_what_random_rounding_would_allow_is_said_but_not_claimed():
    result = run("0x3f83d70a=0x38", "0x3f83d70a=0x39", *ENDS)
    assert result.exit_code == 1
    assert "not deterministic, or 1 result is wrong; random rounding, such as rounding=stochastic_b with 2 bits, would allow them all" in result.output
    assert "every pair" not in result.output.replace("no setting reproduces every pair", "")


def test_nothing_is_said_to_be_any_setting():
    result = run("1=0x38", *ENDS)
    assert result.exit_code == 0 and "every pair is reproduced; they rule out no other choice of any one knob" in result.output
    assert "any setting" not in result.output


def test_a_narrow_terminal_cuts_nothing(monkeypatch):
    from io import StringIO

    from rich.console import Console

    from refquant.cli.explanations import print_explanation
    from refquant.verify import explain

    out = Console(file=StringIO(), width=60, force_terminal=True, highlight=False, color_system=None)
    print_explanation(out, explain(X, Y, "float8_e4m3fn"))
    text = out.file.getvalue()
    assert "0x3f880000" in text and "ruled out by 1 pair" in text and "…" not in text
    assert not [line for line in map(str.rstrip, text.splitlines()) if len(line) > 60 and " " in line.strip()]


@pytest.mark.parametrize(
    "args, says",
    [
        ((), "--format"),
        (ENDS, "expected pairs, files, or --of TARGET"),
        ((*PAIRS, "--of", "numpy", *ENDS), "not both"),
        ((*PAIRS, "--format", "float8_e4m3fn"), "need --source"),
        ((*PAIRS, "--source", "float9", "--format", "float8_e4m3fn"), "--source: "),
        ((*PAIRS, "--source", "float32", "--format", "float9"), "--format: "),
        (("1=0x138", *ENDS), "1=0x138: '0x138' is no code of float8_e4m3fn: it has 8 bits"),
        (("1=1.01", *ENDS), "1=1.01: '1.01' is no value of float8_e4m3fn"),
        (("0.1=0x1d", *ENDS), "0.1=0x1d: '0.1' is no value of float32"),
        (("1=inf", *ENDS), "'inf' is no value of float8_e4m3fn"),
        (("1=one", *ENDS), "1=one: 'one' is no number"),
        (("1=", *ENDS), "1=: '' is no number"),
        (("1=0x38", "file.csv", *ENDS), "file.csv: expected INPUT=RESULT as the others"),
        (("nofile.csv", *ENDS), "nofile.csv: No such file or directory"),
        (("a.npy", *ENDS), "expected INPUT=RESULT ..., one file of two columns"),
        ((*PAIRS, *ENDS, "--budget", "0"), "--budget"),
        ((*PAIRS, *ENDS, "--seed", "3"), "--seed belongs to --of TARGET"),
        ((*PAIRS, *ENDS, "--timeout", "3"), "--timeout belongs to --of module:function or program:COMMAND"),
        ((*PAIRS, *ENDS, "--philox", "7"), "--philox: expected SEED:N"),
        ((*PAIRS, *ENDS, "--philox", "7:99"), "n: expected 1 <= n <= 32, got 99"),
        ((*PAIRS, *ENDS, "--random-bits", "bits.npy"), "--random-bits: expected FILE:N"),
        ((*PAIRS, *ENDS, "--philox", "7:3", "--random-bits", "bits.npy:3"), "expected one of them"),
        (("--of", "numpy", *ENDS, "--philox", "7:3"), "not to --of"),
        (("--of", "numpy", *ENDS), "no conversion float32 -> float8_e4m3fn; it has none to float8_e4m3fn"),
        (("--of", "numpy", "--format", "float16"), "needs --source"),
        (("--of", "nobody", *ENDS), "expected one of numpy, ml_dtypes"),
        (("--of", "some_casts:boom", *ENDS), "some_casts:boom raised RuntimeError: no kernel"),
        (("--of", "some_casts:odd", *ENDS), "some_casts:odd raised ValueError: boo on input 0x3f880000 (0x1.1p+0), which does it alone"),
        (("--of", "some_casts:hang", *ENDS, "--timeout", "0.5"), "some_casts:hang gave no answer within 0.5 s on input 0x3f880000 (0x1.1p+0)"),
        (("--of", "some_casts:noisy", *ENDS, "--timeout", "0"), "timeout: expected more than 0 seconds"),
        (("--of", "ml_dtypes", *ENDS, "--timeout", "3"), "--timeout belongs to --of module:function or program:COMMAND"),
        (("--of", "some_casts:short", *ENDS), "expected a result of shape"),
        (("--of", "some_casts:beyond", *ENDS), "is no code of float8_e4m3fn"),
        (("--of", "some_casts:nothing", *ENDS), "cannot load"),
        (("--of", "program:false", *ENDS), "program:false"),
        ((*PAIRS, *ENDS, "--nobody"), "--nobody"),
        ((*PAIRS, *ENDS, "--json", "/no such folder/x.json"), "--json: "),
    ],
    ids=lambda a: " ".join(a)[:60] if isinstance(a, tuple) else "",
)  # fmt: skip
def test_errors_are_one_line(casts, args, says):
    result = run(*args)
    assert result.exit_code == 2 and result.stdout == ""
    assert result.stderr.startswith("error: ") and result.stderr.count("\n") == 1 and says in result.stderr, result.stderr


@pytest.mark.parametrize(
    "name, content, says",
    [
        ("a.csv", b"1,0x38,3\n", "a.csv, line 1: expected an input and a result, got 3 columns"),
        ("a.csv", b"x,y\n1,0x38\n2,zwei\n", "a.csv, line 3: 'zwei' is no number"),
        ("a.csv", b"", "a.csv: there are no pairs"),
        ("a.csv", b"x,y\n", "there are no pairs"),
        ("a.csv", b"\xff\xfe\x00", "a.csv: expected text (UTF-8)"),
        ("a.npz", b"nothing", "a.npz: no file of NumPy arrays"),
    ],
)
def test_files_that_cannot_be_read(folder, name, content, says):
    (folder / name).write_bytes(content)
    result = run(name, *ENDS)
    assert result.exit_code == 2 and result.stderr.count("\n") == 1 and says in result.stderr, result.stderr


def test_arrays_that_cannot_be_used(folder):
    np.save("x.npy", X)
    np.save("o.npy", np.array([object()]), allow_pickle=True)
    np.savez("names.npz", a=X, b=Y)
    for args, says in (
        (("x.npy", "o.npy"), "no file of NumPy arrays"),
        (("names.npz",), "expected arrays named x and results, got a, b"),
        (("x.npy", "x.npy"), "results: 1.0625 at 1 is no value"),
    ):
        result = run(*args, *ENDS)
        assert result.exit_code == 2 and result.stderr.count("\n") == 1 and says in result.stderr, (args, result.stderr)


class OfTwoDialects:
    """A target that has one conversion in two ways."""

    name, version = "two", "1"

    def claims(self):
        said = [rq.get_dialect(name) for name in ("ocp-saturating", "ocp-nonsaturating")]
        return tuple(Claim("encode", "float16", "float8_e4m3fn", dialect) for dialect in said)

    def run(self, claim, codes):
        return rq.convert(codes, claim.source, claim.target, dialect=claim.dialect)


@pytest.mark.parametrize("dialect, overflow", [("ocp-saturating", "saturate"), ("ocp-nonsaturating", "no_saturate")])
def test_which_of_several_conversions_is_meant(monkeypatch, dialect, overflow):
    monkeypatch.setattr("refquant.cli.explain.target_named", lambda *_: OfTwoDialects())
    asked = ("--of", "two", "--source", "float16", "--format", "float8_e4m3fn")
    result = run(*asked, "--dialect", dialect, "--json", "-")
    assert result.exit_code == 0 and json.loads(result.stdout)["setting"]["knobs"]["overflow"] == overflow
    for more in ((), ("--dialect", "torch-2.13")):
        said = run(*asked, *more)
        assert said.exit_code == 2 and "as ocp-saturating, ocp-nonsaturating; choose with --dialect" in said.stderr


def test_what_was_not_tried_is_not_denied():
    result = run("--of", "numpy", "--source", "float16", "--format", "float32", "--budget", "1")
    assert "no setting that was tried reproduces every pair" in result.output
