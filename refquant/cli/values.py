"""Exact values as text for readers: decimals where they are short, powers of two, ulps."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from refquant.golden.text import special_text

_LONGEST = 30  #: characters of a fraction that is written out
_SIGNIFICANT = 40  #: significant digits of a decimal that is written out
_ROUNDED = 17  #: significant digits of one that is not: neighbours of float64 differ
_BITS = 20_000  #: of a number beyond every format, whose digits are not counted unless asked for


def decimal_text(value: Fraction | float, *, longest: int = _SIGNIFICANT, rounded: int = _ROUNDED, exact: bool = False) -> str:
    """Return a value as a decimal: exact up to `longest` significant digits (all where `exact`), else `rounded` digits after ``~``.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from refquant.cli.values import decimal_text
    >>> decimal_text(Fraction(13, 128)), decimal_text(Fraction(1, 3)), decimal_text(Fraction(2) ** -133)
    ('0.1015625', '~0.33333333333333333', '~9.1835496157991212e-41')
    """
    if isinstance(value, float):
        return special_text(value)
    sign, magnitude = "-" if value < 0 else "", abs(value)
    found = _exact_digits(magnitude) if exact or max(magnitude.numerator.bit_length(), magnitude.denominator.bit_length()) <= _BITS else None
    if found is not None and (exact or len(found[0]) <= longest):
        return sign + _positional(*found, most=_SIGNIFICANT)
    return f"~{sign}{_positional(*_rounded_digits(magnitude, rounded), most=rounded)}"


def _exact_digits(magnitude: Fraction) -> tuple[str, int] | None:
    """Return the significant digits of a finite decimal and the power of ten of the first; None where there is no finite decimal."""
    n, d = magnitude.numerator, magnitude.denominator
    twos = (d & -d).bit_length() - 1
    fives = -(-((d >> twos).bit_length() - 1) * 10**15 // 2321928094887362)  # the one candidate: log2(5) is 2.321928094887362...
    if d >> twos != 5**fives:
        return None
    places = max(twos, fives)
    digits = integer_text(n * 10**places // d)
    return digits.rstrip("0") or "0", len(digits) - 1 - places if n else 0


def _rounded_digits(magnitude: Fraction, count: int) -> tuple[str, int]:
    exponent = _floor_log10(magnitude)
    digits = round(magnitude * Fraction(10) ** (count - 1 - exponent))
    if digits == 10**count:
        digits, exponent = 1, exponent + 1
    return str(digits).rstrip("0"), exponent


def _positional(digits: str, exponent: int, *, most: int) -> str:
    """Return digits with the point in its place, or an exponent where that is far away."""
    if not -8 < exponent < most:
        return f"{digits[0]}{'.' + digits[1:] if digits[1:] else ''}e{exponent:+03d}"
    if exponent < 0:
        return f"0.{'0' * (-1 - exponent)}{digits}"
    whole, places = digits[: exponent + 1].ljust(exponent + 1, "0"), digits[exponent + 1 :]
    return f"{whole}.{places}" if places else whole


def integer_text(value: int) -> str:
    """Return an integer in decimal, of any length."""
    return f"{Decimal(value):f}"


def _floor_log10(x: Fraction) -> int:
    """Return floor(log10(x)) for x > 0, by integers."""
    guess = (x.numerator.bit_length() - x.denominator.bit_length()) * 30103 // 100000 - 1
    while x >= Fraction(10) ** (guess + 1):
        guess += 1
    while x < Fraction(10) ** guess:
        guess -= 1
    return guess


def power_text(value: Fraction) -> str:
    """Return a power of two as ``2^n``, anything else as a decimal.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from refquant.cli.values import power_text
    >>> power_text(Fraction(1, 512)), power_text(Fraction(3))
    ('2^-9', '3')
    """
    n, d = value.numerator, value.denominator
    if n > 0 and not n & (n - 1) and not d & (d - 1) and value != 1:
        return f"2^{n.bit_length() - d.bit_length()}"
    return limit_text(value)


def limit_text(value: Fraction) -> str:
    """Return a value for a table of many: six digits where it is long."""
    return decimal_text(value, longest=20, rounded=6)


def fraction_text(value: Fraction, *, exact: bool = False) -> str:
    """Return ``numerator/denominator``, or factors of powers of two where that is long; all digits where `exact`."""
    n, d = value.numerator, value.denominator
    text = integer_text(n) if d == 1 else f"{integer_text(n)}/{integer_text(d)}"
    if exact or len(text) <= _LONGEST:
        return text
    if not d & (d - 1) and d > 1 and len(integer_text(n)) <= _LONGEST:
        return f"{n}/2^{d.bit_length() - 1}"
    zeros = (n & -n).bit_length() - 1
    if d == 1 and len(integer_text(n >> zeros)) <= _LONGEST:
        return f"{n >> zeros}*2^{zeros}"
    return "long"
