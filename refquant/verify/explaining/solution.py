"""A solution: a way of rounding with the choices beside it that reproduce the pairs; and what tells settings apart."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from refquant.verify.explaining import situations as s
from refquant.verify.explaining.knob_space import CORE, RANGE, TINY
from refquant.verify.explaining.operations.choices import Knobs
from refquant.verify.explaining.search import Search, Where
from refquant.verify.explaining.settings import Setting
from refquant.verify.target import Codes

#: The situations that each part of the knobs is found from.
SITUATIONS_OF = {CORE: (s.NORMAL,), TINY: (s.SUBNORMAL_INPUT, s.TINY, s.ZERO), RANGE: (s.OVERFLOW, s.NEGATIVE, s.INFINITY, s.BY_ZERO, s.NAN, s.INVALID)}
NANS = (s.NAN, s.INVALID)  #: of operations, the situations that the choices of NaNs are found from
Places = dict[tuple[str, ...], Where]
TOGETHER = 64  #: choices for tiny inputs and for those out of range that are tried together


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


def choices_that_fit(search: Search, core: Setting, choices: list[Knobs], where: Where) -> tuple[Knobs, ...]:
    """Return those of some choices that reproduce some pairs."""
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
