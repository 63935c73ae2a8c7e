"""Integer and fixed-point formats."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from refquant.errors import InvalidFormatError
from refquant.formats.checks import check_choice, check_integer, check_name, check_switch
from refquant.formats.grid import Grid
from refquant.formats.scalar_format import ScalarFormat


class IntEncoding(StrEnum):
    """How negative integers are written. RQ-2.9."""

    TWOS_COMPLEMENT = "twos_complement"
    SIGN_MAGNITUDE = "sign_magnitude"


@dataclass(frozen=True, kw_only=True)
class IntFormat(ScalarFormat):
    """An integer or fixed-point format: ``value = integer * 2**-fraction_bits`` (RQ-2.9).

    Parameters
    ----------
    width : int
        Bits of a code, 1..53.
    signed : bool
        Two's complement (or sign and magnitude) if true, else unsigned.
    fraction_bits : int
        Binary places; 0 for integers.
    encoding : IntEncoding or str
        ``"twos_complement"`` or ``"sign_magnitude"`` (which has -0).
    name : str, optional
        Made from the parameters if not given.

    Raises
    ------
    InvalidFormatError
        If the parameters describe no format.

    Notes
    -----
    No Inf and no NaN. Instances are immutable, hashable and picklable.

    Examples
    --------
    >>> import refquant as rq
    >>> q1_7 = rq.IntFormat(width=8, fraction_bits=7)
    >>> hex(rq.encode(-0.5, q1_7)), float(q1_7.max_finite)
    ('0xc0', 0.9921875)
    """

    width: int
    signed: bool = True
    fraction_bits: int = 0
    encoding: IntEncoding = IntEncoding.TWOS_COMPLEMENT
    name: str = ""

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "width", check_integer("width", self.width, 1, 53))
        put(self, "fraction_bits", check_integer("fraction_bits", self.fraction_bits, -1000, 1000))
        put(self, "signed", check_switch("signed", self.signed))
        put(self, "encoding", check_choice("encoding", self.encoding, IntEncoding))
        if self.encoding is IntEncoding.SIGN_MAGNITUDE and not (self.signed and self.width >= 2):
            raise InvalidFormatError("encoding='sign_magnitude' needs signed=True and width of at least 2")
        put(self, "name", check_name(self.name) or self._made_name())

    def _made_name(self) -> str:
        tail = "_sign_magnitude" if self.encoding is IntEncoding.SIGN_MAGNITUDE else ""
        fraction = f"_f{self.fraction_bits}" if self.fraction_bits else ""
        return f"{'' if self.signed else 'u'}int{self.width}{fraction}{tail}"

    @property
    def precision(self) -> int:
        """Digits of the largest magnitude below a power of two."""
        return self.width - int(self.signed)

    @property
    def has_negative_zero(self) -> bool:
        """Whether -0 has a code: sign and magnitude alone. RQ-2.9."""
        return self.encoding is IntEncoding.SIGN_MAGNITUDE

    has_nan = False
    has_infinity = False
    code_of_infinity = None
    code_of_nan = None

    @cached_property
    def grid(self) -> Grid:
        """The format as integers. See Grid."""
        top = (1 << (self.width - int(self.signed))) - 1
        twos = self.encoding is IntEncoding.TWOS_COMPLEMENT
        # a precision of width + 1: the quantum grows only where the value is out of range anyway
        return Grid(
            width=self.width,
            precision=self.width + 1,
            min_quantum=-self.fraction_bits,
            max_positive=top,
            max_negative=(top + twos) if self.signed else 0,
            first_index=0,
            negative_base=0 if twos else top + 1,
            negative_step=-1 if twos else 1,
            has_negative_zero=int(not twos),
            infinity=-1,
            nan_first=-1,
            nan_quiet=0,
            nan_payload=0,
            nan_at_zero=0,
            has_subnormals=0,
        )
