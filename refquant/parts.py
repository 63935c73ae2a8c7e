"""Codes as integer parts and back: sign, significand, exponent; no float anywhere."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refquant import execution, inputs
from refquant.codec import CodesAndFlags, Random
from refquant.dispatch import function
from refquant.errors import InputTypeError, InputValueError
from refquant.formats import Format, get_format
from refquant.policies import Dialect, OverflowMode, RoundingMode
from refquant.stages import plan_stages, random_for


class Parts(NamedTuple):
    """``(-1)**sign * significand * 2**exponent`` where kind is 0; kind 1 is Inf, 2 a quiet and 3 a signalling NaN. RQ-3.7."""

    sign: Any  #: bool
    significand: Any  #: uint64; of a NaN its trailing field, its first bit at bit 51 as in a float64
    exponent: Any  #: int32
    kind: Any  #: uint8


def decode_parts(codes: ArrayLike, fmt: Format | str, *, backend: str | None = None) -> Parts:
    """Return the integer parts of codes.

    ``value = (-1)**sign * significand * 2**exponent`` (RQ-3.7).

    Parameters
    ----------
    codes : array_like of unsigned integers
        Any shape; 0 <= code < 2**width. Not modified.
    fmt : Format or str
        Format of the codes.
    backend : str, optional
        As in `encode`.

    Returns
    -------
    Parts
        Arrays (or scalars) of the shape of `codes`: sign bool, significand uint64 (below 2**precision), exponent int32, kind uint8.

    Raises
    ------
    InputTypeError, CodeRangeError
        If `codes` are not unsigned integers, or not codes of the format.

    Notes
    -----
    Exact for every format, whatever its range. Inf has significand 0; a NaN's significand is its trailing field, the most significant
    bit at bit 51 as in a float64. ``encode_parts(*decode_parts(c)[:3], fmt, kind=...)`` gives c back (NaN: under ``nan='keep_payload'``).

    Examples
    --------
    >>> import refquant as rq
    >>> p = rq.decode_parts(0xC2, "float8_e4m3fn")
    >>> bool(p.sign), int(p.significand), int(p.exponent), int(p.kind)
    (True, 10, -2, 0)
    """
    source = get_format(fmt)
    array, scalar = inputs.as_codes(codes, source)
    split = function("decode_parts", backend)
    parts = [np.empty(array.shape, dtype) for dtype in (np.bool_, np.uint64, np.int32, np.uint8)]
    for _, (chunk, *sinks) in execution.walk([array, *parts], len(parts)):
        for sink, part in zip(sinks, split(chunk.astype(source.code_dtype, copy=False), source.grid), strict=True):
            sink[...] = part
    return Parts(*(p[()] if scalar else p for p in parts))


def encode_parts(
    sign: ArrayLike, significand: ArrayLike, exponent: ArrayLike, fmt: Format | str, *, kind: ArrayLike | None = None,
    rounding: RoundingMode | str | None = None, overflow: OverflowMode | str | None = None, dialect: Dialect | str | None = None,
    random: Random = None, backend: str | None = None, out: NDArray[Any] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return the codes of ``(-1)**sign * significand * 2**exponent``, each rounded once.

    Parameters
    ----------
    sign : array_like of bool or 0/1
        Shapes broadcast against each other. Not modified.
    significand : array_like of integers
        0 <= significand < 2**64; of a NaN its trailing field, the most significant bit at bit 51 as in a float64.
    exponent : array_like of integers
        Any 64-bit integer.
    fmt : Format or str
        Target format.
    kind : array_like of 0..3, optional
        0 finite, 1 Inf, 2 quiet NaN, 3 signalling NaN; all finite if not given.
    rounding, overflow, dialect, random, backend, out, return_flags
        As in `encode`; rows of a dialect see the source ``"exact"``.

    Returns
    -------
    ndarray of ``fmt.code_dtype``, or its scalar
        The broadcast shape.

    Raises
    ------
    InputTypeError, InputValueError
        If a part is not an integer array, or out of its range.
    Exception
        Everything that `encode` raises.

    Examples
    --------
    >>> import refquant as rq
    >>> hex(rq.encode_parts(True, 10, -2, "float8_e4m3fn"))
    '0xc2'
    """
    target = get_format(fmt)
    stages = plan_stages(target, inputs.EXACT, dialect=dialect, rounding=rounding, overflow=overflow, random=random)
    given = [_part(n, v, *limits) for n, v, *limits in _parts_table(sign, significand, exponent, kind)]
    scalar = all(g.ndim == 0 for g in given) and not any(isinstance(v, np.ndarray) for v in (sign, significand, exponent, kind))
    arrays = _broadcast(given)
    _check_trailing_fields(arrays[1], arrays[3])
    codes, flags = execution.project_parts(arrays, target, stages, random_for(random, arrays[0].shape), out, return_flags, backend)
    result = codes[()] if scalar and out is None else codes
    return CodesAndFlags(result, flags[()] if scalar and flags is not None else flags) if return_flags else result


def _parts_table(sign: Any, significand: Any, exponent: Any, kind: Any) -> list[tuple[Any, ...]]:
    return [
        ("sign", sign, np.uint64, 0, 1),
        ("significand", significand, np.uint64, 0, (1 << 64) - 1),
        ("exponent", exponent, np.int64, -(1 << 63), (1 << 63) - 1),
        ("kind", 0 if kind is None else kind, np.uint8, 0, 3),
    ]


def _check_trailing_fields(significand: NDArray[Any], kind: NDArray[Any]) -> None:
    """RQ-3.7: a NaN's trailing field has 52 bits, as in a float64."""
    wide = (kind >= 2) & (significand >> np.uint64(52) != 0)
    if wide.any():
        raise InputValueError(f"significand: of a NaN expected 0 <= significand < 2**52, got {int(significand[wide].flat[0]):#x}")


def _broadcast(given: list[NDArray[Any]]) -> list[NDArray[Any]]:
    try:
        return list(np.broadcast_arrays(*given))
    except ValueError as error:
        raise InputValueError(f"sign, significand, exponent, kind: cannot be broadcast together: shapes {[g.shape for g in given]}") from error


def _part(name: str, value: Any, dtype: type[Any], low: int, high: int) -> NDArray[Any]:
    a = inputs.as_integers(name, value)
    if a.dtype.kind == "b":
        a = a.astype(np.uint8)
    if a.dtype.kind not in "iu":
        raise InputTypeError(f"{name}: expected integers, got dtype {a.dtype}")
    if a.size and not (low <= int(a.min()) and int(a.max()) <= high):
        raise InputValueError(f"{name}: expected {low}..{high}, got {int(a.min())}..{int(a.max())}")
    return a.astype(dtype)
