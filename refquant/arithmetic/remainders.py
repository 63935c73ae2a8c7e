"""Remainders of divisions: exact, then delivered."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, NDArray

from refquant.arithmetic.computing import Asked, Formats, computed
from refquant.arithmetic.docstrings import documented
from refquant.formats import Format
from refquant.policies import Dialect, OverflowMode, Philox, RandomBits, RoundingMode


@documented
def rem(
    a: ArrayLike, b: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the IEEE remainder of codes.

    ``result = value(a) - n * value(b)`` (RQ-7.17).

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
    n is the integer nearest to the quotient, the even one of two. Exact in a format of both operands: error bound 0.
    A result of 0 has the sign of a; a remainder by Inf is a. A remainder of Inf, and by 0, is an invalid operation (RQ-7.9). Source: IEEE 754-2019, 5.3.1, 7.2.

    Examples
    --------
    >>> import refquant as rq
    >>> hex(rq.arithmetic.rem(0x4A, 0x40, "float8_e4m3fn"))  # 5 - 2 * 2 = 1: of 2 and 3, the quotient 2.5 takes the even one
    '0x38'
    """
    return computed("rem", (a, b), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))


@documented
def fmod(
    a: ArrayLike, b: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the remainder of the division of codes that truncates.

    ``result = value(a) - n * value(b)`` (RQ-7.17).

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
    n is the quotient without its fraction. Exact in a format of both operands: error bound 0. The result has the sign of a; a remainder by Inf is a.
    A remainder of Inf, and by 0, is an invalid operation (RQ-7.9). Source: C17, 7.12.10.1.

    Examples
    --------
    >>> import refquant as rq
    >>> hex(rq.arithmetic.fmod(0xCB, 0x40, "float8_e4m3fn"))  # -5.5 + 2 * 2 = -1.5
    '0xbc'
    """
    return computed("fmod", (a, b), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))
