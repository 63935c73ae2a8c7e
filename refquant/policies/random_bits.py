"""The random bits of a stochastic mode: an array that the caller supplies, or Philox by element index."""

from __future__ import annotations

import operator
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.errors import RandomBitsError


def _integer(name: str, value: object, low: int, high: int) -> int:
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise RandomBitsError(f"{name}: expected an integer, got {value!r}") from None
    if not low <= number <= high:
        raise RandomBitsError(f"{name}: expected {low} <= {name} <= {high}, got {number}")
    return number


@dataclass(frozen=True, eq=False)
class RandomBits:
    """Random integers that the caller supplies, one per element.

    Parameters
    ----------
    array : array of an integer dtype
        The shape of the input; each 0 <= R < 2**n.
    n : int
        Number of random bits, 1..32.

    Raises
    ------
    RandomBitsError
        If the dtype is not an integer one, a value is out of range, or n is.

    Examples
    --------
    >>> import numpy as np, refquant as rq
    >>> bits = rq.RandomBits(np.arange(4, dtype=np.uint8), 2)
    >>> rq.encode([1.03125] * 4, "float8_e4m3fn", rounding="stochastic_a", random=bits).tobytes().hex(" ")
    '38 38 38 39'
    """

    array: NDArray[Any]
    n: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", _integer("n", self.n, 1, 32))
        try:
            a = np.asarray(self.array)
        except (ValueError, TypeError) as error:
            raise RandomBitsError(f"random: expected an integer array: {error}") from None
        if "numpy.ma" in sys.modules and isinstance(self.array, np.ma.MaskedArray):
            raise RandomBitsError("random: a masked array has no bits for its masked elements")
        a = a.astype(np.uint32) if not a.size and not isinstance(self.array, np.ndarray) else a
        if a.dtype.kind not in "ui":
            raise RandomBitsError(f"random: expected an integer array, got dtype {a.dtype}")
        if a.size and (int(a.min()) < 0 or int(a.max()) >> self.n):
            raise RandomBitsError(f"random: expected 0 <= R < 2**{self.n}, got values from {a.min()} to {a.max()}")
        a = a.copy()  # what was checked stays as it is
        a.flags.writeable = False
        object.__setattr__(self, "array", a)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RandomBits) and self.n == other.n and np.array_equal(self.array, other.array)

    __hash__ = None  # type: ignore[assignment]  # it holds an array


@dataclass(frozen=True)
class Philox:
    """Random bits made by Philox4x32-10 from a seed and the element's index. RQ-9.5.

    Parameters
    ----------
    seed : int
        0 <= seed < 2**64.
    n : int
        Number of random bits, 1..32: the top bits of each 32-bit word.
    offset : int
        Index of the first element, 0 <= offset < 2**64: a part of a larger array gets the bits that it would get there.

    Raises
    ------
    RandomBitsError
        If an argument is not an integer in its range.

    Examples
    --------
    >>> import refquant as rq
    >>> x = [1.03125] * 6
    >>> whole = rq.encode(x, "float8_e4m3fn", rounding="stochastic_a", random=rq.Philox(7, 16))
    >>> part = rq.encode(x[2:], "float8_e4m3fn", rounding="stochastic_a", random=rq.Philox(7, 16, offset=2))
    >>> bool((whole[2:] == part).all())
    True
    """

    seed: int
    n: int
    offset: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "seed", _integer("seed", self.seed, 0, (1 << 64) - 1))
        object.__setattr__(self, "n", _integer("n", self.n, 1, 32))
        object.__setattr__(self, "offset", _integer("offset", self.offset, 0, (1 << 64) - 1))
