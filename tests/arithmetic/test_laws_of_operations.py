"""Laws of arithmetic that survive rounding, in formats of every kind, named, of P3109 and user-defined, in every mode: codes and flags."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import refquant as rq
from refquant.testing import strategies

A = rq.arithmetic
SIZE = 12
ZERO, INEXACT, UNDERFLOW, OVERFLOW, INVALID = 0, 1, 2, 4, 16
MIRRORED = {"positive": "negative", "negative": "positive"}
FLOATS = {"integers": False}
some = settings(max_examples=settings.default.max_examples * 2 // 5)  #: of twelve rows each
deterministic, any_mode = strategies.rounding_modes(), strategies.rounding_modes(stochastic=True)


@st.composite
def rows(draw, count, **which):
    """A format and columns of its codes."""
    fmt = draw(strategies.formats(min_width=3, max_width=24, **which))
    codes = strategies.codes(fmt)
    return fmt, [np.array(draw(st.lists(codes, min_size=SIZE, max_size=SIZE)), fmt.code_dtype) for _ in range(count)]


def dialect(fmt, **knobs):
    """A dialect that delivers something for every result."""
    nan = None if fmt.has_nan else "to_max" if fmt.grid.first_index else "to_zero"
    return rq.get_dialect("default").replace(nan=nan, **knobs)


def compute(operation, columns, fmt, mode="ties_to_even", random=None, **knobs):
    return getattr(A, operation)(*columns, fmt, rounding=mode, dialect=dialect(fmt, **knobs), random=random, return_flags=True)


def drawn_bits(data, mode):
    return data.draw(strategies.random_bits(SIZE)) if mode.is_stochastic else None


def same(one, other, where=True):
    where = np.broadcast_to(where, one.codes.shape)
    assert one.codes[where].tolist() == other.codes[where].tolist() and one.flags[where].tolist() == other.flags[where].tolist()


def kinds(codes, fmt):
    """Which are finite, and which are NaN."""
    classes = A.classify(codes, fmt)
    return ~np.isin(classes, [0, 1, 2, 9]), np.isin(classes, [0, 1])


def exact(codes, fmt):
    """The values as fractions, infinities as floats; 0 for NaN, which has no order."""
    values = rq.decode(codes, fmt, dtype=object)
    return np.array([0 if v != v else v for v in values], object)


def opposites(codes, fmt):
    """Opposite codes, and where they are the opposite: not of the least integer, nor below an unsigned format's zero."""
    found = A.neg(codes, fmt, dialect=dialect(fmt))
    return found, np.array([-x == y for x, y in zip(exact(codes, fmt), exact(found, fmt))])


def code_of(value, fmt):
    """The code of a value that the format has; give the example up where it lacks it."""
    found = rq.encode(np.array([value], object), fmt, dialect=dialect(fmt), overflow="saturate")
    assume(rq.decode(found, fmt, dtype=object)[0] == value)
    return np.repeat(found, SIZE)


@some
@given(rows(3), any_mode, st.data())
def test_operands_of_sums_and_products_commute(given_rows, mode, data):
    """RQ-7.8, RQ-7.11."""
    fmt, (a, b, c) = given_rows
    random = drawn_bits(data, mode)
    for operation in ("add", "mul"):
        same(compute(operation, (a, b), fmt, mode, random), compute(operation, (b, a), fmt, mode, random))
    same(compute("fma", (a, b, c), fmt, mode, random), compute("fma", (b, a, c), fmt, mode, random))


@some
@given(rows(2), any_mode, st.data())
def test_a_difference_is_the_sum_of_the_opposite(given_rows, mode, data):
    """RQ-7.8."""
    fmt, (a, b) = given_rows
    assume(fmt.signed)
    minus, where = opposites(b, fmt)
    random = drawn_bits(data, mode)
    same(compute("sub", (a, b), fmt, mode, random), compute("add", (a, minus), fmt, mode, random), where)


