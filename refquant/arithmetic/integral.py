"""Rounding to integral values, and scaling by powers of two."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, NDArray

from refquant.arithmetic.computing import Asked, Formats, computed
from refquant.arithmetic.docstrings import documented
from refquant.arithmetic.naming import Naming, checked_truth
from refquant.formats import Format
from refquant.policies import Dialect, OverflowMode, Philox, RandomBits, RoundingMode


@documented
def round_to_integral(
    a: ArrayLike, fmt: Formats, *, exact: bool = False, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return codes rounded to integral values.

    ``result = deliver(round_to_integer(value(a)))`` (RQ-7.19).

    Parameters
    ----------
    a : array_like of unsigned integers
        Codes, of any shape. Not modified.
    fmt : Format or str, or a tuple with one per operand
        Format of the operands.
    exact : bool
        Whether INEXACT is raised where the integer is not the value.
    {options}

    Returns
    -------
    {codes}

    Raises
    ------
    {errors}

    Notes
    -----
    The integer is that of `rounding`; its parity decides ties. It is delivered like any exact result: one that is out of range (15.5 of
    ``float8_e3m4`` rounds to 16) follows the overflow rule, with its flags. -0.25 gives -0. Source: IEEE 754-2019, 5.3.1, 5.9.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.arithmetic.round_to_integral([0x40, 0x42, 0x6F], "float8_e3m4", return_flags=True)  # 2, 2.125 and 15.5
    CodesAndFlags(codes=array([ 64,  64, 112], dtype=uint8), flags=array([0, 0, 5], dtype=uint8))
    >>> int(rq.arithmetic.round_to_integral(0x41, "float8_e3m4", exact=True, return_flags=True).flags)  # 2.0625
    1
    """
    with Naming("round_to_integral", fmt, 1, result):
        form = "_exact" if checked_truth("exact", exact) else ""
    return computed(f"round_to_integral{form}", (a,), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))


@documented
def scale_b(
    a: ArrayLike, n: ArrayLike, fmt: Formats, *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return codes scaled by powers of two, rounded once.

    ``result = round(value(a) * 2**n)`` (RQ-7.20).

    Parameters
    ----------
    a : array_like of unsigned integers
        Codes; shapes broadcast against each other. Not modified.
    n : array_like of int32, or of integers that fit
        Powers of two; shapes broadcast against each other.
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
    Error at most half an ulp of the result under ties, less than one under every other mode (RQ-4); exact where the result is normal and in
    range. Source: IEEE 754-2019, 5.3.3.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.arithmetic.scale_b(0x38, [-9, 1, 9], "float8_e4m3fn").tobytes().hex(" ")  # 2**-9, 2, and 512, which is out of range
    '01 40 7f'
    """
    return computed("scale_b", (a,), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags), integers=(("n", n),))
