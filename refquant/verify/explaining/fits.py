"""From the pairs to the settings that reproduce all of them: rounding first, then what is tiny, and what is out of range."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain, groupby, islice, product

import numpy as np

from refquant.verify.explaining.knob_space import CORE, RANGE, TINY, range_choices, tiny_choices
from refquant.verify.explaining.operation_fits import OfOperation
from refquant.verify.explaining.operations.applied import Applied
from refquant.verify.explaining.search import Search, way_of
from refquant.verify.explaining.settings import Setting
from refquant.verify.explaining.solution import SITUATIONS_OF, TOGETHER, Places, Solution, choices_that_fit, signature

_JOINT = 8  #: ways of rounding with different results with which they are tried


def solutions(search: Search, tried: Iterable[Setting]) -> Iterator[Solution]:
    """Yield each way of rounding that reproduces all pairs with some choices beside it; of operations, one of those that are equal."""
    apart = OfOperation(search).apart if isinstance(search.pairs.source, Applied) else partial(_apart, search)
    for core, where in _ways(search, tried):
        if solution := apart(core, where):
            yield solution


def _ways(search: Search, tried: Iterable[Setting]) -> Iterator[tuple[Setting, Places]]:
    """Yield each way of rounding that reproduces all pairs in the normal range, and where the others are; what a way leaves there is looked at late."""
    for _, group in groupby(tried, key=way_of):
        cores = search.allowed(group)
        first = next(cores, None)
        if first is None:
            continue
        few = search.few_for(first)
        likely = (core for core in chain([first], cores) if search.right(core, few).all())
        first = next(likely, None)
        if first is None:
            continue
        labels = search.labels_for(first, search.where())
        where = {part: np.flatnonzero(np.isin(labels, situations)) for part, situations in SITUATIONS_OF.items()}
        for core in search.fitting_of(chain([first], likely), where[CORE]):
            yield core, where


def _apart(search: Search, core: Setting, where: Places) -> Solution | None:
    """Return the solution with a way of rounding where what is tiny and what is out of range can be found one after the other."""
    p = search.pairs
    ranges = choices_that_fit(search, core, range_choices(p.source, p.target, core), where[RANGE])
    tinies = choices_that_fit(search, core, tiny_choices(p.source, p.target), where[TINY]) if ranges else ()
    wholes = (core.and_with(t, r) for t, r in islice(product(tinies, ranges), TOGETHER))
    first = next((whole for whole in wholes if not search.wrong(whole).size), None)
    return None if first is None else Solution(core, tinies, ranges, first)


def joint_solutions(search: Search, tried: Iterable[Setting]) -> Iterator[Solution]:
    """Yield ways of rounding that reproduce all pairs with choices for tiny inputs and those out of range that depend on each other, as negatives in unsigned
    formats may; the first ways of rounding that fit are followed up."""
    p = search.pairs
    for core in islice(_apart_here((core for core, _ in _ways(search, tried)), search), _JOINT):
        together = {core.and_with(t, r): (t, r) for t, r in product(tiny_choices(p.source, p.target), range_choices(p.source, p.target, core))}
        for whole in islice(search.fitting(together, search.where()), 1):
            tiny, ranges = together[whole]
            yield Solution(core, (tiny,), (ranges,), whole)


def _apart_here(ways: Iterable[Setting], search: Search) -> Iterator[Setting]:
    """Yield the ways of rounding without those that give the same results as an earlier one for every pair."""
    seen: set[bytes] = set()
    for core in ways:
        if (found := signature(core, search.pairs.codes, search)) not in seen:
            seen.add(found)
            yield core
