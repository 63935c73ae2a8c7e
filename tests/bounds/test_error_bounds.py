"""No number is farther from its rounded value than `round_trip` and `summary` say; ties attain it, other modes come within one source ulp."""

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refquant as rq
from refquant import bounds
from refquant.errors import InputTypeError, PolicyError, UnknownNameError

MODES = list(rq.RoundingMode)
INTEGERS = ["int1", "int2", "int5", "int8", "uint1", "uint4", "uint8"]
SMALL = (
    [n for n in rq.list_formats() if rq.get_format(n).width <= 8 and "int" not in n.removeprefix("mx")]
    + INTEGERS
    + ["mxint8", "binary8p1se", "binary8p4uf", "binary6p3sf", "binary5p5ue", "binary3p1ue"]
)
USER = [
    rq.FloatFormat(precision=1, exponent_width=3, bias=3, nan="none", infinity=False, signed=False, zero=False, name="powers"),
    rq.FloatFormat(precision=3, exponent_width=3, bias=9, nan="all_ones", infinity=True, signed=False, name="tiny"),
    rq.IntFormat(width=6, signed=False, fraction_bits=9, name="unsigned_fixed"),
    rq.IntFormat(width=5, encoding="sign_magnitude", fraction_bits=-3, name="eights"),
]
FORMATS = [*SMALL, *USER]
NEAR = Fraction(1, 1 << 12)


def magnitude(n, fmt):
    """Magnitude n of a format, 0 the zero, past the largest one too: RQ-2.3, RQ-2.9 and RQ-4.1 in exact fractions."""
    if isinstance(fmt, rq.IntFormat):
        return n * Fraction(2) ** -fmt.fraction_bits
    t = fmt.precision - 1
    e, trailing = divmod(n if fmt.zero else n - 1, 1 << t)
    if n == 0:
        return Fraction(0)
    if fmt.zero and e == 0:
        return trailing * Fraction(2) ** (1 - fmt.bias - t)
    return ((1 << t) + trailing) * Fraction(2) ** (e - fmt.bias - t)


@cache
def last_index(fmt, negative):
    """Index of the bound of a side."""
    bound = fmt.lowest_finite if negative else fmt.max_finite
    return 0 if negative and not fmt.signed else next(n for n in range((1 << fmt.width) + 1) if magnitude(n, fmt) == abs(bound))


@cache
def gaps(fmt):
    """(inputs as float64, gap around each, side and place in it): on both sides, in every gap below the bound.

    Places: 0 the value below, 1 just above it, 2 below the middle, 3 the middle, 4 above, 5 just below the value above.
    """
    rows = []
    for negative in (False, True):
        for n in range(last_index(fmt, negative)):
            low, high = magnitude(n, fmt), magnitude(n + 1, fmt)
            parts = (0, NEAR, Fraction(1, 2) - NEAR, Fraction(1, 2), Fraction(1, 2) + NEAR, 1 - NEAR)
            rows += [((-1 if negative else 1) * float(low + part * (high - low)), float(high - low), negative, place) for place, part in enumerate(parts)]
    x, gap, negative, place = (np.array(column) for column in zip(*rows, strict=True))
    return x, gap, negative, place


def rounded(x, fmt, mode, **more):
    """x rounded by the public API; a stochastic mode gets the least and the greatest random number in turn."""
    random = rq.RandomBits(np.arange(x.size).reshape(x.shape) % 2 * 4095, 12) if rq.RoundingMode(mode).is_stochastic else None
    return rq.decode(rq.encode(x, fmt, rounding=mode, random=random, **more), fmt)


