"""The knobs and their choices; `Policies` assigns them all."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from refquant.errors import AmbiguousNameError, InputTypeError, UnknownNameError
from refquant.formats import FloatFormat, Format, IntFormat, Parity, get_format, list_formats
from refquant.policies.operation_knobs import (
    DivisionByZeroMode,
    FmaNanOrderMode,
    InputDenormalMode,
    MadeNanMode,
    NanOperandMode,
    NanRankMode,
    NextPastEndMode,
    ZeroTimesInfMode,
)
from refquant.policies.rounding import RoundingMode


class OverflowMode(StrEnum):
    """What a value out of range becomes. RQ-5.1 to RQ-5.6, RQ-5.16."""

    NO_SATURATE = "no_saturate"
    SATURATE = "saturate"
    SATURATE_PROPAGATE = "saturate_propagate"
    SATURATE_ABOVE = "saturate_above"
    TO_NAN = "to_nan"
    WRAP = "wrap"
    ERROR = "error"


class NanMode(StrEnum):
    """What a NaN becomes. RQ-5.8."""

    CANONICAL = "canonical"
    KEEP_SIGN = "keep_sign"
    ALL_ONES = "all_ones"
    ALL_ONES_KEEP_SIGN = "all_ones_keep_sign"
    KEEP_PAYLOAD = "keep_payload"
    QUIET_PAYLOAD = "quiet_payload"
    TO_ZERO = "to_zero"
    ZERO_SIGN_INVERTED = "zero_sign_inverted"
    TO_MAX = "to_max"
    TO_MIN = "to_min"
    ERROR = "error"


class NanOutMode(StrEnum):
    """What decode makes of a NaN. RQ-3.2."""

    KEEP = "keep"
    CANONICAL = "canonical"


class SignedZeroMode(StrEnum):
    """The sign of a zero result. RQ-5.10."""

    KEEP = "keep"
    POSITIVE = "positive"


class ZeroInputMode(StrEnum):
    """What a zero becomes in a format without zero. RQ-5.11."""

    MIN = "min"
    NAN = "nan"
    ERROR = "error"


class BelowMinMode(StrEnum):
    """What a nonzero value below the least positive one becomes in a format without zero. RQ-5.11."""

    MIN = "min"
    NAN = "nan"


class NegativeMode(StrEnum):
    """What a negative value becomes in an unsigned format. RQ-5.12."""

    ZERO = "zero"
    NAN = "nan"
    ABSOLUTE = "absolute"
    ERROR = "error"


class SubnormalMode(StrEnum):
    """Whether subnormal inputs or tiny results are flushed to zero. RQ-5.13."""

    KEEP = "keep"
    FLUSH_INPUTS = "flush_inputs"
    FLUSH_RESULTS = "flush_results"
    FLUSH_BOTH = "flush_both"


class FtzMode(StrEnum):
    """When a tiny result is recognised for flushing, and which flags that raises. RQ-5.13, RQ-6.5."""

    X86 = "x86"
    ARM = "arm"


class ToOddOverflowMode(StrEnum):
    """What to_odd delivers out of range under no_saturate. RQ-5.7."""

    BOUND = "bound"
    INFINITY = "infinity"
    BOUND_ABOVE = "bound_above"


class InfToIntMode(StrEnum):
    """What Inf becomes in an integer or fixed-point format. RQ-5.14."""

    BOUND = "bound"
    ZERO = "zero"
    MIN = "min"
    MAX = "max"
    ERROR = "error"


class InfFlagsMode(StrEnum):
    """The flags of an Inf that is not delivered as Inf. RQ-6.2."""

    INVALID = "invalid"
    OVERFLOW = "overflow"
    NONE = "none"


class TininessMode(StrEnum):
    """Whether tininess is judged before or after rounding. RQ-6.4."""

    AFTER = "after"
    BEFORE = "before"


class FlagsMode(StrEnum):
    """Whether flags are raised at all. RQ-6.1."""

    IEEE = "ieee"
    NONE = "none"


@dataclass(frozen=True)
class Via:
    """An intermediate format that a value passes through, with its own rounding. RQ-3.6.

    Examples
    --------
    >>> import refquant as rq
    >>> through_float32 = rq.get_dialect("default").replace(via="float32")
    >>> x = 1 + 2**-4 + 2**-30                  # just above a tie of float8_e4m3fn
    >>> hex(rq.encode(x, "float8_e4m3fn")), hex(rq.encode(x, "float8_e4m3fn", dialect=through_float32))
    ('0x39', '0x38')
    """

    format: Format | str  #: its name; a format of the user's own stays itself
    rounding: RoundingMode = RoundingMode.TIES_TO_EVEN
    overflow: OverflowMode = OverflowMode.NO_SATURATE
    nan: NanMode | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "format", _via_format(self.format))
        for name, kind in (("rounding", RoundingMode), ("overflow", OverflowMode), ("nan", NanMode)):
            object.__setattr__(self, name, choice(f"via.{name}", getattr(self, name), kind, optional=name == "nan"))

    @property
    def name(self) -> str:
        """Name of the format."""
        return self.format if isinstance(self.format, str) else self.format.name


def _via_format(value: Any) -> Format | str:
    """Return the name of a format that has one in refquant, or a format of the user's own."""
    try:
        fmt = get_format(value)
    except (UnknownNameError, AmbiguousNameError, InputTypeError) as error:
        raise type(error)(f"via: {str(error).partition(': ')[2]}") from None
    return fmt.name if fmt.name in list_formats(p3109=True) else fmt


