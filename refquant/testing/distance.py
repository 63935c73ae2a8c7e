"""The distance of codes in ulp: steps along the line of a format's values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refquant.errors import InputValueError
from refquant.formats import Format, get_format
from refquant.golden.sources import magnitude_of, parts_of
from refquant.testing.given import codes_given

NAN_DISTANCE = (1 << 64) - 1  #: of a NaN from a number under ``nan="sentinel"``; no two numbers of any format are as far apart


def ulp_distance(a: ArrayLike, b: ArrayLike, fmt: Format | str, *, nan: str = "error") -> Any:
    """Return how many steps from value to next value lead from one code to another.

    ``distance(a, b) = |place(a) - place(b)|``, places numbered along the values of the format, least to greatest.

    Parameters
    ----------
    a, b : array_like of unsigned integers
        Codes of the format; shapes broadcast against each other. Arrays whose dtype is the format itself (float16, int8, those of ml_dtypes) are taken as
        codes. Other floats are refused: `refquant.encode` gives their codes.
    fmt : Format or str
        Format of the codes.
    nan : {"error", "sentinel"}
        ``"error"``: a NaN raises. ``"sentinel"``: it is `NAN_DISTANCE`, ``2**64 - 1``, from every number, and 0 from every NaN.

    Returns
    -------
    ndarray of uint64, or its scalar
        The broadcast shape. Mind that differences of unsigned integers wrap.

    Raises
    ------
    InputTypeError, CodeRangeError
        If `a` or `b` are no codes of the format.
    InputValueError
        If there is a NaN and `nan` is ``"error"``, or the shapes do not broadcast.

    Notes
    -----
    -0 and +0 are one value and so 0 apart, as a step of IEEE 754-2019 nextUp leads from both to the least positive value: -min_subnormal and min_subnormal
    are 2 apart. Inf lies one step beyond max_finite. Exact for 64 bits: from -Inf to Inf of float64 it is ``2**64 - 2**53``.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.testing.ulp_distance([0x38, 0x80, 0x81], [0x3A, 0x00, 0x01], "float8_e4m3fn").tolist()
    [2, 0, 2]
    """
    source = get_format(fmt)
    if nan not in ("error", "sentinel"):
        raise InputValueError(f"nan: expected 'error' or 'sentinel', got {nan!r}")
    codes = [codes_given(name, given, source) for name, given in (("a", a), ("b", b))]
    try:
        left, right = np.broadcast_arrays(*codes)
    except ValueError:
        raise InputValueError(f"a, b: cannot be broadcast together: shapes {codes[0].shape} and {codes[1].shape}") from None
    if nan == "error":
        for name, array in (("a", codes[0]), ("b", codes[1])):
            _refuse_nan(name, array, source)
    distance = _distance(left.reshape(-1), right.reshape(-1), source).reshape(left.shape)
    scalar = not any(isinstance(x, np.ndarray) for x in (a, b)) and not distance.ndim
    return distance[()] if scalar else distance


def _refuse_nan(name: str, codes: NDArray[Any], fmt: Format) -> None:
    nan = parts_of(codes.reshape(-1), fmt)[3] >= 2
    if nan.any():
        index = ", ".join(str(i) for i in np.unravel_index(int(np.argmax(nan)), codes.shape))
        at = f", the first at index {index}" if index else ""
        raise InputValueError(f"{name}: a NaN of {fmt.name} has no place among its values ({nan.sum()} such{at}); nan='sentinel' counts it as 2**64 - 1 away")


def _distance(left: NDArray[Any], right: NDArray[Any], fmt: Format) -> NDArray[np.uint64]:
    """Return the distances of flat codes, NaNs by the sentinel; signed places would not fit 64 bits."""
    negative, nan = ([p[i] for p in (parts_of(left, fmt), parts_of(right, fmt))] for i in (0, 3))
    near, far = (f(magnitude_of(left, fmt), magnitude_of(right, fmt)) for f in (np.minimum, np.maximum))
    distance: NDArray[np.uint64] = np.where(negative[0] == negative[1], far - near, far + near)
    is_nan = [kind >= 2 for kind in nan]
    distance[is_nan[0] | is_nan[1]] = NAN_DISTANCE
    distance[is_nan[0] & is_nan[1]] = 0
    return distance
