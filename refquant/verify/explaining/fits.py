"""From the pairs to the settings that reproduce all of them: rounding first, then what is tiny, and what is out of range."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby, islice, product

import numpy as np

from refquant.verify.explaining import situations as s
from refquant.verify.explaining.knob_space import CORE, RANGE, TINY, nan_choices, range_choices, tiny_choices
from refquant.verify.explaining.operations.applied import Applied
from refquant.verify.explaining.search import Search, Where, way_of
from refquant.verify.explaining.settings import Knobs, Setting
from refquant.verify.target import Codes

#: The situations that each part of the knobs is found from.
SITUATIONS_OF = {CORE: (s.NORMAL,), TINY: (s.SUBNORMAL_INPUT, s.TINY, s.ZERO), RANGE: (s.OVERFLOW, s.NEGATIVE, s.INFINITY, s.BY_ZERO, s.NAN, s.INVALID)}
NANS = ("nan",)  #: of operations, a part of those out of range
_NANS = (s.NAN, s.INVALID)
Places = dict[tuple[str, ...], Where]
_JOINT = 8  #: ways of rounding with different results with which they are
_TOGETHER = 64  #: choices for tiny inputs and for those out of range that are tried together


@dataclass(frozen=True)
class Solution:
    """A way of rounding, and the choices for tiny and for large inputs, each of which reproduces its pairs under it."""

    core: Setting
    tiny: tuple[Knobs, ...]
    ranges: tuple[Knobs, ...]
    first: Setting  #: the first whole setting that reproduces all pairs

    def nearest(self, preferred: Setting) -> Setting:
        """Return the whole setting that shares most choices with a preferred one."""
        return self.core.and_with(*(_kept(choices, preferred) for choices in (self.tiny, self.ranges)))

    def beside(self) -> list[Setting]:
        """Return whole settings that each differ from the first one in one part."""
        return [self.first.and_with(knobs) for knobs in (*self.tiny, *self.ranges)]


def _kept(choices: tuple[Knobs, ...], preferred: Setting) -> Knobs:
    """Return the choices of a preferred setting where they are among some, else the first."""
    return next((knobs for knobs in choices if preferred.and_with(knobs) == preferred), choices[0])


def solutions(search: Search, tried: Iterable[Setting]) -> Iterator[Solution]:
    """Yield each way of rounding that reproduces all pairs with some choices beside it."""
    for core, where in _ways(search, tried):
        if solution := _apart(search, core, where):
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
        where = {part: np.flatnonzero(np.isin(labels, situations)) for part, situations in (*SITUATIONS_OF.items(), (NANS, _NANS))}
        for core in search.fitting_of(chain([first], likely), where[CORE]):
            yield core, where


def _apart(search: Search, core: Setting, where: Places) -> Solution | None:
    """Return the solution with a way of rounding where what is tiny and what is out of range can be found one after the other."""
    p = search.pairs
    ranges = _ranges(search, core, where)
    tinies: tuple[Knobs, ...] = ()
    for beyond in islice(ranges, _TOGETHER if isinstance(p.source, Applied) else 1):  # operands that are taken as zeros may lead out of range
        known = core.and_with(beyond) if isinstance(p.source, Applied) else core
        if tinies := _choices(search, known, tiny_choices(p.source, p.target), where[TINY]):
            break
    wholes = (core.and_with(t, r) for t, r in islice(product(tinies, ranges), _TOGETHER))
    first = next((whole for whole in wholes if not search.wrong(whole).size), None)
    return None if first is None else Solution(core, tinies, ranges, first)


def _ranges(search: Search, core: Setting, where: Places) -> tuple[Knobs, ...]:
    """Return the choices for what is out of range; of operations those of NaNs first, and the rest beside the first of them with which there is one."""
    p = search.pairs
    if not isinstance(p.source, Applied):
        return _choices(search, core, range_choices(p.source, p.target, core), where[RANGE])
    nans = _choices(search, core, nan_choices(p.source, p.target), where[NANS])
    for nan in islice(nans, _TOGETHER):
        beyond = _choices(search, core.and_with(nan), range_choices(p.source, p.target, core), where[RANGE])
        if beyond:
            return (*(nan + knobs for knobs in beyond), *(other + beyond[0] for other in nans if other != nan))
    return ()


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


def _choices(search: Search, core: Setting, choices: list[Knobs], where: Where) -> tuple[Knobs, ...]:
    by_setting = {core.and_with(knobs): knobs for knobs in choices}
    return tuple(by_setting[setting] for setting in search.fitting(by_setting, where))


def reduced(solution: Solution, probe: Codes, search: Search) -> Solution:
    """Return a solution without choices that differ from an earlier one on no input of the probe."""
    tiny, ranges = (_different(solution.core, choices, probe, search) for choices in (solution.tiny, solution.ranges))
    return Solution(solution.core, tiny, ranges, solution.first)


def _different(core: Setting, choices: tuple[Knobs, ...], probe: Codes, search: Search) -> tuple[Knobs, ...]:
    first: dict[bytes, Knobs] = {}
    for knobs in choices:
        first.setdefault(signature(core.and_with(knobs), probe, search), knobs)
    return tuple(first.values())


def signature(setting: Setting, probe: Codes, search: Search) -> bytes:
    """Return what tells settings apart: their results for the probe."""
    return hashlib.blake2b(b"".join(results.tobytes() for results in extremes(setting, probe, search))).digest()


def extremes(setting: Setting, codes: Codes, search: Search) -> list[Codes]:
    """Return the results of a setting; of a stochastic one those for the least and the greatest random bits."""
    p, bits = search.pairs, setting.random_bits
    return [search.compared_as(setting.results(codes, p.source, p.target, r)) for r in ((0, (1 << bits) - 1) if bits else (None,))]
