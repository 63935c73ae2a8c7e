"""The finitely many source numbers that decide whether an intermediate format rounds twice. RQ-11.12.

A dyadic number is a pair (m, u): ``m * 2**u``. Magnitudes are the indices of a Grid, unbounded above.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Format, Grid, code_of, value_parts

Dyadic = tuple[int, int]
_MARGIN = 3  # binades around each change of a lattice that are looked at one by one


@lru_cache(maxsize=256)
def candidates(source: Format, via: Format, target: Format) -> NDArray[np.unsignedinteger]:
    """Return codes of the source: if any datum differs after two roundings, one of these does; read-only. RQ-11.12."""
    g = source.grid
    below = {floor_index(p, g) for p in _points(g, via.grid, target.grid)}
    indices = {n + step for n in below for step in (-1, 0, 1)} | set(_ends(g))
    codes = {code_of(g, n, side) for side, top in ((False, g.max_positive), (True, g.max_negative)) for n in _inside(indices, g, top)}
    found = np.array(sorted(codes | _special_codes(source)), source.code_dtype)
    found.flags.writeable = False
    return found


def _inside(indices: set[int], grid: Grid, top: int) -> list[int]:
    return [n for n in indices if max(grid.first_index, 1) <= n <= top]


def _special_codes(fmt: Format) -> set[int]:
    """Code 0 (a zero, or the least number), -0, the infinities, NaN."""
    g = fmt.grid
    negative = {g.negative_base} if g.has_negative_zero else set()
    infinite = set() if fmt.code_of_infinity is None else {fmt.code_of_infinity, fmt.code_of_infinity | g.negative_base}
    return {0} | negative | infinite | (set() if fmt.code_of_nan is None else {fmt.code_of_nan})


def _points(source: Grid, via: Grid, target: Grid) -> Iterator[Dyadic]:
    """Yield the points of RQ-11.12: five of each binade that counts, and both ends of every range."""
    for e in _binades(source, via, target):
        h = max(_quantum(g, e) for g in (source, via, target)) - 1
        yield 1, e
        yield from (((1 << (e - h)) + j, h) for j in range(1, 5) if h <= e and j <= 1 << (e - h))
    for g in (source, via, target):
        for n in _ends(g):
            m, u = value_parts(g, n)
            yield m, u
            yield 2 * m + 1, u - 1  # the middle above


def _quantum(grid: Grid, e: int) -> int:
    """Return the exponent of the quantum in the binade from 2**e to 2**(e + 1). RQ-4.2."""
    return max(e - grid.precision + 1, grid.min_quantum)


def _ends(grid: Grid) -> list[int]:
    """Return the indices at and beside zero, the least and the greatest magnitude of each side."""
    return sorted({max(n + step, 0) for n in (0, grid.first_index, grid.max_positive, grid.max_negative) for step in (-1, 0, 1)})


def _binades(*grids: Grid) -> list[int]:
    """Return every binade near a change of a lattice, and two of each stretch between, where all scale alike or not at all."""
    near = {0}  # not needed: for counterexamples near one
    for g in grids:
        near.update(range(g.min_quantum - _MARGIN, g.min_quantum + g.precision + _MARGIN))
        for top in (g.max_positive, g.max_negative):
            m, u = value_parts(g, top)
            near.update(range(u + m.bit_length() - _MARGIN, u + m.bit_length() + _MARGIN) if m else ())
    return sorted(near | {e + 1 for e in near} | {e + 2 for e in near})


def floor_index(x: Dyadic, grid: Grid) -> int:
    """Return the index of the greatest magnitude that is not above x. RQ-4.2."""
    m, u = x
    if not m:
        return 0
    q = _quantum(grid, m.bit_length() - 1 + u)
    return ((q - grid.min_quantum) << (grid.precision - 1)) + (m << (u - q) if u >= q else m >> (q - u))
