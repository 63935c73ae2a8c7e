"""What passes under the mask of a NaN is a NaN; everything else is compared bit by bit."""

import numpy as np
import oracle
import pytest

import refquant as rq
from refquant.errors import InputValueError
from refquant.golden.nan_mask import accepted, compare_mask

NARROW = [n for n in rq.list_formats(p3109=True) if rq.get_format(n).width <= 8][::3]


@pytest.mark.parametrize("name", [*NARROW, "float16", "bfloat16"])
def test_what_passes_under_the_mask_of_a_nan_is_a_nan(name, count_cases):
    fmt = rq.get_format(name)
    codes = np.arange(1 << fmt.width, dtype=fmt.code_dtype)
    nan = np.array([oracle.codec.decode(int(c), oracle.formats.get(name)).kind == "nan" for c in codes])
    masks = compare_mask(codes, fmt, "class")
    assert (masks[~nan] == (1 << fmt.width) - 1).all()
    assert (compare_mask(codes, fmt, "byte") == (1 << fmt.width) - 1).all()
    for code, mask in list(zip(codes[nan].tolist(), masks[nan].tolist(), strict=True))[:: max(nan.sum() // 64, 1)]:
        passing = ((codes.astype(np.int64) ^ code) & mask) == 0
        assert passing[code] and nan[passing].all(), f"{name}: under {mask:#x} something passes for {code:#x} that is no NaN"
    count_cases(codes.size)


@pytest.mark.parametrize(
    "name, code, mask",
    [
        ("float16", 0x7E00, 0x7E00),  # canonical: exponent and quiet bit
        ("float16", 0xFE01, 0x7E00),  # the sign and the rest of the payload are free
        ("float16", 0x7C01, 0x7C01),  # a signalling NaN that was copied
        ("float16", 0x7C00, 0xFFFF),  # Inf
        ("float32", 0x7FC00000, 0x7FC00000),
        ("float64", 0xFFF8000000000000, 0x7FF8000000000000),
        ("bfloat16", 0x7FC0, 0x7FC0),
        ("float8_e4m3fn", 0xFF, 0x7F),  # one NaN per sign: every bit below the sign
        ("float8_e4m3fn", 0x7E, 0xFF),
        ("float8_e4m3fnuz", 0x80, 0xFF),  # one NaN: every bit
        ("float8_e8m0fnu", 0xFF, 0xFF),
        ("ue4m3", 0x7F, 0x7F),
        ("int8", 0x80, 0xFF),
    ],
)
def test_masks_by_hand(name, code, mask):
    fmt = rq.get_format(name)
    assert compare_mask(np.array([code], fmt.code_dtype), fmt, "class").tolist() == [mask]


@pytest.mark.parametrize(
    "name", ["float16", "bfloat16", "float8_e5m2", "float8_e4m3", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e8m0fnu", "int8", "float4_e2m1fn"]
)
@pytest.mark.parametrize("by", ["class", "byte"])
def test_any_nan_is_accepted_by_class_and_none_but_the_right_one_by_byte(name, by, count_cases):
    fmt = rq.get_format(name)
    codes = np.arange(1 << fmt.width, dtype=fmt.code_dtype)
    nan = np.array([oracle.codec.decode(int(c), oracle.formats.get(name)).kind == "nan" for c in codes])
    for right in {*codes[nan][:: max(nan.sum() // 8, 1)].tolist(), 0, 1, int(codes[~nan][-1])}:
        results = np.full(codes.size, right, fmt.code_dtype)
        got = accepted(codes, results, compare_mask(results, fmt, by), fmt, by)
        assert np.array_equal(got, nan if by == "class" and nan[right] else codes == right), hex(right)
        count_cases(codes.size)


@pytest.mark.parametrize("by, right", [("class", True), ("byte", False)])
def test_a_set_accepts_a_signalling_nan_by_class(by, right):
    made = rq.golden.generate("convert", "float16", source="float8_e5m2", nan_by=by)
    other = np.where(made.columns["result"] == 0x7E00, 0xFC01, made.columns["result"]).astype(np.uint16)
    assert made.accepts(made.columns["result"]).all() and made.accepts(other).all() == right
    assert not made.accepts(np.where(made.columns["result"] == 0x7E00, 0x7C00, made.columns["result"]).astype(np.uint16)).all(), "Inf is no NaN"
    with pytest.raises(InputValueError, match=r"codes: expected one for each of the 256 vectors, got the shape \(3,\)"):
        made.accepts(np.zeros(3, np.uint16))


def test_another_choice_is_refused():
    with pytest.raises(InputValueError, match="nan_by: expected one of byte, class, got 'bits'"):
        rq.golden.generate("encode", "float16", nan_by="bits")
