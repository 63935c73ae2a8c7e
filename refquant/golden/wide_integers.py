"""The 64-bit integers as formats of operands: refquant converts from them, and to none of them."""

from __future__ import annotations

from functools import cached_property
from typing import NoReturn

from refquant.errors import InvalidFormatError
from refquant.formats import Grid, IntEncoding, IntFormat
from refquant.inputs import integer_grid

WIDTH = 64


class WideInteger(IntFormat):
    """``int64`` or ``uint64``: two's complement or unsigned.

    Examples
    --------
    >>> from refquant.golden.wide_integers import WideInteger
    >>> WideInteger(width=64, signed=False).name, int(WideInteger(width=64).max_finite)
    ('uint64', 9223372036854775807)
    """

    def __post_init__(self) -> None:
        name = "int64" if self.signed else "uint64"
        plain = (self.width, self.fraction_bits, self.encoding) == (WIDTH, 0, IntEncoding.TWOS_COMPLEMENT)
        if not plain or type(self.width) is not int or type(self.signed) is not bool or self.name not in ("", name):
            raise InvalidFormatError(f"width: an integer format of more than 53 bits is int64 or uint64, without fraction bits; got {self.name or self.width}")
        object.__setattr__(self, "encoding", IntEncoding.TWOS_COMPLEMENT)
        object.__setattr__(self, "name", name)

    @cached_property
    def grid(self) -> Grid:
        """The format as integers."""
        return integer_grid(WIDTH, self.signed)

    def code_of_bound(self, negative: bool) -> NoReturn:
        """Raise: whoever asks is about to convert to it."""
        raise InvalidFormatError(f"fmt: {self.name} is a format of operands alone: results have at most 53 bits")
