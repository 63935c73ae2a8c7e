"""Numbers are read exactly as they are typed."""

import math
from fractions import Fraction

import numpy as np
import pytest

import refquant as rq
from refquant.cli.facts import facts_of, fields_of, neighbour, quantum
from refquant.cli.numbers import CodeNumber, read_number
from refquant.cli.options import in_options
from refquant.cli.values import decimal_text, fraction_text, power_text
from refquant.golden.text import hex_code, hex_float, hex_value, value_of


@pytest.mark.parametrize(
    "text, value",
    [
        ("0.1", Fraction(1, 10)), ("-3e-5", Fraction(-3, 100_000)), (".5", Fraction(1, 2)), ("5.", Fraction(5)), ("+1E3", Fraction(1000)),
        ("0x1.8p-3", Fraction(3, 16)), ("-0X.8P1", Fraction(-1)), ("0x10", Fraction(16)), ("1/3", Fraction(1, 3)), ("-2/6", Fraction(-1, 3)),
        ("0.1/0x2p0", Fraction(1, 20)), (" 7 ", Fraction(7)), ("1e400", Fraction(10) ** 400), ("0", Fraction(0)), ("0/5", Fraction(0)),
        ("code:0x7e", CodeNumber(126)), ("code:126", CodeNumber(126)), ("CODE:0b11", CodeNumber(3)), ("inf", math.inf), ("-Infinity", -math.inf),
    ],
)  # fmt: skip
def test_numbers_are_read_exactly(text, value):
    read = read_number(text)
    assert read == value
    assert type(read) is type(value)


def test_signs_of_zero_and_nan_are_read():
    assert math.copysign(1, read_number("-0.0")) == -1
    assert math.copysign(1, read_number("-nan")) == -1
    assert math.isnan(read_number("NaN"))


