"""The values of a format in order, by the oracle: what distances and classes are compared with."""

from fractions import Fraction
from functools import lru_cache

import oracle
from stepcases import spec_format

INFINITE = Fraction(10) ** 400_000  # beyond every value of a format that the tests decode whole


@lru_cache(maxsize=64)
def places(fmt) -> tuple[int | None, ...]:
    """The number of every code's value among the distinct values of the format, least first; None for a NaN."""
    spec = spec_format(fmt)
    values = [number(oracle.codec.decode(code, spec)) for code in range(2**spec.width)]
    rank = {value: i for i, value in enumerate(sorted({v for v in values if v is not None}))}
    return tuple(None if v is None else rank[v] for v in values)


def number(datum) -> Fraction | None:
    """A datum as a number: Inf as one beyond all others."""
    if datum.kind == "nan":
        return None
    magnitude = INFINITE if datum.kind == "inf" else datum.value
    return -magnitude if datum.sign else magnitude


def class_of(code: int, fmt) -> str:
    """What a code stands for, in words, by the oracle."""
    spec = spec_format(fmt)
    datum = oracle.codec.decode(code, spec)
    sign = "-" if datum.sign else "+"
    if datum.kind == "nan":
        return "nan" if not datum.signaling else "signaling nan"
    if datum.kind == "inf":
        return f"{sign}inf"
    if datum.value == 0:
        return f"{sign}zero"
    if datum.value == oracle.bits.limit(spec, bool(datum.sign)):
        return f"{sign}max"
    return f"{sign}{'subnormal' if oracle.codec.is_subnormal(datum, spec) else 'normal'}"
