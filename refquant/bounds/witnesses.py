"""Operands for which a relative bound is attained: some shapes of them for each operation, scaled by powers of two to where they are numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import isqrt

from refquant.bounds.candidates import floor_index
from refquant.bounds.extremes import EXACT
from refquant.formats import Format, code_of
from refquant.rationals import floor_log2

Formats = tuple[Format, ...]
Shape = tuple[tuple[int, int], ...]  #: (m, s) of each operand, which is m * 2**s times a power of two; m is odd
_FACTORS = 1 << 12  #: up to which factors of 2**p + 1 are looked for: all of them up to p = 24
_SIGNS = {"div": (1, -1), "recip": (-1,)}  #: whether the result grows with each operand or shrinks
_SHARED = ("mul", "fma", "div")  #: the first two operands scale the result together, otherwise all do alike


def witness(operation: str, formats: Formats, result: Format, relative: Fraction) -> tuple[int, ...] | None:
    """Return codes whose exact result is as far from the result format as the bound says, or None where no shape of RQ-11.14 or RQ-11.16 has any in range."""
    for shape in _SHAPES[operation](result.precision) if operation in _SHAPES else ():
        numbers = _placed(operation, shape, formats, result)
        codes = [code_for(x, fmt) for x, fmt in zip(numbers or (), formats, strict=False)]
        if numbers and None not in codes and _attains(EXACT[operation](*numbers), result, relative):
            return tuple(c for c in codes if c is not None)
    return None


def _attains(x: Fraction | None, result: Format, relative: Fraction) -> bool:
    """Return whether x is in the normal range, and as far from the nearest magnitude as the bound says. RQ-4.2."""
    if x is None or not result.min_normal <= x <= result.max_finite:
        return False
    quantum = _power(max(floor_log2(x) - result.grid.precision + 1, result.grid.min_quantum))
    above = x % quantum
    return min(above, quantum - above) == relative * x


def code_for(x: Fraction, fmt: Format) -> int | None:
    """Return the code of a positive dyadic number, or None where the format lacks it."""
    g = fmt.grid
    index = floor_index((x.numerator, 1 - x.denominator.bit_length()), g)
    return code_of(g, index, False) if g.first_index <= index <= g.max_positive and fmt.magnitude(index) == x else None


def _placed(operation: str, shape: Shape, formats: Formats, result: Format) -> tuple[Fraction, ...] | None:
    """Return a shape scaled to where its operands are numbers and the exact result is in the normal range, near 1; None where that is nowhere."""
    spans = [_span(m, s, fmt) for (m, s), fmt in zip(shape, formats, strict=True)]
    if not all(spans):
        return None
    x = EXACT[operation](*(m * _power(s) for m, s in shape))
    exponents = None if x is None else _exponents(operation, spans, _between(x, result.min_normal, result.max_finite))
    return None if exponents is None else tuple(m * _power(s + e) for (m, s), e in zip(shape, exponents, strict=True))


def _exponents(operation: str, spans: list[range], within: range) -> tuple[int, ...] | None:
    """Return an exponent of each span, such that the result is scaled by one of `within`: those near 0, found without trying them."""
    signs = _SIGNS.get(operation, (1,) * len(spans))
    spans = [span if sign > 0 else _negated(span) for span, sign in zip(spans, signs, strict=True)]
    shared, alike = (spans[:2], spans[2:]) if operation in _SHARED else ([], spans)
    e = _nearest(within, *alike, *([_sum(*shared)] if shared else []))
    if e is None:
        return None
    i = _nearest(shared[0], _sum(range(e, e + 1), _negated(shared[1]))) if shared else None
    scaled = (*(() if i is None else (i, e - i)), *(e for _ in alike))
    return tuple(k * sign for k, sign in zip(scaled, signs, strict=True))


def _span(m: int, s: int, fmt: Format) -> range:
    """Return for which k the format has m * 2**(s + k), m odd: none where m has more digits."""
    if m.bit_length() > fmt.precision:
        return range(0)
    reach = _between(m * _power(s), fmt.magnitude(max(fmt.grid.first_index, 1)), fmt.max_finite)
    return range(max(fmt.grid.min_quantum - s, reach.start), reach.stop)


def _between(x: Fraction, least: Fraction, greatest: Fraction) -> range:
    """Return for which e x * 2**e lies between two numbers."""
    return range(-floor_log2(x / least), floor_log2(greatest / x) + 1)


def _nearest(*spans: range) -> int | None:
    """Return the exponent nearest to 0 that all spans have."""
    low, high = max(s.start for s in spans), min(s.stop for s in spans) - 1
    return None if low > high else max(low, min(0, high))


def _sum(a: range, b: range) -> range:
    return range(a.start + b.start, a.stop + b.stop - 1)


def _negated(span: range) -> range:
    return range(1 - span.stop, 1 - span.start)


def _power(e: int) -> Fraction:
    return Fraction(1 << e) if e >= 0 else Fraction(1, 1 << -e)


def _sums(p: int) -> Iterable[Shape]:
    return ((1, 0), (1, -p)), ((1, -p), (1, 0))


def _differences(p: int) -> Iterable[Shape]:
    """1 + 2u less u, and 2 less 1 - u: both are 2 less 1/2 for one digit."""
    return [*([(((1 << (p - 1)) + 1, 1 - p), (1, -p))] if p > 1 else []), ((1, 1), ((1 << p) - 1, -p))]


def _products(p: int) -> Iterable[Shape]:
    """2**p + 1 as a product of two factors."""
    whole = (1 << p) + 1
    small = [r for r in range(1, min(isqrt(whole), _FACTORS) + 1, 2) if whole % r == 0]
    return (((m, 0), (whole // m, -p)) for r in small for m in sorted({r, whole // r}))


def _fused(p: int) -> Iterable[Shape]:
    """A product that is a power of two, and another power."""
    return ((1, 0), (1, 0), (1, -p)), ((1, 0), (1, -p), (1, 0))


def _quotients(p: int) -> Iterable[Shape]:
    """The tie above 1 where the dividend has digits for it, and the quotient of p digits that is next above 1."""
    return (((1 << p) + 1, -p), (1, 0)), ((1, 0), ((1 << p) - 1, -p))


def _reciprocals(p: int) -> Iterable[Shape]:
    return [(((1 << p) - 1, -p),)]


_SHAPES: dict[str, Callable[[int], Iterable[Shape]]] = {
    "add": _sums, "sub": _differences, "mul": _products, "fma": _fused, "div": _quotients, "recip": _reciprocals,
}  # fmt: skip
