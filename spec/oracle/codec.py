"""Decode and encode, in the order of RQ-3.3."""

from fractions import Fraction

from . import special
from .bits import floor_log2, infinity_code, number, power, sign_bit
from .datum import Datum, from_fraction
from .errors import PolicyRefused
from .flags import INVALID
from .formats import Float, Format, Int, get
from .policies import Policies, check, via_policies
from .rounding import Random, by_formula, by_formula_unbounded
from .special import Result, Rounded
from .stochastic import MODES as STOCHASTIC
from .subnormal import input_denormal, is_subnormal


def fields(code: int, fmt: Format) -> tuple[int, int]:
    """Sign and magnitude code (RQ-2.2, RQ-2.9)."""
    if not 0 <= code < 2**fmt.width:
        raise ValueError(f"{code} is no code of {fmt.name}")
    sign = int(fmt.signed and code >= sign_bit(fmt))
    if isinstance(fmt, Int) and fmt.encoding == "twos_complement":
        return sign, 2**fmt.width - code if sign else code
    return sign, code - sign * sign_bit(fmt)


def decode(code: int, fmt: Format) -> Datum:
    """The datum of a code (RQ-2.3, RQ-2.4, RQ-2.7, RQ-3.1)."""
    sign, magnitude = fields(code, fmt)
    if special.is_nan_code(code, fmt):
        return decode_nan(sign, magnitude, fmt)
    if isinstance(fmt, Float) and fmt.infinity and magnitude == infinity_code(fmt):
        return Datum("inf", sign)
    return Datum("finite", sign, number(magnitude, fmt))


def decode_nan(sign: int, magnitude: int, fmt: Format) -> Datum:
    """The NaN of a code: T where the format has many, its sign where that means something (RQ-2.7, RQ-3.2)."""
    assert isinstance(fmt, Float)
    if fmt.nan != "ieee":
        return Datum("nan", sign if fmt.nan == "all_ones" else 0)
    trailing = magnitude % 2**fmt.t
    signaling = fmt.signaling_nan == "msb_clear" and trailing < 2 ** (fmt.t - 1)
    return Datum("nan", sign, payload=trailing, payload_width=fmt.t, signaling=signaling)


def parts(code: int, fmt: Format) -> tuple[int, int, int]:
    """Sign, significand and exponent of a finite code, the exponent that of its quantum (RQ-3.7)."""
    d = decode(code, fmt)
    assert d.kind == "finite"
    if isinstance(fmt, Int):
        q = -fmt.fraction_bits
    else:
        q = (max(floor_log2(d.value), fmt.emin) if d.value else fmt.emin) - fmt.precision + 1
    significand = d.value / power(q)
    assert significand.denominator == 1
    return d.sign, significand.numerator, q


def is_tiny(r: Fraction, fmt: Format) -> bool:
    """0 < r < min_normal, for a floating-point target (RQ-6.4)."""
    return isinstance(fmt, Float) and 0 < r < power(fmt.emin)


def round_once(x: Fraction, negative: bool, fmt: Format, policies: Policies, random: Random | None) -> Rounded:
    """Step (7) of RQ-3.3 for x > 0, with what the flags need (RQ-4, RQ-6.4)."""
    value = by_formula(x, negative, fmt, policies.rounding, policies.parity, random)
    before = after = is_tiny(x, fmt)
    if before and isinstance(fmt, Float) and floor_log2(x) == fmt.emin - 1:
        after = is_tiny(by_formula_unbounded(x, negative, fmt, policies.rounding, policies.parity, random), fmt)
    return Rounded(negative, value, value == x, before, after)


def encode_last(d: Datum, fmt: Format, policies: Policies, random: Random | None) -> Result:
    """Steps (2) and (4) to (11) of RQ-3.3."""
    if d.kind == "nan":
        return special.nan_result(d, fmt, policies)
    if d.sign and not fmt.signed and policies.negative == "absolute":
        code, flags, _ = encode_last(Datum(d.kind, 0, d.value), fmt, policies, random)
        return Result(code, flags | (0 if d.kind == "finite" and d.value == 0 else INVALID))
    if d.kind == "inf":
        return special.infinite_result(bool(d.sign), fmt, policies)
    if d.value == 0:
        return special.zero_input(bool(d.sign), fmt, policies)
    if special.is_below_min(d.value, fmt, policies):
        return special.below_min(bool(d.sign), fmt, policies)
    return special.finish(round_once(d.value, bool(d.sign), fmt, policies, random), fmt, policies)


def encode_datum(d: Datum, fmt: Format, policies: Policies, random: Random | None = None, source: Format | None = None) -> Result:
    """The code of a datum under policies, and its flags (RQ-3.3, RQ-3.6, RQ-6.1, RQ-6.9)."""
    check(policies, fmt)
    if policies.rounding in STOCHASTIC and random is None:
        raise PolicyRefused(f"{policies.rounding} needs random bits (RQ-9)")
    if policies.subnormals in ("flush_inputs", "flush_both") and is_subnormal(d, source):
        d = Datum("finite", d.sign)
    first = 0
    if policies.via and get(policies.via.format) != source:
        middle = get(policies.via.format)
        code, first, _ = encode_datum(d, middle, via_policies(policies), source=source)
        assert code is not None
        d = decode(code, middle)
    code, flags, _ = encode_last(d, fmt, policies, random)
    return Result(code, 0 if policies.flags == "none" else first | flags)


def encode(x: Fraction | int | Datum, fmt: Format, policies: Policies | None = None, random: Random | None = None, source: Format | None = None) -> Result:
    """`encode_datum` of an exact number or a datum, by default under the default policies (RQ-3.3)."""
    return encode_datum(x if isinstance(x, Datum) else from_fraction(x), fmt, policies or Policies(), random, source)


def convert(code: int, source: Format, target: Format, policies: Policies | None = None, random: Random | None = None) -> Result:
    """Encode of the decoded datum (RQ-3.5, RQ-6.10)."""
    d, p = decode(code, source), policies or Policies()
    found = encode_datum(d, target, p, random, source)
    kind = "convert to integers" if isinstance(target, Int) else "convert"
    return found._replace(flags=found.flags | input_denormal(kind, [(d, source, p)], found.flags))
