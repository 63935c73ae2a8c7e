"""Codes of a format by side and magnitude, and representatives of every class of operand: zero, the edges of subnormals and normals, Inf, NaNs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Format
from refquant.golden.wide_integers import WideInteger

U64 = np.uint64


def has_index(indices: NDArray[np.int64], fmt: Format, negative: bool) -> NDArray[np.bool_]:
    """Return which magnitudes one side has."""
    grid = fmt.grid
    top, least = (grid.max_negative, 0 if grid.has_negative_zero else 1) if negative else (grid.max_positive, grid.first_index)
    found: NDArray[np.bool_] = (indices >= max(least, grid.first_index)) & (indices <= top)
    return found


def codes_at(indices: NDArray[np.int64], fmt: Format, negative: bool) -> NDArray[Any]:
    """Return the codes of magnitudes on one side, those that the side lacks left out. RQ-2.2, RQ-2.9."""
    grid = fmt.grid
    magnitudes = (indices[has_index(indices, fmt, negative)] - grid.first_index).astype(U64)
    if negative:
        base = U64(grid.negative_base)
        magnitudes = base + magnitudes if grid.negative_step > 0 else base - magnitudes
    return (magnitudes & U64((1 << grid.width) - 1)).astype(fmt.code_dtype)


def both_signs(indices: NDArray[np.int64], fmt: Format) -> NDArray[Any]:
    """Return the codes of magnitudes on both sides."""
    return np.concatenate([codes_at(indices, fmt, negative) for negative in (False, True)])


def class_codes(fmt: Format) -> NDArray[Any]:
    """Return a few codes of every class of operand that a format has, in ascending order.

    Examples
    --------
    >>> import refquant as rq
    >>> from refquant.golden.operand_classes import class_codes
    >>> class_codes(rq.get_format("float4_e2m1fn")).tolist()
    [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15]
    """
    if isinstance(fmt, WideInteger):
        return _wide_edges(fmt)
    return np.unique(np.concatenate([both_signs(_edges(fmt), fmt), infinities(fmt), nan_codes(fmt)]))


def _wide_edges(fmt: WideInteger) -> NDArray[np.uint64]:
    """Return the least and the greatest magnitudes of both signs, which are no indices of 64 bits."""
    positive, negative = ([*range(4), *range(top - 2, top + 1)] for top in (fmt.grid.max_positive, fmt.grid.max_negative))
    return np.unique(np.array(positive + [-n % (1 << fmt.width) for n in negative if fmt.signed], U64))


def brief_codes(fmt: Format) -> NDArray[Any]:
    """Return about one code of every class of operand, for crossings: the same edges, and of NaNs a quiet and a signalling one per sign."""
    grid = fmt.grid
    normal = max(grid.first_index, 1 << (grid.precision - 1) if grid.has_subnormals else 1)
    one = _index_of_one(fmt)
    indices = [i for i in (0, 1, normal // 2, normal - 1, normal, one, one + 1, grid.max_positive, grid.max_negative) if i >= grid.first_index]
    nans = nan_codes(fmt)
    if grid.nan_payload:
        nans = _with_signs([grid.infinity | (1 << (grid.nan_payload - 1)), *([grid.infinity | 1] if grid.nan_payload > 1 else [])], fmt)
    return np.unique(np.concatenate([both_signs(np.unique(np.array(indices, np.int64)), fmt), infinities(fmt), nans]))


def _edges(fmt: Format) -> NDArray[np.int64]:
    grid = fmt.grid
    normal = max(grid.first_index, 1 << (grid.precision - 1) if grid.has_subnormals else 1)
    one = _index_of_one(fmt)
    about = [grid.first_index, 0, 1, 2, 3, normal // 2, normal - 2, normal - 1, normal, normal + 1, one - 1, one, one + 1]
    tops = [top - back for top in (grid.max_positive, grid.max_negative) for back in range(3)]
    return np.unique(np.array([i for i in about + tops if i >= grid.first_index], np.int64))


def _index_of_one(fmt: Format) -> int:
    """Return the index of 1, or of the magnitude in the middle of a range that has none."""
    grid = fmt.grid
    binade = 1 - grid.precision - grid.min_quantum
    subnormal = 1 << -grid.min_quantum if -grid.precision < grid.min_quantum <= 0 else 0
    index = (binade + 1 << (grid.precision - 1)) if binade >= 0 else subnormal
    return index if 0 < index <= grid.max_positive else grid.max_positive // 2


def infinities(fmt: Format) -> NDArray[Any]:
    """Return the codes of +Inf and -Inf, if there are any. RQ-2.4."""
    grid = fmt.grid
    return _with_signs([grid.infinity] if grid.infinity >= 0 else [], fmt)


def nan_codes(fmt: Format) -> NDArray[Any]:
    """Return NaNs of both signs: every one where there are few, else quiet and signalling ones of many payloads. RQ-2.4, RQ-2.7."""
    grid = fmt.grid
    if grid.nan_at_zero:
        return np.array([grid.negative_base], fmt.code_dtype)
    if grid.nan_first < 0:
        return _with_signs([], fmt)
    if not grid.nan_payload:
        return _with_signs([grid.nan_first], fmt)
    t = grid.nan_payload
    payloads = {1 << i for i in range(t)} | {(1 << t) - 1, (1 << (t - 1)) - 1, (1 << (t - 1)) | 1, 3 << max(t - 2, 0) | 1}
    return _with_signs([grid.nan_first - 1 + p for p in sorted(payloads) if 0 < p < 1 << t], fmt)


def _with_signs(magnitudes: list[int], fmt: Format) -> NDArray[Any]:
    sign = 1 << (fmt.width - 1)
    return np.array(magnitudes + [sign | m for m in magnitudes if fmt.signed], fmt.code_dtype)
