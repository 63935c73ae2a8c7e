"""Sources and targets by name, as unsigned codes: formats, and the 64-bit integers that are dtypes only."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.codec import convert, encode
from refquant.dispatch import function
from refquant.errors import InputValueError, RefquantError
from refquant.execution import project_all
from refquant.formats import FloatFormat, Format, get_format
from refquant.golden.wide_integers import WideInteger
from refquant.inputs import CODES, Source, integer_grid
from refquant.policies import Dialect
from refquant.stages import plan_stages

WIDE_INTEGERS = ("int64", "uint64")
OF_ML_DTYPES = (
    "bfloat16", "float8_e5m2", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e4m3b11fnuz", "float8_e4m3", "float8_e3m4",
    "float8_e8m0fnu", "float6_e2m3fn", "float6_e3m2fn", "float4_e2m1fn",
)  # fmt: skip


def named_format(argument: str, given: Any) -> Format:
    """Return the format that an argument names; errors name that argument.

    Examples
    --------
    >>> from refquant.golden.sources import named_format
    >>> named_format("result", "nosuch")
    Traceback (most recent call last):
    ...
    refquant.errors.UnknownNameError: result: no format is named 'nosuch'; refquant.list_formats() lists them
    """
    if wide := _wide_integer(given):
        raise InputValueError(f"{argument}: {wide.name} is a format of the operands of encode, round and convert alone")
    try:
        return get_format(given)
    except RefquantError as error:
        raise type(error)(f"{argument}: {str(error).removeprefix('fmt: ')}") from None


def operand_format(argument: str, given: Any) -> Format:
    """Return the format of the operand of a conversion: any, and the 64-bit integers."""
    return _wide_integer(given) or named_format(argument, given)


def _wide_integer(given: Any) -> WideInteger | None:
    if isinstance(given, WideInteger):
        return given
    name = given.strip().lower() if isinstance(given, str) else ""
    return WideInteger(width=64, signed=name == "int64") if name in WIDE_INTEGERS else None


def width_of(name: str | Format) -> int:
    """Return the bits of a code."""
    return 64 if name in WIDE_INTEGERS else get_format(name).width


def code_dtype_of(name: str | Format) -> np.dtype[Any]:
    """Return the unsigned dtype of a code."""
    return np.dtype(np.uint64) if name in WIDE_INTEGERS else get_format(name).code_dtype


def is_float(name: str | Format) -> bool:
    """Return whether the name is that of a floating-point format."""
    return name not in WIDE_INTEGERS and isinstance(get_format(name), FloatFormat)


def convert_codes(codes: NDArray[Any], source: str | Format, target: str | Format, dialect: Dialect, *, return_flags: bool = False) -> Any:
    """Return the target codes of source codes under a dialect, by the reference. See `refquant.convert`."""
    if isinstance(source, str) and source in WIDE_INTEGERS:
        return encode(codes.view(source), target, dialect=dialect, return_flags=return_flags)
    return convert(codes, source, target, dialect=dialect, return_flags=return_flags)


def source_of(codes: NDArray[Any], name: str | Format) -> Source:
    """Return codes as a source of conversions."""
    if isinstance(name, str) and name in WIDE_INTEGERS:
        return Source(codes, CODES, name, integer_grid(64, name == "int64"), None, codes.dtype, False)
    fmt = get_format(name)
    return Source(codes, CODES, fmt.name, fmt.grid, None if isinstance(fmt, WideInteger) else fmt, codes.dtype, False)


def refused(codes: NDArray[Any], source: str | Format, target: str | Format, dialect: Dialect) -> NDArray[np.bool_]:
    """Return where the policies of a dialect refuse a source code: nothing is right or wrong there. RQ-5.15."""
    given, goal = source_of(codes, source), get_format(target)
    stages = plan_stages(goal, given.name, dialect=dialect, rounding=None, overflow=None, random=None)
    where: NDArray[np.bool_] = project_all(given, goal, stages, None, "reference")[2]
    return where


def parts_of(codes: NDArray[Any], name: str | Format) -> tuple[NDArray[Any], ...]:
    """Return (negative, significand, exponent, kind) of codes; kind is 0 finite, 1 Inf, 2 and 3 NaN. RQ-3.7."""
    grid = integer_grid(64, name == "int64") if name in WIDE_INTEGERS else get_format(name).grid
    parts: tuple[NDArray[Any], ...] = function("decode_parts")(np.ascontiguousarray(codes), grid)
    return parts


def magnitude_of(codes: NDArray[Any], name: str | Format) -> NDArray[np.uint64]:
    """Return integers that order codes by magnitude: smallest first, NaN last."""
    wide = codes.astype(np.uint64)
    if is_float(name):
        mask = (1 << (width_of(name) - int(get_format(name).signed))) - 1
        return wide & np.uint64(mask)
    return parts_of(codes, name)[1].astype(np.uint64)
