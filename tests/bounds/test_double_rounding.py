"""`is_innocuous` decides as brute force over all source codes does, and its theorems hold."""

from fractions import Fraction
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import refquant as rq
from refquant import bounds
from refquant.bounds.candidates import candidates
from refquant.containers import holds
from refquant.errors import InvalidFormatError, PolicyError, UnknownNameError

MODES = [m for m in rq.RoundingMode if not m.is_stochastic]
REFUSED = -1
SMALL = [
    "float8_e5m2", "float8_e4m3fnuz", "float8_e3m4", "float6_e2m3fn", "float4_e2m1fn", "float8_e8m0fnu", "ue5m3", "binary6p1se",
    "binary7p3uf", "int5", "e0m3",
]  # fmt: skip
#: The same mode twice, to_odd between, and others: one pair per triple, in turn.
MODE_PAIRS = [*((m, m) for m in MODES), *((m, "to_odd") for m in MODES[:6]), *zip(MODES, MODES[4:] + MODES[:4], strict=True)]
DIRECTED = ("toward_zero", "away_from_zero", "toward_positive", "toward_negative")


@cache
def converted(source, target, mode):
    """The target's code of each source code, -1 where there is none (NaN into a format without NaN)."""
    codes = np.arange(1 << source.width, dtype=source.code_dtype)
    refused = (rq.decode_parts(codes, source).kind >= 2) & (not target.has_nan)
    result = rq.convert(np.where(refused, codes.dtype.type(0), codes), source, target, rounding=mode).astype(np.int64)
    return np.where(refused, REFUSED, result)


def two_steps(source, via, target, last, first):
    middle = converted(source, via, first)
    return np.where(middle == REFUSED, REFUSED, converted(via, target, last)[middle])


def check(source, via, target, last, first):
    """The decision equals brute force, and a counterexample is one."""
    direct, through = converted(source, target, last), two_steps(source, via, target, last, first)
    found = bounds.is_innocuous(source, via, target, last, via_rounding=first)
    where = f"{source.name} -> {via.name} ({first}) -> {target.name} ({last}), differing codes {[hex(c) for c in np.flatnonzero(direct != through)[:4]]}"
    assert found.holds == np.array_equal(direct, through), (where, found, "RQ-11.12")
    assert bool(found) is found.holds and (found.counterexample is None) == found.holds, where
    if found.counterexample is not None:
        code, value, middle, one, two = found.counterexample
        given = [None if v == REFUSED else v for v in (converted(source, via, first)[code], direct[code], through[code])]
        assert given == [middle, one, two], (where, found)
        exact = rq.decode(code, source, dtype=object)
        assert value == exact or (value != value and exact != exact), (where, found)
    return found


@pytest.mark.parametrize("via", SMALL)
def test_decision_equals_brute_force_on_all_triples_of_small_formats(via, count_cases):
    start = 7 * SMALL.index(via)
    for i, (source, target) in enumerate(product([*SMALL, "float16"], SMALL), start):
        check(*map(rq.get_format, (source, via, target)), *MODE_PAIRS[i % len(MODE_PAIRS)])
    count_cases(sum(1 << rq.get_format(source).width for source in [*SMALL, "float16"]) * len(SMALL))


@pytest.mark.parametrize("names", [("float16", "float8_e5m2", "float4_e2m1fn"), ("float16", "bfloat16", "float8_e4m3fn"), ("bfloat16", "float16", "int8"),
                                   ("float16", "int12", "uint8")])  # fmt: skip
def test_decision_equals_brute_force_for_every_pair_of_modes(names):
    for last, first in product(MODES, MODES):
        check(*map(rq.get_format, names), last, first)


