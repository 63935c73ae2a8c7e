"""Exact values as text for readers: decimals where they are short, powers of two, ulps."""

from __future__ import annotations

from fractions import Fraction

from refquant.verify.text import special_text

_LONGEST = 30  #: digits of a decimal that is written out


def decimal_text(value: Fraction | float) -> str:
    """Return a value as a decimal: exact where that is short, else six digits after ``~``.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from refquant.cli.values import decimal_text
    >>> decimal_text(Fraction(13, 128)), decimal_text(Fraction(1, 3)), decimal_text(Fraction(2) ** -133)
    ('0.1015625', '~0.333333', '~9.18355e-41')
    """
    if isinstance(value, float):
        return special_text(value)
    exact = _exact_decimal(value)
    return exact if exact is not None and len(exact) <= _LONGEST else f"~{_six_digits(value)}"


def _exact_decimal(value: Fraction) -> str | None:
    """Return the finite decimal of a rational; None where it has none, or a very long one."""
    if abs(value) >= 10**_LONGEST or 10**_LONGEST % value.denominator:
        return None
    places = next(n for n in range(_LONGEST + 1) if 10**n % value.denominator == 0)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    body = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return ("-" if value < 0 else "") + body


def _six_digits(value: Fraction) -> str:
    """Return six significant digits, as %g would, for values of any size."""
    sign, magnitude = "-" if value < 0 else "", abs(value)
    exponent = _floor_log10(magnitude)
    digits = round(magnitude * Fraction(10) ** (5 - exponent))
    if digits == 10**6:
        digits, exponent = 10**5, exponent + 1
    if -5 < exponent < 6:
        return sign + f"{float(Fraction(digits) * Fraction(10) ** (exponent - 5)):.6g}"
    body = str(digits).rstrip("0")
    return f"{sign}{body[0]}{'.' + body[1:] if body[1:] else ''}e{exponent:+03d}"


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
    return decimal_text(value)


def fraction_text(value: Fraction) -> str:
    """Return ``numerator/denominator``, or factors of powers of two where that is long."""
    text = str(value)
    if len(text) <= _LONGEST:
        return text
    n, d = value.numerator, value.denominator
    if not d & (d - 1) and d > 1 and len(str(n)) <= _LONGEST:
        return f"{n}/2^{d.bit_length() - 1}"
    zeros = (n & -n).bit_length() - 1
    if d == 1 and len(str(n >> zeros)) <= _LONGEST:
        return f"{n >> zeros}*2^{zeros}"
    return "long"
