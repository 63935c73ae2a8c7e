"""TestFloat's lines: what is read, what is refused, and how a file of them is judged."""

import numpy as np
import pytest
from click.testing import CliRunner
from operationsplanted import by_oracle, rows_by_rule

from refquant import errors
from refquant.cli.app import app
from refquant.golden import generate
from refquant.verify import TestFloatTarget, explain, judge
from refquant.verify.testfloat import read_testfloat

PAIR = ("float16", "float16")


def lines_of(columns, codes, flags):
    return [" ".join([*(f"{c:04X}" for c in row[:-1]), f"{row[-1]:02X}"]) for row in zip(*columns, codes, flags)]


def test_lines_as_testfloat_writes_them():
    """`testfloat_gen f16_add` writes lines such as these (Berkeley TestFloat 3e, doc/testfloat_gen.html: operands, result, exception flags)."""
    found = read_testfloat(["87FF E850 E850 01", "", "3c00 7C01  7E01 10"], PAIR, "float16", "x")
    assert [c.tolist() for c in found.operands] == [[0x87FF, 0x3C00], [0xE850, 0x7C01]]
    assert found.results.tolist() == [0xE850, 0x7E01] and found.flags.tolist() == [1, 16]
    assert found.results.dtype == np.uint16 and found.flags.dtype == np.uint8


def test_digits_are_those_of_the_widths_and_truths_have_one():
    assert read_testfloat(["3F 1 00"], ("float6_e2m3fn",), "uint1", "x").operands[0].tolist() == [0x3F]
    assert read_testfloat(["3C00 3C00 1 00"], PAIR, "uint1", "x").results.tolist() == [1]


@pytest.mark.parametrize(
    "line, says",
    [
        ("3C00 3C00 4000", r"x, line 2: expected operands, result and flags of 4, 4, 4, 2 hex digits, with spaces between them, got '3C00 3C00 4000'"),
        ("3C00 3C00 4000 1", "x, line 2: expected"),
        ("3C00 3C00 04000 01", "x, line 2: expected"),
        ("0x3C00 3C00 4000 01", "x, line 2: expected"),
        ("3C00,3C00,4000,01", "x, line 2: expected"),
        ("3C00 3C0G 4000 01", "x, line 2: expected"),
        ("3C00 3C00 4000 40", "x: 40 in the last column is no combination of exception flags, which are below 40"),
    ],
)
def test_another_line_is_refused(line, says):
    with pytest.raises(errors.InputValueError, match=says):
        read_testfloat(["3C00 3C00 4000 00", line], PAIR, "float16", "x")


def test_a_code_of_more_bits_than_the_format_is_refused():
    with pytest.raises(errors.InputValueError, match="x: 7F in column 1 does not fit 6 bits"):
        read_testfloat(["7F 00 00"], ("float6_e2m3fn",), "float6_e2m3fn", "x")


def test_no_lines_are_refused():
    with pytest.raises(errors.InputValueError, match="x: there are no lines of TestFloat"):
        read_testfloat(["# nothing", " "], PAIR, "float16", "x")


@pytest.fixture
def written(tmp_path):
    def write(columns, codes, flags):
        (tmp_path / "results.txt").write_text("\n".join(lines_of(columns, codes, flags)) + "\n")
        return tmp_path / "results.txt"

    return write


COLUMNS = rows_by_rule(PAIR, 400)


def test_results_of_the_oracle_are_exact(written):
    path = written(COLUMNS, *by_oracle("div", COLUMNS, PAIR, "float16"))
    verdict = judge(TestFloatTarget(path, "div", "float16")).verdicts[0]
    assert (verdict.status, verdict.cases, verdict.flags) == ("exact", COLUMNS[0].size, None) and verdict.sizes == {"lines of the file": COLUMNS[0].size}