@pytest.mark.parametrize("mode", MODES)
def test_no_number_exceeds_the_bound_and_ties_attain_it(mode, count_cases):
    """Every gap of every format with k <= 8. All differences here are exact in float64: at most 12 bits below a quantum."""
    for fmt in map(rq.get_format, FORMATS):
        x, gap, _, place = gaps(fmt)
        error, bound = np.abs(x - rounded(x, fmt, mode)), bounds.round_trip(x, fmt, rounding=mode)
        expected = gap / 2 if mode.is_nearest else gap
        if not fmt.grid.first_index:
            assert np.array_equal(bound, expected), (fmt.name, mode, "RQ-11.1, RQ-11.2")
        else:  # below the least value its gap is the bound, and an exact zero gives the least value
            below = x < float(magnitude(1, fmt))
            assert np.array_equal(bound, np.where(below, gap, expected)), (fmt.name, mode, "RQ-11.4")
            error, bound, place = error[~below], bound[~below], place[~below]
        assert (error <= bound).all() if mode.is_nearest else (error < bound).all(), (fmt.name, mode)
        if mode.is_nearest:
            assert np.array_equal(error == bound, place == 3), (fmt.name, mode, "RQ-11.1: attained by ties alone")
        count_cases(x.size)


def binades(fmt):
    """(start, gap) of each binade of normal numbers, both signs."""
    whole = isinstance(fmt, rq.IntFormat)
    start = fmt.magnitude(1) if whole else fmt.min_normal
    e = start.numerator.bit_length() - start.denominator.bit_length()
    while Fraction(2) ** (e + 1) <= fmt.max_finite and e < 126:
        yield from ((sign * 2.0**e, 1.0 if whole else 2.0 ** (e - fmt.precision + 1)) for sign in ((1, -1) if fmt.signed else (1,)))
        e += 1


@pytest.mark.parametrize("mode", [m for m in MODES if not m.is_nearest])
def test_each_binade_has_a_witness_within_one_source_ulp(mode, count_cases):
    """RQ-11.2, with float32 as the source: next to one of the two neighbours the error is at most one source ulp short of the bound."""
    never_leaves = 2.0**-13 if mode in ("stochastic_b", "stochastic_c") else 0.0  # a neighbour nearer than this part of the gap, for 12 random bits
    for fmt in map(rq.get_format, ["float8_e4m3fn", "float8_e5m2", "bfloat16", "float16", "int8", "binary8p1se", "ue4m3", "binary12p5sf"]):
        start, gap = (np.array(c)[:, None] for c in zip(*binades(fmt), strict=True))
        at = (start + np.sign(start) * gap * [0, 1, 2, 1 - never_leaves]).astype(np.float32)  # two gaps: an even and an odd start
        x = np.concatenate([np.nextafter(at, np.float32(-np.inf)), np.nextafter(at, np.float32(np.inf))], axis=1)
        inside = (np.abs(x) > np.abs(start)) & (np.abs(x) < 2 * np.abs(start))
        ulp = np.spacing(np.abs(x)).astype(float) + gap * never_leaves
        draws = [rq.RandomBits(np.full(x.shape, r, np.uint16), 12) for r in (0, 4095)] if mode.is_stochastic else [None]
        found = np.zeros(x.shape, bool)
        for random in draws:
            found |= np.abs(x.astype(float) - rq.decode(rq.encode(x, fmt, rounding=mode, random=random), fmt)) >= gap - ulp
        without = ~(found & inside).any(axis=1)
        assert not without.any(), (fmt.name, mode, [v.hex() for v in start[without, 0].tolist()], "RQ-11.2")
        count_cases(x.size)


OVERFLOWING = [*USER, "int1", "int8", "uint8", "float8_e5m2", "float8_e4m3fn", "float8_e8m0fnu", "binary5p5ue", "binary6p1sf"]
OVERFLOWS = ["no_saturate", "saturate", "saturate_propagate", "to_nan", "wrap"]


