"""Rounding to integral values and scaling (RQ-7.19, RQ-7.20)."""

from fractions import Fraction

from .arithmetic import delivered, first_rounding, taken, told
from .bits import power
from .datum import Datum
from .flags import INEXACT
from .formats import Format, Int
from .nan_rules import Exact, Rules, propagated
from .policies import Policies
from .rounding import Random, by_formula
from .special import Result

FURTHEST = 1 << 22  # past the range of every format that these clauses are tried on, in both directions


def integral(x: Fraction, negative: bool, mode: str, random: Random | None) -> Fraction:
    """The integer next to a magnitude, of those without end (RQ-7.19)."""
    return by_formula(x, negative, Int("integers", 53), mode, random=random)


def round_to_integral(exact: bool, code: int, fmt: Format, result: Format, policies: Policies, random: Random | None = None) -> Result:
    """The code of an integral value, and flags (RQ-7.19)."""
    d = taken(code, fmt, policies)
    nan = propagated("round_to_integral", [d], Rules.of(policies))
    x = nan or Exact(d)
    if not nan and d.kind != "inf":
        i = integral(d.value, bool(d.sign), first_rounding(policies), None if policies.via else random)
        x = Exact(Datum("finite", d.sign, i), INEXACT if exact and i != d.value else 0)
    return told("round_to_integral", (code,), (fmt,), policies, delivered(x, result, policies, random))


def scale_b(code: int, n: int, fmt: Format, result: Format, policies: Policies, random: Random | None = None) -> Result:
    """The code of a·2^n, and flags (RQ-7.20)."""
    d = taken(code, fmt, policies)
    nan = propagated("scale_b", [d], Rules.of(policies))
    if not nan and d.kind == "finite" and d.value:
        d = Datum("finite", d.sign, d.value * power(max(-FURTHEST, min(n, FURTHEST))))
    return told("scale_b", (code,), (fmt,), policies, delivered(nan or Exact(d), result, policies, random))
