"""Every knob, its values and defaults, and the combinations that are refused before data is read (RQ-1.4, RQ-5)."""

from dataclasses import dataclass, fields
from functools import cache

from .bits import has_nan, has_zero
from .errors import PolicyRefused
from .formats import Format, Int, get
from .rounding import MODES
from .stochastic import MODES as STOCHASTIC

NAN_TO_NAN = ("canonical", "keep_sign", "all_ones", "all_ones_keep_sign", "keep_payload", "quiet_payload")
NAN_TO_ZERO = ("to_zero", "zero_sign_inverted")

# None stands for a knob that is left out.
KNOBS: dict[str, tuple[str | None, ...]] = {
    "rounding": MODES,
    "overflow": ("no_saturate", "saturate", "saturate_above", "saturate_propagate", "to_nan", "wrap", "error"),
    "nan": (None, *NAN_TO_NAN, *NAN_TO_ZERO, "to_max", "to_min", "error"),
    "nan_out": ("keep", "canonical"),
    "signed_zero": ("keep", "positive"),
    "zero_input": ("min", "nan", "error"),
    "below_min": ("min", "nan"),
    "negative": (None, "zero", "nan", "absolute", "error"),
    "subnormals": ("keep", "flush_inputs", "flush_results", "flush_both"),
    "ftz": ("x86", "arm"),
    "parity": (None, "significand", "code"),
    "to_odd_overflow": ("bound", "infinity", "bound_above"),
    "inf_to_int": (None, "bound", "zero", "min", "max", "error"),
    "inf_flags": ("invalid", "overflow", "none"),
    "tininess": ("after", "before"),
    "flags": ("ieee", "none"),
    "nan_operand": ("first", "signaling_first", "made"),
    "fma_nan_order": ("product_first", "addend_first"),
    "made_nan": ("positive", "negative"),
    "zero_times_inf": ("quiet", "invalid", "made"),
    "division_by_zero": ("infinity", "nan"),
    "nan_rank": ("by_sign", "first"),
    "next_past_end": ("stay", "nan"),
    "input_denormal": ("none", "flushed", "used"),
}


@dataclass(frozen=True)
class Via:
    """An intermediate format and how it is entered (RQ-3.6)."""

    format: str
    rounding: str = "ties_to_even"
    overflow: str = "no_saturate"
    nan: str | None = None


@dataclass(frozen=True)
class Policies:
    """One value for every knob (RQ-1.4)."""

    rounding: str = "ties_to_even"
    overflow: str = "no_saturate"
    nan: str | None = None
    nan_out: str = "keep"
    signed_zero: str = "keep"
    zero_input: str = "min"
    below_min: str = "min"
    negative: str | None = None
    subnormals: str = "keep"
    ftz: str = "x86"
    parity: str | None = None
    to_odd_overflow: str = "bound"
    inf_to_int: str | None = None
    inf_flags: str = "invalid"
    tininess: str = "after"
    flags: str = "ieee"
    nan_operand: str = "first"
    fma_nan_order: str = "product_first"
    made_nan: str = "positive"
    zero_times_inf: str = "quiet"
    division_by_zero: str = "infinity"
    nan_rank: str = "by_sign"
    next_past_end: str = "stay"
    input_denormal: str = "none"
    via: Via | None = None


def nan_of(policies: Policies, fmt: Format) -> str:
    """The knob nan: by default canonical where the format has NaN, else error (RQ-5.8)."""
    return policies.nan or ("canonical" if has_nan(fmt) else "error")


def via_policies(policies: Policies) -> Policies:
    """The policies of the first step of `via`: all that it does not name are default (RQ-3.6)."""
    assert policies.via is not None
    return Policies(rounding=policies.via.rounding, overflow=policies.via.overflow, nan=policies.via.nan)


def require(condition: bool, message: str) -> None:
    """Refuse the combination (RQ-5)."""
    if not condition:
        raise PolicyRefused(message)


@cache
def check(policies: Policies, fmt: Format) -> None:
    """Refuse before data is read (RQ-5.4, RQ-5.5, RQ-5.8, RQ-5.11, RQ-5.12, RQ-9.7)."""
    for field in fields(policies):
        value = getattr(policies, field.name)
        require(field.name == "via" or value in KNOBS[field.name], f"{field.name} = {value!r} is no value of this knob")
    modular = isinstance(fmt, Int) and fmt.encoding == "twos_complement"
    require(policies.overflow != "wrap" or modular, f"wrap: {fmt.name} is not a two's complement or unsigned integer format (RQ-5.5)")
    require(policies.overflow != "to_nan" or has_nan(fmt), f"to_nan: {fmt.name} has no NaN (RQ-5.4)")
    require(nan_of(policies, fmt) not in NAN_TO_NAN or has_nan(fmt), f"nan: {fmt.name} has no NaN (RQ-5.8)")
    require(policies.negative != "nan" or fmt.signed or has_nan(fmt), f"negative: {fmt.name} has no NaN (RQ-5.12)")
    if not has_zero(fmt):
        require("nan" not in (policies.zero_input, policies.below_min) or has_nan(fmt), f"zero_input, below_min: {fmt.name} has no NaN (RQ-5.11)")
        require(policies.nan not in NAN_TO_ZERO, f"nan: {fmt.name} has no zero (RQ-5.8)")
    if policies.via:
        require(policies.via.rounding not in STOCHASTIC, "via: the random bits belong to the last rounding (RQ-9.7)")
        check(via_policies(policies), get(policies.via.format))
