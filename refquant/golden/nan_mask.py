"""Which bits of a result are compared: all, but of a NaN those alone that make it one."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.errors import InputValueError
from refquant.formats import Format
from refquant.golden.sources import parts_of


class NanBy(StrEnum):
    """How NaNs are compared."""

    BYTE = "byte"  #: the code that the dialect names, and no other
    CLASS = "class"  #: any NaN equals any NaN


def nan_by(choice: str) -> NanBy:
    """Return the member of this name."""
    if choice not in tuple(NanBy):
        raise InputValueError(f"nan_by: expected one of {', '.join(NanBy)}, got {choice!r}")
    return NanBy(choice)


def nans_above(fmt: Format, by: str) -> int | None:
    """Return the code that the bits below the sign of a NaN exceed, where a mask cannot say "any NaN": compared by class, in a format of many NaNs.

    Examples
    --------
    >>> import refquant as rq
    >>> from refquant.golden.nan_mask import nans_above
    >>> hex(nans_above(rq.get_format("float16"), "class")), nans_above(rq.get_format("float16"), "byte"), nans_above(rq.get_format("float8_e4m3fn"), "class")
    ('0x7c00', None, None)
    """
    return fmt.grid.infinity if nan_by(by) is NanBy.CLASS and fmt.grid.nan_payload > 1 else None


def right_where(fmt: Format, by: str) -> str:
    """Return when a result is right, in the words of the text files."""
    inf = nans_above(fmt, by)
    also = "" if inf is None else f", or got and result both exceed {inf:#x} below the sign (NaN)"
    return f"(got ^ result) & mask is 0{also}"


def compare_mask(codes: NDArray[Any], fmt: Format, by: str) -> NDArray[Any]:
    """Return the bits of each result that a checker compares. A result `got` is right where ``(got ^ result) & mask == 0``.

    All ones, but for a NaN compared by class: of a format of many NaNs the exponent field and the leading one of the NaN's trailing significand (the quiet bit
    of a quiet NaN; sign and the rest of the payload are free); of a format with one NaN per sign every bit below the sign; of a format with one NaN every bit.
    What passes is a NaN. By class every other NaN is right as well, which of a format of many NaNs no mask can say: there a checker also takes what is above
    Inf where the result is (`nans_above`).

    Examples
    --------
    >>> import numpy as np, refquant as rq
    >>> from refquant.golden.nan_mask import compare_mask
    >>> compare_mask(np.uint16([0x3C00, 0x7E00]), rq.get_format("float16"), "class").tobytes().hex(" ", 2)
    'ffff 007e'
    """
    every = (1 << fmt.width) - 1
    masks = np.full(codes.size, every, fmt.code_dtype)
    if nan_by(by) is NanBy.CLASS and fmt.has_nan:
        where = np.flatnonzero(parts_of(codes, fmt)[3] >= 2)
        masks[where] = _bits_of_nans(codes[where], fmt, every)
    return masks


def accepted(got: NDArray[Any], results: NDArray[Any], masks: NDArray[Any], fmt: Format, by: str) -> NDArray[np.bool_]:
    """Return where codes are right: equal under the mask, or both NaN where the mask cannot say so."""
    right: NDArray[np.bool_] = (got ^ results) & masks == 0
    inf = nans_above(fmt, by)
    if inf is None:
        return right
    below = fmt.code_dtype.type((1 << (fmt.width - fmt.signed)) - 1)
    return right | ((got & below) > inf) & ((results & below) > inf)


def _bits_of_nans(codes: NDArray[Any], fmt: Format, every: int) -> NDArray[Any]:
    grid = fmt.grid
    if not grid.nan_payload:
        return np.full(codes.size, every if grid.nan_at_zero or not fmt.signed else every >> 1, fmt.code_dtype)
    leading = codes.astype(np.uint64) & np.uint64((1 << grid.nan_payload) - 1)
    for shift in (1, 2, 4, 8, 16, 32):
        leading |= leading >> np.uint64(shift)
    leading ^= leading >> np.uint64(1)
    return (leading | np.uint64(grid.infinity)).astype(fmt.code_dtype)
