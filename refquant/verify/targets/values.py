"""Results that are values: the codes they are, and the mark of a value that is none of the format."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.codec import decode, encode
from refquant.errors import InputValueError
from refquant.formats import Format
from refquant.policies import get_dialect
from refquant.verify.target import Codes


def codes_of_values(values: NDArray[Any], fmt: Format) -> Codes:
    """Return the codes of values; what is no value of the format becomes ``1 << width``."""
    nan, infinite = np.isnan(values), np.isinf(values)
    finite = np.where(nan | infinite, values.dtype.type(0), values)
    codes = encode(finite, fmt, dialect=get_dialect("default").replace(rounding="toward_zero", overflow="saturate")).astype(np.uint64)
    foreign = decode(codes.astype(fmt.code_dtype), fmt) != finite
    for mask, known, code in ((nan, fmt.has_nan, fmt.code_of_nan), (infinite, fmt.has_infinity, fmt.code_of_infinity)):
        if known and code is not None:
            codes[mask] = code
        else:
            foreign |= mask
    if fmt.signed:
        sign = np.uint64(1 << (fmt.width - 1))
        signs = infinite & fmt.has_infinity | nan & fmt.has_nan & (not fmt.grid.nan_at_zero)
        codes[signs & np.signbit(values)] |= sign
    return _marked(codes, foreign, values, fmt)


def _marked(codes: NDArray[np.uint64], foreign: NDArray[np.bool_], values: NDArray[Any], fmt: Format) -> Codes:
    """Return codes with ``1 << width`` where a value is none of the format; raise where 64 bits leave no room for that."""
    if foreign.any():
        if fmt.width == 64:
            raise InputValueError(f"the result {values[foreign][0]!r} is no value of {fmt.name}, and a code of 64 bits cannot say so; return codes")
        codes[foreign] = np.uint64(1 << fmt.width)
    result: Codes = codes
    return result
