"""Integers that tell settings apart: in every binade, about values and midpoints of the target, and about those as a format on the way leaves them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Format, get_format
from refquant.golden.sources import WIDE_INTEGERS, code_dtype_of, width_of
from refquant.verify.target import Codes

_EVERY = 1 << 12  # below which all integers are tried: formats of few digits round small ones
_ENDS = 4  # values at each end of a binade


def integer_probes(source: str | Format, target: str | Format, on_the_way: Iterable[str]) -> Codes:
    """Return codes of integers of both signs, of a source of more than 16 bits.

    Examples
    --------
    >>> from refquant.verify.explaining.integer_probes import integer_probes
    >>> probe = integer_probes("int32", "bfloat16", ["float32"])
    >>> [number in probe for number in (0x103, 0x02020001)]  # a tie of bfloat16, and what is one after float32
    [True, True]
    """
    width, signed = width_of(source), source == "int64" if source in WIDE_INTEGERS else get_format(source).signed
    goal, ways = get_format(target), [get_format(name) for name in on_the_way]
    found: set[int] = set(range(_EVERY))
    for binade in range(_EVERY.bit_length() - 1, width):
        for way in ways or [goal]:
            found.update(_of_binade(binade, _quantum(goal, binade), _quantum(way, binade)))
    return _codes(found, width, signed=signed).astype(code_dtype_of(source))


def _quantum(fmt: Format, binade: int) -> int:
    """Return the distance of the values of a format in a binade; 1 where it has every integer."""
    return 1 << max(binade - fmt.grid.precision + 1, fmt.grid.min_quantum, 0)


def _of_binade(binade: int, goal: int, way: int) -> Iterator[int]:
    """Yield integers at values and midpoints of two grids of these quanta, and at most one quantum of a grid on the way beside them."""
    ends = (1 << binade, 1 << binade + 1)
    values = {ends[0] + i * q for i, q in product(range(_ENDS), (goal, way))} | {ends[1] - i * q for i, q in product(range(_ENDS), (goal, way))}
    values |= {ends[0] + odd * (ends[0] >> 7) // goal * goal for odd in (51, 82)}  # somewhere inside
    for value, half, steps, beside in product(values, (0, goal >> 1), range(-2, 3), (-1, 0, 1)):
        yield value + half + steps * way // 2 + beside


def _codes(numbers: set[int], width: int, *, signed: bool) -> NDArray[np.uint64]:
    top = 1 << (width - signed)
    magnitudes = np.array(sorted(n for n in numbers if 0 <= n < top), np.uint64)
    if not signed:
        return magnitudes
    mask = np.uint64((1 << width) - 1)
    return np.concatenate([magnitudes, (~magnitudes + np.uint64(1)) & mask, ~magnitudes & mask])
