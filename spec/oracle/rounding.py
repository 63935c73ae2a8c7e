"""The one rounding, twice: by search in the set of magnitudes (RQ-4.1) and by formula (RQ-4.2). The two share nothing, and test each other."""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import floor

from . import stochastic
from .bits import floor_log2, has_zero, minimum, number, power
from .formats import Float, Format, Int

HALF = Fraction(1, 2)
Random = tuple[int, int]
Rule = Callable[[bool, bool, Fraction], bool]

# Whether a mode steps up to hi, of (x is negative, lo is odd, v) where v is not 0.
RULES: dict[str, Rule] = {
    "toward_zero": lambda negative, odd, v: False,  # RQ-4.3
    "away_from_zero": lambda negative, odd, v: True,  # RQ-4.4
    "toward_positive": lambda negative, odd, v: not negative,  # RQ-4.5
    "toward_negative": lambda negative, odd, v: negative,  # RQ-4.6
    "to_odd": lambda negative, odd, v: not odd,  # RQ-4.7
    "ties_to_even": lambda negative, odd, v: v > HALF or (v == HALF and odd),  # RQ-4.8
    "ties_to_away": lambda negative, odd, v: v >= HALF,  # RQ-4.9
    "ties_to_zero": lambda negative, odd, v: v > HALF,  # RQ-4.10
    "ties_to_odd": lambda negative, odd, v: v > HALF or (v == HALF and not odd),  # RQ-4.11
    "ties_to_positive": lambda negative, odd, v: v > HALF or (v == HALF and not negative),  # RQ-4.12
    "ties_to_negative": lambda negative, odd, v: v > HALF or (v == HALF and negative),  # RQ-4.13
}
MODES = (*RULES, *stochastic.MODES)


def parity_of(fmt: Format, parity: str | None) -> str:
    """The knob parity, by default the format's (RQ-4.14)."""
    return "integer" if isinstance(fmt, Int) else parity or fmt.parity


# By formula (RQ-4.2).


def is_odd(i: int, q: int, fmt: Format, parity: str) -> bool:
    """Whether I·2^q is odd; with p = 1 and parity `code` the magnitude code of 2^q is q + bias, continued below 0 (RQ-4.14, RQ-6.4)."""
    if isinstance(fmt, Float) and parity == "code" and fmt.precision == 1:
        return i == 1 and (q + fmt.bias) % 2 == 1
    return i % 2 == 1


def on_quantum(x: Fraction, q: int, negative: bool, fmt: Format, mode: str, parity: str, random: Random | None) -> Fraction:
    """x rounded to a multiple of 2^q (RQ-4.2)."""
    s = x * power(-q)
    i = floor(s)
    v = s - i
    if mode in stochastic.MODES:
        assert random is not None
        up = stochastic.steps_up(v, *random, mode)
    else:
        up = v != 0 and RULES[mode](negative, is_odd(i, q, fmt, parity), v)
    return (i + up) * power(q)


def by_formula(x: Fraction, negative: bool, fmt: Format, mode: str, parity: str | None = None, random: Random | None = None) -> Fraction:
    """The magnitude x >= 0 of a number of sign `negative`, rounded with unbounded exponent above (RQ-4.2, RQ-4.15)."""
    if x == 0:
        return x
    q = -fmt.fraction_bits if isinstance(fmt, Int) else max(floor_log2(x), fmt.emin) - fmt.precision + 1
    r = on_quantum(x, q, negative, fmt, mode, parity_of(fmt, parity), random)
    return r if has_zero(fmt) else max(r, minimum(fmt))


def by_formula_unbounded(x: Fraction, negative: bool, fmt: Float, mode: str, parity: str | None = None, random: Random | None = None) -> Fraction:
    """x > 0 rounded to p digits with unbounded exponent below as well as above (RQ-6.4)."""
    q = floor_log2(x) - fmt.precision + 1
    return on_quantum(x, q, negative, fmt, mode, parity_of(fmt, parity), random)


# By search (RQ-4.1).


@lru_cache(maxsize=4096)
def magnitude(place: int, fmt: Format) -> Fraction:
    """The magnitudes in order: place 0 is 0, also in a format without zero (RQ-4.1)."""
    if place == 0:
        return Fraction(0)
    return number(place if has_zero(fmt) else place - 1, fmt)


@lru_cache(maxsize=4096)
def place_below(x: Fraction, fmt: Format) -> int:
    """The place of the greatest magnitude that is not above x, found by doubling and bisection (RQ-4.1)."""
    low, high = 0, 1
    while magnitude(high, fmt) <= x:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if magnitude(middle, fmt) <= x else (low, middle)
    return low


def place_is_odd(place: int, fmt: Format, parity: str) -> bool:
    """Whether the magnitude at a place is odd, by its code (RQ-4.14)."""
    if isinstance(fmt, Int):
        return place % 2 == 1
    code = place if fmt.zero else place - 1
    if place == 0 or (parity == "significand" and fmt.precision == 1):
        return place != 0
    return code % 2 == 1


def by_search(x: Fraction, negative: bool, fmt: Format, mode: str, parity: str | None = None) -> Fraction:
    """The same as `by_formula`, for deterministic modes: pick one of the two neighbours (RQ-4.1, RQ-4.3 to RQ-4.15)."""
    place = place_below(x, fmt)
    lo, hi = magnitude(place, fmt), magnitude(place + 1, fmt)
    if lo == x:
        return x
    if not has_zero(fmt) and place == 0:
        return hi
    if mode.startswith("ties_"):
        below, above = x - lo, hi - x
        if below != above:
            return lo if below < above else hi
    odd = place_is_odd(place, fmt, parity_of(fmt, parity))
    most, least = (lo, hi) if negative else (hi, lo)  # of the two numbers with the sign of x
    chosen = {"even": (lo, hi)[odd], "odd": (hi, lo)[odd], "zero": lo, "away": hi, "positive": most, "negative": least}
    return chosen["away" if mode == "away_from_zero" else mode.rpartition("_")[2]]