@pytest.mark.parametrize("scale", [-25, -3, 0, 4])
def test_decision_equals_brute_force_where_few_numbers_tell(scale):
    """The source lies inside the normal range of both others, so that only the parities of one binade's middles tell modes apart."""
    source, middle = rq.IntFormat(width=12, fraction_bits=-scale), rq.IntFormat(width=11, fraction_bits=-scale - 1)
    fine, coarse, one = (rq.FloatFormat(precision=p, exponent_width=7) for p in (7, 3, 2))
    short = rq.FloatFormat(precision=9, exponent_width=2, bias=-scale - 8)
    for via, target in ((fine, coarse), (fine, one), (coarse, fine), (middle, coarse), (middle, fine), (short, coarse), (fine, short)):
        for last, first in product(MODES, MODES[abs(scale) % 4 :: 4]):
            check(source, via, target, last, first)


def test_decision_equals_brute_force_where_only_an_end_of_a_range_tells():
    """448 alone is out of the intermediate range, or alone rounds into it."""
    source, target = rq.get_format("float8_e4m3fn"), rq.get_format("float16")
    short = rq.FloatFormat(precision=4, exponent_width=4, bias=7, nan="all_ones", infinity=True)
    for last in MODES:
        for via in (short, rq.FloatFormat(precision=4, exponent_width=4, bias=7, nan="negative_zero", infinity=True), rq.IntFormat(width=19, fraction_bits=9)):
            check(source, via, target, last, last)
            check(via, source, target, last, last)
    assert abs(bounds.is_innocuous(source, short, target).counterexample.value) == 448


@st.composite
def formats(draw, precisions, exponents, widths):
    """A user-defined format; a format without zero has precision 1."""
    if draw(st.integers(0, 4)) == 0:
        width = draw(st.integers(*widths))
        return rq.IntFormat(width=width, signed=draw(st.booleans()), fraction_bits=draw(st.integers(-3, 9)))
    precision, nan = draw(st.integers(*precisions)), draw(st.sampled_from(["ieee", "all_ones", "negative_zero", "none"]))
    signed = draw(st.booleans())
    choices = {"nan": nan, "infinity": nan == "ieee" or draw(st.booleans()), "signed": signed, "parity": draw(st.sampled_from(["significand", "code"]))}
    try:
        return rq.FloatFormat(
            precision=precision, exponent_width=draw(st.integers(*exponents)), bias=draw(st.integers(-6, 18)),
            zero=signed or precision > 1 or nan == "ieee" or draw(st.booleans()), **choices,
        )  # fmt: skip
    except InvalidFormatError:
        return rq.get_format("float8_e3m4")


@settings(max_examples=60)
@given(
    formats((8, 12), (2, 3), (10, 15)),
    formats((1, 10), (2, 5), (2, 14)),
    formats((1, 5), (1, 4), (1, 8)),
    st.sampled_from(MODES),
    st.sampled_from(MODES),
    st.booleans(),
)
def test_decision_equals_brute_force_for_user_defined_formats(source, via, target, last, other, same):
    converted.cache_clear()
    check(source, via, target, last, last if same else other)


def test_theorem_of_directed_modes():
    """RQ-11.10, its conditions included: brute force over float16."""
    wide = rq.FloatFormat(precision=6, exponent_width=5)
    for target, mode in product(["float8_e5m2", "float8_e4m3fn", "float6_e3m2fn", "int4", "ue5m3", "uint5", "binary8p4se"], DIRECTED):
        found = check(rq.get_format("float16"), wide, rq.get_format(target), mode, mode)
        if holds(wide, rq.get_format(target)):
            assert found.clause == "RQ-11.10", (target, mode, found)


def test_theorem_of_rounding_to_odd():
    """RQ-11.11: two more digits, a quarter of the quantum, more range; one digit less is refuted."""
    for target, precision, exponents in (("float8_e5m2", 5, 6), ("float8_e4m3fn", 6, 5), ("float6_e3m2fn", 5, 5), ("int4", 6, 5), ("binary7p3uf", 5, 6)):
        for last in MODES:
            via = rq.FloatFormat(precision=precision, exponent_width=exponents)
            assert check(rq.get_format("float16"), via, rq.get_format(target), last, "to_odd").clause == "RQ-11.11", (target, last)
    short = rq.FloatFormat(precision=4, exponent_width=6)
    found = check(rq.get_format("float16"), short, rq.get_format("float8_e5m2"), "ties_to_even", "to_odd")
    assert not found, "one more digit cannot tell a tie from what lies above it"


