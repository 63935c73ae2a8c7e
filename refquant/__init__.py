"""refquant: the neutral referee of low-precision numerics."""

from importlib import import_module
from types import ModuleType

from refquant import errors, policies
from refquant.codec import CodesAndFlags, ValuesAndFlags, convert, decode, encode, round, value_table
from refquant.containers import codes_from_signed, pack, unpack
from refquant.dispatch import list_backends
from refquant.formats import FloatFormat, IntFormat, get_format, list_formats
from refquant.parts import Parts, decode_parts, encode_parts
from refquant.policies import Dialect, Flags, OverflowMode, Philox, Policies, RandomBits, RoundingMode, Via, get_dialect, list_dialects

__version__ = "0.1.0"

_LAZY = ("bounds", "verify")  # rq.bounds, rq.verify: loaded when first used


def __getattr__(name: str) -> ModuleType:
    if name in _LAZY:
        return import_module(f"refquant.{name}")
    raise AttributeError(f"module 'refquant' has no attribute {name!r}")


__all__ = [
    "CodesAndFlags",
    "Dialect",
    "Flags",
    "FloatFormat",
    "IntFormat",
    "OverflowMode",
    "Parts",
    "Philox",
    "Policies",
    "RandomBits",
    "RoundingMode",
    "ValuesAndFlags",
    "Via",
    "bounds",
    "codes_from_signed",
    "convert",
    "decode",
    "decode_parts",
    "encode",
    "encode_parts",
    "errors",
    "get_dialect",
    "get_format",
    "list_backends",
    "list_dialects",
    "list_formats",
    "pack",
    "policies",
    "round",
    "unpack",
    "value_table",
    "verify",
]
