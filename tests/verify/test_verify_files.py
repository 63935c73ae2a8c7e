"""Files of results for golden vectors: every form of file, judged by the result, the mask and the flags that stand in the set."""

import numpy as np
import oracle
import pytest

import refquant as rq
from refquant.errors import GoldenFileError, InputTypeError, InputValueError, ResultFileError
from refquant.verify import FileTarget, as_html, as_junit, as_records, judge

E4M3 = oracle.formats.get("float8_e4m3fn")
F16 = oracle.formats.get("float16")
BEFORE = oracle.policies.Policies(tininess="before")


@pytest.fixture(scope="module")
def made():
    return rq.golden.generate("convert", "float8_e4m3fn", source="float8_e5m2", level="exhaustive")


def oracle_results():
    return [oracle.codec.convert(code, oracle.formats.get("float8_e5m2"), E4M3, oracle.policies.Policies()) for code in range(256)]


RIGHT = np.array([found.code for found in oracle_results()], np.uint8)
FLAGS = np.array([found.flags for found in oracle_results()], np.uint8)


def verdict_of(path, made):
    (verdict,) = judge(FileTarget(path, made)).verdicts
    return verdict


def write_npy(path, codes, flags, made):
    np.save(path.with_suffix(".npy"), codes)
    return path.with_suffix(".npy")


def write_npz(path, codes, flags, made):
    np.savez(path.with_suffix(".npz"), result=codes, flags=flags, a=made.columns["a"])
    return path.with_suffix(".npz")


def write_csv(path, codes, flags, made):
    rows = [f"{a:#04x}, 0x{r:02X} ,{f:#x},anything" for a, r, f in zip(made.columns["a"], codes, flags, strict=True)]
    path = path.with_suffix(".csv")
    path.write_text("\n".join(["# of my device", "a,result,flags,note", *rows]))
    return path


def write_lines(path, codes, flags, made):
    rows = [f"{r:02x} {f:02X}  // row {i}" for i, (r, f) in enumerate(zip(codes, flags, strict=True))]
    path.write_text("\n".join(["# dump", "", *rows]) + "\n")
    return path


FORMS = [write_npy, write_npz, write_csv, write_lines]


@pytest.mark.parametrize("write", FORMS)
def test_right_results_are_exact(write, tmp_path, made):
    verdict = verdict_of(write(tmp_path / "results", RIGHT, FLAGS, made), made)
    assert (verdict.status, verdict.cases, verdict.mismatches, verdict.flags) == ("exact", 256, 0, None)


@pytest.mark.parametrize("write", FORMS)
def test_wrong_results_are_counted_by_class(write, tmp_path, made):
    codes = RIGHT.copy()
    codes[[0x14, 0x60, 0x7C, 0x7D, 0x3C]] ^= 1  # a tie, an overflow, Inf, NaN, 1
    codes[[0x00, 0x80]] ^= 0x80
    verdict = verdict_of(write(tmp_path / "results", codes, FLAGS, made), made)
    assert verdict.by_class == {"nan": 1, "inf": 1, "signed zero": 2, "overflow": 1, "tie": 1, "other": 1}
    assert {name: w.input for name, w in verdict.witnesses.items()} == {
        "nan": "0x7d", "inf": "0x7c", "signed zero": "0x00", "overflow": "0x60", "tie": "0x14", "other": "0x3c",
    }  # fmt: skip
    assert (verdict.status, verdict.witness.input, verdict.witness.got, verdict.witness.expected) == ("new", "0x00", "0x80", "0x00")


def test_the_diagnosis_is_that_of_a_cast(tmp_path, made):
    truncated = np.array(
        [oracle.codec.convert(c, oracle.formats.get("float8_e5m2"), E4M3, oracle.policies.Policies(rounding="toward_zero")).code for c in range(256)], np.uint8
    )
    assert verdict_of(write_npy(tmp_path / "r", truncated, FLAGS, made), made).diagnosis == "rounding=toward_zero"


def test_any_nan_will_do_by_class_and_not_by_byte(tmp_path):
    codes = RIGHT.copy()
    codes[RIGHT == 0x7F] = 0xFF
    wrong = {}
    for by in ("class", "byte"):
        made = rq.golden.generate("convert", "float8_e4m3fn", source="float8_e5m2", level="exhaustive", nan_by=by)
        wrong[by] = verdict_of(write_npy(tmp_path / "r", codes, FLAGS, made), made).mismatches
    assert wrong == {"class": 0, "byte": np.count_nonzero(RIGHT == 0x7F)}


