"""The coverage table at the end of a set: every class, its number of vectors, and why there are none."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Format
from refquant.golden.classes import CLASSES, KINDS
from refquant.golden.classify import number_of, operand_classes
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


class Crossed(NamedTuple):
    """How many pairs of operand classes (kind and sign) of the first two operands are among the vectors, and how many there could be."""

    reached: int
    possible: int


def crossed(made: GoldenSet) -> Crossed | None:
    """Return how far the classes of the first two operands are crossed; None where there is one operand."""
    recipe = made.recipe
    if len(recipe.operands) < 2:
        return None
    kinds = [_kinds_of(made, name, fmt) for name, fmt in zip(recipe.operand_names[:2], recipe.operands)]
    reached = sum(bool((a & b).any()) for a in kinds[0] for b in kinds[1])
    return Crossed(reached, len(kinds[0]) * len(kinds[1]))


def _kinds_of(made: GoldenSet, name: str, fmt: Format) -> list[NDArray[np.bool_]]:
    """Return where the operand has each class that it has anywhere."""
    wanted = {f"{sign}{kind}" for kind in KINDS for sign in "+-"}
    found = operand_classes(number_of(made.columns[name], fmt), fmt)
    return [mask for name, mask in found if name in wanted and mask.any()]
