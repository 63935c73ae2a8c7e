"""Inputs on which casts go wrong: at and beside the midpoints of a format, and at its boundaries."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from refquant.errors import InputValueError
from refquant.formats import Format, code_of, get_format, value_parts
from refquant.golden.sources import named_format
from refquant.parts import encode_parts
from refquant.policies import get_dialect
from refquant.testing.strategies.classes import code_of_rank, rank_ranges
from refquant.testing.strategies.codes import refuse_what_float64_lacks, value

_BELOW = get_dialect("default").replace(rounding="toward_zero", overflow="saturate")
_STEPS = (0, 1, -1)
Place = tuple[int, int]  #: significand and exponent of a magnitude


def near_ties(fmt: Format | str, source: Format | str = "float32", *, as_codes: bool = False) -> SearchStrategy[Any]:
    """Return a strategy for inputs at a midpoint between neighbours of a format, and one ulp of the source to either side.

    Parameters
    ----------
    fmt : Format or str
        The format that is rounded to. The midpoint between its largest value and the next one that an unbounded exponent would give is one too.
    source : Format or str
        The format of the inputs. Where it does not have the midpoint, its value just below (nearer to zero) stands for it.
    as_codes : bool
        Give codes of the source instead of values.

    Returns
    -------
    SearchStrategy of float or int
        Values of the source, exact as floats: ``np.float32(x)`` changes none of a float32 source. Shrinks towards ties themselves, small and positive.

    Raises
    ------
    RangeExceededError
        If values are asked for and float64 does not hold those of the source.
    InputValueError
        If the source has no midpoint of the format: nothing would be near a tie.

    Examples
    --------
    >>> from hypothesis import find
    >>> from refquant.testing import strategies
    >>> find(strategies.near_ties("float8_e4m3fn"), lambda x: x > 1)          # between 1 and 1.125
    1.0625
    """
    goal, given = get_format(fmt), named_format("source", source)
    g = goal.grid
    top = max(g.max_positive, g.max_negative)
    _refuse_what_has_no_midpoint(goal, given, top)
    places = st.integers(g.first_index, top).map(lambda index: _midpoint_above(goal, index))
    return _delivered(_beside(places, given), given, as_codes)


def boundary_values(fmt: Format | str, source: Format | str = "float32", *, as_codes: bool = False) -> SearchStrategy[Any]:
    """Return a strategy for inputs at the boundaries of a format, and one ulp of the source to either side.

    Parameters
    ----------
    fmt : Format or str
        The format whose boundaries are meant: zero, 1, the least positive value and its half, the largest subnormal and the least normal value, the largest
        value, the midpoint above it, and the next value that an unbounded exponent would give.
    source : Format or str
        The format of the inputs. Of its own come zero, the least positive and the largest values, infinities and NaNs.
    as_codes : bool
        Give codes of the source instead of values.

    Returns
    -------
    SearchStrategy of float or int
        As for `near_ties`. Shrinks as `codes` does: towards zero, positive before negative, NaNs last.

    Raises
    ------
    RangeExceededError
        If values are asked for and float64 does not hold those of the source.

    Examples
    --------
    >>> from hypothesis import find
    >>> from refquant.testing import strategies
    >>> find(strategies.boundary_values("float8_e4m3fn"), lambda x: x >= 448)
    448.0
    """
    goal, given = get_format(fmt), named_format("source", source)
    near = [_code_beside(place, given, step, negative=negative) for place in _boundaries(goal) for step in _STEPS for negative in _signs(given)]
    edges = [code_of_rank(r.first, given) for r in rank_ranges(given)]
    return _delivered(st.sampled_from(sorted({*near, *edges}, key=lambda code: _rank(code, given))), given, as_codes)


def _rank(code: int, fmt: Format) -> int:
    return code_of_rank(code, fmt)  # which is its own inverse


def _refuse_what_has_no_midpoint(goal: Format, source: Format, top: int) -> None:
    """Raise where none of the midpoints, or of an even sample of many, is a value of the source."""
    first = goal.grid.first_index
    indices = {*range(first, min(top, first + 64) + 1), *range(first, top + 1, max((top - first) // 4096, 1))}
    significands, exponents = zip(*(_midpoint_above(goal, index) for index in sorted(indices)))
    exact = encode_parts(0, np.array(significands, np.uint64), np.array(exponents), source, dialect=_BELOW, return_flags=True).flags == 0
    if not exact.any():
        raise InputValueError(f"source: {source.name} has no midpoint between values of {goal.name}; give a source of more digits")


def _midpoint_above(fmt: Format, index: int) -> Place:
    significand, exponent = value_parts(fmt.grid, index)
    return 2 * significand + 1, exponent - 1


def _boundaries(fmt: Format) -> list[Place]:
    g = fmt.grid
    least, top = max(g.first_index, 1), max(g.max_positive, g.max_negative)
    normal = 1 << (g.precision - 1)
    significand, exponent = value_parts(g, least)
    of_subnormals = [value_parts(g, normal - 1), value_parts(g, normal)] if g.has_subnormals else []
    inside = [value_parts(g, least), (significand, exponent - 1), *of_subnormals]
    outside = [value_parts(g, top), _midpoint_above(fmt, top), value_parts(g, top + 1)]
    return list(dict.fromkeys([(0, 0), (1, 0), *inside, value_parts(g, g.max_positive), *outside]))


@st.composite
def _beside(draw: DrawFn, places: SearchStrategy[Place], source: Format) -> int:
    """Draw the code of a magnitude in the source, or of a neighbour there."""
    return _code_beside(draw(places), source, draw(st.sampled_from(_STEPS)), negative=draw(st.sampled_from(_signs(source))))


def _signs(source: Format) -> list[bool]:
    return [False, True] if source.grid.max_negative else [False]


def _code_beside(place: Place, source: Format, step: int, *, negative: bool) -> int:
    """Return the code of the value at or below a magnitude, or of its neighbour; the ends of the source have none beyond."""
    g = source.grid
    index = int(encode_parts(0, *place, source, dialect=_BELOW)) + g.first_index + step
    index = min(max(index, g.first_index), g.max_negative if negative else g.max_positive)
    return 0 if negative and not index and not g.has_negative_zero else code_of(g, index, negative)


def _delivered(codes: SearchStrategy[int], source: Format, as_codes: bool) -> SearchStrategy[Any]:
    if as_codes:
        return codes
    refuse_what_float64_lacks(source, "source", "as_codes=True")
    return codes.map(lambda code: value(code, source, exact=False))
