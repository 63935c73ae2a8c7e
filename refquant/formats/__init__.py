"""What a format is: literals of primary parameters, and everything that follows from them.

Examples
--------
>>> import refquant as rq
>>> rq.formats.get_format("bf16").width, len(rq.formats.list_formats())
(16, 55)
"""

from refquant.formats.float_format import FloatFormat, NanCodes, Parity, SignalingNan
from refquant.formats.grid import Grid, code_of, value_parts
from refquant.formats.int_format import IntEncoding, IntFormat
from refquant.formats.registry import LITERALS, Format, get_format, list_formats, p3109_format
from refquant.formats.scalar_format import ScalarFormat

__all__ = [
    "LITERALS",
    "FloatFormat",
    "Format",
    "Grid",
    "IntEncoding",
    "IntFormat",
    "NanCodes",
    "Parity",
    "ScalarFormat",
    "SignalingNan",
    "code_of",
    "get_format",
    "list_formats",
    "p3109_format",
    "value_parts",
]
