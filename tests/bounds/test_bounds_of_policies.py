"""Bounds under policies that deliver something else than the rounded value."""

import math
from fractions import Fraction

import numpy as np
import pytest

import refquant as rq


def knobs(**chosen):
    return rq.get_dialect("default").replace(**chosen)


def test_no_bound_below_the_least_value_where_that_is_nan():
    dialect = knobs(below_min="nan")
    assert rq.encode(2.0**-130, "float8_e8m0fnu", dialect=dialect) == 0xFF
    assert rq.bounds.round_trip([2.0**-130, 2.0**-126], "float8_e8m0fnu", dialect=dialect).tolist() == [math.inf, 2.0**-127]


@pytest.mark.parametrize("fmt", [rq.FloatFormat(precision=3, exponent_width=3, bias=40), rq.IntFormat(width=16, fraction_bits=100)])
def test_a_flushed_input_beyond_the_range_is_within_its_bound(fmt):
    dialect = knobs(subnormals="flush_inputs", overflow="saturate")
    x = np.float16(2**-23)
    error = abs(Fraction(float(x)) - rq.decode(rq.encode(x, fmt, dialect=dialect), fmt, dtype=object))
    assert error <= rq.bounds.round_trip(x, fmt, dialect=dialect, dtype=object) == Fraction(float(x))


def test_wrapped_values_have_no_bound_and_replaced_negatives_have_one():
    dialect = knobs(negative="zero", overflow="wrap")
    assert rq.encode([-5.0, 300.0, -0.2], "uint8", dialect=dialect).tolist() == [0, 44, 0]
    assert rq.bounds.round_trip([-5.0, 300.0, 3.2], "uint8", dialect=dialect).tolist() == [5.0, math.inf, 0.5]
