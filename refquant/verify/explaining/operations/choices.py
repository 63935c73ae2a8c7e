"""The choices that operations add to the space that is searched, each where the record of the operation says that it looks at the knob."""

from __future__ import annotations

from itertools import product
from typing import Any

from refquant.formats import Format, get_format
from refquant.operations import OPERATIONS
from refquant.policies import KNOBS, Via
from refquant.verify.explaining.operations.applied import Applied, Origin

Knobs = tuple[tuple[str, Any], ...]
OF_FLAGS = ("flags", "tininess", "inf_flags")
OF_NANS = ("nan_operand", "fma_nan_order", "made_nan", "zero_times_inf", "nan_rank")
PRODUCT = "product"  #: a knob that no dialect has: the format that the product of fma is rounded to first; None: it is not rounded


def looks_at(source: Origin, knob: str) -> bool:
    """Return whether what is explained may depend on a knob.

    Examples
    --------
    >>> from refquant.verify.explaining.operations.applied import Applied
    >>> from refquant.verify.explaining.operations.choices import looks_at
    >>> looks_at("float32", "tininess"), looks_at(Applied("div", ("float16",) * 2), "division_by_zero"), looks_at(Applied("div", ("float16",) * 2), "nan_rank")
    (False, True, False)
    """
    if not isinstance(source, Applied):
        return knob in OPERATIONS["convert"].affected_by and knob not in OF_FLAGS
    return knob in source.record.affected_by and (source.flags or knob not in OF_FLAGS)


def every(source: Origin, knob: str, choices: list[Any] | None = None) -> list[Knobs]:
    """Return each choice of a knob; nothing to choose where nothing depends on it."""
    found = list(KNOBS[knob]) if choices is None else choices
    return [((knob, choice),) for choice in found if looks_at(source, knob)] or [()]


def joined(*parts: list[Knobs]) -> list[Knobs]:
    """Return every combination; the last part varies first."""
    return [tuple(pair for knobs in chosen for pair in knobs) for chosen in product(*parts)]


def nan_rules(source: Applied) -> list[Knobs]:
    """Return the choices of which NaN is delivered, and what is made where there is none."""
    return joined(*(every(source, knob) for knob in reversed(OF_NANS)))


def products(source: Origin, target: str | Format, via: Via | None) -> list[Knobs]:
    """Return the formats that the product of fma may be rounded to first: that of the result, one on the way, that of a factor."""
    if not isinstance(source, Applied) or source.operation != "fma":
        return [()]
    formats = dict.fromkeys([target, *([via.format] if via else source.formats[:2])])
    exact = sum(get_format(f).precision for f in source.formats[:2])
    rounding = [f for f in formats if get_format(f).precision < exact or via is None]
    return [((PRODUCT, None),), *(((PRODUCT, f),) for f in rounding)]


def holds_results(fmt: Format, source: Applied) -> bool:
    """Return whether a format has every sum, difference or product of finite operands, so that nothing is lost on the way through it."""
    formats = tuple(map(get_format, source.formats))
    if source.operation not in ("add", "sub", "mul"):
        return False
    least = [f.min_subnormal for f in formats]
    most = [f.max_finite + f.min_subnormal for f in formats]  # of integers, the least one is that far from 0
    quantum = least[0] * least[1] if source.operation == "mul" else min(least)
    top = most[0] * most[1] if source.operation == "mul" else sum(most)
    digits = sum(f.precision for f in formats) if source.operation == "mul" else int(top / quantum).bit_length()
    return bool(digits <= fmt.precision and top <= fmt.max_finite and quantum >= fmt.min_subnormal)
