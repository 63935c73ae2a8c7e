"""ml_dtypes: array casts."""

import ml_dtypes
import numpy as np

import refquant as rq


def decode(codes, name):
    """Values through float64; float32 must say the same."""
    dtype = getattr(ml_dtypes, name)
    if name.startswith(("int", "uint")):
        return codes.astype(np.uint8).view(dtype).astype(np.float64)
    wide, narrow = codes.view(dtype).astype(np.float64), codes.view(dtype).astype(np.float32).astype(np.float64)
    assert np.array_equal(wide, narrow, equal_nan=True)
    return wide


def encode(x, name, choice):
    """Codes; the bits above the code are unspecified, so they are cut off."""
    cast = x.astype(getattr(ml_dtypes, name))
    bits = cast.view(f"u{cast.dtype.itemsize}")
    return bits & bits.dtype.type((1 << rq.get_format(name).width) - 1)
