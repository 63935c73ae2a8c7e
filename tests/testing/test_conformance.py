"""assert_conforms: silent for casts that other people wrote right, and for wrong ones a witness, the classes, and the policy that explains them."""

import re
from functools import partial

import ml_dtypes
import numpy as np
import oracle
import pytest
from stepcases import spec_format

import refquant as rq
from refquant.testing import assert_conforms
from refquant.testing.levels import begin_run, end_run

E4M3 = "float8_e4m3fn"


def report_of(*args, **options):
    with pytest.raises(AssertionError) as caught:
        assert_conforms(*args, **options)
    assert isinstance(caught.value, rq.errors.CodesDifferError)
    return str(caught.value)


def by_oracle(source, target, *, op="convert", **policies):
    """A conversion between small formats as a table of the oracle's results."""
    spec, goal = spec_format(source), spec_format(target)
    results = [oracle.codec.convert(code, spec, goal, oracle.policies.Policies(**policies)).code for code in range(2**spec.width)]
    table = np.array(results, rq.get_format(target).code_dtype)
    if op == "decode":
        table = table.view(target)
    return lambda codes: table[codes]


@pytest.mark.parametrize("level", [1, "2"])
@pytest.mark.parametrize(
    "cast, source, target",
    [
        (lambda x: x.astype(np.float16), "float32", "float16"), (lambda x: x.astype(np.float32), "float64", "float32"),
        (lambda x: x.astype(np.float16), "int32", "float16"), (lambda x: x.astype(ml_dtypes.bfloat16), "float32", "bfloat16"),
        (lambda x: x.astype(ml_dtypes.float8_e5m2), "float32", "float8_e5m2"), (lambda x: x.astype(ml_dtypes.float8_e4m3fn).view(np.uint8), "float32", E4M3),
        (lambda x: x.astype(ml_dtypes.float8_e4m3fn).astype(np.float32), "bfloat16", E4M3), (lambda x: x.astype(np.float64), "int64", "float64"),
    ],
)  # fmt: skip
def test_casts_of_others_conform(cast, source, target, level):
    assert_conforms(cast, "encode", source, target, level=level)


@pytest.mark.parametrize(
    "source, target", [("float8_e4m3fn", "float8_e5m2"), ("float8_e5m2", "float4_e2m1fn"), ("uint8", "float8_e4m3fnuz"), ("binary8p3se", "int4")]
)
@pytest.mark.parametrize("rounding", ["ties_to_even", "toward_zero", "to_odd"])
def test_conversions_of_the_oracle_conform(source, target, rounding):
    policies = {"rounding": rounding, "overflow": "saturate", "nan": "canonical" if rq.get_format(target).has_nan else "to_zero"}
    dialect = rq.get_dialect("default").replace(**policies)
    assert_conforms(by_oracle(source, target, **policies), "convert", source, target, dialect=dialect, nan_by="byte")


@pytest.mark.parametrize("source, target", [("float8_e5m2", "float32"), ("float8_e4m3fn", "float16"), ("bfloat16", "float64"), ("float4_e2m1fn", "float32")])
def test_a_decode_keeps_every_bit_of_a_nan(source, target):
    right = by_oracle(source, target, op="decode", nan="keep_payload")
    assert_conforms(right, "decode", source, target, nan_by="byte")
    nans = [c for c in range(2 ** rq.get_format(source).width) if oracle.codec.decode(c, spec_format(source)).kind == "nan"]
    if nans:
        wrong = lambda codes: np.where(codes == nans[-1], np.dtype(target).type(np.inf), right(codes))  # noqa: E731
        assert "classes    nan 1\n" in report_of(wrong, "decode", source, target)


def test_a_decode_to_integers_gives_their_values():
    assert_conforms(lambda codes: (codes.astype(np.int8) << 4) >> 4, "decode", "int4", "int8")
    assert_conforms(lambda codes: codes, "decode", "uint4", "uint8")
    assert "wrong      8 of 16 codes of int8" in report_of(lambda codes: codes.astype(np.int8), "decode", "int4", "int8")


def test_round_takes_and_gives_values():
    to_bfloat16 = lambda x: x.astype(ml_dtypes.bfloat16).astype(np.float32)  # noqa: E731
    assert_conforms(to_bfloat16, "round", "float32", "bfloat16")
    assert "no value of bfloat16" in report_of(lambda x: x, "round", "float32", "bfloat16")
    assert_conforms(
        lambda x: np.clip(np.rint(np.nan_to_num(x, nan=0)), -8, 7), "round", "float32", "int4", dialect=rq.get_dialect("default").replace(nan="to_zero")
    )


