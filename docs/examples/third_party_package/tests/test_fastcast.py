"""What fastcast promises, tested with refquant; ``FASTCAST=fastcast_faulty`` tests a copy with a wrong rounding, which must fail."""

import importlib
import os

import numpy as np
from hypothesis import given, settings

import refquant as rq
from refquant.testing import assert_conforms, assert_same_codes, strategies, ulp_distance

E4M3 = "float8_e4m3fn"
cast = importlib.import_module(os.environ.get("FASTCAST", "fastcast")).to_float8_e4m3fn
reproducible = settings(derandomize=True, deadline=None)


def test_the_cast_conforms():
    assert_conforms(cast, "encode", source="float32", target=E4M3)


@reproducible
@given(strategies.near_ties(E4M3, source="float32"))
def test_ties_go_to_even(x):
    x = np.float32([x])
    assert_same_codes(cast(x), rq.encode(x, E4M3), E4M3, nan_by="class", inputs=x)


@reproducible
@given(strategies.arrays_of(E4M3))
def test_what_is_representable_stays(codes):
    assert_same_codes(cast(rq.decode(codes, E4M3, dtype=np.float32)), codes, E4M3, nan_by="class")


def test_no_result_is_more_than_one_step_off():
    x = np.linspace(-460, 460, 10_001, dtype=np.float32)
    assert ulp_distance(cast(x), rq.encode(x, E4M3), E4M3).max() <= 1
