"""Properties of Arrays of drawn codes and shapes."""

import operator as op

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import refquant as rq
from refquant.testing import strategies

FORMATS = ["float8_e5m2", "float8_e4m3fnuz", "float16", "binary8p3se", "bfloat16", "float4_e2m1fn"]
NAMES = {op.add: "add", op.sub: "sub", op.mul: "mul"}
drawn_formats = st.sampled_from(FORMATS)


@given(data=st.data(), name=drawn_formats, operator=st.sampled_from(list(NAMES)))
def test_operators_are_their_functions_whatever_the_shapes(data, name, operator):
    shapes = data.draw(hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_side=4, max_dims=3))
    codes = [data.draw(strategies.arrays_of(name, shape)) for shape in shapes.input_shapes]
    got = operator(*(rq.Array(c, name) for c in codes))
    right = np.asarray(getattr(rq.arithmetic, NAMES[operator])(*codes, name))
    assert got.shape == shapes.result_shape and got.codes.tobytes() == right.tobytes()


@given(data=st.data(), name=drawn_formats)
def test_values_written_back_are_the_codes_again(data, name):
    """Every number of the format is taken; of NaNs the canonical one."""
    a = rq.Array(data.draw(strategies.arrays_of(name)), name)
    again = rq.Array.from_values(a.values, name)
    number = ~np.isnan(a)
    assert (again.codes == a.codes)[number].all() and np.isnan(again).tolist() == np.isnan(a).tolist()
    if number.all():
        b = a.copy()
        b[...] = a.values
        assert b.codes.tobytes() == a.codes.tobytes()


@settings(max_examples=50)
@given(data=st.data(), name=drawn_formats)
def test_comparisons_are_those_of_the_exact_values(data, name):
    """float64 holds the values of these formats, so Python's own comparisons are the truth."""
    shape = data.draw(hnp.array_shapes(max_dims=2, max_side=5))
    a, b = (rq.Array(data.draw(strategies.arrays_of(name, shape)), name) for _ in range(2))
    number = data.draw(st.floats(width=32))
    for operator in (op.eq, op.ne, op.lt, op.le, op.gt, op.ge):
        for other, values in ((b, b.values), (number, np.full(shape, number))):
            right = [operator(x, y) for x, y in zip(a.values.flat, values.flat, strict=True)]
            assert operator(a, other).ravel().tolist() == right


@given(data=st.data(), name=drawn_formats)
def test_cuts_commute_with_operators(data, name):
    """(a + a)[key] == a[key] + a[key]."""
    a = rq.Array(data.draw(strategies.arrays_of(name, data.draw(hnp.array_shapes(max_side=5)))), name)
    key = data.draw(hnp.basic_indices(a.shape, allow_ellipsis=True, allow_newaxis=True))
    assert (a + a)[key].codes.tobytes() == (a[key] + a[key]).codes.tobytes() and (a + a)[key].shape == a.codes[key].shape


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=40)
@given(data=st.data())
def test_a_number_is_taken_if_and_only_if_it_is_a_value(name, data):
    """By the exact value table, which says what the format holds."""
    number = data.draw(st.one_of(st.sampled_from(rq.value_table(name).tolist()), st.floats(-8, 8, width=16), st.integers(-500, 500)))
    table = rq.value_table(name)
    signs = np.signbit(table[table == 0]) if number == 0 and isinstance(number, float) else None
    known = bool((table == number).any() and (signs is None or (signs == np.signbit(number)).any())) or (number != number and bool(np.isnan(table).any()))
    try:
        taken = rq.Array([0], name).compute("add", number)
    except rq.errors.InputValueError:
        assert not known
    else:
        assert known and taken.shape == (1,)
