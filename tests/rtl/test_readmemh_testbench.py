"""The files of `refquant golden --write readmemh`, simulated: the right converter passes, and every planted fault is found."""

import re

import oracle
import pytest
from rtlruns import EXAMPLES, run

pytestmark = pytest.mark.usefixtures("iverilog")
GOOD, FAULTY = "float32_to_float8_e4m3fn.v", "float32_to_float8_e4m3fn_faulty.v"
LINE = re.compile(r"vector \d+: a (\w{8}) .* gives (\w\w) flags (\w{5}), right (\w\w) flags (\w{5}) under mask ff")


@pytest.fixture(scope="module")
def golden(iverilog, tmp_path_factory):
    """A folder with a golden set of float32 -> float8_e4m3fn, and its number of vectors."""
    folder = tmp_path_factory.mktemp("golden") / "vectors"
    code, text = run(
        "refquant",
        "golden",
        "encode",
        "--source",
        "float32",
        "--format",
        "float8_e4m3fn",
        "--level",
        "1",
        "--write",
        "readmemh",
        "--out",
        str(folder),
        cwd=folder.parent,
    )
    assert code == 0, text
    return folder, sum(not line.startswith("//") for line in (folder / "vectors.memh").read_text().splitlines())


def simulate(folder, source, tmp_path, *options):
    """(exit code, output) of the testbench in a folder with a converter."""
    built = run(
        "iverilog", "-g2012", *options, "-o", str(tmp_path / "simulation"), str(folder / "testbench.sv"), str(EXAMPLES / "dut.v"), str(source), cwd=tmp_path
    )
    assert built == (0, ""), built[1]
    return run("vvp", str(tmp_path / "simulation"), f"+vectors={folder / 'vectors.memh'}", cwd=tmp_path)


def with_change(tmp_path, old, new):
    """A copy of the converter in which one text is replaced."""
    text = (EXAMPLES / GOOD).read_text()
    assert text.count(old) == 1
    (tmp_path / "changed.v").write_text(text.replace(old, new))
    return tmp_path / "changed.v"


def test_the_converter_passes(golden, tmp_path, count_cases):
    folder, count = golden
    assert simulate(folder, EXAMPLES / GOOD, tmp_path) == (0, f"PASS: {count} vectors\n") and count > 1000
    count_cases(count)


def test_the_faulty_copy_fails_with_the_first_wrong_vectors(golden, tmp_path):
    folder, count = golden
    code, text = simulate(folder, EXAMPLES / FAULTY, tmp_path)
    wrong = [m.groups() for m in map(LINE.match, text.splitlines()) if m]
    assert code == 1 and len(wrong) == 10 and re.search(rf"^FAIL: \d+ of {count} vectors$", text, re.M) and "PASS" not in text, text
    single, target = (oracle.formats.get(name) for name in ("float32", "float8_e4m3fn"))
    for a, got, _, right, flags in wrong:
        assert oracle.codec.convert(int(a, 16), single, target)[:2] == (int(right, 16), int(flags, 2)) and got != right


