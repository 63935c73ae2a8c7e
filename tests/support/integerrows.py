"""What the oracle says of many operations at once, by plain integers: where each exact result lies among the steps of its format, and a table per policy.

An operand is an integer of units of 2**-scale, of which every break point of the result is a multiple. So |x| is at or above a point where its floor is.
"""

from bisect import bisect_right
from fractions import Fraction
from functools import lru_cache
from math import isqrt

import numpy as np
import oracle
from oracle.arithmetic import exact
from oracle.flags import INEXACT
from oracle.nan_rules import Exact, Rules, propagated
from oracle.rounding import RULES, parity_of

get = oracle.formats.get


def _scaled(n, scale):
    """Sign, floor of the magnitude in units, and whether that is the magnitude, of n of units of 2**(-2 * scale)."""
    size = abs(n)
    return n < 0, size >> scale, size & ((1 << scale) - 1) == 0


def _quotient(a, b):
    size, rest = divmod(abs(a), abs(b))
    return (a < 0) != (b < 0), size, rest == 0


def _root(a):
    size = isqrt(a)
    return False, size, size * size == a


def _reciprocal_root(a, scale):
    size = isqrt((1 << 3 * scale) // a)
    return False, size, size * size * a == 1 << 3 * scale


#: Each of operands in units, and the scale; None where the result is 0, or there is none: those are asked of the oracle one by one.
FINITE = {
    "add": lambda s, a, b: (a + b < 0, abs(a + b), True) if a + b else None,
    "sub": lambda s, a, b: (a < b, abs(a - b), True) if a - b else None,
    "mul": lambda s, a, b: _scaled(a * b, s) if a and b else None,
    "div": lambda s, a, b: _quotient(a << s, b) if a and b else None,
    "fma": lambda s, a, b, c: _scaled(a * b + (c << s), s) if a * b + (c << s) else None,
    "sqrt": lambda s, a: _root(a << s) if a > 0 else None,
    "recip": lambda s, a: _quotient(1 << 2 * s, a) if a else None,
    "rsqrt": lambda s, a: _reciprocal_root(a, s) if a > 0 else None,
}

BY_SIZE = {
    "minimum": lambda a, b: min(a, b),
    "maximum": lambda a, b: max(a, b),
    "minimum_magnitude": lambda a, b: min(a, b, key=lambda x: (abs(x), x)),
    "maximum_magnitude": lambda a, b: max(a, b, key=lambda x: (abs(x), x)),
}


def _remainder(a, b):
    """a - n * b for the integer n next to a / b, the even one of two."""
    whole, rest = divmod(abs(a), abs(b))
    rest -= abs(b) * (2 * rest > abs(b) or (2 * rest == abs(b) and whole % 2))
    return -rest if a < 0 else rest


#: The same of operations whose result is a number of an operand's quantum: no mode changes it.
EXACT = {
    **{name: pick for by in BY_SIZE for name, pick in ((by, BY_SIZE[by]), (f"{by}_number", BY_SIZE[by]))},
    "rem": lambda a, b: _remainder(a, b) if b else 0,
    "fmod": lambda a, b: (abs(a) % abs(b)) * (-1 if a < 0 else 1) if b else 0,
    "relu": lambda a: max(a, 0),
}


def compute_of(operation):
    """The function of a scale and operands in units."""
    if operation in FINITE:
        return FINITE[operation]
    signed = EXACT[operation]
    return lambda scale, *units: (n < 0, abs(n), True) if (n := signed(*units)) else None


@lru_cache(maxsize=64)
def outcome_of_segments(name, negative, mode, parity):
    """Which outcome of rounding each segment of a side has: point, interval above it, next point ... -1 for 0 and what is no step."""
    which = oracle.steps.project_all(get(name), negative, mode, parity).which
    return np.array([-1 if i is None else i for i in which], np.int32)


@lru_cache(maxsize=256)
def table(name, negative, policies):
    """Codes and flags of every segment of a side; -1 where the oracle refuses, and for 0."""
    assert (policies.flags, policies.below_min, policies.negative) == ("ieee", "min", None) and policies.overflow != "wrap"
    fmt = get(name)
    parity = parity_of(fmt, policies.parity)
    results = oracle.steps.results_of(oracle.steps.project_all(fmt, negative, policies.rounding, parity), fmt, policies)
    distinct = np.array([(-1, 0) if r.error else r[:2] for r in results] + [(-1, 0)])
    return distinct[outcome_of_segments(name, negative, policies.rounding, parity)]


@lru_cache(maxsize=8)
def data_of(name):
    """The datum of every code."""
    return [oracle.codec.decode(c, get(name)) for c in range(1 << get(name).width)]


@lru_cache(maxsize=8)
def units_of(name, scale):
    """Every code as an integer of units, None where it is no number."""
    return [None if d.kind != "finite" else int(d.value * (1 << scale)) * (-1 if d.sign else 1) for d in data_of(name)]


@lru_cache(maxsize=8)
def points_of(name, negative, scale):
    """The break points of a side in units."""
    return [int(p * (1 << scale)) for p in oracle.steps.expand(get(name), negative).points]


@lru_cache(maxsize=256)
def scale_for(formats, result):
    """The scale of which all data of the operands and all break points of the result are multiples."""
    quanta = [f.fraction_bits if isinstance(f, oracle.formats.Int) else f.t - f.emin for f in map(get, formats)]
    points = (p for negative in (False, True) for p in oracle.steps.expand(get(result), negative).points)
    return max(0, *quanta, *(p.denominator.bit_length() - 1 for p in points))


class Outcomes:
    """The distinct exact results of some rows: a segment of a side, or what the oracle says of operands that it was asked about."""

    def __init__(self, formats, result):
        self.formats, self.result, self.numbers, self._kept = formats, result, {}, None
        self.scale = scale_for(formats, result)
        self._points = [points_of(result, negative, self.scale) for negative in (False, True)]
        self.data = [data_of(f) for f in formats]
        self.units = [units_of(f, self.scale) for f in formats]

    def number(self, outcome):
        """Return the number of an outcome; rows of one number have the same result under every policy."""
        return self.numbers.setdefault(outcome, len(self.numbers))

    def segment(self, negative, size, is_exact):
        """Return the outcome of a number that is not 0, by its sign, the floor of its magnitude, and whether that is the magnitude."""
        points = self._points[negative]
        i = bisect_right(points, size) - 1
        return int(negative), 2 * i + (not (is_exact and points[i] == size))

    def delivered(self, policies):
        """Return codes and flags of every outcome."""
        assert policies.subnormals == "keep" and Rules.of(policies) == Rules()
        found = np.empty((len(self.numbers), 2), np.int64)
        sides, asked = self._kinds()
        for side, (at, segments) in enumerate(sides):
            found[at] = table(self.result, bool(side), policies)[segments]
        for at, exact_results in asked:
            found[at] = oracle.arithmetic.delivered(exact_results[policies.rounding == "toward_negative"], get(self.result), policies)[:2]
        assert (found >= 0).all(), "the oracle refuses"
        return found[:, 0], found[:, 1]

    def _kinds(self):
        """Return which outcomes are segments of each side, and which; and the others."""
        if self._kept is None:
            on = [[(n, outcome[1]) for outcome, n in self.numbers.items() if isinstance(outcome[0], int) and outcome[0] == side] for side in (0, 1)]
            sides = [np.array(pairs, np.int64).reshape(-1, 2).T for pairs in on]
            self._kept = sides, [(n, outcome) for outcome, n in self.numbers.items() if not isinstance(outcome[0], int)]
        return self._kept


class IntegerRows:
    """Rows of operands; as `arithmeticoracle.Rows`, for policies that leave operands alone and are not of chance."""

    def __init__(self, operation, columns, formats, result):
        self.operation, self.columns, self.formats, self.result = operation, columns, formats, result
        self.outcomes = Outcomes(formats, result)
        self.rows = np.fromiter(self._numbered(zip(*(c.tolist() for c in columns), strict=True)), np.int64)

    def _numbered(self, rows):
        """Return the number of each row's outcome."""
        compute, outcomes, places = compute_of(self.operation), self.outcomes, {}
        units, scale = outcomes.units, outcomes.scale
        for codes in rows:
            finite = [u[c] for u, c in zip(units, codes)]
            x = None if None in finite else compute(scale, *finite)
            if x is None:
                yield outcomes.number(self._asked(codes))
            elif x in places:
                yield places[x]
            else:
                yield places.setdefault(x, outcomes.number(outcomes.segment(*x)))

    def _asked(self, codes):
        """Return the exact results of a row by the oracle, for a mode that is not toward_negative and for that."""
        data = [d[c] for d, c in zip(self.outcomes.data, codes)]
        return tuple(exact(self.operation, data, downward, (get(self.result),), Rules()) for downward in (False, True))

    def expected(self, policies, random=None):
        """Return codes and flags of every row under policies."""
        codes, flags = self.outcomes.delivered(policies)
        return codes[self.rows], flags[self.rows]


class IntegralRows:
    """Every code of a format rounded to an integral value, which is then delivered in the format (RQ-7.19)."""

    def __init__(self, name, exact_form):
        self.formats, self.result, self.exact_form = (name,), name, exact_form
        self.columns = [np.arange(1 << get(name).width)]
        self.outcomes = Outcomes(self.formats, name)
        found = [self._floor(d, n) for d, n in zip(self.outcomes.data[0], self.outcomes.units[0])]
        self.negative, self.odd, self.quarters, self.low, self.high = (np.array(c) for c in zip(*found))

    def _floor(self, d, units):
        """Return side, whether the integer below is odd, v in quarters (RQ-4.8), and the outcomes of that integer and of the next."""
        if units is None:
            alone = self.outcomes.number((propagated("round_to_integral", [d], Rules()) or Exact(d),) * 2)
            return 0, 0, 0, alone, alone
        one = 1 << self.outcomes.scale
        i, rest = divmod(abs(units), one)
        quarters = 0 if not rest else 1 if 2 * rest < one else 2 if 2 * rest == one else 3
        return d.sign, i % 2, quarters, *(self.outcomes.number(self._integer(d.sign, n)) for n in (i, i + 1))

    def _integer(self, sign, n):
        return self.outcomes.segment(sign, n << self.outcomes.scale, True) if n else (Exact(oracle.datum.Datum("finite", sign)),) * 2

    def expected(self, policies, random=None):
        """Return codes and flags of every code under policies."""
        rule = RULES[policies.rounding]
        up = np.array([[[q > 0 and rule(bool(side), bool(odd), Fraction(q, 4)) for q in range(4)] for odd in (0, 1)] for side in (0, 1)])
        codes, flags = self.outcomes.delivered(policies)
        rows = np.where(up[self.negative, self.odd, self.quarters], self.high, self.low)
        return codes[rows], flags[rows] | (INEXACT * self.exact_form * (self.quarters > 0))
