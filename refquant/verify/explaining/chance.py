"""Stochastic rounding from results alone: which mode and how many random bits make them likely, and whether that is more than errors would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.verify.comparison import Mask
from refquant.verify.explaining import situations as s
from refquant.verify.explaining.errors_instead import LEVELS, levels_both_ways, likelihood_of_errors
from refquant.verify.explaining.knob_space import MOST_RANDOM_BITS, stochastic_cores
from refquant.verify.explaining.operations.outcomes import codes_in
from refquant.verify.explaining.search import Search
from refquant.verify.explaining.settings import Setting, described
from refquant.verify.explaining.weighing import Sample, grouped, probability_away, sample_of

_COARSE, _FINE = 2_000, 20_000  #: inputs that are weighed with every number of bits, and with those that may be the likeliest
_UNLIKELY = 15.0  #: nats below the likeliest of the coarse weighing, beyond which nothing is weighed further
NEAR = 3.0  #: nats below the likeliest that are named beside it
DECISIVE = 20.0  #: nats by which random bits must account for the results better than errors would
_LEAST_LEVELS = 3  #: eighths of the way between two values in which results must be rounded both ways
_RARE = 1e-6  #: how often a mode is left out at most, though the results are its own


@dataclass(frozen=True)
class Chance:
    """How well a stochastic rounding accounts for the results, and how well a deterministic one would that is wrong now and then.

    Parameters
    ----------
    choice : str
        The likeliest stochastic mode and number of bits.
    log_likelihood : float
        Natural logarithm of the probability of the results of `inputs`.
    inputs : int
        Pairs that were weighed, and on which the random bits decide.
    errors_instead : float
        Natural logarithm of the greatest probability of the same results where the rounding is deterministic and any results are wrong.
    levels : int
        In how many eighths of the way between two values of the target there are results rounded towards zero and away from it.
    beside : tuple of (str, float)
        Other modes and numbers of bits whose log-likelihood is at most 3 less, and how much less; the least of each text.
    """

    choice: str
    log_likelihood: float
    inputs: int
    errors_instead: float
    levels: int
    beside: tuple[tuple[str, float], ...] = ()

    @property
    def decisive(self) -> bool:
        """Whether random bits account for the results better by at least 20, and in at least 3 of the eighths."""
        return self.log_likelihood - self.errors_instead >= DECISIVE and self.levels >= _LEAST_LEVELS

    @property
    def possible(self) -> bool:
        """Whether errors do not account for the results better by more than 20."""
        return self.errors_instead - self.log_likelihood <= DECISIVE


class Weighed(NamedTuple):
    """A stochastic way of rounding, and how likely it makes the results of a sample."""

    core: Setting
    log_likelihood: float
    inputs: int
    plausible: bool


def likely_cores(search: Search) -> list[Weighed]:
    """Return the likeliest stochastic ways of rounding that may have given every result, and those about as likely."""
    coarse = _weighed(_possible(search), _COARSE, search)
    least = max((w.log_likelihood for w in coarse), default=0.0) - _UNLIKELY
    fine = [w for w in _weighed((w.core for w in coarse if w.log_likelihood >= least), _FINE, search) if w.plausible and w.inputs]
    best = max((w.log_likelihood for w in fine), default=0.0)
    return sorted((w for w in fine if w.log_likelihood >= best - NEAR), key=lambda w: -w.log_likelihood)


def _possible(search: Search) -> Iterator[Setting]:
    """Yield those of each mode from the least number of bits on that can give every result; more bits can give whatever fewer can."""
    p = search.pairs
    for _, group in groupby(stochastic_cores(p.source, p.target, range(1, MOST_RANDOM_BITS + 1)), key=lambda core: (core["via"], core["rounding"])):
        cores = list(group)
        least = next(search.fitting(cores, search.where(s.NORMAL)), None)
        yield from cores[cores.index(least) :] if least else ()


def _weighed(cores: Iterable[Setting], most: int, search: Search) -> list[Weighed]:
    found: list[Weighed] = []
    for via, group in groupby(cores, key=lambda core: core["via"]):
        sample = sample_of(search, via, most)
        found += [_weigh(core, sample, search) for core in group]
    return found


def _weigh(core: Setting, sample: Sample, search: Search) -> Weighed:
    q, none = probability_away(core, sample.codes, search)
    up, n = codes_in(search.pairs.got[sample.where]) != codes_in(none), sample.counts
    with np.errstate(divide="ignore"):  # an impossible result: minus infinity
        logs = np.where(up, np.log(q), np.log1p(-q))
    decides = q > 0
    return Weighed(core, float((n * logs).sum()), int(n[decides].sum()), _is_plausible(q, up, n, sample))


def _partitions(sample: Sample) -> list[NDArray[np.int64]]:
    """Return numbers of groups of the pairs: by remainder, sign and last digit alone, all together, and whole.

    Whatever a deterministic mode does is the same for all of a group of the fourth.
    """
    level = np.minimum((sample.remainder * 2 * LEVELS).astype(np.int64), 2 * LEVELS - 1)
    parts = (level, sample.negative, sample.odd)
    return [*(grouped(part) for part in parts), grouped(*parts), np.zeros_like(level)]


def _is_plausible(q: NDArray[np.float64], up: Mask, n: NDArray[np.int64], sample: Sample) -> bool:
    """Return whether each group has about as many results away from zero as it should, and the results are not likelier than they should be.

    Bernstein's inequality: a sum of independent terms that exceed their mean by at most 1, of variance V, exceeds its mean by t with a probability of at most
    ``exp(-t**2 / (2 V + 2 t / 3))``. All sums together do so with a probability of at most _RARE, where the results are those of the mode.
    """
    excess, variance = n * (up - q), n * q * (1 - q)
    sums = [tuple(np.bincount(part, weights=w) for w in (excess, variance)) for part in _partitions(sample)]
    odds = np.log(np.where(q > 0, q, 1.0)) - np.log1p(-q)  # a result away is likelier than one towards zero by so much
    sums += [(np.array([(excess * odds).sum()]), np.array([(variance * odds**2).sum()]))]
    rare = np.log(2 * sum(len(sum_) for sum_, _ in sums) / _RARE)
    beyond = [rare / 3 + np.sqrt(rare**2 / 9 + 2 * spread * rare) for _, spread in sums]
    two_sided = all((np.abs(sum_) <= most).all() for (sum_, _), most in zip(sums[:-1], beyond))
    return two_sided and bool((sums[-1][0] <= beyond[-1]).all())


def chance_of(first: Weighed, near: Sequence[Weighed], settings: Iterable[Setting], search: Search) -> Chance:
    """Return how well the likeliest accounts for the results, beside what is about as likely and some deterministic settings."""
    sample = sample_of(search, first.core["via"], _FINE)
    instead = likelihood_of_errors(sample, settings, search)
    return Chance(_text(first.core, [first.core.random_bits]), first.log_likelihood, first.inputs, instead, levels_both_ways(sample), _beside(first, near))


def _beside(first: Weighed, near: Sequence[Weighed]) -> tuple[tuple[str, float], ...]:
    """Return the others by mode, with their numbers of bits."""
    by_mode: dict[Setting, list[Weighed]] = {}
    for weighed in near:
        if weighed is not first:
            by_mode.setdefault(Setting(weighed.core.knobs), []).append(weighed)
    found = [(_text(group[0].core, [w.core.random_bits for w in group]), first.log_likelihood - group[0].log_likelihood) for group in by_mode.values()]
    return tuple(sorted(found, key=lambda item: item[1]))


def _text(core: Setting, numbers: list[int]) -> str:
    through = "" if core["via"] is None else f"{described('via', core['via'])}, "
    return f"{through}rounding={core['rounding']} with {_ranges(sorted(numbers))} bits"


def _ranges(numbers: list[int]) -> str:
    """Return ascending numbers as a reader reads them: ``3, 5 to 8``."""
    runs = [[n for _, n in run] for _, run in groupby(enumerate(numbers), key=lambda item: item[1] - item[0])]
    return ", ".join(f"{run[0]}" if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)
