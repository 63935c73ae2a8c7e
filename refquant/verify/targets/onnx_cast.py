"""What ONNX says of the operator Cast: its types, the attributes of each dialect, and the claims that its text backs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from refquant.golden.nan_mask import NanBy
from refquant.golden.sources import WIDE_INTEGERS
from refquant.policies import get_dialect
from refquant.verify.target import Claim

OPSET = 25  #: of the text that the dialects follow
#: TensorProto's name of each format.
TYPES = {
    "float32": "FLOAT", "float64": "DOUBLE", "float16": "FLOAT16", "bfloat16": "BFLOAT16",
    "float8_e4m3fn": "FLOAT8E4M3FN", "float8_e4m3fnuz": "FLOAT8E4M3FNUZ", "float8_e5m2": "FLOAT8E5M2", "float8_e5m2fnuz": "FLOAT8E5M2FNUZ",
    "float8_e8m0fnu": "FLOAT8E8M0", "float4_e2m1fn": "FLOAT4E2M1",
    "int2": "INT2", "int4": "INT4", "int8": "INT8", "int16": "INT16", "int32": "INT32", "int64": "INT64",
    "uint2": "UINT2", "uint4": "UINT4", "uint8": "UINT8", "uint16": "UINT16", "uint32": "UINT32",
}  # fmt: skip
ATTRIBUTES: dict[str, dict[str, Any]] = {
    "onnx-saturate": {"saturate": 1},
    "onnx-nosaturate": {"saturate": 0},
    **{f"onnx-e8m0-{mode}": {"saturate": 1, "round_mode": mode} for mode in ("up", "down", "nearest")},
    **{f"onnx-e8m0-{mode}-nosaturate": {"saturate": 0, "round_mode": mode} for mode in ("up", "down", "nearest")},
}
FLOATS = ("float32", "float64", "float16", "bfloat16")
WORDS = ("int32", "int64")
_FLOAT8 = ("float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz")


def cast_claims(formats: Iterable[str]) -> tuple[Claim, ...]:
    """Return the claims of casts between these formats."""
    known = tuple(f for f in formats if f not in WIDE_INTEGERS)
    narrow = [f for f in known if f.startswith(("float8", "float6", "float4"))]
    claims = [_plain("decode", f, wide) for f in (*narrow, "float16", "bfloat16") for wide in ("float32", "float64")]
    claims.append(_plain("decode", "float32", "float64"))
    claims += [_plain("encode", s, f) for f in known if f in FLOATS or f.startswith(("float6", "float4")) for s in (*FLOATS, *WORDS) if _narrows(s, f)]
    claims += [_float8(s, f, dialect) for f in _FLOAT8 for s in (*FLOATS, *WORDS) for dialect in ("onnx-saturate", "onnx-nosaturate")]
    claims += [_e8m0(s, dialect) for s in FLOATS for dialect in ATTRIBUTES if dialect.startswith("onnx-e8m0")]
    integers = [f for f in known if f.startswith(("int", "uint"))]
    claims += [_integer(s, f) for f in integers for s in FLOATS]
    claims += [_plain("encode", s, f) for f in integers for s in WORDS if s != f]
    return tuple(claims)


def cast_model(claim: Claim) -> Any:
    """Return the model of one Cast node, from ``x`` to ``y``."""
    from onnx import TensorProto, helper

    source, target = (getattr(TensorProto, TYPES[name]) for name in claim.names)
    node = helper.make_node("Cast", ["x"], ["y"], to=target, **ATTRIBUTES[claim.dialect.name])
    given, result = (helper.make_tensor_value_info(name, kind, [None]) for name, kind in (("x", source), ("y", target)))
    return helper.make_model(helper.make_graph([node], "cast", [given], [result]), opset_imports=[helper.make_opsetid("", OPSET)], ir_version=11)


def _narrows(source: str, target: str) -> bool:
    """Return whether a source has values that the target lacks."""
    return source in WORDS or target not in (source, "float64", *(("float32",) if source in ("float16", "bfloat16") else ()))


# Cast: "+/- infinity if OOR" into floating point, undefined into fixed point; between integers the higher bits are discarded. `saturate` does not count there.
def _plain(operation: str, source: str, target: str) -> Claim:
    return Claim(operation, source, target, get_dialect("onnx-saturate"), nan_by=NanBy.CLASS)


# Technical notes on 4 and 2 bit integers: "rounding to the nearest-integer (with ties to even)". Of wider ones the text says nothing; the dialect truncates.
def _integer(source: str, target: str) -> Claim:
    return Claim("encode", source, target, get_dialect("onnx-saturate"), nan_by=NanBy.CLASS)


# Cast, the two tables of FP8; that of saturate = 0 gives the sign of a NaN, which is one code but in E5M2.
def _float8(source: str, target: str, dialect: str) -> Claim:
    named = dialect == "onnx-nosaturate" and target != "float8_e5m2"
    return Claim("encode", source, target, get_dialect(dialect), nan_by=NanBy.BYTE if named else NanBy.CLASS)


# Cast, the table of FLOAT8E8M0 and the attribute round_mode.
def _e8m0(source: str, dialect: str) -> Claim:
    return Claim("encode", source, "float8_e8m0fnu", get_dialect(dialect), nan_by=NanBy.CLASS)
