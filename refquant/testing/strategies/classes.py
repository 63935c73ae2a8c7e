"""The classes of codes, as ranges: those of a format, one after the other."""

from __future__ import annotations

from typing import NamedTuple

from refquant.formats import Format


class CodeRange(NamedTuple):
    """The codes of one class and sign, simplest first: ``first``, ``first + step`` ... ``size`` of them."""

    kind: str  #: zero, subnormal, normal, max, inf, signaling nan, nan
    first: int
    size: int
    step: int = 1


def code_ranges(fmt: Format) -> tuple[CodeRange, ...]:
    """Return the ranges that make up a format, each code in one of them, the positive side first.

    Examples
    --------
    >>> import refquant as rq
    >>> from refquant.testing.strategies.classes import code_ranges
    >>> [tuple(r)[:3] for r in code_ranges(rq.get_format("float4_e2m1fn"))][:4]
    [('zero', 0, 1), ('subnormal', 1, 1), ('normal', 2, 5), ('max', 7, 1)]
    """
    positive = _numbers(fmt, False) + _specials(fmt)
    return tuple(r for r in (*positive, *_negative(fmt, positive)) if r.size > 0)


def _numbers(fmt: Format, negative: bool) -> tuple[CodeRange, ...]:
    """Return the numbers of a side, by their distance from the code of zero (or of the least value)."""
    g = fmt.grid
    top = (g.max_negative if negative else g.max_positive) - g.first_index
    zero = int(not g.first_index)
    normal = 1 << (g.precision - 1) if g.has_subnormals else zero
    return CodeRange("zero", 0, zero), CodeRange("subnormal", zero, normal - zero), CodeRange("normal", normal, top - normal), CodeRange("max", top, 1)


def _specials(fmt: Format) -> tuple[CodeRange, ...]:
    g, side = fmt.grid, 1 << (fmt.width - int(fmt.signed))
    infinity = CodeRange("inf", g.infinity, int(g.infinity >= 0))
    if g.nan_first < 0:
        return (infinity,)
    quiet = g.infinity + g.nan_quiet if g.nan_quiet else g.nan_first
    return infinity, CodeRange("signaling nan", g.nan_first, quiet - g.nan_first), CodeRange("nan", quiet, side - quiet)


def _negative(fmt: Format, positive: tuple[CodeRange, ...]) -> tuple[CodeRange, ...]:
    g, size = fmt.grid, 1 << fmt.width
    if not fmt.signed:
        return ()
    if g.negative_step < 0:  # two's complement: from -1 downwards
        return tuple(r._replace(first=size - r.first, step=-1) for r in _numbers(fmt, True) if r.kind != "zero")
    mirrored = tuple(r._replace(first=g.negative_base + r.first) for r in positive)
    return (CodeRange("nan", g.negative_base, 1), *mirrored[1:]) if g.nan_at_zero else mirrored
