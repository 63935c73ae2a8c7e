"""NVIDIA's host functions: cuda_fp8.h, cuda_fp6.h, cuda_fp4.h, cuda_fp16.h, cuda_bf16.h, compiled by g++."""

import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
import pytest

BUILD = Path(__file__).parents[1] / "cuda_host" / "build.py"


@cache
def builder():
    """The module of cuda_host, by its path: its name is that of a well-known package."""
    spec = importlib.util.spec_from_file_location("cuda_host_build", BUILD)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def host():
    """The compiled headers, or a skip with the reason."""
    try:
        return builder().load()
    except builder().CudaHostMissingError as error:
        pytest.skip(str(error))


def convert(codes, name, into):
    """Bits of a wider float."""
    if name in ("float16", "bfloat16"):
        return getattr(host(), f"{'half' if name == 'float16' else name}_to_float32")(codes).view(np.uint32)
    wide = "half" if into == "float16" else into
    if name.startswith("float8_e8m0"):
        return host().e8m0_to_bfloat16(codes)
    if name == "float4_e2m1fn" or name == "ue5m3":
        return getattr(host(), f"{'fp4' if name[0] == 'f' else name}_to_{wide}")(codes)
    return getattr(host(), f"fp{name[5]}_to_{wide}")(codes, name)


def encode(x, name, choice):
    """Codes; the saturation is that of the dialect."""
    saturate, mode = choice.dialect == "cuda-host-satfinite", choice.rounding
    if name.startswith("float8_e8m0"):
        return host().to_e8m0(x, saturate, mode)
    if name == "ue5m3":
        return host().to_ue5m3(x, saturate, mode)
    if name in ("float16", "bfloat16"):
        return getattr(host(), f"to_{'half' if name == 'float16' else name}")(x, mode)
    if name.startswith("float8"):
        return host().to_fp8(x, name, saturate)
    return host().to_fp6(x, name, mode) if name.startswith("float6") else host().to_fp4(x, mode)
