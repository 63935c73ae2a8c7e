"""Seeded random words: Philox by index, so that they are the same on every machine and with every version of NumPy."""

from __future__ import annotations

import operator

import numpy as np
from numpy.typing import NDArray

from refquant.errors import InputValueError
from refquant.policies import Philox
from refquant.reference.stochastic import philox_words

_STREAM = 40  # bits of the index within a stream


def checked_seed(seed: object) -> int:
    """Return a seed as an integer; raise where it is none, or not below 2**64."""
    try:
        number = operator.index(seed)  # type: ignore[arg-type]
    except TypeError:
        raise InputValueError(f"seed: expected an integer, got {seed!r}") from None
    if not 0 <= number < 1 << 64:
        raise InputValueError(f"seed: expected an integer from 0 to 2**64 - 1, got {number}")
    return number


def random_words(seed: int, count: int, stream: int = 0) -> NDArray[np.uint64]:
    """Return the first `count` 64-bit words of a stream: word i is that of elements 2i (low half) and 2i + 1 past ``stream << 40``. RQ-9.5.

    Examples
    --------
    >>> from refquant.golden.random_words import random_words
    >>> [hex(w) for w in random_words(7, 2).tolist()] == [hex(w) for w in random_words(7, 9)[:2].tolist()]
    True
    """
    halves = philox_words(seed, stream << _STREAM, 2 * count).astype(np.uint64)
    return halves[0::2] | halves[1::2] << np.uint64(32)


def words_of(random: Philox, count: int) -> NDArray[np.uint32]:
    """Return the random bits of the first `count` elements. RQ-9.5."""
    return philox_words(random.seed, random.offset, count) >> np.uint32(32 - random.n)
