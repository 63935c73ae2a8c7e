"""The pairs on which random bits may decide: a sample of the inputs in range, and how far each lies between two values of the target."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.golden.random_words import random_words
from refquant.policies import Via
from refquant.verify.comparison import Mask
from refquant.verify.explaining import situations as s
from refquant.verify.explaining.knob_space import MOST_RANDOM_BITS, STOCHASTIC, base
from refquant.verify.explaining.operations.outcomes import codes_in
from refquant.verify.explaining.search import Search, Where
from refquant.verify.explaining.settings import Setting
from refquant.verify.target import Codes


class Sample(NamedTuple):
    """Pairs in range whose input lies between two values of the target."""

    where: Where
    codes: Codes  #: inputs
    counts: NDArray[np.int64]
    remainder: NDArray[np.float64]  #: how far from the value towards zero to the next one
    away: Mask  #: whether the result is not the value towards zero
    negative: Mask
    zero: Codes  #: the value towards zero

    @property
    def odd(self) -> Mask:
        """The last digit of the value towards zero."""
        odd: Mask = (self.zero & 1).astype(np.bool_)
        return odd


def sample_of(search: Search, via: Via | None, most: int) -> Sample:
    """Return the pairs of at most so many inputs, as one value on the way leaves them."""
    p = search.pairs
    where = _some_inputs(search.where(s.NORMAL), search, most)
    core = Setting(base(p.target).and_with((("via", via), ("rounding", STOCHASTIC[0]))).knobs, MOST_RANDOM_BITS)
    remainder, zero = probability_away(core, p.codes[where], search)
    between = remainder > 0
    where, zero = where[between], zero[between]
    codes = p.codes[where]
    return Sample(where, codes, p.counts[where], remainder[between], codes_in(p.got[where]) != codes_in(zero), search.negative(codes), codes_in(zero))


def _some_inputs(where: Where, search: Search, most: int) -> Where:
    """Return the pairs of some inputs, drawn with a fixed seed: all pairs of each, so that results that contradict each other stay together."""
    codes = search.pairs.codes[where]
    number = np.cumsum(np.append(True, codes[1:] != codes[:-1]))[: codes.size] - 1
    inputs = int(number[-1]) + 1 if number.size else 0
    if inputs <= most:
        return where
    drawn = np.zeros(inputs, np.bool_)
    drawn[np.argsort(random_words(0, inputs), kind="stable")[:most]] = True
    kept: Where = where[drawn[number]]
    return kept


def probability_away(core: Setting, codes: Codes, search: Search) -> tuple[NDArray[np.float64], Codes]:
    """Return for which share of the possible random bits each input is not rounded as with bits of 0, and the results for those."""
    p, bits = search.pairs, core.random_bits
    none = core.results(codes, p.source, p.target, 0)
    least, beyond = np.zeros(codes.size, np.uint64), np.full(codes.size, 1 << bits, np.uint64)
    for _ in range(bits + 1):  # bisection: the smallest bits that round the other way
        middle = (least + beyond) >> np.uint64(1)
        asked = np.minimum(middle, np.uint64((1 << bits) - 1))
        turns = (codes_in(core.results(codes, p.source, p.target, asked)) != codes_in(none)) | (middle > asked)
        beyond, least = np.where(turns, middle, beyond), np.where(turns, least, np.minimum(middle + np.uint64(1), beyond))
    return ((1 << bits) - beyond.astype(np.float64)) / (1 << bits), none


def grouped(*parts: NDArray[Any]) -> NDArray[np.int64]:
    """Return the number of the group of each pair, from 0: those are one that are equal in every part."""
    number = np.zeros(parts[0].size, np.int64)
    for part in parts:
        values, inverse = np.unique(part, return_inverse=True)
        number = number * values.size + inverse
    dense: NDArray[np.int64] = np.unique(number, return_inverse=True)[1].astype(np.int64)
    return dense
