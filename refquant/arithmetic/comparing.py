"""Comparison of codes by exact value, with flags."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refquant import execution
from refquant.arithmetic.docstrings import documented
from refquant.arithmetic.naming import Naming, checked_truth
from refquant.arithmetic.needs import check_signaling
from refquant.arithmetic.operands import formats_of, operands, walked
from refquant.dispatch import function
from refquant.errors import InputValueError
from refquant.formats import Format
from refquant.policies import Dialect, FlagsMode, Policies, SubnormalMode, as_dialect
from refquant.policies.knobs import choice
from refquant.reference.denormals import raise_input_denormal, subnormals_in, watched


class Predicate(StrEnum):
    """What a comparison asks. RQ-7.3."""

    EQ = "eq"
    LT = "lt"
    LE = "le"
    UNORDERED = "unordered"


class TruthAndFlags(NamedTuple):
    """Truth, and the exception flags of each comparison (uint8, bits as `refquant.Flags`)."""

    truth: Any
    flags: Any


@documented
def compare(
    a: ArrayLike, b: ArrayLike, fmt: Format | str | tuple[Format | str, Format | str], *, predicate: Predicate | str = "eq", signaling: bool = False,
    dialect: Dialect | str | None = None, backend: str | None = None, out: NDArray[np.bool_] | None = None, return_flags: bool = False,
) -> Any:  # fmt: skip
    """Return whether a predicate holds between the exact values of codes.

    ``truth = value(a) <predicate> value(b)`` (RQ-7.3), -0 equal to +0, false for NaN except under ``"unordered"``.

    Parameters
    ----------
    a, b : array_like of unsigned integers
        Codes; shapes broadcast against each other. Not modified.
    fmt : Format or str, or a tuple of two
        Format of both operands, or of each; values of different formats are compared without rounding (RQ-7.2).
    predicate : Predicate or str
        ``"eq"``, ``"lt"``, ``"le"`` or ``"unordered"``.
    signaling : bool
        Whether any NaN raises INVALID, and not a signalling one alone (RQ-7.4); ``"unordered"`` has no such form.
    dialect : Dialect or str, optional
        ``"default"`` if not given. Its ``subnormals`` and ``flags`` are looked at (RQ-7.5).
    {backend}
    out : ndarray of bool, optional
        Receives the truth: the broadcast shape.
    return_flags : bool
        Return a `TruthAndFlags` with the exception flags of each comparison too.

    Returns
    -------
    ndarray of bool, or its scalar where both operands are scalars
        The broadcast shape.

    Raises
    ------
    InputTypeError, CodeRangeError
        If `a` or `b` are not unsigned integers, or not codes of their format.
    InputValueError
        If the shapes do not broadcast, `fmt` is no format and no pair of them, ``"unordered"`` is to signal, or no operand can be a NaN
        and `signaling` is asked for (RQ-7.27).
    UnknownNameError, AmbiguousNameError
        If a name does not exist or means several formats.
    OutputError, BackendUnavailableError
        If `out` or `backend` cannot be used.

    Notes
    -----
    Exact: error bound 0, for every format whatever its range. Flags: INVALID or none; integers raise none, and quiet predicates none in
    formats whose NaNs do not signal (RQ-7.4). Source: IEEE 754-2019, 5.11.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.arithmetic.compare([0x00, 0x38, 0x7F], [0x80, 0x39, 0x7F], "float8_e4m3fn").tolist()  # 0 == -0; 1 and 1.125; NaN and itself
    [True, False, False]
    >>> rq.arithmetic.compare([0x00, 0x38, 0x7F], [0x80, 0x39, 0x7F], "float8_e4m3fn", predicate="lt", signaling=True, return_flags=True).flags.tolist()
    [0, 0, 16]
    """
    with Naming("compare_quiet_eq", fmt, 2):
        return _compared(a, b, fmt, predicate, signaling, dialect, backend, out, return_flags)


def _compared(a: Any, b: Any, fmt: Any, predicate: Any, signaling: Any, dialect: Any, backend: str | None, out: Any, return_flags: Any) -> Any:
    formats, wanted = formats_of(fmt, 2), choice("predicate", predicate, Predicate)
    operation = f"compare_{_form(wanted, signaling)}_{wanted}"
    function(operation, backend)  # before anything is said of the operands
    checked_truth("return_flags", return_flags)
    if signaling:
        check_signaling(formats)
    arrays, scalar = operands(("a", "b"), (a, b), formats)
    shape = arrays[0].shape
    truth = np.empty(shape, np.bool_) if out is None else execution.checked_out(out, np.dtype(np.bool_), shape)
    flags = np.empty(shape, np.uint8) if return_flags else None
    policies = [as_dialect(dialect).policies(f.name, f.name) for f in formats]
    _run(operation, backend, arrays, formats, policies, truth, flags)
    result = truth[()] if scalar and out is None else truth
    return result if flags is None else TruthAndFlags(result, flags[()] if scalar and out is None else flags)


def _form(predicate: Predicate, signaling: Any) -> str:
    if checked_truth("signaling", signaling) and predicate is Predicate.UNORDERED:
        raise InputValueError("signaling: predicate='unordered' has no signalling form (RQ-7.4); give signaling=False, or one of eq, lt, le")
    return "signaling" if signaling else "quiet"


def _run(
    operation: str, backend: str | None, arrays: list[NDArray[Any]], formats: tuple[Format, ...], policies: list[Policies], truth: NDArray[Any], flags: Any
) -> None:  # fmt: skip
    """Walk both operands through the kernel. RQ-7.5."""
    flush = tuple(p.subnormals in (SubnormalMode.FLUSH_INPUTS, SubnormalMode.FLUSH_BOTH) for p in policies)
    reports = flags is not None and all(p.flags is not FlagsMode.NONE for p in policies)
    if flags is not None and not reports:
        flags[...] = 0
    subnormal = subnormals_in(arrays, formats, tuple(watched(p) if reports else "" for p in policies))
    grids = (formats[0].grid, formats[1].grid)

    def call(kernel: Any, x: Any, y: Any, sink: Any, events: Any = None) -> None:
        kernel(x, y, grids, flush, sink, events)

    walked(operation, backend, formats, arrays, [truth, flags] if reports else [truth], call)
    if reports:
        raise_input_denormal(subnormal, flags)
