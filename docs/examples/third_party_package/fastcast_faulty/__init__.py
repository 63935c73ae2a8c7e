"""float32 to float8_e4m3fn, in integers: nearest, ties to even; NaN above the range."""

import numpy as np


def to_float8_e4m3fn(x):
    """Return the codes (uint8) of float32 values."""
    bits = x.view(np.uint32)
    sign, biased, trailing = (bits >> 24) & 0x80, (bits >> 23) & 0xFF, bits & 0x7FFFFF
    significand = np.where(biased == 0, trailing, trailing | 0x800000)  # of 24 digits, 4 of which are kept
    above = np.maximum(biased, 121) - 121  # exponent above that of the least normal value, 2**-6
    shift = np.minimum(20 + 121 - np.minimum(np.maximum(biased, 1), 121), 25)  # subnormals keep fewer digits
    kept, rest, half = significand >> shift, significand & ((1 << shift) - 1), 1 << (shift - 1)
    rounded = kept + (rest >= half)
    code = rounded + (above << 3)
    return np.where(code > 0x7E, 0x7F, sign | code).astype(np.uint8)