#: Planted faults that a set without ties, overflow, NaN kinds, signs or flags would miss.
FAULTS = {
    "the sticky bit misses a bit": ("|significand[43:0]", "|significand[43:1]"),
    "tiny values come back as large ones": ("distance > 8'd25 ? 5'd25 : distance[4:0]", "distance[4:0]"),
    "overflow at 448": ("magnitude > 12'h07e;", "magnitude > 12'h07d;"),
    "no overflow to NaN": ("special || overflow ? NAN", "special ? NAN"),
    "tininess before rounding": ("{8'd120, 4'b1111, 19'd0}", "{8'd121, 23'd0}"),
    "quiet NaN signals": ("is_nan && !trailing[22]", "is_nan"),
    "the sign of zero": (": {sign, magnitude[6:0]}", ": {sign && magnitude != 0, magnitude[6:0]}"),
    "overflow is exact": ("inexact || overflow}", "inexact}"),
    "no flag of an infinity": ("{signaling || (special && !is_nan)", "{signaling"),
    "a bit that nobody drives": (": {sign, magnitude[6:0]}", ": {sign, 1'bz, magnitude[5:0]}"),
    "X instead of NaN": ("? NAN :", "? 8'hxx :"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_every_planted_fault_is_found(golden, tmp_path, name):
    folder, count = golden
    code, text = simulate(folder, with_change(tmp_path, *FAULTS[name]), tmp_path)
    assert code == 1 and re.search(rf"^FAIL: [1-9]\d* of {count} vectors$", text, re.M) and "PASS" not in text, text


def test_faults_of_flags_pass_where_flags_are_not_compared(golden, tmp_path):
    folder, count = golden
    changed = with_change(tmp_path, *FAULTS["tininess before rounding"])
    assert simulate(folder, changed, tmp_path, "-DNO_FLAGS") == (0, f"PASS: {count} vectors\n")
    code, text = simulate(folder, EXAMPLES / FAULTY, tmp_path, "-DNO_FLAGS", "-DSHOW=2")
    assert code == 1 and text.count("vector ") == 2, text


def test_a_nan_of_either_sign_passes_under_its_mask(golden, tmp_path):
    folder, count = golden
    changed = with_change(tmp_path, "8'h7f;", "8'hff;")
    code, text = simulate(folder, changed, tmp_path)
    assert (code, text) == (0, f"PASS: {count} vectors\n")


def test_vectors_that_are_missing_are_no_pass(golden, tmp_path):
    folder, count = golden
    lines = (folder / "vectors.memh").read_text().splitlines(keepends=True)
    words = [i for i, line in enumerate(lines) if not line.startswith("//")]
    short = tmp_path / "short"
    short.mkdir()
    (short / "testbench.sv").write_bytes((folder / "testbench.sv").read_bytes())
    (short / "vectors.memh").write_text("".join(lines[: words[-3]]))
    code, text = simulate(short, EXAMPLES / GOOD, tmp_path)
    assert code == 1 and f"FAIL: 3 of {count} vectors" in text, text
    (short / "vectors.memh").unlink()
    code, text = simulate(short, EXAMPLES / GOOD, tmp_path)
    assert code == 1 and f"FAIL: {count} of {count} vectors" in text, text


COMPARATOR = """
module dut (input [7:0] a, input [7:0] b, input [7:0] rounding, input [7:0] overflow, input [31:0] random, output result, output [4:0] flags);
  wire unordered = a[6:0] == 7'h7f || b[6:0] == 7'h7f;
  wire zeros = a[6:0] == 0 && b[6:0] == 0;
  wire less = a[7] != b[7] ? a[7] && !zeros : a[7] ? a[6:0] > b[6:0] : a[6:0] < b[6:0];
  assign result = less && !unordered;
  assign flags = {unordered, 4'd0};
endmodule
"""


@pytest.mark.parametrize(
    ("old", "new", "right"), [("", "", True), ("a[7] && !zeros", "a[7]", False), (" && !unordered;", ";", False), ("{unordered,", "{1'b0,", False)]
)
def test_a_comparator_is_judged_by_truth_and_flags(old, new, right, tmp_path, count_cases):
    """RQ-7.1, RQ-7.3, RQ-7.4: -0 is not less than +0, NaN than nothing, and a signalling predicate raises INVALID."""
    folder = tmp_path / "vectors"
    made = run(
        "refquant", "golden", "compare_signaling_lt", "--format", "float8_e4m3fn", "--level", "1", "--write", "readmemh", "--out", str(folder), cwd=tmp_path
    )
    assert made[0] == 0, made[1]
    (tmp_path / "comparator.v").write_text(COMPARATOR.replace(old, new, 1) if old else COMPARATOR)
    run("iverilog", "-g2012", "-o", "simulation", str(folder / "testbench.sv"), "comparator.v", cwd=tmp_path)
    code, text = run("vvp", "simulation", f"+vectors={folder / 'vectors.memh'}", cwd=tmp_path)
    assert (code == 0) is right is ("PASS" in text) is ("FAIL" not in text), text
    count_cases(int(re.search(r"(\d+) vectors", text)[1]))
