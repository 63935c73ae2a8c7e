"""Which NaN an operation delivers, and when it raises INVALID (RQ-7.9, RQ-7.11, RQ-7.13 to RQ-7.16)."""

from typing import NamedTuple

from .datum import Datum
from .flags import INVALID
from .policies import Policies


class Exact(NamedTuple):
    """The exact result of an operation: a datum, the flags of the operation itself, and whether a zero divided a number."""

    datum: Datum
    flags: int = 0
    by_zero: bool = False


class Rules(NamedTuple):
    """The knobs that name a NaN (RQ-7.13 to RQ-7.16)."""

    nan_operand: str = "first"
    fma_nan_order: str = "product_first"
    made_nan: str = "positive"
    zero_times_inf: str = "quiet"
    division_by_zero: str = "infinity"

    @staticmethod
    def of(policies: Policies) -> "Rules":
        """The rules among all policies."""
        return Rules(*(getattr(policies, name) for name in Rules._fields))


def made(rules: Rules) -> Exact:
    """The NaN where there is no exact result (RQ-7.9, RQ-7.14)."""
    return Exact(Datum("nan", int(rules.made_nan == "negative")), INVALID)


def quieted(d: Datum) -> Datum:
    """A NaN that does not signal, else the same (RQ-7.11)."""
    return Datum("nan", d.sign, payload=d.payload and d.payload | 1 << (d.payload_width - 1), payload_width=d.payload_width)


def chosen(nans: list[Datum], rules: Rules) -> Datum:
    """The NaN of operands in their order (RQ-7.11, RQ-7.13)."""
    if rules.nan_operand == "made":
        return made(rules).datum
    signalling = [d for d in nans if d.signaling]
    return quieted(signalling[0] if signalling and rules.nan_operand == "signaling_first" else nans[0])


def is_zero_times_inf(a: Datum, b: Datum) -> bool:
    """Whether the product has no exact result (RQ-7.9)."""
    kinds = {"zero" if d.kind == "finite" and d.value == 0 else d.kind for d in (a, b)}
    return kinds == {"zero", "inf"}


def propagated(operation: str, data: list[Datum], rules: Rules) -> Exact | None:
    """The result of operands of which one is a NaN, or None (RQ-7.11, RQ-7.13, RQ-7.15)."""
    order = [data[2], data[0], data[1]] if operation == "fma" and rules.fma_nan_order == "addend_first" else data
    nans = [d for d in order if d.kind == "nan"]
    if not nans:
        return None
    signals = any(d.signaling for d in nans)
    no_product = operation == "fma" and is_zero_times_inf(data[0], data[1]) and not signals
    if no_product and rules.zero_times_inf == "made":
        return made(rules)
    return Exact(chosen(nans, rules), INVALID if signals or (no_product and rules.zero_times_inf == "invalid") else 0)
