"""spec/oracle: the executable specification of this project, on exact rationals; it shares no code with refquant."""

from fractions import Fraction

import numpy as np
import oracle


def decode(codes, name):
    """Fractions, and floats for Inf, NaN, -0."""
    fmt = oracle.formats.get(name)
    values = np.empty(codes.size, object)
    values[:] = [_value(oracle.codec.decode(int(code), fmt)) for code in codes]
    return values


def _value(d):
    if d.kind == "finite":
        return -0.0 if d.sign and d.value == 0 else (-d.value if d.sign else d.value)
    return (-1 if d.sign else 1) * (float("inf") if d.kind == "inf" else float("nan"))


def encode(x, name, choice):
    """Codes, one at a time."""
    fmt = oracle.formats.get(name)
    policies = oracle.policies.Policies(rounding=choice.rounding, overflow=choice.overflow or "no_saturate")
    bits = [None] * x.size if choice.random is None else [(int(r), choice.random_bits) for r in choice.random]
    return np.array([oracle.codec.encode(_datum(v), fmt, policies, r).code for v, r in zip(x, bits, strict=True)], np.uint64)


def _datum(v):
    if isinstance(v, Fraction):
        return oracle.datum.from_fraction(v)
    if np.issubdtype(v.dtype, np.integer):
        return oracle.datum.from_fraction(int(v))
    if not np.isfinite(v):
        return oracle.datum.Datum("inf" if np.isinf(v) else "nan", int(np.signbit(v)))
    return oracle.datum.Datum("finite", int(np.signbit(v)), abs(Fraction(float(v))))
