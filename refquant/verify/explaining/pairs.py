"""Inputs and somebody's results, checked, as codes; equal pairs count once."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.errors import InputTypeError, InputValueError, RefquantError
from refquant.formats import Format, get_format
from refquant.golden.evaluation import operation_named
from refquant.golden.nan_mask import NanBy, nan_by
from refquant.golden.random_words import words_of
from refquant.golden.sources import WIDE_INTEGERS, code_dtype_of, width_of
from refquant.inputs import CODES, as_codes, as_source
from refquant.policies import Philox, RandomBits
from refquant.verify.cases import columns_of
from refquant.verify.explaining.operations.applied import Applied, Origin, input_texts, rows_of, sizes_of
from refquant.verify.explaining.operations.given import check_operation, checked_operands, named_operand, target_of, with_given_flags
from refquant.verify.explaining.operations.outcomes import key_of, result_texts
from refquant.verify.target import Codes
from refquant.verify.targets.results import result_codes
from refquant.verify.targets.stated import name_or_format, source_stated


class Pairs(NamedTuple):
    """Distinct pairs of an input and a result, in the order of the inputs' magnitude."""

    source: Origin
    target: str | Format
    codes: Codes  #: inputs, as codes of the source, or rows of operands
    got: Codes  #: results, as codes of the target, with flags where those were given
    counts: NDArray[np.int64]  #: how often each pair was given
    nan_by: NanBy
    bits: NDArray[Any] | None = None  #: the random bits of each pair, where they are known
    random_bits: int = 0  #: how many they are

    @property
    def given(self) -> int:
        """Number of pairs that were given."""
        return int(self.counts.sum())

    @property
    def contradictory(self) -> NDArray[np.int64]:
        """Which pairs have the input of the pair before and another result; none where random bits are known."""
        if self.bits is not None:
            return np.zeros(0, np.int64)
        return np.flatnonzero(self.codes[1:] == self.codes[:-1]) + 1


def pairs_of(
    x: Any, results: Any, target: str | Format, source: str | Format | None = None, *, random: RandomBits | Philox | None = None, by: NanBy | str = "byte"
) -> Pairs:  # fmt: skip
    """Return what was given as pairs of codes; see `refquant.verify.explain`."""
    by, goal = nan_by(by), name_or_format(target)
    origin, codes = _inputs(x, source)
    got = _results(results, get_format(goal), codes)
    if not codes.size:
        raise InputValueError("x: expected at least one input, got none")
    columns = [codes.reshape(-1), got.reshape(-1)] + ([] if random is None else [_bits(random, codes.shape)])
    codes, got, *bits, counts = _distinct(columns, origin)
    return Pairs(origin, goal, codes, got, counts, by, bits[0] if bits else None, 0 if random is None else random.n)


def operand_pairs_of(
    operation: str, x: Any, results: Any, target: str | Format | None, source: Any = None, flags: Any = None, *, random: RandomBits | Philox | None = None,
    by: NanBy | str = "byte",
) -> Pairs:  # fmt: skip
    """Return what was given as rows of operands and results; see `refquant.verify.explain`."""
    by, goal = nan_by(by), name_or_format(target_of(operation, target))
    given, stated = checked_operands(operation, x, source)
    operands = [_operand(i, column, stated[i]) for i, column in enumerate(given)]
    applied = Applied(operation_named(operation).name, tuple(origin for origin, _ in operands), flags is not None)
    check_operation(applied, goal)
    shape = operands[0][1].shape
    for i, (_, column) in enumerate(operands):
        if column.shape != shape:
            raise InputValueError(f"x[{i}]: expected the shape of x[0] {shape}, got {column.shape}")
    got = _results(results, get_format(goal), operands[0][1])
    outcomes = (got if flags is None else with_given_flags(got, flags)).reshape(-1)
    if not outcomes.size:
        raise InputValueError("x: expected at least one row of operands, got none")
    rows = rows_of(tuple(column.reshape(-1) for _, column in operands), applied)
    codes, got, *bits, counts = _distinct([rows, outcomes] + ([] if random is None else [_bits(random, shape)]), applied)
    return Pairs(applied, goal, codes, got, counts, by, bits[0] if bits else None, 0 if random is None else random.n)


