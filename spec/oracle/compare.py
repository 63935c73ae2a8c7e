"""Comparison of data by exact value (RQ-7.1 to RQ-7.5)."""

from fractions import Fraction

from .codec import decode
from .datum import Datum
from .flags import INVALID
from .formats import Format
from .policies import Policies
from .subnormal import input_denormal, is_subnormal

#: The relations for which a predicate is true (RQ-7.3).
PREDICATES = {"eq": {"equal"}, "lt": {"less"}, "le": {"less", "equal"}, "unordered": {"unordered"}}


def extended_real(d: Datum) -> tuple[int, Fraction]:
    """A datum that is not NaN in an order that Python knows: -Inf, the real numbers, +Inf (RQ-7.1)."""
    side = -1 if d.sign else 1
    return (side, Fraction(0)) if d.kind == "inf" else (0, side * d.value)


def relation(a: Datum, b: Datum) -> str:
    """The one relation that holds (RQ-7.1, RQ-7.2)."""
    if "nan" in (a.kind, b.kind):
        return "unordered"
    x, y = extended_real(a), extended_real(b)
    return "equal" if x == y else "less" if x < y else "greater"


def raised(a: Datum, b: Datum, signaling: bool) -> int:
    """The flags of a quiet or a signalling predicate (RQ-7.4)."""
    nans = [d for d in (a, b) if d.kind == "nan"]
    return INVALID if any(signaling or d.signaling for d in nans) else 0


def flushed(d: Datum, fmt: Format, policies: Policies) -> Datum:
    """An operand as it is compared (RQ-7.5)."""
    flushes = policies.subnormals in ("flush_inputs", "flush_both")
    return Datum("finite", d.sign) if flushes and is_subnormal(d, fmt) else d


def compare(
    predicate: str, signaling: bool, a: int, b: int, fmt_a: Format, fmt_b: Format, policies_a: Policies | None = None, policies_b: Policies | None = None
) -> tuple[bool, int]:
    """Truth and flags of a predicate of two codes, by default under the default policies (RQ-7.3 to RQ-7.5)."""
    of_a, of_b = policies_a or Policies(), policies_b or Policies()
    x, y = flushed(decode(a, fmt_a), fmt_a, of_a), flushed(decode(b, fmt_b), fmt_b, of_b)
    flags = 0 if "none" in (of_a.flags, of_b.flags) else raised(x, y, signaling)
    flags |= input_denormal("compare", [(decode(a, fmt_a), fmt_a, of_a), (decode(b, fmt_b), fmt_b, of_b)], flags)
    return relation(x, y) in PREDICATES[predicate], flags


def ranks(data: list[Datum]) -> list[int | None]:
    """The place of each datum among the different extended reals of a list, in order; None for a NaN. Equal ranks are equal data (RQ-7.1)."""
    order = {x: i for i, x in enumerate(sorted({extended_real(d) for d in data if d.kind != "nan"}))}
    return [None if d.kind == "nan" else order[extended_real(d)] for d in data]
