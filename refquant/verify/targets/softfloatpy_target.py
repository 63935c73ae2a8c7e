"""Berkeley SoftFloat through softfloatpy: one operation at a time, with flags, five roundings, tininess before and after rounding."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.golden.sources import code_dtype_of, width_of
from refquant.policies import Dialect, get_dialect
from refquant.verify.cases import columns_of
from refquant.verify.operation_claim import OperationClaim
from refquant.verify.target import Claim, Codes

FORMATS = {"float16": "16", "float32": "32", "float64": "64"}
MODES = {
    "ties_to_even": "NEAR_EVEN", "toward_zero": "MIN_MAG", "toward_negative": "MIN", "toward_positive": "MAX", "ties_to_away": "NEAR_MAX_MAG",
}  # fmt: skip
TININESS = {"after": "AFTER_ROUNDING", "before": "BEFORE_ROUNDING"}
#: Operations with a rounding. Sums, remainders, roots and integers are exact where they are tiny (Hauser 1996 for sums), so tininess says nothing of them.
ROUNDED = {"add": "add", "sub": "sub", "sqrt": "sqrt", "mul": "mul", "div": "div", "fma": "mul_add", "rem": "rem"}
TINY = ("mul", "div", "fma")
INTEGRAL = {"round_to_integral": False, "round_to_integral_exact": True}
COMPARED = {
    "compare_quiet_eq": "eq", "compare_quiet_lt": "lt_quiet", "compare_quiet_le": "le_quiet", "compare_signaling_eq": "eq_signaling",
    "compare_signaling_lt": "lt", "compare_signaling_le": "le",
}  # fmt: skip


@dataclass(frozen=True)
class SoftfloatpyTarget:
    """The functions of SoftFloat in float16, float32 and float64, as built for RISC-V: one NaN, and 0 times Inf plus a NaN is invalid."""

    name: str = "softfloatpy"
    version: str = field(default_factory=lambda: version("softfloatpy"))
    most_random: int = 0  #: beside the operands of the level: one at a time takes a microsecond

    def claims(self) -> tuple[Claim, ...]:
        """See Target."""
        return ()

    def operations(self) -> tuple[OperationClaim, ...]:
        """See Target."""
        modes = [(op, mode, tiny) for op in ROUNDED for mode, tiny in product(MODES, TININESS) if op in TINY or tiny == "after"]
        modes += [(op, mode, "after") for op in INTEGRAL for mode in MODES] + [(op, "ties_to_even", "after") for op in COMPARED]
        return tuple(OperationClaim.of(op, fmt, dialect=_dialect(mode, tiny), flags=True) for fmt in FORMATS for op, mode, tiny in modes)

    def run(self, claim: Claim, codes: Codes) -> Codes:
        """See Target."""
        return self.run_with_flags(claim, codes)[0]

    def run_with_flags(self, claim: Claim, codes: Codes) -> tuple[Codes, NDArray[np.uint8]]:
        """See Target."""
        import softfloatpy

        softfloatpy.set_rounding_mode(getattr(softfloatpy.RoundingMode, MODES[str(claim.policies.rounding)]))
        softfloatpy.set_tininess_mode(getattr(softfloatpy.TininessMode, TININESS[str(claim.policies.tininess)]))
        compute = _function(softfloatpy, claim)
        operands = [_numbers(softfloatpy, column, str(claim.source)) for column in columns_of(codes)]
        results, flags = [], []
        for row in zip(*operands, strict=True):
            softfloatpy.set_exception_flags(0)
            results.append(compute(*row))
            flags.append(softfloatpy.get_exception_flags())
        return _codes(results, claim), np.array(flags, np.uint8)


def _dialect(rounding: str, tininess: str) -> Dialect:
    name = "-".join(("softfloat", *rounding.split("_"), *(["tiny-before"] if tininess == "before" else [])))
    return get_dialect("riscv").replace(name=name, rounding=rounding, tininess=tininess)


def _function(module: Any, claim: Claim) -> Any:
    prefix, op = f"f{FORMATS[str(claim.source)]}", claim.operation
    if op in INTEGRAL:
        round_to_int, exact = getattr(module, f"{prefix}_round_to_int"), INTEGRAL[op]
        return lambda x: round_to_int(x, None, exact)
    return getattr(module, f"{prefix}_{ROUNDED.get(op) or COMPARED[op]}")


def _numbers(module: Any, column: Codes, name: str) -> list[Any]:
    size, make = width_of(name) // 8, getattr(module, f"Float{FORMATS[name]}").from_bytes
    data = column.astype(code_dtype_of(name).newbyteorder(">")).tobytes()
    return [make(data[at : at + size]) for at in range(0, len(data), size)]


def _codes(results: list[Any], claim: Claim) -> Codes:
    dtype = code_dtype_of(claim.target)
    if claim.operation in COMPARED:
        return np.array(results, dtype)
    return np.frombuffer(b"".join(result.to_bytes() for result in results), dtype.newbyteorder(">")).astype(dtype)
