"""Operands of up to 53 digits: every operation equals the oracle's, flags included."""

import itertools

import arithmeticoracle
import numpy as np
import oracle
import pytest
from rowchecks import DETERMINISTIC, boundary, check

import refquant as rq
from refquant.operations import OPERATIONS

ROUNDED = ["add", "sub", "mul", "div", "sqrt", "fma", "rem", "fmod", "recip", "rsqrt"]
SIGN = 1 << 63
INT53, UINT53, FIXED = rq.IntFormat(width=53), rq.IntFormat(width=53, signed=False), rq.IntFormat(width=53, fraction_bits=20)
SIGN_MAGNITUDE = rq.IntFormat(width=40, encoding="sign_magnitude")
FAR = rq.FloatFormat(precision=49, exponent_width=15)  # exponents of sixteen thousand
FURTHEST = rq.FloatFormat(precision=44, exponent_width=20)  # exponents of half a million
FNUZ = rq.FloatFormat(precision=53, exponent_width=9, nan="negative_zero", infinity=False)
UNSIGNED = rq.FloatFormat(precision=53, exponent_width=11, nan="all_ones", signed=False, zero=False)


def crossed(operation, some):
    """Codes of a format crossed with each other, and pairs that cancel but for the last digits."""
    count = len(OPERATIONS[operation].operands)
    rows = list(itertools.product(some[:: (1, 1, 1, 5)[count]].tolist(), repeat=count))
    if count == 2:
        rows += [(a, a ^ SIGN ^ b) for a in some.tolist() for b in (0, 1, 3)]
    return [np.array(c, np.uint64) for c in zip(*rows, strict=True)]


def close_products():
    """Triples of float64 whose product is the addend but for digits far below it."""
    rng = np.random.default_rng(17)
    a, b = (rng.integers(0x3FE0000000000000, 0x4010000000000000, 400, dtype=np.uint64) for _ in range(2))
    c = (a.view(np.float64) * b.view(np.float64)).view(np.uint64) ^ np.uint64(SIGN)
    return [np.tile(a, 2), np.tile(b, 2), np.concatenate([c, c + rng.integers(0, 4, c.size, dtype=np.uint64)])]


@pytest.mark.parametrize("operation", ROUNDED)
def test_boundaries_of_float64_in_every_mode(operation, count_cases):
    """RQ-7.6 to RQ-7.18."""
    columns = crossed(operation, boundary("float64"))
    if operation == "fma":
        columns = [np.concatenate(c) for c in zip(columns, close_products())]
    rows = arithmeticoracle.Rows(operation, columns, ("float64",) * len(columns), "float64")
    modes = DETERMINISTIC if operation not in ("rem", "fmod") else ("ties_to_even", "toward_negative")
    count_cases(sum(check(operation, rows, {"rounding": mode}) for mode in modes))


@pytest.mark.parametrize(
    "knobs", [{"subnormals": "flush_both", "ftz": "arm"}, {"tininess": "before", "nan": "keep_payload"}, {"overflow": "saturate"}], ids=str
)
@pytest.mark.parametrize("operation", ["add", "mul", "div", "sqrt", "fma"])
def test_policies_of_float64(operation, knobs, count_cases):
    """RQ-7.6, RQ-7.7, RQ-7.11."""
    rows = arithmeticoracle.Rows(operation, crossed(operation, boundary("float64")[::2]), ("float64",) * len(OPERATIONS[operation].operands), "float64")
    count_cases(check(operation, rows, knobs))


def some(fmt, count):
    """Seeded codes of a format, and those at its ends."""
    f = rq.get_format(fmt)
    rng = np.random.default_rng(f.width)
    drawn = rng.integers(0, 1 << f.width, count, dtype=np.uint64) >> (rng.integers(0, 2, count) * rng.integers(0, f.width, count)).astype(np.uint64)
    half = 1 << (f.width - 1)
    ends = [0, 1, 2, 3, half, half - 1, half + 1, (1 << f.width) - 1, (1 << f.width) - 2, half >> 1]
    return np.concatenate([np.array(ends, np.uint64), drawn])


MIXED = (
    ("add", ("float64", "float32"), "float64"), ("sub", ("float16", "float64"), "bfloat16"), ("mul", ("float64", "float32"), "float64"),
    ("mul", ("float32", "float64"), "float32"), ("div", ("float64", "float16"), "float64"), ("div", ("float32", "float64"), "float16"),
    ("fma", ("float32", "float32", "float64"), "float64"), ("fma", ("float64", "float64", "bfloat16"), "float32"), ("fma", ("float64", "int32", "float64"), "float64"),
    ("sqrt", ("float64",), "float16"), ("recip", ("float64",), "float32"), ("rsqrt", (INT53,), "float64"), ("rem", ("float32", "float64"), "float64"),
    ("fmod", ("float64", "float8_e5m2"), "float64"), ("rem", (INT53, "float64"), "float64"), ("rem", ("float64", UINT53), INT53),
    ("add", (INT53, INT53), INT53), ("sub", (UINT53, INT53), INT53), ("mul", (INT53, INT53), INT53), ("mul", (UINT53, FIXED), "float64"),
    ("div", (INT53, INT53), INT53), ("div", (FIXED, UINT53), FIXED), ("fma", (INT53, INT53, INT53), INT53), ("fma", (FIXED, INT53, UINT53), "float64"),
    ("sqrt", (UINT53,), UINT53), ("rsqrt", (UINT53,), FIXED), ("recip", (UINT53,), "float64"), ("mul", ("int32", "int32"), "int32"), ("mul", ("uint32", "uint32"), INT53),
    ("mul", (SIGN_MAGNITUDE, SIGN_MAGNITUDE), SIGN_MAGNITUDE), ("fma", (FNUZ, FNUZ, FNUZ), FNUZ), ("div", (FNUZ, FNUZ), FNUZ), ("mul", (UNSIGNED, "float64"), UNSIGNED),
    ("rsqrt", (UNSIGNED,), UNSIGNED),
)  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "formats", "result"), MIXED, ids=lambda v: v if isinstance(v, str) else getattr(v, "name", None) or "-".join(getattr(f, "name", f) for f in v)
)
def test_mixed_formats_are_rounded_once(operation, formats, result, count_cases):
    """RQ-7.6: integers and formats of the user's own among them; the path that is chosen for one width gives what is right for another."""
    columns = [np.array(c) for c in zip(*itertools.product(*(some(f, (200, 200, 30, 6)[len(formats)]) for f in formats)), strict=True)]
    rows = arithmeticoracle.Rows(operation, columns, formats, result)
    count_cases(sum(check(operation, rows, {"rounding": mode}) for mode in ("ties_to_even", "toward_positive", "to_odd")))


