"""Stochastic rounding from results alone: which mode and how many random bits make them likely."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby, islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.verify.explaining import situations as s
from refquant.verify.explaining.knob_space import MOST_RANDOM_BITS, stochastic_cores
from refquant.verify.explaining.search import Search
from refquant.verify.explaining.settings import Setting
from refquant.verify.target import Codes

_SAMPLE = 20_000
_NUMBERS_OF_BITS = 3  #: that are weighed of each mode, from the least on that could have given the results
PLAUSIBLE = 6.0  #: standard deviations of the log-likelihood


class Chance(NamedTuple):
    """How well a stochastic setting accounts for the results."""

    log_likelihood: float  #: natural logarithm
    deviation: float  #: of it from what the setting would have on average, in standard deviations
    inputs: int  #: on which the random bits decide

    @property
    def plausible(self) -> bool:
        """Whether results like these would come from random bits."""
        return abs(self.deviation) <= PLAUSIBLE


def likely_cores(search: Search) -> list[tuple[Setting, Chance]]:
    """Return the stochastic ways of rounding that may have given every result, the likeliest first."""
    found = list(_possible(search))
    return sorted(((core, chance_of(core, search)) for core in found), key=lambda item: -item[1].log_likelihood)


def _possible(search: Search) -> Iterator[Setting]:
    """Yield of each mode those with the least numbers of bits; one with more bits may give all that these give."""
    p = search.pairs
    tried = stochastic_cores(p.source, p.target, range(1, MOST_RANDOM_BITS + 1))
    for _, group in groupby(tried, key=lambda core: (core["via"], core["rounding"])):
        yield from islice(search.fitting(group, search.where(s.NORMAL)), _NUMBERS_OF_BITS)


def chance_of(core: Setting, search: Search) -> Chance:
    """Return how likely the results of inputs in range are."""
    p = search.pairs
    where = search.where(s.NORMAL)
    where = where[:: max(where.size // _SAMPLE, 1)]
    codes, got, counts = p.codes[where], p.got[where], p.counts[where]
    away = probability_away(core, codes, search)
    decides = (away > 0) & (away < 1)
    q, n = away[decides], counts[decides]
    up = got[decides] != core.results(codes[decides], p.source, p.target, 0)
    mean = n * (q * np.log(q) + (1 - q) * np.log1p(-q))
    variance = n * q * (1 - q) * (np.log(q) - np.log1p(-q)) ** 2
    likelihood = float((n * np.where(up, np.log(q), np.log1p(-q))).sum())
    spread = math.sqrt(float(variance.sum()))
    return Chance(likelihood, (likelihood - float(mean.sum())) / spread if spread else 0.0, int(n.sum()))


def probability_away(core: Setting, codes: Codes, search: Search) -> NDArray[np.float64]:
    """Return for how many of the possible random bits each input is not rounded as with bits of 0, as a share."""
    p, bits = search.pairs, core.random_bits
    none = core.results(codes, p.source, p.target, 0)
    least, beyond = np.zeros(codes.size, np.uint64), np.full(codes.size, 1 << bits, np.uint64)
    for _ in range(bits + 1):  # bisection: the smallest bits that round the other way
        middle = (least + beyond) >> np.uint64(1)
        asked = np.minimum(middle, np.uint64((1 << bits) - 1))
        turns = (core.results(codes, p.source, p.target, asked) != none) | (middle > asked)
        beyond, least = np.where(turns, middle, beyond), np.where(turns, least, np.minimum(middle + np.uint64(1), beyond))
    return ((1 << bits) - beyond.astype(np.float64)) / (1 << bits)