def test_one_wrong_result_and_one_wrong_flag_are_found(written):
    codes, flags = by_oracle("div", COLUMNS, PAIR, "float16")
    codes[700] ^= 1
    flags[701] ^= 1
    verdict = judge(TestFloatTarget(written(COLUMNS, codes, flags), "div", "float16")).verdicts[0]
    assert (verdict.status, verdict.mismatches, verdict.by_class["flags"]) == ("new", 2, 1) and verdict.witness.input == ", ".join(
        f"0x{c[700]:04x}" for c in COLUMNS
    )
    assert int(verdict.witness.expected, 16) == codes[700] ^ 1
    assert verdict.flags.cases == 1 and verdict.flags.witness.input == ", ".join(f"0x{c[701]:04x}" for c in COLUMNS)


def test_tininess_is_judged_as_it_is_claimed(written):
    columns = (np.uint16([0x03FF]), np.uint16([0x3C01]))  # rounds up to the least normal number: tiny before, not after rounding
    path = written(columns, *by_oracle("mul", columns, PAIR, "float16", tininess="before"))
    assert judge(TestFloatTarget(path, "mul", "float16", knobs=(("tininess", "before"),))).verdicts[0].status == "exact"
    verdict = judge(TestFloatTarget(path, "mul", "float16")).verdicts[0]
    assert verdict.by_class == {"flags": 1} and verdict.status == "new" and verdict.flags.cases == 1


def test_golden_vectors_of_testfloat_are_read(tmp_path):
    generate("fma", "float8_e4m3fn").save(tmp_path / "vectors", writers=("testfloat",))
    verdict = judge(TestFloatTarget(tmp_path / "vectors/vectors.txt", "fma", "float8_e4m3fn")).verdicts[0]
    assert verdict.status == "exact" and verdict.cases > 5000


def test_lines_are_explained(written):
    codes, flags = by_oracle("mul", COLUMNS, PAIR, "float16", rounding="toward_zero")
    found = read_testfloat(lines_of(COLUMNS, codes, flags), PAIR, "float16", "x")
    assert str(explain(found.operands, found.results, "float16", source="float16", op="mul", flags=found.flags).setting["rounding"]) == "toward_zero"


@pytest.mark.parametrize(
    "given, error, says",
    [
        ((3, "add", "float16"), errors.InputTypeError, "path: expected the name of a file, got 3"),
        (("r.txt", "", "float16"), errors.InputValueError, "op: expected an operation"),
        (("r.txt", "plus", "float16"), errors.UnknownNameError, "op: expected an operation such as add"),
        (("r.txt", "add", "float16", ("float16", "float16", "float16")), errors.InputValueError, "operands"),
    ],
)
def test_bad_arguments_are_refused(given, error, says):
    with pytest.raises(error, match=says):
        TestFloatTarget(*given)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "r.txt").write_bytes(b"3C00 \xff")
    with pytest.raises(errors.InputValueError, match="expected lines of TestFloat in ASCII, and byte 5 is none"):
        TestFloatTarget(tmp_path / "r.txt", "add", "float16")


def test_a_file_has_results_of_its_own_operands_alone(written):
    target = TestFloatTarget(written(COLUMNS, *by_oracle("add", COLUMNS, PAIR, "float16")), "add", "float16")
    with pytest.raises(errors.InputValueError, match="has the results of its own operands"):
        target.run(target.claim, target.cases)


@pytest.mark.parametrize(
    "more, code, says",
    [
        ((), 0, "file:results.txt: 1 of 1 announced operations judged"),
        (("--rounding", "toward_zero"), 1, "NEW: rounding=ties_to_even"),
        (("--exhaustive",), 2, "error: --exhaustive: file:results.txt has the results of its own operands alone"),
        (("--op", "mul"), 2, "error: --op: file:results.txt is one operation, such as add"),
        (("--source", "float16", "--source", "float16", "--source", "float16"), 2, "error: --source: expected one, or one for each of the 2 operands of add, got 3"),
    ],
)  # fmt: skip
def test_a_file_is_judged_from_the_command_line(written, monkeypatch, more, code, says):
    monkeypatch.chdir(written(COLUMNS, *by_oracle("add", COLUMNS, PAIR, "float16")).parent)
    result = CliRunner().invoke(app, ["verify", "file:results.txt", "--op", "add", "--format", "float16", *more])
    assert result.exit_code == code and says in result.output, result.output


