"""The named dialects, as literals; spec/dialects.toml holds the same, with what was read or measured."""

from __future__ import annotations

from functools import cache

from refquant.errors import InputTypeError, UnknownNameError
from refquant.policies.dialect import Dialect, dialect_from

DEFAULT = dialect_from("default", "1", "RQ-3 to RQ-6")


@cache
def dialects() -> dict[str, Dialect]:
    """Return every named dialect; made when first asked for, since most programs need one."""
    named = (
        DEFAULT,
        dialect_from(
            "ocp-saturating", "OFP8 1.0, MX 1.0",
            "cited, not re-read: OCP OFP8 1.0, table of conversions (saturating); OCP MX 1.0, 5.3: FP6, FP4 and INT8 saturate",
            {"targets": ["float8_e4m3fn", "float8_e5m2", "float6_*", "float4_*", "mxint8"], "overflow": "saturate"},
        ),
        dialect_from(
            "ocp-nonsaturating", "OFP8 1.0, MX 1.0",
            "cited, not re-read: OCP OFP8 1.0, table of conversions (non-saturating): E4M3 gives NaN, E5M2 gives Inf; OCP MX 1.0, 5.3: FP6, FP4 and INT8 saturate",
            {"targets": ["float8_e4m3fn", "float8_e5m2"], "overflow": "no_saturate"},
            {"targets": ["float6_*", "float4_*", "mxint8"], "overflow": "saturate"},
        ),
        dialect_from(
            "ml_dtypes-0.6", "0.6.0",
            "measured: astype of ml_dtypes 0.6.0 with NumPy 2.4.6, x86-64",
            {"targets": ["float6_*", "float4_*"], "sources": ["float64", "longdouble", "*int32", "*int64"], "overflow": "saturate", "nan": "zero_sign_inverted", "via": {"format": "float32", "nan": "keep_sign"}},
            {"targets": ["float6_*", "float4_*"], "overflow": "saturate", "nan": "zero_sign_inverted"},
            {"targets": ["float8_e8m0fnu"], "sources": ["float64", "longdouble", "*int32", "*int64"], "zero_input": "nan", "negative": "nan", "via": {"format": "float32", "nan": "keep_sign"}},
            {"targets": ["float8_e8m0fnu"], "zero_input": "nan", "negative": "nan"},
            {"targets": ["bfloat16", "float8_*"], "sources": ["float64", "longdouble", "*int32", "*int64"], "via": {"format": "float32", "nan": "keep_sign"}},
            {"targets": ["bfloat16"], "sources": ["bfloat16"], "nan": "keep_payload"},
            {"targets": ["float8_e5m2"], "sources": ["float8_e5m2"], "nan": "keep_payload"},
            {"targets": ["float8_e4m3"], "sources": ["float8_e4m3"], "nan": "keep_payload"},
            {"targets": ["float8_e3m4"], "sources": ["float8_e3m4"], "nan": "keep_payload"},
            {"targets": ["float32"], "sources": ["bfloat16"], "nan": "keep_payload"},
            {"targets": ["float64"], "sources": ["bfloat16"], "nan": "quiet_payload"},
            nan="keep_sign",
        ),
        dialect_from(
            "cuda-host-satfinite", "CUDA 13.5",
            "measured: host code of cuda_fp8.h, cuda_fp6.h, cuda_fp4.h, cuda_fp16.h, cuda_bf16.h (nvidia-cuda-runtime 13.5.37) under g++, __NV_SATFINITE",
            {"targets": ["float32"], "sources": ["bfloat16"], "overflow": "no_saturate", "nan": "keep_payload"},
            {"targets": ["float32", "float16", "bfloat16"], "overflow": "no_saturate"},
            {"targets": ["float8_e4m3fn", "float8_e5m2"], "sources": ["float64"], "nan": "quiet_payload"},
            {"targets": ["float8_e8m0fnu"], "rounding": "toward_positive", "negative": "absolute"},
            {"targets": ["ue5m3"], "sources": ["int*", "uint*"], "negative": "absolute", "via": {"format": "float32"}},
            {"targets": ["ue5m3"], "negative": "absolute"},
            {"targets": ["float6_*", "float4_*"], "sources": ["int*", "uint*"], "nan": "to_max", "via": {"format": "float32"}},
            {"targets": ["float6_*", "float4_*"], "nan": "to_max"},
            {"targets": ["float8_e4m3fn", "float8_e5m2"], "sources": ["int*", "uint*"], "via": {"format": "float32"}},
            overflow="saturate", nan="all_ones",
        ),
        dialect_from(
            "cuda-host-nosat", "CUDA 13.5",
            "measured: the same host code, __NV_NOSAT; cuda_fp6.h and cuda_fp4.h saturate in any case",
            {"targets": ["float32"], "sources": ["bfloat16"], "nan": "keep_payload"},
            {"targets": ["float8_e4m3fn", "float8_e5m2"], "sources": ["float32", "float16", "bfloat16"], "nan": "quiet_payload", "via": {"format": "float64", "nan": "all_ones"}},
            {"targets": ["float8_e4m3fn", "float8_e5m2"], "sources": ["int*", "uint*"], "nan": "quiet_payload", "via": {"format": "float32"}},
            {"targets": ["float8_e4m3fn", "float8_e5m2"], "nan": "quiet_payload"},
            {"targets": ["float8_e8m0fnu"], "rounding": "toward_positive", "negative": "absolute"},
            {"targets": ["ue5m3"], "sources": ["int*", "uint*"], "negative": "absolute", "via": {"format": "float32"}},
            {"targets": ["ue5m3"], "negative": "absolute"},
            {"targets": ["float6_*", "float4_*"], "sources": ["int*", "uint*"], "overflow": "saturate", "nan": "to_max", "via": {"format": "float32"}},
            {"targets": ["float6_*", "float4_*"], "overflow": "saturate", "nan": "to_max"},
            nan="all_ones",
        ),
        dialect_from(
            "ptx-satfinite", "PTX ISA 9.1",
            "read: PTX ISA 9.1, cvt: .satfinite, .rn/.rz/.rp/.rna; not run",
            {"targets": ["float8_e8m0fnu"], "rounding": "toward_positive", "negative": "absolute"},
            {"targets": ["float6_*", "float4_*", "s2f6"], "nan": "to_max"},
            overflow="saturate", nan="all_ones",
        ),
        dialect_from(
            "torch-2.13", "2.13.0",
            "measured: Tensor.to of torch 2.13.0+cpu, x86-64, floating-point targets",
            {"targets": ["float8_e4m3fn"], "sources": ["float64", "int32", "int64"], "overflow": "saturate", "via": {"format": "float32", "nan": "keep_sign"}},
            {"targets": ["float8_e4m3fn"], "overflow": "saturate"},
            {"targets": ["float8_e5m2"], "sources": ["float64", "int32", "int64"], "nan": "all_ones_keep_sign", "via": {"format": "float32", "nan": "keep_sign"}},
            {"targets": ["float8_e5m2"], "sources": ["float8_e5m2"], "nan": "keep_payload"},
            {"targets": ["float8_e5m2"], "nan": "all_ones_keep_sign"},
            {"targets": ["float8_*fnuz"], "sources": ["float64", "int32", "int64"], "via": {"format": "float32"}},
            {"targets": ["float8_e8m0fnu"], "sources": ["float64", "int32", "int64"], "negative": "absolute", "via": {"format": "float32"}},
            {"targets": ["float8_e8m0fnu"], "negative": "absolute"},
            {"targets": ["float16"], "sources": ["float16"], "nan": "keep_payload"},
            {"targets": ["float16"], "sources": ["float64", "int32", "int64"], "nan": "quiet_payload", "via": {"format": "float32", "nan": "quiet_payload"}},
            {"targets": ["float16"], "nan": "quiet_payload"},
            {"targets": ["bfloat16"], "sources": ["bfloat16"], "nan": "keep_payload"},
            {"targets": ["bfloat16"], "sources": ["float64", "int32", "int64"], "nan": "canonical", "via": {"format": "float32"}},
            {"targets": ["bfloat16"], "nan": "canonical"},
            {"targets": ["float32"], "sources": ["bfloat16"], "nan": "keep_payload"},
            {"targets": ["float32", "float64"], "nan": "quiet_payload"},
            nan="keep_sign",
        ),
        dialect_from(
            "onnx-saturate", "opset 25",
            "read: ONNX operators, Cast (opsets 24, 25), saturate = 1, round_mode = up; ONNX technical notes on float4, float6 and on integers of 4 and 2 bits",
            {"targets": ["float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz"], "overflow": "saturate", "nan": "keep_sign"},
            {"targets": ["float8_e8m0fnu"], "rounding": "away_from_zero", "overflow": "saturate", "negative": "error"},
            {"targets": ["float6_*", "float4_*"], "overflow": "saturate", "nan": "to_max"},
            {"targets": ["int*", "uint*"], "sources": ["int*", "uint*"], "overflow": "wrap"},
            {"targets": ["int2", "int4", "uint2", "uint4"], "overflow": "error"},
            {"targets": ["int*", "uint*"], "rounding": "toward_zero", "overflow": "error"},
        ),
        dialect_from(
            "onnx-nosaturate", "opset 25",
            "read: ONNX operators, Cast (opsets 19 to 25), saturate = 0, round_mode = up; ONNX technical notes on float4, float6 and on integers of 4 and 2 bits",
            {"targets": ["float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz"], "nan": "keep_sign"},
            {"targets": ["float8_e8m0fnu"], "rounding": "away_from_zero", "overflow": "to_nan", "negative": "error", "zero_input": "nan", "below_min": "nan"},
            {"targets": ["float6_*", "float4_*"], "overflow": "saturate", "nan": "to_max"},
            {"targets": ["int*", "uint*"], "sources": ["int*", "uint*"], "overflow": "wrap"},
            {"targets": ["int2", "int4", "uint2", "uint4"], "overflow": "error"},
            {"targets": ["int*", "uint*"], "rounding": "toward_zero", "overflow": "error"},
        ),
        dialect_from(
            "onnx-e8m0-up", "opset 25",
            "read: ONNX operators, Cast (opsets 24, 25), to FLOAT8E8M0, round_mode = up, saturate = 1",
            {"targets": ["float8_e8m0fnu"], "rounding": "away_from_zero", "overflow": "saturate", "negative": "error"},
        ),
        dialect_from(
            "onnx-e8m0-down", "opset 25",
            "read: ONNX operators, Cast (opsets 24, 25), to FLOAT8E8M0, round_mode = down, saturate = 1",
            {"targets": ["float8_e8m0fnu"], "rounding": "toward_zero", "overflow": "saturate", "negative": "error"},
        ),
        dialect_from(
            "onnx-e8m0-nearest", "opset 25",
            "read: ONNX operators, Cast (opsets 24, 25), to FLOAT8E8M0, round_mode = nearest, saturate = 1",
            {"targets": ["float8_e8m0fnu"], "rounding": "ties_to_away", "overflow": "saturate", "negative": "error"},
        ),
        dialect_from(
            "onnx-e8m0-up-nosaturate", "opset 25",
            "read: ONNX operators, Cast (opsets 24, 25), to FLOAT8E8M0, round_mode = up, saturate = 0",
            {"targets": ["float8_e8m0fnu"], "rounding": "away_from_zero", "overflow": "to_nan", "negative": "error", "zero_input": "nan", "below_min": "nan"},
        ),
        dialect_from(
            "onnx-e8m0-down-nosaturate", "opset 25",
            "read: ONNX operators, Cast (opsets 24, 25), to FLOAT8E8M0, round_mode = down, saturate = 0",
            {"targets": ["float8_e8m0fnu"], "rounding": "toward_zero", "overflow": "to_nan", "negative": "error", "zero_input": "nan", "below_min": "nan"},
        ),
        dialect_from(
            "onnx-e8m0-nearest-nosaturate", "opset 25",
            "read: ONNX operators, Cast (opsets 24, 25), to FLOAT8E8M0, round_mode = nearest, saturate = 0",
            {"targets": ["float8_e8m0fnu"], "rounding": "ties_to_away", "overflow": "to_nan", "negative": "error", "zero_input": "nan", "below_min": "nan"},
        ),
        dialect_from(
            "p3109-v3.2", "3.2.1",
            "read: IEEE P3109 WG Interim Report v3.2.1 (January 2026), 4.9.2 to 4.9.4, 6.1, 6.2",
            {"targets": ["binary*sf", "binary*uf"], "overflow": "saturate"},
            {"targets": ["binary*ue"], "negative": "zero"},
            to_odd_overflow="infinity", signed_zero="positive", flags="none", division_by_zero="nan", nan_rank="first", next_past_end="nan",
        ),
        dialect_from(
            "p3109-v4.0", "4.0",
            "read: IEEE P3109 WG Interim Report v4.0 (June 2026), 4.7.3 to 4.7.5, 4.8",
            {"targets": ["binary*sf"], "overflow": "saturate"},
            {"targets": ["binary*uf"], "overflow": "saturate_above"},
            {"targets": ["binary*ue"], "to_odd_overflow": "bound_above"},
            to_odd_overflow="infinity", signed_zero="positive", flags="none", division_by_zero="nan", nan_rank="first", next_past_end="nan",
        ),
        dialect_from(
            "p3109-d1", "D1",
            "read: the specification in IML of July 2026 (github.com/imandra-ai/ieee-p3109, 7b6f5ba), internal_wSaturate",
            to_odd_overflow="infinity", signed_zero="positive", flags="none", division_by_zero="nan", nan_rank="first", next_past_end="nan",
        ),
        dialect_from(
            "riscv", "20240411",
            "cited, not re-read: RISC-V Unprivileged ISA, chapters F and Zfh: NaN generation and propagation, fused multiply-add, domains of FCVT",
            {"targets": ["int*", "uint*"], "overflow": "saturate", "nan": "to_max"},
            nan_operand="made", zero_times_inf="invalid",
        ),
        dialect_from(
            "arm", "DDI 0487",
            "cited, not re-read: Arm ARM DDI 0487, FPProcessNaNs, FPProcessNaNs3, FPMulAdd, FPConvertNaN, FPToFixed, FPCR.DN = 0, FPCR.AH = 0; compared with QEMU's target/arm/tcg/vfp_helper.c",
            {"targets": ["float16", "bfloat16", "float32", "float64"], "nan": "quiet_payload"},
            {"targets": ["int*", "uint*"], "overflow": "saturate", "nan": "to_zero"},
            nan_operand="signaling_first", fma_nan_order="addend_first", zero_times_inf="made", tininess="before", ftz="arm",
        ),
        dialect_from(
            "arm-default-nan", "DDI 0487",
            "cited, not re-read: Arm ARM DDI 0487, FPProcessNaNs, FPProcessNaNs3, FPMulAdd, FPConvertNaN, FPToFixed, FPCR.DN = 1, FPCR.AH = 0; compared with QEMU's target/arm/tcg/vfp_helper.c",
            {"targets": ["int*", "uint*"], "overflow": "saturate", "nan": "to_zero"},
            nan_operand="made", zero_times_inf="made", tininess="before", ftz="arm",
        ),
        dialect_from(
            "x86-sse", "SDM 2023",
            "read: Intel SDM vol. 1, 14.5.2, table 14-17; cited, not re-read: 4.8.3.5, table 4-7; compared with QEMU's target/i386/tcg/fpu_helper.c; measured: CVTSD2SI and VCVTSD2USI make the integer indefinite (80000000, FFFFFFFF) of NaN, Inf and what is out of range; no knob says that, so it is refused",
            {"targets": ["float16", "bfloat16", "float32", "float64"], "nan": "quiet_payload"},
            {"targets": ["int*", "uint*"], "overflow": "error", "nan": "error", "inf_to_int": "error"},
            made_nan="negative",
        ),
    )  # fmt: skip
    return {d.name: d for d in named}


