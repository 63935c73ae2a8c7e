"""Casts of the user: codes, values and ml_dtypes arrays; what is no result is said so."""

import ctypes
import sys

import ml_dtypes
import numpy as np
import oracle
import pytest

import refquant as rq
from refquant.verify import FunctionTarget, ProgramTarget, judge
from refquant.verify.targets.program_target import header_of


def verdict_of(function, fmt, **options):
    (verdict,) = judge(FunctionTarget("cast", function, fmt, **options), random=2000).verdicts
    return verdict


@pytest.mark.parametrize(
    "cast",
    [
        lambda x: rq.encode(x, "float8_e4m3fn"),
        lambda x: x.astype(ml_dtypes.float8_e4m3fn),
        lambda x: x.astype(ml_dtypes.float8_e4m3fn).astype(np.float32),
        lambda x: rq.encode(x, "float8_e4m3fn").astype(np.uint32),
    ],
    ids=["codes", "ml_dtypes", "values", "wide codes"],
)
def test_results_may_be_codes_values_or_ml_dtypes(cast):
    assert verdict_of(cast, "float8_e4m3fn").status == "exact"


@pytest.mark.parametrize("fmt", ["float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float4_e2m1fn", "int8"])
def test_values_are_judged_as_their_codes(fmt):
    knobs = (("overflow", "saturate"), ("nan", "to_zero"))
    dialect = rq.get_dialect("default").replace(**dict(knobs))
    assert verdict_of(lambda x: rq.decode(rq.encode(x, fmt, dialect=dialect), fmt), fmt, knobs=knobs).status == "exact"


@pytest.mark.parametrize("fmt, dtype", [("int8", np.int8), ("int4", np.int8), ("uint8", np.int16), ("int16", np.int64)])
def test_signed_integers_are_values_of_an_integer_format(fmt, dtype):
    knobs = (("nan", "to_zero"),)
    quantize = lambda x: rq.round(np.where(np.isnan(x), 0, x), fmt).astype(dtype)  # noqa: E731
    assert verdict_of(quantize, fmt, knobs=knobs).status == "exact"
    verdict = verdict_of(lambda x: np.where(x == 1, dtype(127), quantize(x)).astype(dtype) - (x == 2) * dtype(100), fmt, knobs=knobs)
    assert (verdict.status, verdict.mismatches > 0) == ("new", True)


def test_an_integer_out_of_the_range_of_the_format_is_a_mismatch():
    verdict = verdict_of(lambda x: np.where(x > 7, 9, 0).astype(np.int8), "int4", knobs=(("nan", "to_zero"),))
    assert verdict.mismatches > 0


def test_a_float_that_is_no_value_of_the_format_is_a_mismatch():
    verdict = verdict_of(lambda x: x, "float8_e4m3fn")
    assert (verdict.status, verdict.witness.got_value) == ("new", "no value of float8_e4m3fn")


def test_values_of_a_format_of_64_bits_are_judged():
    target = FunctionTarget("cast", lambda x: x.astype(np.float64), "float64", sources=("float32",))
    assert judge(target, random=1000).verdicts[0].status == "exact"
    if np.finfo(np.longdouble).nmant == 63:
        found = judge(FunctionTarget("cast", lambda x: x + np.longdouble(2) ** -63, "float64", sources=("float32",)), random=1000).verdicts[0]
        assert found.status == "failed" and "is no value of float64, and a code of 64 bits cannot say so" in found.message


def test_a_function_that_writes_into_its_input_is_judged_by_what_it_was_given():
    """As C code may, whatever NumPy says of the array: it saturates, where it should give NaN."""

    def in_place(x):
        place = np.frombuffer((ctypes.c_float * x.size).from_address(x.ctypes.data), np.float32)
        np.clip(place, -448, 448, out=place)
        return rq.encode(x, "float8_e4m3fn")

    found = verdict_of(in_place, "float8_e4m3fn")
    assert found.status == "new" and "overflow" in found.by_class


@pytest.mark.parametrize("target", [FunctionTarget, ProgramTarget])
def test_one_source_may_be_named_without_a_tuple_and_none_is_refused(target):
    first = ["cast", lambda x: x] if target is FunctionTarget else ["cat"]
    assert target(*first, "float16", sources="bfloat16").sources == ("bfloat16",)
    with pytest.raises(rq.errors.InputValueError, match=r"^sources: expected at least one format, got none"):
        target(*first, "float16", sources=())


def test_a_program_is_told_of_the_format_that_values_pass_through():
    told = [header_of(claim).text() for claim in ProgramTarget("cat", "float16", sources="float64", knobs=(("via", "float32"),)).claims()]
    assert "knob via float32\n" in told[0]
    rounded = ProgramTarget("cat", "float16", sources="float64", knobs=(("via", {"format": "bfloat16", "rounding": "toward_zero"}),))
    assert "knob via bfloat16,toward_zero\n" in header_of(rounded.claims()[0]).text()
    assert "via" not in header_of(ProgramTarget("cat", "float16").claims()[0]).text()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_special_that_the_format_lacks_is_a_mismatch(value):
    cast = lambda x: np.where(x == 1, value, rq.round(np.where(np.isnan(x), 0, x), "float4_e2m1fn"))  # noqa: E731
    verdict = verdict_of(cast, "float4_e2m1fn")
    assert (verdict.mismatches > 0, verdict.witness.got_value) == (True, "no value of float4_e2m1fn")


