"""The search: settings are tried on a few pairs first, on all of them where those agree."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.formats import get_format
from refquant.golden.nan_mask import NanBy
from refquant.verify.comparison import Mask, is_nan
from refquant.verify.explaining.knob_space import STOCHASTIC
from refquant.verify.explaining.operations.applied import Applied
from refquant.verify.explaining.operations.choices import PRODUCT
from refquant.verify.explaining.operations.labels import labels_of, labels_through, negative_of, ties_of
from refquant.verify.explaining.operations.outcomes import codes_in
from refquant.verify.explaining.pairs import Pairs
from refquant.verify.explaining.settings import Setting
from refquant.verify.explaining.situations import NORMAL, is_negative, is_tie, situations_of
from refquant.verify.target import Codes

Where = NDArray[np.int64]  #: numbers of pairs
_FEW, _MORE, _RARE = 256, 4096, 16


@dataclass
class Search:
    """The pairs, in their situations, and what was spent on them."""

    pairs: Pairs
    budget: int
    progress: Callable[[int], None] | None = None  #: called with the number of settings that were tried
    tried: int = 0  #: settings
    compared: int = 0  #: results
    out_of_budget: bool = False
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        p = self.pairs
        if isinstance(p.source, Applied):
            self.labels, self.ties = labels_of(p.codes, p.source, p.target), ties_of(p.codes, p.source, p.target)
        else:
            self.labels, self.ties = situations_of(p.codes, p.source, p.target), is_tie(p.codes, p.source, p.target)

    def where(self, *situations: int) -> Where:
        """Return the pairs in some of the situations; all of them if none is named."""
        return np.flatnonzero(np.isin(self.labels, situations)) if situations else np.arange(self.pairs.codes.size)

    def few_for(self, way: Setting) -> Where:
        """Return a few pairs in the normal range that a way of rounding leaves there."""
        few = self._stages(self.where(NORMAL))[0]
        kept: Where = few[self.labels_for(way, few) == NORMAL]
        return kept

    def labels_for(self, way: Setting, where: Where) -> NDArray[np.int64]:
        """Return the situations of some pairs; of what a format on the way, or a product that is rounded first, takes out of the normal range, that there."""
        p, via = self.pairs, way["via"]
        labels: NDArray[np.int64] = self.labels[where].copy()
        if way_of(way) == (None, None):
            return labels
        if isinstance(p.source, Applied):
            return labels_through(labels, p.codes[where], p.source, p.target, via, way[PRODUCT])
        normal: Mask = labels == NORMAL
        passed = Setting((("rounding", via.rounding), ("nan", "keep_payload"))).results(p.codes[where[normal]], p.source, via.format)
        labels[normal] = situations_of(passed, via.format, p.target)
        return labels

    def negative(self, codes: Codes) -> Mask:
        """Return which inputs have a sign; of operations, which results."""
        source = self.pairs.source
        return negative_of(codes, source) if isinstance(source, Applied) else is_negative(codes, source)

    def right(self, setting: Setting, where: Where) -> Mask:
        """Return which of some pairs a setting reproduces; a stochastic one whose bits are not known: which it may give."""
        self.compared += where.size
        right: Mask = np.logical_or.reduce([self._same(results, self.pairs.got[where]) for results in self.given(setting, where)])
        return right

    def given(self, setting: Setting, where: Where) -> list[Codes]:
        """Return what a setting gives for some pairs; a stochastic one whose bits are not known: with the least and with the greatest."""
        p = self.pairs
        bits: list[Any] = [None] if not setting.random_bits else [0, (1 << setting.random_bits) - 1] if p.bits is None else [p.bits[where]]
        return [setting.results(p.codes[where], p.source, p.target, b) for b in bits]

    def _same(self, results: Codes, got: Codes) -> Mask:
        same: Mask = self.compared_as(results) == self.compared_as(got)
        return same

    def compared_as(self, results: Codes) -> Codes:
        """Return results, every NaN as the canonical one where any NaN will do."""
        fmt = get_format(self.pairs.target)
        if self.pairs.nan_by is NanBy.BYTE or not fmt.has_nan:
            return results
        made: Codes = results.copy()
        codes_in(made)[is_nan(codes_in(results), fmt)] = fmt.code_of_nan
        return made

    def fitting(self, candidates: Iterable[Setting], where: Where) -> Iterator[Setting]:
        """Yield the settings that reproduce all of some pairs."""
        yield from self.fitting_of(self.allowed(candidates), where)

    def fitting_of(self, allowed: Iterable[Setting], where: Where) -> Iterator[Setting]:
        """Yield those that reproduce all of some pairs, of settings that the target has."""
        stages = self._stages(where)
        rare: list[int] = []
        for setting in allowed:
            if self._fits(setting, stages, rare):
                yield setting

    def _fits(self, setting: Setting, stages: list[Where], rare: list[int]) -> bool:
        """Return whether a setting reproduces all pairs; `rare` are pairs that only the last stage found for others, and are tried first."""
        for stage in (stage for stage in (np.array(rare, np.int64), *stages) if stage.size):
            right = self.right(setting, stage)
            if not right.all():
                if stage is stages[-1]:
                    rare[:] = [*rare, int(stage[np.argmin(right)])][-_RARE:]
                return False
        return True

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
                    self.out_of_budget = True
                    return
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


def way_of(core: Setting) -> tuple[Any, Any]:
    """Return the formats on the way: that of `via`, and that of a product."""
    return core["via"], core[PRODUCT]


def is_stochastic(setting: Setting) -> bool:
    """Return whether a setting rounds at random."""
    return setting["rounding"] in STOCHASTIC
