"""Distances in ulp: against the order of the oracle's values, at 64 bits by hand, NaNs and what is no code."""

from itertools import pairwise

import ml_dtypes
import numpy as np
import pytest
from valueline import places

import refquant as rq
from refquant.testing import NAN_DISTANCE, ulp_distance

NARROW = [n for n in rq.list_formats() if rq.get_format(n).width <= 8]
P3109 = ["binary3p1se", "binary4p1uf", "binary5p2ue", "binary6p6uf", "binary8p1se", "binary8p3sf", "binary8p8ue"]
OWN = [
    rq.FloatFormat(precision=3, exponent_width=3, bias=-2, nan="all_ones", infinity=True),
    rq.FloatFormat(precision=4, exponent_width=3, bias=9, nan="none", infinity=True, signed=False, zero=False),
    rq.IntFormat(width=7, fraction_bits=-3, encoding="sign_magnitude"),
]


@pytest.mark.parametrize("fmt", [*NARROW, *P3109, *OWN], ids=str)
def test_every_pair_of_codes_is_as_far_apart_as_the_values_are_in_order(fmt, count_cases):
    place, codes = places(fmt), np.arange(2 ** rq.get_format(fmt).width, dtype=np.uint8)
    a, b = codes[:, None], codes[None, :]
    rank = np.array([-1 if p is None else p for p in place])
    expected = np.abs(rank[:, None] - rank[None, :]).astype(np.uint64)
    nan = rank == -1
    expected[nan[:, None] | nan[None, :]] = 2**64 - 1
    expected[nan[:, None] & nan[None, :]] = 0
    assert np.array_equal(ulp_distance(a, b, fmt, nan="sentinel"), expected)
    count_cases(expected.size)


@pytest.mark.parametrize("fmt", ["float16", "bfloat16", "int16", "uint16", "binary16p8se", "binary16p11ue"])
def test_every_adjacent_pair_of_16_bit_codes_is_one_apart(fmt, count_cases):
    place = places(fmt)
    codes = sorted((c for c in range(1 << 16) if place[c] is not None), key=lambda c: place[c])
    expected = [place[b] - place[a] for a, b in pairwise(codes)]
    ordered = np.array(codes, np.uint16)
    assert set(expected) <= {0, 1} and sum(expected) == max(place[c] for c in codes)
    assert ulp_distance(ordered[:-1], ordered[1:], fmt).tolist() == expected
    assert ulp_distance(ordered, ordered[:1], fmt).tolist() == [place[c] for c in codes]
    count_cases(2 * len(codes))


@pytest.mark.parametrize(
    "a, b, fmt, distance",
    [
        (0xFFF0000000000000, 0x7FF0000000000000, "float64", 2 * 0x7FF0000000000000), (0x8000000000000000, 0, "float64", 0), (0x8000000000000001, 1, "float64", 2),
        (0x7FEFFFFFFFFFFFFF, 0x7FF0000000000000, "float64", 1), (0x3FF0000000000000, 0x3FEFFFFFFFFFFFFF, "float64", 1), (0, 0x7FF0000000000000, "float64", 2**63 - 2**52),
        (0xFF800000, 0x7F800000, "float32", 2 * 0x7F800000), (0x80000000, 0x7FFFFFFF, "int32", 2**32 - 1), (0, 0xFFFFFFFF, "uint32", 2**32 - 1),
        (0xFFFFFFFFFFFFFFFF, 0x7FFFFFFFFFFFFFFF, rq.FloatFormat(precision=53, exponent_width=11, nan="none", infinity=False), 2**64 - 2),
        (0, 2**63 - 1, rq.FloatFormat(precision=53, exponent_width=11, nan="none", infinity=False, signed=False), 2**63 - 1),
    ],
)  # fmt: skip
def test_wide_distances_are_exact(a, b, fmt, distance):
    for first, second in ((a, b), (b, a)):
        found = ulp_distance(first, second, fmt)
        assert (int(found), found.dtype) == (distance, np.uint64)
        assert distance < NAN_DISTANCE == 2**64 - 1


def test_shapes_broadcast_and_scalars_stay_scalars():
    assert ulp_distance(np.uint8([[1], [3]]), np.uint8([1, 2, 3]), "int8").tolist() == [[0, 1, 2], [2, 1, 0]]
    assert isinstance(ulp_distance(1, 3, "int8"), np.uint64)
    assert ulp_distance(np.array(1, np.uint8), 3, "int8").shape == ()
    assert ulp_distance(np.zeros((0, 2), np.uint8), 3, "int8").shape == (0, 2)


def test_arrays_of_the_formats_own_dtype_are_codes():
    assert ulp_distance(np.float16([1, -1]), np.float16([1.5, 1]), "float16").tolist() == [512, 2 * 0x3C00]
    assert ulp_distance(np.array([1.0], ml_dtypes.bfloat16), [0x3F82], "bfloat16").tolist() == [2]
    assert ulp_distance(np.array([1.0], ">f4"), np.array([0x3F800003], ">u4"), "float32").tolist() == [3]


@pytest.mark.parametrize(
    "a, b, fmt, options, error, message",
    [
        ([[0, 0x7F]], 0, "float8_e4m3fn", {}, rq.errors.InputValueError, r"a: a NaN of float8_e4m3fn has no place among its values \(1 such, the first at index 0, 1\)"),
        (0, 0x80, "float8_e4m3fnuz", {}, rq.errors.InputValueError, r"b: a NaN of float8_e4m3fnuz has no place among its values \(1 such\)"),
        (np.float32([1]), 0, "float8_e4m3fn", {}, rq.errors.InputTypeError, "a: expected codes of float8_e4m3fn .*, got values of dtype float32; refquant.encode"),
        (0, np.array([1], ml_dtypes.bfloat16), "float16", {}, rq.errors.InputTypeError, "b: expected codes of float16 .*, got values of dtype bfloat16"),
        (0, np.int8([1]), "int4", {}, rq.errors.InputTypeError, "b: expected codes of int4 .unsigned integers., got dtype int8; refquant.codes_from_signed"),
        (1.5, 0, "float64", {}, rq.errors.InputTypeError, "a: expected codes of float64 .unsigned integers., got values of dtype float64; refquant.encode"),
        ([0, 256], 0, "int8", {}, rq.errors.CodeRangeError, "a: expected 0 <= code < 2\\*\\*8 for int8, got 0x100 at index 1"),
        ([1, 2], [1, 2, 3], "int8", {}, rq.errors.InputValueError, r"a, b: cannot be broadcast together: shapes \(2,\) and \(3,\)"),
        (1, 2, "int8", {"nan": "raise"}, rq.errors.InputValueError, "nan: expected 'error' or 'sentinel', got 'raise'"),
    ],
)  # fmt: skip
def test_what_has_no_distance_is_refused(a, b, fmt, options, error, message):
    with pytest.raises(error, match=f"^{message}"):
        ulp_distance(a, b, fmt, **options)
