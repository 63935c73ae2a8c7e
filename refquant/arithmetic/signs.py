"""Operations on the sign alone."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, NDArray

from refquant.arithmetic.computing import Asked, Formats, computed
from refquant.arithmetic.docstrings import documented
from refquant.formats import Format
from refquant.policies import Dialect, OverflowMode, Philox, RandomBits, RoundingMode


@documented
def neg(
    a: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return codes with the other sign.

    ``result = -value(a)`` (RQ-7.24).

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
    Exact in the format of the operand. No flag, signalling NaNs included, where the format has a code of that sign. No bit is flipped where there is
    no -0 (of FNUZ and P3109 formats 80 is NaN), nor for the least integer, whose opposite is out of range. Source: IEEE 754-2019, 5.5.1.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.arithmetic.neg([0x00, 0x40, 0x80], "float8_e4m3fnuz").tobytes().hex(" ")  # 0 has no -0; NaN
    '00 c0 80'
    >>> rq.arithmetic.neg(0x80, "int8", return_flags=True)  # 128 is out of range
    CodesAndFlags(codes=np.uint8(127), flags=np.uint8(16))
    """
    return computed("neg", (a,), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags), copies=True)


@documented
def abs(
    a: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return codes without their sign.

    ``result = |value(a)|`` (RQ-7.24).

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
    Exact in the format of the operand. No flag, signalling NaNs included, where the format has a code of that sign. No bit is flipped where there is
    no -0 (of FNUZ and P3109 formats 80 is NaN), nor for the least integer, whose opposite is out of range. Source: IEEE 754-2019, 5.5.1.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.arithmetic.abs([0xB8, 0xFF], "float8_e4m3fn").tobytes().hex(" ")
    '38 7f'
    """
    return computed("abs", (a,), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags), copies=True)


@documented
def copy_sign(
    a: ArrayLike, b: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return codes with the sign of others.

    ``result = copysign(value(a), value(b))`` (RQ-7.24).

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
    Exact in the format of the operand. No flag, signalling NaNs included, where the format has a code of that sign. No bit is flipped where there is
    no -0 (of FNUZ and P3109 formats 80 is NaN), nor for the least integer, whose opposite is out of range. Where b is a NaN
    without sign (FNUZ, P3109, unsigned formats) the result is NaN. Source: IEEE 754-2019, 5.5.1; IEEE P3109 D1.

    Examples
    --------
    >>> import refquant as rq
    >>> hex(rq.arithmetic.copy_sign(0x38, 0x80, "float8_e4m3fn"))  # 1, -0
    '0xb8'
    """
    return computed("copy_sign", (a, b), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags), copies=True)


@documented
def relu(
    a: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the larger of codes and 0.

    ``result = max(value(a), 0)`` (RQ-7.23).

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
    Exact in the format of the operand. -0 gives +0, a NaN gives a NaN (RQ-7.11).

    Examples
    --------
    >>> import refquant as rq
    >>> rq.arithmetic.relu([0x38, 0xB8, 0x80], "float8_e4m3fn").tobytes().hex(" ")
    '38 00 00'
    """
    return computed("relu", (a,), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))
