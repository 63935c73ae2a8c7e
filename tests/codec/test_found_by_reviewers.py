"""Cases that somebody found wrong once. RQ-2.1, RQ-3.1, RQ-3.4, RQ-3.6, RQ-3.7, RQ-5.8, RQ-5.10, RQ-6.6."""

import warnings
from fractions import Fraction

import ml_dtypes
import numpy as np
import oracle
import pytest
from stepcases import spec_format

import refquant as rq
from refquant import bounds

DEFAULT = rq.get_dialect("default")
KEEP = DEFAULT.replace(nan="keep_payload")


def signaling(dtype=np.float32):
    return {np.float32: np.uint32(0x7F800001), ml_dtypes.bfloat16: np.uint16(0x7F81)}[dtype].view(dtype)


@pytest.mark.parametrize("fmt", ["float32", "float64", "float8_e4m3fn", "int8", "mxint8", "ue4m3", "binary16p3se", "tfloat32"])
@pytest.mark.parametrize("exponent", [e * s for e in (0, 1 << 20, 1048460, 1 << 21, 1 << 24, 1 << 40, (1 << 63) - 1) for s in (1, -1)])
def test_zero_is_zero_whatever_its_exponent(fmt, exponent):
    signs = [0] if not rq.get_format(fmt).signed else [0, 1]
    got = rq.encode_parts(signs, 0, exponent, fmt, return_flags=True)
    assert got.codes.tolist() == [rq.encode(-0.0 if s else 0.0, fmt) for s in signs] and not got.flags.any()


@pytest.mark.parametrize("bias, target", [(-(1 << 20), "float32"), (-530000, rq.FloatFormat(precision=3, exponent_width=5, bias=530000)), (1 << 20, "float64")])
def test_zero_is_zero_whatever_the_bias_of_its_source(bias, target):
    source = rq.FloatFormat(precision=3, exponent_width=5, bias=bias)
    for subnormals in ("keep", "flush_inputs"):
        dialect = DEFAULT.replace(subnormals=subnormals)
        codes = np.uint8([0, 0x80] if subnormals == "keep" else [0, 1, 3, 0x83])
        got = rq.convert(codes, source, target, dialect=dialect, return_flags=True)
        want = [oracle.codec.convert(int(c), spec_format(source), spec_format(target), oracle.policies.Policies(subnormals=subnormals)) for c in codes]
        assert got.codes.tolist() == [w.code for w in want] and got.flags.tolist() == [w.flags for w in want]


@pytest.mark.parametrize("kind", [2, 3])
def test_a_trailing_field_of_more_than_52_bits_is_refused(kind):
    assert rq.encode_parts(0, (1 << 52) - 1, 0, "float64", kind=2, dialect=KEEP) == 0x7FFFFFFFFFFFFFFF
    with pytest.raises(rq.errors.InputValueError, match="significand: of a NaN expected"):
        rq.encode_parts([0, 0], [5, 1 << 52], 0, "float64", kind=kind, dialect=KEEP)


BIG = 2**53 + 1
EXACT = [
    (np.array([np.int64(5)], object), "float16", [5]),
    ([np.int64(5), Fraction(1, 3)], "float16", [5, Fraction(1, 3)]),
    ((np.int64(BIG), 0.5), "float64", [BIG, Fraction(1, 2)]),
    ([np.uint64(2**63 + 1), np.int64(-1)], "float64", [2**63 + 1, -1]),
    ([np.float32(0.5), np.array(BIG)], "float64", [Fraction(1, 2), BIG]),
    ([ml_dtypes.float8_e4m3fn(2), np.int32(2**20 + 1)], "float32", [2, 2**20 + 1]),
    ([[np.int8(-3), 0.25], [np.float16(1.5), 2**60 + 1]], "bfloat16", [-3, Fraction(1, 4), Fraction(3, 2), 2**60 + 1]),
    (np.array([Fraction(np.int64(1), np.int64(3))], object), "float32", [Fraction(1, 3)]),
]


@pytest.mark.parametrize("x, fmt, values", EXACT, ids=range(len(EXACT)))
def test_numbers_of_several_kinds_are_rounded_once(x, fmt, values):
    for rounding in ("ties_to_even", "toward_positive"):
        want = [oracle.codec.encode(Fraction(v), oracle.formats.get(fmt), oracle.policies.Policies(rounding=rounding)).code for v in values]
        assert rq.encode(x, fmt, rounding=rounding).reshape(-1).tolist() == want
    assert rq.round(x, fmt).size == bounds.round_trip(x, fmt).size == len(values)


def test_lists_of_one_dtype_keep_it():
    assert rq.round([np.float32(1), np.float32(np.nan)], "float16").dtype == np.float32
    assert rq.round([np.float32([1, 2]), np.float32([3, 4])], "float16").shape == (2, 2)
    assert rq.round([1, 2.5, True], "float16").dtype == rq.round([np.float32(1), 2.0], "float16").dtype == np.float64


