"""`of_operation` where operands have more or fewer digits, or another range, than the result: bounds hold, witnesses attain them, in a bounded number of steps."""

import itertools
import sys
from fractions import Fraction

import numpy as np
import pytest

import refquant as rq
from refquant import bounds

EXACT = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "div": lambda a, b: a / b if b else None,
    "fma": lambda a, b, c: a * b + c, "recip": lambda a: 1 / a if a else None,
}  # fmt: skip
SQUARES = {"sqrt": lambda a: a if a >= 0 else None, "rsqrt": lambda a: 1 / a if a > 0 else None}  #: of the exact results
COUNTS = {"add": 2, "sub": 2, "mul": 2, "div": 2, "fma": 3, "recip": 1, "sqrt": 1, "rsqrt": 1}
WIDE = rq.FloatFormat(precision=8, exponent_width=11)
NAMED = ["float4_e2m1fn", "float8_e8m0fnu", "binary5p1sf", "float8_e3m4", "int8", "ue4m3", "bfloat16", "float16", "float32"]
FORMATS = [*map(rq.get_format, NAMED), WIDE]
RESULTS = [rq.get_format(n) for n in ("float8_e8m0fnu", "binary5p1sf", "binary6p2se", "float8_e4m3fn", "bfloat16", "float16", "uint8", "float32", "float64")]
MODES = ["ties_to_even", "toward_zero", "ties_to_away", "to_odd", "ties_to_zero", "stochastic_b", "ties_to_odd", "toward_positive"]
BREAKS_TIES = ["ties_to_even", "ties_to_away", "ties_to_zero", "ties_to_odd", "ties_to_positive", "ties_to_negative"]


def mixed(operation):
    """Formats of the operands, equal ones among them."""
    count, operands = len(FORMATS), COUNTS[operation]
    return [tuple(FORMATS[(i + k * step) % count] for k in range(operands)) for i in range(count) for step in ((0, 1, 3, 6) if operands > 1 else (0,))]


def operands(fmt, count, rng):
    """Codes of numbers of a format: any, those next to zero, and those near one."""
    near_one = rq.encode(rng.uniform(0.25, 4.0, count), fmt)
    drawn = np.concatenate([rng.integers(0, 1 << fmt.width, count, np.uint64), np.arange(3), near_one, near_one]).astype(fmt.code_dtype)
    kept = [c for c, v in zip(drawn.tolist(), rq.decode(drawn, fmt, dtype=object).tolist(), strict=True) if abs(v) < np.inf]
    return rng.choice(np.array(kept, fmt.code_dtype), count)


def numbers(codes, fmt):
    return [Fraction(v) for v in rq.decode(codes, fmt, dtype=object).tolist()]


def delivered(operation, columns, formats, result, mode):
    nan = None if result.has_nan else "to_max" if result.grid.first_index else "to_zero"
    random = rq.RandomBits(np.arange(columns[0].size) % 2 * 63, 6) if mode.startswith("stochastic") else None
    dialect = rq.get_dialect("default").replace(nan=nan)
    given = formats if len(formats) > 1 else formats[0]
    codes = getattr(rq.arithmetic, operation)(*columns, given, result=result, rounding=mode, random=random, overflow="saturate", dialect=dialect)
    return rq.decode(codes, result, dtype=object).tolist()


@pytest.mark.parametrize("operation", EXACT)
def test_no_mixed_operation_exceeds_its_bound(operation, count_cases):
    """RQ-11.14 to RQ-11.17: drawn operands of wider and narrower formats, in exact fractions."""
    rng, modes = np.random.default_rng(11), itertools.cycle(MODES)
    for formats, result in itertools.product(mixed(operation), RESULTS):
        columns, mode = [operands(f, 16, rng) for f in formats], next(modes)
        exact = [EXACT[operation](*row) for row in zip(*map(numbers, columns, formats), strict=True)]
        b, strict = bounds.of_operation(operation, formats, mode, result=result), not rq.RoundingMode(mode).is_nearest
        for x, r in zip(exact, delivered(operation, columns, formats, result, mode), strict=True):
            if not x:
                continue
            error, inside = abs(x - Fraction(r)), b.lowest <= x <= b.highest
            limit = b.saturated if not inside else b.absolute if b.normal_from is None or abs(x) < b.normal_from else b.relative * abs(x)
            assert error < limit or (error == limit and not (inside and strict and error)), (operation, formats, result, mode, x, r, limit, b.clauses)
        count_cases(len(exact))


