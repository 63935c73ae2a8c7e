"""x87 80-bit extended floats (NumPy's longdouble on x86), read and written bit by bit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FLOAT64_PAYLOAD = 52  #: bits of the trailing field of the NaN payloads of parts, rationals and float64


def extended_parts(values: NDArray[Any], flush_subnormals: bool) -> tuple[Any, ...]:
    """Return (negative, significand, exponent, kind, width of a NaN's payload) of x87 extended floats. RQ-3.7."""
    u = np.uint64
    words = np.ascontiguousarray(values).view(u).reshape(-1, 2)
    significand, high = words[:, 0].copy(), words[:, 1] & u(0xFFFF)
    biased, negative = high & u(0x7FFF), high >> u(15)
    top = biased == u(0x7FFF)
    trailing = significand & u((1 << 63) - 1)
    invalid = (biased != 0) & (significand >> u(63) == 0)  # no number: the integer bit must be set
    quiet = ((trailing >> u(62)) != 0) | invalid
    kind = np.where((top & (trailing != 0)) | invalid, np.where(quiet, 2, 3), np.where(top, 1, 0)).astype(np.uint8)
    if flush_subnormals:
        significand[biased == 0] = 0
    exponent = np.maximum(biased, u(1)).astype(np.int64) - (16383 + 63)
    return negative, np.where(kind >= 2, np.where(invalid, u(1 << 62), trailing), significand), exponent, kind, 63


def extended_from_float64(codes: NDArray[np.uint64]) -> NDArray[np.longdouble]:
    """Return float64 codes as extended floats: every datum exactly, signalling NaNs too. RQ-3.1, RQ-3.2."""
    u = np.uint64
    biased, trailing = (codes >> u(52)) & u(0x7FF), codes & u((1 << 52) - 1)
    leading = np.where(trailing == 0, 0, (trailing.astype(np.float64).view(np.int64) >> 52) - 1023).astype(u)  # exact: trailing < 2**53
    normal = (u(1) << u(63)) | (trailing << u(11))
    subnormal = trailing << (u(63) - leading)
    significand = np.where(biased != 0, normal, np.where(trailing != 0, subnormal, u(0)))
    exponent = np.where(biased != 0, biased + u(16383 - 1023), np.where(trailing != 0, leading + u(16383 - 1074), u(0)))
    exponent = np.where(biased == 0x7FF, u(0x7FFF), exponent)
    words = np.stack([significand, exponent | (codes >> u(63)) << u(15)], axis=-1)
    return words.reshape(-1).view(np.longdouble).reshape(codes.shape)