@pytest.mark.parametrize("state", ["warn", "raise"])
def test_a_signaling_nan_among_others_stays_one_and_nothing_is_printed(state):
    with warnings.catch_warnings(), np.errstate(all=state):
        warnings.simplefilter("error")
        got = rq.encode([signaling(), 1.0], "float64", dialect=KEEP, return_flags=True)
    assert (hex(got.codes[0]), got.flags.tolist()) == ("0x7ff0000020000000", [0, 0])
    assert rq.encode([signaling(), 1.0], "float64", return_flags=True).flags.tolist() == [16, 0]


def test_scalars_of_ml_dtypes_among_objects_are_what_they_are_in_arrays():
    for dtype in (
        ml_dtypes.bfloat16,
        ml_dtypes.float8_e5m2,
        ml_dtypes.float8_e4m3fnuz,
        ml_dtypes.float4_e2m1fn,
        ml_dtypes.float8_e8m0fnu,
        ml_dtypes.float8_e3m4,
    ):
        width = rq.get_format(np.dtype(dtype).name).width
        array = np.arange(1 << width, dtype=f"u{np.dtype(dtype).itemsize}").view(dtype)[:: 1 if width < 16 else 7]
        objects = np.empty(array.size, object)
        objects[:] = list(array)
        for dialect in (DEFAULT, KEEP):
            one, other = (rq.encode(x, "float32", dialect=dialect, return_flags=True) for x in (array, objects))
            assert np.array_equal(one.codes, other.codes) and np.array_equal(one.flags, other.flags)


def test_an_intermediate_format_may_be_spelled_as_any_format():
    x = np.uint32([0x7FC12345]).view(np.float32)
    assert [hex(rq.encode(x, "float64", dialect=KEEP.replace(via=v))[0]) for v in ("float32", "fp32", rq.get_format("float32"))] == ["0x7ff82468a0000000"] * 3
    assert bounds.round_trip(x, "float16", dialect=KEEP.replace(via="fp32")).size == 1
    assert rq.Via("fp32") == rq.Via(rq.get_format("float32")) == rq.Via("float32")


def test_an_intermediate_format_may_be_a_users_own():
    middle = rq.FloatFormat(precision=5, exponent_width=5)
    x = np.float32([1.0625 + 2**-9, 1.0625, -3.3, 500.0])
    want = rq.convert(rq.encode(x, middle), middle, "float8_e4m3fn")
    assert rq.encode(x, "float8_e4m3fn", dialect=DEFAULT.replace(via=middle)).tolist() == want.tolist() != rq.encode(x, "float8_e4m3fn").tolist()


@pytest.mark.parametrize("via, error", [("bogus", "UnknownNameError"), ("e4m3", "AmbiguousNameError"), ("", "UnknownNameError"), (5, "InputTypeError")])
def test_an_intermediate_format_that_does_not_exist_is_refused_at_once(via, error):
    with pytest.raises(getattr(rq.errors, error), match=r"^via: "):
        DEFAULT.replace(via=via)


def test_a_zero_of_a_format_of_huge_quanta_has_a_name_in_messages():
    source = rq.FloatFormat(precision=3, exponent_width=3, bias=-1025)
    with pytest.raises(rq.errors.EncodeError, match=r"codes: 0\.0 at index 0"):
        rq.convert(np.uint8([0]), source, "float8_e8m0fnu", dialect=DEFAULT.replace(zero_input="error"))


def test_scalars_give_scalars_and_arrays_without_dimensions_stay_arrays():
    assert isinstance(rq.decode(0x38, "float8_e4m3fn", return_flags=True).flags, np.uint8)
    zero_d = np.array(5, np.uint32)
    for got in (rq.pack(zero_d, "tfloat32"), rq.unpack(np.array(5 << 13, np.uint32), "tfloat32"), rq.codes_from_signed(np.array(-3), "int4")):
        assert isinstance(got, np.ndarray) and got.shape == ()


def test_random_bits_that_are_no_array_of_integers_are_refused():
    for bad in ([[1], [2, 3]], ["a"], [0.5], np.ma.array([1], mask=[1])):
        with pytest.raises(rq.errors.RandomBitsError, match="random: "):
            rq.RandomBits(bad, 8)
    assert rq.encode([], "float16", rounding="stochastic_a", random=rq.RandomBits([], 8)).size == 0


def test_an_empty_choice_is_not_the_default():
    with pytest.raises(rq.errors.UnknownNameError, match="nan_out"):
        rq.decode(1, "float16", nan_out="")
    with pytest.raises(rq.errors.InvalidFormatError, match="signaling_nan"):
        rq.FloatFormat(precision=3, exponent_width=4, signaling_nan="")


def test_formats_are_found_where_the_documentation_says():
    assert rq.formats.FloatFormat is rq.FloatFormat and "formats" in dir(rq)
