"""float64 equals the processor's own double arithmetic, by ties to even: a million pairs of every exponent, of near exponents, and the boundaries crossed."""

import math
from fractions import Fraction

import numpy as np
import pytest
from rowchecks import boundary

import refquant as rq

COUNT = 1 << 20
SIGN = np.uint64(1 << 63)


def codes(rng, count):
    """Codes of every exponent, half of them near 1, some with few digits, and neighbours of each other."""
    every = rng.integers(0, 1 << 64, count, dtype=np.uint64)
    near = (every & (SIGN | np.uint64((1 << 52) - 1))) + (np.uint64(1023 - 30) + every % np.uint64(60) << np.uint64(52))
    few = near & ~np.uint64((1 << 40) - 1)
    return np.where(every % np.uint64(7) < 3, every, np.where(every % np.uint64(5) == 0, few, near))


def columns(operands, count=COUNT):
    """Seeded columns, the boundaries crossed with each other after them."""
    rng = np.random.default_rng(operands)
    edge = boundary("float64")
    crossed = np.meshgrid(*[edge[:: 1 if operands < 3 else 4]] * operands)
    return [np.concatenate([codes(rng, count), c.ravel()]) for c in crossed]


def differing(got, want):
    """Return where codes differ, of NaNs only whether both are."""
    both = np.isnan(got.view(np.float64)) & np.isnan(want)
    return np.flatnonzero((got != want.view(np.uint64)) & ~both)


PROCESSOR = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "sqrt": np.sqrt, "fmod": np.fmod, "recip": np.reciprocal}


@pytest.mark.parametrize("operation", PROCESSOR)
def test_a_million(operation, count_cases):
    """RQ-7.8, RQ-7.17, RQ-7.18."""
    given = columns(1 if operation in ("sqrt", "recip") else 2)
    if len(given) == 2:  # operands that cancel but for some last digits
        given = [np.concatenate([given[0], given[0][:5000]]), np.concatenate([given[1], (given[0][:5000] ^ SIGN) + (given[1][:5000] & np.uint64(7))])]
    with np.errstate(all="ignore"):
        want = PROCESSOR[operation](*(c.view(np.float64) for c in given))
    got = getattr(rq.arithmetic, operation)(*given, "float64")
    wrong = differing(got, want)
    assert not wrong.size, [(*(hex(c[i]) for c in given), "got", hex(got[i]), "expected", want[i].hex()) for i in wrong[:3]]
    count_cases(got.size)


def test_the_remainder_of_ieee(count_cases):
    """RQ-7.17: Python's math.remainder, which is exact."""
    a, b = columns(2, 100_000)

    def remainder(x, y):
        return math.remainder(x, y) if math.isfinite(x) and not math.isnan(y) and y else math.nan

    want = np.array([remainder(x, y) for x, y in zip(a.view(np.float64).tolist(), b.view(np.float64).tolist())])
    assert not differing(rq.arithmetic.rem(a, b, "float64"), want).size
    count_cases(a.size)


def test_fused_products(count_cases):
    """RQ-7.8: a float of an exact rational is rounded once by Python; products that nearly cancel among them."""
    a, b, c = columns(3, 60_000)
    with np.errstate(all="ignore"):
        product = (a.view(np.float64) * b.view(np.float64)).view(np.uint64)
    c = np.concatenate([c, (product[:20_000] ^ SIGN) + (c[:20_000] & np.uint64(3))])
    a, b = np.concatenate([a, a[:20_000]]), np.concatenate([b, b[:20_000]])
    x, y, z = (v.view(np.float64) for v in (a, b, c))
    finite = np.isfinite(x) & np.isfinite(y) & np.isfinite(z)
    got = rq.arithmetic.fma(a[finite], b[finite], c[finite], "float64")
    want = np.array([_fused(*v) for v in zip(x[finite].tolist(), y[finite].tolist(), z[finite].tolist())])
    zeros = want == 0  # the sign of an exact zero: RQ-7.10 by the oracle, elsewhere
    wrong = np.setdiff1d(differing(got, want), np.flatnonzero(zeros & (got << np.uint64(1) == 0)))
    assert not wrong.size, [(x[finite][i].hex(), y[finite][i].hex(), z[finite][i].hex(), hex(got[i]), want[i].hex()) for i in wrong[:3]]
    count_cases(got.size)


def _fused(x, y, z):
    exact = Fraction(x) * Fraction(y) + Fraction(z)
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


INTEGRAL = {"ties_to_even": np.rint, "toward_negative": np.floor, "toward_positive": np.ceil, "toward_zero": np.trunc}


@pytest.mark.parametrize("mode", INTEGRAL)
def test_integral_values(mode, count_cases):
    """RQ-7.19."""
    (a,) = columns(1, 200_000)
    with np.errstate(all="ignore"):
        want = INTEGRAL[mode](a.view(np.float64))
    assert not differing(rq.arithmetic.round_to_integral(a, "float64", rounding=mode), want).size
    count_cases(a.size)


def test_scaled_values_and_neighbours(count_cases):
    """RQ-7.20, RQ-7.22: through subnormals, and past both ends."""
    (a,) = columns(1, 200_000)
    n = np.random.default_rng(1).integers(-2200, 2200, a.size)
    n[::4] = 1000 - (a[::4] >> np.uint64(52) & np.uint64(2047)).astype(np.int64) - 2050  # to where digits are lost
    with np.errstate(all="ignore"):
        scaled, up, down = np.ldexp(a.view(np.float64), n), np.nextafter(a.view(np.float64), np.inf), np.nextafter(a.view(np.float64), -np.inf)
    assert not differing(rq.arithmetic.scale_b(a, n, "float64"), scaled).size
    assert not differing(rq.arithmetic.next_up(a, "float64"), up).size and not differing(rq.arithmetic.next_down(a, "float64"), down).size
    count_cases(3 * a.size)


@pytest.mark.parametrize(("narrow", "operation"), [("float32", np.add), ("float32", np.multiply), ("float32", np.divide), ("float16", np.subtract)])
def test_the_result_in_a_narrower_format_is_that_of_the_narrower_operands(narrow, operation, count_cases):
    """RQ-7.6: doubles that are floats, into floats, are what the processor's floats give."""
    fmt = rq.get_format(narrow)
    rng = np.random.default_rng(9)
    a, b = (rng.integers(0, 1 << fmt.width, 200_000).astype(fmt.code_dtype) for _ in range(2))
    dtype = np.dtype(narrow)
    with np.errstate(all="ignore"):
        want = operation(a.view(dtype), b.view(dtype))
    name = {"add": "add", "multiply": "mul", "divide": "div", "subtract": "sub"}[operation.__name__]
    wide = [rq.convert(c, narrow, "float64") for c in (a, b)]
    got = getattr(rq.arithmetic, name)(*wide, "float64", result=narrow).view(dtype)
    assert ((got.view(fmt.code_dtype) == want.view(fmt.code_dtype)) | (np.isnan(got) & np.isnan(want))).all()
    count_cases(got.size)
