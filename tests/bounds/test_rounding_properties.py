"""Rounding is monotone, idempotent and sign-symmetric; codes survive a round trip, widening is exact, stochastic results have their probability."""

from fractions import Fraction
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import refquant as rq
from refquant.containers import holds
from refquant.errors import InvalidFormatError

DETERMINISTIC = [m for m in rq.RoundingMode if not m.is_stochastic]
STOCHASTIC = [m for m in rq.RoundingMode if m.is_stochastic]
ONE_SIDED = ("toward_positive", "toward_negative", "ties_to_positive", "ties_to_negative")
NAMED = [rq.get_format(n) for n in rq.list_formats(p3109=True) if not n.startswith("binary") or int(n[6 : n.index("p")]) <= 10]


@st.composite
def user_floats(draw):
    """A user-defined floating-point format; a format without zero has precision 1."""
    precision, nan, signed = draw(st.integers(1, 12)), draw(st.sampled_from(["ieee", "all_ones", "negative_zero", "none"])), draw(st.booleans())
    zero = signed or precision > 1 or nan == "ieee" or draw(st.booleans())
    infinity, parity = nan == "ieee" or draw(st.booleans()), draw(st.sampled_from(["significand", "code"]))
    width, bias = draw(st.integers(1, 7)), draw(st.integers(-70, 140))
    try:
        return rq.FloatFormat(precision=precision, exponent_width=width, bias=bias, nan=nan, signed=signed, zero=zero, infinity=infinity, parity=parity)
    except InvalidFormatError:
        return rq.get_format("float8_e4m3")


user_integers = st.builds(rq.IntFormat, width=st.integers(2, 30), signed=st.just(True), fraction_bits=st.integers(-9, 30), encoding=st.sampled_from(["twos_complement", "sign_magnitude"]))  # fmt: skip
unsigned_integers = st.builds(rq.IntFormat, width=st.integers(1, 30), signed=st.just(False), fraction_bits=st.integers(-9, 30))
any_format = st.one_of(st.sampled_from(NAMED), user_floats(), user_integers, unsigned_integers)


@st.composite
def numbers_for(draw, fmt, past=3):
    """Exact numbers among a format's magnitudes and up to `past` places beyond, on both sides: on values, on middles, anywhere."""
    top = fmt.grid.max_positive
    places = st.one_of(st.integers(0, top), st.integers(0, min(top, 9)), st.integers(max(top - 5, 0), top + past))
    parts = st.one_of(st.sampled_from([Fraction(0), Fraction(1, 2)]), st.integers(0, 1 << 20).map(lambda k: Fraction(k, 1 << 20)))
    found = []
    for n, part, negative in draw(st.lists(st.tuples(places, parts, st.booleans()), min_size=2, max_size=9)):
        low, high = fmt.magnitude(n), fmt.magnitude(n + 1)
        found.append((low + part * (high - low)) * (-1 if negative else 1))
    return found


def rounded(values, fmt, mode, **more):
    """Exact rounded values of exact values."""
    return rq.decode(rq.encode(np.array(values, dtype=object), fmt, rounding=mode, **more), fmt, dtype=object)


def is_number(value):
    return isinstance(value, Fraction) or value == 0


@given(any_format.flatmap(lambda f: st.tuples(st.just(f), numbers_for(f))), st.sampled_from(DETERMINISTIC))
def test_rounding_is_monotone(case, mode):
    """RQ-11.6: everywhere under saturate, in range without."""
    fmt, values = case
    values = sorted(values)
    everywhere = rounded(values, fmt, mode, overflow="saturate").tolist()
    assert everywhere == sorted(everywhere), (fmt, mode, values, everywhere)
    flags = rq.encode(np.array(values, dtype=object), fmt, rounding=mode, return_flags=True, dialect=rq.get_dialect("default").replace(negative=None)).flags
    in_range = [float(r) for r, f in zip(rounded(values, fmt, mode), flags, strict=True) if is_number(r) and not f & 20]
    assert in_range == sorted(in_range), (fmt, mode, values, in_range)


