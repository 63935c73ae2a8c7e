"""Values to codes and back: encode, decode, round, convert."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refquant import execution, inputs
from refquant.containers import by_bits, container_for, decode_container, exact_integers, filled
from refquant.dispatch import chosen, function
from refquant.errors import InputTypeError, RangeExceededError
from refquant.extended import extended_from_float64
from refquant.formats import Format, get_format
from refquant.inputs import Source
from refquant.policies import Dialect, NanMode, NanOutMode, OverflowMode, Philox, Plan, Policies, RandomBits, RoundingMode
from refquant.policies.knobs import choice
from refquant.stages import Stages, exact_plan, plan_stages, random_for

Random = RandomBits | Philox | None


class CodesAndFlags(NamedTuple):
    """Codes, and the exception flags of each (uint8, bits as `refquant.Flags`)."""

    codes: Any
    flags: Any


class ValuesAndFlags(NamedTuple):
    """Values, and the exception flags of each (uint8, bits as `refquant.Flags`)."""

    values: Any
    flags: Any


def encode(
    x: ArrayLike, fmt: Format | str, *, rounding: RoundingMode | str | None = None, overflow: OverflowMode | str | None = None,
    dialect: Dialect | str | None = None, random: Random = None, backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the codes of `x` in a format, each value rounded once.

    ``code = pack(saturate(round_to_precision(x)))`` with unbounded exponent in between (RQ-3.3).

    Parameters
    ----------
    x : array_like
        Any shape. float16, float32, float64, longdouble (x87 80-bit, or float64-sized), any integer dtype or bool, ml_dtypes arrays,
        Python numbers, ``fractions.Fraction`` and ``decimal.Decimal`` (object arrays); any memory layout and byte order. Not modified.
    fmt : Format or str
        Target format.
    rounding : RoundingMode or str, optional
        Wins over the dialect's.
    overflow : OverflowMode or str, optional
        Wins over the dialect's.
    dialect : Dialect or str, optional
        Every knob; ``"default"`` if not given (ties to even, no saturation).
    random : RandomBits or Philox, optional
        Random bits of a stochastic mode: required there, refused elsewhere.
    backend : str, optional
        ``"reference"`` or ``"numba"`` (see `refquant.list_backends`). None takes compiled code where it is installed and pays; the bits are the same.
    out : ndarray, optional
        Receives the codes: dtype ``fmt.code_dtype``, shape of `x`.
    return_flags : bool
        Return a `CodesAndFlags` with the exception flags of each element too.

    Returns
    -------
    ndarray of ``fmt.code_dtype``, or its scalar where `x` is a scalar
        Codes in [0, 2**width), shape of `x`.

    Raises
    ------
    InputTypeError
        If `x` has no real numbers (complex, strings, dates, None).
    UnknownNameError, AmbiguousNameError
        If a name does not exist or means several formats.
    PolicyError
        If policies contradict the format, before data is read; or Inf under ``wrap``.
    EncodeError
        If a value meets a policy named ``error`` (NaN into a format without NaN is one); nothing is written then.
    RandomBitsError, OutputError, BackendUnavailableError
        If `random`, `out` or `backend` cannot be used.

    Notes
    -----
    NaN: RQ-5.8. Inf and values out of range: RQ-5.1 to RQ-5.6. Signed zero: RQ-5.10. Subnormals: RQ-5.13. Flags: RQ-6.
    Error: at most 1/2 ulp for the modes that begin with ``ties``, less than 1 ulp for the others (RQ-11.1, RQ-11.2).

    Examples
    --------
    >>> import refquant as rq
    >>> hex(rq.encode(0.1, "float8_e4m3fn"))
    '0x1d'
    >>> rq.encode([1.0, -448.0, 464.0, 465.0], "float8_e4m3fn").tobytes().hex(" ")
    '38 fe 7e 7f'
    >>> rq.encode([1.0, -448.0, 464.0, 465.0], "float8_e4m3fn", overflow="saturate").tobytes().hex(" ")
    '38 fe 7e 7e'
    """
    target, source = get_format(fmt), inputs.as_source(x)
    stages = plan_stages(target, source.name, dialect=dialect, rounding=rounding, overflow=overflow, random=random)
    return _coded(source, target, stages, random, out, return_flags, backend)


