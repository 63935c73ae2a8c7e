"""Floating-point formats: a literal of primary parameters; everything else is derived."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from refquant.errors import InvalidFormatError
from refquant.formats.checks import check_choice, check_integer, check_name, check_switch
from refquant.formats.grid import Grid
from refquant.formats.scalar_format import ScalarFormat

if TYPE_CHECKING:
    from fractions import Fraction


class NanCodes(StrEnum):
    """Which codes are NaN. RQ-2.4."""

    IEEE = "ieee"  #: largest exponent field, trailing significand not zero
    ALL_ONES = "all_ones"  #: every bit below the sign is one
    NEGATIVE_ZERO = "negative_zero"  #: the code that would be -0
    NONE = "none"


class SignalingNan(StrEnum):
    """Which NaN codes signal. RQ-2.7."""

    MSB_CLEAR = "msb_clear"
    NONE = "none"


class Parity(StrEnum):
    """What "even" means when a tie is broken. RQ-4.14."""

    SIGNIFICAND = "significand"
    CODE = "code"


@dataclass(frozen=True, kw_only=True)
class FloatFormat(ScalarFormat):
    """A binary floating-point format, given by its primary parameters.

    ``value = (-1)**sign * (1 + T * 2**(1 - precision)) * 2**(E - bias)`` for a biased exponent E > 0 (RQ-2.3).

    Parameters
    ----------
    precision : int
        Digits of the significand, the implicit one included, 1..53.
    exponent_width : int
        Bits of the biased exponent, 1..20.
    bias : int, optional
        Exponent bias; ``2**(exponent_width - 1) - 1`` if not given.
    nan : NanCodes or str
        Which codes are NaN: ``"ieee"``, ``"all_ones"``, ``"negative_zero"``, ``"none"``.
    infinity, signed, zero : bool
        Whether the format has infinities, a sign bit, and a zero (with subnormals). IEEE formats have all three.
    signaling_nan : SignalingNan or str, optional
        ``"msb_clear"`` (the default where ``nan="ieee"``) or ``"none"``.
    parity : Parity or str
        What ties to even look at: ``"significand"`` or ``"code"`` (they differ for precision 1 alone).
    name : str, optional
        Made from the parameters if not given.

    Raises
    ------
    InvalidFormatError
        If the parameters describe no format; the message names the parameter.

    Notes
    -----
    Instances are immutable, hashable and picklable. Source of the parameters: RQ-2.1 to RQ-2.8.

    Examples
    --------
    >>> import refquant as rq
    >>> half = rq.FloatFormat(precision=11, exponent_width=5)
    >>> hex(rq.encode(0.1, half)), hex(rq.encode(0.1, "float16"))
    ('0x2e66', '0x2e66')
    """

    precision: int
    exponent_width: int
    bias: int = None  # type: ignore[assignment]  # filled in by __post_init__
    nan: NanCodes = NanCodes.IEEE
    infinity: bool = True
    signed: bool = True
    zero: bool = True
    signaling_nan: SignalingNan = None  # type: ignore[assignment]  # filled in by __post_init__
    parity: Parity = Parity.SIGNIFICAND
    name: str = ""

    def __post_init__(self) -> None:
        self._normalise()
        self._check_sizes()
        self._check_special_codes()

    def _normalise(self) -> None:
        put = object.__setattr__
        put(self, "precision", check_integer("precision", self.precision, 1, 53))
        put(self, "exponent_width", check_integer("exponent_width", self.exponent_width, 1, 20))
        standard = (1 << (self.exponent_width - 1)) - 1
        put(self, "bias", check_integer("bias", standard if self.bias is None else self.bias, -(1 << 20), 1 << 20))
        put(self, "nan", check_choice("nan", self.nan, NanCodes))
        default = SignalingNan.MSB_CLEAR if self.nan is NanCodes.IEEE else SignalingNan.NONE
        put(self, "signaling_nan", check_choice("signaling_nan", default if self.signaling_nan is None else self.signaling_nan, SignalingNan))
        put(self, "parity", check_choice("parity", self.parity, Parity))
        for field in ("infinity", "signed", "zero"):
            put(self, field, check_switch(field, getattr(self, field)))
        put(self, "name", check_name(self.name) or self._made_name())

    def _made_name(self) -> str:
        marks = [m for m, on in (("f", not self.infinity), ("u", not self.signed), ("z", not self.zero)) if on]
        tail = "" if self.nan is NanCodes.IEEE else f"_{self.nan.value}"
        return f"float_e{self.exponent_width}m{self.precision - 1}b{self.bias}{tail}{'_' if marks else ''}{''.join(marks)}"

    def _check_sizes(self) -> None:
        if self.exponent_width + self.precision - 1 > 63:
            raise InvalidFormatError(f"exponent_width + precision - 1: expected at most 63 bits, got {self.exponent_width + self.precision - 1}")

    def _check_special_codes(self) -> None:
        ieee, negative_zero = self.nan is NanCodes.IEEE, self.nan is NanCodes.NEGATIVE_ZERO
        if ieee and not (self.infinity and self.zero):
            raise InvalidFormatError("nan='ieee' reserves the largest exponent for Inf and NaN: it needs infinity=True and zero=True")
        if ieee and self.precision == 1:
            raise InvalidFormatError("nan='ieee' with precision=1 leaves no code for a NaN; use nan='all_ones', 'negative_zero' or 'none'")
        if negative_zero and not (self.signed and self.zero):
            raise InvalidFormatError("nan='negative_zero' takes the code of -0: it needs signed=True and zero=True")
        if self.signed and not self.zero:
            raise InvalidFormatError("zero=False needs signed=False")
        if self.signaling_nan is SignalingNan.MSB_CLEAR and not ieee:
            raise InvalidFormatError("signaling_nan='msb_clear' needs nan='ieee'")
        if self.max_finite_index < (1 if self.zero else 1 << (self.precision - 1)):
            raise InvalidFormatError("exponent_width, precision: the special codes leave no positive finite value")

    @property
    def width(self) -> int:
        """Bits of a code."""
        return int(self.signed) + self.exponent_width + self.precision - 1

    @property
    def emin(self) -> int:
        """Exponent of the smallest normal value."""
        return 1 - self.bias if self.zero else -self.bias

    @property
    def emax(self) -> int:
        """Exponent of the largest finite value."""
        return self.max_finite.numerator.bit_length() - self.max_finite.denominator.bit_length()

    @property
    def unit_roundoff(self) -> Fraction:
        """Half the relative distance of neighbours: 2**-precision."""
        from fractions import Fraction

        return Fraction(1, 1 << self.precision)

    @property
    def magnitude_codes(self) -> int:
        """Number of codes below the sign bit."""
        return 1 << (self.exponent_width + self.precision - 1)

    @property
    def has_negative_zero(self) -> bool:
        """Whether -0 has a code. RQ-2.5."""
        return self.signed and self.zero and self.nan is not NanCodes.NEGATIVE_ZERO

    @property
    def has_nan(self) -> bool:
        """Whether some code is NaN."""
        return self.nan is not NanCodes.NONE

    @property
    def has_infinity(self) -> bool:
        """Whether some code is Inf."""
        return self.infinity

    @property
    def code_of_infinity(self) -> int | None:
        """Code of +Inf, or None. RQ-2.4."""
        if not self.infinity:
            return None
        if self.nan is NanCodes.IEEE:
            return self.magnitude_codes - (1 << (self.precision - 1))
        return self.magnitude_codes - (2 if self.nan is NanCodes.ALL_ONES else 1)

    @property
    def code_of_nan(self) -> int | None:
        """Code of the canonical NaN, or None. RQ-2.6."""
        match self.nan:
            case NanCodes.IEEE:
                return self.magnitude_codes - (1 << (self.precision - 1)) + (1 << (self.precision - 2))
            case NanCodes.ALL_ONES:
                return self.magnitude_codes - 1
            case NanCodes.NEGATIVE_ZERO:
                return self.magnitude_codes
            case _:
                return None

    @property
    def max_finite_index(self) -> int:
        """Index of the largest finite value in the grid."""
        if self.nan is NanCodes.IEEE:
            return self.magnitude_codes - (1 << (self.precision - 1)) - 1
        reserved = int(self.nan is NanCodes.ALL_ONES) + int(self.infinity)
        return self.magnitude_codes - 1 - reserved + (0 if self.zero else 1 << (self.precision - 1))

    @cached_property
    def grid(self) -> Grid:
        """The format as integers. See Grid."""
        top, ieee, one_below_sign = self.max_finite_index, self.nan is NanCodes.IEEE, self.magnitude_codes
        infinity = -1 if self.code_of_infinity is None else self.code_of_infinity
        nan_first = {NanCodes.IEEE: infinity + 1, NanCodes.ALL_ONES: one_below_sign - 1}.get(self.nan, -1)
        return Grid(
            width=self.width,
            precision=self.precision,
            min_quantum=self.emin - self.precision + 1,
            max_positive=top,
            max_negative=top if self.signed else 0,
            first_index=0 if self.zero else 1 << (self.precision - 1),
            negative_base=one_below_sign if self.signed else 0,
            negative_step=1,
            has_negative_zero=int(self.has_negative_zero),
            infinity=infinity,
            nan_first=nan_first,
            nan_quiet=(1 << (self.precision - 2)) if self.signaling_nan is SignalingNan.MSB_CLEAR else 0,
            nan_payload=self.precision - 1 if ieee else 0,
            nan_at_zero=int(self.nan is NanCodes.NEGATIVE_ZERO),
            has_subnormals=int(self.zero and self.precision > 1),
        )
