"""ONNX Runtime on the CPU: a model of one Cast node, with ``saturate`` and ``round_mode`` as the dialect says."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np

from refquant.golden.sources import code_dtype_of, width_of
from refquant.verify.target import Claim, Codes
from refquant.verify.targets.onnx_cast import TYPES, cast_claims, cast_model

# The CPU has no Cast from or to FLOAT4E2M1, FLOAT6E2M3 and FLOAT6E3M2.
TARGETS = tuple(name for name in TYPES if not name.startswith(("float4", "float6")))


@dataclass(frozen=True)
class OnnxruntimeTarget:
    """``Cast`` of the execution provider ``CPUExecutionProvider``."""

    name: str = "onnxruntime"
    version: str = field(default_factory=lambda: version("onnxruntime"))

    def claims(self) -> tuple[Claim, ...]:
        """See Target."""
        return cast_claims(TARGETS)

    def run(self, claim: Claim, codes: Codes) -> Codes:
        """See Target."""
        source, target = claim.names
        result = np.zeros(codes.size, code_dtype_of(target))  # the results are written into it as they are: no dtype of NumPy stands between
        session, binding = _session(claim)
        binding.bind_ortvalue_input("x", _tensor(codes, source))
        binding.bind_ortvalue_output("y", _tensor(result, target))
        session.run_with_iobinding(binding)
        return _unpacked(result, width_of(target))


def _session(claim: Claim) -> tuple[Any, Any]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(cast_model(claim).SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session, session.io_binding()


def _tensor(codes: Codes, name: str) -> Any:
    """Return a tensor of the ONNX type of a format over the memory of codes."""
    import onnxruntime
    from onnx import TensorProto

    return onnxruntime.OrtValue.ortvalue_from_numpy_with_onnx_type(codes, getattr(TensorProto, TYPES[name]))


def _unpacked(codes: Codes, width: int) -> Codes:
    """Return one code per element: ONNX packs those of 4 and 2 bits, the first in the low bits."""
    if width >= 8:
        return codes
    per_byte = 8 // width
    packed = codes[: -(-codes.size // per_byte)]
    shifts = np.arange(0, 8, width, dtype=np.uint8)
    out: Codes = ((packed[:, None] >> shifts) & np.uint8((1 << width) - 1)).reshape(-1)[: codes.size]
    return out
