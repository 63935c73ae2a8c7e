"""What arrives: arrays of any dtype as codes of a format, extended floats as parts, everything else as exact numbers."""

import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.errors import CodeRangeError, InputTypeError
from refquant.formats import Format, Grid, IntFormat, get_format

EXACT, EXTENDED, CODES, PARTS = "exact", "extended", "codes", "parts"


class Source(NamedTuple):
    """An input array, and how it is read."""

    array: NDArray[Any]  #: CODES: unsigned integers; EXTENDED: longdouble; EXACT: objects
    kind: str
    name: str  #: name of the source format, as the rows of a dialect know it
    grid: Grid | None
    format: Format | None  #: None for 64-bit integers, extended floats and exact numbers
    dtype: np.dtype[Any]  #: dtype of the array that arrived
    is_scalar: bool
    more: tuple[NDArray[Any], ...] = ()  #: PARTS: significand, exponent, kind; `array` is the sign
    argument: str = "x"  #: the name by which the caller gave it


def as_source(x: Any) -> Source:
    """Return `x` as a source; raise InputTypeError where it is no array of real numbers."""
    a = _as_array(x)
    scalar = a.ndim == 0 and not isinstance(x, np.ndarray)
    kind, size, dtype = a.dtype.kind, a.dtype.itemsize, a.dtype
    if is_ml_dtype(dtype) and "complex" not in dtype.name:
        fmt = get_format(dtype.name)
        return Source(_masked(_unsigned_view(a), fmt), CODES, fmt.name, fmt.grid, fmt, dtype, scalar)
    if kind == "b":
        a, kind = a.view(np.uint8), "u"
    if kind in "iu":
        return _integer_source(a, kind == "i", size, dtype, scalar)
    if kind == "f" and size <= 8:
        fmt = get_format(f"float{8 * size}")
        return Source(_unsigned_view(a), CODES, fmt.name, fmt.grid, fmt, dtype, scalar)
    if kind == "f":
        return _extended_source(a, scalar)
    if kind == "O":
        return Source(a, EXACT, EXACT, None, None, dtype, scalar)
    raise InputTypeError(f"x: expected real numbers (float, integer, bool, Fraction), got dtype {dtype}")


def _as_array(x: Any) -> NDArray[Any]:
    refuse_masked("x", x)
    if isinstance(x, (np.ndarray, np.generic)):
        return np.asarray(x)
    try:
        with np.errstate(all="ignore"):  # a signalling NaN that NumPy promotes
            a = np.asarray(x)
    except (ValueError, TypeError) as error:
        raise InputTypeError(f"x: expected an array of real numbers, got {type(x).__name__}: {error}") from None
    if a.dtype.kind in "fO" and not hasattr(x, "__array__") and not isinstance(x, float):
        return _without_promotion(x, a)
    return a


def _without_promotion(x: Any, a: NDArray[Any]) -> NDArray[Any]:
    """Return a list's elements as objects where NumPy's common float dtype changes one: an integer past 2**53, or a NaN of another dtype."""
    if a.ndim == 0:
        return a
    kinds = {v.dtype if isinstance(v, np.ndarray) else type(v) for v in x}
    if kinds <= {float} or kinds == {a.dtype} or kinds == {a.dtype.type}:
        return a  # nothing was promoted
    objects = np.empty(a.shape, object)
    objects.reshape(-1)[:] = list(_leaves(x, a.ndim))
    if a.dtype.kind == "O":
        return objects
    large = any(isinstance(v, (int, np.integer)) and abs(int(v)) > 1 << 53 for v in objects.flat)
    return objects if large or (np.isnan(a).any() and len(set(map(type, objects.flat))) > 1) else a


def _leaves(x: Any, depth: int) -> Iterator[Any]:
    """Yield the elements of nested sequences as scalars; those of arrays among them keep their dtype."""
    if depth:
        for part in x:
            yield from _leaves(part, depth - 1)
    else:
        yield x[()] if isinstance(x, np.ndarray) and x.ndim == 0 else x


