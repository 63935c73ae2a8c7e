"""The classes of vectors, by id: bit ``id`` of the column `classes`. Ids are never given anew."""

from __future__ import annotations

import operator
from typing import NamedTuple

from refquant.errors import InputTypeError, InputValueError


class VectorClass(NamedTuple):
    """A class: its id, a short name, and what a vector of it has."""

    id: int
    name: str
    meaning: str


_KINDS = (
    ("zero", "a zero"),
    ("least subnormal", "the least subnormal"),
    ("subnormal", "a subnormal between the least and the greatest"),
    ("greatest subnormal", "the greatest subnormal"),
    ("least normal", "the least normal number (of an integer: the least nonzero one)"),
    ("normal", "a number between the least normal and the greatest"),
    ("greatest", "the greatest finite number of its side"),
    ("Inf", "an infinity"),
    ("quiet NaN", "a NaN that does not signal"),
    ("signalling NaN", "a NaN that signals"),
)
_OPERANDS = tuple((f"{sign}{kind}", f"an operand is {meaning}, sign {sign}") for kind, meaning in _KINDS for sign in "+-")
_OTHERS = (
    ("power of two", "an operand is a power of two"),
    ("beside a power of two", "an operand is a neighbour of a power of two"),
    ("equal operands", "a and b are equal"),
    ("opposite operands", "a and b differ in the sign alone"),
    ("neighbours", "a and b have the same sign, and their magnitudes are neighbours"),
    ("exact", "the operand is a number of the target"),
    ("below half", "less than half of the gap between two numbers of the target is discarded"),
    ("tie above even", "half of the gap is discarded, and the number below it in magnitude is even"),
    ("tie above odd", "half of the gap is discarded, and the number below it in magnitude is odd"),
    ("above half", "more than half of the gap is discarded"),
    ("stepped up", "the next larger magnitude is delivered"),
    ("kept", "the next smaller magnitude is delivered"),
    ("carry", "stepped up to the first number of the next binade"),
    ("carry to normal", "stepped up from the greatest subnormal to the least normal number"),
    ("subnormal result", "the result is a subnormal of the target"),
    ("rounded to zero", "a number nearer to zero than the least positive one is delivered as zero"),
    ("flushed", "a number from the least positive one on is delivered as zero"),
    ("overflow zone", "the operand lies between the greatest number and the next one that the exponent would allow"),
    ("beyond", "the operand lies at or above that next one, out of range in every mode"),
    ("overflow to Inf", "out of range, delivered as an infinity"),
    ("overflow to the greatest", "out of range, delivered as the greatest number of its side"),
    ("overflow to NaN", "out of range, delivered as NaN"),
    ("overflow to another", "out of range, delivered as another number"),
    ("result +0", "the result is +0"),
    ("result -0", "the result is -0"),
    ("result greatest", "the result is the greatest finite number of a side"),
    ("no flag", "no flag is raised"),
    ("INEXACT", "INEXACT is raised"),
    ("UNDERFLOW", "UNDERFLOW is raised"),
    ("OVERFLOW", "OVERFLOW is raised"),
    ("DIV_BY_ZERO", "DIV_BY_ZERO is raised"),
    ("INVALID", "INVALID is raised"),
    ("NaN kept", "an operand is NaN, and so is the result"),
    ("NaN made", "no operand is NaN, and the result is"),
    ("NaN to number", "an operand is NaN, and the result is not"),
    ("Inf kept", "an operand is an infinity, and so is the result"),
    ("Inf to other", "an operand is an infinity, and the result is not"),
    ("false", "the result is false"),
    ("true", "the result is true"),
    ("below the least", "the operand lies between 0 and the least positive number of a target without zero"),
    ("INPUT_DENORMAL", "INPUT_DENORMAL is raised"),
)
CLASSES = tuple(VectorClass(i, name, meaning) for i, (name, meaning) in enumerate(_OPERANDS + _OTHERS))
BY_NAME = {c.name: c for c in CLASSES}
KINDS = tuple(kind for kind, _ in _KINDS)
#: Classes that look at the digits that a conversion discards.
ROUNDING_CLASSES = (*(c.name for c in CLASSES[BY_NAME["exact"].id : BY_NAME["result +0"].id]), "below the least")


def names_in(bits: int) -> tuple[str, ...]:
    """Return the names of the classes in a bit set.

    Examples
    --------
    >>> from refquant.golden.classes import names_in
    >>> names_in(0b101)
    ('+zero', '+least subnormal')
    """
    try:
        number = operator.index(bits)
    except TypeError:
        raise InputTypeError(f"bits: expected an integer, got {bits!r}") from None
    if not 0 <= number < 1 << len(CLASSES):
        raise InputValueError(f"bits: expected a bit set of classes 0 to {len(CLASSES) - 1}, got {number:#x}")
    return tuple(c.name for c in CLASSES if number >> c.id & 1)
