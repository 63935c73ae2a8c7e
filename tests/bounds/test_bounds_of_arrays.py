"""`round_trip` of whole arrays: extended floats as their exact numbers, memory bounded at any size, layout and shape kept. RQ-11.1, RQ-11.5."""

import itertools
import tracemalloc
from fractions import Fraction

import numpy as np
import pytest

import refquant as rq
from refquant import bounds

TAKES_NAN = rq.get_dialect("default").replace(nan="to_max", zero_input="nan")  # a zero is told from the least subnormal


def extended(count):
    """longdoubles of every exponent, subnormals included, with random significands of 64 digits, and special values."""
    rng = np.random.default_rng(20)
    significand = rng.integers(1 << 62, 1 << 63, count, dtype=np.uint64).astype(np.longdouble) * 2 + rng.integers(0, 2, count)
    finite = np.ldexp(significand, rng.integers(-16510, 16320, count).astype(np.int32))
    near = np.ldexp(significand, rng.integers(-90, -40, count).astype(np.int32))
    return np.concatenate([finite, -finite, near, -near, np.array([0.0, -0.0, np.inf, -np.inf, np.nan], np.longdouble)])


def as_exact(x):
    return np.array([Fraction(*v.as_integer_ratio()) if np.isfinite(v) and v else float(v) for v in x], object)


@pytest.mark.skipif(np.finfo(np.longdouble).nmant != 63, reason="longdouble is not the x87 format here")
@pytest.mark.parametrize("fmt", ["float16", "float64", "int8", "float8_e8m0fnu", "ue4m3", "binary16p3se"])
def test_extended_floats_have_the_bounds_of_their_exact_numbers(fmt):
    x = extended(400)
    for overflow in ("no_saturate", "saturate"):
        got = bounds.round_trip(x, fmt, overflow=overflow, dialect=TAKES_NAN)
        assert got.tobytes() == bounds.round_trip(as_exact(x), fmt, overflow=overflow, dialect=TAKES_NAN).tobytes()


@pytest.mark.parametrize("dtype", [np.float64, np.longdouble])
def test_flushed_inputs_have_the_bounds_of_their_exact_numbers(dtype):
    x = np.concatenate([np.ldexp(dtype(1.37), np.arange(-1076, -950)), [np.finfo(np.float64).tiny, 5e-324, 0.0]]).astype(dtype)
    x = np.concatenate([x, -x])
    for fmt, subnormals in itertools.product(("float64", "float16", "ue4m3"), ("flush_both", "flush_results")):
        dialect = TAKES_NAN.replace(subnormals=subnormals)
        emin = np.finfo(dtype).minexp if "both" in subnormals else -1200  # exact numbers have no subnormals of their own
        kept = x[(np.abs(x) >= np.ldexp(dtype(1), emin)) | (x == 0)]
        assert bounds.round_trip(kept, fmt, dialect=dialect).tobytes() == bounds.round_trip(as_exact(kept), fmt, dialect=dialect).tobytes()


def test_working_memory_does_not_grow_with_the_array():
    x = np.random.default_rng(3).standard_normal(1 << 21).astype(np.float32)
    bounds.round_trip(x[: 1 << 16], "float8_e4m3fn", overflow="saturate")  # what is loaded and compiled once is no working memory
    tracemalloc.start()
    try:
        found = bounds.round_trip(x, "float8_e4m3fn", overflow="saturate")
        peak = tracemalloc.get_traced_memory()[1] - found.nbytes
    finally:
        tracemalloc.stop()
    assert peak <= 8 << 20


def test_chunks_layout_and_shape_do_not_matter():
    x = (np.random.default_rng(4).standard_normal((70, 1001)) * 300).astype(np.float32)
    whole = bounds.round_trip(x, "float8_e4m3fn", overflow="saturate")
    assert whole.shape == x.shape and len(np.unique(whole)) > 20
    assert np.array_equal(bounds.round_trip(np.asfortranarray(x), "float8_e4m3fn", overflow="saturate"), whole)
    assert np.array_equal(bounds.round_trip(x.astype(">f4"), "float8_e4m3fn", overflow="saturate")[::3, ::2], whole[::3, ::2])
    one_by_one = [bounds.round_trip(v, "float8_e4m3fn", overflow="saturate") for v in x[:2].reshape(-1)]
    assert np.array_equal(np.array(one_by_one).reshape(2, -1), whole[:2])
    assert bounds.round_trip(x[:0], "float8_e4m3fn").shape == (0, 1001)
