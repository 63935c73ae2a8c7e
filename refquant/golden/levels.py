"""How thorough a set is: the operands of an operation, by level and by the case maker that its record names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.errors import InputValueError
from refquant.formats import Format
from refquant.golden.cases import boundary_codes, random_codes
from refquant.golden.crossing import EVERY_PATTERN, crossed, unique_rows
from refquant.golden.operand_classes import class_codes
from refquant.golden.scaling import scaled
from refquant.operations import Operation

Columns = tuple[NDArray[Any], ...]
Level = int | str
EXHAUSTIVE = "exhaustive"
LEVELS: tuple[Level, ...] = (1, 2, EXHAUSTIVE)
WIDEST = 24  #: bits of all operands together, of which every pattern is taken
_EVERY_CODE = {1: 8, 2: 16}  #: sources of so many bits are taken whole
_TAIL = {1: (1024,), 2: (1024, 1 << 16)}  #: random operands; level 2 has those of level 1


def one_operand(formats: tuple[Format, ...], result: Format, level: int, seed: int) -> Columns:
    """Return the operands of a conversion: every code of a narrow source; classes, boundaries of the target, powers of two and a random tail of a wide one."""
    (source,) = formats
    if source.width <= _EVERY_CODE[level]:
        return (np.arange(1 << source.width, dtype=source.code_dtype),)
    tails = [random_codes(source, result, seed, count, stream + 1) for stream, count in enumerate(_TAIL[level])]
    boundaries = [boundary_codes(source, result, quick=quick) for quick in (True, False)[:level]]
    return (np.unique(np.concatenate([class_codes(source), *boundaries, *tails])),)


#: Case makers, by the name in a record.
CASE_MAKERS: dict[str, Callable[[tuple[Format, ...], Format, int, int], Columns]] = {
    "boundary": one_operand,
    "every_code": one_operand,
    "pairs": crossed,
    "scaled": scaled,
}


def checked_level(level: Any) -> Level:
    """Return a level; raise where there is none of this name."""
    if isinstance(level, bool) or level not in LEVELS:
        raise InputValueError(f"level: expected 1, 2 or {EXHAUSTIVE!r}, got {level!r}")
    return int(level) if level != EXHAUSTIVE else EXHAUSTIVE


def operands(operation: Operation, formats: tuple[Format, ...], goal: Format, level: Level, seed: int) -> Columns:
    """Return the operands of a set, one column each, in ascending order; `goal` is the format whose boundaries count."""
    if level == EXHAUSTIVE:
        return _every_pattern(formats)
    if operation.cases not in CASE_MAKERS:
        raise InputValueError(f"operation: {operation.name} names the case maker {operation.cases!r}; there are {', '.join(CASE_MAKERS)}")
    return unique_rows(CASE_MAKERS[operation.cases](formats, goal, int(level), seed))


def every_pattern_is_taken(operation: Operation, formats: tuple[Format, ...], level: int) -> bool:
    """Return whether level 1 or 2 already takes every pattern of operands of these formats."""
    widths = EVERY_PATTERN if operation.cases == "pairs" else _EVERY_CODE
    return sum(fmt.width for fmt in formats) <= widths[level]


def _every_pattern(formats: tuple[Format, ...]) -> Columns:
    total = sum(fmt.width for fmt in formats)
    if total > WIDEST:
        names = ", ".join(fmt.name for fmt in formats)
        raise InputValueError(f"level: 'exhaustive' takes operands of at most {WIDEST} bits together, and {names} have {total}; take level 2")
    pattern, columns, below = np.arange(1 << total, dtype=np.uint32), [], total
    for fmt in formats:
        below -= fmt.width
        columns.append((pattern >> np.uint32(below) & np.uint32((1 << fmt.width) - 1)).astype(fmt.code_dtype))
    return tuple(columns)