@pytest.mark.parametrize("overflow", OVERFLOWS)
@pytest.mark.parametrize("mode", [m for m in MODES if not m.is_stochastic])
def test_out_of_range(mode, overflow, count_cases):
    """RQ-11.5: where a number is delivered the bound is the exact error; where none is, inf."""
    cases = 0
    for fmt in map(rq.get_format, OVERFLOWING):
        top, step = float(fmt.max_finite), float(magnitude(last_index(fmt, False) + 1, fmt) - fmt.max_finite)
        x = np.array([s * (top + step * k) for k in (0.25, 0.5, 0.75, 1, 1.5, 1e6) for s in (1, -1)])
        try:
            codes = rq.encode(x, fmt, rounding=mode, overflow=overflow)
        except PolicyError:
            continue
        inside = [in_range(Fraction(v), fmt, mode) for v in x]
        bound = bounds.round_trip(x, fmt, rounding=mode, overflow=overflow)
        exact = bounds.round_trip(x, fmt, rounding=mode, overflow=overflow, dtype=object)
        for v, value, was_in, b, e in zip(x, rq.decode(codes, fmt), inside, bound, exact, strict=True):
            where = (fmt.name, mode, overflow, float(v).hex(), value, b, "RQ-11.5")
            if was_in:
                assert abs(v - value) <= b == e < np.inf, where
            else:
                expected = np.inf if overflow == "wrap" or not np.isfinite(value) else abs(Fraction(v) - Fraction(value))
                assert e == expected and b == least_float(expected), where
            cases += 1
    count_cases(cases)


def least_float(value):
    """The least float64 that is not below a value."""
    nearest = float(value)
    return nearest if value in (np.inf, nearest) or Fraction(nearest) > value else float(np.nextafter(nearest, np.inf))


def in_range(x, fmt, mode):
    """Whether x rounds into the range, by exact fractions: RQ-4 without the code under test."""
    negative, top = x < 0, last_index(fmt, x < 0)
    x = abs(x)
    if x <= magnitude(top, fmt) and not (top == 0 and x):
        return True
    low, high = magnitude(top, fmt), magnitude(top + 1, fmt)
    if x >= high or (top == 0 and not fmt.signed and fmt.grid.first_index):
        return False
    half, odd = (low + high) / 2, is_odd(top, fmt)
    side = {"positive": not negative, "negative": negative, "zero": False, "away": True, "even": odd, "odd": not odd}
    up = side[mode.value.removesuffix("_from_zero").rpartition("_")[2]]
    return x < half or (x == half and not up) if mode.is_nearest else not up


def is_odd(n, fmt):
    """RQ-4.14."""
    if n == 0 or isinstance(fmt, rq.IntFormat) or fmt.precision > 1 or fmt.parity == "code":
        return n > 0 and (n if isinstance(fmt, rq.IntFormat) or fmt.zero else n - 1) % 2 == 1
    return True


def test_float64_bounds_are_rounded_up():
    """Under saturate |x| - bound is rarely a float64: the least float64 that is not below it is given."""
    x = np.array([1e16 + 2, 1e17, 1.7e308, 465.0000000000001, 2.0**60, -1e22, 3e300])
    got = bounds.round_trip(x, "float8_e4m3fn", overflow="saturate")
    for v, b in zip(x.tolist(), got.tolist(), strict=True):
        assert b == least_float(abs(Fraction(v)) - 448), (v.hex(), b.hex(), "RQ-11.5")
    assert bounds.round_trip([Fraction(10) ** 400], "int8", overflow="saturate").tolist() == [np.inf]
    assert bounds.round_trip([Fraction(10) ** 400], "int8", overflow="saturate", dtype=object)[0] == Fraction(10) ** 400 - 127


def test_formats_beyond_float64():
    """P3109 with an exponent of 13 bits: exact as fractions; as float64 rounded up to the least subnormal or to inf."""
    fmt = rq.get_format("binary16p3se")
    low, high = Fraction(2) ** -3000, Fraction(2) ** 3000
    assert bounds.round_trip([low, high], fmt, dtype=object).tolist() == [low / 8, high / 8]
    assert bounds.round_trip([low, high], fmt).tolist() == [5e-324, np.inf]
    assert bounds.round_trip([Fraction(2) ** -1060, Fraction(2) ** -1070], fmt).tolist() == [2.0**-1063, 2.0**-1073]


