"""Decode and encode against Python's struct, and each other."""

import struct
from fractions import Fraction
from math import isinf, isnan
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import bits, codec, formats
from oracle.datum import Datum
from oracle.flags import INEXACT, INVALID, OVERFLOW
from oracle.policies import Policies, Via

STRUCT = {"float16": ("<e", "<H", 16), "float32": ("<f", "<I", 32), "float64": ("<d", "<Q", 64)}


def codes(name: str, count: int) -> list[int]:
    width = formats.get(name).width
    random = Random(name)
    edges = [sign << (width - 1) | code for sign in (0, 1) for code in (0, 1, 2, formats.largest(formats.get(name)), formats.largest(formats.get(name)) + 1)]
    return edges + [random.randrange(1 << width) for _ in range(count)]


@pytest.mark.parametrize("name", STRUCT)
def test_decode_equals_struct(name: str) -> None:
    fmt = formats.get(name)
    float_code, int_code, _ = STRUCT[name]
    for code in codes(name, 3000):
        (expected,) = struct.unpack(float_code, struct.pack(int_code, code))
        datum = codec.decode(code, fmt)
        if isnan(expected):
            assert datum.kind == "nan"
        elif isinf(expected):
            assert (datum.kind, datum.sign) == ("inf", int(expected < 0))
        else:
            assert datum == Datum("finite", code >> (fmt.width - 1), abs(Fraction(expected))), hex(code)


def magnitudes(name: str, count: int) -> list[Fraction]:
    """Numbers beside values, midpoints and thresholds, and of random exponents."""
    fmt = formats.get(name)
    random = Random(name + "encode")
    top = formats.largest(fmt)
    found = []
    for place in [0, 1, 2, top - 1, top, *(random.randrange(top) for _ in range(count))]:
        lo, hi = (bits.number(place + i, fmt) for i in (0, 1))
        found += [lo, (lo + hi) / 2, lo + (hi - lo) * Fraction(random.randrange(1, 2**40), 2**40), (lo + hi) / 2 + (hi - lo) / 2**20]
    return found


def pack(x: Fraction, name: str) -> int | None:
    """What Python's struct gives; None where it says that the number is too large."""
    float_code, int_code, _ = STRUCT[name]
    try:
        return int(struct.unpack(int_code, struct.pack(float_code, float(x)))[0])
    except OverflowError:
        return None


@pytest.mark.parametrize("name", STRUCT)
def test_encode_equals_struct(name: str) -> None:
    """Only numbers that a float64 holds, for float16 and float32: struct rounds from it. For float64, any number."""
    fmt = formats.get(name)
    infinity = bits.infinity_code(fmt)  # type: ignore[arg-type]
    for x in magnitudes(name, 250):
        for signed in (x, -x):
            if name != "float64" and Fraction(float(x)) != x:
                continue
            code, flags, _ = codec.encode(Datum("finite", int(signed is not x), x), fmt)
            expected = pack(x, name)
            expected = infinity if expected is None else expected
            assert code == expected | (signed is not x) << (fmt.width - 1), (name, x)
            assert bool(flags & INEXACT) == (codec.decode(code, fmt).value != x or code & (1 << fmt.width - 1) - 1 == infinity)


@settings(derandomize=True, max_examples=150, deadline=None, database=None)
@given(st.fractions(min_value=-70000, max_value=70000))
def test_float64_of_fractions_equals_python(x: Fraction) -> None:
    code = codec.encode(x, formats.get("float64")).code
    assert code == struct.unpack("<Q", struct.pack("<d", float(x)))[0]


@pytest.mark.parametrize(
    "name", [name for name in formats.names(p3109=True) if formats.get(name).width <= 6] + [n for n in formats.names() if formats.get(n).width in (7, 8)]
)
def test_encode_of_decode_is_the_code(name: str) -> None:
    fmt = formats.get(name)
    keep = Policies(nan="keep_payload") if bits.has_nan(fmt) else Policies()
    for code in range(1 << fmt.width):
        assert codec.convert(code, fmt, fmt, keep) == (code, 0, None), (name, hex(code), "RQ-3.4")
        if codec.decode(code, fmt).kind != "nan":
            assert codec.convert(code, fmt, fmt) == (code, 0, None), (name, hex(code), "RQ-3.4")


def test_codes_out_of_range_are_refused() -> None:
    for code in (-1, 256):
        with pytest.raises(ValueError, match="no code"):
            codec.decode(code, formats.get("float8_e4m3fn"))


def test_via_rounds_twice() -> None:
    """1 + 2^-11 + 2^-40 is above a tie of float16, and float32 rounds it onto the tie."""
    half, single, double = (formats.get(name) for name in ("float16", "float32", "float64"))
    x = 1 + Fraction(1, 2**11) + Fraction(1, 2**40)
    via = Policies(via=Via("float32"))
    assert codec.encode(x, half).code == 0x3C01
    assert codec.encode(x, half, via, source=double) == (0x3C00, INEXACT, None)
    assert codec.encode(x, half, Policies(via=Via("float32", "to_odd")), source=double).code == 0x3C01
    assert codec.encode(x, half, via, source=single).code == 0x3C01  # already float32: the step is left out
    assert codec.encode(x, half, via).code == 0x3C00


def test_via_joins_flags() -> None:
    double, half = formats.get("float64"), formats.get("float16")
    assert codec.encode(Fraction(10) ** 200, half, Policies(via=Via("float32")), source=double) == (0x7C00, OVERFLOW | INEXACT, None)
    assert codec.encode(Fraction(10) ** 200, half, Policies(via=Via("float32"), overflow="saturate"), source=double) == (
        0x7BFF,
        OVERFLOW | INEXACT | INVALID,
        None,
    )
    assert codec.encode(Fraction(10) ** 200, half, Policies(via=Via("float32"), flags="none"), source=double) == (0x7C00, 0, None)


def test_via_flushes_the_original_source_first() -> None:
    """A subnormal of float16 is normal in float32; flush_inputs still sees float16."""
    half, target = formats.get("float16"), formats.get("bfloat16")
    policies = Policies(via=Via("float32"), subnormals="flush_inputs")
    assert codec.convert(0x8001, half, target, policies) == (0x8000, 0, None)
    assert codec.convert(0x8001, half, target, Policies(via=Via("float32"))).code == 0xB380
