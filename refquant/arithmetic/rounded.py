"""Operations whose exact result is rounded once: sums, products, quotients, roots."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, NDArray

from refquant.arithmetic.computing import Asked, Formats, computed
from refquant.arithmetic.docstrings import documented
from refquant.formats import Format
from refquant.policies import Dialect, OverflowMode, Philox, RandomBits, RoundingMode


@documented
def add(
    a: ArrayLike, b: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the sum of codes, rounded once.

    ``result = round(value(a) + value(b))`` (RQ-7.8).

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
    Error at most half an ulp of the result under ties, less than one under every other mode (RQ-4).
    +Inf plus -Inf is an invalid operation (RQ-7.9); x + (-x) is +0, -0 under ``toward_negative`` (RQ-7.10). Source: IEEE 754-2019, 5.4.1, 6.3, 7.2.

    Examples
    --------
    >>> import refquant as rq
    >>> hex(rq.arithmetic.add(0x38, 0x20, "float8_e4m3fn"))  # 1 + 0.125
    '0x39'
    >>> codes, flags = rq.arithmetic.add([0x7B, 0x7C], [0x7B, 0xFC], "float8_e5m2", return_flags=True)  # max + max, Inf - Inf
    >>> codes.tobytes().hex(" "), [str(rq.Flags(int(f))) for f in flags]
    ('7c 7e', ['Flags.INEXACT|OVERFLOW', 'Flags.INVALID'])
    """
    return computed("add", (a, b), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))


@documented
def sub(
    a: ArrayLike, b: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the difference of codes, rounded once.

    ``result = round(value(a) - value(b))`` (RQ-7.8).

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
    Error at most half an ulp of the result under ties, less than one under every other mode (RQ-4).
    Inf minus Inf of one sign is an invalid operation (RQ-7.9); x - x is +0, -0 under ``toward_negative`` (RQ-7.10). Source: IEEE 754-2019, 5.4.1, 6.3, 7.2.

    Examples
    --------
    >>> import refquant as rq
    >>> hex(rq.arithmetic.sub(0x38, 0x38, "float8_e4m3fn")), hex(rq.arithmetic.sub(0x38, 0x38, "float8_e4m3fn", rounding="toward_negative"))
    ('0x0', '0x80')
    """
    return computed("sub", (a, b), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))


@documented
def mul(
    a: ArrayLike, b: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the product of codes, rounded once.

    ``result = round(value(a) * value(b))`` (RQ-7.8).

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
    Error at most half an ulp of the result under ties, less than one under every other mode (RQ-4).
    0 times Inf is an invalid operation (RQ-7.9). Source: IEEE 754-2019, 5.4.1, 6.3, 7.2.

    Examples
    --------
    >>> import refquant as rq
    >>> hex(rq.arithmetic.mul(0x39, 0x3A, "float8_e4m3fn"))  # 1.125 * 1.25 = 1.40625
    '0x3b'
    >>> hex(rq.arithmetic.mul(0x39, 0x3D, ("float8_e4m3fn", "float8_e5m2"), result="float32"))  # 1.125 * 1.25, exactly
    '0x3fb40000'
    """
    return computed("mul", (a, b), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))


@documented
def div(
    a: ArrayLike, b: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the quotient of codes, rounded once.

    ``result = round(value(a) / value(b))`` (RQ-7.8).

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
    Error at most half an ulp of the result under ties, less than one under every other mode (RQ-4).
    0 / 0 and Inf / Inf are invalid operations (RQ-7.9); any other number divided by 0 is Inf and
    raises DIV_BY_ZERO alone (RQ-7.12). Source: IEEE 754-2019, 5.4.1, 6.3, 7.2, 7.3.

    Examples
    --------
    >>> import refquant as rq
    >>> hex(rq.arithmetic.div(0x38, 0x44, "float8_e4m3fn"))  # 1 / 3 = 0.333...
    '0x2b'
    >>> rq.arithmetic.div([0x38, 0x00], 0x00, "float8_e5m2", return_flags=True).flags.tolist()  # 1 / 0, 0 / 0
    [8, 16]
    """
    return computed("div", (a, b), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))


@documented
def sqrt(
    a: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the square root of codes, rounded once.

    ``result = round(sqrt(value(a)))`` (RQ-7.8).

    Parameters
    ----------
    a : array_like of unsigned integers
        Codes, of any shape. Not modified.
    fmt : Format or str, or a tuple with one per operand
        Format of the operands.
    {options}

    Returns
    -------
    ndarray of ``result.code_dtype``, or its scalar
        Shape of `a`.

    Raises
    ------
    {errors}

    Notes
    -----
    Error at most half an ulp of the result under ties, less than one under every other mode (RQ-4).
    The root of a number below 0 is an invalid operation (RQ-7.9), that of -0 is -0 (RQ-7.10). Source: IEEE 754-2019, 5.4.1, 6.3, 7.2.

    Examples
    --------
    >>> import refquant as rq
    >>> hex(rq.arithmetic.sqrt(0x40, "float8_e4m3fn")), hex(rq.arithmetic.sqrt(0x4000, "float16"))  # 1.414...
    ('0x3b', '0x3da8')
    """
    return computed("sqrt", (a,), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))


@documented
def fma(
    a: ArrayLike, b: ArrayLike, c: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return ``a * b + c`` of codes, rounded once: the product is not rounded.

    ``result = round(value(a) * value(b) + value(c))`` (RQ-7.8).

    Parameters
    ----------
    a, b, c : array_like of unsigned integers
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
    Error at most half an ulp of the result under ties, less than one under every other mode (RQ-4).
    0 times Inf, and Inf minus Inf, are invalid operations (RQ-7.9); what 0, Inf and a quiet NaN give
    is named by ``zero_times_inf`` (RQ-7.15). Source: IEEE 754-2019, 5.4.1, 6.3, 7.2.

    Examples
    --------
    >>> import refquant as rq
    >>> hex(rq.arithmetic.fma(0x3C01, 0x3C01, 0xBC02, "float16"))  # (1 + 2**-10)**2 - (1 + 2**-9) = 2**-20
    '0x10'
    """
    return computed("fma", (a, b, c), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))