def test_a_signalling_nan_is_right_by_class_where_many_are(tmp_path):
    made = rq.golden.generate("encode", "float16", source="float32", level=1)
    codes = made.columns["result"].copy()
    nan = (codes & 0x7FFF) > 0x7C00
    codes[nan] = 0x7D01
    np.save(tmp_path / "r.npy", codes)
    assert nan.any() and verdict_of(tmp_path / "r.npy", made).status == "exact"
    codes[nan] = 0x7C00
    np.save(tmp_path / "r.npy", codes)
    assert verdict_of(tmp_path / "r.npy", made).by_class == {"nan": np.count_nonzero(nan)}


@pytest.mark.parametrize("write", [write_npz, write_csv, write_lines])
def test_flags_are_judged_where_they_are_given(write, tmp_path, made):
    flags = FLAGS.copy()
    flags[[0x14, 0x15]] ^= 1  # INEXACT
    codes = RIGHT.copy()
    codes[0x15] ^= 1
    verdict = verdict_of(write(tmp_path / "r", codes, flags, made), made)
    assert (verdict.mismatches, verdict.by_class["flags"], verdict.flags.cases, verdict.flags.witness.input) == (2, 1, 2, "0x14")
    assert "wrong flags: inexact missing" in verdict.message


def test_unknown_digits_are_no_results(tmp_path, made):
    lines = [f"{code:02x}" for code in RIGHT]
    lines[3], lines[9] = "xx", "0Z"
    (tmp_path / "r.hex").write_text("\n".join(lines))
    verdict = verdict_of(tmp_path / "r.hex", made)
    assert (verdict.status, verdict.cases, verdict.mismatches, verdict.by_class, verdict.unknown.cases) == ("new", 256, 2, {"unknown": 2}, 2)
    assert (verdict.unknown.witness.input, verdict.unknown.witness.got, verdict.unknown.witness.expected) == ("0x03", "xx", "0x00")


