"""What is delivered for NaN, Inf, zero, and numbers out of range (RQ-5), with its flags (RQ-6). Codes here carry no flags=none; the codec applies it."""

from fractions import Fraction
from typing import NamedTuple

from .bits import bound, has_infinity, has_negative_zero, has_subnormals, has_zero, infinity_code, limit, magnitude_code, minimum, sign_bit, signed_code
from .datum import Datum
from .errors import ValueRefused
from .flags import INEXACT, INVALID, OVERFLOW, UNDERFLOW
from .formats import Float, Format, Int, largest
from .policies import Policies, nan_of


class Result(NamedTuple):
    """A code and its flags; or no code, and why."""

    code: int | None
    flags: int = 0
    error: str | None = None


class Rounded(NamedTuple):
    """What the last steps of RQ-3.3 look at: the sign of x, its rounded magnitude, whether that is |x|, and whether x is tiny either way (RQ-6.4)."""

    negative: bool
    value: Fraction
    exact: bool
    tiny_before: bool
    tiny_after: bool


# Codes.


def number_code(negative: bool, value: Fraction, fmt: Format) -> int:
    """The code of a number in range (RQ-2.2)."""
    return signed_code(negative, magnitude_code(value, fmt), fmt)


def bound_code(negative: bool, fmt: Format) -> int:
    """The code of the bound of a side (RQ-5)."""
    return number_code(*bound(fmt, negative), fmt)


def zero_code(negative: bool, fmt: Format, policies: Policies) -> int:
    """The code of a zero in a format that has one (RQ-5.10)."""
    return sign_bit(fmt) if negative and policies.signed_zero == "keep" and has_negative_zero(fmt) else 0


def nan_field_code(sign: int, trailing: int, fmt: Float) -> int:
    """The NaN code of an `ieee` format with a sign and a field T (RQ-2.4)."""
    return sign * sign_bit(fmt) + ((1 << fmt.exponent_width) - 1 << fmt.t) + trailing


def canonical_nan(sign: int, fmt: Float) -> int:
    """The magnitude of the canonical NaN under a sign, where the format's NaN has one (RQ-2.6, RQ-5.8)."""
    if fmt.nan == "ieee":
        return nan_field_code(sign, 1 << (fmt.t - 1), fmt)
    if fmt.nan == "all_ones":
        return sign * sign_bit(fmt) + (1 << (fmt.width - int(fmt.signed))) - 1
    assert fmt.nan == "negative_zero", fmt
    return sign_bit(fmt)


# NaN.


