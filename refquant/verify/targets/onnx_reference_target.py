"""The reference evaluator of ONNX: a model of one Cast node, as for ONNX Runtime."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np

from refquant.golden.sources import width_of
from refquant.verify.target import Claim, Codes
from refquant.verify.targets.onnx_cast import TYPES, cast_claims, cast_model


@dataclass(frozen=True)
class OnnxReferenceTarget:
    """``onnx.reference.ReferenceEvaluator``: NumPy, with the dtypes of ml_dtypes."""

    name: str = "onnx_reference"
    version: str = field(default_factory=lambda: version("onnx"))

    def claims(self) -> tuple[Claim, ...]:
        """See Target."""
        return cast_claims(TYPES)

    def run(self, claim: Claim, codes: Codes) -> Codes:
        """See Target."""
        from onnx.reference import ReferenceEvaluator

        with np.errstate(all="ignore"):
            (result,) = ReferenceEvaluator(cast_model(claim)).run(None, {"x": codes.view(_dtype(claim.names[0]))})
        array = np.asarray(result)
        bits = array.view(f"u{array.itemsize}")
        out: Codes = bits & bits.dtype.type((1 << width_of(claim.target)) - 1)
        return out


def _dtype(name: str) -> np.dtype[Any]:
    from onnx import TensorProto, helper

    found: np.dtype[Any] = np.dtype(helper.tensor_dtype_to_np_dtype(getattr(TensorProto, TYPES[name])))
    return found
