"""The smaller and the larger of two codes by value."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, NDArray

from refquant.arithmetic.computing import Asked, Formats, computed
from refquant.arithmetic.docstrings import documented
from refquant.formats import Format
from refquant.policies import Dialect, OverflowMode, Philox, RandomBits, RoundingMode


@documented
def minimum(
    a: ArrayLike, b: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the smaller of codes; NaN where one is.

    ``result = min(value(a), value(b))`` (RQ-7.23).

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
    Exact in a format of both operands: error bound 0. -0 is smaller than +0. A NaN gives a NaN (RQ-7.11), INVALID where one signals.
    Source: IEEE 754-2019, 9.6.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.arithmetic.minimum([0x38, 0x00, 0x7F], [0xB8, 0x80, 0x38], "float8_e4m3fn").tobytes().hex(" ")  # 1 and -1, 0 and -0, NaN and 1
    'b8 80 7f'
    """
    return computed("minimum", (a, b), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))


@documented
def maximum(
    a: ArrayLike, b: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the larger of codes; NaN where one is.

    ``result = max(value(a), value(b))`` (RQ-7.23).

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
    Exact in a format of both operands: error bound 0. -0 is smaller than +0. A NaN gives a NaN (RQ-7.11), INVALID where one signals.
    Source: IEEE 754-2019, 9.6.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.arithmetic.maximum([0x38, 0x00, 0x7F], [0xB8, 0x80, 0x38], "float8_e4m3fn").tobytes().hex(" ")  # 1 and -1, 0 and -0, NaN and 1
    '38 00 7f'
    """
    return computed("maximum", (a, b), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))


@documented
def minimum_number(
    a: ArrayLike, b: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the smaller of codes; the number where one is a NaN.

    ``result = min(value(a), value(b))`` (RQ-7.23).

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
    Exact in a format of both operands: error bound 0. -0 is smaller than +0. A NaN beside a number is left out; INVALID where one signals.
    Source: IEEE 754-2019, 9.6.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.arithmetic.minimum_number([0x38, 0x7F, 0x7F], [0xB8, 0x38, 0x7F], "float8_e4m3fn").tobytes().hex(" ")
    'b8 38 7f'
    """
    return computed("minimum_number", (a, b), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))


@documented
def maximum_number(
    a: ArrayLike, b: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the larger of codes; the number where one is a NaN.

    ``result = max(value(a), value(b))`` (RQ-7.23).

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
    Exact in a format of both operands: error bound 0. -0 is smaller than +0. A NaN beside a number is left out; INVALID where one signals.
    Source: IEEE 754-2019, 9.6.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.arithmetic.maximum_number([0x38, 0x7F, 0x7F], [0xB8, 0x38, 0x7F], "float8_e4m3fn").tobytes().hex(" ")
    '38 38 7f'
    """
    return computed("maximum_number", (a, b), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))
