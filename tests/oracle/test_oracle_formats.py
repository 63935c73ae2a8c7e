"""Formats and codes against published tables, typed in apart from formats.toml."""

from fractions import Fraction

import pytest
from oracle import bits, codec, formats
from oracle.errors import FormatRefused
from oracle.formats import Float, Int


def two(e: int) -> Fraction:
    return Fraction(2) ** e


# name: width, max_finite, its code, min_normal, min_subnormal, code of +Inf, a NaN code that is canonical, code of -0.
# Sources: IEEE 754-2019 table 3.5; OCP OFP8 1.0 table 2; OCP MX 1.0 tables 1, 2, 3, 5; ml_dtypes 0.6 finfo; NVIDIA PTX ISA.
LIMITS = {
    "float64": (64, (2 - two(-52)) * two(1023), 0x7FEFFFFFFFFFFFFF, two(-1022), two(-1074), 0x7FF0000000000000, 0x7FF8000000000000, 1 << 63),
    "float32": (32, (2 - two(-23)) * two(127), 0x7F7FFFFF, two(-126), two(-149), 0x7F800000, 0x7FC00000, 1 << 31),
    "tfloat32": (19, (2 - two(-10)) * two(127), 0x3FBFF, two(-126), two(-136), 0x3FC00, 0x3FE00, 0x40000),
    "float16": (16, Fraction(65504), 0x7BFF, two(-14), two(-24), 0x7C00, 0x7E00, 0x8000),
    "bfloat16": (16, Fraction(0xFF) * two(120), 0x7F7F, two(-126), two(-133), 0x7F80, 0x7FC0, 0x8000),
    "float8_e5m2": (8, Fraction(57344), 0x7B, two(-14), two(-16), 0x7C, 0x7E, 0x80),
    "float8_e4m3fn": (8, Fraction(448), 0x7E, two(-6), two(-9), None, 0x7F, 0x80),
    "float8_e4m3fnuz": (8, Fraction(240), 0x7F, two(-7), two(-10), None, 0x80, None),
    "float8_e5m2fnuz": (8, Fraction(57344), 0x7F, two(-15), two(-17), None, 0x80, None),
    "float8_e4m3b11fnuz": (8, Fraction(30), 0x7F, two(-10), two(-13), None, 0x80, None),
    "float8_e4m3": (8, Fraction(240), 0x77, two(-6), two(-9), 0x78, 0x7C, 0x80),
    "float8_e3m4": (8, Fraction(31, 2), 0x6F, two(-2), two(-6), 0x70, 0x78, 0x80),
    "float8_e8m0fnu": (8, two(127), 0xFE, two(-127), two(-127), None, 0xFF, None),
    "float6_e2m3fn": (6, Fraction(15, 2), 0x1F, Fraction(1), Fraction(1, 8), None, None, 0x20),
    "float6_e3m2fn": (6, Fraction(28), 0x1F, Fraction(1, 4), Fraction(1, 16), None, None, 0x20),
    "float4_e2m1fn": (4, Fraction(6), 0x7, Fraction(1), Fraction(1, 2), None, None, 0x8),
    "ue4m3": (7, Fraction(448), 0x7E, two(-6), two(-9), None, 0x7F, None),
    "ue5m3": (8, Fraction(114688), 0xFE, two(-14), two(-17), None, 0xFF, None),
}
# max_finite of the value tables of IEEE P3109.
P3109_MAXIMA = {
    "binary8p1se": two(62),
    "binary8p2se": two(31),
    "binary8p3se": Fraction(49152),
    "binary8p4se": Fraction(224),
    "binary8p4sf": Fraction(240),
    "binary8p5se": Fraction(15),
    "binary8p6se": Fraction(31, 8),
    "binary8p7se": Fraction(63, 32),
    "binary8p1uf": two(126),
    "binary4p2sf": Fraction(3),
}
NAN_CODES = {"float8_e5m2": 6, "float8_e4m3fn": 2, "float8_e4m3": 14, "float8_e3m4": 30, "float8_e4m3fnuz": 1, "float8_e8m0fnu": 1, "float4_e2m1fn": 0}


@pytest.mark.parametrize("name", LIMITS)
def test_limits_are_the_published_ones(name: str) -> None:
    fmt = formats.get(name)
    assert isinstance(fmt, Float)
    width, max_finite, max_code, min_normal, min_subnormal, inf, nan, negative_zero = LIMITS[name]
    assert (fmt.width, bits.maximum(fmt), bits.minimum(fmt), bits.power(fmt.emin)) == (width, max_finite, min_subnormal, min_normal)
    assert codec.decode(max_code, fmt).value == max_finite
    assert formats.largest(fmt) == max_code
    assert fmt.infinity == (inf is not None) and bits.has_nan(fmt) == (nan is not None) and bits.has_negative_zero(fmt) == (negative_zero is not None)
    if inf is not None:
        assert (codec.decode(inf, fmt).kind, codec.decode(inf, fmt).sign) == ("inf", 0)
    if nan is not None:
        assert codec.encode(codec.decode(nan, fmt), fmt) == (nan, 0, None)
    if negative_zero is not None:
        zero = codec.decode(negative_zero, fmt)
        assert (zero.kind, zero.sign, zero.value) == ("finite", 1, 0)