PLANTED = {
    "signed zero": -0.0, "subnormal": 0.3 * 2**-9, "tie": 1.0625, "other": 1.1, "overflow": 465.0, "inf": np.inf, "nan": np.nan,
}  # fmt: skip


@pytest.mark.parametrize("kind", PLANTED)
def test_one_wrong_bit_in_each_class_is_found(kind):
    x, bit = np.float16(PLANTED[kind]), 0x80 if kind == "signed zero" else 1

    def cast(values):
        codes = values.astype(ml_dtypes.float8_e4m3fn).view(np.uint8)
        return codes ^ (values.view(np.uint16) == x.view(np.uint16)) * np.uint8(bit)

    report = report_of(cast, "encode", "float16", E4M3, level=2)
    code, right = int(x.view(np.uint16)), int(x.astype(ml_dtypes.float8_e4m3fn).view(np.uint8))
    assert f"\n  wrong      1 of 65,536 codes of {E4M3}: " in report and f"\n  classes    {kind} 1\n" in report
    assert f"\n  input     0x{code:04x} " in report and f"\n  got       0x{right ^ bit:02x} " in report and f"\n  expected  0x{right:02x} " in report


SNAPSHOT = """\
away does not conform: encode float16 -> float8_e4m3fn, dialect default, overflow=saturate, NaNs by class
  wrong      126 of 65,536 codes of float8_e4m3fn: by at most 1 ulp
  classes    tie 126
  diagnosis  rounding=ties_to_away
  inputs     level 2: every code of float16
smallest: 1 ulp
  input     0x1400                  0x1p-10 = 0.0009765625
  got       0x01    0 | 0000 | 001  0x1p-9 = 0.001953125
  expected  0x00    0 | 0000 | 000  0
                                 ^"""


def test_the_report_reads_like_this():
    def away(x):
        """Ties away, by exact arithmetic: half a unit is added to the digits that are kept. Saturating: 448 to 464 rounds to 448 anyway."""
        magnitude = np.abs(x.astype(np.float64))
        exponent = np.maximum(np.frexp(magnitude)[1] - 1, -6) - 3
        rounded = np.minimum(np.floor(np.ldexp(magnitude, -exponent) + 0.5) * 2.0**exponent, 448)
        return np.copysign(np.where(np.isinf(x), 448, np.where(np.isnan(x), np.nan, rounded)), x)

    away.__qualname__ = "away"
    assert report_of(away, "encode", "float16", E4M3, overflow="saturate", level=2) == SNAPSHOT
    assert_conforms(away, "encode", "float16", E4M3, overflow="saturate", rounding="ties_to_away")


@pytest.mark.parametrize(
    "cast, source, diagnosis",
    [
        (lambda x: x.astype(np.float32).astype(ml_dtypes.float8_e4m3fn), "float64", "through float32"),
        (lambda x: np.where(np.abs(x) < 2**-6, np.copysign(0, x), x).astype(ml_dtypes.float8_e4m3fn), "float32", "subnormals=flush_results and ftz=arm"),
        (lambda x: np.clip(x, -448, 448).astype(ml_dtypes.float8_e4m3fn), "float32", "overflow=saturate"),
        (lambda x: np.where(x == 1, 2, x).astype(ml_dtypes.float8_e4m3fn), "float32", "no change of one or two policies explains it"),
    ],
)
def test_the_diagnosis_names_what_is_done_instead(cast, source, diagnosis):
    assert f"\n  diagnosis  {diagnosis}\n" in report_of(lambda x: cast(x), "encode", source, E4M3)


def test_the_table_has_the_smallest_of_each_class():
    with pytest.raises(AssertionError) as caught:
        assert_conforms(lambda x: x.view(np.uint16) >> 8, "encode", "float16", "float8_e5m2")
    rows = [line.split()[:2] for line in caught.value.wrong_bits.splitlines()[1:]]
    assert [kind for kind, _ in rows] == ["nan"] * 4 + ["overflow"] * 4 + ["tie"] * 4 + ["subnormal"] * 4 + ["other"] * 4
    assert rows[8:12] == [["tie", "0x0180"], ["tie", "0x8180"], ["tie", "0x0380"], ["tie", "0x8380"]]


