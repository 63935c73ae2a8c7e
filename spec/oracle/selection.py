"""The smaller and the larger of two data (RQ-7.23)."""

from collections.abc import Callable
from fractions import Fraction

from .compare import extended_real
from .datum import Datum
from .flags import INVALID
from .nan_rules import Exact, Rules, propagated

Key = tuple[tuple[int, Fraction], int]


def place(d: Datum) -> Key:
    """The place among numbers and infinities, -0 below +0 (RQ-7.23)."""
    return extended_real(d), -d.sign


def minimum(a: Datum, b: Datum) -> Datum:
    """The smaller (RQ-7.23)."""
    return min(a, b, key=place)


def maximum(a: Datum, b: Datum) -> Datum:
    """The larger (RQ-7.23)."""
    return max(a, b, key=place)


def by_magnitude(a: Datum, b: Datum, smaller: bool) -> Datum:
    """The one of smaller, or larger, magnitude; the smaller, or larger, where the magnitudes are equal (RQ-7.23)."""
    x, y = (extended_real(Datum(d.kind, 0, d.value)) for d in (a, b))
    if x == y:
        return minimum(a, b) if smaller else maximum(a, b)
    return a if (x < y) == smaller else b


CHOICES: dict[str, Callable[[Datum, Datum], Datum]] = {
    "minimum": minimum,
    "maximum": maximum,
    "minimum_magnitude": lambda a, b: by_magnitude(a, b, True),
    "maximum_magnitude": lambda a, b: by_magnitude(a, b, False),
}
NUMBERS = {f"{name}_number": choice for name, choice in CHOICES.items()}


def selected(operation: str, data: list[Datum], rules: Rules) -> Exact:
    """The one that is chosen, and INVALID where one signals (RQ-7.23)."""
    numbers = [d for d in data if d.kind != "nan"]
    if operation in NUMBERS and len(numbers) == 1:
        return Exact(numbers[0], INVALID if any(d.signaling for d in data) else 0)
    choice = NUMBERS.get(operation) or CHOICES[operation]
    return propagated(operation, data, rules) or Exact(choice(data[0], data[1]))


def relu(a: Datum, rules: Rules) -> Exact:
    """The larger of a and +0 (RQ-7.23)."""
    return selected("maximum", [a, Datum("finite")], rules)