@given(any_format.flatmap(lambda f: st.tuples(st.just(f), numbers_for(f))), st.sampled_from(DETERMINISTIC), st.sampled_from(DETERMINISTIC))
def test_rounding_is_idempotent_in_every_mode(case, mode, again):
    """RQ-11.7: a value is not changed by any mode; stochastic ones with any random bits."""
    fmt, values = case
    once = np.array([r for r in rounded(values, fmt, mode) if is_number(r)], dtype=object)
    assert rounded(once, fmt, again).tolist() == once.tolist(), (fmt, mode, again, values)
    random = rq.RandomBits(np.full(once.shape, 255, np.uint8), 8)
    assert rounded(once, fmt, STOCHASTIC[len(values) % 3], random=random).tolist() == once.tolist(), (fmt, values)


@given(any_format.filter(lambda f: f.signed).flatmap(lambda f: st.tuples(st.just(f), numbers_for(f, past=0))), st.sampled_from(DETERMINISTIC))
def test_rounding_is_symmetric_where_the_mode_is(case, mode):
    """RQ-11.7; a one-sided mode mirrors the opposite one."""
    fmt, values = case
    values = [v for v in values if abs(v) <= fmt.max_finite]
    opposite = {"positive": "negative", "negative": "positive"}
    mirrored = mode if mode not in ONE_SIDED else mode.replace(mode.rpartition("_")[2], opposite[mode.rpartition("_")[2]])
    negated = rounded([-v for v in values], fmt, mirrored)
    assert [-r for r in rounded(values, fmt, mode)] == negated.tolist(), (fmt, mode, values)


@pytest.mark.parametrize("mode", ONE_SIDED)
def test_one_sided_modes_are_not_symmetric(mode):
    tie = Fraction(17, 16)
    assert rounded([tie], "float8_e4m3fn", mode)[0] != -rounded([-tie], "float8_e4m3fn", mode)[0]


@pytest.mark.parametrize("mode", DETERMINISTIC)
def test_every_code_survives_a_round_trip(mode, count_cases):
    """RQ-3.4: through float64, every non-NaN code under the default, every code under keep_payload; formats of at most 16 bits."""
    keep = rq.get_dialect("default").replace(nan="keep_payload")
    for fmt in NAMED:
        if fmt.width > (16 if mode == "ties_to_even" else 6) or not holds(rq.get_format("float64"), fmt):
            continue
        codes = np.arange(1 << fmt.width, dtype=fmt.code_dtype)
        back = rq.encode(rq.decode(codes, fmt), fmt, rounding=mode, dialect=keep if fmt.has_nan else None)
        assert np.array_equal(back, codes), (fmt.name, mode, codes[back != codes][:5], "RQ-3.4")
        plain = codes[rq.decode_parts(codes, fmt).kind < 2]
        assert np.array_equal(rq.encode(rq.decode(plain, fmt), fmt, rounding=mode), plain), (fmt.name, mode, "RQ-3.4")
        count_cases(codes.size + plain.size)


@given(any_format, st.lists(st.integers(0, (1 << 64) - 1), min_size=1, max_size=20), st.sampled_from(DETERMINISTIC))
def test_codes_of_any_format_survive_a_round_trip(fmt, numbers, mode):
    codes = np.array([n % (1 << fmt.width) for n in numbers], fmt.code_dtype)
    codes = codes[rq.decode_parts(codes, fmt).kind < 2]
    assert rq.encode(rq.decode(codes, fmt, dtype=object), fmt, rounding=mode).tolist() == codes.tolist(), (fmt, mode)


