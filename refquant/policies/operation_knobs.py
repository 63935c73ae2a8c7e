"""The knobs that operations on several operands look at, and conversions do not."""

from enum import StrEnum


class NanOperandMode(StrEnum):
    """Which NaN operand gives the result. RQ-7.13."""

    FIRST = "first"
    SIGNALING_FIRST = "signaling_first"
    MADE = "made"


class FmaNanOrderMode(StrEnum):
    """Which operands of fma come first. RQ-7.13."""

    PRODUCT_FIRST = "product_first"
    ADDEND_FIRST = "addend_first"


class MadeNanMode(StrEnum):
    """The sign of a NaN that an operation makes. RQ-7.14."""

    POSITIVE = "positive"
    NEGATIVE = "negative"


class ZeroTimesInfMode(StrEnum):
    """What fma makes of 0, Inf and a quiet NaN. RQ-7.15."""

    QUIET = "quiet"
    INVALID = "invalid"
    MADE = "made"


class DivisionByZeroMode(StrEnum):
    """What a number other than 0 divided by 0 is. RQ-7.16."""

    INFINITY = "infinity"
    NAN = "nan"


class NanRankMode(StrEnum):
    """Where a NaN stands in the total order. RQ-7.25."""

    BY_SIGN = "by_sign"
    FIRST = "first"


class NextPastEndMode(StrEnum):
    """The neighbour of a datum that has none on that side. RQ-7.22."""

    STAY = "stay"
    NAN = "nan"


class InputDenormalMode(StrEnum):
    """Which subnormal operands raise INPUT_DENORMAL: none, those that are flushed, or those that are used. RQ-6.10."""

    NONE = "none"
    FLUSHED = "flushed"
    USED = "used"
