"""The cocotb example: the multiplier agrees with refquant on every pair; copies with a planted fault are found, and the report says where."""

import difflib
import re

import oracle
import pytest
from rtlruns import EXAMPLES, run

pytestmark = pytest.mark.usefixtures("cocotb")
GOOD, FAULTY = "float8_e4m3fn_multiplier.v", "float8_e4m3fn_multiplier_faulty.v"
LINE = re.compile(r"(0x\w\w) \((\S+)\) x (0x\w\w) \((\S+)\) = (\S+): got (0x\w\w|0b\w{8}) ?(?:\(\S+\))?, expected (0x\w\w) \((\S+)\)")


def simulate(source):
    return run("python", "run_multiplier.py", source, cwd=EXAMPLES)


def with_change(folder, old, new):
    """Return a copy of the multiplier in which one text is replaced."""
    text = (EXAMPLES / GOOD).read_text()
    assert text.count(old) == 1
    (folder / "changed.v").write_text(text.replace(old, new))
    return str(folder / "changed.v")


def test_the_multiplier_passes(count_cases):
    code, text = simulate(GOOD)
    assert code == 0 and "65,536 products, all as refquant has them" in text and "PASS=1 FAIL=0" in text, text
    count_cases(65536)


def test_the_copy_with_a_wrong_sticky_bit_fails_with_a_readable_report():
    code, text = simulate(FAULTY)
    assert code == 1 and "AssertionError: 1,656 of 65,536 products are wrong; the first 5:" in text and "PASS=0 FAIL=1" in text, text
    lines = [m.groups() for m in map(LINE.search, text.splitlines()) if m]
    assert len(lines) == 5, text
    fmt = oracle.formats.get("float8_e4m3fn")
    for a, a_value, b, b_value, product, got, expected, _ in lines:
        x, y = (oracle.codec.decode(int(c, 16), fmt) for c in (a, b))
        exact = oracle.datum.Datum("finite", x.sign ^ y.sign, x.value * y.value)
        assert int(expected, 16) == oracle.codec.encode(exact, fmt).code != int(got, 16)
        assert abs(float(a_value)) == x.value and abs(float(b_value)) == y.value and abs(float(product)) == exact.value


def test_the_copy_differs_from_the_multiplier_by_its_sticky_bit_alone():
    lines = [(EXAMPLES / name).read_text().splitlines()[1:] for name in (GOOD, FAULTY)]
    changes = [line for line in difflib.unified_diff(*lines, n=0, lineterm="") if not line.startswith(("---", "+++", "@@"))]
    assert changes == ["-  wire        sticky = |rest[34:0];", "+  wire        sticky = |rest[33:0];"]


FAULTS = {
    "the sign of NaN": ("magnitude > 9'h07e ? NAN", "magnitude > 9'h07e ? {sign, 7'h7f}", "0x00 (0.0) x 0xff (nan) = nan: got 0xff (nan), expected 0x7f (nan)"),
    "the sign of zero": (": {sign, magnitude[6:0]}", ": {sign && magnitude != 0, magnitude[6:0]}", "0x00 (0.0) x 0x80 (-0.0) = -0.0: got 0x00 (0.0), expected 0x80 (-0.0)"),
    "a bit that nobody drives": (": {sign, magnitude[6:0]}", ": {1'bz, magnitude[6:0]}", "0x00 (0.0) x 0x00 (0.0) = 0.0: got 0bZ0000000, expected 0x00 (0.0)"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_every_bit_is_compared(name, tmp_path):
    old, new, report = FAULTS[name]
    code, text = simulate(with_change(tmp_path, old, new))
    assert code == 1 and report in text and "of 65,536 products are wrong" in text, text
