"""The cases hold what their rule says; checked against values computed by NumPy and ml_dtypes alone."""

import itertools

import ml_dtypes
import numpy as np
import pytest

from refquant.golden.cases import boundary_codes, case_sets, random_codes, sixteen_bit_values


def finite_values(name):
    dtype = getattr(ml_dtypes, name, None) or np.dtype(name)
    width = ml_dtypes.finfo(dtype).bits
    codes = np.arange(1 << width, dtype=f"u{max(width // 8, 1)}")
    with np.errstate(invalid="ignore"):  # signalling NaNs
        values = codes.view(dtype).astype(np.float64)
    return np.unique(np.abs(values[np.isfinite(values)]))


@pytest.mark.parametrize("source", ["float32", "float64"])
@pytest.mark.parametrize("target", ["float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu", "float4_e2m1fn", "bfloat16"])
def test_boundaries_hold_every_value_and_midpoint_with_its_neighbours_and_both_signs(source, target):
    values = finite_values(target)
    past = 1.5 * values[-1] if target == "float8_e8m0fnu" else values[-1] + (values[-1] - values[-2]) / 2
    points = np.concatenate([values, (values[1:] + values[:-1]) / 2, [past]])
    with np.errstate(over="ignore"):
        points = points[np.isfinite(points.astype(source))].astype(source)
    wanted = [points, *(np.nextafter(points, points.dtype.type(side)) for side in (np.inf, 0))]
    if source == "float64":
        single = points.astype(np.float32)
        wanted += [np.nextafter(single, np.float32(side)).astype(np.float64) for side in (np.inf, 0)]
    wanted = np.concatenate(wanted)
    held = boundary_codes(source, target).view(source)
    assert np.isin(wanted, held).all()
    assert np.isin(-wanted, held).all()


@pytest.mark.parametrize("source", ["float32", "float64"])
def test_boundaries_hold_the_specials_and_the_edges_of_the_source(source):
    info, codes = np.finfo(source), boundary_codes(source, "float8_e4m3fn")
    values, bits = codes.view(source), codes.dtype.itemsize * 8
    wanted = [0, info.smallest_subnormal, info.tiny, info.max, np.inf, *(2.0 ** np.arange(info.minexp, info.maxexp))]
    assert np.isin(np.array(wanted, source), values).all()
    signs = codes >> (bits - 1)
    nans, quiet = np.isnan(values), (codes >> (info.nmant - 1)) & 1
    assert {(int(s), int(q)) for s, q in zip(signs[nans], quiet[nans], strict=True)} == set(itertools.product((0, 1), (0, 1)))
    assert {int(s) for s in signs[values == 0]} == {0, 1}


def test_the_overflow_zone_of_e4m3fn_is_held():
    held = boundary_codes("float32", "float8_e4m3fn").view(np.float32)
    tie = np.float32(464)
    assert np.isin([tie, np.nextafter(tie, np.float32(0)), np.nextafter(tie, np.float32(1e9)), 480, 512, 2**20], held).all()


@pytest.mark.parametrize("source", ["int32", "int64", "int16"])
def test_integer_boundaries_hold_ties_and_the_ends(source):
    info = np.iinfo(source)
    held = np.concatenate([s.codes for s in case_sets(source, "bfloat16", random=10)]).view(source).tolist()
    wanted = [0, 1, -1, 257, 256, 258, -257, info.min, info.max, info.max - 1, info.min + 1]
    assert set(wanted) <= set(held)


def test_sources_of_sixteen_bits_are_exhausted():
    for source in ("float16", "bfloat16", "float8_e4m3fn", "float4_e2m1fn"):
        ((name, codes),) = case_sets(source, "float8_e5m2")
        assert name == "every code"
        assert np.array_equal(codes, np.arange(codes.size))


@pytest.mark.parametrize("source", ["float32", "float64"])
def test_every_float16_and_bfloat16_value_is_among_the_inputs(source):
    every = np.arange(1 << 16, dtype=np.uint16)
    with np.errstate(invalid="ignore"):  # signalling NaNs
        values = np.concatenate([every.view(t).astype(np.float32).astype(source) for t in (np.float16, ml_dtypes.bfloat16)])
    held = sixteen_bit_values(source).view(source)
    assert np.isin(values[~np.isnan(values)], held).all()


def test_random_inputs_follow_the_seed_and_reach_the_range_of_the_target():
    first, again, other = (random_codes("float32", "float4_e2m1fn", seed, 4000) for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    magnitude = np.abs(first.view(np.float32)[2000:])
    assert np.mean((magnitude > 0.125) & (magnitude < 12)) > 0.5


def test_wide_floats_get_sixteen_bit_values_boundaries_and_a_million_random_codes():
    sizes = {s.name: s.codes.size for s in case_sets("float32", "float4_e2m1fn")}
    assert list(sizes) == ["every float16 and bfloat16", "boundary", "random"]
    assert sizes["random"] == 1_000_000
    assert [s.name for s in case_sets("int64", "bfloat16", random=10)] == ["boundary", "random"]