def move_payload(d: Datum, fmt: Float, quiet: bool) -> tuple[int, bool]:
    """The field T of a moved NaN, and whether it is a copy of its bits (RQ-5.8)."""
    most_significant = 1 << (fmt.t - 1)
    if not d.payload:
        return most_significant, False
    moved = Fraction(d.payload) * Fraction(2) ** (fmt.t - d.payload_width)
    lost = moved.denominator > 1
    return int(moved // 1) | (most_significant if quiet or lost else 0), not lost and not quiet


def nan_code(d: Datum, fmt: Format, policies: Policies) -> tuple[int, bool]:
    """The code that a NaN gives, and whether it is a copy of the bits of d (RQ-5.8)."""
    rule = nan_of(policies, fmt)
    if rule == "error":
        raise ValueRefused(f"NaN into {fmt.name} (RQ-5.8)")
    if rule in ("to_max", "to_min"):
        return bound_code(rule == "to_min", fmt), False
    if rule in ("to_zero", "zero_sign_inverted"):
        return zero_code(rule == "zero_sign_inverted" and d.sign == 0, fmt, policies), False
    assert isinstance(fmt, Float)
    sign = d.sign if rule in ("keep_sign", "all_ones_keep_sign", "keep_payload", "quiet_payload") else 0
    if rule in ("all_ones", "all_ones_keep_sign") and fmt.nan == "ieee":
        return nan_field_code(sign, (1 << fmt.t) - 1, fmt), False
    if rule in ("keep_payload", "quiet_payload") and fmt.nan == "ieee":
        trailing, copied = move_payload(d, fmt, rule == "quiet_payload")
        return nan_field_code(sign, trailing, fmt), copied
    return canonical_nan(sign, fmt), False


def is_nan_code(code: int, fmt: Format) -> bool:
    """Whether a code is a NaN (RQ-2.4)."""
    if isinstance(fmt, Int) or fmt.nan == "none":
        return False
    if fmt.nan == "negative_zero":
        return code == sign_bit(fmt)
    return code % (1 << (fmt.width - int(fmt.signed))) > (infinity_code(fmt) if fmt.infinity else largest(fmt))


def nan_result(d: Datum, fmt: Format, policies: Policies) -> Result:
    """A NaN that was given (RQ-5.8), and its flags (RQ-6.6, RQ-6.7)."""
    code, copied = nan_code(d, fmt, policies)
    return Result(code, INVALID if not is_nan_code(code, fmt) or (d.signaling and not copied) else 0)


def made_nan(negative: bool, fmt: Format, policies: Policies) -> int:
    """The code of a NaN that another rule makes (RQ-5.9)."""
    return nan_code(Datum("nan", int(negative)), fmt, policies)[0]


# Zero and negatives.


def zero_input_code(negative: bool, fmt: Format, policies: Policies) -> int:
    """The code of an exact or flushed zero (RQ-5.10, RQ-5.11)."""
    if has_zero(fmt):
        return zero_code(negative, fmt, policies)
    if policies.zero_input == "error":
        raise ValueRefused(f"zero into {fmt.name} (RQ-5.11)")
    return made_nan(negative, fmt, policies) if policies.zero_input == "nan" else number_code(False, minimum(fmt), fmt)


def zero_input(negative: bool, fmt: Format, policies: Policies) -> Result:
    """An exact or flushed zero, and its flags (RQ-6.8)."""
    code = zero_input_code(negative, fmt, policies)
    return Result(code, 0 if has_zero(fmt) else INVALID if policies.zero_input == "nan" else INEXACT)


def is_below_min(x: Fraction, fmt: Format, policies: Policies) -> bool:
    """Whether a nonzero magnitude is NaN because it is below the least one of a format without zero (RQ-5.11)."""
    return policies.below_min == "nan" and not has_zero(fmt) and 0 < x < minimum(fmt)


def below_min(negative: bool, fmt: Format, policies: Policies) -> Result:
    """The NaN of `below_min`, and its flags (RQ-5.11, RQ-6.8)."""
    return Result(made_nan(negative, fmt, policies), INVALID)


def negative_result(fmt: Format, policies: Policies) -> Result:
    """A number below zero, or -Inf, in an unsigned format with the knob `negative` set (RQ-5.12), and its flags (RQ-6.8)."""
    if policies.negative == "error":
        raise ValueRefused(f"a negative number into {fmt.name} (RQ-5.12)")
    code = made_nan(True, fmt, policies) if policies.negative == "nan" else zero_input_code(True, fmt, policies)
    return Result(code, INVALID)


# Out of range and Inf.


def points_back(negative: bool, policies: Policies) -> bool:
    """Whether the mode delivers the bound for a number out of range under `no_saturate` (RQ-5.1, RQ-5.7)."""
    if policies.rounding == "to_odd":
        return policies.to_odd_overflow == "bound" or (policies.to_odd_overflow == "bound_above" and not negative)
    return policies.rounding in ("toward_zero", "toward_positive" if negative else "toward_negative")


def infinity_or_nan(negative: bool, fmt: Format, policies: Policies) -> int:
    """Inf, else NaN, else the bound (RQ-5.1)."""
    if has_infinity(fmt, negative):
        assert isinstance(fmt, Float)
        return signed_code(negative, infinity_code(fmt), fmt)
    return made_nan(negative, fmt, policies) if isinstance(fmt, Float) and fmt.nan != "none" else bound_code(negative, fmt)


def saturates(negative: bool, policies: Policies) -> bool:
    """Whether finite numbers out of range and Inf of a side give the bound (RQ-5.2, RQ-5.16)."""
    return policies.overflow == "saturate" or (policies.overflow == "saturate_above" and not negative)


def overflow_code(r: Rounded, fmt: Format, policies: Policies) -> int:
    """The code of a finite number out of range (RQ-5.1 to RQ-5.6)."""
    if policies.overflow == "error":
        raise ValueRefused(f"a number out of the range of {fmt.name} (RQ-5.6)")
    if policies.overflow == "to_nan":
        return made_nan(r.negative, fmt, policies)
    if policies.overflow == "wrap":
        return signed_code(r.negative, magnitude_code(r.value, fmt), fmt) % (1 << fmt.width)
    if saturates(r.negative, policies) or policies.overflow == "saturate_propagate" or points_back(r.negative, policies):
        return bound_code(r.negative, fmt)
    return infinity_or_nan(r.negative, fmt, policies)


def infinite_code(negative: bool, fmt: Format, policies: Policies) -> int:
    """The code of Inf by the overflow policy (RQ-5.1 to RQ-5.6)."""
    if policies.overflow in ("error", "wrap"):
        raise ValueRefused(f"Inf into {fmt.name} (RQ-5.5, RQ-5.6)")
    if saturates(negative, policies) or (policies.overflow == "saturate_propagate" and not has_infinity(fmt, negative)):
        return bound_code(negative, fmt)
    return infinity_or_nan(negative, fmt, policies)


def infinite_to_integer(negative: bool, fmt: Int, policies: Policies) -> int:
    """The code of Inf by the knob inf_to_int (RQ-5.14)."""
    if policies.inf_to_int == "error":
        raise ValueRefused(f"Inf into {fmt.name} (RQ-5.14)")
    if policies.inf_to_int == "zero":
        return 0
    return bound_code({"bound": negative, "min": True, "max": False}[str(policies.inf_to_int)], fmt)


def infinite_result(negative: bool, fmt: Format, policies: Policies) -> Result:
    """An Inf that was given (RQ-5.12, RQ-5.14), and its flags (RQ-6.2, RQ-6.7, RQ-6.8)."""
    if isinstance(fmt, Int) and policies.inf_to_int:
        return Result(infinite_to_integer(negative, fmt, policies), INVALID)
    if negative and not fmt.signed and policies.negative:
        return negative_result(fmt, policies)
    code = infinite_code(negative, fmt, policies)
    if isinstance(fmt, Int):
        return Result(code, INVALID)
    if fmt.infinity and code == signed_code(negative, infinity_code(fmt), fmt):
        return Result(code)
    return Result(code, {"invalid": INVALID, "overflow": OVERFLOW | INEXACT, "none": 0}[policies.inf_flags])


# The last steps.


def is_flushed(r: Rounded, fmt: Format, policies: Policies) -> bool:
    """Whether a result is flushed to zero (RQ-5.13)."""
    tiny = r.tiny_after if policies.ftz == "x86" else r.tiny_before
    return tiny and policies.subnormals in ("flush_results", "flush_both") and has_subnormals(fmt)


def finish(r: Rounded, fmt: Format, policies: Policies) -> Result:
    """Steps (8) to (11) of encode (RQ-3.3), and the flags of a finite nonzero x (RQ-6.2 to RQ-6.8)."""
    if is_flushed(r, fmt, policies):
        return Result(zero_code(r.negative, fmt, policies), UNDERFLOW | INEXACT if policies.ftz == "x86" else UNDERFLOW)
    tiny = r.tiny_before if policies.tininess == "before" else r.tiny_after
    underflow = UNDERFLOW if tiny else 0
    if r.value > limit(fmt, r.negative):
        if r.negative and not fmt.signed and policies.negative:
            return negative_result(fmt, policies)
        return Result(overflow_code(r, fmt, policies), INVALID if isinstance(fmt, Int) else OVERFLOW | INEXACT)
    code = zero_code(r.negative, fmt, policies) if r.value == 0 else number_code(r.negative, r.value, fmt)
    return Result(code, 0 if r.exact else INEXACT | underflow)