@given(any_format, any_format, st.lists(st.integers(0, (1 << 64) - 1), min_size=1, max_size=20), st.sampled_from(DETERMINISTIC))
def test_widening_is_exact(narrow, wide, numbers, mode):
    """A format that holds another's datums gets each unchanged, in every mode, without a flag, and gives it back."""
    if not holds(wide, narrow):
        narrow, wide = (wide, narrow) if holds(narrow, wide) else (narrow, rq.FloatFormat(precision=40, exponent_width=14))
    assume(holds(wide, narrow))
    codes = np.array([n % (1 << narrow.width) for n in numbers], narrow.code_dtype)
    codes = codes[rq.decode_parts(codes, narrow).kind < 2]
    widened, flags = rq.convert(codes, narrow, wide, rounding=mode, return_flags=True)
    assert [str(v) for v in rq.decode(widened, wide, dtype=object)] == [str(v) for v in rq.decode(codes, narrow, dtype=object)], (narrow, wide, mode)
    assert not flags.any() and rq.convert(widened, wide, narrow, rounding=mode).tolist() == codes.tolist(), (narrow, wide, mode)


def threshold(v, mode, n):
    """R* of RQ-9.4, by fractions: the least R for which the inequality of RQ-9.1 to RQ-9.3 holds."""
    if v == 0:
        return 1 << n
    if mode == "stochastic_a":
        return (1 << n) - floor(v * 2**n)
    if mode == "stochastic_b":
        return max(0, ceil(Fraction((1 << (n + 1)) - 1 - floor(v * 2 ** (n + 1)), 2)))
    scaled = v * 2**n
    whole, rest = floor(scaled), scaled - floor(scaled)
    return (1 << n) - (whole + (rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1)))


@st.composite
def between_neighbours(draw, bits):
    """A format, a place in it, the part v of the gap above it that a number lies at, and the sign."""
    fmt = draw(st.one_of(st.sampled_from(NAMED), user_floats(), user_integers).filter(lambda f: f.grid.max_positive >= 2))
    n = draw(st.integers(fmt.grid.first_index, fmt.grid.max_positive - 1))
    grain = st.integers(0, 4 << bits).map(lambda k: Fraction(k, 4 << bits) % 1)
    return fmt, n, draw(st.one_of(grain, st.fractions(0, 1, max_denominator=1 << 40).map(lambda v: v % 1))), fmt.signed and draw(st.booleans())


@settings(max_examples=60)
@given(st.integers(1, 12).flatmap(lambda n: st.tuples(st.just(n), between_neighbours(n))), st.sampled_from(STOCHASTIC))
def test_stochastic_probability_is_counted_over_all_random_numbers(case, mode):
    """RQ-9.1 to RQ-9.4: 2**N results, each one of the two neighbours, and as many up as the clause says."""
    n, (fmt, place, v, negative) = case
    low, high = fmt.magnitude(place), fmt.magnitude(place + 1)
    x = (low + v * (high - low)) * (-1 if negative else 1)
    random = rq.RandomBits(np.arange(1 << n, dtype=np.uint16), n)
    values = np.empty(1 << n, dtype=object)
    values[:] = x
    codes, counts = np.unique(rq.encode(values, fmt, rounding=mode, random=random), return_counts=True)
    seen = {abs(Fraction(rq.decode(c, fmt, dtype=object))): int(k) for c, k in zip(codes, counts, strict=True)}
    ups = (1 << n) - threshold(v, mode, n)
    assert seen == {m: k for m, k in ((low, (1 << n) - ups), (high, ups)) if k}, (fmt, mode, n, place, v)


@given(between_neighbours(32), st.sampled_from(STOCHASTIC))
def test_stochastic_threshold_of_32_random_bits(case, mode):
    """RQ-9.4: R* - 1 stays, R* steps up."""
    fmt, place, v, negative = case
    low, high = fmt.magnitude(place), fmt.magnitude(place + 1)
    x = (low + v * (high - low)) * (-1 if negative else 1)
    least = threshold(v, mode, 32)
    tried = [r for r in (0, least - 1, least, (1 << 32) - 1) if 0 <= r < 1 << 32]
    got = rounded([x] * len(tried), fmt, mode, random=rq.RandomBits(np.array(tried, np.uint64), 32))
    assert [abs(Fraction(r)) for r in got] == [high if r >= least else low for r in tried], (fmt, mode, place, v, tried)
