"""The bounds of a whole format."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from refquant.formats import Format, IntFormat, get_format
from refquant.policies import KNOBS, RoundingMode
from refquant.policies.knobs import choice


@dataclass(frozen=True)
class Summary:
    """The error bounds of one rounding into a format: relative in the normal range, absolute below it.

    In range, ``|x - r| <= relative * |x|`` where ``|x| >= normal_from``, and ``|x - r| <= absolute`` where ``0 < |x| < normal_from``;
    ``<`` takes the place of ``<=`` where a bound is not attained.

    Examples
    --------
    >>> from refquant import bounds
    >>> print(bounds.summary("float8_e4m3fn"))
    float8_e4m3fn, ties_to_even, for -448 <= x <= 448:
      |x - r| <= |x| / 17 where |x| >= 2**-6 (RQ-11.3)
      |x - r| <= 2**-10 where 0 < |x| < 2**-6 (RQ-11.3)
    """

    format: str
    rounding: RoundingMode
    relative: Fraction | None  #: None for integer and fixed-point formats, whose bound is absolute everywhere
    relative_attained: bool  #: by a tie
    absolute: Fraction
    absolute_attained: bool
    normal_from: Fraction | None  #: min_normal; None where `relative` is
    lowest: Fraction  #: the bounds hold for lowest <= x <= highest; 0 in a format without zero (RQ-11.4)
    highest: Fraction
    clauses: tuple[str, ...]
    holds_at_lowest: bool = True  #: not for the zero that is the lowest number of a format without zero: see RQ-11.4

    def __str__(self) -> str:
        where, lines = "", [f"{self.format}, {self.rounding.value}, for {range_text(self.lowest, self.highest, self.holds_at_lowest)}:"]
        if self.relative is not None and self.normal_from is not None:
            start, divisor = number_text(self.normal_from), number_text(1 / self.relative)
            lines.append(f"|x - r| {sign_of(self.relative_attained)} |x| / {divisor} where |x| >= {start} ({self.clauses[0]})")
            where = f" where 0 < |x| < {start}"
        lines.append(f"|x - r| {sign_of(self.absolute_attained)} {number_text(self.absolute)}{where} ({self.clauses[-1]})")
        return "\n  ".join(lines)


def lowest_bounded(fmt: Format) -> tuple[Fraction, bool]:
    """Return from where on the bounds of a format hold, and whether they do there. RQ-11.4."""
    return (Fraction(0), False) if fmt.grid.first_index else (fmt.lowest_finite, True)


def range_text(lowest: Fraction, highest: Fraction, closed: bool) -> str:
    return f"{number_text(lowest)} {sign_of(closed)} x <= {number_text(highest)}"


def sign_of(attained: bool) -> str:
    return "<=" if attained else "<"


def number_text(value: Fraction) -> str:
    """Return a number readably and exactly: a small integer, a power of two, or an odd integer times one."""
    sign, n, d = ("-" if value < 0 else ""), abs(value.numerator), value.denominator
    if value.denominator == 1 and (n < 1 << 17 or n % 2):
        return str(value)
    zeros = (n & -n).bit_length() - 1
    exponent = zeros - (d.bit_length() - 1)
    odd = n >> zeros
    return f"{sign}2**{exponent}" if odd == 1 else f"{sign}{odd}*2**{exponent}" if d & (d - 1) == 0 else str(value)


def summary(fmt: Format | str, rounding: RoundingMode | str = RoundingMode.TIES_TO_EVEN) -> Summary:
    """Return the error bounds of one rounding into a format, for every number in its range.

    ``|x - r| <= |x| / (2**p + 1)`` for the modes that begin with ``ties`` and ``|x| >= min_normal`` (RQ-11.3).

    Parameters
    ----------
    fmt : Format or str
        The format that numbers are rounded to.
    rounding : RoundingMode or str
        Any mode, stochastic ones too.

    Returns
    -------
    Summary
        Exact fractions, the range in which they hold, and the clauses that prove them.

    Raises
    ------
    UnknownNameError, AmbiguousNameError, InputTypeError
        If a name does not exist, means several formats, or is no name.

    Notes
    -----
    For numbers from the lowest to the highest finite value, in a format without zero from 0 on; an exact zero there, which gives the least positive value,
    is left out. Other modes than ``ties``: ``|x - r| < |x| / 2**(p - 1)``, and under ``toward_zero`` ``|x - r| < |x| / (2**(p - 1) + 1)``.

    Examples
    --------
    >>> from refquant import bounds
    >>> s = bounds.summary("float16")
    >>> s.relative, s.absolute.denominator.bit_length() - 1
    (Fraction(1, 2049), 25)
    >>> print(bounds.summary("int8", "toward_zero"))
    int8, toward_zero, for -128 <= x <= 127:
      |x - r| < 1 (RQ-11.2)
    """
    target, mode = get_format(fmt), choice("rounding", rounding, KNOBS["rounding"])
    absolute, attained, clause = absolute_bound(target, mode)
    floating = not isinstance(target, IntFormat)
    start, (lowest, closed) = target.magnitude(first_normal(target)), lowest_bounded(target)
    return Summary(
        format=target.name,
        rounding=mode,
        relative=relative_bound(target.precision, mode) if floating else None,
        relative_attained=floating and mode.is_nearest and start < target.max_finite,  # by the tie above min_normal
        absolute=absolute,
        absolute_attained=attained,
        normal_from=start if floating else None,
        lowest=lowest,
        highest=target.max_finite,
        clauses=("RQ-11.3", clause) if floating else (clause,),
        holds_at_lowest=closed,
    )


def first_normal(fmt: Format) -> int:
    g = fmt.grid
    return max(g.first_index, 1 << (g.precision - 1) if g.has_subnormals else 1)


def relative_bound(precision: int, mode: RoundingMode) -> Fraction:
    """RQ-11.3."""
    if mode.is_nearest:
        return Fraction(1, (1 << precision) + 1)
    return Fraction(1, (1 << (precision - 1)) + (mode is RoundingMode.TOWARD_ZERO))


def absolute_bound(fmt: Format, mode: RoundingMode) -> tuple[Fraction, bool, str]:
    """Return (bound below the normal range, whether a tie attains it, clause). RQ-11.1 to RQ-11.4."""
    g = fmt.grid
    if g.first_index:
        return fmt.magnitude(g.first_index), False, "RQ-11.4"
    quantum = Fraction(2) ** g.min_quantum
    whole = isinstance(fmt, IntFormat)
    return (quantum / 2, True, "RQ-11.1" if whole else "RQ-11.3") if mode.is_nearest else (quantum, False, "RQ-11.2" if whole else "RQ-11.3")
