"""The total order of codes, their classes, and the exponents of their leading digits."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refquant import execution
from refquant.arithmetic.comparing import TruthAndFlags
from refquant.arithmetic.computing import Asked, computed
from refquant.arithmetic.docstrings import documented
from refquant.arithmetic.naming import Naming, checked_truth
from refquant.arithmetic.operands import formats_of, operands, walked
from refquant.codec import CodesAndFlags
from refquant.dispatch import function
from refquant.errors import RandomBitsError
from refquant.formats import Format
from refquant.policies import KNOBS, Dialect, FlagsMode, NanRankMode, OverflowMode, Philox, RandomBits, RoundingMode, SubnormalMode, as_dialect
from refquant.policies.knobs import choice
from refquant.reference.denormals import raise_input_denormal, subnormals_in, watched


class NumberClass(IntEnum):
    """The class of a datum. RQ-7.26."""

    SIGNALING_NAN = 0
    QUIET_NAN = 1
    NEGATIVE_INFINITY = 2
    NEGATIVE_NORMAL = 3
    NEGATIVE_SUBNORMAL = 4
    NEGATIVE_ZERO = 5
    POSITIVE_ZERO = 6
    POSITIVE_SUBNORMAL = 7
    POSITIVE_NORMAL = 8
    POSITIVE_INFINITY = 9


@documented
def total_order(
    a: ArrayLike, b: ArrayLike, fmt: Format | str | tuple[Format | str, Format | str], *, dialect: Dialect | str | None = None,
    backend: str | None = None, out: NDArray[np.bool_] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return whether codes are not after others in the total order.

    ``truth = rank(a) <= rank(b)`` (RQ-7.25): -0 before +0, NaNs before and after all else by their sign.

    Parameters
    ----------
    a, b : array_like of unsigned integers
        Codes; shapes broadcast against each other. Not modified.
    fmt : Format or str, or a tuple of two
        Format of both operands, or of each.
    dialect : Dialect or str, optional
        ``"default"`` if not given. Of the row for the format of a, `nan_rank` is looked at.
    {backend}
    out : ndarray of bool, optional
        Receives the truth: the broadcast shape.
    return_flags : bool
        Return a `TruthAndFlags`; no flag is ever raised.

    Returns
    -------
    ndarray of bool, or its scalar where both operands are scalars
        The broadcast shape.

    Raises
    ------
    InputTypeError, CodeRangeError, InputValueError
        If operands are no codes of their formats, do not broadcast, or `fmt` is no format and no pair of them.
    OutputError, BackendUnavailableError
        If `out` or `backend` cannot be used.

    Notes
    -----
    Exact, for every format whatever its range. Source: IEEE 754-2019, 5.10; IEEE P3109 D1, 4.12.1.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.arithmetic.total_order([0x80, 0x00, 0xFF], [0x00, 0x80, 0xFE], "float8_e4m3fn").tolist()  # -0, 0; 0, -0; -NaN, -448
    [True, False, True]
    """
    with Naming("total_order", fmt, 2):
        return _ordered(a, b, fmt, dialect, backend, out, return_flags)


def _ordered(a: Any, b: Any, fmt: Any, dialect: Any, backend: str | None, out: Any, return_flags: Any) -> Any:
    formats = formats_of(fmt, 2)
    function("total_order", backend)  # before anything is said of the operands
    checked_truth("return_flags", return_flags)
    arrays, scalar = operands(("a", "b"), (a, b), formats)
    truth = np.empty(arrays[0].shape, np.bool_) if out is None else execution.checked_out(out, np.dtype(np.bool_), arrays[0].shape)
    nans_first = as_dialect(dialect).policies(formats[0].name, formats[0].name).nan_rank is NanRankMode.FIRST
    grids = (formats[0].grid, formats[1].grid)
    walked("total_order", backend, formats, arrays, [truth], lambda kernel, x, y, sink: kernel(x, y, grids, nans_first, sink))
    result = truth[()] if scalar and out is None else truth
    return TruthAndFlags(result, np.zeros(truth.shape, np.uint8)[()]) if return_flags else result


@documented
def classify(a: ArrayLike, fmt: Format | str, *, backend: str | None = None, out: NDArray[np.uint8] | None = None) -> Any:
    """Return the classes of codes.

    ``result = class(value(a))`` (RQ-7.26), numbers of `NumberClass`.

    Parameters
    ----------
    a : array_like of unsigned integers
        Codes, of any shape. Not modified.
    fmt : Format or str
        Their format.
    {backend}
    out : ndarray of uint8, optional
        Receives the classes.

    Returns
    -------
    ndarray of uint8, or its scalar
        Shape of `a`.

    Raises
    ------
    InputTypeError, CodeRangeError, InputValueError
        If `a` are no codes of the format.
    OutputError, BackendUnavailableError
        If `out` or `backend` cannot be used.

    Notes
    -----
    No flag. Source: IEEE 754-2019, 5.7.2.

    Examples
    --------
    >>> import refquant as rq
    >>> [rq.arithmetic.NumberClass(c).name for c in rq.arithmetic.classify([0x80, 0x01, 0x7C, 0x7D], "float8_e5m2").tolist()]
    ['NEGATIVE_ZERO', 'POSITIVE_SUBNORMAL', 'POSITIVE_INFINITY', 'SIGNALING_NAN']
    """
    with Naming("classify", fmt, 1):
        return _classified(a, fmt, backend, out)