CAST = ("--source", "float32", "--format", "float16")


@pytest.fixture
def converted(tmp_path, monkeypatch):
    """Lines such as `testfloat_gen f32_to_f16` writes, cut off: 1, a tie, 2**-24 and a half, beyond the range."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "right.txt").write_text("3F800000 3C00 00\n3F801000 3C00 01\n33C00000 0002 03\n477FF000 7C00 05\n7FC00000 7E00 00\n")
    (tmp_path / "cut.txt").write_text("3F800000 3C00 00\n3F801FFF 3C00 01\n33C00000 0001 03\n477FF000 7BFF 01\n477FEFFF 7BFF 01\n")
    (tmp_path / "noflag.txt").write_text("3F800000 3C00 00\n3F801000 3C00 00\n")
    return tmp_path


@pytest.mark.parametrize(
    "arguments, code, says",
    [
        (("file:right.txt", "--op", "convert", *CAST), 0, "file:right.txt: 1 of 1 announced conversions judged, 5 cases: 1 exact"),
        (("file:right.txt", *CAST), 0, "file:right.txt: 1 of 1 announced conversions judged, 5 cases: 1 exact"),
        (("file:cut.txt", *CAST), 1, "NEW: rounding=toward_zero"),
        (("file:noflag.txt", *CAST), 1, "wrong flags: inexact missing 1"),
        (("file:right.txt", "--format", "float16"), 2, "file:right.txt needs one --source: the format of the inputs of the conversion"),
        (("file:right.txt",), 2, "file:right.txt needs --golden"),
        (("numpy", "--op", "convert"), 2, "--op: convert is a conversion; leave op out"),
    ],
)
def test_lines_of_conversions_are_judged(converted, arguments, code, says):
    result = CliRunner().invoke(app, ["verify", *arguments], env={"COLUMNS": "200"})
    assert result.exit_code == code and says in result.output, result.output


@pytest.mark.parametrize("more", [(), ("--op", "convert")])
def test_lines_of_conversions_are_explained(converted, more):
    result = CliRunner().invoke(app, ["explain", "cut.txt", "--testfloat", *CAST, *more])
    assert result.exit_code == 0 and "rounding='toward_zero'" in result.output and "the flags of conversions are not explained" in result.output, result.output
    refused = CliRunner().invoke(app, ["explain", "cut.txt", "--testfloat", "--format", "float16", *more])
    assert refused.exit_code == 2 and "--testfloat: expected --op for the results of an operation, or one --source" in refused.output


def test_a_conversion_of_testfloat_has_one_source(converted):
    with pytest.raises(errors.InputValueError, match="sources: expected the one format of the inputs of a conversion, got 0"):
        TestFloatTarget("right.txt", "convert", "float16")


def test_golden_conversions_of_testfloat_are_read(tmp_path):
    generate("convert", "int8", source="float32", overflow="saturate").save(tmp_path / "vectors", writers=("testfloat",))
    verdict = judge(TestFloatTarget(tmp_path / "vectors/vectors.txt", "convert", "int8", ("float32",), knobs=(("overflow", "saturate"),))).verdicts[0]
    assert verdict.status == "exact" and verdict.cases > 4000 and verdict.claim.flags


def test_a_file_that_is_not_there_is_an_error_of_its_own(tmp_path):
    with pytest.raises(errors.ResultFileError, match="nofile: cannot be read: No such file or directory"):
        TestFloatTarget(tmp_path / "nofile", "add", "float16")


def test_the_flag_of_subnormal_operands_is_read():
    """1 + 2**-24 under a dialect that tells subnormal operands: inexact and input denormal."""
    assert read_testfloat(["3C00 0001 3C00 21"], PAIR, "float16", "x").flags.tolist() == [0x21]
