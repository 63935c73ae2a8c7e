"""The total order of data, their classes, and the exponents of their leading digits (RQ-7.21, RQ-7.25, RQ-7.26)."""

from fractions import Fraction

from .arithmetic import delivered, taken, told
from .bits import floor_log2
from .codec import decode
from .datum import Datum
from .flags import DIV_BY_ZERO, INVALID
from .formats import Format
from .nan_rules import Exact, Rules, propagated
from .policies import Policies
from .rounding import Random
from .selection import place
from .special import Result
from .subnormal import is_subnormal

CLASSES = (
    "signaling_nan", "quiet_nan", "negative_infinity", "negative_normal", "negative_subnormal", "negative_zero",
    "positive_zero", "positive_subnormal", "positive_normal", "positive_infinity",
)  # fmt: skip
ZERO, NAN, INFINITY = -(2**31), -(2**31) + 1, 2**31 - 1  # what stands for an exponent that does not exist (RQ-7.21)


def payload(d: Datum) -> Fraction:
    """The T of a NaN as a fraction; one half where the format has one NaN per sign (RQ-7.25)."""
    return Fraction(1, 2) if d.payload is None else Fraction(d.payload, 1 << d.payload_width)


def rank(d: Datum, nan_rank: str) -> tuple[int, object]:
    """The place in the total order (RQ-7.25)."""
    if d.kind != "nan":
        return 0, place(d)
    if nan_rank == "first":
        return -1, 0
    return (-1, -payload(d)) if d.sign else (1, payload(d))


def total_order(a: int, b: int, fmt_a: Format, fmt_b: Format, policies: Policies) -> bool:
    """Whether a is not after b (RQ-7.25)."""
    x, y = (rank(decode(c, f), policies.nan_rank) for c, f in ((a, fmt_a), (b, fmt_b)))
    return x[0] < y[0] or (x[0] == y[0] and x[1] <= y[1])  # type: ignore[operator]


def classify(code: int, fmt: Format) -> str:
    """The class of a datum (RQ-7.26)."""
    d = decode(code, fmt)
    if d.kind == "nan":
        return "signaling_nan" if d.signaling else "quiet_nan"
    side = "negative" if d.sign else "positive"
    if d.kind == "inf":
        return f"{side}_infinity"
    return f"{side}_{'zero' if d.value == 0 else 'subnormal' if is_subnormal(d, fmt) else 'normal'}"


def exponent(d: Datum) -> Exact:
    """The exponent of the leading digit of a datum that is no NaN (RQ-7.21)."""
    if d.kind == "inf":
        return Exact(Datum("inf"))
    if not d.value:
        return Exact(Datum("inf", 1), DIV_BY_ZERO, by_zero=True)
    e = floor_log2(d.value)
    return Exact(Datum("finite", int(e < 0), Fraction(abs(e))))


def log_b(code: int, fmt: Format, result: Format, policies: Policies, random: Random | None = None) -> Result:
    """The exponent as a datum of a format (RQ-7.21)."""
    d = taken(code, fmt, policies)
    return told("log_b", (code,), (fmt,), policies, delivered(propagated("log_b", [d], Rules.of(policies)) or exponent(d), result, policies, random))


def log_b_integer(code: int, fmt: Format, policies: Policies) -> tuple[int, int]:
    """The exponent as an integer, and flags (RQ-7.21)."""
    d = taken(code, fmt, policies)
    if d.kind == "finite" and d.value:
        found = Result(floor_log2(d.value))
    else:
        found = Result({"nan": NAN, "inf": INFINITY}.get(d.kind, ZERO), 0 if policies.flags == "none" else INVALID)
    exponent_, flags, _ = told("log_b_integer", (code,), (fmt,), policies, found)
    assert exponent_ is not None
    return exponent_, flags
