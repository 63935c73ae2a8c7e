"""Which classes a vector has, from its columns alone: exact integer parts of operands and results, no rounding function and no plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Format, Grid, Parity
from refquant.golden.classes import BY_NAME, KINDS
from refquant.golden.evaluation import is_conversion
from refquant.golden.recipe import Recipe
from refquant.golden.sources import parts_of
from refquant.golden.wide_integers import WideInteger
from refquant.policies import Flags

Mask = NDArray[np.bool_]
Columns = Mapping[str, NDArray[Any]]
U64, I64 = np.uint64, np.int64


class Number(NamedTuple):
    """Codes as exact parts."""

    negative: Mask
    significand: NDArray[np.uint64]
    exponent: NDArray[np.int64]
    kind: NDArray[Any]  #: 0 finite, 1 Inf, 2 quiet and 3 signalling NaN

    @property
    def finite(self) -> Mask:
        """Where they are numbers."""
        return np.equal(self.kind, 0)

    @property
    def nan(self) -> Mask:
        """Where they are NaN."""
        return np.greater_equal(self.kind, 2)


class Place(NamedTuple):
    """Where a magnitude lies in a grid: the index of the number at or below it, and what is above that."""

    at: NDArray[np.int64]  #: the index
    half: Mask  #: the first discarded digit
    sticky: Mask  #: whether there are more

    @property
    def exact(self) -> Mask:
        """Where nothing is discarded."""
        return ~(self.half | self.sticky)


def classify(columns: Columns, recipe: Recipe) -> NDArray[np.uint64]:
    """Return the classes of each vector as a bit set."""
    found = np.zeros(columns["result"].size, U64)
    for name, mask in _all_classes(columns, recipe):
        found |= mask.astype(U64) << U64(BY_NAME[name].id)
    return found


def _all_classes(columns: Columns, recipe: Recipe) -> Iterator[tuple[str, Mask]]:
    operands = [number_of(columns[n], fmt) for n, fmt in zip(recipe.operand_names, recipe.operands, strict=True)]
    result = number_of(columns["result"], recipe.result)
    for operand, fmt in zip(operands, recipe.operands, strict=True):
        yield from operand_classes(operand, fmt)
    if len(operands) > 1:
        yield from _pair_classes(operands[0], operands[1], recipe.operands[0])
    if is_conversion(recipe.record):
        yield from _rounding_classes(operands[0], result, columns["flags"], recipe)
    yield from _result_classes(operands, result, columns, recipe)


def number_of(codes: NDArray[Any], fmt: Format) -> Number:
    """Return codes as exact parts. RQ-3.7."""
    negative, significand, exponent, kind = parts_of(codes, fmt)
    return Number(negative.astype(np.bool_), significand.astype(U64), exponent.astype(I64), kind)


def place_of(x: Number, grid: Grid) -> Place:
    """Return where finite magnitudes lie in a grid. RQ-4.1, RQ-4.2."""
    quantum = np.maximum(x.exponent + _length(x.significand) - grid.precision, grid.min_quantum)
    shift = quantum - x.exponent
    kept = _right(x.significand, shift) << np.clip(-shift, 0, 63).astype(U64)
    top = max(grid.max_positive, grid.max_negative)
    binade, above = quantum - grid.min_quantum, top >> (grid.precision - 1)
    index = np.where(x.significand == 0, 0, kept.astype(I64) + (np.minimum(binade, above) << (grid.precision - 1)))
    index = np.where(binade > above, top + 2, index)  # out of range by a binade and more: an index might not fit 64 bits
    first = _right(x.significand, shift - 1)
    half = (shift > 0) & (first & U64(1) == 1)
    rest = x.significand - (_right(x.significand, shift - 1) << np.clip(shift - 1, 0, 63).astype(U64))
    return Place(index, half, (shift > 0) & (rest != 0))


def _right(x: NDArray[np.uint64], shift: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return x >> shift, 0 from 64 on, x below 1."""
    return np.where(shift > 63, U64(0), x >> np.clip(shift, 0, 63).astype(U64))


