"""Which classes of inputs were among the cases, by the ids of golden vectors, and why others were not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

import numpy as np

from refquant.formats import get_format
from refquant.golden.classes import CLASSES
from refquant.golden.classify import classify
from refquant.golden.levels import EXHAUSTIVE
from refquant.golden.reasons import NOT_REACHED, reason_of
from refquant.golden.recipe import Recipe
from refquant.golden.sources import convert_codes, operand_format, width_of
from refquant.operations import SPEC_VERSION
from refquant.verify.target import Claim, Codes

_BLOCK = 1 << 14
_BLOCKS_OF_OTHERS = 8


class Coverage(NamedTuple):
    """Names of `refquant.golden.CLASSES`: those that some case has, and why no case has another; and at how many cases was looked for that."""

    reached: tuple[str, ...]
    empty: dict[str, str]
    examined: int

    @property
    def missed(self) -> tuple[str, ...]:
        """Return the classes that some input has, and no case had."""
        return tuple(name for name, reason in self.empty.items() if reason == NOT_REACHED)


def coverage_of(claim: Claim, sets: Sequence[Codes]) -> Coverage:
    """Return which classes inputs have.

    The first set is looked at, and of the others 2**17 inputs at most, as long as a class has no input yet that could have one: give the most varied first.

    Examples
    --------
    >>> import numpy as np
    >>> from refquant.verify import Claim
    >>> from refquant.verify.coverage import coverage_of
    >>> found = coverage_of(Claim("encode", "float16", "float8_e4m3fn"), [np.arange(1 << 16, dtype=np.uint16)])
    >>> len(found.reached), found.missed, found.empty["overflow to Inf"]
    (40, (), 'the policies deliver out of range otherwise')
    """
    recipe, counts, examined = _recipe(claim), {c.name: 0 for c in CLASSES}, 0
    first, *others = sets
    for codes in (*_blocks(first), *islice(chain.from_iterable(map(_blocks, others)), _BLOCKS_OF_OTHERS)):
        _count(claim, recipe, codes, counts)
        examined += codes.size
        if NOT_REACHED not in _empty(recipe, counts).values():
            break
    return Coverage(tuple(name for name, count in counts.items() if count), _empty(recipe, counts), examined)


def _blocks(codes: Codes) -> Iterator[Codes]:
    """Yield a set in parts, each from all over the set."""
    parts = max(-(-codes.size // _BLOCK), 1)
    return (np.ascontiguousarray(codes[part::parts]) for part in range(parts) if codes.size)


def _count(claim: Claim, recipe: Recipe, codes: Codes, counts: dict[str, int]) -> None:
    found = convert_codes(codes, claim.source, claim.target, claim.correct, return_flags=True)
    bits = int(np.bitwise_or.reduce(classify({"a": codes, "result": found.codes, "flags": found.flags}, recipe), initial=np.uint64(0)))
    for c in CLASSES:
        counts[c.name] += bits >> c.id & 1


def _empty(recipe: Recipe, counts: dict[str, int]) -> dict[str, str]:
    return {name: reason_of(name, recipe, counts) for name, count in counts.items() if not count}


def _recipe(claim: Claim) -> Recipe:
    """Return what golden vectors of this conversion would be made of."""
    source, target, policies = operand_format("source", claim.source), get_format(claim.target), claim.policies
    level = EXHAUSTIVE if width_of(claim.source) <= 16 else 1
    modes = (str(policies.rounding),), (str(policies.overflow),)
    return Recipe("convert", (source,), target, target, claim.dialect.name, policies, *modes, 0, str(claim.nan_by), level, 0, SPEC_VERSION)