def test_signs_of_infinities_count():
    verdict = verdict_of(lambda x: np.where(np.isneginf(x), np.float32(np.inf), rq.round(x, "float8_e5m2")), "float8_e5m2")
    assert verdict.by_class == {"inf": verdict.mismatches}


def test_knobs_say_what_the_function_claims():
    cast = lambda x: rq.encode(x, "bfloat16", rounding="toward_zero")  # noqa: E731
    assert verdict_of(cast, "bfloat16", knobs=(("rounding", "toward_zero"),)).status == "exact"
    assert verdict_of(cast, "bfloat16").diagnosis == "rounding=toward_zero"


@pytest.mark.parametrize("source", ["float16", "bfloat16", "float32", "float64", "int32", "int64", "uint8"])
def test_a_function_is_given_the_source_dtype(source):
    seen = []
    cast = lambda x: (seen.append(x.dtype.name), rq.encode(x, "float8_e5m2"))[1]  # noqa: E731
    assert verdict_of(cast, "float8_e5m2", sources=(source,)).status == "exact"
    assert seen == [source]


@pytest.mark.parametrize(
    "cast, message",
    [
        (lambda x: x[:1].view(np.uint32), "expected a result of shape"),
        (lambda x: np.array(["a"] * x.size), "expected unsigned codes, float values or an ml_dtypes array, got dtype <U1"),
        (lambda x: np.zeros(x.size, np.int8), "got dtype int8"),
        (lambda x: x.__setitem__(0, 1), "read-only"),
        (lambda x: sys.exit(0), "could not be judged to the end: it raised SystemExit: 0 on input 0x00000000 (0), which does it alone"),
    ],
)
def test_what_is_no_result_could_not_be_judged(cast, message):
    verdict = verdict_of(cast, "float8_e4m3fn")
    assert verdict.status == "failed"
    assert message in verdict.message


@pytest.mark.parametrize("source", ["ue5m3", rq.FloatFormat(precision=4, exponent_width=3, bias=3)])
def test_a_source_without_dtype_is_given_as_codes(source):
    cast = lambda codes: rq.convert(codes, source, "float8_e4m3fn")  # noqa: E731
    assert verdict_of(cast, "float8_e4m3fn", sources=(source,)).status == "exact"
    assert verdict_of(lambda codes: codes * 0, "float8_e4m3fn", sources=(source,)).status == "new"


def test_a_format_of_the_users_own_is_a_target():
    mine = rq.FloatFormat(precision=4, exponent_width=3, bias=3)
    verdict = verdict_of(lambda x: rq.encode(x, mine), mine)
    assert (verdict.status, verdict.claim.label) == ("exact", f"float32 -> {mine.name}")
    assert verdict_of(lambda x: rq.encode(x, mine, rounding="toward_zero"), mine).diagnosis == "rounding=toward_zero"


def test_a_source_of_the_users_own_has_at_most_16_bits():
    with pytest.raises(rq.errors.InputValueError, match="source: a format of your own has at most 16 bits here"):
        FunctionTarget("f", lambda x: x, "float16", (rq.FloatFormat(precision=10, exponent_width=8, bias=127),))


def test_a_witness_shows_the_value_that_the_format_does_not_have():
    verdict = verdict_of(lambda x: np.full(x.size, 1.1, np.float32), "float8_e5m2")
    assert (verdict.witness.got, verdict.witness.got_value) == ("1.1", "no value of float8_e5m2")


@pytest.mark.parametrize(
    "arguments, message", [({"nan_by": "xx"}, "nan_by: expected one of byte, class"), ({"knobs": (("rounding", "stochastic_a"),)}, "rounding: ")]
)
def test_claims_that_cannot_be_judged_are_refused(arguments, message):
    with pytest.raises(rq.errors.InputValueError, match=f"^{message}"):
        FunctionTarget("f", lambda x: x, "float16", **arguments)


@pytest.mark.parametrize(
    "path, message",
    [
        ("nosuchmodule:f", "cannot load"),
        ("math:nosuch", "cannot load"),
        ("math:pi", "is not a function"),
        ("math:", "expected module:function"),
        (":f", "expected module:function"),
    ],
)
def test_what_cannot_be_loaded_is_refused(path, message):
    with pytest.raises(ValueError, match=message):
        FunctionTarget.load(path, "float16")


def test_a_module_that_leaves_the_program_is_refused(tmp_path, monkeypatch):
    (tmp_path / "leaving_module.py").write_text("import sys; sys.exit(0)")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="cannot load 'leaving_module:f': SystemExit: 0"):
        FunctionTarget.load("leaving_module:f", "float16")


def test_flags_of_a_conversion_are_judged():
    f16, f8 = (oracle.formats.get(name) for name in ("float16", "float8_e4m3fn"))
    rows = [oracle.codec.convert(code, f16, f8) for code in range(1 << 16)]
    codes, flags = np.uint8([row.code for row in rows]), np.uint8([row.flags for row in rows])
    target = FunctionTarget("mine", lambda x: (codes[x.view(np.uint16)], flags[x.view(np.uint16)]), "float8_e4m3fn", ("float16",), nan_by="byte", flags=True)
    (verdict,) = judge(target).verdicts
    assert (verdict.status, verdict.cases, verdict.flags) == ("exact", 1 << 16, None)
    flags[0x3C00] = 1  # 1 is exact
    (verdict,) = judge(target).verdicts
    assert (verdict.status, verdict.flags.cases, verdict.message) == ("new", 1, "wrong flags: inexact raised wrongly 1")
    assert verdict.flags.witness.input == "0x3c00"
