"""The coverage table at the end of a set: every class, its number of vectors, and why there are none."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from refquant.golden.classes import CLASSES
from refquant.golden.golden_set import GoldenSet
from refquant.golden.reasons import reason_of


class Covered(NamedTuple):
    """A class of a set: `reason` says why `count` is 0, and is empty elsewhere."""

    id: int
    name: str
    meaning: str
    count: int  # type: ignore[assignment]  # a tuple has a method of this name
    reason: str


def coverage_of(made: GoldenSet) -> tuple[Covered, ...]:
    """Return the coverage table of a set."""
    bits = made.columns["classes"]
    counts = {c.name: int(np.count_nonzero(bits & np.uint64(1 << c.id))) for c in CLASSES}
    return tuple(Covered(c.id, c.name, c.meaning, counts[c.name], "" if counts[c.name] else reason_of(c.name, made.recipe, counts)) for c in CLASSES)
