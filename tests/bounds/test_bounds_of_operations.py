"""No delivered result is farther from the exact one than `of_operation` says, and what it calls attained is: RQ-11.14 to RQ-11.17 in exact fractions."""

import itertools
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import refquant as rq
from refquant import bounds
from refquant.errors import InputValueError, UnknownNameError
from refquant.testing import strategies

RATIONAL = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "div": lambda a, b: a / b if b else None,
    "fma": lambda a, b, c: a * b + c, "recip": lambda a: 1 / a if a else None,
}  # fmt: skip
ROOTS = {"sqrt": lambda a: a if a >= 0 else None, "rsqrt": lambda a: 1 / a if a > 0 else None}  #: their squares
OPERANDS = {"add": 2, "sub": 2, "mul": 2, "div": 2, "fma": 3, "recip": 1, "sqrt": 1, "rsqrt": 1}
NARROW = ["float4_e2m1fn", "float6_e3m2fn", "float6_e2m3fn", "binary6p3se", "binary5p1se", "binary6p2uf", "int4", "uint3", "ue4m3", "float8_e8m0fnu"]
MODES = ["ties_to_even", "ties_to_away", "ties_to_odd", "toward_zero", "toward_positive", "toward_negative", "to_odd", "stochastic_a"]


@cache
def rows(operation, name):
    """Codes of combinations of numbers, all of them where they are few, and the exact results, or the squares of roots."""
    fmt, count = rq.get_format(name), OPERANDS[operation]
    codes = [c for c, v in enumerate(rq.decode(np.arange(1 << fmt.width).astype(np.uint8), fmt).tolist()) if abs(v) < np.inf]
    some = codes[:: 1 if fmt.width * count <= 12 else 5 if count < 3 else 2 * fmt.width - 3]
    values = {c: Fraction(rq.decode(np.uint8(c), fmt, dtype=object)) for c in some}
    exact = RATIONAL.get(operation) or ROOTS[operation]
    found = [(row, x) for row in itertools.product(some, repeat=count) if (x := exact(*(values[c] for c in row))) is not None]
    return np.array([row for row, _ in found], np.uint8).T, [x for _, x in found]


def delivered(operation, name, columns, mode, overflow="no_saturate"):
    fmt = rq.get_format(name)
    nan = None if fmt.has_nan else "to_max" if fmt.grid.first_index else "to_zero"
    random = rq.RandomBits(np.arange(columns[0].size) % 2 * 4095, 12) if mode.startswith("stochastic") else None
    dialect = rq.get_dialect("default").replace(nan=nan)
    codes = getattr(rq.arithmetic, operation)(*columns, name, rounding=mode, random=random, overflow=overflow, dialect=dialect)
    return rq.decode(codes, name, dtype=object).tolist()


def in_range(x, b):
    return b.lowest <= x <= b.highest


@pytest.mark.parametrize("name", NARROW)
@pytest.mark.parametrize("operation", RATIONAL)
def test_no_result_exceeds_its_bound_and_attained_means_attained(operation, name, count_cases):
    """RQ-11.14 to RQ-11.16: every combination of narrow formats; the relative bound is attained where a witness is given, and nowhere else."""
    columns, exact = rows(operation, name)
    whole = rq.get_format(name).width * OPERANDS[operation] <= 12
    for mode in MODES:
        b, worst = bounds.of_operation(operation, name, mode), Fraction(0)
        strict = not rq.RoundingMode(mode).is_nearest
        for x, r in zip(exact, delivered(operation, name, columns, mode), strict=True):
            if not x or not in_range(x, b):
                continue
            error = abs(x - r)
            assert not (b.exact and error), (operation, name, mode, x, r, "RQ-11.15")
            limit = b.absolute if b.normal_from is None or abs(x) < b.normal_from else b.relative * abs(x)
            assert error < limit or (error == limit and not (strict and error)), (operation, name, mode, x, r, limit, b.clauses)
            if b.normal_from is not None and abs(x) >= b.normal_from:
                worst = max(worst, error / abs(x))
        if whole and not strict and b.relative:
            assert (worst == b.relative) == (b.witness is not None), (operation, name, mode, worst, b.relative, "RQ-11.14, RQ-11.16")
        count_cases(len(exact))


