"""Operations on the sign alone (RQ-7.24)."""

from dataclasses import replace

from .bits import has_nan
from .codec import decode, encode_datum
from .formats import Format
from .policies import Policies
from .rounding import Random
from .special import Result


def sign_of(operation: str, signs: list[int]) -> int:
    """The sign of the result (RQ-7.24)."""
    return {"neg": 1 - signs[0], "abs": 0, "copy_sign": signs[-1]}[operation]


def sign_operation(
    operation: str, codes: tuple[int, ...], formats: tuple[Format, ...], result: Format, policies: Policies, random: Random | None = None
) -> Result:
    """neg, abs and copy_sign of codes, and flags (RQ-7.24)."""
    data = [decode(c, f) for c, f in zip(codes, formats, strict=True)]
    changed = replace(data[0], sign=sign_of(operation, [d.sign for d in data]))
    nan = "keep_payload" if has_nan(result) else policies.nan
    return encode_datum(changed, result, replace(policies, nan=nan, subnormals="keep", via=None), random)
