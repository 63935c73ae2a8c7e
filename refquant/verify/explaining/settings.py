"""A setting: one choice for each knob that was searched, and the results that it gives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from refquant.codec import convert, encode
from refquant.errors import InputValueError, PolicyError
from refquant.formats import Format, get_format
from refquant.golden.sources import WIDE_INTEGERS, is_float
from refquant.policies import Dialect, Policies, RandomBits, Via, get_dialect, resolve
from refquant.verify.comparison import is_nan
from refquant.verify.explaining.bit_rounding import rounded_bits, shift_between
from refquant.verify.explaining.operations.applied import Applied, Origin, first_row, name_of
from refquant.verify.explaining.operations.choices import PRODUCT, Knobs
from refquant.verify.explaining.operations.outcomes import outcomes_of
from refquant.verify.target import Codes

_DEFAULT = get_dialect("default")
_FIRST = Policies()
_PASSED = _DEFAULT.replace(nan="keep_payload")
LIKE_NUMBERS = "like_numbers"  #: a choice of `nan` that no dialect has: NaNs are rounded bit by bit, as if they were numbers


@dataclass(frozen=True)
class Setting:
    """Choices of knobs on top of the default dialect; a stochastic rounding has its number of random bits.

    Where ``setting["nan"]`` is ``"like_numbers"``, which no dialect has, the dialect is right for everything but NaN: those are rounded bit by bit, as if they
    were numbers, and some become Inf.

    Examples
    --------
    >>> import numpy as np
    >>> from refquant.verify import explain
    >>> x = np.uint32([0x3F800001, 0x3F80FFFF, 0x7F800001])  # the last one is a NaN
    >>> setting = explain(x, (x >> 16).astype(np.uint16), "bfloat16", source="float32").setting
    >>> str(setting["rounding"]), setting["nan"]
    ('toward_zero', 'like_numbers')
    """

    knobs: Knobs
    random_bits: int = 0

    def __getitem__(self, name: str) -> Any:
        """Return the choice of a knob; that of the default where it says nothing."""
        return dict(self.knobs).get(name, getattr(_FIRST, name, None))

    def and_with(self, *more: Knobs) -> Setting:
        """Return the setting with other choices of some knobs."""
        return Setting(tuple({**dict(self.knobs), **{k: v for knobs in more for k, v in knobs}}.items()), self.random_bits)

    @property
    def dialect(self) -> Dialect:
        """The dialect that has these choices."""
        return dialect_of(self.knobs)

    @property
    def code(self) -> str:
        """Python text that makes the dialect."""
        return self.code_for(None)

    def code_for(self, source: Origin | None) -> str:
        """Return Python text that makes the dialect, of an operation without the knobs that it does not look at."""
        knobs = [(k, choice) for k, choice in self.knobs if k != PRODUCT and (not isinstance(source, Applied) or k in source.record.affected_by)]
        said = [f"{name}={_python(choice)}" for name, choice in knobs if choice not in (getattr(_FIRST, name), LIKE_NUMBERS)]
        made = f"refquant.get_dialect('default').replace({', '.join(said)})" if said else "refquant.get_dialect('default')"
        notes = ["but NaNs are rounded like numbers, bit by bit"] if self["nan"] == LIKE_NUMBERS else []
        notes += [f"but {described(PRODUCT, self[PRODUCT])}"] if self[PRODUCT] else []
        notes += [f"with {self.random_bits} random bits"] if self.random_bits else []
        return f"{made}  # {', '.join(notes)}" if notes else made

    def text(self, names: tuple[str, ...]) -> str:
        """Return the choices of some knobs for a reader."""
        return ", ".join(described(name, self[name], self.random_bits) for name in names)

    def is_allowed(self, target: str | Format, source: Origin) -> bool:
        """Return whether the format has these policies."""
        if isinstance(source, Applied):
            return self._is_allowed_for(source, target)
        if self["nan"] == LIKE_NUMBERS and not (is_float(source) and shift_between(self._last(source), target, self["rounding"])):
            return False
        try:
            resolve(get_format(target), self.dialect.policies(str(target), str(source)), self.random_bits)
        except PolicyError:
            return False
        return True

    def _is_allowed_for(self, applied: Applied, target: str | Format) -> bool:
        if self[PRODUCT] is not None and self.random_bits:
            return False
        try:
            resolve(get_format(target), self.dialect.policies(str(target), str(target)), self.random_bits)
            if self[PRODUCT] is not None or self.random_bits:
                self.results(first_row(applied), applied, target, 0)
        except (PolicyError, InputValueError):
            return False
        return True

    def results(self, codes: Codes, source: Origin, target: str | Format, bits: Any = None) -> Codes:
        """Return what the setting gives for codes of a source; `bits` are the random ones, one for all or one each."""
        random = None
        if self.random_bits:
            random = RandomBits(np.broadcast_to(np.asarray(bits, np.uint32), codes.shape), self.random_bits)
        if isinstance(source, Applied):
            return outcomes_of(source, codes, target, self.dialect, self[PRODUCT], random)
        if isinstance(source, str) and source in WIDE_INTEGERS:
            made: Codes = encode(codes.view(source), target, dialect=self.dialect, random=random)
        else:
            made = convert(codes, source, target, dialect=self.dialect, random=random)
        if self["nan"] == LIKE_NUMBERS and (where := np.flatnonzero(is_nan(codes, source))).size:
            made[where] = self._nans(codes[where], source, target)
        return made

    def _last(self, source: str | Format) -> str | Format:
        """Return the format that is rounded to the target."""
        return source if self["via"] is None else self["via"].format

    def _nans(self, codes: Codes, source: str | Format, target: str | Format) -> Codes:
        via, last = self["via"], self._last(source)
        passed = codes if via is None else convert(codes, source, last, dialect=_PASSED)
        return rounded_bits(passed, last, target, self["rounding"])


@lru_cache(maxsize=1 << 16)
def dialect_of(knobs: Knobs) -> Dialect:
    """Return the default dialect with these choices."""
    return _DEFAULT.replace(name="explained", **{name: choice for name, choice in knobs if name != PRODUCT and choice != LIKE_NUMBERS})


def _python(choice: Any) -> str:
    if isinstance(choice, Via):
        said = {"format": choice.name, "rounding": str(choice.rounding), "nan": str(choice.nan)}
        return repr({k: v for k, v in said.items() if v != "ties_to_even"})
    return repr(None if choice is None else str(choice))


def described(name: str, choice: Any, random_bits: int = 0) -> str:
    """Return one choice for a reader: ``rounding=toward_zero``, ``through float32``."""
    if name == "via":
        return "straight" if choice is None else f"through {choice.name}" + ("" if choice.rounding == "ties_to_even" else f" ({choice.rounding})")
    if name == PRODUCT:
        return "the product is not rounded" if choice is None else f"the product is rounded to {name_of(choice)} first"
    if name == "rounding" and random_bits:
        return f"rounding={choice} with {random_bits} bits"
    if choice == LIKE_NUMBERS:
        return "nan=like numbers (rounded bit by bit, and some become Inf)"
    return f"{name}={'as the format implies' if choice is None else choice}"
