"""Operands of a scaling: codes, and powers of two that take them to the ends of the result and past them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Format, Grid
from refquant.formats.grid import value_parts
from refquant.golden.cases import random_codes
from refquant.golden.crossing import product
from refquant.golden.operand_classes import brief_codes, class_codes
from refquant.golden.random_words import random_words

_TAIL = {1: 1024, 2: 1 << 15}
_STREAM = 64
_FAR = (-(1 << 31), -(1 << 20), 1 << 20, (1 << 31) - 1)


def scaled(formats: tuple[Format, ...], result: Format, level: int, seed: int) -> tuple[NDArray[Any], ...]:
    """Return codes and powers: classes of codes crossed with the powers that count, and a random tail of powers between them."""
    fmt, integers = formats
    powers = _powers(fmt.grid, result.grid)
    codes, n = product(brief_codes(fmt) if level == 1 else class_codes(fmt), np.array(sorted({*powers, *_FAR}), np.int64))
    tail = random_codes(fmt, result, seed, _TAIL[level], _STREAM)
    low, high = min(powers), max(powers)
    drawn = (random_words(seed, tail.size, _STREAM + 8) % np.uint64(high - low + 1)).astype(np.int64) + low
    return np.concatenate([codes, tail]), (np.concatenate([n, drawn]) & 0xFFFFFFFF).astype(integers.code_dtype)


def _powers(source: Grid, result: Grid) -> set[int]:
    """Return the powers about 0, and those that take an end of the source to one of the result."""
    about = range(-2, 3)
    return set(about) | {there - here + d for here in _ends(source) for there in _ends(result) for d in about}


def _ends(grid: Grid) -> tuple[int, int, int]:
    """Return the exponents of the least quantum, of the least normal number, and of the greatest number."""
    significand, exponent = value_parts(grid, max(grid.max_positive, grid.max_negative))
    normal = grid.min_quantum + (grid.precision - 1 if grid.has_subnormals or grid.first_index else 0)
    return grid.min_quantum, normal, exponent + significand.bit_length() - 1
