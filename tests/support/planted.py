"""Targets with planted faults, and what is right and wrong of them by the oracle and exact rationals: nothing of refquant's."""

from fractions import Fraction

import numpy as np
import oracle

from refquant.verify import Claim

SOURCE, TARGET = "float8_e5m2", "float8_e4m3fn"
CLAIM = Claim("convert", SOURCE, TARGET, nan_by="class")
CODES = range(256)


def right(code):
    """The code that is right, by the oracle."""
    return oracle.codec.convert(code, oracle.formats.get(SOURCE), oracle.formats.get(TARGET), oracle.policies.Policies()).code


RIGHT = np.array([right(code) for code in CODES], np.uint8)


class Planted:
    """A target that answers every code of SOURCE from a table."""

    version = "7"

    def __init__(self, table, name="planted"):
        self.table, self.name = np.asarray(table), name

    def claims(self):
        return (CLAIM,)

    def run(self, claim, codes):
        return self.table[codes]


def e5m2(code):
    """(negative, magnitude) of a finite code of SOURCE; None for Inf and NaN. By the definition: 1 sign, 5 exponent, 2 trailing bits, bias 15."""
    exponent, trailing = code >> 2 & 31, code & 3
    if exponent == 31:
        return None
    return bool(code >> 7), (Fraction(4 + trailing) if exponent else Fraction(trailing)) * Fraction(2) ** (max(exponent, 1) - 17)


def class_of(code):
    """The class of a mismatch on this input that is no signed zero: by exact rationals and the limits of float8_e4m3fn (448, steps of 2**-9 below 2**-6)."""
    if e5m2(code) is None:
        return "inf" if code & 3 == 0 else "nan"
    magnitude = e5m2(code)[1]
    if magnitude > 464:
        return "overflow"
    step = Fraction(1, 512) if magnitude < Fraction(1, 64) else Fraction(1, 1 << 60)  # every value of e5m2 from 2**-6 on is one of e4m3fn, up to 448
    if magnitude / step % 1 == Fraction(1, 2):
        return "tie"
    return "subnormal" if 0 < magnitude < Fraction(1, 64) else "other"


def magnitude(code):
    """What orders witnesses: the magnitude, Inf and NaN last."""
    return code & 0x7F, code
