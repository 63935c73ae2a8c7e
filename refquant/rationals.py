"""Exact numbers (Fraction, int, Decimal, float in object arrays), split at a target's quantum in exact integer arithmetic."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from numbers import Rational
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.errors import InputTypeError, InputValueError
from refquant.extended import FLOAT64_PAYLOAD, extended_parts
from refquant.formats import Grid, get_format
from refquant.formats.grid import value_parts

_LIMIT = (1 << 64) - 1
_DECIMAL_LIMIT = 1_000_000  # the widest format ends near 10**631,000
FLOAT64_QUIET = 1 << 51


class LocatedParts(NamedTuple):
    """Exact numbers split at the target's quantum: the index below and 64 bits of fraction (bit 0 sticky), and what is not finite."""

    negative: NDArray[np.uint64]
    below: NDArray[np.uint64]
    fraction: NDArray[np.uint64]
    beyond: NDArray[np.bool_]  #: out of range although `below` is taken modulo 2**64 (wrap alone)
    kind: NDArray[np.uint8]
    payload: NDArray[np.uint64]
    payload_width: int
    quiet: int


class Exact(NamedTuple):
    """One number: a sign, and a magnitude or a kind (1 Inf, 2 quiet NaN, 3 signalling NaN) with a NaN's trailing field."""

    negative: bool
    magnitude: Fraction
    kind: int = 0
    payload: int = 0


def exact(value: Any, where: str = "x") -> Exact:
    """Return a Python or NumPy number exactly."""
    if isinstance(value, (np.bool_, bool)):
        return Exact(False, Fraction(int(value)))
    if isinstance(value, Rational):
        number = Fraction(int(value.numerator), int(value.denominator))  # NumPy's integers are Rational too
        return Exact(number < 0, abs(number))
    if isinstance(value, np.generic) and type(value).__module__.startswith("ml_dtypes"):
        return _exact_code(value)
    if isinstance(value, (float, np.floating)):
        return _exact_float(value)
    if isinstance(value, Decimal):
        return _exact_decimal(value)
    raise InputTypeError(f"{where}: expected a real number, got {type(value).__name__} {value!r}")


#: (trailing bits, exponent bits) by item size; a float's bits are read as integers, since arithmetic on subnormals depends on FTZ and DAZ.
_FIELDS = {2: (10, 5), 4: (23, 8), 8: (52, 11)}


def _exact_float(value: Any) -> Exact:
    a = np.asarray(value)
    if a.dtype.itemsize > 8:
        return _exact_extended(a)
    t, w = _FIELDS[a.dtype.itemsize]
    bits = int(a.view(f"u{a.dtype.itemsize}")[()])
    negative, biased, trailing = bool(bits >> (t + w)), (bits >> t) & ((1 << w) - 1), bits & ((1 << t) - 1)
    if biased == (1 << w) - 1:
        return _not_finite(negative, trailing << (FLOAT64_PAYLOAD - t))
    exponent = max(biased, 1) - ((1 << (w - 1)) - 1) - t
    return Exact(negative, _scaled(trailing | (biased != 0) << t, exponent))


def _exact_code(value: Any) -> Exact:
    """Return a scalar of ml_dtypes, which is the code of a format, by its bits: a float in between quiets a signalling NaN."""
    a = np.asarray(value)
    fmt = get_format(a.dtype.name)
    g, code = fmt.grid, int(a.view(f"u{a.dtype.itemsize}")[()]) & ((1 << fmt.width) - 1)
    negative = bool((g.negative_base or g.max_negative) and code >> (g.width - 1))
    magnitude = code % g.negative_base if g.negative_base else (1 << g.width) - code if negative else code
    if magnitude == g.infinity:
        return Exact(negative, Fraction(0), 1)
    if (g.nan_at_zero and negative and not magnitude) or 0 <= g.nan_first <= magnitude:
        if not g.nan_payload:
            return Exact(negative and not g.nan_at_zero, Fraction(0), 2, FLOAT64_QUIET)
        return _not_finite(negative, (magnitude % (1 << g.nan_payload)) << (FLOAT64_PAYLOAD - g.nan_payload))
    return Exact(negative, _scaled(*value_parts(g, magnitude + g.first_index)))


