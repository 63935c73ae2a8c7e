"""Formats by name: literals, families made by rule, and a lookup that forgives spelling and refuses ambiguity."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from refquant.errors import AmbiguousNameError, InputTypeError, InvalidFormatError, UnknownNameError
from refquant.formats.float_format import FloatFormat, NanCodes, Parity
from refquant.formats.int_format import IntEncoding, IntFormat

Format = FloatFormat | IntFormat


def _float(name: str, precision: int, exponent_width: int, bias: int, nan: str = "ieee", signed: bool = True, zero: bool = True) -> FloatFormat:
    return FloatFormat(
        name=name, precision=precision, exponent_width=exponent_width, bias=bias, nan=NanCodes(nan), infinity=nan == "ieee", signed=signed, zero=zero
    )


#: One line per format; RQ-2.12 and spec/formats.toml give the sources.
LITERALS: dict[str, Format] = {
    f.name: f
    for f in (
        _float("float64", 53, 11, 1023),
        _float("float32", 24, 8, 127),
        _float("tfloat32", 11, 8, 127),
        _float("float16", 11, 5, 15),
        _float("bfloat16", 8, 8, 127),
        _float("float8_e5m2", 3, 5, 15),
        _float("float8_e4m3fn", 4, 4, 7, "all_ones"),
        _float("float8_e4m3fnuz", 4, 4, 8, "negative_zero"),
        _float("float8_e5m2fnuz", 3, 5, 16, "negative_zero"),
        _float("float8_e4m3b11fnuz", 4, 4, 11, "negative_zero"),
        _float("float8_e4m3", 4, 4, 7),
        _float("float8_e3m4", 5, 3, 3),
        _float("float8_e8m0fnu", 1, 8, 127, "all_ones", signed=False, zero=False),
        _float("float6_e2m3fn", 4, 2, 1, "none"),
        _float("float6_e3m2fn", 3, 3, 3, "none"),
        _float("float4_e2m1fn", 2, 2, 1, "none"),
        _float("ue4m3", 4, 4, 7, "all_ones", signed=False),
        _float("ue5m3", 4, 5, 15, "all_ones", signed=False),
        IntFormat(name="mxint8", width=8, fraction_bits=6),
        IntFormat(name="s2f6", width=8, fraction_bits=6),
        IntFormat(name="e0m3", width=4, encoding=IntEncoding.SIGN_MAGNITUDE),
    )
}
INTEGER_WIDTHS = (*range(1, 17), 32)

_ALIASES = {
    "bf16": "bfloat16", "tf32": "tfloat32", "fp16": "float16", "half": "float16", "f16": "float16", "binary16": "float16", "fp32": "float32",
    "single": "float32", "f32": "float32", "binary32": "float32", "fp64": "float64", "double": "float64", "f64": "float64", "binary64": "float64",
    "e4m3b11": "float8_e4m3b11fnuz", "e8m0": "float8_e8m0fnu", "ue8m0": "float8_e8m0fnu", "e2m3": "float6_e2m3fn", "e3m2": "float6_e3m2fn",
    "e2m1": "float4_e2m1fn", "fp4": "float4_e2m1fn", "float4": "float4_e2m1fn",
}  # fmt: skip
_E4M3 = ("float8_e4m3", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e4m3b11fnuz")
_FLOAT8 = tuple(n for n in LITERALS if n.startswith("float8"))
_FLOAT6 = ("float6_e2m3fn", "float6_e3m2fn")
_AMBIGUOUS = {
    "e4m3": _E4M3,
    "fp8e4m3": _E4M3,
    "f8e4m3": _E4M3,
    "fp8": _FLOAT8,
    "f8": _FLOAT8,
    "float8": _FLOAT8,
    "fp6": _FLOAT6,
    "f6": _FLOAT6,
    "float6": _FLOAT6,
}
#: Patterns of the families' names; `re` compiles one when it is first used.
_INTEGER, _SHORT_INTEGER, _P3109 = r"(u?)int(\d+)", r"([iu])(\d+)", r"binary(\d+)p(\d+)([su])([ef])"


def _key(name: str) -> str:
    return re.sub(r"[\s_.\-]", "", name.lower())


@cache
def _spellings() -> dict[str, str]:
    """Return the format of every spelling that is a key; made when a name is first looked up."""
    table = {_key(alias): name for alias, name in _ALIASES.items()}
    for name in LITERALS:
        table[_key(name)] = name
        if family := re.fullmatch(r"float([468])_(e\dm\d\w*)", name):
            for prefix in (f"fp{family[1]}", f"f{family[1]}", ""):
                for tail in {family[2], re.sub("(fn|fnu)$", "", family[2]) if family[1] != "8" else family[2]}:
                    table.setdefault(prefix + tail, name)
    return {k: v for k, v in table.items() if k not in _AMBIGUOUS or k == _key(v)}


@cache
def p3109_format(width: int, precision: int, signed: bool, extended: bool) -> FloatFormat:
    """Return the IEEE P3109 format ``binary{K}p{P}{s|u}{e|f}``. RQ-2.11."""
    name = f"binary{width}p{precision}{'s' if signed else 'u'}{'e' if extended else 'f'}"
    w = width - precision + int(not signed)
    nan = NanCodes.NEGATIVE_ZERO if signed else NanCodes.ALL_ONES
    return FloatFormat(name=name, precision=precision, exponent_width=w, bias=1 << (w - 1), nan=nan, infinity=extended, signed=signed, parity=Parity.CODE)


def get_format(name: Format | str) -> Format:
    """Return the format with this name.

    Parameters
    ----------
    name : str or Format
        Upper and lower case, ``_``, ``-``, ``.`` and blanks do not matter; common aliases (``bf16``, ``tf32``, ``fp8_e5m2``, ``E4M3FN``)
        are known. A format object is returned as it is.

    Returns
    -------
    FloatFormat or IntFormat

    Raises
    ------
    AmbiguousNameError
        If the name means different formats to different people (``e4m3``, ``fp8``); the message lists them.
    UnknownNameError
        If no format has this name; the message lists the nearest names.
    InputTypeError
        If `name` is neither a string nor a format.

    Notes
    -----
    Families: ``int1`` .. ``int16``, ``int32``, ``uint...`` (RQ-2.10) and IEEE P3109's ``binary{K}p{P}{s|u}{e|f}``, K = 3..16 (RQ-2.11).

    Examples
    --------
    >>> import refquant as rq
    >>> rq.get_format("E4M3FN").max_finite
    Fraction(448, 1)
    >>> rq.get_format("binary8p3se").code_of_nan
    128
    """
    if isinstance(name, (FloatFormat, IntFormat)):
        return _own(name)
    if not isinstance(name, str):
        raise InputTypeError(f"fmt: expected a format or its name, got {type(name).__name__}")
    return _named(name)


@lru_cache(maxsize=4096)
def _own(fmt: Format) -> Format:
    """Return a user's format; its name must not be that of another one (dialects know formats by name)."""
    if fmt.name in list_formats(p3109=True) and _named(fmt.name) != fmt:
        raise InvalidFormatError(f"name: {fmt.name!r} is a format with other parameters; choose another name")
    return fmt


