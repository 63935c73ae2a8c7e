"""Wrong results instead of random bits: how well a deterministic rounding that is wrong now and then accounts for the same pairs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import lgamma, log

import numpy as np
from numpy.typing import NDArray

from refquant.formats import get_format
from refquant.golden.sources import magnitude_of
from refquant.verify.comparison import Mask
from refquant.verify.explaining.search import Search
from refquant.verify.explaining.settings import Setting
from refquant.verify.explaining.weighing import Sample, grouped

LEVELS = 8  #: of the remainder


def likelihood_of_errors(sample: Sample, settings: Iterable[Setting], search: Search) -> float:
    """Return the greatest log-likelihood of a deterministic rounding some of whose results are wrong, whichever those are.

    The roundings: some settings, and every one that rounds away from zero from a remainder on: of its own for each sign and last digit, as rounding modes
    have; or for each binade of the results, or each result, of any remainder with the same probability.
    """
    results = int(sample.counts.sum())
    wrong = [int(sample.counts[~search.right(setting, sample.where)].sum()) for setting in settings]
    fewest = min([sum(_errors_by_group(sample, grouped(sample.negative, sample.odd))), *wrong])
    found = [_log_likelihood(fewest, results)]
    for groups in (grouped(sample.negative, _binades(sample, search)), grouped(sample.zero)):
        thresholds = np.log1p(np.bincount(groups)).sum()
        found.append(_log_likelihood(sum(_errors_by_group(sample, groups)), results) - float(thresholds))
    return max(found)


def _binades(sample: Sample, search: Search) -> NDArray[np.uint64]:
    target = search.pairs.target
    return magnitude_of(sample.zero, target) >> np.uint64(get_format(target).precision - 1)


def _log_likelihood(errors: int, results: int) -> float:
    """Return the logarithm of 1 / (results + 1), for the number of errors, times 1 / (results over errors), for which they are."""
    return -log(results + 1) - lgamma(results + 1) + lgamma(errors + 1) + lgamma(results - errors + 1)


def _errors_by_group(sample: Sample, groups: NDArray[np.int64]) -> Iterator[int]:
    """Yield how many results of each group the best threshold leaves wrong."""
    order = np.lexsort((sample.remainder, groups))
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    for mine in np.split(order, starts[1:]) if order.size else ():
        yield _errors_of_threshold(sample.remainder[mine], sample.counts[mine], sample.away[mine])


def _errors_of_threshold(remainder: NDArray[np.float64], counts: NDArray[np.int64], away: Mask) -> int:
    """Return how many results the best threshold of ascending remainders leaves wrong: those away below it, and those not away from it on."""
    below, beyond = (np.append(0, np.cumsum(np.where(side, counts, 0))) for side in (away, ~away))
    places = np.concatenate([[True], remainder[1:] != remainder[:-1], [True]])
    return int((below + beyond[-1] - beyond)[places].min())


def levels_both_ways(sample: Sample) -> int:
    """Return in how many eighths of the way between two values some results are rounded towards zero and some away from it."""
    level = np.minimum((sample.remainder * LEVELS).astype(np.int64), LEVELS - 1)
    return int(np.intersect1d(level[sample.away], level[~sample.away]).size)
