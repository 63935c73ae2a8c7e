"""The oracle's reciprocals, integral and scaled values: against Python's floats, against squares, and against the standard's special cases."""

import math
from fractions import Fraction

import oracle
import pytest
from oracle.arithmetic import arithmetic
from oracle.flags import DIV_BY_ZERO, INEXACT, INVALID
from oracle.integral import round_to_integral, scale_b
from oracle.policies import Policies

get = oracle.formats.get
HALF = get("float16")


def as_float(code, fmt):
    d = oracle.codec.decode(code, fmt)
    side = -1.0 if d.sign else 1.0
    return {"inf": side * math.inf, "nan": math.nan}.get(d.kind, math.copysign(float(d.value), side))


def finite(fmt):
    return [c for c in range(0, 1 << fmt.width, 1 if fmt.width <= 8 else 37) if math.isfinite(as_float(c, fmt))]


@pytest.mark.parametrize("name", ["float8_e5m2", "float16"])
def test_reciprocals_are_those_of_python(name):
    """RQ-7.18: Python's 1 / x is rounded to binary64 once."""
    fmt, double = get(name), get("float64")
    for code in finite(fmt):
        x = as_float(code, fmt)
        if x:
            assert as_float(arithmetic("recip", (code,), (fmt,), double).code, double) == 1 / x


@pytest.mark.parametrize("name", ["float8_e4m3fn", "float16"])
def test_reciprocal_roots_lie_between_midpoints(name):
    """RQ-7.18: r is the nearest to 1 / √x if x times the squares of the midpoints beside r lie about 1."""
    fmt = get(name)
    for code in finite(fmt):
        x = as_float(code, fmt)
        if x > 0:
            r = arithmetic("rsqrt", (code,), (fmt,), fmt).code
            low, mid, high = (Fraction(as_float(c, fmt)) for c in (r - 1, r, r + 1))
            assert Fraction(x) * ((low + mid) / 2) ** 2 < 1 < Fraction(x) * ((mid + high) / 2) ** 2
            down, up = (arithmetic("rsqrt", (code,), (fmt,), fmt, Policies(rounding=mode)) for mode in ("toward_negative", "toward_positive"))
            exact = Fraction(x) * Fraction(as_float(down.code, fmt)) ** 2 == 1
            assert (up.code - down.code, up.flags) == ((0, 0) if exact else (1, INEXACT))


#: Mode and what Python has for it.
PYTHON = {"ties_to_even": round, "toward_zero": math.trunc, "toward_positive": math.ceil, "toward_negative": math.floor}


@pytest.mark.parametrize("mode", PYTHON)
@pytest.mark.parametrize("name", ["float8_e3m4", "float16"])
def test_integral_values_are_those_of_python(name, mode):
    """RQ-7.19."""
    fmt, double = get(name), get("float64")
    for code in finite(fmt):
        x = as_float(code, fmt)
        got = as_float(round_to_integral(True, code, fmt, double, Policies(rounding=mode)).code, double)
        assert got == PYTHON[mode](x) and math.copysign(1, got) == math.copysign(1, x)
        assert round_to_integral(True, code, fmt, double, Policies(rounding=mode)).flags == (INEXACT if got != x else 0)
        assert round_to_integral(False, code, fmt, double, Policies(rounding=mode)).flags == 0


def test_scaled_values_are_those_of_python():
    """RQ-7.20: math.ldexp is exact where binary64 holds the result."""
    double = get("float64")
    for code in finite(HALF):
        for n in (-900, -3, 0, 1, 800):
            assert as_float(scale_b(code, n, HALF, double, Policies()).code, double) == math.ldexp(as_float(code, HALF), n)


#: By hand: float16 codes.
EXAMPLES = [
    ("recip", 0x0000, 0x7C00, DIV_BY_ZERO),
    ("recip", 0x8000, 0xFC00, DIV_BY_ZERO),
    ("recip", 0xFC00, 0x8000, 0),
    ("recip", 0x4200, 0x3555, INEXACT),  # 0.333...
    ("rsqrt", 0x0000, 0x7C00, DIV_BY_ZERO),
    ("rsqrt", 0x8000, 0xFC00, DIV_BY_ZERO),
    ("rsqrt", 0x7C00, 0x0000, 0),
    ("rsqrt", 0xFC00, 0x7E00, INVALID),
    ("rsqrt", 0xBC00, 0x7E00, INVALID),
    ("rsqrt", 0x4400, 0x3800, 0),  # 1 / √4
    ("rsqrt", 0x7D00, 0x7E00, INVALID),
]


@pytest.mark.parametrize(("operation", "code", "result", "flags"), EXAMPLES)
def test_special_cases(operation, code, result, flags):
    """RQ-7.12, RQ-7.18."""
    assert arithmetic(operation, (code,), (HALF,), HALF)[:2] == (result, flags)


def test_p3109_has_no_reciprocal_of_zero():
    """RQ-7.16."""
    fmt, policies = get("binary8p3se"), Policies(division_by_zero="nan")
    assert [arithmetic(o, (0,), (fmt,), fmt, policies)[:2] for o in ("recip", "rsqrt")] == [(0x80, INVALID)] * 2


def test_special_cases_of_integral_and_scaled_values():
    """RQ-7.19, RQ-7.20."""
    plain = Policies()
    assert round_to_integral(True, 0xB400, HALF, HALF, plain)[:2] == (0x8000, INEXACT)  # -0.25
    assert round_to_integral(True, 0x7C00, HALF, HALF, plain)[:2] == (0x7C00, 0)
    assert round_to_integral(True, 0x7D01, HALF, HALF, plain)[:2] == (0x7E00, INVALID)
    assert scale_b(0x8000, 5, HALF, HALF, plain)[:2] == (0x8000, 0)
    assert scale_b(0xFC00, -(2**31), HALF, HALF, plain)[:2] == (0xFC00, 0)
    assert scale_b(0x3C00, 2**31 - 1, HALF, HALF, plain)[:2] == (0x7C00, 5)
    assert scale_b(0x3C00, -(2**31), HALF, HALF, plain)[:2] == (0x0000, 3)
