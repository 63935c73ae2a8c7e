"""From a way of rounding to whole settings of an operation: what is tiny, NaNs, and what is out of range, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from typing import Any

import numpy as np

from refquant.formats import get_format
from refquant.verify.explaining.knob_space import CORE, RANGE, TINY, nan_choices, range_choices, tiny_choices
from refquant.verify.explaining.operations.applied import Applied
from refquant.verify.explaining.operations.choices import PRODUCT, Knobs
from refquant.verify.explaining.operations.labels import lead_out
from refquant.verify.explaining.probes import probe_codes
from refquant.verify.explaining.search import Search, Where, way_of
from refquant.verify.explaining.settings import Setting
from refquant.verify.explaining.situations import NAN, SUBNORMAL_INPUT
from refquant.verify.explaining.solution import NANS, TOGETHER, Places, Solution, choices_that_fit, signature

_MAKES_MOST = (("overflow", "no_saturate"), ("division_by_zero", "nan"), ("next_past_end", "nan"))  #: NaNs
_OF_PRODUCTS = tuple((("overflow", overflow),) for overflow in ("no_saturate", "saturate", "saturate_propagate"))  #: which flags a product has, Inf among them
_OF_MADE = ("nan", "made_nan")  #: what a NaN that is made looks like


class OfOperation:
    """What was found so far: choices of NaNs, which depend on the format on the way alone, and ways of rounding that are equal."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._source, self._target = search.pairs.source, search.pairs.target
        self._nans: dict[Any, tuple[Knobs, ...]] = {}
        self._seen: set[bytes] = set()
        self._rest: Knobs | None = None  # the choices beside the first way of rounding that was found
        self._out: dict[Any, Where] = {}

    def _lead_out(self, core: Setting) -> Where:
        """Return the pairs with subnormal operands that lead out of range, or may."""
        key = _formats_of(core)
        if key not in self._out:
            where = self._search.where(SUBNORMAL_INPUT)
            assert isinstance(self._source, Applied)
            targets = (self._target, *([key[0]] if key[0] is not None else []))
            self._out[key] = where[lead_out(self._search.pairs.codes[where], self._source, targets, key[1])]
        return self._out[key]

    def apart(self, core: Setting, where: Places) -> Solution | None:
        """Return the solution with a way of rounding; none where one that makes no difference to it was found before."""
        if self._rest is not None and self._signature(core) in self._seen:
            return None
        found = self._found(core, where)
        if found is not None:
            self._rest = self._rest or tuple(pair for pair in found.first.knobs if pair[0] not in CORE)
            self._seen.add(self._signature(core))
        return found

    def _signature(self, core: Setting) -> bytes:
        return signature(core.and_with(self._rest or ()), probe_codes(self._source, self._target), self._search)

    def _found(self, core: Setting, where: Places) -> Solution | None:
        zeros = not get_format(self._target).grid.first_index  # without zero, what is tiny may be a NaN
        out = self._lead_out(core)
        tiny = np.setdiff1d(where[TINY], out, assume_unique=True)
        choices = tiny_choices(self._source, self._target)
        tinies = choices_that_fit(self._search, core, choices, tiny) if zeros else ()
        ranges = self._ranges(core, where[RANGE]) if tinies or not zeros else ()
        if ranges and not zeros:
            tinies = choices_that_fit(self._search, core.and_with(ranges[0]), choices, tiny)
        wholes = (core.and_with(t, r) for t, r in islice(product(tinies, ranges), TOGETHER))
        likely = (whole for whole in wholes if self._search.right(whole, out).all())
        first = next((whole for whole in likely if not self._search.wrong(whole).size), None)
        return None if first is None else Solution(core, tinies, ranges, first)

    def _ranges(self, core: Setting, where: Where) -> tuple[Knobs, ...]:
        """Return the choices for what is out of range: those of NaNs, and the rest beside the first of them with which there is one."""
        nans = self._nan_choices(core)
        for nan in self._apart_beyond(nans, core, where):
            if fitting := choices_that_fit(self._search, core.and_with(nan), range_choices(self._source, self._target, core), where):
                return (*(nan + knobs for knobs in fitting), *(other + fitting[0] for other in nans if other != nan))
        return ()

    def _apart_beyond(self, nans: tuple[Knobs, ...], core: Setting, where: Where) -> Iterator[Knobs]:
        """Yield the choices of NaNs without those that give the same as an earlier one wherever a NaN is made of what is out of range."""
        by_made = list({tuple(pair for pair in nan if pair[0] in _OF_MADE): nan for nan in reversed(nans)}.values())[::-1]
        yield from by_made[:1]
        if not self._makes_nans:
            return
        beyond, seen = np.setdiff1d(where, self._search.where(*_nans_of(core)), assume_unique=True), set[bytes]()
        for nan in by_made:
            found = signature(core.and_with(nan, _MAKES_MOST), self._search.pairs.codes[beyond], self._search)
            if found not in seen and seen:
                yield nan
            seen.add(found)

    @property
    def _makes_nans(self) -> bool:
        """Whether what is out of range may become a NaN."""
        assert isinstance(self._source, Applied)
        return get_format(self._target).has_nan or any(knob in self._source.record.affected_by for knob in ("division_by_zero", "next_past_end"))

    def _nan_choices(self, core: Setting) -> tuple[Knobs, ...]:
        key = _formats_of(core)
        if key not in self._nans:
            where, choices = self._search.where(*_nans_of(core)), nan_choices(self._source, self._target)
            cores = [core] if core[PRODUCT] is None else [core.and_with(overflow) for overflow in _OF_PRODUCTS]
            found = (choices_that_fit(self._search, other, choices, where) for other in cores)
            self._nans[key] = next((nans for nans in found if nans), ())
        return self._nans[key]


def _formats_of(core: Setting) -> tuple[Any, Any]:
    """Return the format on the way, and that of a product."""
    via, product = way_of(core)
    return None if via is None else via.format, product


def _nans_of(core: Setting) -> tuple[int, ...]:
    """Return the situations from which the choices of NaNs are found; what an Inf that is rounded first leads to depends on the overflow rule too."""
    return NANS if core[PRODUCT] is None else (NAN,)
