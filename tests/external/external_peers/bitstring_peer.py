"""bitstring: one Bits object a number."""

import re

import bitstring
import numpy as np

WORDS = {
    "float8_e4m3fn": "e4m3mxfp_overflow", "float8_e5m2": "e5m2mxfp_overflow", "float6_e3m2fn": "e3m2mxfp", "float6_e2m3fn": "e2m3mxfp",
    "float4_e2m1fn": "e2m1mxfp", "float8_e8m0fnu": "e8m0mxfp", "bfloat16": "bfloat", "binary8p3se": "p3binary", "binary8p4se": "p4binary",
    "float16": "float", "float32": "float", "float64": "float",
}  # fmt: skip
WIDTHS = {"float6_e3m2fn": 6, "float6_e2m3fn": 6, "float4_e2m1fn": 4, "bfloat16": 16, "float16": 16, "float32": 32, "float64": 64}


def _word(name, saturate=False):
    if match := re.fullmatch(r"(u?int)(\d+)", name):
        return match[1], int(match[2])
    word = WORDS[name]
    return word.replace("overflow", "saturate") if saturate else word, WIDTHS.get(name, 8)


def decode(codes, name):
    """float64 values."""
    word, width = _word(name)
    return np.array([getattr(bitstring.Bits(uint=int(code), length=width), word) for code in codes], np.float64)


def encode(x, name, choice):
    """Codes."""
    word, width = _word(name, choice.overflow == "saturate")
    return np.array([bitstring.Bits(**{word: float(v)}, length=width).uint for v in x], np.uint64)
