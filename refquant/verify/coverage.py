"""Which classes of inputs were among the cases, by the ids of golden vectors, and why others were not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from refquant.formats import get_format
from refquant.golden.cases import boundary_codes
from refquant.golden.classes import CLASSES
from refquant.golden.classify import classify
from refquant.golden.levels import EXHAUSTIVE
from refquant.golden.reasons import NOT_REACHED, reason_of
from refquant.golden.recipe import OPERAND_NAMES, Recipe
from refquant.golden.sources import operand_format
from refquant.operations import SPEC_VERSION
from refquant.verify.cases import bits_of, columns_of
from refquant.verify.operation_claim import OperationClaim
from refquant.verify.target import Claim, Codes

_BLOCK = 1 << 13
_MOST_BLOCKS = 16


class Coverage(NamedTuple):
    """Names of `refquant.golden.CLASSES`: those that some case has, and why no case has another; and at how many cases was looked for that."""

    reached: tuple[str, ...]
    empty: dict[str, str]
    examined: int

    @property
    def missed(self) -> tuple[str, ...]:
        """Return the classes that no case had, though nothing says that no input has them."""
        return tuple(name for name, reason in self.empty.items() if reason == NOT_REACHED)


def coverage_of(claim: Claim, sets: Sequence[Codes], *, complete: bool = False) -> Coverage:
    """Return which classes inputs have; `complete` says that the inputs are all cases that the policies do not refuse.

    So many inputs are looked at as are needed to find each class that could have one, and 2**17 at most: the boundaries first, in sets of ascending order.

    Examples
    --------
    >>> import numpy as np
    >>> from refquant.verify import Claim
    >>> from refquant.verify.coverage import coverage_of
    >>> found = coverage_of(Claim("encode", "float16", "float8_e4m3fn"), [np.arange(1 << 16, dtype=np.uint16)], complete=True)
    >>> len(found.reached), found.missed, found.empty["overflow to Inf"]
    (47, (), 'the policies deliver out of range otherwise')
    """
    recipe, counts = _recipe(claim, EXHAUSTIVE if complete and bits_of(claim) <= 16 else 1), {c.name: 0 for c in CLASSES}
    first = sets[0][:0] if isinstance(claim, OperationClaim) else _those_in(sets, boundary_codes(claim.source, claim.target, quick=True))
    sizes = []
    for codes in (first, *islice(_blocks(sets), _MOST_BLOCKS)):
        _count(claim, recipe, codes, counts)
        sizes.append(codes.size)
        if NOT_REACHED not in _empty(claim, recipe, counts, so_far=True).values():
            break
    return Coverage(tuple(name for name, count in counts.items() if count), _empty(claim, recipe, counts), max(first.size, sum(sizes[1:])))


def _those_in(sets: Sequence[Codes], special: Codes) -> Codes:
    """Return those of the special codes that are in a set of ascending order."""
    held = np.zeros(special.size, np.bool_)
    for codes in sets:
        if codes.size and all((part[1:] > part[:-1]).all() for part in (codes[:64], codes)):
            held |= codes[np.minimum(np.searchsorted(codes, special), codes.size - 1)] == special
    return special[held]


def _blocks(sets: Sequence[Codes]) -> Iterator[Codes]:
    """Yield the sets in turn, block by block, each block from all over its set."""
    whole = [codes for codes in sets if codes.size]
    for part in range(max((_parts(codes) for codes in whole), default=0)):
        yield from (np.ascontiguousarray(codes[part :: _parts(codes)]) for codes in whole if part < _parts(codes))


def _parts(codes: Codes) -> int:
    return -(-codes.size // _BLOCK)


def _count(claim: Claim, recipe: Recipe, codes: Codes, counts: dict[str, int]) -> None:
    found = claim.right(codes, return_flags=True)
    columns = {**dict(zip(OPERAND_NAMES, columns_of(codes))), "result": found.codes, "flags": found.flags}
    bits = int(np.bitwise_or.reduce(classify(columns, recipe), initial=np.uint64(0)))
    for c in CLASSES:
        counts[c.name] += bits >> c.id & 1


def _empty(claim: Claim, recipe: Recipe, counts: dict[str, int], *, so_far: bool = False) -> dict[str, str]:
    """Return why classes are empty: as for golden vectors, but for the reasons that take it that every special value or pattern is among the inputs."""
    doubtful = [] if claim.may_refuse else ["the policies refuse"]
    doubtful += [] if recipe.level == EXHAUSTIVE and not so_far else ["every pattern"]
    reasons = {name: reason_of(name, recipe, counts) for name, count in counts.items() if not count}
    return {name: NOT_REACHED if reason.startswith(tuple(doubtful)) else reason for name, reason in reasons.items()}


def _recipe(claim: Claim, level: int | str) -> Recipe:
    """Return what golden vectors of this conversion would be made of."""
    sources, target, policies = tuple(operand_format("source", end) for end in claim.sources_of_a_case), get_format(claim.target), claim.policies
    affected = claim.record.affected_by if isinstance(claim, OperationClaim) else ("rounding", "overflow")
    rounding, overflow = ((str(getattr(policies, knob)),) if knob in affected else () for knob in ("rounding", "overflow"))
    name = claim.operation if isinstance(claim, OperationClaim) else "convert"
    goal = target if not isinstance(claim, OperationClaim) or claim.record.result == "codes" else get_format(claim.source)
    return Recipe(name, sources, goal, target, claim.dialect.name, policies, rounding, overflow, 0, str(claim.nan_by), level, 0, SPEC_VERSION)
