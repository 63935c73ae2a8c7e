"""Everything that cannot be used raises its own exception, which names the argument, what it got, and what would be right."""

import decimal
from fractions import Fraction

import numpy as np
import pytest

import refquant as rq
from refquant import errors as e

F = "float8_e4m3fn"


def fmt(**parameters):
    return lambda: rq.FloatFormat(**{"precision": 4, "exponent_width": 4} | parameters)


CASES = {
    "complex": (lambda: rq.encode(1j, F), e.InputTypeError, "x: .*complex"),
    "strings": (lambda: rq.encode(["1.0"], F), e.InputTypeError, "x: .*<U3"),
    "dates": (lambda: rq.encode(np.array(["2026-01-01"], "M8[D]"), F), e.InputTypeError, "x: .*datetime64"),
    "none": (lambda: rq.encode(None, F), e.InputTypeError, "x: .*NoneType"),
    "object of text": (lambda: rq.encode(np.array([Fraction(1), "a"], object), F), e.InputTypeError, "x: .*str"),
    "ragged": (lambda: rq.encode([[1.0], [1.0, 2.0]], F), e.InputTypeError, "x: "),
    "masked": (lambda: rq.encode(np.ma.array([1.0, 2.0], mask=[0, 1]), F), e.InputTypeError, "x: a masked array"),
    "ml_dtypes complex": (lambda: rq.encode(np.zeros(1, "c8"), F), e.InputTypeError, "complex64"),
    "unknown format": (lambda: rq.encode(1.0, "float9"), e.UnknownNameError, "fmt: no format is named 'float9'"),
    "misspelt format": (lambda: rq.get_format("float8_e4m3fm"), e.UnknownNameError, "did you mean float8_e4m3fn"),
    "ambiguous format": (lambda: rq.get_format("e4m3"), e.AmbiguousNameError, "float8_e4m3, float8_e4m3fn, float8_e4m3fnuz, float8_e4m3b11fnuz"),
    "ambiguous fp8": (lambda: rq.get_format("fp8"), e.AmbiguousNameError, "float8_e5m2"),
    "format of wrong type": (lambda: rq.encode(1.0, 8), e.InputTypeError, "fmt: .*int"),
    "p3109 out of range": (lambda: rq.get_format("binary8p8se"), e.UnknownNameError, "binary8p8se"),
    "unknown rounding": (lambda: rq.encode(1.0, F, rounding="nearest"), e.UnknownNameError, "rounding: expected one of ties_to_even"),
    "rounding of wrong type": (lambda: rq.encode(1.0, F, rounding=1), e.InputTypeError, "rounding: expected a string, got 1"),
    "unknown overflow": (lambda: rq.encode(1.0, F, overflow="sat"), e.UnknownNameError, "overflow: expected one of no_saturate"),
    "unknown dialect": (lambda: rq.encode(1.0, F, dialect="cuda"), e.UnknownNameError, "dialect: no dialect is named 'cuda'"),
    "unknown knob": (lambda: rq.get_dialect("default").replace(saturate=True), e.UnknownNameError, "dialect: no knob is named 'saturate'"),
    "dialect of wrong type": (lambda: rq.encode(1.0, F, dialect=3), e.InputTypeError, "dialect: "),
    "via unknown format": (lambda: rq.encode(1.0, F, dialect=rq.get_dialect("default").replace(via="float31")), e.UnknownNameError, "float31"),
    "via stochastic": (lambda: rq.encode(1.0, F, dialect=rq.get_dialect("default").replace(via={"format": "float32", "rounding": "stochastic_a"})), e.PolicyError, "via: "),
    "via of wrong type": (lambda: rq.get_dialect("default").replace(via=32), e.InputTypeError, "via: "),
    "to_nan without NaN": (lambda: rq.encode([], "int8", overflow="to_nan"), e.PolicyError, "overflow: 'to_nan' needs a NaN, and int8 has none"),
    "wrap of a float": (lambda: rq.encode([], F, overflow="wrap"), e.PolicyError, "overflow: 'wrap' is for two's complement"),
    "wrap of sign and magnitude": (lambda: rq.encode([], "e0m3", overflow="wrap"), e.PolicyError, "e0m3"),
    "canonical NaN in fp4": (lambda: rq.encode([], "e2m1", dialect=rq.get_dialect("default").replace(nan="canonical")), e.PolicyError, "nan: 'canonical' needs a NaN"),
    "zero in e8m0": (lambda: rq.encode([], "e8m0", dialect=rq.get_dialect("default").replace(nan="to_zero")), e.PolicyError, "nan: 'to_zero' needs a zero"),
    "NaN into int8": (lambda: rq.encode([0.0, np.nan, np.nan], "int8"), e.EncodeError, r"x: NaN at index 1 cannot go into int8 \(2 such values\)"),
    "overflow error": (lambda: rq.encode([[1.0, 2.0], [500.0, 1e9]], F, overflow="error"), e.EncodeError, r"x: 500.0 at index \(1, 0\) cannot go into float8_e4m3fn under overflow='error' \(2 such values\)"),
    "Inf under wrap": (lambda: rq.encode([1.0, -np.inf], "int8", overflow="wrap"), e.PolicyError, "x: -inf at index 1 cannot be wrapped into int8"),
    "stochastic without bits": (lambda: rq.encode(1.0, F, rounding="stochastic_a"), e.RandomBitsError, "random: rounding='stochastic_a' needs"),
    "bits without stochastic": (lambda: rq.encode(1.0, F, random=rq.Philox(0, 8)), e.RandomBitsError, "random: .*deterministic"),
    "random of wrong type": (lambda: rq.encode(1.0, F, rounding="stochastic_a", random=7), e.RandomBitsError, "random: expected refquant.RandomBits"),
    "random bits shape": (lambda: rq.encode([1.0], F, rounding="stochastic_a", random=rq.RandomBits(np.zeros(2, "u1"), 4)), e.RandomBitsError, r"random: expected the shape of the input \(1,\), got \(2,\)"),
    "random bits dtype": (lambda: rq.RandomBits(np.zeros(2), 4), e.RandomBitsError, "random: .*float64"),
    "random bits range": (lambda: rq.RandomBits(np.array([16]), 4), e.RandomBitsError, r"0 <= R < 2\*\*4"),
    "random bits negative": (lambda: rq.RandomBits(np.array([-1]), 4), e.RandomBitsError, "from -1"),
    "random n": (lambda: rq.RandomBits(np.array([1]), 33), e.RandomBitsError, "n: expected 1 <= n <= 32"),
    "philox n": (lambda: rq.Philox(0, 0), e.RandomBitsError, "n: "),
    "philox seed": (lambda: rq.Philox(-1, 8), e.RandomBitsError, "seed: "),
    "philox seed type": (lambda: rq.Philox(1.5, 8), e.RandomBitsError, "seed: expected an integer, got 1.5"),
    "philox beyond": (lambda: rq.encode([1.0, 2.0], F, rounding="stochastic_a", random=rq.Philox(0, 8, offset=(1 << 64) - 1)), e.RandomBitsError, "offset"),
    "out dtype": (lambda: rq.encode([1.0], F, out=np.zeros(1, "i1")), e.OutputError, "out: expected dtype uint8 and shape"),
    "out shape": (lambda: rq.encode([1.0], F, out=np.zeros(2, "u1")), e.OutputError, r"got uint8 and \(2,\)"),
    "out list": (lambda: rq.encode([1.0], F, out=[0]), e.OutputError, "out: expected an array, got list"),
    "out read-only": (lambda: rq.encode([1.0], F, out=np.broadcast_to(np.uint8(0), 1)), e.OutputError, "read-only"),
    "backend unknown": (lambda: rq.encode(1.0, F, backend="tpu"), e.UnknownNameError, "backend: no backend is named 'tpu'"),
    "backend missing": (lambda: rq.encode([1.0, Fraction(1, 3)], F, backend="numba"), e.BackendUnavailableError, "backend: 'numba' has no conversion of exact numbers"),
    "backend of wrong type": (lambda: rq.encode(1.0, F, backend=1), e.InputTypeError, "backend: "),
    "code too large": (lambda: rq.decode([1, 64], "float6_e2m3fn"), e.CodeRangeError, r"codes: expected 0 <= code < 2\*\*6 for float6_e2m3fn, got 0x40 at index 1"),
    "code negative": (lambda: rq.decode([-1], F), e.CodeRangeError, "codes: "),
    "ue4m3 spare bit": (lambda: rq.decode(np.uint8([0x80]), "ue4m3"), e.CodeRangeError, r"2\*\*7"),
    "codes signed": (lambda: rq.decode(np.int8([1]), F), e.InputTypeError, "codes: expected an unsigned integer dtype, got int8; use refquant.codes_from_signed"),
    "codes float": (lambda: rq.decode([1.0], F), e.InputTypeError, "codes: .*float64"),
    "codes too many bits": (lambda: rq.decode(1 << 64, "float64"), e.InputTypeError, "codes: .*object"),
    "decode dtype too small": (lambda: rq.decode(0, "bfloat16", dtype=np.float16), e.RangeExceededError, "dtype: float16 cannot hold every value of bfloat16"),
    "decode beyond float64": (lambda: rq.decode(np.uint16(0), "binary16p3se"), e.RangeExceededError, "dtype=object"),
    "decode to int": (lambda: rq.decode(np.uint8(0), F, dtype=np.int8), e.RangeExceededError, "int8 cannot hold"),
    "decode int16 to int8": (lambda: rq.decode(np.uint16(0), "int16", dtype=np.int8), e.RangeExceededError, "int8 cannot hold"),
    "decode to complex": (lambda: rq.decode(0, F, dtype=complex), e.InputTypeError, "dtype: "),
    "nan_out": (lambda: rq.decode(0, F, nan_out="quiet"), e.UnknownNameError, "nan_out: expected one of keep, canonical"),
    "round beyond float64": (lambda: rq.round(1.0, "binary16p3se"), e.RangeExceededError, "binary16p3se"),
    "signed codes range": (lambda: rq.codes_from_signed([8], "int4"), e.CodeRangeError, "values: expected -8..7"),
    "signed codes format": (lambda: rq.codes_from_signed([8], F), e.InputTypeError, "fmt: "),
    "signed codes dtype": (lambda: rq.codes_from_signed([8.0], "int4"), e.InputTypeError, "values: "),
    "unpack low bits": (lambda: rq.unpack(np.uint32([0, 1]), "tf32"), e.CodeRangeError, "0x1 at index 1 .*low_bits='ignore'"),
    "unpack spare bits": (lambda: rq.unpack(np.uint8([0x80]), "ue4m3"), e.CodeRangeError, "spare_bits='ignore'"),
    "unpack choice": (lambda: rq.unpack(np.uint8([0]), "ue4m3", spare_bits="drop"), e.InputTypeError, "spare_bits: "),
    "unpack dtype": (lambda: rq.unpack(np.float32([0]), "tf32"), e.InputTypeError, "container: "),
    "parts significand": (lambda: rq.encode_parts(0, -1, 0, F), e.InputValueError, "significand: expected 0.."),
    "parts sign": (lambda: rq.encode_parts(2, 1, 0, F), e.InputValueError, "sign: expected 0..1"),
    "parts dtype": (lambda: rq.encode_parts(0, 1.5, 0, F), e.InputTypeError, "significand: expected integers"),
    "parts shapes": (lambda: rq.encode_parts([0, 1], [1, 2, 3], 0, F), e.InputValueError, "broadcast"),
    "masked codes": (lambda: rq.decode(np.ma.array([1, 2], mask=[0, 1], dtype=np.uint8), F), e.InputTypeError, "codes: a masked array"),
    "masked in a list": (lambda: rq.encode([np.ma.array([1.0], mask=[1])], F), e.InputTypeError, "x: a masked array"),
    "masked constant": (lambda: rq.encode([np.ma.masked, 1.0], F), e.InputTypeError, "x: a masked array"),
    "masked parts": (lambda: rq.encode_parts(0, np.ma.array([1], mask=[1]), 0, F), e.InputTypeError, "significand: a masked array"),
    "ragged codes": (lambda: rq.decode([[1], [2, 3]], F), e.InputTypeError, "codes: expected an array of integers"),
    "ragged parts": (lambda: rq.encode_parts([[1], [1, 0]], 1, 0, F), e.InputTypeError, "sign: expected an array of integers"),
    "unpack float list": (lambda: rq.unpack([1.5], "tf32", low_bits="ignore"), e.InputTypeError, "container: expected unsigned integers, got dtype float64"),
    "unpack negative list": (lambda: rq.unpack([-1], "tf32", low_bits="ignore", spare_bits="ignore"), e.InputTypeError, "container: "),
    "unpack text": (lambda: rq.unpack(["8192"], "tf32"), e.InputTypeError, "container: "),
    "unpack none": (lambda: rq.unpack(None, F), e.InputTypeError, "container: "),
    "unpack too large": (lambda: rq.unpack(2**70, F, spare_bits="ignore"), e.InputTypeError, "container: "),
    "dtype unknown": (lambda: rq.decode([1], F, dtype="foo"), e.InputTypeError, "dtype: .*'foo'"),
    "backend unhashable": (lambda: rq.encode(1.0, F, backend=[]), e.InputTypeError, "backend: "),
    "backend empty": (lambda: rq.encode(1.0, F, backend=""), e.UnknownNameError, "backend: "),
    "format name": (fmt(name=["a"]), e.InvalidFormatError, "name: expected a string"),
    "int format name": (lambda: rq.IntFormat(width=4, name=5), e.InvalidFormatError, "name: expected a string"),
    "format name taken": (lambda: rq.encode(1.0, rq.FloatFormat(precision=53, exponent_width=11, name="float32")), e.InvalidFormatError, "name: 'float32' is a format with other parameters"),
    "huge number in a message": (lambda: rq.encode(10**5000, "float16", overflow="error"), e.EncodeError, r"x: about 2\*\*16609 cannot go into float16"),
    "huge decimal": (lambda: rq.encode(decimal.Decimal("1e99999999"), "float16"), e.InputValueError, "x: the decimal exponent"),
    "tiny decimal": (lambda: rq.encode(decimal.Decimal("1e-99999999"), "float16"), e.InputValueError, "x: the decimal exponent"),
    "decode out int": (lambda: rq.decode([0x38], "int8", dtype=np.int16, out=np.zeros(3, np.float32)), e.OutputError, "out: expected dtype int16 and shape"),
    "round out": (lambda: rq.round([0.1], "float16", out=np.zeros(2)), e.OutputError, r"out: expected dtype float64 and shape \(1,\), got float64 and \(2,\)"),
    "precision 0": (fmt(precision=0), e.InvalidFormatError, "precision: expected 1 <= precision <= 53, got 0"),
    "precision 54": (fmt(precision=54), e.InvalidFormatError, "precision: "),
    "precision of wrong type": (fmt(precision=4.0), e.InvalidFormatError, "precision: expected an integer, got 4.0"),
    "precision bool": (fmt(precision=True), e.InvalidFormatError, "precision: "),
    "no exponent bits": (fmt(exponent_width=0), e.InvalidFormatError, "exponent_width: "),
    "too wide": (fmt(precision=53, exponent_width=12), e.InvalidFormatError, "at most 63 bits"),
    "NaN without codes": (fmt(precision=1), e.InvalidFormatError, "precision=1 leaves no code for a NaN"),
    "NaN collides with -0": (fmt(nan="negative_zero", signed=False), e.InvalidFormatError, "nan='negative_zero'"),
    "NaN collides with Inf": (fmt(infinity=False), e.InvalidFormatError, "nan='ieee' reserves"),
    "no value left": (fmt(precision=1, exponent_width=1, nan="all_ones"), e.InvalidFormatError, "leave no positive finite value"),
    "signed without zero": (fmt(nan="all_ones", zero=False), e.InvalidFormatError, "zero=False needs signed=False"),
    "signalling without payload": (fmt(nan="all_ones", signaling_nan="msb_clear"), e.InvalidFormatError, "signaling_nan"),
    "nan choice": (fmt(nan="none?"), e.InvalidFormatError, "nan: expected one of ieee"),
    "switch": (fmt(signed=1), e.InvalidFormatError, "signed: expected True or False"),
    "int width": (lambda: rq.IntFormat(width=0), e.InvalidFormatError, "width: expected 1 <= width <= 53"),
    "int sign and magnitude": (lambda: rq.IntFormat(width=1, encoding="sign_magnitude"), e.InvalidFormatError, "sign_magnitude"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_bad_input_raises_its_own_exception(name):
    call, kind, message = CASES[name]
    with pytest.raises(kind, match=message) as raised:
        call()
    assert isinstance(raised.value, e.RefquantError)
    assert isinstance(raised.value, (ValueError, TypeError, RuntimeError))
    assert "\n" not in str(raised.value)


def test_nothing_is_written_where_a_policy_raises():
    out = np.full(3, 0xAA, np.uint8)
    with pytest.raises(e.EncodeError):
        rq.encode([1.0, 1e9, 2.0], F, overflow="error", out=out)
    assert out.tolist() == [0xAA] * 3


def test_decimal_and_big_integers_are_exact():
    assert rq.encode(decimal.Decimal("0.1"), "float64") == np.float64(0.1).view(np.uint64)
    assert rq.encode([1 << 70, 0.5], "float64").tolist() == [np.float64(2.0**70).view(np.uint64), np.float64(0.5).view(np.uint64)]
