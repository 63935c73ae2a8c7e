"""refquant: the neutral referee of low-precision numerics."""

from importlib import import_module

__version__ = "0.1.0"

TYPE_CHECKING = False  # type checkers take it for true; `typing` would have to be loaded
if TYPE_CHECKING:
    from refquant import arithmetic, bounds, errors, formats, golden, policies, testing, verify
    from refquant.array import Array
    from refquant.codec import CodesAndFlags, ValuesAndFlags, convert, decode, encode, round, value_table
    from refquant.containers import codes_from_signed, pack, unpack
    from refquant.dispatch import list_backends, list_operations
    from refquant.formats import FloatFormat, IntFormat, get_format, list_formats
    from refquant.parts import Parts, decode_parts, encode_parts
    from refquant.policies import Dialect, Flags, OverflowMode, Philox, Policies, RandomBits, RoundingMode, Via, get_dialect, list_dialects, summary_of_flags
    from refquant.threads import get_num_threads, set_num_threads
    from refquant.verify import sweep
else:
    #: The same for Python, which loads a module when one of its names is first used.
    _NAMES = {
        "array": ("Array",),
        "codec": ("CodesAndFlags", "ValuesAndFlags", "convert", "decode", "encode", "round", "value_table"),
        "containers": ("codes_from_signed", "pack", "unpack"),
        "dispatch": ("list_backends", "list_operations"),
        "formats": ("FloatFormat", "IntFormat", "get_format", "list_formats"),
        "parts": ("Parts", "decode_parts", "encode_parts"),
        "policies": (
            "Dialect",
            "Flags",
            "OverflowMode",
            "Philox",
            "Policies",
            "RandomBits",
            "RoundingMode",
            "Via",
            "get_dialect",
            "list_dialects",
            "summary_of_flags",
        ),
        "threads": ("get_num_threads", "set_num_threads"),
        "verify": ("sweep",),
    }
    _HOMES = {name: module for module, names in _NAMES.items() for name in names}

    def __getattr__(name):
        if name not in __all__:
            raise AttributeError(f"module 'refquant' has no attribute {name!r}")
        home = _HOMES.get(name)
        found = import_module(f"refquant.{name}") if home is None else getattr(import_module(f"refquant.{home}"), name)
        globals()[name] = found
        return found

    def __dir__():
        return sorted({*globals(), *__all__})


__all__ = [
    "Array",
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
    "arithmetic",
    "bounds",
    "codes_from_signed",
    "convert",
    "decode",
    "decode_parts",
    "encode",
    "encode_parts",
    "errors",
    "formats",
    "get_dialect",
    "get_format",
    "get_num_threads",
    "golden",
    "list_backends",
    "list_dialects",
    "list_formats",
    "list_operations",
    "pack",
    "policies",
    "round",
    "set_num_threads",
    "summary_of_flags",
    "sweep",
    "testing",
    "unpack",
    "value_table",
    "verify",
]