def test_special_inputs():
    x = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0])
    assert bounds.round_trip(x, "float16").tolist()[1:] == [0, 0, 2.0**-25, 2.0**-25] and np.isnan(bounds.round_trip(x, "float16")[0])
    assert bounds.round_trip(x[1:], "float8_e4m3fn").tolist() == [np.inf, np.inf, 2.0**-10, 2.0**-10]
    assert bounds.round_trip(x[1:], "float16", overflow="saturate").tolist()[:2] == [np.inf, np.inf]
    assert bounds.round_trip(x[1:], "float8_e8m0fnu").tolist() == [np.inf, np.inf, 2.0**-127, 2.0**-127]
    nan_for_zero = rq.get_dialect("default").replace(zero_input="nan")
    assert bounds.round_trip([0.0, 1.0], "float8_e8m0fnu", dialect=nan_for_zero).tolist() == [np.inf, 0.5]
    unsigned = rq.FloatFormat(precision=3, exponent_width=4, nan="all_ones", infinity=True, signed=False)
    assert bounds.round_trip(x[1:3], unsigned).tolist() == [0, np.inf]


def test_every_kind_of_input():
    """The bound is that of the number, whatever its dtype and layout; the input is not modified."""
    x = np.array([[0.1, 3.0], [-5.0, 100.0]])
    expected = [[2.0**-8, 2.0**-3], [2.0**-2, 4.0]]
    wide = np.zeros((2, 4))
    wide[:, ::2] = x
    for given_x in (x, x.astype(">f8"), x.astype(np.float32), x.astype(np.longdouble), wide[:, ::2], np.asfortranarray(x), x.astype(object), x.tolist()):
        kept = np.array(given_x)
        assert bounds.round_trip(given_x, "float8_e4m3fn").tolist() == expected
        assert np.array_equal(kept, np.array(given_x))
        assert bounds.round_trip(given_x, "float8_e4m3fn", dtype=object).tolist() == expected
    assert bounds.round_trip(np.array([3, -5, 100], np.int64), "float8_e4m3fn").tolist() == [2.0**-3, 2.0**-2, 4.0]
    assert bounds.round_trip(np.array([2**63 + 1, 2**64 - 1], np.uint64), "float8_e4m3fn", overflow="saturate", dtype=object).tolist() == [
        2**63 - 447,
        2**64 - 449,
    ]
    scalar, zero_d = bounds.round_trip(0.1, "float16"), bounds.round_trip(np.array(0.1), "float16")
    assert isinstance(scalar, np.float64) and zero_d.shape == () and scalar == zero_d == 2.0**-15
    assert bounds.round_trip(np.empty((0, 3)), "float16").shape == (0, 3)
    assert isinstance(bounds.round_trip(1, "int8", dtype=object), Fraction)


@given(st.lists(st.floats(-(2.0**-10), 2.0**-10, width=32), min_size=1, max_size=30), st.sampled_from(["flush_inputs", "flush_results", "flush_both"]),
       st.sampled_from(["x86", "arm"]), st.sampled_from([m for m in MODES if not m.is_stochastic]))  # fmt: skip
def test_flushed_subnormals_keep_the_bound(values, subnormals, ftz, mode):
    """RQ-11.13."""
    dialect = rq.get_dialect("default").replace(subnormals=subnormals, ftz=ftz)
    for dtype, fmt in ((np.float32, "float16"), (np.float16, "bfloat16"), (np.float32, "ue5m3")):
        x = np.abs(np.array(values, np.float32)).astype(dtype)
        r = rq.decode(rq.encode(x, fmt, rounding=mode, dialect=dialect), fmt)
        assert (np.abs(x.astype(float) - r) <= bounds.round_trip(x, fmt, rounding=mode, dialect=dialect)).all(), (x, fmt, mode, r)


