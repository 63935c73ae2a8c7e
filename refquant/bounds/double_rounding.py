"""Whether an intermediate format can change the result: a decision, with its proof's clause or a counterexample."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.bounds.candidates import candidates
from refquant.codec import convert, decode
from refquant.containers import holds
from refquant.errors import PolicyError
from refquant.formats import Format, Grid, get_format, value_parts
from refquant.parts import decode_parts
from refquant.policies import KNOBS, RoundingMode
from refquant.policies.knobs import choice

_DIRECTED = (RoundingMode.TOWARD_ZERO, RoundingMode.AWAY_FROM_ZERO, RoundingMode.TOWARD_POSITIVE, RoundingMode.TOWARD_NEGATIVE)


class Counterexample(NamedTuple):
    """A source code whose target code depends on whether the value passes through the intermediate format."""

    code: int  #: of the source
    value: Fraction | float  #: that it stands for; inf, nan and -0.0 as floats
    via: int | None  #: its code in the intermediate format
    direct: int | None  #: code of the target, rounded once; None where the conversion raises (NaN into a format without NaN)
    two_step: int | None  #: code of the target after two roundings, likewise


class Innocuous(NamedTuple):
    """Whether an intermediate format is innocuous, the clause that proves it, and a counterexample where it is not.

    Examples
    --------
    >>> from refquant import bounds
    >>> bool(bounds.is_innocuous("float16", "float32", "float8_e5m2"))
    True
    """

    holds: bool
    clause: str
    counterexample: Counterexample | None = None

    def __bool__(self) -> bool:
        return self.holds


class _Converted(NamedTuple):
    """Codes, and where there is none since the conversion raises."""

    codes: NDArray[Any]
    refused: NDArray[np.bool_]


def is_innocuous(
    source: Format | str, via: Format | str, target: Format | str, rounding: RoundingMode | str = RoundingMode.TIES_TO_EVEN,
    *, via_rounding: RoundingMode | str | None = None,
) -> Innocuous:  # fmt: skip
    """Return whether rounding through an intermediate format gives the same codes as rounding once, for every datum of the source.

    ``convert(convert(c, source, via), via, target) == convert(c, source, target)`` for every code c of the source (RQ-11.8).

    Parameters
    ----------
    source, via, target : Format or str
        The formats of the input, between, and of the result.
    rounding : RoundingMode or str
        The mode of the direct and of the last rounding.
    via_rounding : RoundingMode or str, optional
        The mode of the rounding into `via`; `rounding` if not given.

    Returns
    -------
    Innocuous
        True or false in a condition; `clause` proves it, `counterexample` refutes it.

    Raises
    ------
    PolicyError
        If a mode is stochastic and `via` does not hold every datum of the source.
    UnknownNameError, AmbiguousNameError, InputTypeError
        If a name does not exist, means several formats, or is no name.

    Notes
    -----
    A decision, not an estimate: RQ-11.9 (`via` holds the source), RQ-11.10 (one directed mode twice), RQ-11.11 (to odd between), else a
    search among finitely many numbers that RQ-11.12 proves sufficient. All other knobs have their defaults; every NaN counts as one.

    Examples
    --------
    >>> from refquant import bounds
    >>> found = bounds.is_innocuous("float64", "float32", "float16")
    >>> found.holds, found.clause
    (False, 'RQ-11.8')
    >>> c = found.counterexample
    >>> hex(c.code), float(c.value).hex(), hex(c.via), hex(c.direct), hex(c.two_step)
    ('0x3ff0020000000001', '0x1.0020000000001p+0', '0x3f801000', '0x3c01', '0x3c00')
    >>> bounds.is_innocuous("float64", "float32", "float16", via_rounding="to_odd").clause
    'RQ-11.11'
    """
    formats = get_format(source), get_format(via), get_format(target)
    last = choice("rounding", rounding, KNOBS["rounding"])
    first = last if via_rounding is None else choice("via_rounding", via_rounding, KNOBS["rounding"])
    return _decided(*formats, last, first)


@lru_cache(maxsize=1024)
def _decided(source: Format, via: Format, target: Format, last: RoundingMode, first: RoundingMode) -> Innocuous:
    if holds(via, source):
        return Innocuous(True, "RQ-11.9")
    if last.is_stochastic or first.is_stochastic:
        name = "rounding" if last.is_stochastic else "via_rounding"
        raise PolicyError(f"{name}: a stochastic mode has no one result to compare, and {via.name} does not hold every datum of {source.name}")
    if last is first and last in _DIRECTED and _has_all_specials(via) and holds(via, target):
        return Innocuous(True, "RQ-11.10")
    if first is RoundingMode.TO_ODD and _has_all_specials(via) and _is_finer(via.grid, target.grid):
        return Innocuous(True, "RQ-11.11")
    found = _counterexample(source, via, target, last, first)
    return Innocuous(True, "RQ-11.12") if found is None else Innocuous(False, "RQ-11.8", found)


def _has_all_specials(fmt: Format) -> bool:
    return fmt.has_infinity and fmt.has_nan and fmt.has_negative_zero


def _is_finer(via: Grid, target: Grid) -> bool:
    """Return whether two more digits stand below every digit of the target, up to the number after its greatest. RQ-11.11."""
    tops = (via.max_positive, target.max_positive), (via.max_negative, target.max_negative)
    reaches = all(_at_least(value_parts(via, v), value_parts(target, t + 1)) for v, t in tops)
    significand, exponent = value_parts(target, target.max_positive + 1)
    constant = exponent + significand.bit_length() - via.precision <= target.min_quantum - 2
    return reaches and via.min_quantum <= target.min_quantum - 2 and (via.precision >= target.precision + 2 or constant)


def _at_least(x: tuple[int, int], y: tuple[int, int]) -> bool:
    low = min(x[1], y[1])
    return x[0] << (x[1] - low) >= y[0] << (y[1] - low)


def _counterexample(source: Format, via: Format, target: Format, last: RoundingMode, first: RoundingMode) -> Counterexample | None:
    codes = candidates(source, via, target)
    start = _Converted(codes, np.zeros(codes.shape, np.bool_))
    direct = _converted(start, source, target, last)
    middle = _converted(start, source, via, first)
    two_step = _converted(middle, via, target, last)
    differ = (direct.codes != two_step.codes) & ~direct.refused & ~two_step.refused | (direct.refused != two_step.refused)
    if not differ.any():
        return None
    i = _plainest(codes, np.flatnonzero(differ), source)
    return Counterexample(int(codes[i]), decode(int(codes[i]), source, dtype=object), *(_code(c, i) for c in (middle, direct, two_step)))


def _converted(given: _Converted, source: Format, target: Format, mode: RoundingMode) -> _Converted:
    """Convert, leaving out NaN where the target has none (RQ-5.8: that raises)."""
    is_nan = decode_parts(given.codes, source).kind >= 2
    refused = given.refused | (is_nan if not target.has_nan else False)
    return _Converted(convert(np.where(refused, given.codes.dtype.type(0), given.codes), source, target, rounding=mode), refused)


def _code(converted: _Converted, i: int) -> int | None:
    return None if converted.refused[i] else int(converted.codes[i])


def _plainest(codes: NDArray[Any], where: NDArray[np.intp], source: Format) -> int:
    """Return the index of a finite positive number near one, where there is one."""
    sign, significand, exponent, kind = decode_parts(codes[where], source)
    size = np.array([abs(int(e) + int(m).bit_length() - 1) if m else 1 << 24 for m, e in zip(significand, exponent, strict=True)])
    return int(where[np.lexsort((codes[where], sign, size, kind))[0]])
