"""Remainders (RQ-7.17)."""

from fractions import Fraction

from .datum import Datum
from .nan_rules import Exact


def nearest(q: Fraction) -> int:
    """The nearest integer, of two the even one."""
    return round(q)


def truncated(q: Fraction) -> int:
    """The integer towards 0."""
    return abs(q.numerator) // q.denominator * (1 if q > 0 else -1)


def remainder(a: Datum, b: Datum, to_nearest: bool) -> Exact | None:
    """a - n·b, None where there is no exact result (RQ-7.17)."""
    if a.kind == "inf" or (b.kind == "finite" and not b.value):
        return None
    if b.kind == "inf":
        return Exact(a)
    x, y = (-d.value if d.sign else d.value for d in (a, b))
    rest = x - (nearest(x / y) if to_nearest else truncated(x / y)) * y
    return Exact(Datum("finite", int(rest < 0) if rest else a.sign, abs(rest)))


def rem(a: Datum, b: Datum, downward: bool) -> Exact | None:
    """The IEEE remainder (RQ-7.17)."""
    return remainder(a, b, True)


def fmod(a: Datum, b: Datum, downward: bool) -> Exact | None:
    """The remainder of C (RQ-7.17)."""
    return remainder(a, b, False)
