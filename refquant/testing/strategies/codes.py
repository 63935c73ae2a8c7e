"""Codes of a format, and their values."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from refquant.codec import decode
from refquant.containers import decode_container
from refquant.errors import InputValueError, RangeExceededError
from refquant.formats import Format, get_format
from refquant.testing.strategies.classes import code_of_rank, rank_ranges


def codes(fmt: Format | str, *, nan: bool = True, infinity: bool = True) -> SearchStrategy[int]:
    """Return a strategy for the codes of a format: each class about as often as the others, so that rare ones come up.

    Parameters
    ----------
    fmt : Format or str
        A format.
    nan, infinity : bool
        Whether NaNs and infinities are among them.

    Returns
    -------
    SearchStrategy of int
        Zeros, subnormals, normals, the largest numbers, infinities, signalling and quiet NaNs, of both signs; the ends of each class (the least and greatest
        subnormal, the least normal number ...) more often than what lies between. Shrinks towards code 0: numbers before specials,
        positive before negative, small before large (of two's complement integers, -1 before -2).

    Examples
    --------
    >>> import refquant as rq
    >>> from hypothesis import find
    >>> from refquant.testing import strategies
    >>> hex(find(strategies.codes("float16"), lambda code: rq.decode(code, "float16") != rq.decode(code, "float16")))
    '0x7c01'
    """
    given = get_format(fmt)
    unwanted = ("" if nan else "nan", "" if infinity else "inf")
    ranges = [r for r in rank_ranges(given) if r.kind.rpartition(" ")[2] not in unwanted]
    # all ranks come first, so that a rank of any class can shrink out of it: the same number is one of the first choice too
    every = st.integers(0, (1 << given.width) - 1).filter(lambda rank: any(r.first <= rank <= r.last for r in ranges))
    # the ends of a range would hardly come up among 2**52 codes; as ranks they can shrink out of their class too
    ends = [st.integers(low, low + 1) for r in ranges if r.first < r.last for low in (r.first, r.last - 1)]
    return st.one_of(every, *(st.integers(r.first, r.last) for r in ranges), *ends).map(lambda rank: code_of_rank(rank, given))


def values(fmt: Format | str, *, exact: bool = False, nan: bool = True, infinity: bool = True) -> SearchStrategy[Any]:
    """Return a strategy for the exact values of a format.

    Parameters
    ----------
    fmt : Format or str
        A format.
    exact : bool
        Give ``fractions.Fraction`` (floats for Inf, NaN and -0) instead of floats.
    nan, infinity : bool
        Whether NaNs and infinities are among them.

    Returns
    -------
    SearchStrategy of float or Fraction
        Shrinks as `codes` does.

    Raises
    ------
    RangeExceededError
        If float64 does not hold every value of the format; give ``exact=True``.

    Examples
    --------
    >>> from hypothesis import find
    >>> from refquant.testing import strategies
    >>> find(strategies.values("float8_e4m3fn"), lambda x: x > 1), find(strategies.values("float8_e4m3fn", exact=True), lambda x: x > 100)
    (1.125, Fraction(104, 1))
    """
    given = get_format(fmt)
    if not exact:
        refuse_what_float64_lacks(given, "fmt", "exact=True for Fractions")
    return codes(given, nan=nan, infinity=infinity).map(lambda code: value(code, given, exact=exact))


def refuse_what_float64_lacks(fmt: Format, name: str, instead: str) -> None:
    """Raise where values are asked for that are no floats."""
    try:
        decode_container(np.dtype(np.float64), fmt)
    except RangeExceededError:
        raise RangeExceededError(f"{name}: float64 does not hold every value of {fmt.name}; give {instead}") from None


def value(code: int, fmt: Format, *, exact: bool) -> Any:
    """Return the value of a code: a float, or a Fraction where `exact`."""
    return decode(np.array([code], fmt.code_dtype), fmt, dtype=object if exact else np.float64).tolist()[0]


def checked_count(name: str, given: Any, low: int, high: int) -> int:
    """Return an integer in its range, or raise."""
    if not isinstance(given, (int, np.integer)) or isinstance(given, bool) or not low <= given <= high:
        raise InputValueError(f"{name}: expected an integer in {low}..{high}, got {given!r}")
    return int(given)
