"""What is delivered where rounding alone does not say: the overflow table, NaN, Inf, negatives and zeros, as code and flags."""

from typing import NamedTuple

from refquant.errors import PolicyError
from refquant.formats import Format, IntEncoding, IntFormat
from refquant.policies.events import INEXACT, INVALID, OVERFLOW, RAISES
from refquant.policies.knobs import (
    BelowMinMode,
    FlagsMode,
    InfFlagsMode,
    InfToIntMode,
    NanMode,
    NegativeMode,
    OverflowMode,
    Policies,
    SignedZeroMode,
    ToOddOverflowMode,
    ZeroInputMode,
)
from refquant.policies.rounding import RoundingMode, points_inward

_NEEDS_NAN = (NanMode.CANONICAL, NanMode.KEEP_SIGN, NanMode.ALL_ONES, NanMode.ALL_ONES_KEEP_SIGN, NanMode.KEEP_PAYLOAD, NanMode.QUIET_PAYLOAD)


class Outcome(NamedTuple):
    """A code and its event byte."""

    code: int
    event: int


class Outcomes:
    """The rules of RQ-5 and RQ-6 for one format and one set of policies."""

    def __init__(self, fmt: Format, policies: Policies) -> None:
        self.fmt, self.policies = fmt, policies
        self.is_integer = isinstance(fmt, IntFormat)
        self.nan_mode = policies.nan or (NanMode.CANONICAL if fmt.has_nan else NanMode.ERROR)
        self.negative_mode = policies.negative if not fmt.signed else None
        self.check()

    def check(self) -> None:
        """Raise PolicyError where a policy asks for what the format lacks. RQ-5.4, RQ-5.5, RQ-5.8, RQ-5.12."""
        p, name = self.policies, self.fmt.name
        if p.overflow is OverflowMode.TO_NAN and not self.fmt.has_nan:
            raise PolicyError(f"overflow: 'to_nan' needs a NaN, and {name} has none; use 'saturate', 'no_saturate' or 'error'")
        if p.overflow is OverflowMode.WRAP and not (isinstance(self.fmt, IntFormat) and self.fmt.encoding is IntEncoding.TWOS_COMPLEMENT):
            raise PolicyError(f"overflow: 'wrap' is for two's complement and unsigned integer and fixed-point formats, not {name}")
        if self.nan_mode in _NEEDS_NAN and not self.fmt.has_nan:
            raise PolicyError(f"nan: {self.nan_mode.value!r} needs a NaN, and {name} has none; use 'to_zero', 'to_max', 'to_min' or 'error'")
        if self.nan_mode in (NanMode.TO_ZERO, NanMode.ZERO_SIGN_INVERTED) and not self.has_zero:
            raise PolicyError(f"nan: {self.nan_mode.value!r} needs a zero, and {name} has none")
        if self.negative_mode is NegativeMode.NAN and not self.fmt.has_nan:
            raise PolicyError(f"negative: 'nan' needs a NaN, and {name} has none; use 'zero', 'absolute' or 'error'")
        if not self.has_zero and not self.fmt.has_nan:
            for knob in ("zero_input", "below_min"):
                if getattr(p, knob) == "nan":
                    raise PolicyError(f"{knob}: 'nan' needs a NaN, and {name} has none; use 'min'")

    @property
    def has_zero(self) -> bool:
        """Whether zero has a code."""
        return self.fmt.grid.first_index == 0

    @property
    def replaces_negatives(self) -> bool:
        """Whether `negative` decides what a value below zero becomes, whatever `overflow` says. RQ-5.12."""
        return self.negative_mode is not None and not self.drops_sign

    @property
    def drops_sign(self) -> bool:
        """Whether `negative` is ``absolute``, in an unsigned format. RQ-5.12."""
        return self.negative_mode is NegativeMode.ABSOLUTE

    @property
    def negative_event(self) -> int:
        """Flags of a value that `negative` delivers. RQ-6.8."""
        return INVALID

    def _outcome(self, code: int, flags: int, raises: bool = False) -> Outcome:
        silent = self.policies.flags is FlagsMode.NONE
        return Outcome(code, (0 if silent else flags) | (RAISES if raises else 0))

    def _bound(self, negative: bool, flags: int) -> Outcome:
        return self._outcome(self.fmt.code_of_bound(negative), flags)

    def zero_code(self, negative: bool) -> int:
        """Code of a zero result with this sign. RQ-5.10."""
        keeps = negative and self.fmt.has_negative_zero and self.policies.signed_zero is SignedZeroMode.KEEP
        return self.fmt.grid.negative_base if keeps else 0

    def rounded_zero(self, negative: bool) -> int:
        """Code of a nonzero x that rounds to zero or is flushed. RQ-4.15, RQ-5.10. A format without zero never gets here."""
        return self.zero_code(negative)

    def exact_zero(self, negative: bool) -> Outcome:
        """A zero that arrives, or an input flushed to one. RQ-5.10, RQ-5.11, RQ-6.8."""
        if self.has_zero:
            return self._outcome(self.zero_code(negative), 0)
        match self.policies.zero_input:
            case ZeroInputMode.MIN:
                return self._outcome(0, INEXACT)
            case ZeroInputMode.NAN:
                return self.made_nan(negative, INVALID)
            case _:
                return self._outcome(0, INVALID, raises=True)

    def below_min(self, negative: bool) -> Outcome | None:
        """The NaN of a nonzero value below the least positive one of a format without zero, or None. RQ-5.11, RQ-6.8."""
        return self.made_nan(negative, INVALID) if self.policies.below_min is BelowMinMode.NAN and not self.has_zero else None

    def nan(self, negative: bool) -> Outcome:
        """A NaN that arrives: quiet, or with its payload dropped. RQ-5.8, RQ-6.6, RQ-6.7."""
        delivers_nan = self.nan_mode in _NEEDS_NAN
        return self._outcome(self._nan_code(negative), 0 if delivers_nan else INVALID, raises=self.nan_mode is NanMode.ERROR)

    def made_nan(self, negative: bool, flags: int) -> Outcome:
        """A NaN that another rule makes. RQ-5.9."""
        return self._outcome(self._nan_code(negative), flags, raises=self.nan_mode is NanMode.ERROR)

    def signaling_event(self) -> int:
        """Flags of a signalling NaN that is not copied bit by bit. RQ-6.6."""
        return self._outcome(0, INVALID, raises=self.nan_mode is NanMode.ERROR).event

    def _nan_code(self, negative: bool) -> int:
        fmt = self.fmt
        canonical = fmt.code_of_nan if fmt.code_of_nan is not None else 0
        sign = fmt.grid.negative_base if negative and fmt.signed and not fmt.grid.nan_at_zero else 0
        match self.nan_mode:
            case NanMode.CANONICAL | NanMode.ERROR:
                return canonical
            case NanMode.KEEP_SIGN | NanMode.KEEP_PAYLOAD | NanMode.QUIET_PAYLOAD:
                return canonical | sign
            case NanMode.ALL_ONES:
                return canonical | ((1 << fmt.grid.nan_payload) - 1)
            case NanMode.ALL_ONES_KEEP_SIGN:
                return canonical | ((1 << fmt.grid.nan_payload) - 1) | sign
            case NanMode.TO_MAX | NanMode.TO_MIN:
                return fmt.code_of_bound(self.nan_mode is NanMode.TO_MIN)
            case NanMode.TO_ZERO:
                return 0
            case NanMode.ZERO_SIGN_INVERTED:
                return self.zero_code(not negative)

    def overflow(self, negative: bool) -> Outcome:
        """A finite value out of range. RQ-5.1 to RQ-5.7, RQ-5.12, RQ-6.2, RQ-6.7, RQ-6.8."""
        if negative and self.negative_mode is not None:
            return self._below_zero()
        flags = INVALID if self.is_integer else OVERFLOW | INEXACT
        match self.policies.overflow:
            case OverflowMode.SATURATE | OverflowMode.SATURATE_PROPAGATE | OverflowMode.WRAP:
                return self._bound(negative, flags)
            case OverflowMode.TO_NAN:
                return self.made_nan(negative, flags)
            case OverflowMode.ERROR:
                return self._outcome(0, flags, raises=True)
            case OverflowMode.SATURATE_ABOVE if not negative:
                return self._bound(negative, flags)
            case _:
                return self._bound(negative, flags) if self._stays_finite(negative) else self._nonfinite(negative, flags)

    def _stays_finite(self, negative: bool) -> bool:
        mode, choice = self.policies.rounding, self.policies.to_odd_overflow
        if mode is RoundingMode.TO_ODD:
            return choice is ToOddOverflowMode.BOUND or (choice is ToOddOverflowMode.BOUND_ABOVE and not negative)
        return points_inward(mode, negative)

    def _nonfinite(self, negative: bool, flags: int) -> Outcome:
        """Inf of this sign, else NaN, else the bound."""
        code = self._infinity_code(negative)
        if code is not None:
            return self._outcome(code, flags)
        return self.made_nan(negative, flags) if self.fmt.has_nan else self._bound(negative, flags)

    def _infinity_code(self, negative: bool) -> int | None:
        code = self.fmt.code_of_infinity
        if code is None or (negative and not self.fmt.signed):
            return None
        return code | (self.fmt.grid.negative_base if negative else 0)

    def _below_zero(self) -> Outcome:
        """RQ-5.12, RQ-6.8."""
        match self.negative_mode:
            case NegativeMode.NAN:
                return self.made_nan(True, INVALID)
            case NegativeMode.ERROR:
                return self._outcome(0, INVALID, raises=True)
            case _:
                zero = self.exact_zero(False)
                return self._outcome(zero.code, INVALID, raises=bool(zero.event & RAISES))

    def infinity(self, negative: bool) -> Outcome:
        """An infinite input. RQ-5.1 to RQ-5.6, RQ-5.12, RQ-5.14, RQ-6.2, RQ-6.7."""
        flags = INVALID if self.is_integer else self._infinity_flags()
        if self.is_integer and self.policies.inf_to_int is not None:
            return self._infinity_to_integer(negative, flags)
        if negative and self.negative_mode is not None:
            return self._below_zero()
        native = self._infinity_code(negative)
        overflow = self.policies.overflow
        if overflow in (OverflowMode.ERROR, OverflowMode.WRAP):
            return self._outcome(0, flags, raises=True)
        saturates = overflow is OverflowMode.SATURATE or (overflow is OverflowMode.SATURATE_ABOVE and not negative)
        if not saturates and native is not None:
            return self._outcome(native, 0)
        if saturates or overflow is OverflowMode.SATURATE_PROPAGATE:
            return self._bound(negative, flags)
        return self._nonfinite(negative, flags)

    def _infinity_flags(self) -> int:
        return {InfFlagsMode.INVALID: INVALID, InfFlagsMode.OVERFLOW: OVERFLOW | INEXACT, InfFlagsMode.NONE: 0}[self.policies.inf_flags]

    def _infinity_to_integer(self, negative: bool, flags: int) -> Outcome:
        match self.policies.inf_to_int:
            case InfToIntMode.BOUND:
                return self._bound(negative, flags)
            case InfToIntMode.MIN | InfToIntMode.MAX:
                return self._bound(self.policies.inf_to_int is InfToIntMode.MIN, flags)
            case InfToIntMode.ZERO:
                return self._outcome(0, flags)
            case _:
                return self._outcome(0, flags, raises=True)
