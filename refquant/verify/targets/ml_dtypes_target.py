"""ml_dtypes: array casts (``astype``) to and from its float formats, and ufuncs in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import ml_dtypes
import numpy as np

from refquant.golden.nan_mask import NanBy
from refquant.golden.sources import OF_ML_DTYPES, width_of
from refquant.policies import get_dialect
from refquant.verify.operation_claim import OperationClaim
from refquant.verify.target import Claim, Codes
from refquant.verify.targets.ufuncs import ARITHMETIC, INTEGRAL, claims_of_ufuncs, ufunc_result

SOURCES = ("float32", "float64", "float16", "bfloat16", "int32", "int64")


@dataclass(frozen=True)
class MlDtypesTarget:
    """``ndarray.astype`` and ufuncs with the dtypes of ml_dtypes, as far as the installed version has them; NaNs of ufuncs by class."""

    name: str = "ml_dtypes"
    version: str = field(default_factory=lambda: version("ml_dtypes"))

    def claims(self) -> tuple[Claim, ...]:
        """See Target."""
        dialect = get_dialect("ml_dtypes-0.6")
        formats = [f for f in OF_ML_DTYPES if hasattr(ml_dtypes, f)]
        decodes = [Claim("decode", f, wide, dialect) for f in formats for wide in ("float32", "float64")]
        encodes = [Claim("encode", source, f, dialect) for f in formats for source in SOURCES if source != f]
        return tuple(decodes + encodes)

    def operations(self) -> tuple[OperationClaim, ...]:
        """See Target."""
        dialect = get_dialect("ml_dtypes-0.6")
        formats = [f for f in OF_ML_DTYPES if hasattr(ml_dtypes, f)]
        return tuple(claim for fmt in formats for claim in claims_of_ufuncs(fmt, dialect, ARITHMETIC, INTEGRAL, NanBy.CLASS))

    def run(self, claim: Claim, codes: Codes) -> Codes:
        """See Target."""
        if isinstance(claim, OperationClaim):
            bits = ufunc_result(claim, codes, _dtype(str(claim.source)))
        else:
            with np.errstate(all="ignore"):
                cast = codes.view(_dtype(claim.names[0])).astype(_dtype(claim.names[1]))
            bits = cast.view(f"u{cast.itemsize}")
        out: Codes = bits & bits.dtype.type((1 << width_of(claim.target)) - 1)  # ml_dtypes leaves the bits above the code unspecified
        return out


def _dtype(name: str) -> np.dtype[Any]:
    return np.dtype(getattr(ml_dtypes, name) if name in OF_ML_DTYPES else name)
