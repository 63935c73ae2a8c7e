"""Arrays of codes, and of random bits."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from hypothesis.strategies import SearchStrategy

from refquant.errors import InputValueError
from refquant.formats import Format, get_format
from refquant.policies import RandomBits
from refquant.testing.strategies.codes import checked_count, codes

Shape = int | tuple[int, ...] | SearchStrategy[tuple[int, ...]]
_SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=6)


def arrays_of(fmt: Format | str, shape: Shape | None = None, *, elements: SearchStrategy[int] | None = None) -> SearchStrategy[Any]:
    """Return a strategy for arrays of codes.

    Parameters
    ----------
    fmt : Format or str
        A format.
    shape : int, tuple of int, or strategy of them, optional
        Shape of the arrays; up to three dimensions of up to six if not given, empty and 0-d ones included.
    elements : SearchStrategy of int, optional
        The codes; ``codes(fmt)`` if not given. `near_ties` and `boundary_values` with ``as_codes=True`` fit too.

    Returns
    -------
    SearchStrategy of ndarray of ``fmt.code_dtype``
        Shrinks towards few elements, and zeros.

    Examples
    --------
    >>> from hypothesis import find
    >>> from refquant.testing import strategies
    >>> find(strategies.arrays_of("float4_e2m1fn", 3), lambda a: a.min() > 2)
    array([3, 3, 3], dtype=uint8)
    """
    given = get_format(fmt)
    return hnp.arrays(given.code_dtype, _SHAPES if shape is None else _checked(shape), elements=codes(given) if elements is None else elements)


def random_bits(shape: int | tuple[int, ...], n: int | None = None) -> SearchStrategy[RandomBits]:
    """Return a strategy for the random bits of a stochastic mode.

    Parameters
    ----------
    shape : int or tuple of int
        That of the input.
    n : int, optional
        Number of bits, 1..32; any if not given.

    Returns
    -------
    SearchStrategy of RandomBits
        Shrinks towards one bit, and zeros.

    Examples
    --------
    >>> from hypothesis import find
    >>> from refquant.testing import strategies
    >>> find(strategies.random_bits(2, n=4), lambda bits: bits.array.min() >= 8).array.tolist()
    [8, 8]
    """
    sides = _checked(shape)
    numbers = st.integers(1, 32) if n is None else st.just(checked_count("n", n, 1, 32))
    return numbers.flatmap(lambda m: hnp.arrays(np.uint32, sides, elements=st.integers(0, (1 << m) - 1)).map(lambda array: RandomBits(array, m)))


def _checked(shape: Any) -> Any:
    """Return a shape, or a strategy for shapes; raise where a side is no length."""
    sides = shape if isinstance(shape, (tuple, list)) else (shape,)
    lengths = all(isinstance(side, (int, np.integer)) and not isinstance(side, bool) and side >= 0 for side in sides)
    if not lengths and not isinstance(shape, SearchStrategy):
        raise InputValueError(f"shape: expected integers of at least 0, got {shape!r}")
    return tuple(shape) if isinstance(shape, list) else shape
