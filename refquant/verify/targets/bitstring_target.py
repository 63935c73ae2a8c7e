"""bitstring: an Array of Python floats in one of its small formats, and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version

import numpy as np

from refquant.golden.nan_mask import NanBy
from refquant.golden.sources import width_of
from refquant.verify.target import DEFAULT, Claim, Codes

#: Its name of each format, and of the other one that saturates.
WORDS = {
    "float16": ("f16",), "float32": ("f32",), "bfloat16": ("bfloat",), "float8_e4m3fn": ("e4m3mxfp_overflow", "e4m3mxfp_saturate"),
    "float8_e5m2": ("e5m2mxfp_overflow", "e5m2mxfp_saturate"), "float6_e3m2fn": ("e3m2mxfp",), "float6_e2m3fn": ("e2m3mxfp",),
    "float4_e2m1fn": ("e2m1mxfp",), "float8_e8m0fnu": ("e8m0mxfp",), "mxint8": ("mxint",), "binary8p3se": ("p3binary8",), "binary8p4se": ("p4binary8",),
}  # fmt: skip
# Exotic floating point formats, Conversion: to nearest, ties to even, "done once, directly from the Python float"; out of range Inf, or NaN in E4M3; under the
# names with `_saturate`, in the MX formats of fewer bits and in mxint the largest number, of Inf too. A NaN is refused where the format has none.
OVERFLOW = DEFAULT.replace(name="bitstring-overflow")
SATURATE = DEFAULT.replace(name="bitstring-saturate", overflow="saturate")
_SATURATING = ("float6_e3m2fn", "float6_e2m3fn", "float4_e2m1fn", "mxint8")


@dataclass(frozen=True)
class BitstringTarget:
    """``Array(dtype, values)`` from Python floats, and ``Array.from_bytes``."""

    name: str = "bitstring"
    version: str = field(default_factory=lambda: version("bitstring"))

    def claims(self) -> tuple[Claim, ...]:
        """See Target."""
        decodes = [Claim("decode", f, "float64", nan_by=NanBy.CLASS) for f in WORDS]
        ways = [(f, SATURATE if f in _SATURATING or word.endswith("_saturate") else OVERFLOW) for f, words in WORDS.items() for word in words]
        # e8m0mxfp refuses what is no power of two
        encodes = [Claim("encode", "float64", f, way, nan_by=NanBy.CLASS) for f, way in ways if f != "float8_e8m0fnu"]
        return (*decodes, *encodes)

    def run(self, claim: Claim, codes: Codes) -> Codes:
        """See Target."""
        from bitstring import Array

        source, target = claim.names
        if claim.operation == "decode":
            values = Array.from_bytes(WORDS[source][0], _packed(codes, width_of(source))).tolist()
            return np.array(values[: codes.size], np.float64).view(np.uint64)
        word = WORDS[target][-1 if claim.dialect == SATURATE else 0]
        return _unpacked(Array(word, codes.view(np.float64).tolist()).tobytes(), codes.size, width_of(target))


def _packed(codes: Codes, width: int) -> bytes:
    """Return codes one after the other, the first bit in the highest."""
    bits = codes.astype(np.uint64)[:, None] >> np.arange(width - 1, -1, -1, dtype=np.uint64)
    return np.packbits((bits & np.uint64(1)).astype(np.uint8)).tobytes()


def _unpacked(data: bytes, count: int, width: int) -> Codes:
    bits = np.unpackbits(np.frombuffer(data, np.uint8))[: count * width].reshape(count, width)
    found: Codes = bits.astype(np.uint64) @ (np.uint64(1) << np.arange(width - 1, -1, -1, dtype=np.uint64))
    return found