def _coded(source: Source, target: Format, stages: Stages, random: Random, out: Any, return_flags: bool, backend: str | None) -> Any:
    bits = random_for(random, source.array.shape)
    codes, flags = execution.project(source, target, stages, bits, out, return_flags, backend)
    result = codes[()] if source.is_scalar and out is None else codes
    if flags is None:
        return result
    return CodesAndFlags(result, flags[()] if source.is_scalar and out is None else flags)


def convert(
    codes: ArrayLike, source: Format | str, target: Format | str, *, rounding: RoundingMode | str | None = None,
    overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None, random: Random = None, backend: str | None = None,
    out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the codes in one format of codes in another, each value rounded once.

    ``convert(c) = encode(decode(c))``, without a float in between (RQ-3.5).

    Parameters
    ----------
    codes : array_like of unsigned integers
        Any shape; 0 <= code < 2**source.width. Not modified.
    source, target : Format or str
        Formats of the codes given and returned.
    rounding, overflow, dialect, random, backend, out, return_flags
        As in `encode`.

    Returns
    -------
    ndarray of ``target.code_dtype``, or its scalar
        Shape of `codes`.

    Raises
    ------
    InputTypeError, CodeRangeError
        If `codes` are not unsigned integers, or not codes of the source format.
    Exception
        Everything that `encode` raises.

    Notes
    -----
    Widening is exact. Special values and error as in `encode`.

    Examples
    --------
    >>> import refquant as rq
    >>> hex(rq.convert(0x7E, "float8_e4m3fn", "float16")), hex(rq.convert(0x5F00, "float16", "float8_e4m3fn"))
    ('0x5f00', '0x7e')
    """
    origin, goal = get_format(source), get_format(target)
    given = _code_source(codes, origin)
    stages = plan_stages(goal, origin.name, dialect=dialect, rounding=rounding, overflow=overflow, random=random)
    return _coded(given, goal, stages, random, out, return_flags, backend)


def _code_source(codes: ArrayLike, fmt: Format) -> Source:
    array, scalar = inputs.as_codes(codes, fmt)
    return Source(array, inputs.CODES, fmt.name, fmt.grid, fmt, array.dtype, scalar, argument="codes")


def decode(
    codes: ArrayLike, fmt: Format | str, *, dtype: Any = None, nan_out: NanOutMode | str | None = None, backend: str | None = None,
    out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the exact values of codes.

    ``value = (-1)**sign * significand * 2**exponent`` (RQ-2.3, RQ-3.1).

    Parameters
    ----------
    codes : array_like of unsigned integers
        Any shape; 0 <= code < 2**width. Not modified. Signed arrays are refused (`codes_from_signed`).
    fmt : Format or str
        Format of the codes.
    dtype : dtype, optional
        A float dtype (float16, float32, float64, longdouble, one of ml_dtypes), an integer dtype for integer formats, or ``object`` for
        ``fractions.Fraction`` (with Python floats for inf, nan and -0.0). float64 if not given. It must hold every value of the format.
    nan_out : str, optional
        ``"keep"`` (default): NaN signs and payloads are carried into the float; ``"canonical"``: every NaN is the canonical one. RQ-3.2.
    backend, out, return_flags
        As in `encode`; `out` has dtype `dtype`.

    Returns
    -------
    ndarray of `dtype` (in native byte order), or its scalar
        Shape of `codes`; exact.

    Raises
    ------
    RangeExceededError
        If `dtype` cannot hold every value of the format (binary16p3se exceeds float64).
    InputTypeError, CodeRangeError
        If `codes` are not unsigned integers, or not codes of the format.

    Notes
    -----
    Error bound: 0. Flags: none, but INVALID for a signalling NaN under ``nan_out="canonical"``.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.decode([0x01, 0x38, 0x7E, 0x7F], "float8_e4m3fn").tolist()
    [0.001953125, 1.0, 448.0, nan]
    >>> rq.decode(0x0001, "binary16p3se", dtype=object).denominator.bit_length()
    4098
    """
    source = get_format(fmt)
    kind = choice("nan_out", "keep" if nan_out is None else nan_out, NanOutMode)
    wanted = _dtype(dtype)
    given = _code_source(codes, source)
    if out is not None:
        execution.checked_out(out, wanted, given.array.shape)
    if wanted.kind == "O":
        return _as_given(_fractions(given, source, backend), given.is_scalar, return_flags, out)
    if by_bits(wanted, source):
        function("decode_parts", backend)  # a named backend that lacks it says so
        return _as_given(exact_integers(given.array, source, wanted), given.is_scalar, return_flags, out)
    return _decoded(given, source, wanted, kind, backend, out, return_flags)


def _dtype(dtype: Any) -> np.dtype[Any]:
    """Return a dtype in native byte order."""
    try:
        return inputs.native(np.dtype(np.float64 if dtype is None else dtype))
    except TypeError:
        raise InputTypeError(f"dtype: expected a float dtype, an integer dtype for an integer format, or object; got {dtype!r}") from None


def _decoded(given: Source, source: Format, wanted: np.dtype[Any], kind: NanOutMode, backend: str | None, out: Any, return_flags: bool) -> Any:
    container = decode_container(wanted, source)
    stages = Stages(None, None, _exact_plan(container, kind), Policies())  # an exact plan raises nothing but what it says itself
    if chosen(backend, given.array.size) == "reference" and source.width <= 16 and given.array.size > 1 << 16 and not return_flags and out is None:
        return _table(source, wanted, kind)[given.array]
    if wanted.itemsize > 8:
        values, flags = _extended(given, container, stages, backend, out, return_flags)
    else:
        sink = None if out is None else _float_out(out, wanted, given.array.shape)
        codes, flags = execution.project(given, container, stages, None, sink, return_flags, backend)
        values = codes.view(wanted) if out is None else out
        filled(values, container)
    result = values[()] if given.is_scalar and out is None else values
    return ValuesAndFlags(result, flags[()] if given.is_scalar and out is None and flags is not None else flags) if return_flags else result


def _extended(given: Source, container: Format, stages: Stages, backend: str | None, out: Any, return_flags: bool) -> Any:
    """Decode to extended floats, by way of float64 in chunks."""
    values = np.empty(given.array.shape, np.longdouble) if out is None else out
    flags = np.empty(given.array.shape, np.uint8) if return_flags else None
    written = [a for a in (values, flags) if a is not None]
    for _, (chunk, sink, *rest) in execution.walk([given.array, *written], len(written)):
        codes, events = execution.project(given._replace(array=chunk), container, stages, None, None, return_flags, backend)
        sink[...] = extended_from_float64(codes)
        for flag in rest:
            flag[...] = events
    return values, flags


def _float_out(out: Any, wanted: np.dtype[Any], shape: tuple[int, ...]) -> Any:
    """Return `out` as the codes of its values."""
    execution.checked_out(out, wanted, shape)
    return out.view(np.dtype(f"u{wanted.itemsize}").newbyteorder(out.dtype.byteorder if out.dtype.byteorder in "<>" else "="))


def value_table(fmt: Format | str, *, dtype: Any = None) -> NDArray[Any]:
    """Return the exact value of every code of a format, in the order of the codes.

    ``table[code] = decode(code)`` (RQ-2.3).

    Parameters
    ----------
    fmt : Format or str
        A format of at most 16 bits.
    dtype : dtype, optional
        As in `decode`.

    Returns
    -------
    ndarray of `dtype`, shape (2**width,)
        Read-only; made once for each format and dtype.

    Raises
    ------
    RangeExceededError
        If the format has more than 16 bits, or `dtype` cannot hold its values.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.value_table("float4_e2m1fn")[:8].tolist()
    [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0]
    """
    source = get_format(fmt)
    if source.width > 16:
        raise RangeExceededError(f"fmt: {source.name} has 2**{source.width} codes; a table has at most 2**16")
    return _table(source, _dtype(dtype), NanOutMode.KEEP)


@lru_cache(maxsize=64)
def _table(fmt: Format, dtype: np.dtype[Any], nan_out: NanOutMode) -> NDArray[Any]:
    table: NDArray[Any] = decode(np.arange(1 << fmt.width, dtype=fmt.code_dtype), fmt, dtype=dtype, nan_out=nan_out)
    table.flags.writeable = False
    return table


def _as_given(values: NDArray[Any], scalar: bool, return_flags: bool, out: Any) -> Any:
    if out is not None:
        out[...] = values
    result = out if out is not None else values[()] if scalar else values
    return ValuesAndFlags(result, np.zeros(values.shape, np.uint8)[() if scalar else ...]) if return_flags else result


def _fractions(given: Source, fmt: Format, backend: str | None) -> NDArray[Any]:
    from fractions import Fraction

    parts = function("decode_parts", backend)(given.array.reshape(-1).astype(fmt.code_dtype), fmt.grid)
    values = np.empty(given.array.size, object)
    for i, (negative, m, e, kind) in enumerate(zip(*(p.tolist() for p in parts), strict=True)):
        sign = -1 if negative else 1
        if kind or (negative and not m):
            values[i] = sign * {0: 0.0, 1: float("inf")}.get(kind, float("nan"))
        else:
            values[i] = Fraction(sign * m << e) if e >= 0 else Fraction(sign * m, 1 << -e)
    return values.reshape(given.array.shape)


def round(
    x: ArrayLike, fmt: Format | str, *, rounding: RoundingMode | str | None = None, overflow: OverflowMode | str | None = None,
    dialect: Dialect | str | None = None, random: Random = None, backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return `x` rounded to the values of a format, as values.

    ``round(x) = decode(encode(x))`` (RQ-3.5).

    Parameters
    ----------
    x : array_like
        As in `encode`. Not modified.
    fmt : Format or str
        The format whose values are taken.
    rounding, overflow, dialect, random, backend, return_flags
        As in `encode`.
    out : ndarray, optional
        Receives the values: dtype of the result, shape of `x`.

    Returns
    -------
    ndarray, or its scalar
        The dtype of `x` (in native byte order) where it holds every value of the format exactly, else float32, else float64. For exact
        numbers (``Fraction``, ``Decimal``, Python integers that float64 does not hold, lists that mix dtypes): object.

    Raises
    ------
    RangeExceededError
        If not even float64 holds the format's values; give ``Fraction`` objects, or use `encode` and `decode_parts`.
    Exception
        Everything that `encode` raises.

    Notes
    -----
    Special values and error as in `encode`; the result's distance from `x` is bounded by `refquant.bounds.round_trip`.

    Examples
    --------
    >>> import numpy as np, refquant as rq
    >>> rq.round(np.float32([0.1, 1.06, -500]), "float8_e4m3fn")
    array([0.1015625, 1.       ,       nan], dtype=float32)
    >>> fp16_with_4_bits = rq.FloatFormat(precision=5, exponent_width=5, bias=15)  # cut float16's significand to 4 stored bits
    >>> rq.round(np.float16([1.15, 3.3]), fp16_with_4_bits, rounding="toward_zero").tolist()
    [1.125, 3.25]
    """
    target, source = get_format(fmt), inputs.as_source(x)
    stages = plan_stages(target, source.name, dialect=dialect, rounding=rounding, overflow=overflow, random=random)
    dtype = container_for(source, target)
    bits = random_for(random, source.array.shape)
    values, flags = _rounded(source, target, stages, bits, dtype, out, return_flags, backend)
    result = values[()] if source.is_scalar and out is None else values
    return ValuesAndFlags(result, flags[()] if source.is_scalar and flags is not None else flags) if return_flags else result


def _rounded(source: Source, target: Format, stages: Stages, bits: Random, dtype: np.dtype[Any], out: Any, return_flags: bool, backend: str | None) -> Any:
    """Return (values, flags): chunk by chunk where the values are codes of a float format, else by way of the target's codes."""
    nan_out = stages.policies.nan_out
    if dtype.kind == "O" or dtype.itemsize > 8 or by_bits(dtype, target):
        codes, flags = execution.project(source, target, stages, bits, None, return_flags, backend)
        return decode(codes, target, dtype=dtype, out=out, nan_out=nan_out, backend=backend), flags
    container = decode_container(dtype, target)
    delivered = stages._replace(deliver=_exact_plan(container, nan_out), into=container)
    sink = None if out is None else _float_out(out, dtype, source.array.shape)
    codes, flags = execution.project(source, target, delivered, bits, sink, return_flags, backend)
    values = codes.view(dtype) if out is None else out
    filled(values, container)
    return values, flags


def _exact_plan(container: Format, nan_out: NanOutMode) -> Plan:
    moves = NanMode.CANONICAL if nan_out is NanOutMode.CANONICAL else NanMode.KEEP_PAYLOAD
    return exact_plan(container, moves if container.has_nan else None)
