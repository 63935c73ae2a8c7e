"""A datum: what a code stands for (RQ-1.1)."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Datum:
    """A real number with the sign of its zero, an infinity, or a NaN.

    `kind` is "finite", "inf" or "nan"; `value` is the magnitude of a finite datum; `payload` is the field T of a NaN in `payload_width` bits, or None
    where the format of the NaN has one NaN (or one per sign).
    """

    kind: str
    sign: int = 0
    value: Fraction = Fraction(0)
    payload: int | None = None
    payload_width: int = 0
    signaling: bool = False


def from_fraction(x: Fraction | int) -> Datum:
    """The finite datum of an exact number; 0 is +0 (RQ-1.3)."""
    return Datum("finite", int(x < 0), abs(Fraction(x)))
