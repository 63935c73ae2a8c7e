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
from refquant.arithmetic.reciprocals import recip, rsqrt
from refquant.arithmetic.remainders import fmod, rem
from refquant.arithmetic.rounded import add, div, fma, mul, sqrt, sub

__all__ = ["Predicate", "TruthAndFlags", "add", "compare", "div", "fma", "fmod", "mul", "recip", "rem", "round_to_integral", "rsqrt", "scale_b", "sqrt", "sub"]