@pytest.mark.parametrize("operation", ROUNDED)
def test_exponents_far_apart(operation, count_cases):
    """RQ-7.8, RQ-7.17: terms that lie thirty thousand places apart."""
    count = len(OPERATIONS[operation].operands)
    columns = [np.array(c) for c in zip(*itertools.product(some(FAR, 30)[: (0, 40, 30, 9)[count]], repeat=count), strict=True)]
    rows = arithmeticoracle.Rows(operation, columns, (FAR,) * count, FAR)
    count_cases(sum(check(operation, rows, {"rounding": mode}) for mode in ("ties_to_even", "toward_zero")))


@pytest.mark.parametrize("operation", ["add", "fmod"])
def test_exponents_as_far_apart_as_any(operation, count_cases):
    """RQ-2.1, RQ-7.8, RQ-7.17: a million places."""
    columns = [np.array(c) for c in zip(*itertools.product(some(FURTHEST, 0)[2:8], repeat=2), strict=True)]
    rows = arithmeticoracle.Rows(operation, columns, (FURTHEST,) * 2, FURTHEST)
    count_cases(check(operation, rows, {}))


@pytest.mark.parametrize("bits", [1, 6])
@pytest.mark.parametrize("mode", ["stochastic_a", "stochastic_b", "stochastic_c"])
@pytest.mark.parametrize("operation", ["add", "mul", "div", "fma", "sqrt", "recip", "rsqrt"])
def test_the_least_random_bits_that_step_up(operation, mode, bits, count_cases):
    """RQ-9.4: with 6 random bits a float64 looks at all the digits that are computed: R* steps up and R* - 1 does not."""
    double, count = oracle.formats.get("float64"), len(OPERATIONS[operation].operands)
    rng = np.random.default_rng(bits)
    columns = [rng.integers(0x3FE0000000000000, 0x4010000000000000, 300, dtype=np.uint64) for _ in range(count)]
    exact = [oracle.arithmetic.exact(operation, [oracle.codec.decode(int(c), double) for c in codes], False, (double,)).datum.value for codes in zip(*columns)]
    quanta = [oracle.bits.power(oracle.bits.floor_log2(x) - 52) for x in exact]
    least = np.array([oracle.stochastic.threshold(x / q - x // q, bits, mode) for x, q in zip(exact, quanta)])
    inexact = np.array([bool(x % q) for x, q in zip(exact, quanta)]) & (least < 2**bits) & (least > 0)
    columns, least = [c[inexact] for c in columns], least[inexact].astype(np.uint32)
    call = getattr(rq.arithmetic, operation)
    below, at = (call(*columns, "float64", rounding=mode, random=rq.RandomBits(r, bits)) for r in (least - np.uint32(1), least))
    truncated = call(*columns, "float64", rounding="toward_zero")
    count_cases(2 * least.size)
    assert (below == truncated).all() and (at == truncated + 1).all()


@pytest.mark.parametrize("operation", ["mul", "fma"])
def test_random_bits_past_the_digits_of_a_product_are_refused(operation):
    count = len(OPERATIONS[operation].operands)
    with pytest.raises(rq.errors.InputValueError, match=f"random: {operation} into float64 with 7 random bits looks at 62 digits .* use 6 bits at most"):
        getattr(rq.arithmetic, operation)(*(0,) * count, "float64", rounding="stochastic_a", random=rq.Philox(1, 7))
    assert rq.arithmetic.mul(0x3C00, 0x3C00, "float16", result="float64", rounding="stochastic_a", random=rq.Philox(1, 32)) == 0x3FF0000000000000


@pytest.mark.parametrize("via", ["float64", "float32"])
def test_a_wide_product_enters_an_intermediate_format_rounded_once(via, count_cases):
    """RQ-3.6."""
    columns = crossed("mul", boundary("float64")[::3])
    dialect = rq.get_dialect("default").replace(via=rq.Via(via, "to_odd"))
    got = rq.arithmetic.mul(*columns, "float64", result="float16", dialect=dialect, return_flags=True)
    policies = oracle.policies.Policies(via=oracle.policies.Via(via, "to_odd"))
    codes, flags = arithmeticoracle.Rows("mul", columns, ("float64",) * 2, "float16").expected(policies)
    assert (got.codes == codes).all() and (got.flags == flags).all()
    count_cases(codes.size)
