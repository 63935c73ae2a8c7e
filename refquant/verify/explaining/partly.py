"""Where no setting reproduces every pair: the best ones with what they fail on, and what fits each situation alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from refquant.verify.comparison import Witness
from refquant.verify.explaining import situations as s
from refquant.verify.explaining.evidence import witness
from refquant.verify.explaining.knob_space import CORE, RANGE, TINY, base, cores, nan_choices, range_choices, tiny_choices
from refquant.verify.explaining.operations.applied import Applied
from refquant.verify.explaining.operations.choices import OF_NANS, PRODUCT, looks_at
from refquant.verify.explaining.search import Search, Where, way_of
from refquant.verify.explaining.settings import Setting
from refquant.verify.explaining.solution import SITUATIONS_OF

_BEST, _RUNS = 3, 5
_KNOBS = {
    s.NORMAL: ("via", "rounding"),
    s.SUBNORMAL_INPUT: ("via", "rounding", "subnormals"),
    s.TINY: ("via", "rounding", "subnormals", "ftz"), s.ZERO: ("signed_zero",),
    s.OVERFLOW: ("via", "rounding", "overflow"), s.NEGATIVE: ("negative", "overflow"), s.INFINITY: ("overflow",), s.NAN: ("nan",),
    s.INVALID: ("nan",), s.BY_ZERO: ("overflow",),
}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """Failing inputs of one sign that follow each other and have one result: the first and the last of them."""

    pairs: int
    first: Witness
    last: Witness


@dataclass(frozen=True)
class Best:
    """A setting that reproduces many of the pairs: how many it fails on in each situation, and the largest runs of those."""

    setting: Setting
    wrong: dict[str, int]
    runs: tuple[Run, ...]
    more_runs: int

    @property
    def failed(self) -> int:
        """Number of pairs that it does not reproduce."""
        return sum(self.wrong.values())


@dataclass(frozen=True)
class Alone:
    """What fits the inputs of one situation alone: choices of the knobs that matter there, and how many pairs those fail on."""

    situation: str
    pairs: int
    choices: str
    failed: int


def best_settings(search: Search) -> tuple[Best, ...]:
    """Return the settings that reproduce most of the pairs, found part by part."""
    p = search.pairs
    where = {part: search.where(*situations) for part, situations in SITUATIONS_OF.items()}
    found: dict[bytes, Best] = {}
    for core in search.best(_cores(search), where[CORE], 4 * _BEST):
        tiny = next(iter(search.best((core.and_with(k) for k in tiny_choices(p.source, p.target)), where[TINY], 1)), core)
        nans = next(iter(search.best((tiny.and_with(k) for k in nan_choices(p.source, p.target) if k), search.where(s.NAN, s.INVALID), 1)), tiny)
        whole = next(iter(search.best((nans.and_with(k) for k in range_choices(p.source, p.target, core)), where[RANGE], 1)), nans)
        if (failing := search.wrong(whole).tobytes()) not in found and len(found) < _BEST:
            found[failing] = _described(whole, search)
    return tuple(sorted(found.values(), key=lambda best: best.failed))


def _cores(search: Search) -> Iterator[Setting]:
    """Yield the deterministic ways of rounding of which an intermediate one rounds ties to even."""
    return (core for core in cores(search.pairs.source, search.pairs.target) if core["via"] is None or core["via"].rounding == "ties_to_even")


def _described(setting: Setting, search: Search) -> Best:
    wrong = search.wrong(setting)
    counts = np.bincount(search.labels[wrong], weights=search.pairs.counts[wrong], minlength=len(s.SITUATIONS))
    runs = [run for sign in (False, True) for run in _runs(wrong, search, negative=sign)]
    largest = sorted(runs, key=lambda run: -run[0])[:_RUNS]
    shown = tuple(Run(pairs, witness(search, first, setting), witness(search, last, setting)) for pairs, first, last in largest)
    by_situation = {name: int(n) for name, n in zip(s.SITUATIONS, counts) if n}
    return Best(setting, by_situation, shown, len(runs) - len(shown))


def _runs(wrong: Where, search: Search, *, negative: bool) -> list[tuple[int, int, int]]:
    """Return (pairs, first, last) of runs of failing pairs of one sign: neighbours in its order, with one result, in one situation."""
    p = search.pairs
    of_sign = search.negative(p.codes) == negative
    mine = wrong[of_sign[wrong]]
    if not mine.size:
        return []
    beside = mine if isinstance(p.source, Applied) else np.cumsum(of_sign)[mine] - np.arange(mine.size)  # one number along neighbours; rows have none
    keys = (beside, p.got[mine], search.labels[mine])
    ends = np.append(np.flatnonzero(np.logical_or.reduce([k[1:] != k[:-1] for k in keys])), mine.size - 1)
    starts = np.append(0, ends[:-1] + 1)
    pairs = np.add.reduceat(p.counts[mine], starts)
    return list(zip(pairs.tolist(), mine[starts].tolist(), mine[ends].tolist()))


def alone(search: Search) -> tuple[Alone, ...]:
    """Return what fits each situation that occurs, whatever the others say."""
    found = (_alone(search, number, where) for number in range(len(s.SITUATIONS)) if (where := search.where(number)).size)
    return tuple(a for a in found if a is not None)


def _alone(search: Search, number: int, where: Where) -> Alone | None:
    fits = next(search.fitting(_choices(search, number), where), None)
    best = fits or next(iter(search.best(_choices(search, number), where, 1)), None)
    if best is None:  # the budget is spent
        return None
    failed = int(search.pairs.counts[where[~search.right(best, where)]].sum())
    return Alone(s.SITUATIONS[number], int(search.pairs.counts[where].sum()), best.text(_named(search, number)), failed)


def _named(search: Search, number: int) -> tuple[str, ...]:
    """Return the knobs that matter in a situation."""
    source = search.pairs.source
    if not isinstance(source, Applied):
        return _KNOBS[number]
    more = {s.NAN: OF_NANS, s.INVALID: ("made_nan",), s.BY_ZERO: ("division_by_zero",), s.TINY: ("tininess",), s.OVERFLOW: ("inf_flags",)}.get(number, ())
    product = (PRODUCT,) if source.operation == "fma" and "via" in _KNOBS[number] else ()
    return (*product, *(knob for knob in (*_KNOBS[number], *more) if looks_at(source, knob)))


def _choices(search: Search, number: int) -> Iterator[Setting]:
    """Yield the settings that may differ in one situation."""
    p = search.pairs
    if isinstance(p.source, Applied) and number in (s.NAN, s.INVALID):  # numbers are not rounded there
        yield from (base(p.target).and_with(knobs) for knobs in nan_choices(p.source, p.target))
        return
    for core in _cores(search):
        if isinstance(p.source, Applied) and way_of(core) != (None, None) and number != s.NORMAL:
            continue
        if number in SITUATIONS_OF[TINY]:
            yield from (core.and_with(knobs) for knobs in tiny_choices(p.source, p.target))
        elif number in SITUATIONS_OF[RANGE]:
            yield from (core.and_with(knobs) for knobs in range_choices(p.source, p.target, core))
        else:
            yield core
