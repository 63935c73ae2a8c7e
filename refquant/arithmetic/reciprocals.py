"""Reciprocals and reciprocals of square roots, rounded once."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, NDArray

from refquant.arithmetic.computing import Asked, Formats, computed
from refquant.arithmetic.docstrings import documented
from refquant.formats import Format
from refquant.policies import Dialect, OverflowMode, Philox, RandomBits, RoundingMode


@documented
def recip(
    a: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the reciprocal of codes, rounded once.

    ``result = round(1 / value(a))`` (RQ-7.18).

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
    Error at most half an ulp of the result under ties, less than one under every other mode (RQ-4). Of 0: Inf of its sign and
    DIV_BY_ZERO alone, or NaN under ``division_by_zero="nan"`` (RQ-7.16). Source: IEEE 754-2019, 5.4.1, 7.3.

    Examples
    --------
    >>> import refquant as rq
    >>> hex(rq.arithmetic.recip(0x44, "float8_e4m3fn"))  # 1 / 3 = 0.333...
    '0x2b'
    >>> rq.arithmetic.recip([0x00, 0x80], "float8_e5m2", return_flags=True).flags.tolist()
    [8, 8]
    """
    return computed("recip", (a,), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))


@documented
def rsqrt(
    a: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the reciprocal of the square root of codes, rounded once.

    ``result = round(1 / sqrt(value(a)))`` (RQ-7.18).

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
    Error at most half an ulp of the result under ties, less than one under every other mode (RQ-4): 61 digits of the root are computed exactly and
    the remainder says whether more follow. Of 0: Inf of its sign and DIV_BY_ZERO alone, or NaN under ``division_by_zero="nan"`` (RQ-7.16). Of a
    number below 0: an invalid operation (RQ-7.9). Source: IEEE 754-2019, 9.2, table 9.1 (rSqrt).

    Examples
    --------
    >>> import refquant as rq
    >>> hex(rq.arithmetic.rsqrt(0x40, "float8_e4m3fn")), hex(rq.arithmetic.rsqrt(0x4000, "float16"))  # 0.7071...
    ('0x33', '0x39a8')
    """
    return computed("rsqrt", (a,), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))
