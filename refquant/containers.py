"""Which dtype holds which format's values, and the containers in which codes travel."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refquant import inputs
from refquant.errors import CodeRangeError, InputTypeError, RangeExceededError, UnknownNameError
from refquant.execution import walk
from refquant.formats import Format, IntEncoding, IntFormat, get_format
from refquant.inputs import Source

_FLOATS = ("float32", "float64")
_MOST_BITS = 53  # of an integer format


@lru_cache(maxsize=4096)
def holds(container: Format, fmt: Format) -> bool:
    """Return whether every datum of a format is one of the container's: numbers, signed zero, Inf and NaN."""
    big, small = container.grid, fmt.grid
    special = (small.infinity < 0 or container.has_infinity) and (not fmt.has_nan or container.has_nan)
    zeros = (not fmt.has_negative_zero or container.has_negative_zero) and (small.first_index > 0 or not big.first_index)
    sides = all(_side_holds(container, fmt, side) for side in (False, True))
    return special and zeros and sides


def _side_holds(container: Format, fmt: Format, negative: bool) -> bool:
    big, small = container.grid, fmt.grid
    top = small.max_negative if negative else small.max_positive
    if top == 0:
        return True
    if fmt.magnitude(top) > container.magnitude(big.max_negative if negative else big.max_positive):
        return False
    digits = min(small.precision, (top - (top % 2 == 0)).bit_length())  # of the longest odd significand
    starts = not big.first_index or fmt.min_subnormal >= container.min_subnormal
    return starts and small.min_quantum >= big.min_quantum and digits <= big.precision


def decode_container(wanted: np.dtype[Any], fmt: Format) -> Format:
    """Return the format of a dtype, for decoding; raise where it cannot hold every value of `fmt`. RQ-3.1.

    Of int64 and uint64 these are the lowest 53 bits, which `filled` widens; `by_bits` says where they are too few.
    """
    container = _integers_of(wanted, fmt) if wanted.kind in "iu" and not inputs.is_ml_dtype(wanted) else _format_of(wanted)
    if not holds(container, fmt):
        hint = "use dtype=object (Fraction) or decode_parts" if container.width >= 64 else "use float64 or dtype=object (Fraction)"
        raise RangeExceededError(f"dtype: {wanted} cannot hold every value of {fmt.name} exactly; {hint}")
    return container


def _format_of(wanted: np.dtype[Any]) -> Format:
    try:
        if wanted.kind == "f" and not inputs.is_ml_dtype(wanted):
            return get_format(f"float{8 * min(wanted.itemsize, 8)}")
        if inputs.is_ml_dtype(wanted):
            return get_format(wanted.name)
    except UnknownNameError:
        pass
    raise InputTypeError(f"dtype: expected a float dtype, an integer dtype for an integer format, or object; got {wanted}")


def _integers_of(wanted: np.dtype[Any], fmt: Format) -> IntFormat:
    if wanted.itemsize < 8:
        return IntFormat(width=8 * wanted.itemsize, signed=wanted.kind == "i")
    return IntFormat(width=_MOST_BITS, signed=wanted.kind == "i" and fmt.lowest_finite < 0)


def filled(values: NDArray[Any], container: Format) -> None:
    """Carry the sign of 53-bit integers through the rest of their dtype, in place."""
    if container.width == _MOST_BITS and container.signed:
        spare = values.dtype.type(8 * values.itemsize - _MOST_BITS)
        values <<= spare
        values >>= spare


def by_bits(wanted: np.dtype[Any], fmt: Format) -> bool:
    """Return whether values of an integer format need more than 53 bits of an integer dtype."""
    return wanted.kind in "iu" and wanted.itemsize == 8 and _integer_range_holds(wanted, fmt) and not holds(_integers_of(wanted, fmt), fmt)


def container_for(source: Source, fmt: Format) -> np.dtype[Any]:
    """Return the dtype that `round` delivers: that of the input where it holds every value of the format, else float32, float64."""
    if source.kind == inputs.EXACT:
        return np.dtype(object)
    if source.format is not None and holds(source.format, fmt):
        return inputs.native(source.dtype) if source.dtype.kind != "b" else np.dtype(np.uint8)
    if source.kind == inputs.CODES and source.dtype.kind in "iu" and _integer_range_holds(source.dtype, fmt):
        return inputs.native(source.dtype)
    if source.kind == inputs.EXTENDED and holds(get_format("float64"), fmt):
        return inputs.native(source.dtype)
    for name in _FLOATS:
        if holds(get_format(name), fmt):
            return np.dtype(name)
    raise RangeExceededError(f"x: no float dtype holds every value of {fmt.name}; give Fraction objects, or use encode and decode_parts")


def _integer_range_holds(dtype: np.dtype[Any], fmt: Format) -> bool:
    info = np.iinfo(dtype)
    whole = isinstance(fmt, IntFormat) and fmt.fraction_bits <= 0 and not fmt.has_negative_zero
    return whole and info.min <= fmt.lowest_finite and fmt.max_finite <= info.max


def exact_integers(codes: NDArray[Any], fmt: Format, wanted: np.dtype[Any]) -> NDArray[Any]:
    """Return the values of an integer format's codes in an integer dtype that holds them. RQ-2.9."""
    assert isinstance(fmt, IntFormat)
    u, values = np.uint64, np.empty(codes.shape, wanted)
    for _, (chunk, sink) in walk([codes, values], 1):
        wide = chunk.astype(u)
        sign = (wide >> u(fmt.width - 1)) * u(fmt.grid.max_negative != 0)
        sink[...] = ((wide - (sign << u(fmt.width))) << u(-fmt.fraction_bits)).astype(wanted)
    return values


