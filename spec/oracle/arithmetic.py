"""Operations on data: the exact result, and its delivery, rounded once (RQ-7.6 to RQ-7.18)."""

from collections.abc import Callable
from fractions import Fraction
from math import isqrt

from .bits import floor_log2, power
from .codec import decode, encode_datum
from .datum import Datum
from .flags import DIV_BY_ZERO
from .formats import Format, Int, get
from .nan_rules import Exact, Rules, made, propagated
from .policies import Policies
from .remainder import fmod, rem
from .rounding import Random
from .selection import CHOICES, NUMBERS, relu, selected
from .special import Result
from .subnormal import input_denormal, is_subnormal

SPARE = 40  # digits below every break point: one for midpoints, 33 for 32 random bits


def signed(d: Datum) -> Fraction:
    """The real number that a finite datum is."""
    return -d.value if d.sign else d.value


def opposite(d: Datum) -> Datum:
    """The datum of the other sign; a NaN stays what it is (RQ-7.8)."""
    return d if d.kind == "nan" else Datum(d.kind, 1 - d.sign, d.value)


def add(a: Datum, b: Datum, downward: bool) -> Exact | None:
    """a + b, None where there is no exact result; `downward`: the sign of an exact zero of opposite signs (RQ-7.8 to RQ-7.10)."""
    if a.kind == b.kind == "inf":
        return Exact(a) if a.sign == b.sign else None
    if "inf" in (a.kind, b.kind):
        return Exact(a if a.kind == "inf" else b)
    total = signed(a) + signed(b)
    if total:
        return Exact(Datum("finite", int(total < 0), abs(total)))
    return Exact(Datum("finite", a.sign if a.sign == b.sign else int(downward)))


def sub(a: Datum, b: Datum, downward: bool) -> Exact | None:
    """a - b (RQ-7.8)."""
    return add(a, opposite(b), downward)


def mul(a: Datum, b: Datum, downward: bool) -> Exact | None:
    """a·b (RQ-7.8 to RQ-7.10)."""
    sign = a.sign ^ b.sign
    if "inf" in (a.kind, b.kind):
        zero = any(d.kind == "finite" and d.value == 0 for d in (a, b))
        return None if zero else Exact(Datum("inf", sign))
    return Exact(Datum("finite", sign, a.value * b.value))


def div(a: Datum, b: Datum, downward: bool) -> Exact | None:
    """a / b (RQ-7.8 to RQ-7.10, RQ-7.12)."""
    sign = a.sign ^ b.sign
    if a.kind == b.kind == "inf":
        return None
    if a.kind == "inf":
        return Exact(Datum("inf", sign))
    if b.kind == "inf":
        return Exact(Datum("finite", sign))
    if b.value == 0:
        return None if a.value == 0 else Exact(Datum("inf", sign), DIV_BY_ZERO, by_zero=True)
    return Exact(Datum("finite", sign, a.value / b.value))


def fma(a: Datum, b: Datum, c: Datum, downward: bool) -> Exact | None:
    """a·b + c, the product not rounded (RQ-7.8 to RQ-7.10)."""
    product = mul(a, b, downward)
    return product and add(product.datum, c, downward)


