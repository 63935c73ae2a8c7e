"""The assertion that two arrays hold the same codes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refquant.errors import CodesDifferError, InputValueError, RefquantError
from refquant.formats import Format, get_format
from refquant.golden.nan_mask import NanBy
from refquant.golden.nan_mask import nan_by as nan_by_named
from refquant.golden.sources import magnitude_of
from refquant.testing.given import codes_given, flat
from refquant.testing.inputs_given import Inputs
from refquant.testing.wrong_codes import WrongCode, codes_differ, counted, spread
from refquant.verify.comparison import is_nan

_LISTED = 16


def assert_same_codes(
    got: ArrayLike, expected: ArrayLike, fmt: Format | str, *, nan_by: str = "byte", inputs: Any = None, source: Format | str | None = None
) -> None:
    """Raise an AssertionError that shows the first wrong bits, unless two arrays hold the same codes.

    ``got[i] == expected[i]`` for every i, bit for bit.

    Parameters
    ----------
    got, expected : array_like of unsigned integers
        Codes of the format, of one shape (there is no broadcasting). Arrays whose dtype is the format itself (float16, int8, those of ml_dtypes) are taken as
        codes.
    fmt : Format or str
        Format of both.
    nan_by : {"byte", "class"}
        ``"byte"``: a NaN must be that NaN. ``"class"``: any NaN equals any NaN.
    inputs : array_like, optional
        What the codes were made from, of the same shape, for the report: an array of any real dtype; with `source`, codes of that format.
    source : Format or str, optional
        Format of `inputs`, where they are codes.

    Raises
    ------
    CodesDifferError
        An AssertionError: how many codes differ and by how much; the first one in C order and the one of smallest magnitude, their bits one under the other.
        Or the shapes of `got` and `expected`, if they differ. Numbers of ``2**width`` and more in `got` are wrong codes.
    InputTypeError, CodeRangeError
        If there is nothing to compare: floats and signed integers are no codes; a number of ``2**width`` or more in `expected`, a negative one.
    InputValueError
        If the shape of `inputs` is another one, or `nan_by` is unknown.

    Notes
    -----
    Empty arrays are the same. -0 and +0 are two codes, and differ.

    Examples
    --------
    >>> import numpy as np, refquant as rq
    >>> x = np.float32([1.0, 1.0625, 3.0])
    >>> try:
    ...     rq.testing.assert_same_codes(np.uint8([0x38, 0x39, 0x44]), rq.encode(x, "float8_e4m3fn"), "float8_e4m3fn", inputs=x)
    ... except AssertionError as error:
    ...     print(error)
    1 of 3 codes of float8_e4m3fn differs (NaNs by byte): by at most 1 ulp
    first and smallest at index 1: 1 ulp
      input     0x3f880000                  0x1.1p+0 = 1.0625
      got       0x39        0 | 0111 | 001  0x1.2p+0 = 1.125
      expected  0x38        0 | 0111 | 000  1
                                         ^
    """
    __tracebackhide__ = True
    try:
        error = _difference(got, expected, get_format(fmt), nan_by_named(nan_by), None if inputs is None else Inputs(inputs, source))
    except RefquantError as refused:
        error = refused
    if error is not None:
        raise error.with_traceback(None)  # it ends in the test


def _difference(got: Any, expected: Any, fmt: Format, by: NanBy, inputs: Inputs | None) -> RefquantError | None:
    """Return the exception for two arrays that do not hold the same codes, None for two that do."""
    a, b = codes_given("got", got, fmt, beyond=True), codes_given("expected", expected, fmt)
    if a.shape != b.shape:
        return CodesDifferError(f"shapes differ: got has {a.shape}, expected has {b.shape}")
    if inputs and inputs.array.shape != b.shape:
        return InputValueError(f"inputs: expected the shape of expected, {b.shape}; got {inputs.array.shape}")
    wrong = _wrong(flat(a), flat(b), fmt, by)
    return _report(flat(a), flat(b), wrong, fmt, by, inputs, b.shape) if wrong.size else None


def _wrong(got: NDArray[Any], expected: NDArray[Any], fmt: Format, by: NanBy) -> NDArray[np.intp]:
    wrong = got != expected
    if by is NanBy.CLASS:
        wrong &= ~(is_nan(got, fmt) & is_nan(expected, fmt))
    return np.flatnonzero(wrong)


def _report(
    got: NDArray[Any], expected: NDArray[Any], wrong: NDArray[np.intp], fmt: Format, by: NanBy, inputs: Inputs | None, shape: tuple[int, ...]
) -> CodesDifferError:  # fmt: skip
    summary = f"{counted(wrong.size, got.size, fmt)} differ{'s' if wrong.size == 1 else ''} (NaNs by {by}): {spread(got[wrong], expected[wrong], fmt)}"
    magnitude = inputs.magnitude if inputs else None
    order = (magnitude_of(expected, fmt) if magnitude is None else magnitude)[wrong]
    first, smallest = int(wrong[0]), int(wrong[np.argmin(order)])

    def seen(label: str, i: int) -> WrongCode:
        return WrongCode(label, int(got[i]), int(expected[i]), _index(i, shape), inputs.text(i) if inputs else None)

    shown = [seen("first and smallest", first)] if first == smallest else [seen("first", first), seen("smallest", smallest)]
    listed = [seen("smallest" if i == smallest else "", int(i)) for i in wrong[:_LISTED]]
    if smallest not in wrong[:_LISTED]:
        listed.append(seen("smallest", smallest))
    return codes_differ(summary, shown, listed, fmt)


def _index(i: int, shape: tuple[int, ...]) -> str:
    index = [int(n) for n in np.unravel_index(i, shape)]
    return str(index[0]) if len(index) == 1 else f"({', '.join(map(str, index))})" if index else ""
