"""Operands of operations of several operands: classes crossed, cancellation, a random tail of near and of independent exponents."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Format
from refquant.golden.cases import boundary_codes, random_codes, truncated
from refquant.golden.operand_classes import brief_codes, class_codes, codes_at, has_index
from refquant.golden.random_words import random_words
from refquant.golden.sources import parts_of

Columns = tuple[NDArray[Any], ...]
EVERY_PATTERN = {1: 12, 2: 16}  #: operands of so many bits together are all taken
_TAIL = {1: (1024,), 2: (1024, 1 << 15)}
_MOST_CROSSED = 1 << 18
_RANDOM = 256  #: the first stream of random operands beyond the tails


def crossed(formats: tuple[Format, ...], result: Format, level: int, seed: int) -> Columns:
    """Return operands of an operation: every pattern of narrow ones, else classes crossed, cancellation pairs, and a random tail."""
    if sum(fmt.width for fmt in formats) <= EVERY_PATTERN[level]:
        return product(*(np.arange(1 << fmt.width, dtype=fmt.code_dtype) for fmt in formats))
    if len(formats) == 1:
        return (_alone(formats[0], result, level, seed),)
    blocks = [product(*(brief_codes(fmt) for fmt in formats)), cancelling(formats, seed)]
    every = [class_codes(fmt) for fmt in formats]
    if level == 2 and np.prod([codes.size for codes in every]) <= _MOST_CROSSED:
        blocks.append(product(*every))
    for stream, count in enumerate(_TAIL[level]):
        blocks += [_independent(formats, seed, count, 16 * (stream + 1)), _near(formats, seed, count, 16 * (stream + 1))]
    return tuple(np.concatenate([block[i] for block in blocks]) for i in range(len(formats)))


def _alone(fmt: Format, result: Format, level: int, seed: int) -> NDArray[Any]:
    """Return one operand: every class, all about the values and midpoints of the result, a random tail."""
    tail = [random_codes(fmt, result, seed, count, 16 * (stream + 1)) for stream, count in enumerate(_TAIL[level])]
    return np.concatenate([class_codes(fmt), boundary_codes(fmt, result, quick=level == 1), *tail])


def random_operands(formats: tuple[Format, ...], result: Format, seed: int, count: int) -> Columns:
    """Return random operands: half of them with exponents that have nothing to do with each other, half with exponents at most four apart."""
    if len(formats) == 1:
        return (random_codes(formats[0], result, seed, count, _RANDOM),)
    half = count // 2
    blocks = [_independent(formats, seed, count - half, _RANDOM), _near(formats, seed, half, _RANDOM + 16)]
    return tuple(np.concatenate([block[i] for block in blocks]) for i in range(len(formats)))


def product(*columns: NDArray[Any]) -> Columns:
    """Return every combination of the elements of columns."""
    return tuple(grid.reshape(-1) for grid in np.meshgrid(*columns, indexing="ij"))


def unique_rows(columns: Columns) -> Columns:
    """Return the rows of columns in ascending order, each once."""
    order = np.lexsort(columns[::-1])
    ordered = [column[order] for column in columns]
    fresh = np.ones(order.size, np.bool_)
    fresh[1:] = np.any([column[1:] != column[:-1] for column in ordered], axis=0)
    return tuple(column[fresh] for column in ordered)


def cancelling(formats: tuple[Format, ...], seed: int) -> Columns:
    """Return pairs that are equal, opposite, and neighbours by one and two steps, both signs; further operands take the classes in turn."""
    first, second = formats[0], formats[1]
    codes = np.concatenate([class_codes(first), random_codes(first, second, seed, 128, 15)])
    pairs = [_with_neighbour(codes, first, second, step) for step in (-2, -1, 0, 1, 2)]
    a, b = (np.concatenate([pair[i] for pair in pairs]) for i in range(2))
    return _with_the_rest(a, b, formats)


def _with_neighbour(codes: NDArray[Any], first: Format, second: Format, step: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return finite codes, each with the magnitude of the second format that many steps from its own, of both signs."""
    _, significand, exponent, kind = parts_of(codes, first)
    finite, indices = codes[kind == 0], truncated(significand[kind == 0], exponent[kind == 0], second) + step
    held = [has_index(indices, second, side) for side in (False, True)]
    return np.concatenate([finite[h] for h in held]), np.concatenate([codes_at(indices, second, side) for side in (False, True)])


def _with_the_rest(a: NDArray[Any], b: NDArray[Any], formats: tuple[Format, ...]) -> Columns:
    rest = [np.resize(brief_codes(fmt), a.size) for fmt in formats[2:]]
    return (a, b, *rest)


def _independent(formats: tuple[Format, ...], seed: int, count: int, stream: int) -> Columns:
    """Return random operands whose exponents have nothing to do with each other."""
    return tuple(random_codes(fmt, formats[0], seed, count, stream + i) for i, fmt in enumerate(formats))


def _near(formats: tuple[Format, ...], seed: int, count: int, stream: int) -> Columns:
    """Return random operands whose exponents are at most four apart."""
    first = random_codes(formats[0], formats[1], seed, count, stream + 8)
    _, significand, exponent, kind = parts_of(first, formats[0])
    first, significand, exponent = first[kind == 0], significand[kind == 0], exponent[kind == 0]
    columns = [first]
    for i, fmt in enumerate(formats[1:]):
        words = random_words(seed, first.size, stream + 9 + i)
        columns.append(_within_four_binades(truncated(significand, exponent, fmt), words, fmt))
    return tuple(columns)


def _within_four_binades(indices: NDArray[np.int64], words: NDArray[np.uint64], fmt: Format) -> NDArray[Any]:
    binade = 1 << (min(fmt.precision, 54) - 1)
    shift = (words % np.uint64(8 * binade)).astype(np.int64) - 4 * binade
    negative = (words >> np.uint64(63)).astype(np.bool_)
    top = np.where(negative, fmt.grid.max_negative, fmt.grid.max_positive)
    least = max(fmt.grid.first_index, 1)
    negative &= top >= least
    moved = np.clip(indices + shift, least, np.where(negative, fmt.grid.max_negative, fmt.grid.max_positive))
    codes = np.empty(indices.size, fmt.code_dtype)
    for side in (False, True):
        codes[negative == side] = codes_at(moved[negative == side], fmt, side)
    return codes