def inputs_seen(op, source, target, result, **options):
    """What a function is given, as codes; `result` is what it gives back for them."""
    seen = []

    def function(given):
        seen.append(np.array(given).view(f"u{np.asarray(given).dtype.itemsize}"))
        return result(seen[-1])

    assert_conforms(function, op, source, target, **options)
    return np.concatenate(seen)


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize(
    "op, source, target",
    [
        ("encode", "float32", "float16"), ("encode", "float32", E4M3), ("encode", "float64", "bfloat16"), ("encode", "int32", "float16"), ("encode", "float16", "float8_e5m2"),
        ("convert", "tfloat32", "float8_e5m2"), ("convert", "bfloat16", E4M3), ("convert", "float8_e5m2", "float16"), ("decode", "bfloat16", "float32"),
        ("round", "float32", "bfloat16"), ("encode", "int64", "float16"), ("encode", "uint64", "float32"), ("convert", "int64", "float16"),
    ],
)  # fmt: skip
def test_a_level_has_the_operands_of_a_golden_set(op, source, target, level, count_cases):
    """The function only knows the results of the set: with any other input it would not conform."""
    ends = {"fmt": source, "result": target} if op == "decode" else {"fmt": target, "source": source}
    keeps = "canonical" if op != "decode" else None
    made = rq.golden.generate(op, **ends, level=level, seed=5, dialect=None if keeps else rq.get_dialect("default").replace(nan="keep_payload"))
    operands, results = made.columns["a"], made.columns["result"]

    def known(codes):
        place = np.minimum(np.searchsorted(operands, codes), operands.size - 1)
        assert np.array_equal(operands[place], codes)
        found = results[place]
        return found if op in ("encode", "convert") else found.view(target if op == "decode" else source)

    seen = inputs_seen(op, source, target, known, level=level, seed=5)
    assert np.array_equal(seen, operands) and seen.size > 200
    count_cases(seen.size)


def sizes_of(source, **options):
    """The number of inputs of a cast to float16."""
    seen = []
    assert_conforms(lambda x: (seen.append(x.size), x.astype(np.float16))[1], "encode", source, "float16", **options)
    return sum(seen)


def test_levels_take_more_and_more_inputs():
    one, two = (sizes_of("float32", level=level) for level in (1, 2))
    assert 1_000 < one < 20_000 and 65_536 < two < 2_000_000 and sizes_of("float32", level="1") == one
    assert sizes_of("bfloat16", level=1) < sizes_of("bfloat16", level=2) == sizes_of("bfloat16", level="exhaustive") == 65_536
    assert sizes_of("float8_e5m2", level=1) == 256


def test_the_seed_chooses_the_random_inputs():
    def inputs(seed):
        seen = []
        assert_conforms(lambda x: (seen.append(x.copy()), x.astype(np.float16))[1], "encode", "float32", "float16", seed=seed)
        return seen[0].view(np.uint32)

    assert np.array_equal(inputs(1), inputs(1)) and not np.array_equal(inputs(1), inputs(2))


def test_without_a_level_that_of_the_run_holds():
    assert sizes_of("float32") == sizes_of("float32", level=1)
    begin_run("2")
    try:
        assert sizes_of("float32") == sizes_of("float32", level=2)
    finally:
        end_run()


def test_exhaustive_runs_every_code_of_a_wider_source():
    """tfloat32 has 19 bits, and its float32 is the code and 13 zeros."""
    seen = []

    def cast(codes):
        seen.append(codes)
        return (codes.astype(np.uint32) << 13).view(np.float32).astype(ml_dtypes.bfloat16)

    assert_conforms(cast, "convert", "tfloat32", "bfloat16", level="exhaustive")
    assert np.array_equal(np.concatenate(seen), np.arange(1 << 19))
    report = report_of(lambda c: np.where(c == 0x1FC00, 0, cast(c).view(np.uint16)).astype(np.uint16), "convert", "tfloat32", "bfloat16", level="exhaustive")
    assert "wrong      1 of 524,288 codes of bfloat16: by at most 16,256 ulp\n  classes    other 1" in report
    assert "inputs     level exhaustive: every code of tfloat32\n" in report and "input     0x1fc00" in report
    truncated = report_of(lambda c: (c >> 3).astype(np.uint16), "convert", "tfloat32", "bfloat16", level="exhaustive")
    assert "diagnosis  rounding=toward_zero, and NaNs otherwise" in truncated
    every = np.arange(1 << 19, dtype=np.uint32)
    with np.errstate(invalid="ignore"):
        right, got = cast(every).view(np.uint16), every >> 3
    wrong = (right != got) & ~((right & 0x7FFF > 0x7F80) & (got & 0x7FFF > 0x7F80))
    assert f"wrong      {np.count_nonzero(wrong):,} of 524,288 codes" in truncated


