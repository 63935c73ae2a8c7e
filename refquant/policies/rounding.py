"""The rounding modes, and each deterministic one as a truth table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class RoundingMode(StrEnum):
    """Which neighbour of an unrepresentable value is delivered. RQ-4.3 to RQ-4.13, RQ-4.16, RQ-9.1 to RQ-9.3."""

    TIES_TO_EVEN = "ties_to_even"
    TIES_TO_ODD = "ties_to_odd"
    TIES_TO_AWAY = "ties_to_away"
    TIES_TO_ZERO = "ties_to_zero"
    TIES_TO_POSITIVE = "ties_to_positive"
    TIES_TO_NEGATIVE = "ties_to_negative"
    TOWARD_ZERO = "toward_zero"
    TOWARD_POSITIVE = "toward_positive"
    TOWARD_NEGATIVE = "toward_negative"
    AWAY_FROM_ZERO = "away_from_zero"
    TO_ODD = "to_odd"
    STOCHASTIC_A = "stochastic_a"
    STOCHASTIC_B = "stochastic_b"
    STOCHASTIC_C = "stochastic_c"

    @property
    def is_stochastic(self) -> bool:
        """Whether the mode needs random bits."""
        return self in _STOCHASTIC

    @property
    def is_nearest(self) -> bool:
        """Whether the mode takes the nearer neighbour, and names only what happens at a tie."""
        return self.value.startswith("ties")


#: Step up? One digit for each class of the discarded remainder (exact, below half, half, above half), in four groups:
#: positive and even, positive and odd, negative and even, negative and odd.
_TABLES: Mapping[RoundingMode, str] = {
    RoundingMode.TIES_TO_EVEN:     "0001 0011 0001 0011",
    RoundingMode.TIES_TO_ODD:      "0011 0001 0011 0001",
    RoundingMode.TIES_TO_AWAY:     "0011 0011 0011 0011",
    RoundingMode.TIES_TO_ZERO:     "0001 0001 0001 0001",
    RoundingMode.TIES_TO_POSITIVE: "0011 0011 0001 0001",
    RoundingMode.TIES_TO_NEGATIVE: "0001 0001 0011 0011",
    RoundingMode.TOWARD_ZERO:      "0000 0000 0000 0000",
    RoundingMode.TOWARD_POSITIVE:  "0111 0111 0000 0000",
    RoundingMode.TOWARD_NEGATIVE:  "0000 0000 0111 0111",
    RoundingMode.AWAY_FROM_ZERO:   "0111 0111 0111 0111",
    RoundingMode.TO_ODD:           "0111 0000 0111 0000",
}  # fmt: skip
_STOCHASTIC = {RoundingMode.STOCHASTIC_A: 1, RoundingMode.STOCHASTIC_B: 2, RoundingMode.STOCHASTIC_C: 3}


def truth_table(mode: RoundingMode) -> int:
    """Return 16 bits: bit ``8*negative + 4*odd + class`` says whether to step up. 0 for a stochastic mode."""
    return sum(1 << i for i, digit in enumerate(_TABLES.get(mode, "").replace(" ", "")) if digit == "1")


def stochastic_kind(mode: RoundingMode) -> int:
    """Return 1, 2, 3 for stochastic A, B, C, and 0 for a deterministic mode."""
    return _STOCHASTIC.get(mode, 0)


def points_inward(mode: RoundingMode, negative: bool) -> bool:
    """Return whether the mode never takes a finite value of this side past the bound. RQ-5.1."""
    inward = RoundingMode.TOWARD_POSITIVE if negative else RoundingMode.TOWARD_NEGATIVE
    return mode in (RoundingMode.TOWARD_ZERO, inward)
