"""Operands that tell settings apart: classes crossed, cancellation, and rows whose exact result is next to a midpoint."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import refquant
from refquant.formats import FloatFormat, Format, get_format
from refquant.golden.cases import EXACT, TRUNCATED, random_codes
from refquant.golden.crossing import crossed, product, unique_rows
from refquant.verify.explaining.operations.applied import Applied, Columns, Rows, rows_of
from refquant.verify.explaining.operations.labels import ties_of

_EVERY = 16  #: bits of operands together of which every pattern is tried
_DRAWN = 2048


@lru_cache(maxsize=4)
def operand_probes(applied: Applied, target: str | Format) -> Rows:
    """Return rows of operands.

    Examples
    --------
    >>> from refquant.verify.explaining.operations.applied import Applied
    >>> from refquant.verify.explaining.operations.probes import operand_probes
    >>> operand_probes(Applied("mul", ("float8_e4m3fn", "float8_e4m3fn")), "float8_e4m3fn").size
    65536
    """
    formats, goal = tuple(map(get_format, applied.formats)), get_format(target)
    if sum(f.width for f in formats) <= _EVERY:
        columns = product(*(np.arange(1 << f.width, dtype=f.code_dtype) for f in formats))
    else:
        blocks = [crossed(formats, goal, 1, 0), *_near_midpoints(applied, formats, goal)]
        columns = unique_rows(tuple(np.concatenate([block[i] for block in blocks]) for i in range(len(formats))))
    made = rows_of(columns, applied)
    made.flags.writeable = False
    return made


def _near_midpoints(applied: Applied, formats: tuple[Format, ...], goal: Format) -> list[Columns]:
    """Return rows near ties: the first operand is what the result and the others ask for, as float64 says, and its neighbours."""
    if not isinstance(goal, FloatFormat) or not all(isinstance(f, FloatFormat) and f.signed for f in formats):
        return []
    if applied.operation == "fma":
        return [_fused(applied, formats, target) for target in (goal, get_format("float32"), *formats[:1]) if target.precision <= 24]
    inverse = _INVERSES.get(applied.operation)
    return [] if inverse is None else [_solved(inverse, formats, goal)]


_INVERSES = {
    "add": lambda y, b: y - b, "sub": lambda y, b: y + b, "mul": lambda y, b: y / b, "div": lambda y, b: y * b,
    "sqrt": lambda y, _: y * y, "recip": lambda y, _: 1 / y, "rsqrt": lambda y, _: 1 / (y * y),
}  # fmt: skip


def _solved(inverse: Any, formats: tuple[Format, ...], goal: Format) -> Columns:
    """Return operands of which an operation gives about a midpoint."""
    last = random_codes(formats[-1], goal, 1, _DRAWN, 40)
    value = refquant.decode(random_codes(goal, goal, 2, _DRAWN, 41), goal, dtype=np.float64)
    with np.errstate(all="ignore"):
        middle = value * (1 + 2.0**-goal.precision)  # about half a step above
        first = inverse(middle, refquant.decode(last, formats[-1], dtype=np.float64))
    around = _neighbours(first, formats[0])
    columns = tuple(np.tile(last, 3) for _ in formats[1:])
    return (around, *columns)


def _neighbours(values: NDArray[np.float64], fmt: Format) -> NDArray[Any]:
    codes = refquant.encode(values, fmt, dialect=TRUNCATED)
    magnitudes = codes.astype(np.int64)
    top = (1 << fmt.width) - 1
    return np.concatenate([np.clip(magnitudes + step, 0, top) for step in (-1, 0, 1)]).astype(fmt.code_dtype)


def _fused(applied: Applied, formats: tuple[Format, ...], target: Format) -> Columns:
    """Return products that are ties of a format, with small addends of both signs."""
    a, b = (random_codes(f, f, 3, 8 * _DRAWN, 42 + i) for i, f in enumerate(formats[:2]))
    factors = Applied("mul", applied.formats[:2])
    tie = np.flatnonzero(ties_of(rows_of((a, b), factors), factors, target))[: _DRAWN // 2]
    size = np.abs(refquant.decode(a[tie], formats[0], dtype=np.float64) * refquant.decode(b[tie], formats[1], dtype=np.float64))
    blocks = []
    for fraction in (0.0, 2.0**-13, 2.0**-26):
        small = refquant.encode(size * fraction, formats[2], dialect=EXACT.replace(overflow="saturate", rounding="away_from_zero"))
        small = np.maximum(small, 1).astype(formats[2].code_dtype)
        negative = small | formats[2].code_dtype.type(1 << (formats[2].width - 1))
        blocks += [(a[tie], b[tie], c) for c in (small, negative)]
    return tuple(np.concatenate([block[i] for block in blocks]) for i in range(3))