def _classified(a: Any, fmt: Any, backend: str | None, out: Any) -> Any:
    (source,) = formats_of(fmt, 1)
    function("classify", backend)  # before anything is said of the operands
    (codes,), scalar = operands(("a",), (a,), (source,))
    classes = np.empty(codes.shape, np.uint8) if out is None else execution.checked_out(out, np.dtype(np.uint8), codes.shape)
    walked("classify", backend, (source,), [codes], [classes], lambda kernel, x, sink: kernel(x, source.grid, sink))
    return classes[()] if scalar and out is None else classes


@documented
def log_b(
    a: ArrayLike, fmt: Format | str | tuple[Format | str], *, result: Format | str | None = None, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: RandomBits | Philox | None = None,
    backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the exponents of the leading digits of codes, as int32 or as codes of a format.

    ``result = floor(log2(|value(a)|))`` (RQ-7.21).

    Parameters
    ----------
    a : array_like of unsigned integers
        Codes, of any shape. Not modified.
    fmt : Format or str
        Their format.
    result : Format or str, optional
        Format of the result; int32 numbers, not codes, where it is not given.
    rounding, overflow, dialect, random : optional
        As in `refquant.encode`, where there is a `result`. Without one the dialect's `subnormals` and `flags` are looked at; every exponent is exact,
        whatever `rounding` and `overflow` say, and `random` is refused.
    {backend}
    out : ndarray of int32, or of ``result.code_dtype``, optional
        Receives the result.
    return_flags : bool
        Return a `refquant.codec.CodesAndFlags` with the exception flags of each element too.

    Returns
    -------
    ndarray of int32 or of ``result.code_dtype``, or its scalar
        Shape of `a`.

    Raises
    ------
    InputTypeError, CodeRangeError, InputValueError
        If `a` are no codes of the format.
    Exception
        Everything that `refquant.encode` raises, where there is a `result`.

    Notes
    -----
    In int32 every exponent is exact; a zero gives -2**31, Inf 2**31 - 1, a NaN 1 - 2**31, with INVALID. In a format a zero gives -Inf with
    DIV_BY_ZERO, and the exponent is rounded once. Source: IEEE 754-2019, 5.3.3.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.arithmetic.log_b([0x38, 0x01, 0x00], "float8_e4m3fn").tolist()  # 1, 2**-9, 0
    [0, -9, -2147483648]
    >>> hex(rq.arithmetic.log_b(0x01, "float8_e4m3fn", result="float16"))  # -9
    '0xc880'
    """
    if result is not None:
        return computed("log_b", (a,), fmt, Asked(result, rounding, overflow, dialect, random, backend, out, return_flags))
    with Naming("log_b_integer", fmt, 1):
        _check_unused(rounding, overflow, random)
        return _exponents(a, fmt, dialect, backend, out, return_flags)


def _check_unused(rounding: Any, overflow: Any, random: Any) -> None:
    """Refuse what is no mode, and random bits: the int32 of every exponent is exact."""
    for name, value in (("rounding", rounding), ("overflow", overflow)):
        choice(name, value, KNOBS[name], optional=True)
    if random is not None:
        raise RandomBitsError("random: without result= every exponent is exact, and takes no random bits; leave it out, or give result=")


def _exponents(a: Any, fmt: Any, dialect: Any, backend: str | None, out: Any, return_flags: Any) -> Any:
    (source,) = formats_of(fmt, 1)
    function("log_b_integer", backend)  # before anything is said of the operands
    checked_truth("return_flags", return_flags)
    policies = as_dialect(dialect).policies(source.name, source.name)
    (codes,), scalar = operands(("a",), (a,), (source,))
    exponents = np.empty(codes.shape, np.int32) if out is None else execution.checked_out(out, np.dtype(np.int32), codes.shape)
    flags = np.empty(codes.shape, np.uint8)
    subnormal = subnormals_in([codes], (source,), (watched(policies),))
    flush = policies.subnormals in (SubnormalMode.FLUSH_INPUTS, SubnormalMode.FLUSH_BOTH)
    walked("log_b_integer", backend, (source,), [codes], [exponents, flags], lambda kernel, x, *sinks: kernel(x, source.grid, flush, *sinks))
    flags = np.zeros_like(flags) if policies.flags is FlagsMode.NONE else flags
    raise_input_denormal(subnormal, flags)
    found = exponents[()] if scalar and out is None else exponents
    return CodesAndFlags(found, flags[()] if scalar and out is None else flags) if return_flags else found
