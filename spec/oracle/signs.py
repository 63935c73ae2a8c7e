"""Operations on the sign alone (RQ-7.24)."""

from dataclasses import replace

from .bits import has_nan
from .codec import decode, encode_datum
from .datum import Datum
from .formats import Float, Format
from .policies import Policies
from .rounding import Random
from .special import Result


def sign_of(operation: str, signs: list[int]) -> int:
    """The sign of the result (RQ-7.24)."""
    return {"neg": 1 - signs[0], "abs": 0, "copy_sign": signs[-1]}[operation]


def has_nan_sign(fmt: Format) -> bool:
    """Whether a NaN of the format has a sign (RQ-7.24)."""
    return isinstance(fmt, Float) and fmt.signed and fmt.nan != "negative_zero"


def sign_operation(
    operation: str, codes: tuple[int, ...], formats: tuple[Format, ...], result: Format, policies: Policies, random: Random | None = None
) -> Result:
    """neg, abs and copy_sign of codes, and flags (RQ-7.24)."""
    data = [decode(c, f) for c, f in zip(codes, formats, strict=True)]
    unsigned = operation == "copy_sign" and data[1].kind == "nan" and not has_nan_sign(formats[1])
    changed = Datum("nan") if unsigned else replace(data[0], sign=sign_of(operation, [d.sign for d in data]))
    nan = "keep_payload" if has_nan(result) else policies.nan
    return encode_datum(changed, result, replace(policies, nan=nan, subnormals="keep", via=None), random)
