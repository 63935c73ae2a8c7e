"""Properties that hold between operations, on drawn codes of formats of every kind."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refquant as rq

A = rq.arithmetic
FORMATS = ["float8_e5m2", "float8_e4m3fnuz", "float16", "float32", "binary8p3se"]


def codes_of(name):
    return st.lists(st.integers(0, (1 << rq.get_format(name).width) - 1), min_size=1, max_size=30)


def drawn(data, name, count):
    """Return arrays of codes of one length."""
    columns = [data.draw(codes_of(name)) for _ in range(count)]
    size = min(map(len, columns))
    return [np.array(c[:size], rq.get_format(name).code_dtype) for c in columns]


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
def test_the_smaller_and_the_larger_are_both_operands(name, data):
    """RQ-7.23: as pairs without order, NaN for NaN."""
    a, b = drawn(data, name, 2)
    nan = np.isin(A.classify(a, name), [0, 1]) | np.isin(A.classify(b, name), [0, 1])
    low, high = A.minimum(a, b, name), A.maximum(a, b, name)
    assert (np.sort([low, high], 0) == np.sort([a, b], 0))[:, ~nan].all() and np.isin(A.classify(low[nan], name), [1]).all()


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
def test_a_step_up_and_a_step_down_lead_back(name, data):
    """RQ-7.22: but at the ends, and at 0, whose sign is lost."""
    (a,) = drawn(data, name, 1)
    finite = ~np.isin(A.classify(a, name), [0, 1, 2, 5, 6, 9])
    up = A.next_up(a, name)
    inner = finite & (up != a)
    assert (A.next_down(up, name) == a)[inner].all()
    assert A.compare(a, up, name, predicate="lt")[inner].all()


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
def test_a_remainder_is_no_more_than_half_the_divisor(name, data):
    """RQ-7.17: |rem| <= |b| / 2, |fmod| < |b|, and fmod has the sign of a."""
    a, b = drawn(data, name, 2)
    rest, cut = A.rem(a, b, name), A.fmod(a, b, name)
    number = ~np.isin(A.classify(rest, name), [0, 1]) & ~np.isin(A.classify(b, name), [2, 9])
    twice = A.scale_b(A.abs(rest, name), 1, name, result="float64")
    assert A.compare(twice[number], A.abs(b, name)[number], ("float64", name), predicate="le").all()
    assert A.compare(A.abs(cut, name)[number], A.abs(b, name)[number], name, predicate="lt").all()
    assert (A.copy_sign(cut, a, name) == cut)[number].all()


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
def test_the_total_order_is_one(name, data):
    """RQ-7.25: total, and as the numbers are where they are ordered."""
    a, b, c = drawn(data, name, 3)
    ab, ba, bc, ac = (A.total_order(x, y, name) for x, y in ((a, b), (b, a), (b, c), (a, c)))
    assert (ab | ba).all() and (~(ab & bc) | ac).all() and ((ab & ba) == (a == b)).all()
    assert ab[A.compare(a, b, name, predicate="lt")].all()


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
def test_an_integral_value_is_one(name, data):
    """RQ-7.19: rounded again it stays, exactly."""
    (a,) = drawn(data, name, 1)
    once = A.round_to_integral(a, name)
    again = A.round_to_integral(once, name, exact=True, return_flags=True)
    assert (again.codes == once).all() and (again.flags == 0).all()