@pytest.mark.parametrize("operation", SQUARES)
def test_no_mixed_root_exceeds_its_bound(operation, count_cases):
    """RQ-11.14: by squares."""
    rng, modes = np.random.default_rng(12), itertools.cycle(MODES)
    for formats, result in itertools.product(mixed(operation), RESULTS):
        if result.grid.first_index:
            continue  # RQ-7.27
        columns, mode = [operands(f, 40, rng) for f in formats], next(modes)
        b = bounds.of_operation(operation, formats, mode, result=result)
        assert b.witness is None
        for a, r in zip(numbers(columns[0], formats[0]), delivered(operation, columns, formats, result, mode), strict=True):
            square = SQUARES[operation](a)
            if not square or square > b.highest**2:
                continue
            if b.normal_from is None or square < b.normal_from**2:
                assert max(Fraction(r) - b.absolute, 0) ** 2 <= square <= (Fraction(r) + b.absolute) ** 2, (operation, formats, result, mode, a, r)
            else:
                assert (1 - b.relative) ** 2 * square <= r**2 <= (1 + b.relative) ** 2 * square, (operation, formats, result, mode, a, r)
        count_cases(columns[0].size)


@pytest.mark.parametrize("operation", EXACT)
def test_every_mixed_witness_attains_its_bound(operation, count_cases):
    """RQ-11.14, RQ-11.16: in every way of breaking ties; other modes have none."""
    seen, none = 0, 0
    for formats, result in itertools.product(mixed(operation), RESULTS):
        for mode in MODES:
            b = bounds.of_operation(operation, formats, mode, result=result)
            assert b.witness is None or rq.RoundingMode(mode).is_nearest
        witness = bounds.of_operation(operation, formats, result=result).witness
        if witness is None:
            none += 1
            continue
        columns = [np.array([c], f.code_dtype) for c, f in zip(witness, formats, strict=True)]
        x = EXACT[operation](*(numbers(c, f)[0] for c, f in zip(columns, formats, strict=True)))
        for mode in BREAKS_TIES:
            b = bounds.of_operation(operation, formats, mode, result=result)
            (r,) = delivered(operation, columns, formats, result, mode)
            assert b.witness == witness and result.min_normal <= x <= result.max_finite
            assert abs(x - r) == b.relative * x > 0, (operation, formats, result, mode, [hex(c) for c in witness], x, r, b.relative)
        seen += len(BREAKS_TIES)
    assert seen and none, "both are to be met"
    count_cases(seen)


@pytest.mark.parametrize(("operation", "fmt", "result", "relative", "witness"), [
    ("div", "float32", "bfloat16", Fraction(1, 257), (0x3F808000, 0x3F800000)),  # 257/256 by 1
    ("div", ("bfloat16", "float32"), "bfloat16", Fraction(1, 257), None),  # a dividend of 8 digits is no multiple of 257
    ("div", ("float32", "bfloat16"), "bfloat16", Fraction(1, 257), (0x3F808000, 0x3F80)),
    ("div", "bfloat16", "float32", Fraction((1 << 24) - 2, 1 << 48), None),  # no divisor of 24 digits
    ("div", ("float8_e5m2", "float16"), "float16", Fraction(1023, 1 << 21), (0x3C, 0x3BFF)),  # 1 by 2047/2048
    ("recip", "float8_e3m4", "binary5p1sf", Fraction(1, 3), None), ("recip", "float16", "float8_e8m0fnu", Fraction(1, 3), None),
    ("recip", "float16", "float8_e4m3fn", Fraction(1, 17), None), ("recip", "float32", "float64", Fraction((1 << 53) - 2, 1 << 106), None),
    ("sub", ("float8_e8m0fnu", "float16"), "bfloat16", Fraction(1, 257), (0x80, 0x3BF8)),  # 2 less 255/256
    ("mul", "float16", "bfloat16", Fraction(1, 257), (0x3C00, 0x3C04)),  # 1 times 257/256
    ("fma", ("float8_e5m2", "float8_e5m2", "float16"), "bfloat16", Fraction(1, 257), (0x3C, 0x3C, 0x1C00)),  # 1 * 1 + 2**-8
])  # fmt: skip
def test_witnesses_by_hand(operation, fmt, result, relative, witness):
    """RQ-11.14, RQ-11.16: a quotient of p digits by more, and a reciprocal of more, come near the bound of RQ-11.3 only."""
    b = bounds.of_operation(operation, fmt, result=result)
    assert (b.relative, b.witness) == (relative, witness)


