"""NumPy's ufuncs as operations: which each is, and how it is called on codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from refquant.arithmetic.needs import lacks_roots
from refquant.formats import get_format
from refquant.golden.nan_mask import NanBy
from refquant.policies import Dialect
from refquant.verify.cases import columns_of
from refquant.verify.operation_claim import OperationClaim
from refquant.verify.target import Codes


class Integral(NamedTuple):
    """A function that rounds to integers: the mode, and what its dialect is called."""

    rounding: str
    name: str


#: The functions of operations, as NumPy and torch name them. Of a remainder NumPy has that of C's fmod and that of Python; IEEE's has no ufunc.
ARITHMETIC = {
    "add": "add", "sub": "subtract", "mul": "multiply", "div": "true_divide", "sqrt": "sqrt", "fmod": "fmod", "recip": "reciprocal", "neg": "negative",
    "abs": "absolute", "copy_sign": "copysign", "next_after": "nextafter", "minimum": "minimum", "maximum": "maximum", "minimum_number": "fmin",
    "maximum_number": "fmax", "compare_quiet_eq": "equal", "compare_quiet_lt": "less", "compare_quiet_le": "less_equal",
}  # fmt: skip
INTEGRAL = (Integral("ties_to_even", "rint"), Integral("toward_negative", "floor"), Integral("toward_positive", "ceil"), Integral("toward_zero", "trunc"))


def claims_of_ufuncs(
    fmt: str, dialect: Dialect, names: dict[str, str], integral: tuple[Integral, ...], nan_by: NanBy, **more: Any
) -> tuple[OperationClaim, ...]:
    """Return the claims of functions in one format; the dialect of one that rounds to integers has its name too."""
    plain = [OperationClaim.of(operation, fmt, dialect=dialect, nan_by=nan_by, **more) for operation in names if not lacks_roots(operation, get_format(fmt))]
    rounded = [dialect.replace(name=f"{dialect.name}-{end.name}", rounding=end.rounding) for end in integral]
    return (*plain, *(OperationClaim.of("round_to_integral", fmt, dialect=said, nan_by=nan_by, **more) for said in rounded))


def function_of(claim: OperationClaim, names: dict[str, str], integral: tuple[Integral, ...]) -> str:
    """Return the name of the function that a claim is about."""
    if claim.operation in names:
        return names[claim.operation]
    return next(end.name for end in integral if end.rounding == claim.policies.rounding)


def ufunc_result(claim: OperationClaim, cases: Codes, dtype: np.dtype[Any], module: Any = np) -> Codes:
    """Return what a ufunc gives, as unsigned integers."""
    ufunc: Callable[..., Any] = getattr(module, function_of(claim, ARITHMETIC, INTEGRAL))
    with np.errstate(all="ignore"):
        result = ufunc(*(column.view(dtype) for column in columns_of(cases)))
    bits: Codes = result.view(f"u{result.itemsize}")
    return bits