def _length(x: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the digits of integers; 0 for 0."""
    length, rest = np.zeros(x.size, I64), x.copy()
    for step in (32, 16, 8, 4, 2, 1):
        large = rest >> U64(step) != 0
        length += np.where(large, step, 0)
        rest = np.where(large, rest >> U64(step), rest)
    return length + (rest != 0)


def operand_classes(x: Number, fmt: Format) -> Iterator[tuple[str, Mask]]:
    """Yield the classes of one operand."""
    grid = fmt.grid
    index: NDArray[Any] = x.significand if isinstance(fmt, WideInteger) else place_of(x, grid).at
    normal, number_type = least_normal(grid), index.dtype.type
    top = np.where(x.negative, number_type(grid.max_negative), number_type(grid.max_positive))
    least = max(grid.first_index, 1)
    tests = (
        x.significand == 0, (index == least) & (least < normal), (index > least) & (index < normal - 1), (index == normal - 1) & (index >= least),
        index == normal, (index > normal) & (index < top), (index == top) & (index > 0),
    )  # fmt: skip
    kinds = [test & x.finite for test in tests] + [x.kind == k for k in (1, 2, 3)]
    for kind, mask in zip(KINDS, kinds, strict=True):
        yield f"+{kind}", mask & ~x.negative
        yield f"-{kind}", mask & x.negative
    m, one = x.significand, U64(1)
    number = x.finite & (m != 0)
    yield "power of two", number & (m & (m - one) == 0)
    yield "beside a power of two", number & ((((m - one) & (m - U64(2))) == 0) & (m > one) | ((m + one) & m == 0))


def least_normal(grid: Grid) -> int:
    """Return the index of the least normal number; of the least positive one where there are no subnormals."""
    return max(grid.first_index, 1 << (grid.precision - 1) if grid.has_subnormals else 1)


def _pair_classes(a: Number, b: Number, fmt: Format) -> Iterator[tuple[str, Mask]]:
    """Compare magnitudes by their places in the format of the first operand."""
    x, y = place_of(a, fmt.grid), place_of(b, fmt.grid)
    finite, exact, signs = a.finite & b.finite, y.exact, a.negative == b.negative
    same = (x.at == y.at) & exact | (a.kind == 1) & (b.kind == 1)
    both = finite | (a.kind == 1) & (b.kind == 1)
    yield "equal operands", both & same & signs
    yield "opposite operands", both & same & ~signs
    yield "neighbours", finite & exact & signs & (np.abs(x.at - y.at) == 1)


def _rounding_classes(x: Number, result: Number, flags: NDArray[Any], recipe: Recipe) -> Iterator[tuple[str, Mask]]:
    fmt = recipe.result if recipe.operation == "decode" else recipe.fmt
    grid, place, got = fmt.grid, place_of(x, fmt.grid), place_of(result, fmt.grid)
    bound = np.where(x.negative, grid.max_negative, grid.max_positive)
    number = x.finite & (x.significand != 0)
    inside, least = number & (place.at <= bound), grid.first_index
    zone = inside & (place.at == bound) & ~place.exact
    beyond = number & (place.at > bound)
    odd = _is_odd(place.at, grid, recipe, fmt)
    yield "exact", x.finite & place.exact & (place.at <= bound) & (place.at >= least)
    yield "below half", inside & ~place.half & place.sticky
    yield "tie above even", inside & place.half & ~place.sticky & ~odd
    yield "tie above odd", inside & place.half & ~place.sticky & odd
    yield "above half", inside & place.half & place.sticky
    yield "below the least", number & (place.at < least)
    yield "overflow zone", zone
    yield "beyond", beyond
    over = beyond | (zone & (flags & int(Flags.OVERFLOW | Flags.INVALID) != 0))
    yield from _delivered_out_of_range(over, result, got.at == bound)
    yield from _delivered_in_range(inside & ~over & ~place.exact & result.finite, inside & ~over & result.finite, place, got, grid)


def _is_odd(index: NDArray[np.int64], grid: Grid, recipe: Recipe, fmt: Format) -> Mask:
    """RQ-4.14."""
    parity = recipe.policies.parity or getattr(fmt, "parity", None)
    if parity is Parity.SIGNIFICAND and grid.precision == 1:
        return index > 0
    offset = grid.first_index if parity is Parity.CODE else 0
    return np.equal((index - offset) & 1, 1)


def _delivered_out_of_range(over: Mask, result: Number, at_bound: Mask) -> Iterator[tuple[str, Mask]]:
    yield "overflow to Inf", over & (result.kind == 1)
    yield "overflow to NaN", over & result.nan
    yield "overflow to the greatest", over & result.finite & at_bound
    yield "overflow to another", over & result.finite & ~at_bound


def _delivered_in_range(inexact: Mask, inside: Mask, place: Place, got: Place, grid: Grid) -> Iterator[tuple[str, Mask]]:
    stepped, first = inexact & (got.at == place.at + 1), 1 << (grid.precision - 1)
    zero = got.at == 0
    yield "stepped up", stepped
    yield "kept", inexact & (got.at == place.at)
    yield "carry", stepped & (got.at & (first - 1) == 0) & (got.at >= 2 * first)
    yield "carry to normal", stepped & (got.at == first) & bool(grid.has_subnormals)
    yield "subnormal result", inside & ~zero & (got.at < first) & bool(grid.has_subnormals)
    yield "rounded to zero", inside & zero & (place.at == 0) & (grid.first_index == 0)
    yield "flushed", inside & zero & (place.at > 0) & (grid.first_index == 0)


def _result_classes(operands: list[Number], result: Number, columns: Columns, recipe: Recipe) -> Iterator[tuple[str, Mask]]:
    flags, truth = columns["flags"], recipe.record.result == "truth"
    yield "no flag", flags == 0
    for flag in Flags:
        if flag:
            yield str(flag.name), flags & flag.value != 0
    if truth:
        yield "false", columns["result"] == 0
        yield "true", columns["result"] == 1
    if truth or recipe.record.result == "class":
        return
    grid = (recipe.result if recipe.operation == "decode" or recipe.record.result == "integers" else recipe.fmt).grid
    zero, top = result.finite & (result.significand == 0), np.where(result.negative, grid.max_negative, grid.max_positive)
    yield "result +0", zero & ~result.negative
    yield "result -0", zero & result.negative
    yield "result greatest", result.finite & ~zero & (place_of(result, grid).at == top)
    nan, infinite = np.any([x.nan for x in operands], axis=0), np.any([x.kind == 1 for x in operands], axis=0)
    yield "NaN kept", nan & result.nan
    yield "NaN made", ~nan & result.nan
    yield "NaN to number", nan & ~result.nan
    yield "Inf kept", infinite & (result.kind == 1)
    yield "Inf to other", infinite & (result.kind != 1)
