"""NVIDIA's host conversion functions as NumPy functions: the headers of the installed wheels, compiled by g++ when first needed.

``load()`` gives a :class:`CudaHost`. It needs g++ and three wheels (:data:`WHEELS`, the versions the dialects were measured with);
without them it raises :class:`CudaHostMissingError`, which a test turns into a skip. Codes are uint8 arrays, right-aligned; half and
bfloat16 results are uint16 arrays of bits. NaN inputs reach the headers bit for bit.
"""

from __future__ import annotations

import ctypes
import functools
import importlib.metadata
import importlib.util
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

WHEELS = {"nvidia-cuda-runtime": "13.5.37", "nvidia-cuda-crt": "13.5.37", "nvidia-cuda-cccl": "13.3.5.0.6"}
"""The wheels that hold the headers (CUDA 13), and the versions that were measured."""

HEADERS = ("cuda_fp8.h", "crt/host_config.h", "nv/target")
ROUNDINGS = ("ties_to_even", "toward_zero", "toward_positive", "toward_negative")
FP8_KINDS = ("float8_e4m3fn", "float8_e5m2")
FP6_KINDS = ("float6_e2m3fn", "float6_e3m2fn")
FLAGS = ("-std=c++17", "-O1", "-ffp-contract=off", "-fPIC", "-shared", "-w")

Codes = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.uint16]
Values = npt.NDArray[Any]


class CudaHostMissingError(RuntimeError):
    """g++ or a header is not installed."""


def installed_versions() -> dict[str, str]:
    """The installed version of each wheel of :data:`WHEELS`; a wheel that is not installed is left out."""
    found: dict[str, str] = {}
    for name in WHEELS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def find_include_dirs(site_packages: Sequence[Path] = ()) -> list[Path]:
    """The include directories that hold :data:`HEADERS`: in the given site-packages directories, else in this interpreter's."""
    roots = [path / "nvidia" for path in site_packages]
    if not roots:
        spec = importlib.util.find_spec("nvidia")
        roots = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    candidates = sorted(path for root in roots for path in root.glob("*/include"))
    found: list[Path] = []
    for header in HEADERS:
        home = next((path for path in candidates if (path / header).is_file()), None)
        if home is None:
            raise CudaHostMissingError(f"no {header} in the nvidia wheels; install " + ", ".join(f"{name}=={version}" for name, version in WHEELS.items()))
        if home not in found:
            found.append(home)
    return found


def compile_library(folder: Path, include_dirs: Sequence[Path]) -> Path:
    """Compile cuda_host.cpp against the headers in ``include_dirs`` into a shared library in ``folder``."""
    compiler = shutil.which("g++")
    if compiler is None:
        raise CudaHostMissingError("g++ is not installed")
    library = folder / "cuda_host.so"
    source = Path(__file__).with_name("cuda_host.cpp")
    includes = [word for path in include_dirs for word in ("-isystem", str(path))]
    subprocess.run([compiler, *FLAGS, *includes, str(source), "-o", str(library)], check=True)
    return library


@functools.cache
def load(*site_packages: Path) -> CudaHost:
    """Build the library (once a process) and load it. The wheels are looked for in ``site_packages``, else in this interpreter."""
    with tempfile.TemporaryDirectory(prefix="refquant-cuda-host-") as folder:
        return CudaHost(ctypes.CDLL(str(compile_library(Path(folder), find_include_dirs(site_packages)))))