@pytest.mark.parametrize(
    "args, options, error, message",
    [
        ((np.abs, "adds"), {}, rq.errors.UnknownNameError, "op: expected one of encode, round, convert, decode, or an operation such as add, fma or sqrt .*near ones .*add.*; got 'adds'"),
        ((np.abs, "decode_parts"), {}, rq.errors.UnknownNameError, "op: expected one of "),
        ((np.abs,), {"flags": True}, rq.errors.InputValueError, "flags: those of arithmetic are judged, not those of encode"),
        ((np.abs,), {"flags": 1}, rq.errors.InputTypeError, "flags: expected True or False, got 1"),
        ((lambda x: np.ma.masked_less(x.astype(np.uint8), 1),), {}, rq.errors.InputTypeError, "fn: encode gives codes .* got a masked array, in which results are missing"),
        ((5,), {}, rq.errors.InputTypeError, "fn: expected a function from an array to an array, got 5"),
        ((np.abs,), {"level": 3}, rq.errors.InputValueError, "level: expected one of 1, 2, exhaustive, or None; got 3"),
        ((np.abs,), {"seed": -1}, rq.errors.InputValueError, "seed: expected an integer from 0 to 2..64 - 1, got -1"),
        ((np.abs,), {"nan_by": "x"}, rq.errors.InputValueError, "nan_by: expected one of byte, class"),
        ((np.abs,), {"rounding": "stochastic_a"}, rq.errors.InputValueError, "rounding: a stochastic cast"),
        ((np.abs,), {"dialect": "nosuch"}, rq.errors.UnknownNameError, "dialect: "),
        ((np.abs, "encode", "nosuch"), {}, rq.errors.UnknownNameError, "source: no format is named 'nosuch'"),
        ((np.abs, "encode", "float32", "nosuch"), {}, rq.errors.UnknownNameError, "target: no format is named 'nosuch'"),
        ((np.abs, "decode", "nosuch", "float32"), {}, rq.errors.UnknownNameError, "source: no format is named 'nosuch'"),
        ((np.abs, "encode", 32), {}, rq.errors.InputTypeError, "source: expected a format or its name, got int"),
        ((np.abs, "encode", "float32", None), {}, rq.errors.InputTypeError, "target: encode needs the format of its results"),
        ((np.abs, "encode", "float32", "int64"), {}, rq.errors.InputValueError, "target: int64 is a format of the operands of encode, round and convert alone"),
        ((np.abs, "decode", "float32", "float16"), {}, rq.errors.RangeExceededError, "target: float16 does not hold every value of float32; a decode is exact"),
        ((np.abs, "decode", "float8_e5m2", "float8_e4m3fn"), {}, rq.errors.RangeExceededError, "target: float8_e4m3fn does not hold every value of float8_e5m2"),
        ((np.abs, "encode", "float64"), {"level": "exhaustive"}, rq.errors.InputValueError, "source: float64 has 2\\*\\*64 codes"),
        ((lambda x: x.view(np.uint32), "round"), {}, rq.errors.InputTypeError, "fn: round gives values of float8_e4m3fn, got dtype uint32"),
        ((lambda x: x.view(np.float32), "convert"), {}, rq.errors.InputTypeError, "fn: convert gives codes of float8_e4m3fn .unsigned integers., got dtype float32"),
        ((lambda x: x.astype(np.int8), "convert"), {}, rq.errors.InputTypeError, "fn: convert gives codes of float8_e4m3fn .unsigned integers., got dtype int8; .view.np.uint8. has the same bits"),
        ((lambda x: x.astype(np.int8),), {}, rq.errors.InputTypeError, "fn: encode gives codes .unsigned integers. or values .floats. of float8_e4m3fn, got dtype int8; .view.np.uint8. has"),
        ((lambda x: x > 0,), {}, rq.errors.InputTypeError, "fn: encode gives codes .unsigned integers. or values .floats. of float8_e4m3fn, got dtype bool"),
        ((lambda x: None,), {}, rq.errors.InputTypeError, "fn: encode gives codes .unsigned integers. or values .floats. of float8_e4m3fn, got None"),
        ((lambda x: [[1], [1, 2]],), {}, rq.errors.InputTypeError, "fn: encode gives codes .unsigned integers. or values .floats. of float8_e4m3fn, got list"),
        ((lambda x: 1 / 0,), {}, ZeroDivisionError, "division by zero"),
        ((lambda x: x.__setitem__(0, 1),), {}, ValueError, "assignment destination is read-only"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused(args, options, error, message):
    rest = ("encode", "float32", E4M3)[len(args) - 1 :]
    with pytest.raises(error, match=f"^{message}") as caught:
        assert_conforms(*args, *rest, **options)
    assert not isinstance(caught.value, AssertionError)


@pytest.mark.parametrize(
    "shorten, shape", [(lambda x: x[:1], "(1,)"), (lambda x: x[None], "(1, {size})"), (lambda x: x[0], "()"), (lambda x: np.append(x, x[:1]), "({size}+1,)")]
)
@pytest.mark.parametrize("level", [1, "exhaustive"])
def test_a_result_of_another_shape_is_wrong(shorten, shape, level):
    sizes = []
    report = report_of(lambda x: shorten((sizes.append(x.size), x >> 3)[1]), "convert", "tfloat32", "bfloat16", level=level)
    shape = shape.replace("{size}+1", str(sizes[0] + 1)).replace("{size}", str(sizes[0]))
    assert report.splitlines()[0].endswith(" does not conform: convert tfloat32 -> bfloat16")
    assert report.splitlines()[1] == f"  shape      {shape} for inputs of shape ({sizes[0]},)"


def test_an_exception_of_the_function_is_the_functions_own():
    """A comparison in the function that fails is not taken for one of its results."""

    def refuses(x):
        rq.testing.assert_same_codes([1], [2], E4M3)

    with pytest.raises(AssertionError, match=r"^1 of 1 code of float8_e4m3fn differs") as caught:
        assert_conforms(refuses, "encode", "float32", E4M3)
    assert "refuses" in [entry.name for entry in caught.traceback]


def test_a_value_that_is_none_of_the_format_is_shown_itself():
    report = report_of(lambda x: x, "round", "float32", "bfloat16")
    assert "0x10000" not in report and report.splitlines()[1].endswith(" no value of bfloat16")
    assert "smallest: no value\n" in report and re.search(r"\n  got +1e-45, no value of bfloat16\n", report)
    with pytest.raises(AssertionError) as caught:
        assert_conforms(lambda x: np.float64(x) * 1.001, "encode", "float16", E4M3)
    assert ", no value of float8_e4m3fn" in caught.value.wrong_bits and "0x100" not in caught.value.wrong_bits + str(caught.value)


def test_a_code_beyond_the_format_is_shown_itself():
    report = report_of(lambda x: x.astype(np.uint16) | 0x100, "convert", "uint8", "int9")
    assert "no code" not in report  # int9 has it
    report = report_of(lambda x: x.astype(np.uint16) | 0x100, "convert", "uint8", "uint8")
    assert "256 no code of uint8\n" in report and re.search(r"\n  got       0x100 +no code of uint8\n", report)


def test_a_convert_may_return_integers_of_the_targets_own_dtype():
    assert_conforms(lambda x: x.view(np.int8) // np.int8(16) * 0 + (x.view(np.int8) << 4 >> 4), "convert", "int4", "int8")


def test_the_conversion_has_no_default():
    """A target that was forgotten would be another one."""
    with pytest.raises(TypeError, match=r"^target: encode needs the format of its results"):
        assert_conforms(np.abs, "encode", "float32")


def test_a_comparison_of_nothing_is_an_error():
    refuses = rq.get_dialect("default").replace(negative="error", zero_input="error")
    with pytest.raises(rq.errors.InputValueError, match=r"^fn: nothing was compared; the policies refuse every input of int1 -> float8_e8m0fnu"):
        assert_conforms(partial(np.zeros_like, dtype=np.uint8), "convert", "int1", "float8_e8m0fnu", dialect=refuses)
