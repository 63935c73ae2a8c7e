"""assert_same_codes: silent where codes are the same, and where one bit is wrong a report that shows it."""

import copy
import pickle
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
from valueline import class_of

import refquant as rq
from refquant.testing import assert_same_codes

E4M3 = "float8_e4m3fn"
FORMATS = ["float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e8m0fnu", "float4_e2m1fn", "ue4m3", "int8", "uint4", "e0m3", "binary8p3se"]


def report_of(*args, **options):
    with pytest.raises(AssertionError) as caught:
        assert_same_codes(*args, **options)
    assert isinstance(caught.value, rq.errors.CodesDifferError)
    return str(caught.value)


@pytest.mark.parametrize("fmt", [*FORMATS, "float16", "float32", "float64"])
def test_the_same_codes_pass(fmt):
    width, dtype = rq.get_format(fmt).width, rq.get_format(fmt).code_dtype
    codes = np.array([i * (2**width - 1) // 255 for i in range(256)], dtype)
    for nan_by in ("byte", "class"):
        assert_same_codes(codes, codes.copy(), fmt, nan_by=nan_by)
        assert_same_codes(codes.astype(np.uint64), codes.tolist(), fmt, nan_by=nan_by)


@pytest.mark.parametrize("fmt", FORMATS)
def test_every_flipped_bit_of_every_code_is_found_and_shown(fmt, count_cases):
    width, flips = rq.get_format(fmt).width, 0
    codes = np.arange(2**width, dtype=np.uint8)
    for code in range(2**width):
        for bit in range(width):
            got = codes.copy()
            got[code] ^= np.uint8(1 << bit)
            report = report_of(got, codes, fmt)
            digits = (width + 3) // 4
            assert report.startswith(f"1 of {2**width} codes of {fmt} differs (NaNs by byte): ")
            assert f"\nfirst and smallest at index {code}: " in report and f"\n  got       0x{code ^ (1 << bit):0{digits}x} " in report
            assert f"\n  expected  0x{code:0{digits}x} " in report and report.rpartition("\n")[2].strip() == "^"
            flips += 1
    count_cases(flips)


@pytest.mark.parametrize("fmt", ["float16", "float32", "float64", "tfloat32", "int32"])
def test_a_flipped_bit_is_found_in_each_class_of_wide_formats(fmt):
    given = rq.get_format(fmt)
    special = [r for r in (given.code_of_infinity, given.code_of_nan) if r is not None]
    top = given.code_of_bound(False)
    codes = np.array([0, 1, top // 2, top, *special, *([special[0] | 1] if special else [])], given.code_dtype)
    codes = np.concatenate([codes, codes | given.code_dtype.type(1 << (given.width - 1))])
    assert len({class_of(int(c), fmt) for c in codes}) >= (9 if special else 4)
    for i in range(codes.size):
        for bit in (0, given.width // 2, given.width - 1):
            got = codes.copy()
            got[i] ^= given.code_dtype.type(1 << bit)
            assert f"first and smallest at index {i}: " in report_of(got, codes, fmt)


def nan_codes(fmt):
    return [c for c in range(256) if "nan" in class_of(c, fmt)]


@pytest.mark.parametrize("fmt", ["float8_e5m2", "float8_e4m3fn", "float8_e4m3"])
def test_nans_compare_by_byte_or_by_class(fmt):
    nans = nan_codes(fmt)
    got, expected = np.array(nans[1:] + nans[:1], np.uint8), np.array(nans, np.uint8)
    assert_same_codes(got, expected, fmt, nan_by="class")
    assert f"{len(nans)} of {len(nans)} codes" in report_of(got, expected, fmt)
    for number in [c for c in range(256) if c not in nans]:
        for pair in ((number, nans[0]), (nans[0], number)):
            assert " at a NaN" in report_of(*pair, fmt, nan_by="class")


SNAPSHOT = """\
4 of 8 codes of float8_e4m3fn differ (NaNs by byte): by at most 3 ulp, 1 at a NaN
first at index (0, 1): 1 ulp
  input     0x3f880000                  0x1.1p+0 = 1.0625
  got       0x39        0 | 0111 | 001  0x1.2p+0 = 1.125
  expected  0x38        0 | 0111 | 000  1
                                     ^
smallest at index (1, 2): another zero
  input     0x80000000                  -0
  got       0x00        0 | 0000 | 000  0
  expected  0x80        1 | 0000 | 000  -0
                        ^"""
TABLE = """\
          index   input                              got                       expected                     apart
          (0, 1)  0x3f880000  0x1.1p+0 = 1.0625      0x39  0x1.2p+0 = 1.125    0x38      1                  1 ulp
          (1, 0)  0x7fc00000  nan                    0x38  1                   0x7f      nan                a number for a NaN
smallest  (1, 2)  0x80000000  -0                     0x00  0                   0x80      -0                 another zero
          (1, 3)  0xbf000000  -0x1p-1 = -0.5         0xb3  -0x1.6p-1 = -0.6875  0xb0     -0x1p-1 = -0.5     3 ulp"""


def test_the_report_reads_like_this():
    x = np.float32([[1, 1.0625, 3, 4], [np.nan, 0.1, -0.0, -0.5]])
    expected = np.uint8([[0x38, 0x38, 0x44, 0x48], [0x7F, 0x1D, 0x80, 0xB0]])
    got = np.uint8([[0x38, 0x39, 0x44, 0x48], [0x38, 0x1D, 0x00, 0xB3]])
    with pytest.raises(AssertionError) as caught:
        assert_same_codes(got, expected, E4M3, inputs=x)
    assert str(caught.value) == SNAPSHOT
    assert [line.split() for line in caught.value.wrong_bits.splitlines()] == [line.split() for line in TABLE.splitlines()]


def test_the_table_lists_sixteen_and_the_smallest():
    expected = np.arange(0x70, 0x20, -1).astype(np.uint8)
    with pytest.raises(AssertionError) as caught:
        assert_same_codes(expected + np.uint8(1), expected, E4M3)
    lines = caught.value.wrong_bits.splitlines()
    assert len(lines) == 1 + 16 + 1 and lines[-1].split()[:3] == ["smallest", "79", "0x22"]
    assert str(caught.value).startswith("80 of 80 codes of float8_e4m3fn differ (NaNs by byte): by at most 1 ulp\nfirst at index 0: 1 ulp")


def test_without_inputs_the_smallest_is_that_of_what_is_right():
    assert "smallest at index 2:" in report_of([1, 0x39, 0x80], [0x70, 0x38, 0x81], E4M3)


@pytest.mark.parametrize(
    "inputs, source, line",
    [
        ([1.5], None, "input     0x3ff8000000000000"), (np.float16([-2]), None, "input     0xc000"), ([0x3C], "float8_e5m2", "input     0x3c"),
        (np.int64([-7]), None, "input     0xfffffffffffffff9"), ([Fraction(1, 3)], None, "input     1/3"), (np.array([2.0], ml_dtypes.bfloat16), None, "input     0x4000"),
        (np.array([1.5], ">f4"), None, "input     0x3fc00000"),
    ],
)  # fmt: skip
def test_inputs_may_be_of_any_real_dtype(inputs, source, line):
    assert line in report_of([1], [2], E4M3, inputs=inputs, source=source)


def test_arrays_of_any_shape_and_layout_and_of_the_formats_own_dtype():
    a = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    assert_same_codes(a.T, a.T.copy(), "uint8")
    assert_same_codes(a[:, ::-1], a[:, ::-1].copy(), "uint8")
    b = a.copy()
    b[1, 0, 2] ^= 1
    assert "first and smallest at index (2, 0, 1): 1 ulp" in report_of(b.T, a.T, "uint8")
    assert "\nfirst and smallest: 2 ulp\n" in report_of(np.float16(1), np.uint16(0x3C02), "float16")
    assert "index 1: 1 ulp" in report_of(np.array([1, 2], ml_dtypes.float8_e4m3fn), [0x38, 0x41], E4M3)
    assert_same_codes(np.array([1, 2], ml_dtypes.float4_e2m1fn), [2, 4], "float4_e2m1fn")
    assert_same_codes(np.zeros((0, 3), np.uint8), np.zeros((0, 3), np.uint8), E4M3)


@pytest.mark.parametrize(
    "args, options, error, message",
    [
        (([1], [1]), {"inputs": [1.0, 2.0]}, rq.errors.InputValueError, r"inputs: expected the shape of expected, \(1,\); got \(2,\)"),
        (([1], [1]), {"inputs": ["x"]}, rq.errors.InputTypeError, "inputs: expected real numbers"),
        (([1], [1]), {"inputs": [300], "source": E4M3}, rq.errors.CodeRangeError, "inputs: expected 0 <= code < 2\\*\\*8 for float8_e4m3fn, got 0x12c"),
        (([1], [1]), {"inputs": [1], "source": "nosuch"}, rq.errors.UnknownNameError, "source: no format is named 'nosuch'"),
        (([1], [1]), {"inputs": [1], "source": 7}, rq.errors.InputTypeError, "source: expected a format or its name, got int"),
        (([1], [1]), {"nan_by": "value"}, rq.errors.InputValueError, "nan_by: expected one of byte, class, got 'value'"),
        (([1], [-1]), {}, rq.errors.CodeRangeError, "expected: expected 0 <= code"),
        ((np.int8([1]), [1]), {}, rq.errors.InputTypeError, "got: expected codes of float8_e4m3fn .unsigned integers., got dtype int8; got.view.np.uint8. has the same bits"),
        (([1], np.int64([1])), {}, rq.errors.InputTypeError, "expected: expected codes of float8_e4m3fn .unsigned integers., got dtype int64; refquant.codes_from_signed"),
        ((np.float32([1]), [1]), {}, rq.errors.InputTypeError, "got: expected codes of float8_e4m3fn .unsigned integers., got values of dtype float32; refquant.encode"),
        (([1], [1.5]), {}, rq.errors.InputTypeError, "expected: expected codes of float8_e4m3fn .unsigned integers., got values of dtype float64; refquant.encode"),
        (([True], [1]), {}, rq.errors.InputTypeError, "got: expected an unsigned integer dtype, got bool"),
        ((np.array([1], ml_dtypes.float8_e5m2), [1]), {}, rq.errors.InputTypeError, "got: expected codes of float8_e4m3fn .*, got values of dtype float8_e5m2"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused(args, options, error, message):
    with pytest.raises(error, match=f"^{message}") as caught:
        assert_same_codes(*args, E4M3, **options)
    assert not isinstance(caught.value, AssertionError)


@pytest.mark.parametrize(
    "got, expected, message",
    [
        ([1], [[1]], "shapes differ: got has (1,), expected has (1, 1)"), ([1, 1], 1, "shapes differ: got has (2,), expected has ()"),
        (np.zeros((2, 3), np.uint8), np.zeros((3, 2), np.uint8), "shapes differ: got has (2, 3), expected has (3, 2)"),
        ([], [1], "shapes differ: got has (0,), expected has (1,)"),
    ],
)  # fmt: skip
def test_another_shape_is_a_wrong_result(got, expected, message):
    assert report_of(np.array(got, np.uint8), expected, E4M3) == message


@pytest.mark.parametrize(
    "got, fmt, code, index",
    [([0x38, 0x100], E4M3, "0x100", "1"), ([[3], [0x10]], "float4_e2m1fn", "0x10", "(1, 0)"), (np.uint64(1 << 63), "float32", "0x8000000000000000", "")],
)
def test_what_is_no_code_is_a_wrong_result(got, fmt, code, index):
    """A kernel that leaves bits above the code is wrong, and not called wrongly."""
    right = np.zeros(np.shape(got), np.uint8)
    right[...] = 0x38 if fmt == E4M3 else 3
    report = report_of(got, right, fmt)
    assert f"1 no code of {fmt}" in report.splitlines()[0] or report.startswith("1 of 1 code of float32 differs (NaNs by byte): 1 no code of float32")
    assert f"first and smallest{f' at index {index}' if index else ''}: no code\n  got       {code}" in report and f"no code of {fmt}\n" in report


def test_integers_of_the_formats_own_dtype_are_its_codes():
    assert_same_codes(np.int8([-1, 5]), np.uint8([255, 5]), "int8")
    assert "\n  got       0xff  11111111  -1\n" in report_of(np.int8([-1]), [1], "int8")
    with pytest.raises(rq.errors.InputTypeError, match=r"^got: expected codes of int4 .unsigned integers., got dtype int8; refquant.codes_from_signed"):
        assert_same_codes(np.int8([-1]), [15], "int4")


def test_the_exception_keeps_its_table_in_another_process():
    with pytest.raises(rq.errors.CodesDifferError) as caught:
        assert_same_codes([1], [2], E4M3)
    for again in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value)):
        assert (str(again), again.wrong_bits) == (str(caught.value), caught.value.wrong_bits) and again.wrong_bits
