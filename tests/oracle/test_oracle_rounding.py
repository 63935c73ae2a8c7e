"""Two methods of rounding test each other; properties of one rounding."""

from fractions import Fraction
from random import Random

import pytest
from oracle import bits, codec, formats
from oracle.errors import PolicyRefused
from oracle.formats import Float, Format
from oracle.policies import Policies
from oracle.rounding import RULES, by_formula, by_formula_unbounded, by_search, magnitude

SYMMETRIC = [mode for mode in RULES if mode not in ("toward_positive", "toward_negative", "ties_to_positive", "ties_to_negative")]
NAMED = formats.names()
P3109 = [name for name in formats.names(p3109=True) if name.startswith("binary") and int(name[6 : name.index("p")]) <= 6]


def places(fmt: Format, cap: int) -> list[int]:
    """Every place up to two above the largest; of more than `cap`, the bottom, the top, both sides of binade starts, and a fixed random choice."""
    last = formats.largest(fmt) + 3
    if last <= cap:
        return list(range(last))
    start = 1 << fmt.t if isinstance(fmt, Float) else last // 2
    chosen = {*range(3), *range(last - 4, last), start - 1, start, start + 1}
    chosen |= {max(0, min(place, last - 1)) for place in (2 * start - 1, 2 * start, last // 2 - 1, last // 2)}
    random = Random(fmt.name)
    while len(chosen) < cap:
        chosen.add(random.randrange(last))
    return sorted(chosen)


def inside(fmt: Format, place: int) -> list[Fraction]:
    """The magnitude at a place and the quarters of the gap above it; at every fourth place also the numbers just beside it and the middle."""
    lo, hi = magnitude(place, fmt), magnitude(place + 1, fmt)
    tiny = Fraction(1, 1 << 70)
    beside = [tiny, Fraction(1, 2) - tiny, Fraction(1, 2) + tiny, 1 - tiny] if place % 4 == 1 else []
    return [lo + (hi - lo) * part for part in (*(Fraction(n, 4) for n in range(4)), *beside)]


def check_search_equals_formula(name: str, cap: int) -> None:
    fmt = formats.get(name)
    parities = ("significand", "code") if isinstance(fmt, Float) and fmt.precision == 1 else (None,)
    for place in places(fmt, cap):
        for x in inside(fmt, place):
            for negative in (False, True):
                for parity in parities:
                    for mode in RULES:
                        searched, formula = by_search(x, negative, fmt, mode, parity), by_formula(x, negative, fmt, mode, parity)
                        assert searched == formula, (name, mode, parity, negative, x, searched, formula, "RQ-4.1, RQ-4.2")


@pytest.mark.parametrize("name", NAMED)
def test_search_equals_formula(name: str) -> None:
    """Named formats: every place where there are at most 12, else the choice of `places`."""
    check_search_equals_formula(name, 12)


@pytest.mark.parametrize("name", P3109)
def test_search_equals_formula_p3109(name: str) -> None:
    """P3109 with K <= 6: every place where there are at most 12, else the choice of `places`."""
    check_search_equals_formula(name, 12)


@pytest.mark.parametrize("name", ["float8_e4m3fn", "binary5p1ue"])
def test_search_equals_formula_at_every_place(name: str) -> None:
    check_search_equals_formula(name, 300)


def test_search_equals_formula_without_zero_and_with_digits() -> None:
    fmt = Float("no_zero", 3, 3, 4, signed=False, nan="none", infinity=False, zero=False)
    for place in range(20):
        for x in inside(fmt, place):
            for mode in RULES:
                assert by_search(x, False, fmt, mode) == by_formula(x, False, fmt, mode), (mode, x, "RQ-4.15")


# The table of RQ-4.3 to RQ-4.13 on integers: 2.25, 2.5, 2.75 and 3.25, 3.5, 3.75, positive and negative.
TABLE = {
    "toward_zero": ((2, 2, 2, 3, 3, 3), (2, 2, 2, 3, 3, 3)),
    "away_from_zero": ((3, 3, 3, 4, 4, 4), (3, 3, 3, 4, 4, 4)),
    "toward_positive": ((3, 3, 3, 4, 4, 4), (2, 2, 2, 3, 3, 3)),
    "toward_negative": ((2, 2, 2, 3, 3, 3), (3, 3, 3, 4, 4, 4)),
    "to_odd": ((3, 3, 3, 3, 3, 3), (3, 3, 3, 3, 3, 3)),
    "ties_to_even": ((2, 2, 3, 3, 4, 4), (2, 2, 3, 3, 4, 4)),
    "ties_to_odd": ((2, 3, 3, 3, 3, 4), (2, 3, 3, 3, 3, 4)),
    "ties_to_away": ((2, 3, 3, 3, 4, 4), (2, 3, 3, 3, 4, 4)),
    "ties_to_zero": ((2, 2, 3, 3, 3, 4), (2, 2, 3, 3, 3, 4)),
    "ties_to_positive": ((2, 3, 3, 3, 4, 4), (2, 2, 3, 3, 3, 4)),
    "ties_to_negative": ((2, 2, 3, 3, 3, 4), (2, 3, 3, 3, 4, 4)),
}


@pytest.mark.parametrize("mode", TABLE)
@pytest.mark.parametrize("method", [by_formula, by_search])
def test_modes_on_integers(mode: str, method: object) -> None:
    assert len(TABLE) == len(RULES)
    fmt = formats.get("int8")
    for negative, expected in enumerate(TABLE[mode]):
        got = tuple(method(Fraction(n, 4), bool(negative), fmt, mode) for n in (9, 10, 11, 13, 14, 15))  # type: ignore[operator]
        assert got == expected


def test_parity_of_precision_one() -> None:
    """3 is a tie of 2 and 4, 6 of 4 and 8. By significand both go up; by code those go up whose lower neighbour has an odd code (RQ-4.14)."""
    cases = {("float8_e8m0fnu", None): (4, 8), ("float8_e8m0fnu", "code"): (2, 8), ("binary8p1se", None): (4, 4), ("binary8p1se", "significand"): (4, 8)}
    for (name, parity), expected in cases.items():
        for method in (by_formula, by_search):
            assert tuple(method(Fraction(x), False, formats.get(name), "ties_to_even", parity) for x in (3, 6)) == expected, (name, parity)


def test_a_tie_above_max_finite_is_a_tie() -> None:
    """float8_e4m3fn: 464 is between 448 (even) and 480; above it is out of range."""
    fmt = formats.get("float8_e4m3fn")
    assert codec.encode(464, fmt) == (0x7E, 1, None)
    assert codec.encode(Fraction(464) + Fraction(1, 10**9), fmt) == (0x7F, 5, None)


@pytest.mark.parametrize("mode", RULES)
def test_unbounded_rounding_equals_rounding_with_more_exponents(mode: str) -> None:
    """Rounding with unbounded exponent below is rounding in a format of much larger bias (of even difference, for code parity)."""
    for name in ("float8_e4m3fn", "binary6p1se", "binary6p1ue", "binary6p3se", "float8_e8m0fnu"):
        fmt = formats.get(name)
        assert isinstance(fmt, Float)
        deep = Float("deep", fmt.precision, fmt.exponent_width + 8, fmt.bias + 64, fmt.signed, fmt.nan, fmt.infinity, fmt.zero, fmt.signaling_nan, fmt.parity)
        for k in range(1, 64):
            for negative in (False, True):
                x = Fraction(k, 16) * bits.power(fmt.emin)
                assert by_formula_unbounded(x, negative, fmt, mode) == by_search(x, negative, deep, mode), (name, x)


@pytest.mark.parametrize("name", [name for name in NAMED if formats.get(name).width <= 8 or name in ("float16", "bfloat16")])
def test_rounding_is_idempotent(name: str) -> None:
    fmt = formats.get(name)
    for place in places(fmt, 24):
        x = magnitude(place, fmt)
        if fmt.zero if isinstance(fmt, Float) else True:
            assert all(by_formula(x, negative, fmt, mode) == x for mode in RULES for negative in (False, True))


@pytest.mark.parametrize("mode", RULES)
def test_rounding_is_monotone_and_sign_symmetric(mode: str) -> None:
    for name in ("float8_e4m3fn", "float8_e8m0fnu", "binary5p1sf", "binary5p2ue", "int5", "mxint8"):
        fmt = formats.get(name)
        points = sorted(x for place in places(fmt, 24) for x in inside(fmt, place))
        for negative in (False, True):
            rounded = [by_formula(x, negative, fmt, mode) for x in points]
            assert rounded == sorted(rounded), (name, "RQ-11.6")
        if mode in SYMMETRIC:
            assert all(by_formula(x, True, fmt, mode) == by_formula(x, False, fmt, mode) for x in points), (name, "RQ-11.7")


def test_stochastic_without_bits_is_refused() -> None:
    with pytest.raises(PolicyRefused):
        codec.encode(Fraction(1, 3), formats.get("float16"), Policies(rounding="stochastic_a"))
