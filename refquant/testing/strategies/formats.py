"""Formats: named ones, those of IEEE P3109, and any that valid parameters make."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from refquant.errors import InputTypeError, InputValueError, InvalidFormatError
from refquant.formats import FloatFormat, Format, IntEncoding, IntFormat, NanCodes, Parity, get_format, list_formats
from refquant.testing.strategies.codes import checked_count

_KINDS = ("named", "p3109", "own")
_EXPONENT_WIDTH = 11  #: that of float64; up to 20 are valid, and values of 300,000 digits
_SHIFT = 40  #: of the bias from that of IEEE 754
_PLACES = 64


def formats(
    kinds: str | Iterable[str] = _KINDS, *, min_width: int = 1, max_width: int = 64, floats: bool = True, integers: bool = True
) -> SearchStrategy[Format]:
    """Return a strategy for formats.

    Parameters
    ----------
    kinds : {"named", "p3109", "own"}, or an iterable of them
        ``"named"``: `refquant.list_formats`; ``"p3109"``: the 504 of IEEE P3109; ``"own"``: formats that random valid parameters make: floats with up to 11
        bits of exponent and a bias up to 40 from the usual one, and integers with up to 64 binary places on either side.
    min_width, max_width : int
        Bits of a code, 1..64.
    floats, integers : bool
        Whether floating-point and integer (fixed-point) formats are among them.

    Returns
    -------
    SearchStrategy of Format
        Shrinks towards named formats, floats before integers, narrow ones first.

    Raises
    ------
    InputValueError
        If a kind is unknown, or no format is left.

    Examples
    --------
    >>> from hypothesis import find
    >>> from refquant.testing import strategies
    >>> find(strategies.formats(["named"]), lambda fmt: fmt.width > 7).name
    'float8_e5m2'
    """
    asked, low, high = _kinds(kinds), checked_count("min_width", min_width, 1, 64), checked_count("max_width", max_width, 1, 64)
    if low > high:
        raise InputValueError(f"min_width: expected at most max_width, {high}; got {low}")
    if not floats and not integers:
        raise InputValueError("floats, integers: one of them must be true")
    wanted = [kind for kind, on in ((FloatFormat, floats), (IntFormat, integers)) if on]
    listed = [[f for f in _listed(kind) if low <= f.width <= high and isinstance(f, tuple(wanted))] for kind in _KINDS[:2] if kind in asked]
    made = [_own(kind, low, high) for kind in wanted if "own" in asked and low <= high and _some(kind, low, high)]
    strategies = [*(st.sampled_from(names) for names in listed if names), *made]
    if not strategies:
        raise InputValueError(f"kinds: no format of {', '.join(asked) or 'no kind'} has {low}..{high} bits")
    return st.one_of(*strategies)


def _kinds(given: str | Iterable[str]) -> tuple[str, ...]:
    """Return kinds; one may stand alone."""
    if not isinstance(given, Iterable):
        raise InputTypeError(f"kinds: expected some of {', '.join(_KINDS)}; got {given!r}")
    asked = (given,) if isinstance(given, str) else tuple(given)
    if unknown := [k for k in asked if k not in _KINDS]:
        raise InputValueError(f"kinds: expected some of {', '.join(_KINDS)}; got {', '.join(map(repr, unknown))}")
    return asked


def _listed(kind: str) -> list[Format]:
    """Return the formats that have names, simplest first."""
    named = list_formats()
    names = named if kind == "named" else list_formats(p3109=True)[len(named) :]
    return sorted(map(get_format, names), key=lambda f: (isinstance(f, IntFormat), f.width))


def _some(kind: type[Format], low: int, high: int) -> bool:
    """Return whether there are formats of this kind to be made: of 1 to 53 bits, and floats from 3 bits on."""
    return low <= (53 if kind is IntFormat else 64) and high >= (1 if kind is IntFormat else 3)


def _own(kind: type[Format], low: int, high: int) -> SearchStrategy[Format]:
    return _own_integer(low, min(high, 53)) if kind is IntFormat else _own_float(max(low, 3), high)


@st.composite
def _own_integer(draw: DrawFn, low: int, high: int) -> Format:
    """Draw each parameter whether it is free or not: what takes fewer choices would count as simpler."""
    width, signed, other = draw(st.integers(low, high)), draw(st.booleans()), draw(st.booleans())
    encoding = IntEncoding.SIGN_MAGNITUDE if other and signed and width >= 2 else IntEncoding.TWOS_COMPLEMENT
    return IntFormat(width=width, signed=signed, fraction_bits=draw(st.integers(-_PLACES, _PLACES)), encoding=encoding)


@st.composite
def _own_float(draw: DrawFn, low: int, high: int) -> Format:
    """Draw the parameters one by one from those that are valid together; a format too small for its special codes is drawn anew."""
    width = draw(st.integers(low, high))
    signed = draw(st.booleans()) or width == 64
    zero = draw(st.booleans()) or signed
    infinity, parity, shift = draw(st.booleans()), draw(st.sampled_from(Parity)), draw(st.integers(-_SHIFT, _SHIFT))
    body = width - signed
    exponent_width = draw(st.integers(max(1, body - 52), min(_EXPONENT_WIDTH, body)))
    nan = draw(st.sampled_from([n for n in NanCodes if _fits(n, body - exponent_width + 1, signed=signed, zero=zero)]))
    try:
        return FloatFormat(
            precision=body - exponent_width + 1, exponent_width=exponent_width, bias=(1 << (exponent_width - 1)) - 1 + shift, nan=nan,
            infinity=infinity or nan is NanCodes.IEEE, signed=signed, zero=zero, parity=parity,
        )  # fmt: skip
    except InvalidFormatError:
        reject()


def _fits(nan: NanCodes, precision: int, *, signed: bool, zero: bool) -> bool:
    if nan is NanCodes.IEEE:
        return zero and precision > 1
    return nan is not NanCodes.NEGATIVE_ZERO or signed