def _operand(number: int, column: Any, source: str | Format | None) -> tuple[str | Format, Codes]:
    try:
        origin, codes = _inputs(column, source)
    except RefquantError as error:
        raise named_operand(error, number) from None
    if origin in WIDE_INTEGERS:
        raise InputValueError(f"x[{number}]: operations have no operands of {origin}")
    return origin, codes


def _inputs(x: Any, source: str | Format | None) -> tuple[str | Format, Codes]:
    given = as_source(x)
    if source is None:
        if given.kind != CODES:
            raise InputTypeError(f"x: expected an array of a dtype that is a format (float32, int8, ml_dtypes ...), or codes with source=, got {given.dtype}")
        name = given.name if given.format is None else name_or_format(given.format)
        return name, given.array
    origin = source_stated(source)
    if given.name == origin:
        return origin, given.array
    if given.dtype.kind != "u":
        raise InputTypeError(f"x: expected codes of {origin} (unsigned integers) or an array of that dtype, got dtype {given.dtype}")
    if width_of(origin) == 64:
        return origin, given.array.astype(np.uint64)
    return origin, as_codes(given.array, get_format(origin))[0].astype(code_dtype_of(origin))


def _results(results: Any, target: Format, codes: Codes) -> Codes:
    array = np.asarray(results)
    if array.shape != codes.shape:
        raise InputValueError(f"results: expected the shape of x {codes.shape}, got {array.shape}")
    got = result_codes(array, target, "results")
    beyond = np.flatnonzero(got.reshape(-1).astype(np.uint64) >> np.uint64(target.width - 1) > 1)
    if beyond.size:
        i = int(beyond[0])
        raise InputValueError(f"results: {array.reshape(-1)[i]} at {i} is no {'code' if array.dtype.kind == 'u' else 'value'} of {target.name}")
    return got.astype(target.code_dtype)


def _bits(random: RandomBits | Philox, shape: tuple[int, ...]) -> NDArray[Any]:
    if isinstance(random, Philox):
        return words_of(random, int(np.prod(shape, dtype=np.int64)))
    if not isinstance(random, RandomBits):
        raise InputTypeError(f"random: expected refquant.RandomBits or refquant.Philox, got {random!r}")
    if random.array.shape != shape:
        raise InputValueError(f"random: expected the shape of x {shape}, got {random.array.shape}")
    return random.array.reshape(-1).astype(np.uint32)


def _distinct(columns: list[NDArray[Any]], source: Origin) -> list[NDArray[Any]]:
    """Return the distinct rows by magnitude of the input, and how often each occurs."""
    parts = [part for column in columns for part in (columns_of(column) if column.dtype.names else (column,))]
    order = np.lexsort((*parts[::-1], sizes_of(columns[0], source)))
    rows = [np.ascontiguousarray(c[order]) for c in columns]
    first = np.ones(order.size, np.bool_)
    first[1:] = np.logical_or.reduce([c[1:] != c[:-1] for c in rows])
    starts = np.flatnonzero(first)
    return [*(c[starts] for c in rows), np.diff(np.append(starts, order.size))]


class Contradiction(NamedTuple):
    """An input that was given with more than one result: codes in hex and values as text."""

    input: str
    input_value: str
    results: tuple[tuple[str, str, int], ...]  #: (code, value, how often)


def contradictions_in(pairs: Pairs, most: int = 10) -> tuple[Contradiction, ...]:
    """Return inputs that occur with more than one result, smallest first."""
    second = pairs.contradictory
    starts = second[~np.isin(second - 1, second)] - 1
    return tuple(_contradiction(pairs, int(i)) for i in starts[:most])


def _contradiction(pairs: Pairs, first: int) -> Contradiction:
    code = pairs.codes[first]
    last = first + int(np.argmax(np.append(pairs.codes[first:] != code, True)))
    shown = ((*result_texts(key_of(got), pairs.target), int(n)) for got, n in zip(pairs.got[first:last], pairs.counts[first:last]))
    return Contradiction(*input_texts(code, pairs.source), tuple(shown))