def choice(name: str, value: Any, kind: type[StrEnum], *, optional: bool = False) -> Any:
    """Return the member of `kind` that `value` names; None stays None where it is allowed."""
    if value is None and optional:
        return None
    if not isinstance(value, str):
        raise InputTypeError(f"{name}: expected a string, got {value!r}; one of {', '.join(kind)}")
    try:
        return kind(value)
    except ValueError:
        raise UnknownNameError(f"{name}: expected one of {', '.join(kind)}; got {value!r}") from None


@dataclass(frozen=True)
class Policies:
    """One choice per knob. Strings are accepted; None means "as the format implies" (see each knob's clause)."""

    rounding: RoundingMode = RoundingMode.TIES_TO_EVEN
    overflow: OverflowMode = OverflowMode.NO_SATURATE
    nan: NanMode | None = None
    nan_out: NanOutMode = NanOutMode.KEEP
    signed_zero: SignedZeroMode = SignedZeroMode.KEEP
    zero_input: ZeroInputMode = ZeroInputMode.MIN
    below_min: BelowMinMode = BelowMinMode.MIN
    negative: NegativeMode | None = None
    subnormals: SubnormalMode = SubnormalMode.KEEP
    ftz: FtzMode = FtzMode.X86
    parity: Parity | None = None
    to_odd_overflow: ToOddOverflowMode = ToOddOverflowMode.BOUND
    inf_to_int: InfToIntMode | None = None
    inf_flags: InfFlagsMode = InfFlagsMode.INVALID
    tininess: TininessMode = TininessMode.AFTER
    flags: FlagsMode = FlagsMode.IEEE
    nan_operand: NanOperandMode = NanOperandMode.FIRST
    fma_nan_order: FmaNanOrderMode = FmaNanOrderMode.PRODUCT_FIRST
    made_nan: MadeNanMode = MadeNanMode.POSITIVE
    zero_times_inf: ZeroTimesInfMode = ZeroTimesInfMode.QUIET
    division_by_zero: DivisionByZeroMode = DivisionByZeroMode.INFINITY
    nan_rank: NanRankMode = NanRankMode.BY_SIGN
    next_past_end: NextPastEndMode = NextPastEndMode.STAY
    input_denormal: InputDenormalMode = InputDenormalMode.NONE
    via: Via | None = None

    def __post_init__(self) -> None:
        for name, kind in KNOBS.items():
            object.__setattr__(self, name, choice(name, getattr(self, name), kind, optional=name in _OPTIONAL))
        object.__setattr__(self, "via", as_via(self.via))


def as_via(value: Any) -> Via | None:
    """Return a Via from a Via, a format name, a mapping of its fields, or None."""
    if value is None or isinstance(value, Via):
        return value
    if isinstance(value, (str, FloatFormat, IntFormat)):
        return Via(value)
    if isinstance(value, dict) and "format" in value and set(value) <= {f.name for f in fields(Via)}:
        return Via(**value)
    raise InputTypeError(f"via: expected a format, its name, or refquant.Via(format, rounding, overflow, nan), got {value!r}")


#: Every knob but `via`, with its choices.
KNOBS: dict[str, type[StrEnum]] = {
    "rounding": RoundingMode, "overflow": OverflowMode, "nan": NanMode, "nan_out": NanOutMode, "signed_zero": SignedZeroMode,
    "zero_input": ZeroInputMode, "below_min": BelowMinMode, "negative": NegativeMode, "subnormals": SubnormalMode, "ftz": FtzMode, "parity": Parity,
    "to_odd_overflow": ToOddOverflowMode, "inf_to_int": InfToIntMode, "inf_flags": InfFlagsMode, "tininess": TininessMode, "flags": FlagsMode,
    "nan_operand": NanOperandMode, "fma_nan_order": FmaNanOrderMode, "made_nan": MadeNanMode, "zero_times_inf": ZeroTimesInfMode,
    "division_by_zero": DivisionByZeroMode, "nan_rank": NanRankMode, "next_past_end": NextPastEndMode,
    "input_denormal": InputDenormalMode,
}  # fmt: skip
_OPTIONAL = frozenset({"nan", "negative", "parity", "inf_to_int"})
