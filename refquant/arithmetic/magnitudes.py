"""The one of two codes that is smaller or larger by magnitude."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, NDArray

from refquant.arithmetic.computing import Asked, Formats, computed
from refquant.arithmetic.docstrings import documented
from refquant.formats import Format
from refquant.policies import Dialect, OverflowMode, Philox, RandomBits, RoundingMode


@documented
def minimum_magnitude(
    a: ArrayLike, b: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the one of smaller magnitude; NaN where one is.

    ``result = a if abs(a) < abs(b) else b`` (RQ-7.23).

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
    Source: IEEE 754-2019, 9.6. Of equal magnitudes it is `minimum`.

    Examples
    --------
    >>> import refquant as rq
    >>> hex(rq.arithmetic.minimum_magnitude(0x38, 0xC0, "float8_e4m3fn")), hex(rq.arithmetic.minimum_magnitude(0x38, 0xB8, "float8_e4m3fn"))  # 1, -2; 1, -1
    ('0x38', '0xb8')
    """
    return computed("minimum_magnitude", (a, b), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))


@documented
def maximum_magnitude(
    a: ArrayLike, b: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the one of larger magnitude; NaN where one is.

    ``result = a if abs(a) > abs(b) else b`` (RQ-7.23).

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
    Source: IEEE 754-2019, 9.6. Of equal magnitudes it is `maximum`.

    Examples
    --------
    >>> import refquant as rq
    >>> hex(rq.arithmetic.maximum_magnitude(0x38, 0xC0, "float8_e4m3fn")), hex(rq.arithmetic.maximum_magnitude(0x38, 0xB8, "float8_e4m3fn"))  # 1, -2; 1, -1
    ('0xc0', '0x38')
    """
    return computed("maximum_magnitude", (a, b), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))


@documented
def minimum_magnitude_number(
    a: ArrayLike, b: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the one of smaller magnitude; the number where one is a NaN.

    ``result = a if abs(a) < abs(b) else b`` (RQ-7.23).

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
    Source: IEEE 754-2019, 9.6. Of equal magnitudes it is `minimum_number`.

    Examples
    --------
    >>> import refquant as rq
    >>> hex(rq.arithmetic.minimum_magnitude_number(0x7F, 0xC0, "float8_e4m3fn"))  # NaN, -2
    '0xc0'
    """
    return computed("minimum_magnitude_number", (a, b), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))


@documented
def maximum_magnitude_number(
    a: ArrayLike, b: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the one of larger magnitude; the number where one is a NaN.

    ``result = a if abs(a) > abs(b) else b`` (RQ-7.23).

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
    Source: IEEE 754-2019, 9.6. Of equal magnitudes it is `maximum_number`.

    Examples
    --------
    >>> import refquant as rq
    >>> hex(rq.arithmetic.maximum_magnitude_number(0x7F, 0xC0, "float8_e4m3fn"))  # NaN, -2
    '0xc0'
    """
    return computed("maximum_magnitude_number", (a, b), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))