HUGE = rq.FloatFormat(precision=8, exponent_width=15)
FAR = rq.FloatFormat(precision=11, exponent_width=15, bias=60000)
STEPS = 5000  #: calls of functions, a few times what one answer takes


@pytest.mark.parametrize(("fmt", "result"), [
    ("float32", "float64"), (WIDE, "float64"), (HUGE, rq.FloatFormat(precision=11, exponent_width=15)), (HUGE, HUGE), (HUGE, FAR), (FAR, HUGE), (FAR, "float16"),
    ("float64", "bfloat16"), (rq.FloatFormat(precision=40, exponent_width=20), "float64"),
])  # fmt: skip
@pytest.mark.parametrize("operation", COUNTS)
def test_an_answer_takes_few_steps(operation, fmt, result):
    """Exponents are not tried one by one: functions called are counted, not seconds."""
    steps = 0

    def count(frame, event, argument):
        nonlocal steps
        steps += event in ("call", "c_call")
        if steps > STEPS:
            sys.setprofile(None)
            raise AssertionError(f"more than {STEPS} calls")

    sys.setprofile(count)
    try:
        bounds.of_operation(operation, fmt, result=result)
    finally:
        sys.setprofile(None)
    assert steps > 100


TWOS = rq.FloatFormat(precision=1, exponent_width=3, signed=False, zero=False, nan="none")  #: 2**-3 to 2**3


@pytest.mark.parametrize(("operation", "fmt", "mode", "result", "text"), [
    ("mul", "binary5p1sf", "stochastic_b", TWOS, """mul of binary5p1sf into float_e3m0b3_none_uz, stochastic_b, for 0 < x <= 8:
  |x - r| < |x| / 1 where |x| >= 2**-3 (RQ-11.14)
  |x - r| < 2**-3 where 0 < |x| < 2**-3 (RQ-11.4)
  |x - r| <= 131073*2**-3 beyond, under saturate (RQ-11.17)"""),  # -128 * 128 becomes 2**-3
    ("recip", "uint8", "ties_to_even", TWOS, """recip of uint8 into float_e3m0b3_none_uz, ties_to_even, for 0 < x <= 8:
  |x - r| <= |x| / 3 where |x| >= 2**-3 (RQ-11.14)
  |x - r| < 2**-3 where 0 < |x| < 2**-3 (RQ-11.4)"""),
    ("div", "float8_e8m0fnu", "to_odd", "float8_e8m0fnu", """div of float8_e8m0fnu, to_odd, for 0 < x <= 2**127:
  |x - r| < |x| / 1 where |x| >= 2**-127 (RQ-11.14)
  |x - r| < 2**-127 where 0 < |x| < 2**-127 (RQ-11.4)
  |x - r| < 2**254 beyond, under saturate (RQ-11.17)"""),
    ("add", "uint2", "ties_to_even", "uint3", "add of uint2 into uint3, ties_to_even, for 0 <= x <= 7:\n  r = x (RQ-11.15)"),
])  # fmt: skip
def test_below_the_least_number_of_a_format_without_zero(operation, fmt, mode, result, text):
    """RQ-11.4: what is said of numbers below it is said of numbers in the range that is named; 0 itself is left out."""
    assert str(bounds.of_operation(operation, fmt, mode, result=result)) == text


def test_the_summary_of_a_format_without_zero_names_its_range():
    assert str(bounds.summary("float8_e8m0fnu")).splitlines()[0] == "float8_e8m0fnu, ties_to_even, for 0 < x <= 2**127:"
    assert str(bounds.summary("uint3")).splitlines()[0] == "uint3, ties_to_even, for 0 <= x <= 7:"
