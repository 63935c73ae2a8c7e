"""Why no vector of an operation on floats has a class, whatever the operands: its results are exact, it divides nothing, it keeps NaN."""

from __future__ import annotations

from refquant.formats import FloatFormat, Format
from refquant.golden.evaluation import is_conversion
from refquant.golden.recipe import Recipe
from refquant.policies import NanMode, OverflowMode, SubnormalMode

_DIVIDE = ("div", "recip", "rsqrt", "log_b")
_OF_EITHER_SIGN = ("neg", "copy_sign", "rem")
_STEPS = ("next_up", "next_down", "next_after")
_REMAINDERS = ("rem", "fmod")
_NAN = (
    NanMode.CANONICAL, NanMode.KEEP_SIGN, NanMode.ALL_ONES, NanMode.ALL_ONES_KEEP_SIGN, NanMode.KEEP_PAYLOAD, NanMode.QUIET_PAYLOAD,
)  # fmt: skip


def never(name: str, recipe: Recipe) -> str:
    """Return why an operation whose results are codes never gives a class; empty where it may."""
    record = recipe.record
    if is_conversion(record) or record.result != "codes":
        return ""
    if name == "DIV_BY_ZERO" and record.name not in _DIVIDE:
        return f"{record.name} divides nothing" if record.name not in _REMAINDERS else f"{record.name} of 0 is INVALID"
    if name == "NaN to number" and not record.name.endswith("_number") and _delivers_nan(recipe):
        return f"{record.name} of a NaN is a NaN" if any(fmt.has_nan for fmt in recipe.operands) else "no operand format has a NaN"
    fmt = _one_format(recipe)
    if fmt is None or name not in ("INEXACT", "UNDERFLOW", "OVERFLOW"):
        return ""
    if _is_exact(record.name, fmt):
        return f"{record.name} is exact where operands and result have one format"
    if record.name in ("add", "sub") and name == "UNDERFLOW" and fmt.grid.has_subnormals:
        return f"a result of {record.name} below the least normal number is a multiple of the least subnormal: it is exact"
    if record.name == "sqrt" and name == "OVERFLOW" and fmt.max_finite >= 1:
        return "a root is not above its operand, or below 1"
    roots_are_normal = fmt.min_subnormal >= fmt.min_normal**2
    return "the root of the least number is normal" if record.name == "sqrt" and name == "UNDERFLOW" and roots_are_normal else ""


def _delivers_nan(recipe: Recipe) -> bool:
    return bool(recipe.result.has_nan) and (recipe.policies.nan is None or recipe.policies.nan in _NAN)


def _one_format(recipe: Recipe) -> FloatFormat | None:
    """Return the format of all operands and of the result, where nothing but the operation makes a result another."""
    fmt, policies = recipe.result, recipe.policies
    plain = policies.via is None and policies.subnormals is SubnormalMode.KEEP
    same = isinstance(fmt, FloatFormat) and all(end == fmt for end in recipe.operands)
    keeps_inf = not fmt.has_infinity or all(mode == OverflowMode.NO_SATURATE for mode in recipe.overflows)
    return fmt if same and plain and keeps_inf and not fmt.grid.first_index else None  # type: ignore[return-value]


def _is_exact(operation: str, fmt: Format) -> bool:
    mirrored = fmt.grid.max_negative == fmt.grid.max_positive
    return operation in ("abs", "relu", "fmod", *_STEPS) or operation.startswith(("minimum", "maximum")) or (operation in _OF_EITHER_SIGN and mirrored)
