"""NumPy: its casts between float dtypes, and its rint, floor, ceil, trunc, clip, fmod and shifts for integers."""

import re

import numpy as np

BINADES = {"mxint8": 6, "s2f6": 6}


def integer(name):
    """(signed, width, fraction bits) of an integer or fixed-point format."""
    if name in BINADES:
        return True, 8, BINADES[name]
    match = re.fullmatch(r"(u?)int(\d+)", name)
    return not match[1], int(match[2]), 0


def decode(codes, name):
    """float64 values."""
    if name.startswith("float"):
        return codes.view(name).astype(np.float64)
    if name in ("bfloat16", "tfloat32"):
        shift = 16 if name == "bfloat16" else 13
        return (codes.astype(np.uint32) << np.uint32(shift)).view(np.float32).astype(np.float64)
    signed, width, fraction = integer(name)
    wide = codes.astype(np.int64)
    if signed:
        wide = wide << (64 - width) >> (64 - width)
    return wide.astype(np.float64) / 2.0**fraction


def encode(x, name, choice):
    """Codes: a cast for float formats, arithmetic for integers."""
    if name.startswith("float"):
        cast = x.astype(name)
        return cast.view(f"u{cast.itemsize}")
    signed, width, fraction = integer(name)
    rounded = ROUND[choice.rounding](x.astype(np.float64) * 2.0**fraction)
    low, high = (-(2.0 ** (width - 1)), 2.0 ** (width - 1) - 1) if signed else (0.0, 2.0**width - 1)
    held = np.fmod(rounded, 2.0**width) if choice.overflow == "wrap" else np.clip(rounded, low, high)
    return held.astype(np.int64).astype(np.uint64) & np.uint64((1 << width) - 1)


ROUND = {
    "ties_to_even": np.rint,
    "toward_zero": np.trunc,
    "toward_positive": np.ceil,
    "toward_negative": np.floor,
    "away_from_zero": lambda v: np.copysign(np.ceil(np.abs(v)), v),
}
