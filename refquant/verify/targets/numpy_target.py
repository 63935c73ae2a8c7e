"""NumPy: casts between float16, float32, float64 and from integers, and ufuncs in these floats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refquant.golden.nan_mask import NanBy
from refquant.policies import get_dialect
from refquant.verify.operation_claim import OperationClaim
from refquant.verify.target import Claim, Codes
from refquant.verify.targets.ufuncs import ARITHMETIC, INTEGRAL, claims_of_ufuncs, ufunc_result

_PAIRS = (
    ("decode", "float16", "float32"),
    ("decode", "float16", "float64"),
    ("decode", "float32", "float64"),
    ("encode", "float32", "float16"),
    ("encode", "float64", "float16"),
    ("encode", "float64", "float32"),
    ("encode", "int32", "float16"),
    ("encode", "int32", "float32"),
    ("encode", "int64", "float16"),
    ("encode", "int64", "float32"),
    ("encode", "int64", "float64"),
)
_COMPUTED = ("float16", "float32", "float64")


@dataclass(frozen=True)
class NumpyTarget:
    """``ndarray.astype`` and ufuncs: ties to even, Inf above the range, NaN by class (its code depends on the processor)."""

    name: str = "numpy"
    version: str = np.__version__

    def claims(self) -> tuple[Claim, ...]:
        """See Target."""
        dialect = get_dialect("default")
        return tuple(Claim(operation, source, target, dialect, nan_by=NanBy.CLASS) for operation, source, target in _PAIRS)

    def operations(self) -> tuple[OperationClaim, ...]:
        """See Target."""
        dialect = get_dialect("default")
        return tuple(claim for fmt in _COMPUTED for claim in claims_of_ufuncs(fmt, dialect, ARITHMETIC, INTEGRAL, NanBy.CLASS))

    def run(self, claim: Claim, codes: Codes) -> Codes:
        """See Target."""
        if isinstance(claim, OperationClaim):
            return ufunc_result(claim, codes, np.dtype(str(claim.source)))
        with np.errstate(all="ignore"):
            cast = codes.view(claim.names[0]).astype(claim.names[1])
        return cast.view(f"u{cast.itemsize}")
