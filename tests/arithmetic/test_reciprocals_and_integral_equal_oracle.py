"""Reciprocals, reciprocal roots, integral values and scaled values equal the oracle's, flags included."""

import itertools
import math
from fractions import Fraction

import arithmeticoracle
import numpy as np
import oracle
import pytest
from rowchecks import BYTES, DETERMINISTIC, NARROW, boundary, check, policies_of

import refquant as rq
from refquant.reference.exact_reciprocal_root import reciprocal_root_of

RECIPROCALS = ["recip", "rsqrt"]


@pytest.mark.parametrize("name", [*NARROW, *BYTES, "int8", "mxint8"])
@pytest.mark.parametrize("operation", RECIPROCALS)
def test_reciprocals_of_every_code(operation, name, count_cases):
    """RQ-7.16, RQ-7.18."""
    rows = arithmeticoracle.Rows(operation, arithmeticoracle.every_row((name,)), (name,), name)
    knobs = [{"rounding": mode, "overflow": overflow} for mode in DETERMINISTIC for overflow in ("no_saturate", "saturate")]
    count_cases(sum(check(operation, rows, k) for k in [*knobs, {"division_by_zero": "nan"}, {"subnormals": "flush_inputs"}]))


@pytest.mark.parametrize(
    ("name", "result"), [("float16", "float16"), ("bfloat16", "float8_e5m2"), ("tfloat32", "bfloat16"), ("float32", "float32"), ("uint32", "float32")]
)
@pytest.mark.parametrize("operation", RECIPROCALS)
def test_reciprocals_of_wide_formats(operation, name, result, count_cases):
    """RQ-7.18: 32 digits among them."""
    rng = np.random.default_rng(3)
    drawn = rng.integers(0, 1 << rq.get_format(name).width, 1500)
    codes = np.concatenate([boundary(name) if name != "uint32" else np.array([1, 2, 3, 4, 2**31, 2**32 - 1, 2**30, 2**16 + 1]), drawn])
    rows = arithmeticoracle.Rows(operation, [codes], (name,), result)
    count_cases(sum(check(operation, rows, {"rounding": mode}) for mode in ("ties_to_even", "toward_positive", "to_odd")))


@pytest.mark.parametrize("mode", ["stochastic_a", "stochastic_b", "stochastic_c"])
@pytest.mark.parametrize("operation", RECIPROCALS)
def test_stochastic_reciprocals(operation, mode, count_cases):
    """RQ-9: digits without end."""
    rows = arithmeticoracle.Rows(operation, arithmeticoracle.every_row(("float8_e4m3fn",)), ("float8_e4m3fn",), "float8_e4m3fn")
    count_cases(sum(check(operation, rows, {"rounding": mode}, random) for random in [(0, 1), (5, 4), (2**31 - 1, 32), (2**32 - 2, 32)]))


def check_integral(name, codes, result, knobs, exact, random=None):
    knobs = policies_of(result, **knobs)
    policies, fmt, target = oracle.policies.Policies(**knobs), oracle.formats.get(name), oracle.formats.get(result)
    bits = None if random is None else rq.RandomBits(np.full(codes.shape, random[0], np.uint32), random[1])
    dialect = rq.get_dialect("default").replace(**knobs)
    got = rq.arithmetic.round_to_integral(
        codes.astype(rq.get_format(name).code_dtype), name, result=result, exact=exact, dialect=dialect, random=bits, return_flags=True
    )
    for i, code in enumerate(codes.tolist()):
        want = oracle.integral.round_to_integral(exact, code, fmt, target, policies, random)
        assert (int(got.codes[i]), int(got.flags[i])) == want[:2], (name, hex(code), knobs, exact)
    return codes.size


@pytest.mark.parametrize(
    "name", ["float8_e3m4", "float8_e4m3fn", "float6_e2m3fn", "float4_e2m1fn", "binary6p3se", "binary6p2uf", "float8_e8m0fnu", "mxint8", "int4"]
)
@pytest.mark.parametrize("exact", [False, True])
def test_integral_values_of_every_code(name, exact, count_cases):
    """RQ-7.19: every mode; what overflows follows the overflow rule."""
    codes = np.arange(1 << rq.get_format(name).width)
    some = [{"rounding": mode} for mode in DETERMINISTIC]
    some += [{"overflow": "saturate"}, {"subnormals": "flush_both", "tininess": "before"}, {"flags": "none"}, {"via": "bfloat16"}]
    for knobs in some:
        stated = {k: oracle.policies.Via(v) if k == "via" else v for k, v in knobs.items()}
        if "via" in knobs:
            codes_of_via = codes[::3]
            policies = oracle.policies.Policies(**policies_of(name, **stated))
            dialect = rq.get_dialect("default").replace(**policies_of(name, **knobs))
            got = rq.arithmetic.round_to_integral(codes_of_via.astype(np.uint8), name, exact=exact, dialect=dialect, return_flags=True)
            fmt = oracle.formats.get(name)
            want = [oracle.integral.round_to_integral(exact, c, fmt, fmt, policies)[:2] for c in codes_of_via.tolist()]
            assert list(zip(got.codes.tolist(), got.flags.tolist())) == want
            count_cases(codes_of_via.size)
        else:
            count_cases(check_integral(name, codes, name, knobs, exact))