def test_negative_values_of_unsigned_formats():
    x = np.array([-3.0, -0.01, -0.0, 2.0])
    for knob, expected in (("zero", [3.0, 0.5, 0.5, 0.5]), ("absolute", [np.inf, np.inf, 0.5, 0.5]), ("error", [np.inf, 0.5, 0.5, 0.5])):
        assert bounds.round_trip(x, "uint8", dialect=rq.get_dialect("default").replace(negative=knob)).tolist() == expected, knob
    assert bounds.round_trip(x[:2], "uint8", overflow="saturate").tolist() == [3.0, 0.5]
    assert bounds.round_trip(x[:2], "float8_e8m0fnu", overflow="saturate", dtype=object).tolist() == [
        3 + Fraction(1, 2**127),
        Fraction(0.01) + Fraction(1, 2**127),
    ]


def test_what_round_trip_refuses():
    with pytest.raises(PolicyError, match="via"):
        bounds.round_trip([1.0], "float8_e4m3fn", dialect=rq.get_dialect("default").replace(via="float32"))
    assert bounds.round_trip(np.float32(1), "float8_e4m3fn", dialect=rq.get_dialect("default").replace(via="float32")) == 2.0**-4
    with pytest.raises(PolicyError, match="to_nan"):
        bounds.round_trip([1.0], "int8", overflow="to_nan")
    with pytest.raises(InputTypeError, match="dtype"):
        bounds.round_trip([1.0], "int8", dtype=np.float32)
    with pytest.raises(UnknownNameError, match="rounding"):
        bounds.round_trip([1.0], "int8", rounding="up")


@pytest.mark.parametrize("mode", MODES)
def test_summary_holds_for_every_gap(mode):
    """RQ-11.3, RQ-11.4 for k <= 8: in exact arithmetic, not above; attained where it says so."""
    for fmt in map(rq.get_format, FORMATS):
        s = bounds.summary(fmt, mode)
        x, _, _, _ = gaps(fmt)
        x = x[x != 0]
        error, normal = np.abs(x - rounded(x, fmt, mode)), np.abs(x) >= float(np.inf if s.normal_from is None else s.normal_from)
        for relative, where, limit, attained in ((True, normal, s.relative, s.relative_attained), (False, ~normal, s.absolute, s.absolute_attained)):
            size = error[where] / np.abs(x[where]) if relative else error[where]
            near = size >= size.max(initial=0) * (1 - 1e-12)  # the float64 quotient picks; fractions judge
            exact = [Fraction(e) / (abs(Fraction(v)) if relative else 1) for v, e in zip(x[where][near], error[where][near], strict=True)]
            if exact:
                assert max(exact) <= limit and (max(exact) == limit) == attained, (fmt.name, mode, max(exact), str(s))
        assert (s.lowest, s.highest) == (0 if fmt.grid.first_index else fmt.lowest_finite, fmt.max_finite)


def test_summary_reads_well():
    assert str(bounds.summary("float16", "toward_zero")).splitlines() == [
        "float16, toward_zero, for -65504 <= x <= 65504:", "  |x - r| < |x| / 1025 where |x| >= 2**-14 (RQ-11.3)", "  |x - r| < 2**-24 where 0 < |x| < 2**-14 (RQ-11.3)",
    ]  # fmt: skip
    assert str(bounds.summary("float8_e8m0fnu")).splitlines()[2] == "  |x - r| < 2**-127 where 0 < |x| < 2**-127 (RQ-11.4)"
    assert "2**-7" in str(bounds.summary("mxint8")) and "16777215*2**104" in str(bounds.summary("float32"))
    assert bounds.summary("float8_e4m3fn", "away_from_zero").relative == Fraction(1, 8)
    with pytest.raises(UnknownNameError, match="rounding"):
        bounds.summary("int8", "up")
