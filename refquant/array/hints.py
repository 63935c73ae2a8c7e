"""What was meant by a name that does not exist here: those of NumPy, C and Python."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_REMAINDER = "'fmod' has the sign of the dividend, 'rem' the nearest quotient"
_INTEGRAL = "'round_to_integral' has every rounding="
_CLASS = "'classify' tells NaN, Inf, zero, subnormal, and the sign"
_OTHER_NAMES = {
    **dict.fromkeys(("remainder", "mod", "modulo", "%"), _REMAINDER),
    **dict.fromkeys(("rint", "floor", "ceil", "trunc", "round", "nearbyint"), _INTEGRAL),
    **dict.fromkeys(("isnan", "isinf", "isfinite", "signbit", "fpclassify"), _CLASS),
    **{name: f"'compare' with predicate='{name}'" for name in ("eq", "lt", "le", "unordered")},
    **{name: f"'compare' with predicate='{turned}', the operands exchanged" for name, turned in (("gt", "lt"), ("ge", "le"))},
    "ne": "'compare' with predicate='eq', and ~",
    **{name: f"it is '{here}' here" for name, here in (
        ("subtract", "sub"), ("multiply", "mul"), ("divide", "div"), ("ldexp", "scale_b"), ("scalbn", "scale_b"), ("logb", "log_b"), ("min", "minimum"),
        ("max", "maximum"), ("fmin", "minimum_number"), ("fmax", "maximum_number"), ("negative", "neg"), ("absolute", "abs"), ("fabs", "abs"),
        ("reciprocal", "recip"),
    )},
}  # fmt: skip


def meant(name: Any, names: Iterable[str]) -> str:
    """Return what to say of a name: that of the same thing here, or the nearest ones; nothing where there is none."""
    if not isinstance(name, str):
        return ""
    key = name.strip().lower()
    if key in _OTHER_NAMES:
        return f": {_OTHER_NAMES[key]}"
    import difflib  # loaded for this message alone

    near = difflib.get_close_matches(key, names, 3, 0.6)
    return f"; did you mean {', '.join(near)}?" if near else ""


_ORDERED = "the order of the operations decides the bits; go through the elements in yours, or take .values"
_SORTED = "a NaN and the two zeros need a rule: compute('minimum', b), compute('total_order', b), or take .values"
#: Attributes of NumPy's arrays that an Array has not, and what there is.
ATTRIBUTES = {
    "dtype": "an Array has a format: .fmt; the dtype of its codes is .codes.dtype, that of its values .values.dtype",
    "astype": "convert(fmt) makes a new Array, and .values.astype(dtype) floats",
    "view": ".codes is a view of the codes",
    "flatten": "ravel() or copy()",
    "tobytes": "the bytes are those of .codes or of .values",
    "round": "compute('round_to_integral', rounding=...), or numpy.rint",
    **dict.fromkeys(("sum", "mean", "prod", "cumsum", "cumprod", "dot", "std", "var"), _ORDERED),
    **dict.fromkeys(("min", "max", "argmin", "argmax", "sort", "argsort"), _SORTED),
    **dict.fromkeys(("any", "all"), "ask (a != 0).any() or .all()"),
}  # fmt: skip