@pytest.mark.parametrize(
    "text", ["", "abc", "1/0", "1/", "/2", "1e", "0x", "0x1.gp0", "1e999999999", "code:", "code:-1", "code:x", "1_0", "1 2", "--1", "0.1.2", "i"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match=r"^value: "):
        read_number(text)


def test_a_tenth_is_not_its_float64():
    assert read_number("0.1") < Fraction(0.1)
    facts = facts_of(read_number("0.1"), rq.get_format("float64"))
    assert (facts.error, facts.flags) == (Fraction(0.1) - Fraction(1, 10), "inexact")


def test_a_decimal_beside_a_tie_rounds_by_its_own_value_not_by_that_of_its_float64():
    text = "1.06250000000000000000000000001"  # its float64 is 1.0625, a tie of float8_e4m3fn that goes down
    assert hex(rq.encode(float(text), "float8_e4m3fn")) == "0x38"
    assert facts_of(read_number(text), rq.get_format("float8_e4m3fn")).code == 0x39


@pytest.mark.parametrize(
    "value, text",
    [
        (Fraction(13, 128), "0.1015625"), (Fraction(1, 3), "~0.33333333333333333"), (Fraction(-1, 640), "-0.0015625"), (Fraction(2) ** -133, "~9.1835496157991212e-41"),
        (Fraction(448), "448"), (Fraction(0), "0"), (-0.0, "-0"), (math.inf, "inf"), (-math.inf, "-inf"), (math.nan, "nan"), (Fraction(2) ** 127, str(2**127)), (Fraction(-1, 3), "~-0.33333333333333333"),
        (Fraction(10) ** 40, "1e+40"), (Fraction(9999999, 7), "~1428571.2857142857"), (1 - Fraction(1, 3 * 10**20), "~1"), (Fraction(10) ** 999, "1e+999"),
        (Fraction(10) ** 5000, "1e+5000"), (Fraction(1, 10**7), "0.0000001"), (Fraction(12, 10**9), "1.2e-08"), (Fraction(2) ** 150, "~1.4272476927059599e+45"),
    ],
)  # fmt: skip
def test_decimals_are_exact_or_marked(value, text):
    assert decimal_text(value) == text


def test_all_digits_are_printed_where_asked_for():
    for value in (5e-324, 1.7976931348623157e308, -1 / 3, 0.1, 2.0**-1022):
        text = decimal_text(Fraction(value), exact=True)
        assert "~" not in text
        assert Fraction(text) == Fraction(value)
    assert decimal_text(Fraction(10) ** 99_999, exact=True) == "1e+99999"
    assert decimal_text(Fraction(1, 3), exact=True) == "~0.33333333333333333"  # there is no last digit
    assert fraction_text(Fraction(3**100, 2**150), exact=True) == f"{3**100}/{2**150}"


@pytest.mark.parametrize("value", [1 / 3, 0.1, 5e-324, 1e308, 2.0**-1022, 1e22, 1.0, 123456.789])
def test_neighbours_of_float64_differ_in_print(value):
    beside = [math.nextafter(value, -math.inf), value, math.nextafter(value, math.inf)]
    texts = [decimal_text(Fraction(v)) for v in beside]
    assert [float(t.removeprefix("~")) for t in texts] == beside


@pytest.mark.parametrize(
    "value, text",
    [(Fraction(1, 3), "1/3"), (Fraction(2) ** -149, "1/2^149"), (Fraction(3 * 2**200), "3*2^200"), (Fraction(3**100, 2**150), "long")],
)
def test_fractions_are_short_or_say_so(value, text):
    assert fraction_text(value) == text


def test_powers_of_two_are_written_as_such():
    assert [power_text(Fraction(v)) for v in (1, 2, 0.125, 3)] == ["1", "2^1", "2^-3", "3"]


@pytest.mark.parametrize("value", [1.0, -0.1, 448.0, 5e-324, 1.7976931348623157e308, 2.0**-1022, 3.0, -1.5])
def test_hex_floats_are_those_of_python(value):
    assert Fraction(float.fromhex(hex_float(Fraction(value)))) == Fraction(value)


def test_codes_and_values_are_written_by_format():
    assert [hex_value(c, "float8_e4m3fn") for c in (0x00, 0x80, 0x7F, 0xFF, 0x7E, 0x100)] == ["0", "-0", "nan", "-nan", "448", "no value of float8_e4m3fn"]
    assert [hex_code(5, n) for n in ("float4_e2m1fn", "float6_e2m3fn", "tfloat32", "float64")] == ["0x5", "0x05", "0x00005", "0x0000000000000005"]


@pytest.mark.parametrize(
    "name", ["float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu", "float8_e4m3fnuz", "float4_e2m1fn", "int4", "uint4", "e0m3", "binary6p3se", "ue4m3"]
)
def test_neighbours_are_those_of_the_sorted_values(name):
    fmt = rq.get_format(name)
    data = {code: value_of(code, name) for code in range(1 << fmt.width)}
    values = sorted({v for v in data.values() if v == v})
    for code, value in data.items():
        if value != value:
            assert neighbour(value, fmt, up=True) is neighbour(value, fmt, up=False) is None
            continue
        for side in (-1, 1):
            i = values.index(value) + side
            expected = values[i] if 0 <= i < len(values) else None
            found = neighbour(value, fmt, up=side > 0)
            assert (None if found is None else found[1]) == expected, (name, hex(code), side)
            assert found is None or data[found[0]] == found[1]


def test_the_ulp_is_the_distance_of_the_neighbours_about_the_number():
    fmt = rq.get_format("float8_e4m3fn")
    assert [quantum(Fraction(v), fmt) for v in (0, 0.001, 1, 1.99, 2, 448)] == [Fraction(2) ** n for n in (-9, -9, -3, -3, -2, 5)]
    assert quantum(Fraction(1000), rq.get_format("int8")) == 1


def test_fields_are_cut_where_the_format_says():
    def cut(code, name):
        return [bits for _, bits in fields_of(code, rq.get_format(name))]

    assert cut(0xC5, "float8_e4m3fn") == ["1", "1000", "101"]
    assert cut(0x7F, "float8_e8m0fnu") == ["01111111"]
    assert cut(0x9, "e0m3") == ["1", "001"]
    assert cut(0x9, "int4") == ["1001"]


def test_facts_of_codes_and_specials():
    fmt = rq.get_format("float8_e4m3fn")
    assert facts_of(CodeNumber(0x7E), fmt).value == 448
    assert "is no code of float8_e4m3fn" in facts_of(CodeNumber(0x100), fmt).refusal
    assert "cannot go into int8" in facts_of(math.nan, rq.get_format("int8")).refusal
    refused = in_options("codes: NaN at index 1 cannot go into int8: choose what NaN becomes with dialect.replace(nan=...)")
    assert refused == "NaN at index 1 cannot go into int8: choose what NaN becomes with --set nan=..."
    assert in_options("codes: expected 0 <= code < 2**8") == "codes: expected 0 <= code < 2**8"
    tie = facts_of(Fraction(17, 16), fmt)
    assert (tie.code, tie.error, tie.error / tie.ulp, tie.flags) == (0x38, Fraction(-1, 16), Fraction(-1, 2), "inexact")
    assert facts_of(Fraction(10**6), fmt).error is None
    assert np.isnan(facts_of(Fraction(10**6), fmt).value)