@pytest.mark.parametrize("target", ["float16", "bfloat16", "float8_e4m3fn", "float8_e5m2"])
def test_float64_through_float32_rounds_twice(target):
    """The textbook case: just above a tie. The expected codes come from exact fractions."""
    fmt = rq.get_format(target)
    code, value, via, direct, two = bounds.is_innocuous("float64", "float32", target).counterexample
    assert value == Fraction(float(np.uint64(code).view(np.float64)))
    assert via == int(np.float32(float(value)).view(np.uint32))
    low, high = sorted(Fraction(rq.decode(c, fmt, dtype=object)) for c in (direct, two))
    middle = (low + high) / 2
    assert abs(value - middle) < Fraction(1, 2**20) * abs(middle) and value != middle
    assert (Fraction(rq.decode(direct, fmt, dtype=object)) == high) == (value > middle)
    assert rq.decode(np.uint32(via), "float32", dtype=object) == middle


def test_wide_triples():
    """Formats too wide for brute force: the answers follow from the clauses."""
    holds_all = [
        ("float32", "float64", "float16"),
        ("int16", "float32", "float8_e4m3fn"),
        ("float8_e5m2", "float16", "int8"),
        ("float64", "float64", "float32"),
    ]
    assert all(bounds.is_innocuous(*t).clause == "RQ-11.9" for t in holds_all)
    assert not any(
        bounds.is_innocuous(*t) for t in [("float64", "tfloat32", "float8_e4m3fn"), ("int32", "float32", "tfloat32"), ("float64", "float16", "bfloat16")]
    )
    assert bounds.is_innocuous("int32", "float32", "float16").clause == "RQ-11.12", "float32 rounds from 2**24 on, where float16 is out of range"
    assert bounds.is_innocuous("int32", "float32", "float8_e4m3fn", "toward_zero").clause == "RQ-11.10"
    assert bounds.is_innocuous("float64", "float32", "float8_e4m3fn", via_rounding="to_odd").clause == "RQ-11.11"
    assert bounds.is_innocuous("float64", "int16", "uint1", "toward_positive"), "up to an integer, then up to a coarser one"
    assert candidates(*map(rq.get_format, ("float64", "float32", "float16"))).size < 20_000, "a search among few"


def test_minus_zero_is_a_counterexample():
    lost = bounds.is_innocuous("float4_e2m1fn", rq.IntFormat(width=6, fraction_bits=1), "float16").counterexample
    assert (lost.code, str(lost.value), lost.direct, lost.two_step) == (8, "-0.0", 0x8000, 0)


def test_nan_that_the_intermediate_format_refuses():
    found = bounds.is_innocuous("float8_e5m2", rq.FloatFormat(precision=11, exponent_width=8, nan="none"), "float16").counterexample
    assert found.via is None and found.two_step is None and found.direct == 0x7E00 and found.value != found.value


def test_stochastic_modes_are_refused_unless_the_intermediate_format_holds_the_source():
    assert bounds.is_innocuous("float16", "float32", "float8_e5m2", "stochastic_a").clause == "RQ-11.9"
    for modes in ({"rounding": "stochastic_b"}, {"via_rounding": "stochastic_c"}):
        with pytest.raises(PolicyError, match="stochastic"):
            bounds.is_innocuous("float64", "float32", "float16", **modes)


def test_unknown_names():
    with pytest.raises(UnknownNameError, match="rounding"):
        bounds.is_innocuous("float64", "float32", "float16", "up")
    with pytest.raises(UnknownNameError, match="via_rounding"):
        bounds.is_innocuous("float64", "float32", "float16", via_rounding="up")
    with pytest.raises(UnknownNameError, match="float99"):
        bounds.is_innocuous("float99", "float32", "float16")