def root(x: Fraction, finest: int) -> Fraction:
    """The square root, or a number between the same multiples of 2^finest where it is irrational: no break point tells them apart (RQ-7.8)."""
    scaled = x * power(-2 * finest)
    whole = isqrt(scaled.numerator // scaled.denominator)
    return whole * power(finest) if whole * whole == scaled else (whole + Fraction(1, 2)) * power(finest)


def finest(x: Fraction, *formats: Format) -> int:
    """An exponent whose multiples hold every break point of some formats, and x itself where it is a multiple of its last digit."""
    least = [-f.fraction_bits if isinstance(f, Int) else f.emin - f.precision + 1 for f in formats]
    return min(*least, floor_log2(x) if x else 0) - SPARE


def square_root(a: Datum, formats: tuple[Format, ...]) -> Exact | None:
    """sqrt a (RQ-7.8 to RQ-7.10)."""
    if a.sign and (a.kind == "inf" or a.value):
        return None
    return Exact(a) if a.kind == "inf" or not a.value else Exact(Datum("finite", 0, root(a.value, finest(a.value, *formats))))


def reciprocal(a: Datum) -> Exact | None:
    """1 / a (RQ-7.18)."""
    return div(Datum("finite", 0, Fraction(1)), a, False)


def reciprocal_root(a: Datum, formats: tuple[Format, ...]) -> Exact | None:
    """1 / sqrt a (RQ-7.18)."""
    if a.kind == "finite" and not a.value:
        return Exact(Datum("inf", a.sign), DIV_BY_ZERO, by_zero=True)
    if a.sign:
        return None
    if a.kind == "inf":
        return Exact(Datum("finite", 0))
    x = 1 / a.value
    return Exact(Datum("finite", 0, root(x, finest(x, *formats))))


BINARY: dict[str, Callable[[Datum, Datum, bool], Exact | None]] = {"add": add, "sub": sub, "mul": mul, "div": div, "rem": rem, "fmod": fmod}


DIVISIONS = ("div", "recip", "rsqrt")  #: by their last operand (RQ-7.16)


def computed(operation: str, data: list[Datum], downward: bool, formats: tuple[Format, ...]) -> Exact | None:
    """The exact result of data that are no NaN, or None where there is none (RQ-7.8, RQ-7.9)."""
    if operation in ("sqrt", "rsqrt"):
        return (square_root if operation == "sqrt" else reciprocal_root)(data[0], formats)
    if operation == "recip":
        return reciprocal(data[0])
    if operation == "fma":
        return fma(data[0], data[1], data[2], downward)
    return BINARY[operation](data[0], data[1], downward)


def exact(operation: str, data: list[Datum], downward: bool, formats: tuple[Format, ...], rules: Rules | None = None) -> Exact:
    """The exact result of an operation of data; a NaN where an operand is one, or where there is none (RQ-7.8 to RQ-7.16)."""
    chosen = rules or Rules()
    if operation in (*CHOICES, *NUMBERS):
        return selected(operation, data, chosen)
    if operation == "relu":
        return relu(data[0], chosen)
    found = propagated(operation, data, chosen)
    if found is None and chosen.division_by_zero == "nan" and operation in DIVISIONS and data[-1] == Datum("finite", data[-1].sign):
        return made(chosen)  # RQ-7.16
    return found or computed(operation, data, downward, formats) or made(chosen)


def taken(code: int, fmt: Format, policies: Policies) -> Datum:
    """An operand as the operation sees it (RQ-7.7)."""
    d = decode(code, fmt)
    return Datum("finite", d.sign) if policies.subnormals in ("flush_inputs", "flush_both") and is_subnormal(d, fmt) else d


def arithmetic(
    operation: str, codes: tuple[int, ...], formats: tuple[Format, ...], result: Format, policies: Policies | None = None, random: Random | None = None
) -> Result:
    """The code of an operation of codes, and its flags (RQ-7.6 to RQ-7.12)."""
    p = policies or Policies()
    through = (get(p.via.format),) if p.via else ()
    x = exact(operation, [taken(c, f, p) for c, f in zip(codes, formats, strict=True)], downward_of(p), (result, *through), Rules.of(p))
    return told(operation, codes, formats, p, delivered(x, result, p, random))


def told(operation: str, codes: tuple[int, ...], formats: tuple[Format, ...], policies: Policies, found: Result) -> Result:
    """A result with the flag of subnormal operands (RQ-6.10)."""
    more = input_denormal(operation, [(decode(c, f), f, policies) for c, f in zip(codes, formats, strict=True)], found.flags)
    return found._replace(flags=found.flags | more)


def delivered(x: Exact, result: Format, policies: Policies, random: Random | None = None) -> Result:
    """The code of an exact result, and its flags with those of the operation (RQ-7.6, RQ-7.12)."""
    code, flags, error = encode_datum(x.datum, result, policies, random)
    own = DIV_BY_ZERO if x.by_zero else flags | x.flags
    return Result(code, 0 if policies.flags == "none" else own, error)


def downward_of(policies: Policies) -> bool:
    """Whether an exact zero of opposite terms is -0 (RQ-7.10)."""
    return first_rounding(policies) == "toward_negative"


def first_rounding(policies: Policies) -> str:
    """The mode of the first rounding (RQ-3.6)."""
    return policies.via.rounding if policies.via else policies.rounding
