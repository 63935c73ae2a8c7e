"""apytypes: IEEE-like floats with an exponent field one bit wider than the format's and its bias, so that every number in range has the format's magnitude code."""

import apytypes
import numpy as np

import refquant as rq

Q = apytypes.QuantizationMode
MODES = {
    "ties_to_even": Q.TIES_EVEN, "ties_to_away": Q.TIES_AWAY, "ties_to_zero": Q.TIES_ZERO, "ties_to_odd": Q.TIES_ODD, "ties_to_positive": Q.TIES_POS,
    "ties_to_negative": Q.TIES_NEG, "toward_zero": Q.TO_ZERO, "toward_positive": Q.TO_POS, "toward_negative": Q.TO_NEG, "away_from_zero": Q.TO_AWAY,
    "to_odd": Q.JAM_UNBIASED,
}  # fmt: skip


def encode(x, name, choice):
    """Codes of numbers in range."""
    fmt = rq.get_format(name)
    t, w = fmt.precision - 1, fmt.exponent_width + 1
    exact = apytypes.APyFloatArray.from_float(x.astype(np.float64), 11, 52)
    bits = np.array(exact.cast(w, t, fmt.bias, quantization=MODES[choice.rounding]).to_bits(), np.uint64)
    sign, magnitude = bits >> np.uint64(w + t), bits & np.uint64((1 << (w + t)) - 1)
    if not fmt.has_negative_zero:
        sign[magnitude == 0] = 0
    return magnitude | sign << np.uint64(fmt.width - 1)
