"""The files of `refquant golden --write readmemh`, simulated: the right converter passes, and every planted fault is found."""

import re

import oracle
import pytest
from rtlruns import EXAMPLES, run

import refquant as rq

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


def simulate(folder, source, tmp_path, *options, dut=EXAMPLES / "dut.v"):
    """(exit code, output) of the testbench in a folder with a converter."""
    sources = [str(path) for path in (folder / "testbench.sv", dut, source) if path]
    built = run("iverilog", "-g2012", *options, "-o", str(tmp_path / "simulation"), *sources, cwd=tmp_path)
    assert built[0] == 0 and "error" not in built[1], built[1]
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
    assert code == 1 and f"FAIL: 3 of {count} vectors" in text and text.count(": not read from ") == 3, text
    assert f"3 vectors were not read from {short / 'vectors.memh'}: it is missing, damaged or shorter than this testbench" in text
    (short / "vectors.memh").unlink()
    code, text = simulate(short, EXAMPLES / GOOD, tmp_path, "-DSHOW=4")
    assert code == 1 and f"FAIL: {count} of {count} vectors" in text and text.count(": not read from ") == 4 and f"{count} vectors were not read" in text, text


PIPELINED = EXAMPLES / "pipelined_dut.v"


@pytest.mark.parametrize("latency, right", [(1, True), (0, False), (2, False), (-1, False)])
def test_a_converter_with_a_register_passes_with_its_latency_alone(golden, tmp_path, latency, right):
    folder, count = golden
    code, text = simulate(folder, EXAMPLES / GOOD, tmp_path, f"-Ptestbench.LATENCY={latency}", dut=PIPELINED)
    assert (code, text) == (0, f"PASS: {count} vectors\n") if right else code == 1 and "PASS" not in text and "FAIL: " in text, text


def test_a_faulty_converter_with_a_register_fails_with_the_vectors_of_the_one_without(golden, tmp_path):
    folder, _ = golden
    plain = simulate(folder, EXAMPLES / FAULTY, tmp_path)
    clocked = simulate(folder, EXAMPLES / FAULTY, tmp_path, "-Ptestbench.LATENCY=1", dut=PIPELINED)
    assert plain[0] == clocked[0] == 1 and len(LINE.findall(plain[1])) == 10
    assert LINE.findall(plain[1]) == LINE.findall(clocked[1]) and re.findall("FAIL: .*", plain[1]) == re.findall("FAIL: .*", clocked[1])


STAGES = """
module dut (input clk, input [31:0] a, input [7:0] rounding, input [7:0] overflow, input [31:0] random, output [7:0] result, output [4:0] flags);
  reg [31:0] first, second;
  always @(posedge clk) begin first <= a; second <= first; end
  float32_to_float8_e4m3fn converter (.x(second), .y(result), .flags(flags));
endmodule
"""


@pytest.mark.parametrize("latency, right", [(2, True), (1, False), (3, False)])
def test_two_stages_have_a_latency_of_two(golden, tmp_path, latency, right):
    folder, count = golden
    (tmp_path / "stages.v").write_text(STAGES)
    code, text = simulate(folder, EXAMPLES / GOOD, tmp_path, f"-Ptestbench.LATENCY={latency}", dut=tmp_path / "stages.v")
    assert (code, text) == (0, f"PASS: {count} vectors\n") if right else code == 1 and "PASS" not in text, text


WIDEN = """
module dut (input [7:0] a, input [7:0] rounding, input [7:0] overflow, input [31:0] random, output [15:0] result, output [4:0] flags);
  wire nan = a[6:0] > 7'h7c;
  assign result = nan ? {{NAN}} : {a, 8'h00};
  assign flags = {nan && !a[1], 4'd0};
endmodule
"""


@pytest.mark.parametrize(
    "nan, by_class, by_byte",
    [
        ("16'h7e00", True, True),
        ("{a, 8'h00}", True, False),
        ("16'hfc01", True, False),
        ("16'h7c00", False, False),
        ("16'h7bff", False, False),
        ("16'h7cxx", False, False),
        ("16'hzzzz", False, False),
    ],
)
def test_any_nan_passes_by_class_and_nothing_else_does(nan, by_class, by_byte, tmp_path, count_cases):
    """float8_e5m2 widened to float16: its NaNs of any payload, signalling ones too, where refquant delivers the quiet one."""
    (tmp_path / "widen.v").write_text(WIDEN.replace("{{NAN}}", nan))
    for by, right in (("class", by_class), ("byte", by_byte)):
        folder = rq.golden.generate("convert", "float16", source="float8_e5m2", nan_by=by).save(tmp_path / by, writers=["readmemh"])
        code, text = simulate(folder, tmp_path / "widen.v", tmp_path, dut=None)
        wrong = 5 if nan == "{a, 8'h00}" else 6  # one of the NaNs is 0x7e00 already
        assert (code, text) == (0, "PASS: 256 vectors\n") if right else code == 1 and f"FAIL: {wrong} of 256 vectors" in text, (by, text)
        count_cases(256)


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