@pytest.mark.parametrize("name", P3109_MAXIMA)
def test_p3109_maxima_are_the_published_ones(name: str) -> None:
    fmt = formats.get(name)
    assert bits.maximum(fmt) == P3109_MAXIMA[name]
    assert codec.encode(bits.maximum(fmt), fmt).code == formats.largest(fmt)


def test_p3109_special_codes() -> None:
    cases = {
        ("binary8p3se", 0x80): "nan",
        ("binary8p3se", 0x7F): "inf",
        ("binary8p3se", 0xFF): "inf",
        ("binary8p3ue", 0xFF): "nan",
        ("binary8p3ue", 0xFE): "inf",
    }
    cases |= {("binary8p3sf", 0x7F): "finite", ("binary8p3sf", 0xFF): "finite", ("binary8p3uf", 0xFE): "finite", ("binary8p3uf", 0xFF): "nan"}
    for (name, code), kind in cases.items():
        assert codec.decode(code, formats.get(name)).kind == kind, (name, hex(code))


@pytest.mark.parametrize("name", NAN_CODES)
def test_number_of_nan_codes(name: str) -> None:
    fmt = formats.get(name)
    assert sum(codec.decode(code, fmt).kind == "nan" for code in range(2**fmt.width)) == NAN_CODES[name]


def test_float4_magnitudes() -> None:
    fmt = formats.get("float4_e2m1fn")
    assert [codec.decode(code, fmt).value for code in range(8)] == [Fraction(x) for x in ("0", "1/2", "1", "3/2", "2", "3", "4", "6")]


def test_names_count() -> None:
    names = formats.names(p3109=True)
    assert len(names) == len(set(names))
    assert sum(name.startswith("binary") for name in names) == 504
    assert sum(name.startswith("binary") and int(name[6 : name.index("p")]) <= 8 for name in names) == 120
    for name in names:
        fmt = formats.get(name)
        assert fmt.name == name
        assert isinstance(fmt, Int) or not name.startswith("binary") or fmt.width == int(name[6 : name.index("p")])


@pytest.mark.parametrize("name", ["binary2p1se", "binary8p8se", "binary8p9ue", "binary17p3se", "int0", "int17", "uint33", "e4m3", "binary8p0se", ""])
def test_unknown_names_are_refused(name: str) -> None:
    with pytest.raises(FormatRefused):
        formats.get(name)


REFUSED = [
    {"precision": 0, "exponent_width": 3, "bias": 3},
    {"precision": 54, "exponent_width": 3, "bias": 3},
    {"precision": 3, "exponent_width": 0, "bias": 3},
    {"precision": 53, "exponent_width": 12, "bias": 3},
    {"precision": 3, "exponent_width": 21, "bias": 3},
    {"precision": 3, "exponent_width": 3, "bias": 2**20 + 1},
    {"precision": 3, "exponent_width": 3, "bias": 3, "infinity": False},
    {"precision": 1, "exponent_width": 3, "bias": 3},
    {"precision": 3, "exponent_width": 3, "bias": 3, "signed": False, "nan": "negative_zero"},
    {"precision": 3, "exponent_width": 3, "bias": 3, "zero": False, "nan": "none"},
    {"precision": 3, "exponent_width": 3, "bias": 3, "signed": False, "zero": False, "nan": "ieee"},
    {"precision": 3, "exponent_width": 3, "bias": 3, "nan": "none", "signaling_nan": "msb_clear"},
    {"precision": 1, "exponent_width": 1, "bias": 1, "nan": "all_ones", "infinity": False},
]


@pytest.mark.parametrize("parameters", REFUSED)
def test_formats_that_do_not_exist_are_refused(parameters: dict[str, object]) -> None:
    with pytest.raises(FormatRefused):
        Float("x", **parameters)  # type: ignore[arg-type]


def test_integer_codes() -> None:
    cases = {
        ("int8", 0x80): -128,
        ("int8", 0xFF): -1,
        ("uint8", 0xFF): 255,
        ("int1", 1): -1,
        ("e0m3", 0xF): -7,
        ("mxint8", 0x80): -2,
        ("mxint8", 0x7F): Fraction(127, 64),
        ("s2f6", 0xC0): -1,
    }
    for (name, code), value in cases.items():
        datum = codec.decode(code, formats.get(name))
        assert datum.value * (-1 if datum.sign else 1) == value, (name, hex(code))
        assert codec.encode(Fraction(value), formats.get(name)) == (code, 0, None)
    assert (codec.decode(8, formats.get("e0m3")).sign, codec.decode(8, formats.get("e0m3")).value) == (1, 0)
