"""Codes, magnitudes and fields of a format (RQ-2.2 to RQ-2.7, RQ-2.9)."""

from fractions import Fraction
from functools import lru_cache

from .formats import Float, Format, Int, largest


@lru_cache(maxsize=8192)
def power(e: int) -> Fraction:
    """2^e."""
    return Fraction(1 << e) if e >= 0 else Fraction(1, 1 << -e)


def floor_log2(x: Fraction) -> int:
    """floor(log2 x) for x > 0, by integer comparison (RQ-4.2)."""
    e = x.numerator.bit_length() - x.denominator.bit_length()
    return e if x >= power(e) else e - 1


def number(code: int, fmt: Format) -> Fraction:
    """The number of a magnitude code, which may lie above the last one as if w were unbounded (RQ-2.3, RQ-4.1)."""
    if isinstance(fmt, Int):
        return code * power(-fmt.fraction_bits)
    biased_exponent, trailing = divmod(code, 1 << fmt.t)
    if biased_exponent == 0 and fmt.zero:
        return trailing * power(fmt.emin - fmt.t)
    return (1 + Fraction(trailing, 1 << fmt.t)) * power(biased_exponent - fmt.bias)


def magnitude_code(x: Fraction, fmt: Format) -> int:
    """The magnitude code of a magnitude of the format, by its fields E and T (RQ-2.2, RQ-2.3)."""
    if isinstance(fmt, Int):
        code = x * power(fmt.fraction_bits)
    elif x < power(fmt.emin):
        code = x * power(fmt.t - fmt.emin)
    else:
        e = floor_log2(x)
        code = (e + fmt.bias) * 2**fmt.t + (x * power(-e) - 1) * 2**fmt.t
    assert code.denominator == 1, (x, fmt)
    return int(code)


def has_nan(fmt: Format) -> bool:
    """Whether a code is NaN (RQ-2.4, RQ-2.9)."""
    return isinstance(fmt, Float) and fmt.nan != "none"


def has_infinity(fmt: Format, negative: bool) -> bool:
    """Whether the Inf of a side exists (RQ-2.4, RQ-5)."""
    return isinstance(fmt, Float) and fmt.infinity and (fmt.signed or not negative)


def has_zero(fmt: Format) -> bool:
    """Whether a code is zero (RQ-2.1, RQ-2.9)."""
    return isinstance(fmt, Int) or fmt.zero


def has_negative_zero(fmt: Format) -> bool:
    """Whether -0 exists (RQ-2.5, RQ-2.9)."""
    return fmt.encoding == "sign_magnitude" if isinstance(fmt, Int) else fmt.signed and fmt.zero and fmt.nan != "negative_zero"


def has_subnormals(fmt: Format) -> bool:
    """Whether subnormals exist (RQ-5.13)."""
    return isinstance(fmt, Float) and fmt.zero and fmt.precision > 1


def infinity_code(fmt: Float) -> int:
    """The magnitude code of Inf: the one after the last number (RQ-2.4)."""
    return largest(fmt) + 1


def sign_bit(fmt: Format) -> int:
    """The weight of the sign bit, 0 where there is none (RQ-2.2)."""
    return 1 << (fmt.width - 1) if fmt.signed else 0


def signed_code(negative: bool, code: int, fmt: Format) -> int:
    """The code of a sign and a magnitude code in range (RQ-2.2, RQ-2.9)."""
    if isinstance(fmt, Int) and fmt.encoding == "twos_complement":
        return (-code if negative else code) % (1 << fmt.width)
    return negative * sign_bit(fmt) + code


def minimum(fmt: Format) -> Fraction:
    """The least positive value: min_subnormal (RQ-1.2)."""
    return number(1 if has_zero(fmt) else 0, fmt)


@lru_cache(maxsize=1024)
def maximum(fmt: Format) -> Fraction:
    """max_finite, or the greatest value of an integer format (RQ-1.2)."""
    return number(largest(fmt), fmt)


def limit(fmt: Format, negative: bool) -> Fraction:
    """The greatest rounded magnitude of a side that is in range; any negative number is out of range of an unsigned format (RQ-5, RQ-5.12)."""
    if not negative:
        return maximum(fmt)
    if isinstance(fmt, Int) and fmt.signed and fmt.encoding == "twos_complement":
        return number(largest(fmt) + 1, fmt)
    return maximum(fmt) if fmt.signed else Fraction(0)


def bound(fmt: Format, negative: bool) -> tuple[bool, Fraction]:
    """Sign and magnitude of the bound of a side (RQ-5)."""
    if negative and not fmt.signed:
        return False, Fraction(0) if has_zero(fmt) else minimum(fmt)
    return negative, limit(fmt, negative)
