"""The next codes by value."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, NDArray

from refquant.arithmetic.computing import Asked, Formats, computed
from refquant.arithmetic.docstrings import documented
from refquant.formats import Format
from refquant.policies import Dialect, OverflowMode, Philox, RandomBits, RoundingMode


@documented
def next_up(
    a: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the least datum above codes.

    ``result = min(x for x in format if x > value(a))`` (RQ-7.22).

    Parameters
    ----------
    a : array_like of unsigned integers
        Codes, of any shape. Not modified.
    fmt : Format or str, or a tuple with one per operand
        Format of the operands.
    {options}

    Returns
    -------
    {codes}

    Raises
    ------
    {errors}

    Notes
    -----
    Exact in the format of a. A datum without such a neighbour stays what it is, or is NaN under ``next_past_end="nan"``.
    Source: IEEE 754-2019, 5.3.1; IEEE P3109 D1, 4.16.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.arithmetic.next_up([0x38, 0x81, 0x7E], "float8_e4m3fn").tobytes().hex(" ")  # 1, the largest below 0, and the largest
    '39 80 7e'
    """
    return computed("next_up", (a,), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))


@documented
def next_down(
    a: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the greatest datum below codes.

    ``result = max(x for x in format if x < value(a))`` (RQ-7.22).

    Parameters
    ----------
    a : array_like of unsigned integers
        Codes, of any shape. Not modified.
    fmt : Format or str, or a tuple with one per operand
        Format of the operands.
    {options}

    Returns
    -------
    {codes}

    Raises
    ------
    {errors}

    Notes
    -----
    Exact in the format of a. A datum without such a neighbour stays what it is, or is NaN under ``next_past_end="nan"``.
    Source: IEEE 754-2019, 5.3.1; IEEE P3109 D1, 4.16.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.arithmetic.next_down([0x38, 0x00, 0x7C], "float8_e5m2").tobytes().hex(" ")  # 0.5, 0, and Inf
    '37 81 7b'
    """
    return computed("next_down", (a,), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))


@documented
def next_after(
    a: ArrayLike, b: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the next datum after codes towards others.

    ``result = next_up(a) if a < b else next_down(a) if a > b else a`` (RQ-7.22).

    Parameters
    ----------
    a, b : array_like of unsigned integers
        Codes; shapes broadcast against each other. Not modified.
    fmt : Format or str, or a tuple with one per operand
        Format of the operands.
    {options}

    Returns
    -------
    {codes}

    Raises
    ------
    {errors}

    Notes
    -----
    The neighbours are of the format of a. Where both are equal the result is a with the sign of b. INVALID for a signalling NaN alone.
    Source: C17, 7.12.11.3, without its flags.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.arithmetic.next_after([0x38, 0x38, 0x00], [0x40, 0x30, 0x80], "float8_e4m3fn").tobytes().hex(" ")
    '39 37 80'
    """
    return computed("next_after", (a, b), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))
