"""Stochastic rounding from results alone: which mode and how many random bits make them likely."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice

import numpy as np
from numpy.typing import NDArray

from refquant.verify.explaining import situations as s
from refquant.verify.explaining.knob_space import MOST_RANDOM_BITS, base, stochastic_cores
from refquant.verify.explaining.search import Search, Where
from refquant.verify.explaining.settings import Setting
from refquant.verify.target import Codes

_SAMPLE = 20_000
_NUMBERS_OF_BITS = 3  #: that are weighed of each mode, from the least on that could have given the results
_LEVELS = 8  #: of probability, in which inputs are grouped
_RARE = 20.0  #: natural logarithm of how rarely random bits may give such results: once in 500 million


@dataclass(frozen=True)
class Chance:
    """How well a stochastic setting accounts for the results.

    Parameters
    ----------
    log_likelihood : float
        Natural logarithm of the probability of the results of `inputs`.
    inputs : int
        Pairs that were weighed, and on which the random bits decide.
    plausible : bool
        Whether random bits would give such results more than once in 500 million times: in every group of inputs of like probability, sign,
        last digit and nearest value, as many are rounded away from zero as are to be expected.
    beside : tuple of (str, float)
        Other modes and numbers of bits that are plausible too, and how much greater their log-likelihood is.
    """

    log_likelihood: float
    inputs: int
    plausible: bool
    beside: tuple[tuple[str, float], ...] = ()


def likely_cores(search: Search) -> list[tuple[Setting, Chance]]:
    """Return the stochastic ways of rounding that plausibly gave every result, the likeliest first."""
    found = [(core, chance_of(core, search)) for core in _possible(search)]
    return sorted(((core, chance) for core, chance in found if chance.plausible and chance.inputs), key=lambda item: -item[1].log_likelihood)


def _possible(search: Search) -> Iterator[Setting]:
    """Yield of each mode those with the least numbers of bits; one with more bits may give all that these give."""
    p = search.pairs
    tried = stochastic_cores(p.source, p.target, range(1, MOST_RANDOM_BITS + 1))
    for _, group in groupby(tried, key=lambda core: (core["via"], core["rounding"])):
        yield from islice(search.fitting(group, search.where(s.NORMAL)), _NUMBERS_OF_BITS)


def chance_of(core: Setting, search: Search) -> Chance:
    """Return how likely the results of inputs in range are."""
    where = search.where(s.NORMAL)
    where = where[:: max(where.size // _SAMPLE, 1)]
    q, none = probability_away(core, search.pairs.codes[where], search)
    decides = (q > 0) & (q < 1)
    where, q, none = where[decides], q[decides], none[decides]
    n, up = search.pairs.counts[where], search.pairs.got[where] != none
    likelihood = float((n * np.where(up, np.log(q), np.log1p(-q))).sum())
    return Chance(likelihood, int(n.sum()), _is_plausible(q, up, n, _groups(core, q, none, where, search)))


def _groups(core: Setting, q: NDArray[np.float64], none: Codes, where: Where, search: Search) -> NDArray[np.int64]:
    """Return the number of the group of each input: probability, sign, last digit of the result towards zero, whether the nearest value is that one.

    Whatever a deterministic mode does is the same for all of a group.
    """
    p = search.pairs
    codes = p.codes[where]
    nearest = base(p.target).and_with((("via", core["via"]),)).results(codes, p.source, p.target)
    group = np.minimum((q * _LEVELS).astype(np.int64), _LEVELS - 1)
    for half in (s.is_negative(codes, p.source), (none & 1).astype(np.bool_), nearest == none):
        group = 2 * group + half
    return group


def _is_plausible(q: NDArray[np.float64], up: NDArray[np.bool_], n: NDArray[np.int64], groups: NDArray[np.int64]) -> bool:
    """Return whether each group, and all of them together, have about as many results away from zero as they should.

    Bernstein's inequality: a sum of independent terms within 1 of 0 and of variance V exceeds t in absolute value with a probability of at most
    ``2 exp(-t**2 / (2 V + 2 t / 3))``.
    """
    excess, variance = n * (up - q), n * q * (1 - q)
    for part in (groups, np.zeros_like(groups)):
        sums, spread = (np.bincount(part, weights=w) for w in (excess, variance))
        if (np.abs(sums) > _RARE / 3 + np.sqrt(_RARE**2 / 9 + 2 * spread * _RARE)).any():
            return False
    return True


def probability_away(core: Setting, codes: Codes, search: Search) -> tuple[NDArray[np.float64], Codes]:
    """Return for which share of the possible random bits each input is not rounded as with bits of 0, and the results for those."""
    p, bits = search.pairs, core.random_bits
    none = core.results(codes, p.source, p.target, 0)
    least, beyond = np.zeros(codes.size, np.uint64), np.full(codes.size, 1 << bits, np.uint64)
    for _ in range(bits + 1):  # bisection: the smallest bits that round the other way
        middle = (least + beyond) >> np.uint64(1)
        asked = np.minimum(middle, np.uint64((1 << bits) - 1))
        turns = (core.results(codes, p.source, p.target, asked) != none) | (middle > asked)
        beyond, least = np.where(turns, middle, beyond), np.where(turns, least, np.minimum(middle + np.uint64(1), beyond))
    return ((1 << bits) - beyond.astype(np.float64)) / (1 << bits), none