@some
@given(rows(3, **FLOATS), any_mode, st.data())
def test_signs_and_modes_mirror_each_other(given_rows, mode, data):
    """RQ-4.3 to RQ-4.14, RQ-7.8, RQ-7.10: but for sums that cancel, whose zero has the sign of the mode."""
    fmt, columns = given_rows
    assume(fmt.signed)
    (minus_a, minus_b, minus_c), random = (opposites(c, fmt)[0] for c in columns), drawn_bits(data, mode)
    a, b, c = columns
    head, _, end = mode.value.rpartition("_")
    mirrored = f"{head}_{MIRRORED.get(end, end)}"
    pairs = {"add": ((a, b), (minus_a, minus_b)), "mul": ((a, b), (minus_a, b)), "div": ((a, b), (minus_a, b)), "fma": ((a, b, c), (a, minus_b, minus_c))}
    for operation, (one, other) in pairs.items():
        got, mirror = compute(operation, one, fmt, mode, random), compute(operation, other, fmt, mirrored, random)
        cancelled = (exact(got.codes, fmt) == 0) & (got.flags == 0) & (operation in ("add", "fma"))
        assert got.flags.tolist() == mirror.flags.tolist()
        nan = kinds(got.codes, fmt)[1]
        assert (kinds(mirror.codes, fmt)[1] == nan).all()
        made = nan | ((got.flags & INVALID != 0) & (not fmt.has_nan))  # what stands for a NaN has one sign
        assert (opposites(got.codes, fmt)[0] == mirror.codes)[~made & ~cancelled].all()


@some
@given(rows(1), st.lists(st.floats(-1, 1), min_size=SIZE, max_size=SIZE), deterministic)
def test_sterbenz(given_rows, shares, mode):
    """x - y is exact where y/2 <= x <= 2y, in formats with subnormals (Sterbenz, Floating-Point Computation, 1974, 4.3.1)."""
    fmt, (y,) = given_rows
    assume(fmt.grid.has_subnormals or isinstance(fmt, rq.IntFormat))
    indices = y.astype(np.int64) & ((1 << (fmt.width - fmt.signed)) - 1)
    reach = 1 << (fmt.precision - 1) if not isinstance(fmt, rq.IntFormat) else indices
    x = np.clip(indices + (np.array(shares) * reach).astype(np.int64), 0, fmt.grid.max_positive).astype(fmt.code_dtype)
    y = np.minimum(indices, fmt.grid.max_positive).astype(fmt.code_dtype)
    vx, vy = exact(x, fmt), exact(y, fmt)
    where = (2 * vx >= vy) & (vx <= 2 * vy) & ((vx >= vy) | fmt.signed)
    got = compute("sub", (x, y), fmt, mode)
    assert (got.flags[where] == 0).all() and (exact(got.codes, fmt)[where] == (vx - vy)[where]).all()


@some
@given(rows(2), any_mode, st.data())
def test_a_product_and_a_zero_of_its_sign_is_the_product(given_rows, mode, data):
    """RQ-7.8, RQ-7.10: fma(a, b, 0) == mul(a, b), where the sign of the zero cannot show too."""
    fmt, (a, b) = given_rows
    assume(not fmt.grid.first_index)
    random = drawn_bits(data, mode)
    negative = np.zeros(SIZE, bool) if not fmt.signed else (a ^ b) >> (fmt.width - 1) == 1
    zero = np.where(negative & fmt.has_negative_zero, 1 << (fmt.width - 1), 0).astype(fmt.code_dtype)
    product = compute("mul", (a, b), fmt, mode, random)
    same(compute("fma", (a, b, zero), fmt, mode, random), product)
    same(compute("fma", (a, b, np.zeros_like(a)), fmt, mode, random), product, (exact(product.codes, fmt) != 0) | (product.flags != 0))


@some
@given(rows(2), any_mode, st.data())
def test_one_times_a_number_and_another_is_their_sum(given_rows, mode, data):
    """RQ-7.8: fma(a, 1, c) == add(a, c), zeros and NaNs too."""
    fmt, (a, c) = given_rows
    random = drawn_bits(data, mode)
    same(compute("fma", (a, code_of(Fraction(1), fmt), c), fmt, mode, random), compute("add", (a, c), fmt, mode, random))


