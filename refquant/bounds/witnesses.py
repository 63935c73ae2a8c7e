"""Operands for which a relative bound is attained: one family of them for each operation, tried from 1 outwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import isqrt

from refquant.bounds.candidates import floor_index
from refquant.bounds.extremes import EXACT
from refquant.formats import Format, code_of
from refquant.rationals import floor_log2

Formats = tuple[Format, ...]
Family = Callable[[int], Iterator[tuple[Fraction, ...]]]  #: of an exponent: operands whose exact result is near that power of two
_FACTORS = 1 << 12  #: up to which factors of 2**p + 1 are looked for: all of them up to p = 24


def witness(operation: str, formats: tuple[Format, ...], result: Format) -> tuple[int, ...] | None:
    """Return codes whose exact result is as far from the result format as RQ-11.14 or RQ-11.16 says, or None where the family has none in range."""
    if operation not in _FAMILIES:
        return None
    exponents = range(floor_log2(result.min_normal), floor_log2(result.max_finite) + 1)
    family = _FAMILIES[operation](result.precision, formats)
    for e in sorted(exponents, key=abs):
        for numbers in family(e):
            exact, codes = EXACT[operation](*numbers), [code_for(x, fmt) for x, fmt in zip(numbers, formats, strict=True)]
            if exact is not None and result.min_normal <= exact <= result.max_finite and None not in codes:
                return tuple(c for c in codes if c is not None)
    return None


def code_for(x: Fraction, fmt: Format) -> int | None:
    """Return the code of a positive dyadic number, or None where the format lacks it."""
    g = fmt.grid
    index = floor_index((x.numerator, 1 - x.denominator.bit_length()), g)
    return code_of(g, index, False) if g.first_index <= index <= g.max_positive and fmt.magnitude(index) == x else None


def _exponents(fmt: Format) -> list[int]:
    """Return the exponents of the powers of two of a format, those near 0 first."""
    return sorted(range(fmt.grid.min_quantum, floor_log2(fmt.max_finite) + 1), key=abs)


def _power(e: int) -> Fraction:
    return Fraction(2) ** e


def _sums(p: int, formats: Formats) -> Family:
    return lambda e: iter([(_power(e), _power(e - p)), (_power(e - p), _power(e))])


def _differences(p: int, formats: Formats) -> Family:
    return lambda e: iter([(_power(e) + _power(e + 1 - p), _power(e - p))])


def _products(p: int, formats: Formats) -> Family:
    """2**p + 1 as a product of two factors that the formats have digits for."""
    whole, exponents = (1 << p) + 1, _exponents(formats[0])
    small = [r for r in range(3, min(isqrt(whole), _FACTORS) + 1, 2) if whole % r == 0]
    pairs = [(m, whole // m) for r in small for m in sorted({r, whole // r})]
    fitting = [(m, n) for m, n in pairs if m.bit_length() <= formats[0].precision and n.bit_length() <= formats[1].precision]
    return lambda e: ((m * _power(i), n * _power(e - p - i)) for m, n in fitting for i in exponents)


def _fused(p: int, formats: Formats) -> Family:
    """A product that is a power of two, and another power."""
    some = _exponents(formats[0])[:3]
    return lambda e: ((_power(i), _power(a - i), _power(c)) for i in some for a, c in ((e, e - p), (e - p, e)))


def _quotients(p: int, formats: Formats) -> Family:
    exponents = _exponents(formats[0])
    return lambda e: ((_power(i), ((1 << p) - 1) * _power(i - p - e)) for i in exponents)


def _reciprocals(p: int, formats: Formats) -> Family:
    return lambda e: iter([(((1 << p) - 1) * _power(-p - e),)])


_FAMILIES: dict[str, Callable[[int, Formats], Family]] = {
    "add": _sums, "sub": _differences, "mul": _products, "fma": _fused, "div": _quotients, "recip": _reciprocals,
}  # fmt: skip
