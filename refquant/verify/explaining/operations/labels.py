"""The situations that operands are in, whatever the knobs: seen from the exact result, which float64 holds but for digits that decide nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Format, get_format
from refquant.golden.evaluation import Evaluated
from refquant.golden.sources import convert_codes, parts_of
from refquant.policies import Flags, Via, get_dialect
from refquant.verify.cases import columns_of
from refquant.verify.comparison import Mask, is_subnormal
from refquant.verify.explaining.operations.applied import Applied, Columns, Rows
from refquant.verify.explaining.operations.outcomes import evaluated
from refquant.verify.explaining.situations import BY_ZERO, INVALID, NAN, NORMAL, OVERFLOW, SUBNORMAL_INPUT, TINY, ZERO, is_tie, situations_of

WIDE = get_format("float64")
_KNOBS = {"next_past_end": "nan", "nan": "keep_payload", "inf_flags": "none"}
_EXACT = get_dialect("default").replace(rounding="to_odd", **_KNOBS)  # rounding to odd into more digits changes no later rounding
_DOWN, _AWAY = (get_dialect("default").replace(rounding=mode, **_KNOBS) for mode in ("toward_zero", "away_from_zero"))
_SMALL = (NORMAL, SUBNORMAL_INPUT, TINY, ZERO)
_FINITE = (NORMAL, TINY, ZERO, OVERFLOW)


def labels_of(rows: Rows, applied: Applied, target: str | Format) -> NDArray[np.int64]:
    """Return the number of each row's situation."""
    columns, formats = columns_of(rows), tuple(map(get_format, applied.formats))
    nan, infinite, subnormal = (np.logical_or.reduce(masks) for masks in zip(*(_kinds(c, f) for c, f in zip(columns, formats))))
    labels = np.where(nan, INVALID, NORMAL) if applied.record.result == "truth" else _of_results(applied, columns, formats, target)
    if applied.record.room == "neighbours":
        labels[(labels == INVALID) & ~nan] = OVERFLOW  # past the end of the format
    labels[nan & (labels == INVALID)] = NAN  # not the number that minimum_number has instead
    labels[subnormal & np.isin(labels, (*_FINITE, INVALID, BY_ZERO))] = SUBNORMAL_INPUT
    labels[subnormal & infinite] = SUBNORMAL_INPUT  # an invalid operation, where it is taken as 0
    return labels


def _kinds(codes: NDArray[Any], fmt: Format) -> tuple[Mask, Mask, Mask]:
    kind = parts_of(codes, fmt)[3]
    return kind >= 2, kind == 1, is_subnormal(codes, fmt)


def _of_results(applied: Applied, columns: Columns, formats: tuple[Format, ...], target: str | Format) -> NDArray[np.int64]:
    made = _wide(applied, columns, formats)
    labels = situations_of(made.codes, WIDE, target)
    labels[labels == SUBNORMAL_INPUT] = TINY  # of the result
    labels[labels == NAN] = INVALID
    labels[made.flags & Flags.DIV_BY_ZERO != 0] = BY_ZERO
    if applied.record.room == "integral":
        down = evaluated(applied.operation, columns, formats, WIDE, _DOWN).codes
        labels[(down << np.uint64(1) == 0) & np.isin(labels, _FINITE)] = ZERO
    return labels


def _wide(applied: Applied, columns: Columns, formats: tuple[Format, ...]) -> Evaluated:
    dialect = _AWAY if applied.record.room == "integral" else _EXACT
    return evaluated(applied.operation, columns, formats, WIDE, dialect)


def ties_of(rows: Rows, applied: Applied, target: str | Format) -> Mask:
    """Return which finite results lie halfway between two values of the target."""
    if applied.record.result == "truth":
        return np.zeros(rows.size, np.bool_)
    exact = evaluated(applied.operation, columns_of(rows), tuple(map(get_format, applied.formats)), WIDE, _EXACT)
    return is_tie(exact.codes, WIDE, target)


def negative_of(rows: Rows, applied: Applied) -> Mask:
    """Return which results have a sign."""
    if applied.record.result == "truth":
        return np.zeros(rows.size, np.bool_)
    exact = evaluated(applied.operation, columns_of(rows), tuple(map(get_format, applied.formats)), WIDE, _EXACT)
    negative: Mask = exact.codes >> np.uint64(63) != 0
    return negative


def labels_through(labels: NDArray[np.int64], rows: Rows, applied: Applied, target: str | Format, via: Via | None, product: Any) -> NDArray[np.int64]:
    """Return the situations with those that a format on the way, or a product that is rounded first, leads to out of the normal range."""
    changed = labels.copy()
    normal = np.flatnonzero(labels == NORMAL)
    if product is not None:
        changed[normal] = _of_products(rows[normal], applied, get_format(product))
        normal = np.flatnonzero(changed == NORMAL)
    if via is not None:
        through = get_dialect("default").replace(rounding=via.rounding, nan="keep_payload")
        passed = evaluated(applied.operation, columns_of(rows[normal]), tuple(map(get_format, applied.formats)), get_format(via.format), through)
        found = situations_of(passed.codes, via.format, target)
        changed[normal] = np.where(found == SUBNORMAL_INPUT, TINY, found)
    return changed


def _of_products(rows: Rows, applied: Applied, product: Format) -> NDArray[np.int64]:
    """Return the situations of sums of rounded products: those of the products, and zeros."""
    columns, formats = columns_of(rows), tuple(map(get_format, applied.formats))
    factors = Applied("mul", applied.formats[:2])
    labels = _of_results(factors, columns[:2], formats[:2], product)
    labels[labels == ZERO] = NORMAL
    addend = _as_wide(columns[2], formats[2])
    for mode in ("toward_zero", "away_from_zero"):
        rounded = evaluated("mul", columns[:2], formats[:2], product, get_dialect("default").replace(rounding=mode, overflow="saturate"))
        labels[_as_wide(rounded.codes, product) == addend ^ np.uint64(1 << 63)] = ZERO
    return labels


def _as_wide(codes: NDArray[Any], fmt: Format) -> NDArray[np.uint64]:
    wide: NDArray[np.uint64] = convert_codes(codes, fmt, WIDE, _DOWN)
    return wide


def lead_out(rows: Rows, applied: Applied, targets: tuple[str | Format, ...], product: Any = None) -> Mask:
    """Return where subnormal operands, taken as they are or as zeros, have a result that is in a target neither in range nor tiny, or such a product."""
    columns, formats = columns_of(rows), tuple(map(get_format, applied.formats))
    out = np.zeros(rows.size, np.bool_)
    if applied.record.result == "truth" or not rows.size:
        return out
    for subnormals in ("keep", "flush_inputs"):
        made = evaluated(applied.operation, columns, formats, WIDE, _EXACT.replace(subnormals=subnormals))
        out |= made.flags & Flags.DIV_BY_ZERO != 0
        for target in targets:
            out |= ~np.isin(situations_of(made.codes, WIDE, target), _SMALL)
    if product is not None:
        out |= ~np.isin(_of_results(Applied("mul", applied.formats[:2]), columns[:2], formats[:2], product), _SMALL)
    return out
