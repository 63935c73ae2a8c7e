"""The inputs of each level."""

from __future__ import annotations

from typing import Any

from refquant.errors import InputValueError
from refquant.formats import Format
from refquant.golden.cases import CaseSet, case_sets
from refquant.golden.sources import width_of
from refquant.testing.levels import LEVELS, level_of_run

_RANDOM = {"1": 10_000, "2": 1_000_000}
_LARGE = "every float16 and bfloat16"  #: 130,000 inputs that level 1 leaves out


def chosen_level(level: Any) -> str:
    """Return a level by name, or that of the run."""
    name = level_of_run() if level is None else str(level)
    if name not in LEVELS:
        raise InputValueError(f"level: expected one of {', '.join(LEVELS)}, or None; got {level!r}")
    return name


def inputs_of_level(source: str | Format, target: str | Format, level: str, seed: int) -> tuple[CaseSet, ...]:
    """Return the inputs on which a conversion is tested.

    Sources of at most 16 bits: every code, at every level. Wider ones: 1, the boundary set of the target and 10,000 random codes; 2, every float16 and bfloat16
    value too, and a million random codes. The level ``exhaustive`` has such a list for sources of at most 16 bits alone; wider ones are swept.
    """
    if level == "exhaustive" and width_of(source) > 16:
        raise InputValueError(f"level: every code of {source} is more than a list of inputs holds")
    sets = case_sets(source, target, seed=seed, random=_RANDOM.get(level, 0))
    return tuple(s for s in sets if level != "1" or s.name != _LARGE)