def ascending(one, other, fmt):
    """Codes of numbers with the smaller in the first column, and where both are numbers."""
    swap = A.compare(one, other, fmt, predicate="lt")
    numbers = ~(kinds(one, fmt)[1] | kinds(other, fmt)[1])
    return np.where(swap, one, other), np.where(swap, other, one), numbers


@some
@given(rows(4), deterministic)
def test_operations_are_monotone_in_each_operand(given_rows, mode):
    """RQ-11.6: saturated, so that what is out of range has a place too."""
    fmt, (one, other, b, c) = given_rows
    low, high, where = ascending(one, other, fmt)
    b, c = (np.where(kinds(k, fmt)[0], k, code) for k, code in ((b, low), (c, low)))
    positive, finite = exact(b, fmt) > 0, kinds(b, fmt)[0] & kinds(c, fmt)[0]
    tried = {"add": (b,), "mul": (b,), "div": (b,), "fma": (b, c), "sqrt": ()}
    for operation, rest in tried.items():
        below, above = (compute(operation, (x, *rest), fmt, mode, overflow="saturate").codes for x in (low, high))
        ordered = A.compare(below, above, fmt, predicate="le") | kinds(below, fmt)[1] | kinds(above, fmt)[1]
        real = (exact(low, fmt) >= 0) | (operation != "sqrt")
        assert ordered[where & finite & real & (positive | (operation in ("add", "sqrt")))].all(), operation
    falling = [compute(operation, columns, fmt, mode, overflow="saturate").codes for operation, columns in (("sub", (b, high)), ("sub", (b, low)))]
    assert (A.compare(*falling, fmt, predicate="le") | kinds(falling[0], fmt)[1] | kinds(falling[1], fmt)[1])[where & finite].all()


@some
@given(rows(1), deterministic)
def test_the_step_to_a_neighbour_is_exact(given_rows, mode):
    """The difference of neighbours is a number of the format, and leads from the one to the other, in formats with subnormals."""
    fmt, (a,) = given_rows
    assume(fmt.grid.has_subnormals or isinstance(fmt, rq.IntFormat))
    up = A.next_up(a, fmt, dialect=dialect(fmt))
    where = kinds(a, fmt)[0] & kinds(up, fmt)[0] & (up != a)
    step = compute("sub", (up, a), fmt, mode)
    where &= step.flags != OVERFLOW | INEXACT  # a step that is no number of a tiny format
    assume(not isinstance(fmt, rq.IntFormat) or fmt.max_finite >= fmt.magnitude(1))
    assert (step.flags[where] == 0).all()
    back = compute("add", (a, step.codes), fmt, mode)
    assert (back.flags[where] == 0).all() and (exact(back.codes, fmt) == exact(up, fmt))[where].all()


@some
@given(rows(1, **FLOATS), st.sampled_from([m for m in rq.RoundingMode if m.is_nearest]))
def test_the_root_of_a_square_is_the_number(given_rows, mode):
    """sqrt(x * x) == |x| to nearest in radix 2 where the square is neither too large nor tiny (Boldo, 2015), and not only where it is exact."""
    fmt, (a,) = given_rows
    assume(fmt.signed or fmt.precision > 1 or fmt.zero)  # RQ-7.27
    square = compute("mul", (a, a), fmt, mode)
    where = kinds(a, fmt)[0] & (square.flags & (UNDERFLOW | OVERFLOW | INVALID) == 0) & (exact(square.codes, fmt) != 0)
    root = compute("sqrt", (square.codes,), fmt, mode)
    assert (exact(root.codes, fmt) == abs(exact(a, fmt)))[where].all()