class CudaHost:
    """The host functions of cuda_fp8.h, cuda_fp6.h, cuda_fp4.h, cuda_fp16.h and cuda_bf16.h, vectorised.

    ``x`` is a float64, float32, float16 or bfloat16 array (ml_dtypes' dtype), for half and bfloat16 results float64, float32, int32,
    uint32, int64 or uint64. ``rounding`` is one of :data:`ROUNDINGS`; half from float64, and bfloat16 from all but float32, know
    ties_to_even alone.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library

    def to_fp8(self, x: Values, kind: str, saturate: bool) -> Codes:
        """``__nv_cvt_*_to_fp8``: kind float8_e4m3fn or float8_e5m2, SATFINITE or NOSAT."""
        return self._convert(f"{x.dtype.name}_to_fp8", x, np.uint8, int(saturate), FP8_KINDS.index(kind))

    def to_fp6(self, x: Values, kind: str, rounding: str = "ties_to_even") -> Codes:
        """``__nv_cvt_*_to_fp6``: kind float6_e2m3fn or float6_e3m2fn; always saturates."""
        return self._convert(f"{x.dtype.name}_to_fp6", x, np.uint8, ROUNDINGS.index(rounding), FP6_KINDS.index(kind))

    def to_fp4(self, x: Values, rounding: str = "ties_to_even") -> Codes:
        """``__nv_cvt_*_to_fp4`` to float4_e2m1fn; always saturates."""
        return self._convert(f"{x.dtype.name}_to_fp4", x, np.uint8, ROUNDINGS.index(rounding))

    def to_e8m0(self, x: Values, saturate: bool, rounding: str = "toward_positive") -> Codes:
        """``__nv_cvt_*_to_e8m0``; the constructors of __nv_fp8_e8m0 saturate and round toward_positive."""
        return self._convert(f"{x.dtype.name}_to_e8m0", x, np.uint8, int(saturate), ROUNDINGS.index(rounding))

    def to_ue5m3(self, x: Values, saturate: bool, rounding: str = "ties_to_even") -> Codes:
        """``__nv_cvt_*_to_ue5m3``."""
        return self._convert(f"{x.dtype.name}_to_ue5m3", x, np.uint8, int(saturate), ROUNDINGS.index(rounding))

    def to_half(self, x: Values, rounding: str = "ties_to_even") -> Bits:
        """``__float2half_rn`` and its like, ``__double2half``, ``__int2half_rn`` and its like: float16 bits."""
        return self._to_wide("half", x, rounding)

    def to_bfloat16(self, x: Values, rounding: str = "ties_to_even") -> Bits:
        """``__float2bfloat16_rn`` and its like, ``__double2bfloat16``, ``__int2bfloat16_rn`` and its like: bfloat16 bits."""
        return self._to_wide("bfloat16", x, rounding)

    def fp8_to_half(self, codes: Codes, kind: str) -> Bits:
        """``__nv_cvt_fp8_to_halfraw``."""
        return self._convert("fp8_to_half", codes, np.uint16, FP8_KINDS.index(kind))

    def fp6_to_half(self, codes: Codes, kind: str) -> Bits:
        """``__nv_cvt_fp6_to_halfraw``."""
        return self._convert("fp6_to_half", codes, np.uint16, FP6_KINDS.index(kind))

    def fp4_to_half(self, codes: Codes) -> Bits:
        """``__nv_cvt_fp4_to_halfraw``."""
        return self._convert("fp4_to_half", codes, np.uint16)

    def ue5m3_to_half(self, codes: Codes) -> Bits:
        """``__nv_cvt_ue5m3_to_halfraw``."""
        return self._convert("ue5m3_to_half", codes, np.uint16)

    def fp8_to_bfloat16(self, codes: Codes, kind: str) -> Bits:
        """``__nv_cvt_fp8_to_bf16raw``."""
        return self._convert("fp8_to_bfloat16", codes, np.uint16, FP8_KINDS.index(kind))

    def fp6_to_bfloat16(self, codes: Codes, kind: str) -> Bits:
        """``__nv_cvt_fp6_to_bf16raw``."""
        return self._convert("fp6_to_bfloat16", codes, np.uint16, FP6_KINDS.index(kind))

    def fp4_to_bfloat16(self, codes: Codes) -> Bits:
        """``__nv_cvt_fp4_to_bf16raw``."""
        return self._convert("fp4_to_bfloat16", codes, np.uint16)

    def ue5m3_to_bfloat16(self, codes: Codes) -> Bits:
        """``__nv_cvt_ue5m3_to_bf16raw``."""
        return self._convert("ue5m3_to_bfloat16", codes, np.uint16)

    def e8m0_to_bfloat16(self, codes: Codes) -> Bits:
        """``__nv_cvt_e8m0_to_bf16raw``."""
        return self._convert("e8m0_to_bfloat16", codes, np.uint16)

    def half_to_float32(self, bits: Bits) -> npt.NDArray[np.float32]:
        """``__half2float``."""
        return self._convert("half_to_float32", bits, np.float32)

    def bfloat16_to_float32(self, bits: Bits) -> npt.NDArray[np.float32]:
        """``__bfloat162float``."""
        return self._convert("bfloat16_to_float32", bits, np.float32)

    def _to_wide(self, target: str, x: Values, rounding: str) -> Bits:
        single = x.dtype == np.float64 or (target == "bfloat16" and x.dtype != np.float32)
        if single and rounding != "ties_to_even":
            raise ValueError(f"the headers round {x.dtype.name} to {target} by ties_to_even alone, not {rounding}")
        return self._convert(f"{x.dtype.name}_to_{target}", x, np.uint16, ROUNDINGS.index(rounding))

    def _convert(self, name: str, x: Values, result: npt.DTypeLike, *options: int) -> npt.NDArray[Any]:
        """Call one entry of cuda_host.cpp: pointers, count, two options (0 where left out)."""
        if not hasattr(self._library, name):
            raise TypeError(f"the headers have no {name}")
        source = np.ascontiguousarray(x)
        out = np.empty(source.shape, result)
        first, second = (*options, 0, 0)[:2]
        getattr(self._library, name)(
            ctypes.c_void_p(source.ctypes.data), ctypes.c_void_p(out.ctypes.data), ctypes.c_size_t(source.size), ctypes.c_int(first), ctypes.c_int(second)
        )
        return out