def native(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return a dtype in native byte order."""
    return dtype if dtype.isnative else dtype.newbyteorder("=")


def refuse_masked(name: str, x: Any) -> None:
    """Raise where an argument, or an element of a list, is a masked array."""
    if "numpy.ma" not in sys.modules:  # nobody has made one; importing it would take as long as all of refquant
        return
    if isinstance(x, np.ma.MaskedArray) or (isinstance(x, (list, tuple)) and any(isinstance(e, np.ma.MaskedArray) for e in x)):
        raise InputTypeError(f"{name}: a masked array has no code for its masked elements; give x.filled(value) or x.data")


def as_integers(name: str, x: Any) -> NDArray[Any]:
    """Return an integer array from an array or from Python integers of any size below 2**64; raise InputTypeError where there are none."""
    refuse_masked(name, x)
    try:
        a = np.asarray(x)
    except (ValueError, TypeError) as error:
        raise InputTypeError(f"{name}: expected an array of integers, got {type(x).__name__}: {error}") from None
    if isinstance(x, (np.ndarray, np.generic)) or hasattr(x, "__array__"):
        return a
    if a.size == 0:
        return a.astype(np.uint64)
    return _python_integers(x) if a.dtype.kind in "fO" else a


def _python_integers(x: Any) -> NDArray[Any]:
    """Python integers from 2**63 on, which NumPy makes floats or objects of."""
    objects = np.array(x, dtype=object)
    if all(isinstance(c, (int, np.integer)) and 0 <= c < 1 << 64 for c in objects.flat):
        return objects.astype(np.uint64)
    return np.asarray(x)


def is_ml_dtype(dtype: np.dtype[Any]) -> bool:
    """Return whether a dtype is one of ml_dtypes'."""
    return dtype.type.__module__.partition(".")[0] == "ml_dtypes"


def _unsigned_view(a: NDArray[Any]) -> NDArray[Any]:
    order = a.dtype.byteorder if a.dtype.byteorder in "<>" else "="
    return a.view(np.dtype(f"u{a.dtype.itemsize}").newbyteorder(order))


def _masked(codes: NDArray[Any], fmt: Format) -> NDArray[Any]:
    """Return sub-byte codes without the bits above them, which ml_dtypes leaves unspecified."""
    if fmt.width >= 8 * codes.dtype.itemsize:
        return codes
    masked: NDArray[Any] = codes & codes.dtype.type((1 << fmt.width) - 1)
    return masked


def integer_grid(width: int, signed: bool) -> Grid:
    """Return the grid of a machine integer as a source, 64 bits included."""
    if width <= 53:
        return IntFormat(width=width, signed=signed).grid
    top = (1 << (width - signed)) - 1
    return IntFormat(width=53, signed=signed).grid._replace(width=width, precision=width + 1, max_positive=top, max_negative=top + 1 if signed else 0)


def _integer_source(a: NDArray[Any], signed: bool, size: int, dtype: np.dtype[Any], scalar: bool) -> Source:
    name = f"{'' if signed else 'u'}int{8 * size}"
    fmt = IntFormat(width=8 * size, signed=signed) if size < 8 else None
    return Source(_unsigned_view(a), CODES, name, integer_grid(8 * size, signed), fmt, dtype, scalar)


def _extended_source(a: NDArray[Any], scalar: bool) -> Source:
    info = np.finfo(np.longdouble)
    if info.nmant == 52:  # longdouble is float64
        fmt = get_format("float64")
        return Source(_unsigned_view(a.astype(np.float64)), CODES, fmt.name, fmt.grid, fmt, a.dtype, scalar)
    if info.nmant != 63 or a.dtype.itemsize != 16:
        raise InputTypeError(f"x: longdouble with {info.nmant + 1} significant bits is not supported; give float64 or fractions.Fraction")
    return Source(a, EXTENDED, "longdouble", None, None, a.dtype, scalar)


def as_codes(codes: Any, fmt: Format, name: str = "codes") -> tuple[NDArray[Any], bool]:
    """Return (unsigned array of codes, whether it was a scalar); raise where they are not codes of the format. semantics: a signed array is refused."""
    from_python = not isinstance(codes, (np.ndarray, np.generic)) and not hasattr(codes, "__array__")
    if not from_python and hasattr(codes, "codes") and hasattr(codes, "fmt"):
        raise InputTypeError(f"{name}: expected an unsigned integer dtype, got an Array of {codes.fmt.name}; give its .codes")
    a = as_integers(name, codes)
    scalar = a.ndim == 0 and not isinstance(codes, np.ndarray)
    if a.dtype.kind != "u" and not (from_python and a.dtype.kind == "i"):
        raise InputTypeError(f"{name}: expected an unsigned integer dtype, got {a.dtype}{_instead(a.dtype, fmt)}")
    _check_range(a, fmt, name)
    return (a.astype(fmt.code_dtype) if a.dtype.kind == "i" else a), scalar


def _instead(dtype: np.dtype[Any], fmt: Format) -> str:
    """Return what to do with what is no codes."""
    if dtype.kind == "i":
        return "; use refquant.codes_from_signed for two's complement values"
    return f"; refquant.encode(x, {fmt.name!r}) makes codes of values" if dtype.kind == "f" else ""


def _check_range(a: NDArray[Any], fmt: Format, name: str) -> None:
    if (a.dtype.kind == "u" and 8 * a.dtype.itemsize <= fmt.width) or not a.size:
        return
    if int(a.max()) >> fmt.width or int(a.min()) < 0:
        wrong = np.flatnonzero((a < 0) | (a >> fmt.width != 0))
        first = tuple(int(i) for i in np.unravel_index(int(wrong[0]), a.shape))
        more = f" ({wrong.size} such)" if wrong.size > 1 else ""
        raise CodeRangeError(f"{name}: expected 0 <= code < 2**{fmt.width} for {fmt.name}, got {int(a[first]):#x}{at_index(first)}{more}")


def at_index(index: tuple[int, ...]) -> str:
    """Return where an element is, as a message says it: nothing for a scalar."""
    return f" at index {index[0] if len(index) == 1 else index}" if index else ""