@pytest.mark.parametrize(("name", "wide"), [("float8_e5m2", "float32"), ("float16", "float32"), ("float8_e4m3fnuz", "bfloat16"), ("bfloat16", "float32")])
@pytest.mark.parametrize("mode", [m for m in rq.RoundingMode if not m.is_stochastic])
def test_the_root_of_an_exact_square_is_the_number(name, wide, mode, count_cases):
    """Every code: the square into a wide format has no flag, nor has its root back into the narrow one."""
    fmt = rq.get_format(name)
    a = np.arange(0, 1 << fmt.width, 1 if fmt.width == 8 else 37).astype(fmt.code_dtype)
    finite = kinds(a, fmt)[0] & ((exact(a, fmt) == 0) | ((abs(exact(a, fmt)) > Fraction(1, 1 << 60)) & (abs(exact(a, fmt)) < 1 << 60)))
    square = A.mul(a[finite], a[finite], name, result=wide, return_flags=True)
    root = A.sqrt(square.codes, wide, result=name, rounding=mode, return_flags=True)
    assert not square.flags.any() and not root.flags.any() and (root.codes == A.abs(a[finite], name)).all()
    count_cases(finite.sum())


@some
@given(rows(1), st.integers(-40, 40), any_mode, st.data())
def test_powers_of_two_scale(given_rows, n, mode, data):
    """RQ-7.20: a * 2**n == a / 2**-n == scale_b(a, n)."""
    fmt, (a,) = given_rows
    random = drawn_bits(data, mode)
    power, inverse = code_of(Fraction(2) ** n, fmt), rq.encode(np.array([Fraction(2) ** -n], object), fmt, overflow="saturate")
    scaled = A.scale_b(a, n, fmt, rounding=mode, dialect=dialect(fmt), random=random, return_flags=True)
    same(compute("mul", (a, power), fmt, mode, random), scaled)
    if rq.decode(inverse, fmt, dtype=object)[0] == Fraction(2) ** -n:
        same(compute("div", (a, np.repeat(inverse, SIZE)), fmt, mode, random), scaled)


@some
@given(rows(1), deterministic)
def test_a_number_less_itself_is_zero_and_by_itself_one(given_rows, mode):
    """RQ-7.9, RQ-7.10: the zero is -0 toward_negative alone; Inf - Inf, Inf / Inf and 0 / 0 are invalid."""
    fmt, (a,) = given_rows
    assume(not fmt.grid.first_index)
    finite, nan = kinds(a, fmt)
    got = compute("sub", (a, a), fmt, mode)
    zero = 1 << (fmt.width - 1) if mode.value == "toward_negative" and fmt.has_negative_zero else 0
    assert (got.codes[finite] == zero).all() and (got.flags[finite] == 0).all() and (got.flags[~finite & ~nan] == INVALID).all()
    by = compute("div", (a, a), fmt, mode)
    assert (by.flags[~nan & (~finite | (exact(a, fmt) == 0))] == INVALID).all()
    one, nonzero = code_of(Fraction(1), fmt), finite & (exact(a, fmt) != 0)
    assert (by.codes == one)[nonzero].all() and (by.flags[nonzero] == 0).all()


@some
@given(rows(1), any_mode, st.data())
def test_a_reciprocal_is_one_by_the_number(given_rows, mode, data):
    """RQ-7.18."""
    fmt, (a,) = given_rows
    random = drawn_bits(data, mode)
    same(compute("recip", (a,), fmt, mode, random), compute("div", (code_of(Fraction(1), fmt), a), fmt, mode, random))


@some
@given(rows(1))
def test_a_step_down_and_a_step_up_lead_back_in_every_format(given_rows):
    """RQ-7.22: but at the ends, and at 0, whose sign is lost."""
    fmt, (a,) = given_rows
    down = A.next_down(a, fmt, dialect=dialect(fmt))
    where = kinds(a, fmt)[0] & (down != a) & (exact(a, fmt) != 0)
    assert (A.next_up(down, fmt, dialect=dialect(fmt)) == a)[where].all()
    assert A.compare(down, a, fmt, predicate="lt")[where].all()
