"""The bounds of an operation whose exact result is rounded once."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from refquant.bounds.extremes import OPERANDS, ROOTS, extremes
from refquant.bounds.limits import absolute_bound, lowest_bounded, number_text, range_text, relative_bound, sign_of
from refquant.bounds.witnesses import witness
from refquant.errors import InputValueError, UnknownNameError
from refquant.formats import Format, IntFormat, get_format
from refquant.policies import KNOBS, RoundingMode
from refquant.policies.knobs import choice
from refquant.rationals import floor_log2

_LONGEST = 24  #: characters of a number in the text of a bound
_SUMS = ("add", "sub", "mul", "fma")
_BY_ONE = ("recip", "div")  #: quotients, of numbers of as many digits as the result or fewer


@dataclass(frozen=True)
class OperationBound:
    """How far the delivered result r of an operation is from its exact result x, for all operands that are numbers.

    Where ``lowest <= x <= highest``: ``|x - r| <= ulps`` quanta at x (in a format without zero: where ``|x| >= normal_from``), ``|x - r| <= relative * |x|``
    where ``|x| >= normal_from``, and ``|x - r| <= absolute`` where ``0 < |x| < normal_from``; ``<`` in place of ``<=`` for modes that do not begin with
    ``ties``, and below the least number of a format without zero.

    Examples
    --------
    >>> from refquant import bounds
    >>> print(bounds.of_operation("add", "float16"))
    add of float16, ties_to_even, for -65504 <= x <= 65504:
      |x - r| <= |x| / 2049 where |x| >= 2**-14 (RQ-11.14), as for 0x3c00, 0x1000
      r = x where 0 < |x| < 2**-14 (RQ-11.15)
      |x - r| <= 65504 beyond, under saturate (RQ-11.17)
    """

    operation: str
    formats: tuple[str, ...]
    result: str
    rounding: RoundingMode
    exact: bool  #: every result in range is a number of the format
    ulps: Fraction  #: 0 where exact, 1/2 for the modes that begin with ``ties``, else 1
    relative: Fraction | None  #: None for integer and fixed-point results, whose bound is absolute everywhere
    absolute: Fraction  #: 0 where nothing below min_normal is rounded
    normal_from: Fraction | None  #: min_normal; None where `relative` is
    lowest: Fraction  #: 0 in a format without zero, which takes what lies below its least number to it (RQ-11.4)
    highest: Fraction
    saturated: Fraction  #: the greatest distance under ``saturate`` of results that are out of range; 0 where none is
    witness: tuple[int, ...] | None  #: codes of operands for which `relative` is attained, where such are known
    clauses: tuple[str, str]
    holds_at_lowest: bool = True  #: not for the zero that is the lowest number of a format without zero: see RQ-11.4

    def __str__(self) -> str:
        into = "" if set(self.formats) == {self.result} else f" into {self.result}"
        of = ", ".join(self.formats if len(set(self.formats)) > 1 else self.formats[:1])
        lines = [f"{self.operation} of {of}{into}, {self.rounding.value}, for {range_text(self.lowest, self.highest, self.holds_at_lowest)}:"]
        lines += [f"r = x ({self.clauses[1]})"] if self.exact else self._rounded_lines()
        if self.saturated:
            lines.append(f"|x - r| {_at_most(self.saturated)} beyond, under saturate (RQ-11.17)")
        return "\n  ".join(lines)

    def _rounded_lines(self) -> list[str]:
        where, lines, sign = "", [], sign_of(self.rounding.is_nearest)
        if self.relative is not None and self.normal_from is not None:
            start, where = number_text(self.normal_from), f" where 0 < |x| < {number_text(self.normal_from)}"
            size = "r = x" if not self.relative else f"|x - r| {sign} {_part(self.relative)}"
            attained = "" if self.witness is None else f", as for {', '.join(map(hex, self.witness))}"
            lines.append(f"{size} where |x| >= {start} ({self.clauses[0]}){attained}")
        sign = sign_of(self.rounding.is_nearest and self.clauses[1] != "RQ-11.4")
        lines.append(f"{f'|x - r| {sign} {number_text(self.absolute)}' if self.absolute else 'r = x'}{where} ({self.clauses[1]})")
        return lines


def _part(relative: Fraction) -> str:
    n, d = relative.numerator, relative.denominator
    return f"|x| / {number_text(Fraction(d))}" if n == 1 else f"|x| * {number_text(Fraction(n))} / {number_text(Fraction(d))}"


def _at_most(distance: Fraction) -> str:
    """Return a distance in words: itself, or the power of two above it where it has very many digits."""
    text = number_text(distance)
    return f"<= {text}" if len(text) <= _LONGEST else f"< 2**{floor_log2(distance) + 1}"


def of_operation(operation: str, fmt: Any, rounding: RoundingMode | str = RoundingMode.TIES_TO_EVEN, *, result: Format | str | None = None) -> OperationBound:
    """Return the error bounds of an operation, for all operands that are numbers of their formats.

    ``|x - r| <= |x| / (2**p + 1)`` for sums and products, ``|x - r| <= |x| * (u - 2 * u**2)`` with ``u = 2**-p`` for quotients of operands of at most p digits,
    under the modes that begin with ``ties`` and in the normal range (RQ-11.14, RQ-11.16).

    Parameters
    ----------
    operation : str
        ``"add"``, ``"sub"``, ``"mul"``, ``"div"``, ``"fma"``, ``"sqrt"``, ``"recip"`` or ``"rsqrt"``, as in `refquant.arithmetic`.
    fmt : Format or str, or a tuple with one per operand
        Format of the operands.
    rounding : RoundingMode or str
        Any mode, stochastic ones too.
    result : Format or str, optional
        Format of the result; that of the operands if they have one format.

    Returns
    -------
    OperationBound
        Exact fractions, the range in which they hold, operands for which they are attained, and the clauses that prove them.

    Raises
    ------
    UnknownNameError, AmbiguousNameError, InputTypeError
        If a name does not exist, means several formats, or is no name.
    InputValueError
        If `fmt` is not one format per operand, `result` is left out where formats differ, or `refquant.arithmetic` refuses the operation: a root into
        a format of exponents alone (RQ-7.27).

    Notes
    -----
    Of the default policies but for the mode: subnormals are kept. Sums below the normal range are exact where the result format has the operands' least quantum
    (RQ-11.15). `witness` is from a family of operands, each checked against the bound; None says nothing of others, but where RQ-11.14 says that there are
    none. Source of the optimal bounds: Jeannerod and Rump, On relative errors of floating-point operations, Math. Comp. 87, 2018, table 1.

    Examples
    --------
    >>> from refquant import bounds
    >>> print(bounds.of_operation("mul", ("float8_e4m3fn", "float8_e5m2"), result="float32"))
    mul of float8_e4m3fn, float8_e5m2 into float32, ties_to_even, for -16777215*2**104 <= x <= 16777215*2**104:
      r = x (RQ-11.15)
    >>> print(bounds.of_operation("div", "bfloat16"))
    div of bfloat16, ties_to_even, for -255*2**120 <= x <= 255*2**120:
      |x - r| <= |x| * 127 / 32768 where |x| >= 2**-126 (RQ-11.16), as for 0x3f80, 0x3f7f
      |x - r| <= 2**-134 where 0 < |x| < 2**-126 (RQ-11.3)
      |x - r| < 2**261 beyond, under saturate (RQ-11.17)
    """
    formats, target = _formats(operation, fmt, result)
    mode = choice("rounding", rounding, KNOBS["rounding"])
    least, greatest = extremes(operation, formats)
    exact = _is_exact(operation, formats, target, max(min(greatest, target.max_finite), min(-least, -target.lowest_finite)))
    whole, (lowest, closed) = isinstance(target, IntFormat), lowest_bounded(target)
    relative, clause = _relative(operation, formats, target, mode)
    absolute, below = _absolute(operation, formats, target, mode, exact)
    return OperationBound(
        operation=operation,
        formats=tuple(f.name for f in formats),
        result=target.name,
        rounding=mode,
        exact=exact,
        ulps=Fraction(0) if exact else Fraction(1, 2) if mode.is_nearest else Fraction(1),
        relative=None if whole else Fraction(0) if exact else relative,
        absolute=absolute,
        normal_from=None if whole else target.min_normal,
        lowest=lowest,
        highest=target.max_finite,
        saturated=max(greatest - target.max_finite, target.lowest_finite - least if least < lowest else Fraction(0), Fraction(0)),
        witness=None if whole or exact or not mode.is_nearest or not relative else witness(operation, formats, target, relative),
        clauses=(clause, below),
        holds_at_lowest=closed,
    )


def _formats(operation: str, fmt: Any, result: Any) -> tuple[tuple[Format, ...], Format]:
    if operation not in OPERANDS:
        raise UnknownNameError(f"operation: expected one of {', '.join(OPERANDS)}; got {operation!r}")
    count = OPERANDS[operation]
    given = fmt if isinstance(fmt, tuple) else (fmt,) * count
    if len(given) != count:
        raise InputValueError(f"fmt: expected one format, or a tuple of one for each of {count} operand{'s' * (count > 1)}; got a tuple of {len(given)}")
    formats = tuple(get_format(f) for f in given)
    if result is None and len(set(formats)) > 1:
        raise InputValueError(f"result: operands of different formats ({', '.join(f.name for f in formats)}) need the format of the result")
    target = formats[0] if result is None else get_format(result)
    if operation in ROOTS and target.holds_powers_alone:
        raise InputValueError(f"result: {operation} into {target.name}, which holds powers of two alone, is refused (RQ-7.27); give a format with digits")
    return formats, target


def _quantum(operation: str, formats: tuple[Format, ...]) -> int:
    """Return the exponent of a power of two of which every exact result is a multiple. RQ-11.15."""
    q = [f.grid.min_quantum for f in formats]
    return min([q[0] + q[1], *q[2:]]) if operation in ("mul", "fma") else min(q)


def _is_exact(operation: str, formats: tuple[Format, ...], target: Format, top: Fraction) -> bool:
    """RQ-11.15."""
    if operation not in _SUMS or _quantum(operation, formats) < target.grid.min_quantum:
        return False
    return _has_few_digits(operation, formats, target) or top <= Fraction(2) ** (_quantum(operation, formats) + target.grid.precision)


def _has_few_digits(operation: str, formats: tuple[Format, ...], target: Format) -> bool:
    """Return whether every product has at most the digits of the result format. RQ-11.15."""
    return operation == "mul" and formats[0].precision + formats[1].precision <= target.grid.precision


def _relative(operation: str, formats: tuple[Format, ...], target: Format, mode: RoundingMode) -> tuple[Fraction, str]:
    """RQ-11.14, RQ-11.16."""
    p = target.grid.precision
    if _has_few_digits(operation, formats, target):
        return Fraction(0), "RQ-11.15"
    if operation in _BY_ONE and mode.is_nearest and all(f.precision <= p for f in formats):
        return Fraction((1 << p) - 2, 1 << 2 * p), "RQ-11.16"
    return relative_bound(p, mode), "RQ-11.14"


def _absolute(operation: str, formats: tuple[Format, ...], target: Format, mode: RoundingMode, exact: bool) -> tuple[Fraction, str]:
    """Return (bound below the normal range, clause). RQ-11.14, RQ-11.15."""
    if exact or (operation in _SUMS and not isinstance(target, IntFormat) and _quantum(operation, formats) >= target.grid.min_quantum):
        return Fraction(0), "RQ-11.15"
    absolute, _, clause = absolute_bound(target, mode)
    return absolute, clause
