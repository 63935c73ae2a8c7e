"""Python's standard library: struct packs IEEE 754 floats, int.from_bytes reads integers, decimal rounds them in eight ways."""

import decimal
import struct

import numpy as np

from attestation.numpy_peer import integer

LETTERS = {"float16": "e", "float32": "f", "float64": "d"}
MODES = {
    "ties_to_even": decimal.ROUND_HALF_EVEN,
    "ties_to_away": decimal.ROUND_HALF_UP,
    "ties_to_zero": decimal.ROUND_HALF_DOWN,
    "toward_zero": decimal.ROUND_DOWN,
    "away_from_zero": decimal.ROUND_UP,
    "toward_positive": decimal.ROUND_CEILING,
    "toward_negative": decimal.ROUND_FLOOR,
}


def decode(codes, name):
    """float64 values, one at a time."""
    if name in LETTERS:
        return np.array([struct.unpack(f"<{LETTERS[name]}", code.tobytes())[0] for code in codes], np.float64)
    signed, width, fraction = integer(name)
    shift = -width % 8
    raw = [int.from_bytes((int(code) << shift).to_bytes((width + shift) // 8, "big"), "big", signed=signed) >> shift for code in codes]
    return np.array([value / 2**fraction for value in raw], np.float64)


def encode(x, name, choice):
    """Codes, one at a time."""
    if name in LETTERS:
        return np.array([_packed(float(v) if x.dtype.kind == "f" else int(v), LETTERS[name]) for v in x], np.uint64)
    signed, width, fraction = integer(name)
    with decimal.localcontext(prec=2000, Emax=10**6, Emin=-(10**6)):
        return np.array([_integer(float(v), signed, width, fraction, choice) for v in x], np.uint64)


def _packed(value, letter):
    try:
        return int.from_bytes(struct.pack(f"<{letter}", value), "little")
    except OverflowError:  # above the range
        return int.from_bytes(struct.pack(f"<{letter}", float("inf") if value > 0 else float("-inf")), "little")


def _integer(value, signed, width, fraction, choice):
    rounded = int((decimal.Decimal(value) * 2**fraction).to_integral_value(MODES[choice.rounding]))
    low, high = (-(1 << (width - 1)), (1 << (width - 1)) - 1) if signed else (0, (1 << width) - 1)
    held = rounded if choice.overflow == "wrap" else min(max(rounded, low), high)
    return held % (1 << width)
