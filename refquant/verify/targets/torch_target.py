"""PyTorch on the CPU: ``Tensor.to`` between its floating-point dtypes, and functions of tensors of float16, bfloat16, float32, float64."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from refquant.golden.nan_mask import NanBy
from refquant.golden.sources import code_dtype_of, width_of
from refquant.policies import get_dialect
from refquant.verify.cases import columns_of
from refquant.verify.operation_claim import OperationClaim
from refquant.verify.target import Claim, Codes
from refquant.verify.targets.ufuncs import ARITHMETIC, Integral, claims_of_ufuncs, function_of

NARROW = ("float8_e5m2", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu")
HALVES = ("float16", "bfloat16")
SOURCES = ("float32", "float64", "float16", "bfloat16", "int32", "int64")
#: The code of a NaN in these depends on the instructions that the build uses.
_NAN_BY_CLASS = ("bfloat16", "float8_e5m2")
COMPUTED = ("float16", "bfloat16", "float32", "float64")
#: torch.remainder is that of Python, and addcmul promises no single rounding: neither is here.
FUNCTIONS = {
    **ARITHMETIC, "sub": "sub", "mul": "mul", "div": "div", "neg": "neg", "abs": "abs", "relu": "relu", "compare_quiet_eq": "eq", "compare_quiet_lt": "lt",
    "compare_quiet_le": "le",
}  # fmt: skip
ROUNDED = (Integral("ties_to_even", "round"), Integral("toward_negative", "floor"), Integral("toward_positive", "ceil"), Integral("toward_zero", "trunc"))


@dataclass(frozen=True)
class TorchTarget:
    """``Tensor.to(dtype)``, as far as the installed version has the dtypes, and functions of tensors; NaNs of functions by class."""

    name: str = "torch"
    version: str = field(default_factory=lambda: str(_torch().__version__))

    def claims(self) -> tuple[Claim, ...]:
        """See Target."""
        torch = _torch()
        formats = [f for f in (*NARROW, *HALVES) if hasattr(torch, f)]
        pairs = [("decode", f, wide) for f in formats for wide in ("float32", "float64")]
        pairs += [("encode", source, f) for f in formats for source in SOURCES if source != f]
        pairs.append(("encode", "float64", "float32"))
        return tuple(_claim(*pair) for pair in pairs)

    def operations(self) -> tuple[OperationClaim, ...]:
        """See Target."""
        dialect = get_dialect("default").replace(name="torch")
        return tuple(claim for fmt in COMPUTED for claim in claims_of_ufuncs(fmt, dialect, FUNCTIONS, ROUNDED, NanBy.CLASS))

    def run(self, claim: Claim, codes: Codes) -> Codes:
        """See Target."""
        if isinstance(claim, OperationClaim):
            return _computed(claim, codes)
        torch, size = _torch(), width_of(claim.source) // 8
        signed = torch.from_numpy(codes.view(f"i{size}")) if size > 1 else torch.from_numpy(codes)
        result = signed.view(getattr(torch, claim.names[0])).to(getattr(torch, claim.names[1]))
        container = torch.uint8 if width_of(claim.target) == 8 else getattr(torch, f"int{width_of(claim.target)}")
        out: Codes = result.view(container).numpy().view(code_dtype_of(claim.target))
        return np.ascontiguousarray(out)


def _computed(claim: OperationClaim, cases: Codes) -> Codes:
    torch, size = _torch(), width_of(claim.source) // 8
    dtype = getattr(torch, str(claim.source))
    result = getattr(torch, function_of(claim, FUNCTIONS, ROUNDED))(*(torch.from_numpy(column.view(f"i{size}")).view(dtype) for column in columns_of(cases)))
    whole: Codes = result.numpy().view(np.uint8) if result.dtype is torch.bool else result.view(getattr(torch, f"int{8 * size}")).numpy()
    return np.ascontiguousarray(whole.view(code_dtype_of(claim.target)))


def _torch() -> Any:
    """Return the module: importing it takes seconds, so only what is judged loads it."""
    import torch

    return torch


def _claim(operation: str, source: str, target: str) -> Claim:
    free = target in _NAN_BY_CLASS or source in NARROW  # no dialect names the payloads that it decodes NaNs to
    nan_by = NanBy.CLASS if free else NanBy.BYTE
    return Claim(operation, source, target, get_dialect("torch-2.13"), nan_by=nan_by)
