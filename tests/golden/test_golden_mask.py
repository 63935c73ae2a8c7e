"""What passes under the mask of a NaN is a NaN; everything else is compared bit by bit."""

import numpy as np
import oracle
import pytest

import refquant as rq
from refquant.errors import InputValueError
from refquant.golden.nan_mask import compare_mask

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


def test_another_choice_is_refused():
    with pytest.raises(InputValueError, match="nan_by: expected one of byte, class, got 'bits'"):
        rq.golden.generate("encode", "float16", nan_by="bits")