def get_dialect(name: Dialect | str) -> Dialect:
    """Return the dialect with this name.

    Parameters
    ----------
    name : str or Dialect
        A name of `list_dialects`; a dialect is returned as it is.

    Returns
    -------
    Dialect

    Raises
    ------
    UnknownNameError
        If no dialect has this name; the message lists them.
    InputTypeError
        If `name` is neither a string nor a dialect.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.get_dialect("default").base.rounding
    <RoundingMode.TIES_TO_EVEN: 'ties_to_even'>
    """
    if isinstance(name, Dialect):
        return name
    if not isinstance(name, str):
        raise InputTypeError(f"dialect: expected a Dialect or its name, got {type(name).__name__}")
    key = name.strip().lower().replace("_", "-").replace("ml-dtypes", "ml_dtypes")
    if key == DEFAULT.name:
        return DEFAULT
    if key in dialects():
        return dialects()[key]
    import difflib  # loaded for this message alone

    near = difflib.get_close_matches(key, dialects(), 3, 0.6)
    hint = f"; did you mean {', '.join(near)}" if near else ""
    raise UnknownNameError(f"dialect: no dialect is named {name!r}{hint}. The dialects are {', '.join(dialects())}")


def list_dialects() -> tuple[str, ...]:
    """Return the names of all dialects.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> import refquant as rq
    >>> "default" in rq.list_dialects()
    True
    """
    return tuple(dialects())


def as_dialect(value: Dialect | str | None) -> Dialect:
    """Return a dialect from a dialect, its name, or None (the default)."""
    return DEFAULT if value is None else get_dialect(value)