@pytest.mark.parametrize("name", [n for n in NARROW if n != "float8_e8m0fnu"])  # whose roots are refused (RQ-7.27)
@pytest.mark.parametrize("operation", ROOTS)
def test_no_root_exceeds_its_bound(operation, name, count_cases):
    """RQ-11.14: by squares."""
    columns, squares = rows(operation, name)
    for mode in MODES:
        b = bounds.of_operation(operation, name, mode)
        for square, r in zip(squares, delivered(operation, name, columns, mode), strict=True):
            if square and square <= b.highest**2 and (not b.normal_from or square >= b.normal_from**2):
                if b.relative is None:
                    assert max(r - b.absolute, 0) ** 2 <= square <= (r + b.absolute) ** 2, (operation, name, mode, square, r)
                else:
                    assert (1 - b.relative) ** 2 * square <= r**2 <= (1 + b.relative) ** 2 * square, (operation, name, mode, square, r)
        count_cases(len(squares))


@pytest.mark.parametrize("name", [n for n in NARROW if rq.get_format(n).width <= 6])
@pytest.mark.parametrize("operation", ["add", "sub", "mul", "div", "recip"])
def test_saturated_results_attain_the_bound_of_those_out_of_range(operation, name, count_cases):
    """RQ-11.17: and none is farther."""
    columns, exact = rows(operation, name)
    b = bounds.of_operation(operation, name)
    beyond = [abs(x - r) for x, r in zip(exact, delivered(operation, name, columns, "ties_to_even", "saturate"), strict=True) if not in_range(x, b)]
    assert max(beyond, default=0) == b.saturated
    count_cases(len(exact))


@pytest.mark.parametrize("operation", RATIONAL)
def test_every_witness_attains_its_bound(operation, count_cases):
    """RQ-11.14, RQ-11.16: one pair or triple of every format that has one, by three ways of breaking ties."""
    seen = 0
    for name in rq.list_formats(p3109=True):
        b = bounds.of_operation(operation, name)
        if b.witness is None or rq.get_format(name).width > 32:
            continue
        columns = [np.array([c], rq.get_format(name).code_dtype) for c in b.witness]
        x = RATIONAL[operation](*(Fraction(rq.decode(c, name, dtype=object)[0]) for c in columns))
        for mode in ("ties_to_even", "ties_to_odd", "ties_to_zero"):
            (r,) = delivered(operation, name, columns, mode)
            assert abs(x - r) / x == b.relative, (operation, name, mode, b.witness)
        seen += 3
    assert seen > 3 * 150
    count_cases(seen)


def test_named_cases():
    """By hand: 1 + 2**-11; (1 + 2**-10) - 2**-11; 683 * 3 = 2**11 + 1; 1 / (1 - 2**-11); and products of 8 digits, of which none is 257."""
    assert [bounds.of_operation(op, "float16").witness for op in ("add", "sub", "mul", "recip")] == [
        (0x3C00, 0x1000), (0x3C01, 0x1000), bounds.of_operation("mul", "float16").witness, (0x3BFF,),
    ]  # fmt: skip
    a, b = (int(rq.decode(np.uint16(c), "float16") * 2**20) for c in bounds.of_operation("mul", "float16").witness)
    odd = lambda n: n // (n & -n)  # noqa: E731
    assert sorted((odd(a), odd(b))) == [3, 683]
    assert bounds.of_operation("mul", "bfloat16").witness is bounds.of_operation("mul", "float8_e4m3fn").witness is None
    assert bounds.of_operation("div", "float16").relative == Fraction(1023, 2**21)
    assert bounds.of_operation("mul", "float16").absolute == Fraction(1, 2**25) and bounds.of_operation("add", "float16").absolute == 0
    # 2**-24 * 0.5 is a tie below the normal range: 2**-25 from both 0 and 2**-24
    assert rq.arithmetic.mul(0x0001, 0x3800, "float16") == 0 and rq.arithmetic.mul(0x0001, 0x3800, "float16", rounding="ties_to_away") == 1


@pytest.mark.parametrize(("operation", "formats", "result", "exact"), [
    ("mul", ("float8_e4m3fn", "float8_e5m2"), "float32", True), ("mul", ("bfloat16", "bfloat16"), "float32", False),
    ("mul", ("float16", "float16"), "float32", True), ("add", ("float8_e4m3fn", "float8_e4m3fn"), "float32", True), ("add", ("int8", "int8"), "int8", True),
    ("sub", ("uint8", "uint8"), "int9", True), ("fma", ("float4_e2m1fn", "float4_e2m1fn", "int8"), "float16", True), ("div", ("int8", "int8"), "float32", False),
    ("add", ("float16", "float32"), "float32", False), ("add", ("int2", "int2"), "float4_e2m1fn", True), ("add", ("int3", "int3"), "float4_e2m1fn", False),
])  # fmt: skip
def test_which_mixed_operations_are_exact(operation, formats, result, exact):
    """RQ-11.15: by hand. bfloat16 products reach below float32's least quantum, and are exact above its least normal number."""
    b = bounds.of_operation(operation, formats, result=result)
    assert b.exact is exact
    assert b.relative is None or (b.relative == 0) is (exact or formats[0] == "bfloat16")


