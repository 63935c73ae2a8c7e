"""Reference == oracle: formats of more than 8 bits, on a grid of boundaries and on whatever Hypothesis finds."""

import itertools
from fractions import Fraction
from functools import lru_cache

import numpy as np
import oracle
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stepcases import DETERMINISTIC, as_dialect, oracle_policies

import refquant as rq

WIDE = [
    "float16",
    "bfloat16",
    "tfloat32",
    "float32",
    "float64",
    "int9",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "binary16p5se",
    "binary14p1ue",
    "binary16p16uf",
    "binary12p5sf",
]


def boundary_magnitudes(name):
    """By rule: 0; the first and last two magnitudes of the subnormals, of the first, a middle and the last binade, and of the overflow zone; their midpoints."""
    fmt = rq.get_format(name)
    g = fmt.grid
    binade = 1 << (g.precision - 1)
    top = max(g.max_positive, g.max_negative)
    starts = {0, 1, binade, 2 * binade, (top // 2) // binade * binade if top > binade else 3, top}
    powers = {1 << b for b in range(0, top.bit_length(), 3)}
    indices = sorted({i + d for i in starts for d in (-2, -1, 0, 1, 2) if 0 <= i + d <= top + 2} | powers)
    return [m for i in indices for m in (fmt.magnitude(i), (fmt.magnitude(i) + fmt.magnitude(i + 1)) / 2)]


@lru_cache
def grid_of(name):
    """The boundary magnitudes with neighbours a 2**-30 and a 2**-90 of themselves away, both signs."""
    values = [v for m in boundary_magnitudes(name) for v in with_neighbours(m)]
    return np.array([Fraction(s * v) for v in values for s in (1, -1)], dtype=object)


def with_neighbours(x, denominators=(1 << 30, 1 << 90)):
    return [x, *(x + s * x / d for d in denominators for s in (1, -1))]


@pytest.mark.parametrize("name", WIDE)
def test_encode_equals_oracle_on_the_boundary_grid(name, thoroughly, count_cases):
    fmt = oracle.formats.get(name)
    signed = grid_of(name)
    for rounding in DETERMINISTIC:
        others = {"overflow": "saturate", "subnormals": "flush_results", "tininess": "before"}
        for knobs in ({}, others) if thoroughly or rounding in ("ties_to_even", "toward_positive", "to_odd", "away_from_zero") else ({},):
            policies = rq.Policies(rounding=rounding, **knobs)
            got = rq.encode(signed, name, dialect=as_dialect(policies), return_flags=True)
            for x, code, flags in zip(signed, got.codes.tolist(), got.flags.tolist(), strict=True):
                want = oracle.codec.encode(x, fmt, oracle_policies(policies))
                assert (code, flags) == (want.code, want.flags), f"{name} {x} {policies}: {code:#x} {flags} != {want}"
            count_cases(len(signed))


@pytest.mark.parametrize("kind", ["float16", "float32", "float64", "longdouble"])
@pytest.mark.parametrize("name", ["float16", "bfloat16", "tfloat32", "float32", "float64", "int16", "int32", "uint32"])
def test_every_float_dtype_is_rounded_once(name, kind, count_cases):
    """The boundary magnitudes, their neighbours in this dtype, and the dtype's own ends."""
    dtype, fmt = np.dtype(kind), oracle.formats.get(name)
    info = np.finfo(dtype)
    with np.errstate(all="ignore"):
        near = np.array([longdouble(m) for m in boundary_magnitudes(name)]).astype(dtype)
        ends = np.array([0, info.smallest_subnormal, info.tiny, info.max], dtype)
        x = np.concatenate([near, ends])
        x = np.concatenate([x, np.nextafter(x, dtype.type(np.inf)), np.nextafter(x, dtype.type(0))])
        x = np.unique(np.concatenate([x, -x]))
    x = x[np.isfinite(x)]
    for rounding in DETERMINISTIC:
        policies = rq.Policies(rounding=rounding)
        got = rq.encode(x, name, dialect=as_dialect(policies), return_flags=True)
        for value, code, flags in zip(x, got.codes.tolist(), got.flags.tolist(), strict=True):
            want = oracle.codec.encode(Fraction(*value.as_integer_ratio()), fmt, oracle_policies(policies))
            negative_zero = int(value == 0 and np.signbit(value) and rq.get_format(name).has_negative_zero)
            assert (code, flags) == (want.code | (negative_zero << (fmt.width - 1)), want.flags), f"{name} {value!r} {rounding}"
        count_cases(x.size)


@pytest.mark.parametrize("name", ["float16", "float32", "float8_e5m2", "float8_e8m0fnu", "binary8p1se"])
def test_tininess_after_rounding_sees_the_last_digit(name, count_cases):
    """At, and a 2**-80 on both sides of, the point where the rounding with unbounded exponent reaches min_normal. RQ-6.4."""
    fmt = rq.get_format(name)
    quantum = fmt.min_normal / (1 << (fmt.precision - 1))
    for k, d in itertools.product((1, 2, 3, 4), (0, 1, -1)):
        x = fmt.min_normal - k * quantum / 8 + d * fmt.min_normal / (1 << 80)
        for rounding, s in itertools.product(DETERMINISTIC, (1, -1)):
            want = oracle.codec.encode(s * x, oracle.formats.get(name), oracle_policies(rq.Policies(rounding=rounding)))
            got = rq.encode(s * x, name, rounding=rounding, return_flags=True)
            assert (int(got.codes), int(got.flags)) == (want.code, want.flags), (name, s * x, rounding)
            count_cases(1)


def longdouble(x):
    """A Fraction rounded toward zero to 62 bits, as a longdouble."""
    bits = x.numerator.bit_length() - x.denominator.bit_length()
    shift = 61 - bits
    kept = (x.numerator << shift) // x.denominator if shift >= 0 else x.numerator // (x.denominator << -shift)
    return np.ldexp(np.longdouble(kept), -shift)


FORMATS = st.sampled_from([*WIDE, "float8_e4m3fn", "float8_e8m0fnu", "ue5m3", "float4_e2m1fn", "binary8p1se", "e0m3", "mxint8"])
RATIONALS = st.builds(
    lambda m, d, e, s: s * Fraction(m, d) * Fraction(2) ** e, st.integers(0, 1 << 80), st.integers(1, 1 << 20), st.integers(-300, 200), st.sampled_from([1, -1])
)


@given(FORMATS, st.floats(width=64, allow_nan=False, allow_infinity=False), st.sampled_from(DETERMINISTIC), st.sampled_from(["no_saturate", "saturate"]))
@example("float32", 1 + 2.0**-24 + 2.0**-52, DETERMINISTIC[0], "no_saturate")
@example("float16", 65519.99999999999, DETERMINISTIC[0], "no_saturate")
def test_float64_equals_oracle(name, x, rounding, overflow):
    check(name, x, Fraction(x), rounding, overflow)


@given(FORMATS, st.integers(-(1 << 63), (1 << 64) - 1), st.sampled_from(DETERMINISTIC), st.sampled_from(["no_saturate", "saturate"]))
@example("float64", (1 << 53) + 1, DETERMINISTIC[0], "no_saturate")
@example("float32", (1 << 64) - 1, DETERMINISTIC[6], "no_saturate")
def test_integers_equal_oracle(name, x, rounding, overflow):
    check(name, x, Fraction(x), rounding, overflow)


@given(FORMATS, RATIONALS, st.sampled_from(DETERMINISTIC), st.sampled_from(["no_saturate", "saturate"]))
def test_fractions_equal_oracle(name, x, rounding, overflow):
    check(name, x, x, rounding, overflow)


def check(name, x, exact, rounding, overflow):
    policies = rq.Policies(rounding=rounding, overflow=overflow)
    want = oracle.codec.encode(exact, oracle.formats.get(name), oracle_policies(policies))
    got = rq.encode(x, name, rounding=rounding, overflow=overflow, return_flags=True)
    sign = isinstance(x, float) and x == 0 and np.signbit(x) and rq.get_format(name).has_negative_zero
    assert (int(got.codes), int(got.flags)) == (want.code | (sign << (rq.get_format(name).width - 1)), want.flags)


@given(st.integers(-(10**400), 10**400), st.sampled_from(["int8", "uint16", "int32", "uint1", "mxint8"]), st.fractions(0, 1), st.sampled_from(DETERMINISTIC))
@example(10**300, "uint32", Fraction(1, 2), DETERMINISTIC[0])
def test_wrap_is_the_rounded_integer_modulo(whole, name, part, rounding):
    x = whole + part
    policies = rq.Policies(rounding=rounding, overflow="wrap")
    want = oracle.codec.encode(x, oracle.formats.get(name), oracle_policies(policies))
    got = rq.encode(x, name, rounding=rounding, overflow="wrap", return_flags=True)
    assert (int(got.codes), int(got.flags)) == (want.code, want.flags)
    if abs(x) < 10**300:
        as_float = Fraction(float(x))
        assert (
            int(rq.encode(float(x), name, rounding=rounding, overflow="wrap"))
            == oracle.codec.encode(as_float, oracle.formats.get(name), oracle_policies(policies)).code
        )
