"""Named choices (knobs), their assignment (policies, dialects), and `resolve`, which turns them into the integers that code needs."""

from refquant.policies.choices import Choices, choices_of
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
from refquant.policies.plan import Plan, resolve
from refquant.policies.random_bits import Philox, RandomBits
from refquant.policies.rounding import RoundingMode, points_inward, truth_table
from refquant.policies.summary import FlagsSummary, summary_of_flags

__all__ = [
    "KNOBS",
    "RAISES",
    "BelowMinMode",
    "Choices",
    "Dialect",
    "DivisionByZeroMode",
    "Flags",
    "FlagsMode",
    "FlagsSummary",
    "FmaNanOrderMode",
    "FtzMode",
    "InfFlagsMode",
    "InfToIntMode",
    "InputDenormalMode",
    "MadeNanMode",
    "NanMode",
    "NanOperandMode",
    "NanOutMode",
    "NanRankMode",
    "NegativeMode",
    "NextPastEndMode",
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
    "ZeroTimesInfMode",
    "as_dialect",
    "choices_of",
    "get_dialect",
    "list_dialects",
    "points_inward",
    "resolve",
    "summary_of_flags",
    "truth_table",
]