def pack(codes: ArrayLike, fmt: Format | str) -> Any:
    """Return codes in the container in which hardware and files carry the format: tfloat32 as float32 patterns, others as they are.

    ``container = code << 13`` for tfloat32.

    Parameters
    ----------
    codes : array_like of unsigned integers
        Any shape.
    fmt : Format or str
        Format of the codes.

    Returns
    -------
    ndarray of unsigned integers, or its scalar

    Raises
    ------
    InputTypeError, CodeRangeError
        As in `decode`.

    Examples
    --------
    >>> import refquant as rq
    >>> hex(rq.pack(rq.encode(1.0, "tfloat32"), "tfloat32"))
    '0x3f800000'
    """
    target = get_format(fmt)
    array, scalar = inputs.as_codes(codes, target)
    packed = array.astype(target.code_dtype) << target.code_dtype.type(_spare_low_bits(target))
    return packed if scalar else np.asarray(packed)


def unpack(container: ArrayLike, fmt: Format | str, *, low_bits: str = "error", spare_bits: str = "error") -> Any:
    """Return the codes that containers hold; the inverse of `pack`.

    Parameters
    ----------
    container : array_like of unsigned integers
        tfloat32: float32 patterns (uint32). Formats of fewer bits than their code dtype: that dtype.
    fmt : Format or str
        Format of the codes.
    low_bits : {"error", "ignore"}
        What to do with the 13 low bits of tfloat32's container where they are not zero; hardware ignores them.
    spare_bits : {"error", "ignore"}
        The same for bits above the code (ue4m3 in a byte).

    Returns
    -------
    ndarray of ``fmt.code_dtype``, or its scalar

    Raises
    ------
    CodeRangeError
        If bits outside the code are set and not ignored.
    InputTypeError
        If `container` is not of unsigned integers, or a choice does not exist.

    Examples
    --------
    >>> import numpy as np, refquant as rq
    >>> hex(rq.unpack(np.uint32(0x3F800001), "tfloat32", low_bits="ignore"))
    '0x1fc00'
    """
    target, a = get_format(fmt), inputs.as_integers("container", container)
    for name, value in (("low_bits", low_bits), ("spare_bits", spare_bits)):
        if value not in ("error", "ignore"):
            raise InputTypeError(f"{name}: expected 'error' or 'ignore', got {value!r}")
    from_python = not isinstance(container, (np.ndarray, np.generic)) and not hasattr(container, "__array__")
    if a.dtype.kind != "u" and not (from_python and a.dtype.kind == "i" and (a >= 0).all()):
        raise InputTypeError(f"container: expected unsigned integers, got dtype {a.dtype}")
    wide = a.astype(np.uint64)
    wide = _without(wide, (1 << _spare_low_bits(target)) - 1, low_bits, "low_bits") >> np.uint64(_spare_low_bits(target))
    codes = _without(wide, ((1 << 64) - 1) ^ ((1 << target.width) - 1), spare_bits, "spare_bits").astype(target.code_dtype)
    return codes[()] if a.ndim == 0 and not isinstance(container, np.ndarray) else np.asarray(codes)


def _spare_low_bits(fmt: Format) -> int:
    return 13 if fmt == get_format("tfloat32") else 0


def _without(bits: NDArray[np.uint64], mask: int, what: str, name: str) -> NDArray[np.uint64]:
    bad = bits & np.uint64(mask)
    if what == "error" and bad.any():
        index = int(np.flatnonzero(bad)[0])
        raise CodeRangeError(f"container: {int(bits.reshape(-1)[index]):#x} at index {index} has bits outside the code; {name}='ignore' drops them")
    return bits & ~np.uint64(mask)


def codes_from_signed(values: ArrayLike, fmt: Format | str) -> Any:
    """Return the two's complement codes of signed integers.

    ``code = value mod 2**width`` (RQ-2.9).

    Parameters
    ----------
    values : array_like of integers
        Any shape; each within the range of the format.
    fmt : IntFormat or str
        A two's complement format.

    Returns
    -------
    ndarray of ``fmt.code_dtype``, or its scalar

    Raises
    ------
    InputTypeError
        If `values` are not integers or the format is not two's complement.
    CodeRangeError
        If a value lies outside the format's range.

    Examples
    --------
    >>> import refquant as rq
    >>> hex(rq.codes_from_signed(-3, "int4"))
    '0xd'
    """
    target, a = get_format(fmt), inputs.as_integers("values", values)
    if not (isinstance(target, IntFormat) and target.encoding is IntEncoding.TWOS_COMPLEMENT):
        raise InputTypeError(f"fmt: expected a two's complement integer format, got {target.name}")
    if a.dtype.kind not in "iu":
        raise InputTypeError(f"values: expected integers, got dtype {a.dtype}")
    low, high = -target.grid.max_negative, target.grid.max_positive
    if a.size and not (low <= int(a.min()) and int(a.max()) <= high):
        raise CodeRangeError(f"values: expected {low}..{high} for {target.name}, got {int(a.min())}..{int(a.max())}")
    codes = (a.astype(np.int64) & ((1 << target.width) - 1)).astype(target.code_dtype)
    return codes[()] if a.ndim == 0 and not isinstance(values, np.ndarray) else np.asarray(codes)
