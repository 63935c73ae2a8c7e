"""Formats that the user defines get every operation at once, and equal the oracle."""

import itertools
from functools import lru_cache

import numpy as np
import oracle
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from stepcases import DETERMINISTIC, compare_format, spec_format

import refquant as rq
from refquant.containers import holds

ZERO_LESS = rq.FloatFormat(precision=3, exponent_width=3, bias=4, nan="none", infinity=False, signed=False, zero=False)
ZERO_LESS_NAN = rq.FloatFormat(precision=2, exponent_width=4, bias=7, nan="all_ones", infinity=True, signed=False, zero=False)


@st.composite
def float_formats(draw):
    parameters = {
        "precision": draw(st.integers(1, 5)), "exponent_width": draw(st.integers(1, 5)), "bias": draw(st.integers(-6, 20)), "infinity": draw(st.booleans()),
        "signed": draw(st.booleans()), "zero": draw(st.booleans()), "nan": draw(st.sampled_from(["ieee", "all_ones", "negative_zero", "none"])),
        "parity": draw(st.sampled_from(["significand", "code"])),
    }  # fmt: skip
    try:
        return rq.FloatFormat(**parameters)
    except rq.errors.InvalidFormatError:
        with pytest.raises(oracle.errors.FormatRefused):
            oracle.formats.Float(name="x", signaling_nan="", **parameters)
        assume(False)


INT_FORMATS = st.builds(
    lambda width, signed, fraction, magnitude: rq.IntFormat(
        width=width, signed=signed or magnitude, fraction_bits=fraction, encoding="sign_magnitude" if magnitude else "twos_complement"
    ),
    st.integers(2, 7), st.booleans(), st.integers(-3, 9), st.booleans(),
)  # fmt: skip
KNOBS = [
    {}, {"overflow": "saturate", "tininess": "before"}, {"subnormals": "flush_results"}, {"subnormals": "flush_results", "ftz": "arm"},
    {"overflow": "saturate_propagate", "parity": "code"}, {"signed_zero": "positive", "to_odd_overflow": "infinity"}, {"negative": "absolute", "zero_input": "error"},
]  # fmt: skip


@settings(max_examples=25)
@given(st.one_of(float_formats(), INT_FORMATS), st.sampled_from(KNOBS))
@example(ZERO_LESS, {})
@example(ZERO_LESS, {"below_min": "min"})
@example(ZERO_LESS_NAN, {"below_min": "nan"})
@example(ZERO_LESS_NAN, {"parity": "code", "zero_input": "nan"})
def test_encode_equals_oracle(fmt, knobs):
    for rounding in DETERMINISTIC:
        assert compare_format(fmt, rq.Policies(rounding=rounding, **knobs), ("float64", "parts")) > 0


@settings(max_examples=60)
@given(st.one_of(float_formats(), INT_FORMATS))
@example(ZERO_LESS)
@example(ZERO_LESS_NAN)
def test_every_code_decodes_as_the_oracle_says_and_comes_back(fmt):
    codes = np.arange(1 << fmt.width, dtype=fmt.code_dtype)
    parts = rq.decode_parts(codes, fmt)
    for code, row in zip(codes.tolist(), zip(*(p.tolist() for p in parts), strict=True), strict=True):
        d = oracle.codec.decode(code, spec_format(fmt))
        if d.kind == "finite":
            assert row == (*map(int, oracle.codec.parts(code, spec_format(fmt))), 0)
        else:
            assert row[3] == (1 if d.kind == "inf" else 3 if d.signaling else 2)
    finite = parts.kind == 0
    assert fmt.count_finite == finite.sum() and fmt.count_nan == (parts.kind > 1).sum()
    assert np.array_equal(rq.encode(rq.decode(codes, fmt)[finite], fmt), codes[finite])
    values = [d.value for d in (oracle.codec.decode(c, spec_format(fmt)) for c in codes.tolist()) if d.kind == "finite"]
    assert fmt.max_finite == max(d.value for d in (oracle.codec.decode(c, spec_format(fmt)) for c in codes.tolist()) if d.kind == "finite" and not d.sign)
    assert isinstance(fmt, rq.IntFormat) or fmt.min_subnormal == min(v for v in values if v)


@lru_cache(maxsize=4)
def datums(fmt):
    """What the codes of a format stand for; NaN is one."""
    found = (oracle.codec.decode(c, spec_format(fmt)) for c in range(1 << fmt.width))
    return {(d.kind, d.sign if d.kind != "nan" else 0, d.value if d.kind == "finite" else 0) for d in found}


@settings(max_examples=150)
@given(st.one_of(float_formats(), INT_FORMATS), st.one_of(float_formats(), INT_FORMATS))
@example(rq.get_format("float16"), rq.get_format("int12"))
@example(rq.get_format("bfloat16"), rq.get_format("int9"))
@example(rq.get_format("bfloat16"), rq.get_format("int10"))
@example(ZERO_LESS, rq.get_format("float8_e8m0fnu"))
def test_a_format_holds_another_where_each_datum_is_one_of_its_own(container, fmt):
    assert holds(container, fmt) == (datums(fmt) <= datums(container))


def test_round_keeps_float16_for_integers_that_it_holds():
    assert rq.round(np.float16([1, 3000]), "int12").dtype == np.float16
    assert [s for s, _ in itertools.groupby([rq.round(np.float16([1]), f"int{n}").dtype.name for n in range(2, 17)])] == ["float16", "float32"]
