"""fpy2: contexts described by parameters; roundings through its own reals and MPFR."""

from fractions import Fraction
from functools import cache

import numpy as np
from fpy2.number import OV, RM, EFloatContext, EFloatNanKind, FixedContext, Float, RealFloat, SMFixedContext

import refquant as rq

MODES = {
    "ties_to_even": RM.RNE, "ties_to_away": RM.RNA, "toward_positive": RM.RTP, "toward_negative": RM.RTN,
    "toward_zero": RM.RTZ, "away_from_zero": RM.RAZ, "to_odd": RM.RTO,
}  # fmt: skip
KINDS = {"ieee": EFloatNanKind.IEEE_754, "all_ones": EFloatNanKind.MAX_VAL, "negative_zero": EFloatNanKind.NEG_ZERO, "none": EFloatNanKind.NONE}


@cache
def context(name, rounding="ties_to_even", saturate=False):
    """fpy2's context of a format; an unsigned one is the positive half of one with a sign bit more."""
    fmt, mode, overflow = rq.get_format(name), MODES[rounding], OV.SATURATE if saturate else OV.OVERFLOW
    if isinstance(fmt, rq.IntFormat):
        if fmt.encoding == "sign_magnitude":
            return SMFixedContext(-fmt.fraction_bits, fmt.width, mode, OV.SATURATE)
        return FixedContext(fmt.signed, -fmt.fraction_bits, fmt.width, mode, OV.SATURATE)
    w = fmt.exponent_width
    usual = (1 << (w - 1)) - 1
    return EFloatContext(w, w + fmt.precision, fmt.infinity, KINDS[str(fmt.nan)], usual - fmt.bias, mode, overflow)


def decode(codes, name):
    """Fractions, and floats for Inf, NaN, -0."""
    form, values = context(name).format(), np.empty(codes.size, object)
    values[:] = [_value(form.decode(int(code))) for code in codes]
    return values


def _value(x):
    if x.isnan or x.isinf:
        return (-1 if x.s else 1) * (float("nan") if x.isnan else float("inf"))
    return -0.0 if x.is_zero() and x.s else Fraction(x.as_rational())


def encode(x, name, choice):
    """Codes."""
    made = context(name, choice.rounding, choice.overflow == "saturate")
    form = made.format()
    return np.array([form.encode(made.round(_real(v))) for v in x], np.uint64)


def _real(v):
    if not isinstance(v, Fraction):
        return Float.from_float(float(v))
    if v.denominator & (v.denominator - 1):
        raise ValueError("dyadic numbers only")
    return Float.from_real(RealFloat(s=v < 0, c=abs(v.numerator), exp=1 - v.denominator.bit_length()))
