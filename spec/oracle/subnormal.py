"""Subnormal inputs, and the flag that processors raise for them (RQ-5.13, RQ-6.10)."""

from .bits import power
from .datum import Datum
from .flags import DIV_BY_ZERO, INPUT_DENORMAL, INVALID
from .formats import Float, Format
from .policies import Policies

FLUSHED_ALONE = ("round_to_integral", "round_to_integral_exact", "convert to integers")
NEVER = ("neg", "abs", "copy_sign", "total_order", "classify")


def is_subnormal(d: Datum, source: Format | None) -> bool:
    """Whether a datum is subnormal in its source format (RQ-5.13)."""
    return d.kind == "finite" and isinstance(source, Float) and source.zero and 0 < d.value < power(source.emin)


def told(d: Datum, fmt: Format | None, policies: Policies) -> str:
    """The choice of the knob, where an input is of the kind that it names; else nothing."""
    flushes = policies.subnormals in ("flush_inputs", "flush_both")
    named = is_subnormal(d, fmt) and policies.input_denormal == ("flushed" if flushes else "used")
    return policies.input_denormal if named else ""


def input_denormal(operation: str, inputs: list[tuple[Datum, Format | None, Policies]], flags: int) -> int:
    """INPUT_DENORMAL or 0, where `flags` are raised beside it (RQ-6.10)."""
    if operation in NEVER or "none" in [p.flags for _, _, p in inputs]:
        return 0
    found = [told(*given) for given in inputs]
    if "flushed" in found:
        return INPUT_DENORMAL
    silent = operation in FLUSHED_ALONE or flags & (INVALID | DIV_BY_ZERO) or any(d.kind == "nan" for d, _, _ in inputs)
    return INPUT_DENORMAL if "used" in found and not silent else 0
