"""Operations on codes: correctly rounded arithmetic and comparison by exact value, with flags.

Examples
--------
>>> import refquant as rq
>>> hex(rq.arithmetic.mul(0x39, 0x3A, "float8_e4m3fn"))  # 1.125 * 1.25 = 1.40625, which rounds to 1.375
'0x3b'
>>> bool(rq.arithmetic.compare(0x7E, 0x7C, ("float8_e4m3fn", "float8_e5m2"), predicate="lt"))  # 448 < Inf
True
"""

from refquant.arithmetic.comparing import Predicate, TruthAndFlags, compare
from refquant.arithmetic.integral import round_to_integral, scale_b
from refquant.arithmetic.magnitudes import maximum_magnitude, maximum_magnitude_number, minimum_magnitude, minimum_magnitude_number
from refquant.arithmetic.neighbours import next_after, next_down, next_up
from refquant.arithmetic.ordering import NumberClass, classify, log_b, total_order
from refquant.arithmetic.reciprocals import recip, rsqrt
from refquant.arithmetic.remainders import fmod, rem
from refquant.arithmetic.rounded import add, div, fma, mul, sqrt, sub
from refquant.arithmetic.selection import maximum, maximum_number, minimum, minimum_number
from refquant.arithmetic.signs import abs, copy_sign, neg, relu

__all__ = [
    "NumberClass", "Predicate", "TruthAndFlags", "abs", "add", "classify", "compare", "copy_sign", "div", "fma", "fmod", "log_b", "maximum",
    "maximum_magnitude", "maximum_magnitude_number", "maximum_number", "minimum", "minimum_magnitude", "minimum_magnitude_number", "minimum_number",
    "mul", "neg", "next_after", "next_down", "next_up", "recip", "relu", "rem", "round_to_integral", "rsqrt", "scale_b", "sqrt", "sub", "total_order",
]  # fmt: skip


def __dir__() -> list[str]:
    return __all__
