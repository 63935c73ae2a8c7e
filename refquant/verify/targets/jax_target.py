"""JAX on the CPU: ``lax.convert_element_type`` (what ``astype`` lowers to) and ``lax.reduce_precision``, both compiled by XLA."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from typing import Any

import numpy as np

from refquant.formats import FloatFormat, get_format
from refquant.golden.nan_mask import NanBy
from refquant.golden.sources import OF_ML_DTYPES, convert_codes, width_of
from refquant.policies import get_dialect
from refquant.verify.target import DEFAULT, Claim, Codes
from refquant.verify.targets.values import codes_of_values

# float6: "Invalid XLA PrimitiveType" on the CPU
NARROW = (
    "bfloat16", "float8_e5m2", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e4m3b11fnuz", "float8_e4m3", "float8_e3m4",
    "float8_e8m0fnu", "float4_e2m1fn",
)  # fmt: skip
FLOATS = ("float32", "float64", "float16", "bfloat16")
SOURCES = (*FLOATS, "int32", "int64")
INTEGERS = ("int2", "int4", "int8", "int16", "int32", "uint2", "uint4", "uint8", "uint16", "uint32")
#: What reduces to what: formats with Inf and NaN, of fewer exponent and significand bits than the dtype or as many.
REDUCED = {
    "float64": ("float32", "tfloat32", "bfloat16", "float16", "float8_e5m2", "float8_e4m3", "float8_e3m4"),
    "float32": ("tfloat32", "bfloat16", "float16", "float8_e5m2", "float8_e4m3", "float8_e3m4"),
    "float16": ("float8_e5m2", "float8_e4m3", "float8_e3m4"),
    "bfloat16": ("float8_e5m2", "float8_e4m3", "float8_e3m4"),
}
# StableHLO, reduce_precision: rounds the significand to nearest, ties to even; then an exponent that does not fit overflows to Inf or underflows to zero. Every
# exponent fits where there are as many exponent bits as before.
REDUCE = get_dialect("default").replace(name="stablehlo-reduce-precision", subnormals="flush_results")
_KEEP = get_dialect("default").replace(nan="keep_payload")


@dataclass(frozen=True)
class JaxTarget:
    """Casts between the dtypes of JAX, on its CPU backend, with 64-bit types enabled."""

    name: str = "jax"
    version: str = field(default_factory=lambda: version("jax"))

    def claims(self) -> tuple[Claim, ...]:
        """See Target."""
        decodes = [("decode", f, wide) for f in ("float16", *NARROW) for wide in ("float32", "float64")]
        encodes = [("encode", source, f) for f in ("float16", *NARROW) for source in SOURCES if source != f]
        encodes += [("encode", source, "float32") for source in ("float64", "int32", "int64")]
        integers = [("encode", source, f) for f in INTEGERS for source in FLOATS]
        reduced = [_reduced(source, f) for source, formats in REDUCED.items() for f in formats]
        return (*(_claim(*conversion) for conversion in decodes + encodes + integers), *reduced)

    def run(self, claim: Claim, codes: Codes) -> Codes:
        """See Target."""
        import jax

        source, target = claim.names
        reduces = claim.dialect == REDUCE
        cast = _reducing(target) if reduces else partial(jax.lax.convert_element_type, new_dtype=_dtype(target))
        with jax.enable_x64(True), jax.default_device(jax.devices("cpu")[0]):
            result = np.asarray(jax.jit(cast)(jax.device_put(codes.view(_dtype(source)))))
        bits: Codes = result.view(f"u{result.itemsize}")
        if reduces:
            return codes_of_values(convert_codes(bits, source, "float64", _KEEP).view(np.float64), get_format(target))
        out: Codes = bits & bits.dtype.type((1 << width_of(target)) - 1)
        return out


def _claim(operation: str, source: str, target: str) -> Claim:
    """Return what is said of `convert_element_type`; undefined inputs are refused, so that nothing is right or wrong of them."""
    return Claim(operation, source, target, DEFAULT, _knobs(target), NanBy.CLASS)


# StableHLO, convert: exact where the target has the value; to an integer the fraction is truncated; the rest is "TBD". JAX calls it "similar to a C++
# static_cast". So: rounded once, ties to even, Inf or NaN out of range as IEEE 754 says, saturating as OCP MX says of FP4; and nothing of integers out of
# range, and of NaN without a code for it. In E8M0 zero and negative numbers become NaN, as in ml_dtypes, whose type it is.
def _knobs(target: str) -> tuple[tuple[str, Any], ...]:
    if target in INTEGERS:
        return (("rounding", "toward_zero"), ("overflow", "error"))
    if target == "float8_e8m0fnu":
        return (("zero_input", "nan"), ("negative", "nan"))
    return (("overflow", "saturate"),) if target == "float4_e2m1fn" else ()


def _reduced(source: str, target: str) -> Claim:
    same_exponents = _float(source).exponent_width == _float(target).exponent_width
    return Claim("encode", source, target, REDUCE, (("subnormals", "keep"),) if same_exponents else (), NanBy.CLASS)


def _reducing(target: str) -> Any:
    import jax

    fmt = _float(target)
    return partial(jax.lax.reduce_precision, exponent_bits=fmt.exponent_width, mantissa_bits=fmt.precision - 1)


def _float(name: str) -> FloatFormat:
    fmt = get_format(name)
    assert isinstance(fmt, FloatFormat)
    return fmt


def _dtype(name: str) -> np.dtype[Any]:
    import ml_dtypes

    return np.dtype(getattr(ml_dtypes, name) if name in OF_ML_DTYPES or hasattr(ml_dtypes, name) else name)