@pytest.mark.parametrize(("operation", "formats", "result", "saturated"), [
    ("sub", ("uint3", "uint2"), "uint4", 3), ("div", ("int4", "int3"), "int4", 1), ("fma", ("uint2", "uint2", "int4"), "int4", 9), ("add", ("int4", "uint2"), "int4", 3),
    ("mul", ("int4", "uint3"), "int4", 48), ("recip", ("float16",), "float16", 2**24 - 65504), ("sqrt", ("uint8",), "uint4", Fraction(1, 1)), ("rsqrt", ("float16",), "int3", 4093),
])  # fmt: skip
def test_how_far_mixed_operations_leave_the_range(operation, formats, result, saturated):
    """RQ-11.17: by hand. 0 - 3, -8 / -1, 3 * 3 + 7, 7 + 3, -8 * 7, 2**24; the root of 255 is just below 16; that of 2**24 is 4096."""
    found = bounds.of_operation(operation, formats, result=result).saturated
    assert found == saturated if operation != "sqrt" else (found + 15 - Fraction(1, 1 << 50)) ** 2 < 255 <= (found + 15) ** 2


formats_of_16_bits = st.one_of(
    strategies.formats(min_width=3, max_width=16), st.sampled_from(["float16", "bfloat16", "tfloat32", "float32"]).map(rq.get_format)
)


@given(st.data(), formats_of_16_bits, strategies.rounding_modes(), st.sampled_from(list(RATIONAL)))
def test_no_operation_of_any_format_exceeds_its_bound(data, fmt, mode, operation):
    """RQ-11.14 to RQ-11.17: drawn operands, saturated."""
    operands = strategies.codes(fmt, nan=False, infinity=False)
    columns = [np.array(data.draw(st.lists(operands, min_size=6, max_size=6)), fmt.code_dtype) for _ in range(OPERANDS[operation])]
    assume(fmt.grid.first_index == 0)
    b = bounds.of_operation(operation, fmt, mode)
    exact = [RATIONAL[operation](*map(Fraction, row)) for row in zip(*(rq.decode(c, fmt, dtype=object).tolist() for c in columns))]
    nan = None if fmt.has_nan else "to_zero"
    codes = getattr(rq.arithmetic, operation)(*columns, fmt, rounding=mode, overflow="saturate", dialect=rq.get_dialect("default").replace(nan=nan))
    for x, r in zip(exact, rq.decode(codes, fmt, dtype=object).tolist()):
        if x is None or not x:
            continue
        error = abs(x - Fraction(r))
        if not in_range(x, b):
            assert error <= b.saturated
        elif b.normal_from is None or abs(x) < b.normal_from:
            assert error <= b.absolute
        else:
            assert error <= b.relative * abs(x)


def test_what_of_operation_refuses():
    with pytest.raises(UnknownNameError, match=r"^operation: expected one of add, sub.*; got 'power'"):
        bounds.of_operation("power", "float16")
    with pytest.raises(InputValueError, match=r"^fmt: expected one format, or a tuple of one for each of 2 operands; got a tuple of 3"):
        bounds.of_operation("add", ("int8",) * 3)
    with pytest.raises(InputValueError, match=r"^result: operands of different formats \(int8, float16\) need the format of the result"):
        bounds.of_operation("add", ("int8", "float16"))
    with pytest.raises(UnknownNameError, match="rounding"):
        bounds.of_operation("add", "float16", "up")
    with pytest.raises(InputValueError, match=r"^result: sqrt into float8_e8m0fnu, which holds powers of two alone, is refused \(RQ-7.27\)"):
        bounds.of_operation("sqrt", "float8_e8m0fnu")
    with pytest.raises(InputValueError, match=r"^result: rsqrt into float8_e8m0fnu"):
        bounds.of_operation("rsqrt", "float16", result="float8_e8m0fnu")
    assert bounds.of_operation("sqrt", "float8_e8m0fnu", result="float16").ulps == Fraction(1, 2)