@lru_cache(maxsize=4096)
def _named(name: str) -> Format:
    key = _key(name)
    if key in _spellings():
        return LITERALS[_spellings()[key]]
    if key in _AMBIGUOUS:
        raise AmbiguousNameError(f"fmt: {name!r} may mean {', '.join(_AMBIGUOUS[key])}; write one of them")
    if (m := re.fullmatch(_INTEGER, key) or re.fullmatch(_SHORT_INTEGER, key)) and int(m[2]) in INTEGER_WIDTHS:
        return IntFormat(width=int(m[2]), signed=m[1] != "u")
    if (m := re.fullmatch(_P3109, key)) and 3 <= int(m[1]) <= 16 and 1 <= int(m[2]) <= int(m[1]) - (m[3] == "s"):
        return p3109_format(int(m[1]), int(m[2]), m[3] == "s", m[4] == "e")
    import difflib  # loaded for this message alone

    near = difflib.get_close_matches(key, [*_spellings(), *map(_key, list_formats(p3109=True))], 3, 0.7)
    known = {_key(n): n for n in list_formats(p3109=True)}
    hint = f"; did you mean {', '.join(dict.fromkeys(_spellings().get(n) or known[n] for n in near))}?" if near else ""
    raise UnknownNameError(f"fmt: no format is named {name!r}{hint}; refquant.list_formats() lists them")


def list_formats(*, p3109: bool = False) -> tuple[str, ...]:
    """Return the names of all formats.

    Parameters
    ----------
    p3109 : bool
        Add the 504 names of IEEE P3109, K = 3..16.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> import refquant as rq
    >>> rq.list_formats()[:3]
    ('float64', 'float32', 'tfloat32')
    >>> len(rq.list_formats(p3109=True)) - len(rq.list_formats())
    504
    """
    names = [*LITERALS, *(f"{u}int{n}" for u in ("", "u") for n in INTEGER_WIDTHS)]
    if p3109:
        names += [f"binary{k}p{p}{s}{e}" for k in range(3, 17) for s in "su" for p in range(1, k + (s == "u")) for e in "ef"]
    return tuple(names)
