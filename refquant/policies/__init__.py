"""Named choices (knobs), their assignment (policies, dialects), and `resolve`, which turns them into the integers that code needs."""

from refquant.policies.dialect import Dialect, Row
from refquant.policies.dialects import as_dialect, get_dialect, list_dialects
from refquant.policies.events import RAISES, Flags
from refquant.policies.knobs import (
    KNOBS,
    BelowMinMode,
    FlagsMode,
    FtzMode,
    InfFlagsMode,
    InfToIntMode,
    NanMode,
    NanOutMode,
    NegativeMode,
    OverflowMode,
    Policies,
    SignedZeroMode,
    SubnormalMode,
    TininessMode,
    ToOddOverflowMode,
    Via,
    ZeroInputMode,
)
from refquant.policies.plan import Plan, resolve
from refquant.policies.random_bits import Philox, RandomBits
from refquant.policies.rounding import RoundingMode, points_inward, truth_table

__all__ = [
    "KNOBS",
    "RAISES",
    "BelowMinMode",
    "Dialect",
    "Flags",
    "FlagsMode",
    "FtzMode",
    "InfFlagsMode",
    "InfToIntMode",
    "NanMode",
    "NanOutMode",
    "NegativeMode",
    "OverflowMode",
    "Philox",
    "Plan",
    "Policies",
    "RandomBits",
    "RoundingMode",
    "Row",
    "SignedZeroMode",
    "SubnormalMode",
    "TininessMode",
    "ToOddOverflowMode",
    "Via",
    "ZeroInputMode",
    "as_dialect",
    "get_dialect",
    "list_dialects",
    "points_inward",
    "resolve",
    "truth_table",
]
