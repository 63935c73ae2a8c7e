"""The search: settings are tried on a few pairs first, on all of them where those agree."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from refquant.golden.nan_mask import NanBy
from refquant.verify.comparison import Mask, is_nan
from refquant.verify.explaining.knob_space import STOCHASTIC
from refquant.verify.explaining.pairs import Pairs
from refquant.verify.explaining.settings import Setting
from refquant.verify.explaining.situations import is_tie, situations_of
from refquant.verify.target import Codes

Where = NDArray[np.int64]  #: numbers of pairs
_FEW, _MORE = 256, 4096


class OutOfBudget(Exception):
    """Raised where the budget is spent."""


@dataclass
class Search:
    """The pairs, in their situations, and what was spent on them."""

    pairs: Pairs
    budget: int
    progress: Callable[[int], None] | None = None  #: called with the number of settings that were tried
    tried: int = 0  #: settings
    compared: int = 0  #: results
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        p = self.pairs
        self.labels = situations_of(p.codes, p.source, p.target)
        self.ties = is_tie(p.codes, p.source, p.target)

    def where(self, *situations: int) -> Where:
        """Return the pairs in some of the situations; all of them if none is named."""
        return np.flatnonzero(np.isin(self.labels, situations)) if situations else np.arange(self.pairs.codes.size)

    def right(self, setting: Setting, where: Where) -> Mask:
        """Return which of some pairs a setting reproduces; a stochastic one whose bits are not known: which it may give."""
        p = self.pairs
        codes, got = p.codes[where], p.got[where]
        self.compared += codes.size
        if not setting.random_bits or p.bits is not None:
            bits = None if p.bits is None else p.bits[where]
            return self._same(setting.results(codes, p.source, p.target, bits), got)
        least, most = (setting.results(codes, p.source, p.target, bits) for bits in (0, (1 << setting.random_bits) - 1))
        return self._same(least, got) | self._same(most, got)

    def _same(self, results: Codes, got: Codes) -> Mask:
        same: Mask = results == got
        if self.pairs.nan_by is NanBy.CLASS:
            same |= is_nan(results, self.pairs.target) & is_nan(got, self.pairs.target)
        return same

    def fitting(self, candidates: Iterable[Setting], where: Where) -> Iterator[Setting]:
        """Yield the settings that reproduce all of some pairs."""
        stages = self._stages(where)
        for setting in self.allowed(candidates):
            if all(self.right(setting, stage).all() for stage in stages):
                yield setting

    def best(self, candidates: Iterable[Setting], where: Where, count: int) -> list[Setting]:
        """Return the settings that reproduce most of some pairs, the first of equal ones first."""
        stage = self._stages(where)[-2:][0]
        ranked = self._ranked(self.allowed(candidates), stage)[: 4 * count]
        return self._ranked(ranked, where)[:count]

    def _ranked(self, candidates: Iterable[Setting], where: Where) -> list[Setting]:
        counts = self.pairs.counts[where]
        return sorted(candidates, key=lambda setting: -int(counts[self.right(setting, where)].sum()))

    def allowed(self, candidates: Iterable[Setting]) -> Iterator[Setting]:
        """Yield the settings that the target has, and count them."""
        for setting in candidates:
            if setting.is_allowed(self.pairs.target, self.pairs.source):
                if self.tried >= self.budget:
                    raise OutOfBudget
                self.tried += 1
                if self.progress is not None:
                    self.progress(self.tried)
                yield setting

    def _stages(self, where: Where) -> list[Where]:
        """Return parts of some pairs that grow: a few that tell settings apart, more, all."""
        ties = where[self.ties[where]]
        few = np.unique(np.concatenate([_spread(ties, _FEW), _spread(where, _FEW)]))
        more = np.unique(np.concatenate([_spread(ties, _MORE), _spread(where, _MORE)]))
        return [few, more, where] if more.size < where.size else [few, where] if few.size < where.size else [where]

    def wrong(self, setting: Setting) -> Where:
        """Return the pairs that a setting does not reproduce."""
        return np.flatnonzero(~self.right(setting, self.where()))


def _spread(where: Where, count: int) -> Where:
    return where[:: max(-(-where.size // count), 1)]


def is_stochastic(setting: Setting) -> bool:
    """Return whether a setting rounds at random."""
    return setting["rounding"] in STOCHASTIC
