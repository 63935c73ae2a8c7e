"""What an implementation returned, as codes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.errors import ResultTypeError
from refquant.formats import Format, IntFormat
from refquant.golden.sources import convert_codes
from refquant.inputs import as_source, is_ml_dtype
from refquant.policies import get_dialect
from refquant.verify.target import Codes
from refquant.verify.targets.values import codes_of_values

_KEEP = get_dialect("default").replace(nan="keep_payload")


def result_codes(result: NDArray[Any], fmt: Format, name: str) -> Codes:
    """Return the codes of results: unsigned codes, an ml_dtypes array or values; what is no value of the format becomes ``1 << width``."""
    if is_ml_dtype(result.dtype):
        source = as_source(result)
        return source.array if source.name == fmt.name else codes_of_values(convert_codes(source.array, source.name, "float64", _KEEP).view(np.float64), fmt)
    if result.dtype.kind == "u":
        return result
    if result.dtype.kind == "b" and fmt.width == 1:
        return result.astype(np.uint8)
    if result.dtype.kind == "f" or (result.dtype.kind == "i" and isinstance(fmt, IntFormat)):
        return codes_of_values(result, fmt)
    raise ResultTypeError(f"{name}: expected unsigned codes, float values or an ml_dtypes array, got dtype {result.dtype}")
