"""The classes of codes, as ranges in an order in which the simplest code of each comes first."""

from __future__ import annotations

from typing import NamedTuple

from refquant.formats import Format


class RankRange(NamedTuple):
    """The codes of one class and sign: ranks ``first`` to ``last``, both included."""

    kind: str  #: zero, subnormal, normal, max, inf, signaling nan, nan
    first: int
    last: int


def code_of_rank(rank: int, fmt: Format) -> int:
    """Return the code with this rank: codes in order, except that -1 is the first of the two's complement negatives, not the least."""
    half = 1 << (fmt.width - 1)
    backwards = fmt.signed and fmt.grid.negative_step < 0 and rank >= half
    return 3 * half - 1 - rank if backwards else rank


def rank_ranges(fmt: Format) -> tuple[RankRange, ...]:
    """Return the ranges that make up a format, each code in one of them, the positive side first.

    Examples
    --------
    >>> import refquant as rq
    >>> from refquant.testing.strategies.classes import rank_ranges
    >>> [tuple(r) for r in rank_ranges(rq.get_format("float4_e2m1fn"))][:4]
    [('zero', 0, 0), ('subnormal', 1, 1), ('normal', 2, 6), ('max', 7, 7)]
    """
    side = (1 << fmt.width) >> int(fmt.signed)
    positive = [*_numbers(fmt, fmt.grid.max_positive, first=0), *_specials(fmt, side)]
    negative = _negative(fmt, positive, side) if fmt.signed else []
    return tuple(r for r in (*positive, *negative) if r.first <= r.last)


def _numbers(fmt: Format, top_index: int, *, first: int) -> list[RankRange]:
    """Return the numbers of a side, of which `first` is the index of rank 0."""
    g = fmt.grid
    top = top_index - g.first_index - first
    zero = int(not g.first_index and not first)
    normal = 1 << (g.precision - 1) if g.has_subnormals else zero
    subnormals = RankRange("subnormal", zero, min(normal, top) - 1)  # the largest number may be one itself, or zero
    return [RankRange("zero", 0, zero - 1), subnormals, RankRange("normal", normal, top - 1), RankRange("max", max(top, zero), top)]


def _specials(fmt: Format, side: int) -> list[RankRange]:
    g = fmt.grid
    infinity = [RankRange("inf", g.infinity, g.infinity)] if g.infinity >= 0 else []
    if g.nan_first < 0:
        return infinity
    quiet = g.infinity + g.nan_quiet if g.nan_quiet else g.nan_first
    return [*infinity, RankRange("signaling nan", g.nan_first, quiet - 1), RankRange("nan", quiet, side - 1)]


def _negative(fmt: Format, positive: list[RankRange], side: int) -> list[RankRange]:
    g = fmt.grid
    of_side = _numbers(fmt, g.max_negative, first=1) if g.negative_step < 0 else positive
    mirrored = [RankRange(kind, side + first, side + last) for kind, first, last in of_side]
    return [RankRange("nan", side, side), *mirrored[1:]] if g.nan_at_zero else mirrored