BAD = {
    "too few lines": (lambda lines: lines[:100], 100, "the file has 100 results for 256 vectors"),
    "too many lines": (lambda lines: [*lines, "00"], 256, "the file has 257 results for 256 vectors"),
    "garbage": (lambda lines: [*lines[:7], "3g", *lines[8:]], 7, "the file has a row that is not hex for result: '3g' on input 0x07"),
    "too wide": (lambda lines: [*lines[:7], "138", *lines[8:]], 7, "the file has a result of more than 8 bits on input 0x07"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_file_that_ends_badly_is_judged_as_far_as_it_goes(kind, tmp_path, made):
    change, cases, message = BAD[kind]
    codes = RIGHT.copy()
    codes[2] ^= 1
    (tmp_path / "r.txt").write_text("\n".join(change([f"{code:02x}" for code in codes])))
    verdict = verdict_of(tmp_path / "r.txt", made)
    assert (verdict.status, verdict.failure.kind, verdict.cases, verdict.unanswered, verdict.mismatches) == ("failed", kind, cases, 256 - cases, 1)
    assert message in verdict.message and "; before that: " in verdict.message


def test_results_of_other_vectors_are_refused(tmp_path, made):
    path = write_csv(tmp_path / "r", RIGHT, FLAGS, made)
    path.write_text(path.read_text().replace("0x3c, ", "0x3d, "))
    with pytest.raises(ResultFileError, match="row 60: a is 0x3d, and 0x3c in the set: these are results of other vectors"):
        FileTarget(path, made)


NO_FILES = {
    "r.npy": (b"\x93NUMPY rubbish", "is no .npy file of arrays"),
    "r.npz": (b"PK", "is no .npz file of arrays"),
    "r.csv": (b"a,b\n0x1,0x2\n", "expected a first row that names a column result"),
    "empty.csv": (b"", "expected a first row that names a column result"),
    "r.txt": (b"\xff\xfe\x00", "expected text, .npy or .npz"),
}


@pytest.mark.parametrize("name", NO_FILES)
def test_what_is_no_file_of_results_is_refused(name, tmp_path, made):
    content, message = NO_FILES[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ResultFileError, match=message):
        FileTarget(tmp_path / name, made)


@pytest.mark.parametrize("array", [np.zeros(256), np.zeros((16, 16), np.uint8), np.zeros(256, np.int8)])
def test_arrays_that_are_no_codes_are_refused(array, tmp_path, made):
    np.save(tmp_path / "r.npy", array)
    with pytest.raises(ResultFileError, match="expected one dimension of unsigned codes"):
        FileTarget(tmp_path / "r.npy", made)


@pytest.mark.parametrize("name", ["flags", "a"])
@pytest.mark.parametrize("size", [0, 10, 255, 257])
def test_a_column_of_another_length_than_the_results_is_refused(name, size, tmp_path, made):
    whole = {"flags": np.resize(FLAGS, size), "a": np.resize(made.columns["a"], size)}
    np.savez(tmp_path / "r.npz", result=RIGHT, **{name: whole[name]})
    with pytest.raises(ResultFileError, match=rf"r.npz: {name}: expected a row for each of the 256 results, got {size}$"):
        FileTarget(tmp_path / "r.npz", made)


@pytest.mark.parametrize("write", [write_csv, write_lines])
def test_a_mark_of_byte_order_at_the_beginning_is_read_over(write, tmp_path, made):
    path = write(tmp_path / "results", RIGHT, FLAGS, made)
    text = path.read_bytes()
    path.write_bytes(b"\xef\xbb\xbf" + text[text.index(b"\n") + 1 :])  # without the comment of the first line
    target = FileTarget(path, made)
    assert judge(target).verdicts[0].status == "exact" and list(target.results.columns) == (
        ["result", "flags", "a"] if write is write_csv else ["result", "flags"]
    )


def test_nothing_is_unpickled(tmp_path, made):
    np.save(tmp_path / "r.npy", np.array([print], object), allow_pickle=True)
    with pytest.raises(ResultFileError, match=r"is no \.npy file of arrays"):
        FileTarget(tmp_path / "r.npy", made)


def test_a_decimal_in_csv_is_not_guessed_at(tmp_path, made):
    (tmp_path / "r.csv").write_text("result\n0x00\n10\n")
    verdict = verdict_of(tmp_path / "r.csv", made)
    assert (verdict.cases, verdict.failure.kind, verdict.failure.answer) == (1, "garbage", "10")


def test_bad_arguments_have_errors_of_their_own(tmp_path, made):
    with pytest.raises(ResultFileError, match="cannot be read"):
        FileTarget(tmp_path / "nosuch", made)
    with pytest.raises(GoldenFileError):
        FileTarget(tmp_path / "nosuch", tmp_path / "neither")
    with pytest.raises(InputTypeError, match="golden: expected a set"):
        FileTarget(tmp_path / "nosuch", 3)
    with pytest.raises(InputTypeError, match="path: expected"):
        FileTarget(3, made)
    with pytest.raises(InputValueError, match="of no other inputs"):
        target = FileTarget(write_npy(tmp_path / "r", RIGHT, FLAGS, made), made)
        target.run(target.claims()[0], RIGHT)


def test_each_mode_of_a_crossed_set_is_judged_by_its_own_results(tmp_path):
    modes = {"rounding": ["ties_to_even", "toward_zero"], "overflow": ["saturate", "no_saturate"]}
    made = rq.golden.generate("convert", "float8_e4m3fn", source="float8_e5m2", level="exhaustive", **modes)
    codes = made.columns["result"].copy()
    blocks = [(r, o) for r in modes["rounding"] for o in modes["overflow"]]
    expected = [oracle.codec.convert(0x60, oracle.formats.get("float8_e5m2"), E4M3, oracle.policies.Policies(rounding=r, overflow=o)).code for r, o in blocks]
    rows = np.flatnonzero(made.columns["a"] == 0x60)  # 512
    assert codes[rows].tolist() == expected == [0x7E, 0x7F, 0x7E, 0x7E]
    codes[rows[2:]] = 0x7D
    np.save(tmp_path / "r.npy", codes)
    verdict = verdict_of(tmp_path / "r.npy", made)
    assert (verdict.cases, verdict.by_class, verdict.diagnosis) == (1024, {"overflow": 2}, None)
    assert (verdict.witness.input, verdict.witness.input_value) == ("0x60", "512 (toward_zero, saturate)")


def test_an_operation_of_two_operands_is_judged(tmp_path):
    made = rq.golden.generate("compare_quiet_lt", "float6_e3m2fn")
    codes = made.columns["result"].copy()
    row = int(np.flatnonzero((made.columns["a"] == 0x01) & (made.columns["b"] == 0x0C))[0])  # 0.0625 < 1
    assert codes[row] == 1
    codes[row] = 0
    np.save(tmp_path / "r.npy", codes)
    judgement = judge(FileTarget(tmp_path / "r.npy", made))
    (verdict,) = judgement.verdicts
    assert (verdict.mismatches, verdict.claim.names) == (1, ("float6_e3m2fn, float6_e3m2fn", "uint1"))
    assert (verdict.witness.input, verdict.witness.input_value, verdict.witness.expected) == ("0x01, 0x0c", "0x1p-4, 1", "0x1")
    record = as_records([judgement])["targets"][0]["verdicts"][0]
    fields = [{"sign": "0x0", "exponent": e, "significand": s} for e, s in (("0x0", "0x1"), ("0x3", "0x0"))]
    assert (record["witness"]["fields"]["input"], record["witness"]["exact"]["input"]) == (fields, ["0.0625", "1"])
    assert "0x01, 0x0c" in as_html([judgement]) and "compare_quiet_lt float6_e3m2fn, float6_e3m2fn" in as_junit([judgement])


def test_double_rounding_is_found_in_conversions(tmp_path):
    made = rq.golden.generate("encode", "float8_e4m3fn", source="float64", level=2)
    through = rq.convert(made.columns["a"], "float64", "float8_e4m3fn", dialect=rq.get_dialect("default").replace(via="float32"))
    np.save(tmp_path / "r.npy", through)
    verdict = verdict_of(tmp_path / "r.npy", made)
    assert set(verdict.by_class) == {"double rounding"} and verdict.diagnosis == "through float32"


def test_the_results_of_every_kind_of_set_are_right(tmp_path):
    sets = [
        rq.golden.generate("decode", "float8_e5m2"),
        rq.golden.generate("round", "bfloat16", source="float32"),
        rq.golden.generate("encode", "float8_e4m3fn", source="int64"),
        rq.golden.generate("compare_quiet_le", "float6_e2m3fn"),
        rq.golden.generate("encode", "int8", source="float32", dialect=rq.get_dialect("default").replace(nan="to_zero"), overflow="saturate"),
        rq.golden.generate("encode", "float4_e2m1fn", source="float32", rounding="stochastic_a", dialect="ocp-saturating"),
    ]
    for i, made in enumerate(sets):
        np.savez(tmp_path / f"{i}.npz", result=made.columns["result"], flags=made.columns["flags"])
        assert verdict_of(tmp_path / f"{i}.npz", made).status == "exact"
        codes = made.columns["result"] ^ 1
        np.savez(tmp_path / f"{i}.npz", result=codes)
        verdict = verdict_of(tmp_path / f"{i}.npz", made)
        assert verdict.mismatches == sum(verdict.by_class.values()) > len(made) * 0.9
        assert as_records([judge(FileTarget(tmp_path / f"{i}.npz", made))])


def test_results_of_an_operation_are_diagnosed(tmp_path):
    made = rq.golden.generate("add", "float16")
    a, b = (made.columns[name].view(np.float16) for name in "ab")
    with np.errstate(all="ignore"):
        codes = (a - b).view(np.uint16)
    np.save(tmp_path / "r.npy", codes)
    verdict = verdict_of(tmp_path / "r.npy", made)
    assert (verdict.claim.kind, verdict.claim.label, verdict.diagnosis, verdict.message) == ("operation", "add float16", "as sub", "as sub")


def test_flags_of_an_operation_are_diagnosed(tmp_path):
    made = rq.golden.generate("mul", "float16")
    tiny = made.columns["result"] & 0x7FFF == 0x0400  # of what is rounded to the smallest normal number, not all was tiny before
    flags = np.where(tiny & (made.columns["flags"] == 1), 3, made.columns["flags"])
    right = [oracle.arithmetic.arithmetic("mul", (a, b), (F16, F16), F16, BEFORE).flags for a, b in zip(*(made.columns[n][tiny].tolist() for n in "ab"))]
    assert flags[tiny].tolist() == right and np.count_nonzero(flags != made.columns["flags"])
    np.savez(tmp_path / "r.npz", result=made.columns["result"], flags=flags)
    assert verdict_of(tmp_path / "r.npz", made).diagnosis == "tininess=before"


def test_what_was_not_looked_for_is_not_said_to_be_none(tmp_path):
    made = rq.golden.generate("decode", "float8_e5m2")
    np.save(tmp_path / "r.npy", made.columns["result"] ^ 1)
    assert verdict_of(tmp_path / "r.npy", made).message == "what explains it was not looked for"