def test_integral_values_into_another_format_and_of_wide_ones(count_cases):
    """RQ-7.19."""
    count_cases(check_integral("float16", boundary("float16"), "float8_e5m2", {"rounding": "ties_to_away"}, True))
    for name in ("float16", "bfloat16", "float32"):
        count_cases(check_integral(name, np.concatenate([boundary(name), (boundary(name) & 0x8000) | 0x4A41]), name, {}, True))


@pytest.mark.parametrize("mode", ["stochastic_a", "stochastic_b", "stochastic_c"])
def test_stochastic_integral_values(mode, count_cases):
    """RQ-7.19, RQ-9."""
    for random in [(0, 1), (1, 1), (5, 3), (2**31, 32)]:
        count_cases(check_integral("float8_e3m4", np.arange(256), "float8_e3m4", {"rounding": mode}, True, random))


def test_what_the_clause_says_of_float8_e3m4():
    """RQ-7.19: by hand, 15.5 is 6F, and the largest finite value."""
    got = rq.arithmetic.round_to_integral([0x6F, 0xEF], "float8_e3m4", return_flags=True)
    assert got.codes.tolist() == [0x70, 0xF0] and got.flags.tolist() == [5, 5]
    assert rq.arithmetic.round_to_integral(0x6F, "float8_e3m4", overflow="saturate") == 0x6F
    assert rq.arithmetic.round_to_integral(0x6F, "float8_e3m4", rounding="toward_zero") == 0x6E  # 15


POWERS = [0, 1, -1, 2, -3, 7, -8, 20, -21, 150, -151, 300, -300, 2**31 - 1, -(2**31)]


@pytest.mark.parametrize("name", ["float8_e4m3fn", "float8_e5m2", "binary8p3se", "float8_e8m0fnu", "int8", "float4_e2m1fn"])
def test_scaled_values_of_every_code(name, count_cases):
    """RQ-7.20: every code with every power."""
    fmt = oracle.formats.get(name)
    columns = [np.array(c) for c in zip(*itertools.product(range(1 << fmt.width), POWERS), strict=True)]
    cached = {}
    for mode, more in (("ties_to_even", {}), ("toward_positive", {"tininess": "before"}), ("toward_negative", {"subnormals": "flush_both"})):
        knobs = policies_of(name, rounding=mode, **more)
        policies = oracle.policies.Policies(**knobs)
        got = rq.arithmetic.scale_b(columns[0].astype(np.uint8), columns[1], name, dialect=rq.get_dialect("default").replace(**knobs), return_flags=True)
        for i, (code, n) in enumerate(zip(*(c.tolist() for c in columns))):
            near = max(-400, min(n, 400))  # the same by RQ-4 and RQ-5 where the range is narrower than that, and no longer to write down
            key = mode, code, near
            if key not in cached:
                cached[key] = oracle.integral.scale_b(code, near, fmt, fmt, policies)[:2]
            assert (int(got.codes[i]), int(got.flags[i])) == cached[key], (name, hex(code), n, knobs)
    count_cases(len(cached))


def test_scaled_values_against_fractions(count_cases):
    """RQ-7.20: an exact product of a power of two, rounded by encode."""
    codes, n = np.arange(0, 1 << 16, 97).astype(np.uint16), np.arange(-40, 40)
    for k in n.tolist():
        got = rq.arithmetic.scale_b(codes, k, "float16")
        values = codes.view(np.float16).astype(np.float64)
        finite = np.isfinite(values) & (values != 0)
        want = rq.encode(np.array([Fraction(v) * Fraction(2) ** k for v in values[finite].tolist()]), "float16")
        assert got[finite].tolist() == want.tolist()
        count_cases(finite.sum())


@pytest.mark.parametrize(
    ("n", "error"),
    [
        ([0.5], rq.errors.InputTypeError),
        ([True], rq.errors.InputTypeError),
        (2**31, rq.errors.InputValueError),
        (-(2**31) - 1, rq.errors.InputValueError),
        ("x", rq.errors.InputTypeError),
    ],
)
def test_powers_that_are_no_int32(n, error):
    with pytest.raises(error, match=r"^scale_b: n: expected integers"):
        rq.arithmetic.scale_b(0x38, n, "float8_e4m3fn")


def test_shapes_of_scaled_values():
    assert rq.arithmetic.scale_b([[0x38], [0x40]], [0, 1, 2], "float8_e4m3fn").tolist() == [[0x38, 0x40, 0x48], [0x40, 0x48, 0x50]]
    with pytest.raises(rq.errors.InputValueError, match="a, n: cannot be broadcast"):
        rq.arithmetic.scale_b([0x38, 0x40], [0, 1, 2], "float8_e4m3fn")


@pytest.mark.parametrize(("top", "steps"), [(31, 77), (52, 87)])
def test_every_digit_of_reciprocal_roots(top, steps, count_cases):
    """RQ-7.18: 61 digits, and whether more follow, against integer roots; formats show a part of them only."""
    rng, one = np.random.default_rng(11), 1 << top
    m = np.concatenate([rng.integers(one, 2 * one, 3000, dtype=np.uint64), one + np.arange(40, dtype=np.uint64), np.array([2 * one - 1], np.uint64)])
    lowest = rng.integers(-300, 300, m.size).astype(np.int32)
    found, exponent = reciprocal_root_of(m, lowest, top)
    for x, e, y, q in zip(*(a.tolist() for a in (m, lowest, found, exponent))):
        x, e = (2 * x, e - 1) if e % 2 else (x, e)
        digits = math.isqrt(4**steps // x)
        assert (y, q) == (digits | (digits * digits * x != 4**steps), -e // 2 - steps)
    count_cases(m.size)
