"""What a setting makes of rows of operands: codes, with flags where those are asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Format, get_format
from refquant.golden.evaluation import Evaluated, evaluate
from refquant.golden.text import hex_code, hex_value
from refquant.operations import OPERATIONS
from refquant.policies import Dialect, Flags, RandomBits
from refquant.verify.cases import columns_of
from refquant.verify.explaining.operations.applied import Applied, Columns, Rows

Outcomes = NDArray[Any]  #: codes, or of a structured dtype: code and flags


def outcomes_of(applied: Applied, rows: Rows, target: str | Format, dialect: Dialect, product: str | Format | None, random: RandomBits | None) -> Outcomes:
    """Return the results of an operation under a dialect; of fma, `product` is the format that the product is rounded to first."""
    columns, formats = columns_of(rows), tuple(map(get_format, applied.formats))
    goal = get_format(target)
    if product is None:
        made = evaluated(applied.operation, columns, formats, goal, dialect, random)
    else:
        made = _in_two_steps(columns, formats, goal, dialect, get_format(product))
    return with_flags(made.codes, made.flags) if applied.flags else made.codes


def evaluated(operation: str, columns: Columns, formats: tuple[Format, ...], goal: Format, dialect: Dialect, random: RandomBits | None = None) -> Evaluated:
    """Return codes and flags of an operation under a dialect."""
    record = OPERATIONS[operation]
    of = formats[0] if record.result == "truth" else goal  # RQ-7.5
    return evaluate(record, columns, formats, goal, goal, dialect.policies(of.name, of.name), random, None)


def _in_two_steps(columns: Columns, formats: tuple[Format, ...], goal: Format, dialect: Dialect, product: Format) -> Evaluated:
    """Return ``a * b + c`` with two roundings."""
    first = evaluated("mul", columns[:2], formats[:2], product, dialect_of_product(dialect, product, goal))
    last = evaluated("add", (first.codes, columns[2]), (product, formats[2]), goal, dialect)
    return last._replace(flags=first.flags | last.flags)


def dialect_of_product(dialect: Dialect, product: Format, goal: Format) -> Dialect:
    """Return the policies of a product: those of the result where it has that format; else it is rounded as the sum is at first, and Inf and NaN stay."""
    if product == goal:
        return dialect
    base = dialect.base
    nan = {"nan": "keep_payload"} if product.has_nan else {}
    return dialect.replace(via=None, rounding=base.rounding if base.via is None else base.via.rounding, overflow="no_saturate", **nan)


def with_flags(codes: NDArray[Any], flags: NDArray[Any]) -> Outcomes:
    """Return codes and flags as one array."""
    made = np.empty(codes.shape, [("code", codes.dtype), ("flags", np.uint8)])
    made["code"], made["flags"] = codes, flags
    return made


def codes_in(outcomes: Outcomes) -> NDArray[Any]:
    """Return the codes of results."""
    return outcomes["code"] if outcomes.dtype.names else outcomes


def key_of(outcome: Any) -> tuple[int, ...]:
    """Return one result as integers: its code, and its flags where it has them."""
    return tuple(int(part) for part in outcome) if outcome.dtype.names else (int(outcome),)


def result_texts(key: tuple[int, ...], target: str | Format) -> tuple[str, str]:
    """Return one result as a code in hex, with the names of its flags where it has them, and as a value.

    Examples
    --------
    >>> from refquant.verify.explaining.operations.outcomes import result_texts
    >>> result_texts((0x7C00, 5), "float16"), result_texts((0x3C00,), "float16")
    (('0x7c00 INEXACT|OVERFLOW', 'inf'), ('0x3c00', '1'))
    """
    code, *flags = key
    said = "".join(f" {str(Flags(f)).removeprefix('Flags.') if f else 'no flags'}" for f in flags)
    return hex_code(code, target) + said, hex_value(code, target)