def _exact_extended(a: NDArray[Any]) -> Exact:
    negative, significand, exponent, kind, width = (p if isinstance(p, int) else int(p[0]) for p in extended_parts(a.reshape(1), False))
    if kind:
        return Exact(bool(negative), Fraction(0), kind, (significand >> (width - FLOAT64_PAYLOAD)) | (FLOAT64_QUIET if kind == 2 else 0))
    return Exact(bool(negative), _scaled(significand, exponent))


def _not_finite(negative: bool, payload: int) -> Exact:
    kind = 1 if not payload else 2 if payload & FLOAT64_QUIET else 3
    return Exact(negative, Fraction(0), kind, payload)


def _scaled(significand: int, exponent: int) -> Fraction:
    return Fraction(significand << exponent) if exponent >= 0 else Fraction(significand, 1 << -exponent)


def _exact_decimal(value: Decimal) -> Exact:
    if value.is_nan():
        return Exact(value.is_signed(), Fraction(0), 3 if value.is_snan() else 2, FLOAT64_QUIET)
    if value.is_infinite():
        return Exact(value.is_signed(), Fraction(0), 1)
    if value and abs(value.adjusted()) > _DECIMAL_LIMIT:
        raise InputValueError(f"x: the decimal exponent of {value} is beyond {_DECIMAL_LIMIT}, past every format's range; give a Fraction")
    return Exact(value.is_signed(), abs(Fraction(value)))


def in_short(x: Fraction) -> str:
    """Return a magnitude as text, in short where it has very many digits."""
    if x == 0 or max(x.numerator.bit_length(), x.denominator.bit_length()) <= 200:
        return str(x)
    return f"about 2**{floor_log2(x)}"


def floor_log2(x: Fraction) -> int:
    """Return floor(log2(x)) for x > 0, by integers."""
    e = x.numerator.bit_length() - x.denominator.bit_length()
    at_least = x.numerator >= x.denominator << e if e >= 0 else x.numerator << -e >= x.denominator
    return e if at_least else e - 1


def locate_rational(x: Fraction, grid: Grid, wrap: bool) -> tuple[int, int, bool]:
    """Return (index, fraction * 2**64 with a sticky bit 0, out of range although wrapped). RQ-4.2."""
    if x == 0:
        return 0, 0, False
    growth = max(floor_log2(x) - (grid.min_quantum + grid.precision - 1), 0)
    q = grid.min_quantum + (0 if wrap else growth)
    numerator, denominator = (x.numerator, x.denominator << q) if q >= 0 else (x.numerator << -q, x.denominator)
    kept, rest = divmod(numerator, denominator)
    fraction, sticky = divmod(rest << 64, denominator)
    if wrap:
        return kept & _LIMIT, fraction | (sticky != 0), growth > 0
    growth = min(growth, (grid.max_positive >> (grid.precision - 1)) + 2)
    return (growth << (grid.precision - 1)) + kept, fraction | (sticky != 0), False


def locate_all(values: NDArray[Any], grid: Grid, wrap: bool) -> LocatedParts:
    """Return a flat object array, split at the quantum of a target."""
    numbers = [exact(v) for v in values]
    places = [locate_rational(n.magnitude, grid, wrap) for n in numbers]
    u = np.uint64
    return LocatedParts(
        negative=np.array([n.negative for n in numbers], u), below=np.array([p[0] for p in places], u), fraction=np.array([p[1] for p in places], u),
        beyond=np.array([p[2] for p in places], np.bool_), kind=np.array([n.kind for n in numbers], np.uint8),
        payload=np.array([n.payload for n in numbers], u), payload_width=FLOAT64_PAYLOAD, quiet=FLOAT64_QUIET,
    )  # fmt: skip
