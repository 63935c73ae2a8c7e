"""From the pairs to the settings that reproduce all of them: rounding first, then what is tiny, and what is out of range."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from refquant.golden.cases import boundary_codes
from refquant.golden.sources import code_dtype_of, width_of
from refquant.verify.explaining import situations as s
from refquant.verify.explaining.knob_space import CORE, RANGE, TINY, range_choices, tiny_choices
from refquant.verify.explaining.search import Search, Where
from refquant.verify.explaining.settings import Knobs, Setting
from refquant.verify.target import Codes

#: The situations that each part of the knobs is found from.
SITUATIONS_OF = {CORE: (s.NORMAL,), TINY: (s.SUBNORMAL_INPUT, s.TINY, s.ZERO), RANGE: (s.OVERFLOW, s.NEGATIVE, s.INFINITY, s.NAN)}
_WIDE = 9  # bits of a target of which every boundary is tried


@dataclass(frozen=True)
class Solution:
    """A way of rounding, and the choices for tiny and for large inputs, each of which reproduces its pairs under it."""

    core: Setting
    tiny: tuple[Knobs, ...]
    ranges: tuple[Knobs, ...]

    @property
    def first(self) -> Setting:
        """The whole setting of the first choices."""
        return self.core.and_with(self.tiny[0], self.ranges[0])

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
    p = search.pairs
    where = {part: search.where(*situations) for part, situations in SITUATIONS_OF.items()}
    tiny = tiny_choices(p.source, p.target)
    for core in search.fitting(tried, where[CORE]):
        ranges = _choices(search, core, range_choices(p.target, core["rounding"]), where[RANGE])
        if ranges and (tinies := _choices(search, core, tiny, where[TINY])):
            yield Solution(core, tinies, ranges)


def _choices(search: Search, core: Setting, choices: list[Knobs], where: Where) -> tuple[Knobs, ...]:
    by_setting = {core.and_with(knobs): knobs for knobs in choices}
    return tuple(by_setting[setting] for setting in search.fitting(by_setting, where))


def reduced(solution: Solution, probe: Codes, search: Search) -> Solution:
    """Return a solution without choices that differ from an earlier one on no input of the probe."""
    tiny, ranges = (_different(solution.core, choices, probe, search) for choices in (solution.tiny, solution.ranges))
    return Solution(solution.core, tiny, ranges)


def _different(core: Setting, choices: tuple[Knobs, ...], probe: Codes, search: Search) -> tuple[Knobs, ...]:
    first: dict[bytes, Knobs] = {}
    for knobs in choices:
        first.setdefault(signature(core.and_with(knobs), probe, search), knobs)
    return tuple(first.values())


def signature(setting: Setting, probe: Codes, search: Search) -> bytes:
    """Return what tells settings apart: their results for the probe."""
    return b"".join(results.tobytes() for results in extremes(setting, probe, search))


def extremes(setting: Setting, codes: Codes, search: Search) -> list[Codes]:
    """Return the results of a setting; of a stochastic one those for the least and the greatest random bits."""
    p, bits = search.pairs, setting.random_bits
    return [setting.results(codes, p.source, p.target, r) for r in ((0, (1 << bits) - 1) if bits else (None,))]


def probe_of(search: Search) -> Codes:
    """Return inputs that tell settings apart: every code of a narrow source, else the boundaries of the target."""
    p = search.pairs
    if width_of(p.source) <= 16:
        return np.arange(1 << width_of(p.source), dtype=code_dtype_of(p.source))
    return boundary_codes(p.source, p.target, quick=width_of(p.target) > _WIDE)
