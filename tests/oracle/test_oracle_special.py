"""Overflow, NaN, zero, negatives, subnormals, and flags: literal tables, in hex."""

from fractions import Fraction

import pytest
from oracle import codec, formats
from oracle.datum import Datum
from oracle.errors import PolicyRefused, ValueRefused
from oracle.flags import INEXACT, INVALID, OVERFLOW, UNDERFLOW
from oracle.formats import Float
from oracle.policies import Policies
from oracle.rounding import RULES

INF, NEGATIVE_INF = Datum("inf"), Datum("inf", 1)
NAN, NEGATIVE_NAN = Datum("nan"), Datum("nan", 1)
ZERO, NEGATIVE_ZERO = Datum("finite"), Datum("finite", 1)
INF_NO_NAN = Float("inf_no_nan", 3, 3, 3, nan="none")

# (has Inf, has NaN): the format and, of the positive and the negative side, bound, Inf and canonical NaN in hex.
SAMPLES = {
    (True, True): (formats.get("float8_e5m2"), {"bound": (0x7B, 0xFB), "inf": (0x7C, 0xFC), "nan": (0x7E, 0x7E)}),
    (True, False): (INF_NO_NAN, {"bound": (0x1E, 0x3E), "inf": (0x1F, 0x3F)}),
    (False, True): (formats.get("float8_e4m3fn"), {"bound": (0x7E, 0xFE), "nan": (0x7F, 0x7F)}),
    (False, False): (formats.get("float6_e2m3fn"), {"bound": (0x1F, 0x3F)}),
}
# Policy and (has Inf, has NaN): what a finite number out of range gives under a mode that points back, and under another, and what Inf gives (RQ-5.1 to RQ-5.6).
OVERFLOWS = {
    ("no_saturate", True, True): ("bound", "inf", "inf"),
    ("no_saturate", True, False): ("bound", "inf", "inf"),
    ("no_saturate", False, True): ("bound", "nan", "nan"),
    ("no_saturate", False, False): ("bound", "bound", "bound"),
    ("saturate", True, True): ("bound", "bound", "bound"),
    ("saturate", True, False): ("bound", "bound", "bound"),
    ("saturate", False, True): ("bound", "bound", "bound"),
    ("saturate", False, False): ("bound", "bound", "bound"),
    ("saturate_propagate", True, True): ("bound", "bound", "inf"),
    ("saturate_propagate", True, False): ("bound", "bound", "inf"),
    ("saturate_propagate", False, True): ("bound", "bound", "bound"),
    ("saturate_propagate", False, False): ("bound", "bound", "bound"),
    ("to_nan", True, True): ("nan", "nan", "inf"),
    ("to_nan", True, False): ("refused", "refused", "refused"),
    ("to_nan", False, True): ("nan", "nan", "nan"),
    ("to_nan", False, False): ("refused", "refused", "refused"),
    ("wrap", True, True): ("refused", "refused", "refused"),
    ("wrap", True, False): ("refused", "refused", "refused"),
    ("wrap", False, True): ("refused", "refused", "refused"),
    ("wrap", False, False): ("refused", "refused", "refused"),
    ("error", True, True): ("raises", "raises", "raises"),
    ("error", True, False): ("raises", "raises", "raises"),
    ("error", False, True): ("raises", "raises", "raises"),
    ("error", False, False): ("raises", "raises", "raises"),
}
POINTS_BACK = ({"toward_zero", "toward_negative", "to_odd"}, {"toward_zero", "toward_positive", "to_odd"})


def outcome(d: Datum | Fraction, fmt: formats.Format, policies: Policies) -> object:
    try:
        return codec.encode(d, fmt, policies)
    except PolicyRefused:
        return "refused"
    except ValueRefused:
        return "raises"


@pytest.mark.parametrize(("overflow", "has_inf", "has_nan"), OVERFLOWS)
def test_overflow_table(overflow: str, has_inf: bool, has_nan: bool) -> None:
    fmt, codes = SAMPLES[has_inf, has_nan]
    back, other, infinite = OVERFLOWS[overflow, has_inf, has_nan]
    for mode in RULES:
        for negative in (0, 1):
            policies = Policies(rounding=mode, overflow=overflow, nan=None if has_nan else "to_zero")
            finite = back if mode in POINTS_BACK[negative] else other
            for word, datum, flags in (
                (finite, Datum("finite", negative, Fraction(10) ** 30), OVERFLOW | INEXACT),
                (infinite, Datum("inf", negative), INVALID),
            ):
                expected = word if word in ("refused", "raises") else (codes[word][negative], 0 if word == "inf" and datum.kind == "inf" else flags, None)
                assert outcome(datum, fmt, policies) == expected, (overflow, mode, fmt.name, datum)


def test_to_odd_overflow() -> None:
    policies = Policies(rounding="to_odd", to_odd_overflow="infinity")
    assert [codec.encode(10**30, fmt, policies).code for fmt in (formats.get("float8_e5m2"), formats.get("float8_e4m3fn"))] == [0x7C, 0x7F]
    assert codec.encode(10**30, formats.get("float8_e5m2"), Policies(rounding="to_odd")).code == 0x7B


# (format, overflow, to_odd_overflow, mode): codes of 10**30, -10**30, +Inf, -Inf (RQ-5.7, RQ-5.16; IEEE P3109 v4.0 for unsigned formats).
ONE_SIDED = {
    ("binary8p3uf", "saturate_above", "infinity", "ties_to_even"): (0xFE, 0xFF, 0xFE, 0xFF),
    ("binary8p3uf", "saturate_above", "infinity", "toward_zero"): (0xFE, 0x00, 0xFE, 0xFF),
    ("binary8p3uf", "saturate_above", "infinity", "toward_positive"): (0xFE, 0x00, 0xFE, 0xFF),
    ("binary8p3ue", "no_saturate", "bound_above", "to_odd"): (0xFD, 0xFF, 0xFE, 0xFF),
    ("binary8p3ue", "no_saturate", "bound", "to_odd"): (0xFD, 0x00, 0xFE, 0xFF),
    ("float8_e5m2", "saturate_above", "bound", "ties_to_even"): (0x7B, 0xFC, 0x7B, 0xFC),
    ("uint8", "saturate_above", "bound", "ties_to_even"): (0xFF, 0x00, 0xFF, 0x00),
}


@pytest.mark.parametrize("case", ONE_SIDED)
def test_policies_of_one_side(case: tuple[str, str, str, str]) -> None:
    name, overflow, to_odd_overflow, mode = case
    policies = Policies(rounding=mode, overflow=overflow, to_odd_overflow=to_odd_overflow)
    inputs = [Datum("finite", s, Fraction(10) ** 30) for s in (0, 1)] + [Datum("inf", s) for s in (0, 1)]
    assert tuple(codec.encode(d, formats.get(name), policies).code for d in inputs) == ONE_SIDED[case]


def test_below_the_least_value_of_a_format_without_zero() -> None:
    fmt, policies = formats.get("float8_e8m0fnu"), Policies(below_min="nan", rounding="away_from_zero")
    assert codec.encode(Fraction(1, 2**128), fmt, policies) == (0xFF, INVALID, None)
    assert codec.encode(Fraction(1, 2**127), fmt, policies) == (0x00, 0, None)
    assert outcome(Datum("finite", 0, Fraction(1, 2**128)), fmt, Policies(below_min="nan", nan="error")) == "raises"


# target, overflow: results of 300, -300, -0.3, -3, 255.5 (RQ-5.5, RQ-6.7). 300 = 0x12C.
INTEGERS = {
    ("int8", "no_saturate"): (0x7F, 0x80, 0x00, 0xFD, 0x7F),
    ("int8", "saturate"): (0x7F, 0x80, 0x00, 0xFD, 0x7F),
    ("int8", "wrap"): (0x2C, 0xD4, 0x00, 0xFD, 0x00),
    ("int8", "error"): ("raises", "raises", 0x00, 0xFD, "raises"),
    ("int8", "to_nan"): ("refused",) * 5,
    ("uint8", "no_saturate"): (0xFF, 0x00, 0x00, 0x00, 0xFF),
    ("uint8", "wrap"): (0x2C, 0xD4, 0x00, 0xFD, 0x00),
    ("e0m3", "saturate"): (0x7, 0xF, 0x8, 0xB, 0x7),
    ("e0m3", "wrap"): ("refused",) * 5,
    ("mxint8", "saturate"): (0x7F, 0x80, 0xED, 0x80, 0x7F),
    ("mxint8", "wrap"): (0x00, 0x00, 0xED, 0x40, 0xE0),
}


@pytest.mark.parametrize(("name", "overflow"), INTEGERS)
def test_integer_overflow(name: str, overflow: str) -> None:
    for x, expected in zip(("300", "-300", "-0.3", "-3", "255.5"), INTEGERS[name, overflow], strict=True):
        got = outcome(codec.from_fraction(Fraction(x)), formats.get(name), Policies(overflow=overflow))
        assert got == expected if isinstance(expected, str) else got[0] == expected, (name, overflow, x, got)  # type: ignore[index]


def test_integer_flags_are_invalid_alone_or_inexact() -> None:
    for name, x, flags in (
        ("int8", "300", INVALID),
        ("int8", "127.4", INEXACT),
        ("int8", "127", 0),
        ("uint8", "-0.3", INEXACT),
        ("uint8", "-0.6", INVALID),
        ("int8", "0.1", INEXACT),
    ):
        assert codec.encode(Fraction(x), formats.get(name)).flags == flags, (name, x, "RQ-6.7")
    assert codec.encode(300, formats.get("uint8"), Policies(overflow="wrap")).flags == INVALID


def test_wrap_of_a_huge_integer() -> None:
    assert codec.encode(10**300 + 7, formats.get("uint8"), Policies(overflow="wrap")).code == (10**300 + 7) % 256
    assert codec.encode(-(10**300) - 7, formats.get("int8"), Policies(overflow="wrap")).code == (-(10**300) - 7) % 256
    assert outcome(INF, formats.get("int8"), Policies(overflow="wrap")) == "raises"


# inf_to_int and overflow: +Inf and -Inf into int8, uint8 (RQ-5.14).
INFINITIES = {
    (None, "no_saturate"): ((0x7F, 0x80), (0xFF, 0x00)),
    (None, "error"): (("raises", "raises"), ("raises", "raises")),
    ("bound", "error"): ((0x7F, 0x80), (0xFF, 0x00)),
    ("zero", "wrap"): ((0, 0), (0, 0)),
    ("min", "wrap"): ((0x80, 0x80), (0, 0)),
    ("max", "saturate"): ((0x7F, 0x7F), (0xFF, 0xFF)),
    ("error", "saturate"): (("raises", "raises"), ("raises", "raises")),
}


@pytest.mark.parametrize(("inf_to_int", "overflow"), INFINITIES)
def test_infinity_into_integers(inf_to_int: str | None, overflow: str) -> None:
    for name, codes in zip(("int8", "uint8"), INFINITIES[inf_to_int, overflow], strict=True):
        for datum, code in zip((INF, NEGATIVE_INF), codes, strict=True):
            got = outcome(datum, formats.get(name), Policies(overflow=overflow, inf_to_int=inf_to_int))
            assert got == (code if isinstance(code, str) else (code, INVALID, None)), (name, datum)


def quiet(t: int, payload: int, sign: int = 0) -> Datum:
    return Datum("nan", sign, payload=payload, payload_width=t, signaling=payload < 1 << (t - 1))


# knob nan: target, codes of the NaN with sign 0 and with sign 1, both of one-NaN formats (RQ-5.8).
NANS = {
    "canonical": {
        "float8_e5m2": (0x7E, 0x7E),
        "float8_e4m3fn": (0x7F, 0x7F),
        "float8_e4m3fnuz": (0x80, 0x80),
        "float8_e8m0fnu": (0xFF, 0xFF),
        "float4_e2m1fn": "refused",
    },
    "keep_sign": {
        "float8_e5m2": (0x7E, 0xFE),
        "float8_e4m3fn": (0x7F, 0xFF),
        "float8_e4m3fnuz": (0x80, 0x80),
        "float8_e8m0fnu": (0xFF, 0xFF),
        "int8": "refused",
    },
    "all_ones": {"float8_e5m2": (0x7F, 0x7F), "float8_e4m3fn": (0x7F, 0x7F), "float8_e4m3fnuz": (0x80, 0x80), "float6_e2m3fn": "refused"},
    "all_ones_keep_sign": {"float8_e5m2": (0x7F, 0xFF), "float8_e4m3fn": (0x7F, 0xFF), "float8_e4m3fnuz": (0x80, 0x80), "int8": "refused"},
    "keep_payload": {"float8_e5m2": (0x7E, 0xFE), "float8_e4m3fn": (0x7F, 0xFF), "binary8p3se": (0x80, 0x80), "binary8p3ue": (0xFF, 0xFF), "uint8": "refused"},
    "quiet_payload": {"float8_e5m2": (0x7E, 0xFE), "float8_e4m3fn": (0x7F, 0xFF), "float4_e2m1fn": "refused"},
    "to_zero": {"float8_e5m2": (0, 0), "float4_e2m1fn": (0, 0), "int8": (0, 0), "float8_e8m0fnu": "refused"},
    "zero_sign_inverted": {"float4_e2m1fn": (8, 0), "float8_e4m3fnuz": (0, 0), "int8": (0, 0), "e0m3": (8, 0), "ue4m3": (0, 0)},
    "to_max": {"float8_e5m2": (0x7B, 0x7B), "float4_e2m1fn": (7, 7), "int8": (0x7F, 0x7F), "uint8": (0xFF, 0xFF), "float8_e8m0fnu": (0xFE, 0xFE)},
    "to_min": {"float8_e5m2": (0xFB, 0xFB), "float4_e2m1fn": (0xF, 0xF), "int8": (0x80, 0x80), "uint8": (0, 0), "float8_e8m0fnu": (0, 0)},
    "error": {"float8_e5m2": "raises", "int8": "raises"},
    None: {"float8_e4m3fn": (0x7F, 0x7F), "float4_e2m1fn": "raises", "int8": "raises"},
}


@pytest.mark.parametrize("nan", NANS)
def test_nan_table(nan: str | None) -> None:
    for name, expected in NANS[nan].items():
        fmt = formats.get(name)
        for i, datum in enumerate((NAN, NEGATIVE_NAN)):
            got = outcome(datum, fmt, Policies(nan=nan))
            if isinstance(expected, str):
                assert got == expected, (nan, name)
            else:
                number = nan in ("to_zero", "zero_sign_inverted", "to_max", "to_min")
                assert got == (expected[i], INVALID if number else 0, None), (nan, name, datum)


# knob, source, its code, target, the target's code, flags (RQ-5.8, RQ-6.6).
PAYLOADS = [
    ("keep_payload", "float64", 0x7FF0000000000001, "float32", 0x7FC00000, INVALID),
    ("keep_payload", "float64", 0x7FF8000000000001, "float32", 0x7FC00000, 0),
    ("keep_payload", "float32", 0x7F800001, "float64", 0x7FF0000020000000, 0),
    ("keep_payload", "float32", 0xFFA00000, "float16", 0xFD00, 0),
    ("quiet_payload", "float32", 0xFFA00000, "float16", 0xFF00, INVALID),
    ("quiet_payload", "float32", 0x7FC00000, "float16", 0x7E00, 0),
    ("keep_payload", "float32", 0xFFC12345, "bfloat16", 0xFFC1, 0),
    ("keep_payload", "float32", 0x7F812345, "bfloat16", 0x7FC1, INVALID),
    ("keep_payload", "float32", 0x7F810000, "bfloat16", 0x7F81, 0),
    ("keep_payload", "float8_e4m3fn", 0xFF, "float32", 0xFFC00000, 0),
    ("keep_payload", "float8_e4m3fnuz", 0x80, "float32", 0x7FC00000, 0),
    ("keep_payload", "float8_e8m0fnu", 0xFF, "float32", 0x7FC00000, 0),
    ("keep_payload", "float32", 0x7F800001, "float8_e4m3fn", 0x7F, INVALID),
    ("canonical", "float32", 0xFF800001, "float32", 0x7FC00000, INVALID),
    ("canonical", "float32", 0xFFC00001, "float32", 0x7FC00000, 0),
    ("keep_sign", "float32", 0xFFC00001, "float8_e5m2", 0xFE, 0),
]


@pytest.mark.parametrize(("nan", "source", "code", "target", "expected", "flags"), PAYLOADS)
def test_payloads_move(nan: str, source: str, code: int, target: str, expected: int, flags: int) -> None:
    assert codec.convert(code, formats.get(source), formats.get(target), Policies(nan=nan)) == (expected, flags, None)


def test_a_nan_that_a_rule_makes_follows_the_knob() -> None:
    fmt = formats.get("float8_e4m3fn")
    for nan, code in (("canonical", 0x7F), ("keep_sign", 0xFF), ("to_zero", 0), ("to_max", 0x7E), ("zero_sign_inverted", 0)):
        assert codec.encode(-(10**9), fmt, Policies(nan=nan)) == (code, OVERFLOW | INEXACT, None), (nan, "RQ-5.9")
    assert outcome(codec.from_fraction(10**9), fmt, Policies(nan="error")) == "raises"


def test_sign_of_zero() -> None:
    tiny = Datum("finite", 1, Fraction(1, 10**30))
    for name, keep in (("float8_e5m2", 0x80), ("float8_e4m3fnuz", 0), ("e0m3", 8), ("int8", 0), ("ue4m3", 0), ("binary8p3se", 0)):
        for datum in (NEGATIVE_ZERO, tiny):
            assert codec.encode(datum, formats.get(name)).code == keep, name
            assert codec.encode(datum, formats.get(name), Policies(signed_zero="positive")).code == 0, name


def test_zero_into_a_format_without_zero() -> None:
    fmt = formats.get("float8_e8m0fnu")
    for zero in (ZERO, NEGATIVE_ZERO):
        assert codec.encode(zero, fmt) == (0, INEXACT, None)
        assert codec.encode(zero, fmt, Policies(zero_input="nan")) == (0xFF, INVALID, None)
        assert outcome(zero, fmt, Policies(zero_input="error")) == "raises"
    for mode in RULES:
        assert codec.encode(Fraction(1, 2**200), fmt, Policies(rounding=mode)).code == 0, (mode, "RQ-4.15")


# knob negative: target; results of -3, -Inf, -0, -tiny (RQ-5.12, RQ-6.8).
NEGATIVES = {
    ("uint8", None): ((0, INVALID), (0, INVALID), (0, 0), (0, INEXACT)),
    ("uint8", "zero"): ((0, INVALID), (0, INVALID), (0, 0), (0, INEXACT)),
    ("uint8", "absolute"): ((3, INVALID), (0xFF, INVALID), (0, 0), (0, INVALID | INEXACT)),
    ("uint8", "error"): ("raises", "raises", (0, 0), (0, INEXACT)),
    ("uint8", "nan"): ("refused",) * 4,
    ("ue4m3", None): ((0x7F, OVERFLOW | INEXACT), (0x7F, INVALID), (0, 0), (0, INEXACT | UNDERFLOW)),
    ("ue4m3", "zero"): ((0, INVALID), (0, INVALID), (0, 0), (0, INEXACT | UNDERFLOW)),
    ("ue4m3", "nan"): ((0x7F, INVALID), (0x7F, INVALID), (0, 0), (0, INEXACT | UNDERFLOW)),
    ("ue4m3", "absolute"): ((0x44, INVALID), (0x7F, INVALID), (0, 0), (0, INVALID | INEXACT | UNDERFLOW)),
    ("float8_e8m0fnu", "zero"): ((0, INVALID), (0, INVALID), (0, INEXACT), (0, INVALID)),
    ("float8_e8m0fnu", "nan"): ((0xFF, INVALID), (0xFF, INVALID), (0, INEXACT), (0xFF, INVALID)),
    ("float8_e8m0fnu", "absolute"): ((0x81, INVALID | INEXACT), (0xFF, INVALID), (0, INEXACT), (0, INVALID | INEXACT | UNDERFLOW)),
    ("float8_e5m2", "zero"): ((0xC2, 0), (0xFC, 0), (0x80, 0), (0x80, INEXACT | UNDERFLOW)),
}


@pytest.mark.parametrize(("name", "negative"), NEGATIVES)
def test_negatives(name: str, negative: str | None) -> None:
    inputs = (codec.from_fraction(-3), NEGATIVE_INF, NEGATIVE_ZERO, Datum("finite", 1, Fraction(1, 10**60)))
    for datum, expected in zip(inputs, NEGATIVES[name, negative], strict=True):
        got = outcome(datum, formats.get(name), Policies(negative=negative))
        assert got == (expected if isinstance(expected, str) else (*expected, None)), (name, negative, datum)


def test_inf_flags() -> None:
    fmt = formats.get("float8_e4m3fn")
    for inf_flags, flags in (("invalid", INVALID), ("overflow", OVERFLOW | INEXACT), ("none", 0)):
        assert codec.encode(INF, fmt, Policies(inf_flags=inf_flags)) == (0x7F, flags, None)
        assert codec.encode(INF, formats.get("float8_e5m2"), Policies(inf_flags=inf_flags)) == (0x7C, 0, None)


def below_normal(numerator: int, exponent: int) -> Fraction:
    """2^-14 - numerator·2^exponent, beside min_normal of float16."""
    return Fraction(1, 2**14) - numerator * Fraction(2) ** exponent


# x, rounding: code, UNDERFLOW after, UNDERFLOW before. In float16 below 2^-14 the format's quantum is 2^-24, that of the unbounded rounding 2^-25 (RQ-6.4).
TININESS = [
    (below_normal(1, -26), "ties_to_even", 0x400, False, True),
    (below_normal(3, -27), "ties_to_even", 0x400, True, True),
    (below_normal(1, -27), "ties_to_even", 0x400, False, True),
    (below_normal(1, -25), "ties_to_even", 0x400, True, True),
    (below_normal(1, -26), "ties_to_zero", 0x400, True, True),
    (below_normal(1, -26), "ties_to_away", 0x400, False, True),
    (below_normal(1, -40), "toward_zero", 0x3FF, True, True),
    (below_normal(1, -26), "toward_positive", 0x400, False, True),
    (below_normal(3, -26), "toward_positive", 0x400, True, True),
    (below_normal(1, -40), "to_odd", 0x3FF, True, True),
    (Fraction(3, 2**25), "ties_to_even", 0x002, True, True),
]


@pytest.mark.parametrize(("x", "rounding", "code", "after", "before"), TININESS)
def test_tininess(x: Fraction, rounding: str, code: int, after: bool, before: bool) -> None:
    fmt = formats.get("float16")
    for tininess, tiny in (("after", after), ("before", before)):
        assert codec.encode(x, fmt, Policies(rounding, tininess=tininess)) == (code, INEXACT | (UNDERFLOW if tiny else 0), None)
    x86 = (0, INEXACT | UNDERFLOW) if after else (code, INEXACT)
    assert codec.encode(x, fmt, Policies(rounding, subnormals="flush_results")) == (*x86, None)
    assert codec.encode(x, fmt, Policies(rounding, subnormals="flush_both", ftz="arm")) == (0, UNDERFLOW, None)


def test_exact_subnormals_raise_nothing_unless_flushed() -> None:
    fmt, x = formats.get("float16"), Fraction(-3, 2**24)
    assert codec.encode(x, fmt) == (0x8003, 0, None)
    assert codec.encode(x, fmt, Policies(subnormals="flush_results")) == (0x8000, UNDERFLOW | INEXACT, None)
    assert codec.encode(x, fmt, Policies(subnormals="flush_results", ftz="arm")) == (0x8000, UNDERFLOW, None)
    assert codec.encode(x, fmt, Policies(subnormals="flush_inputs"), source=fmt) == (0x8000, 0, None)
    assert codec.encode(x, fmt, Policies(subnormals="flush_inputs"), source=formats.get("float32")) == (0x8003, 0, None)
    assert codec.encode(x, fmt, Policies(subnormals="flush_inputs")) == (0x8003, 0, None)


def test_a_format_without_subnormals_compares_with_its_least_value() -> None:
    fmt = formats.get("binary8p1se")  # least positive value 2^-63
    assert codec.encode(Fraction(3, 2**65), fmt, Policies("toward_zero")) == (0, INEXACT | UNDERFLOW, None)
    assert codec.encode(Fraction(3, 2**65), fmt, Policies("toward_positive")) == (1, INEXACT, None)
    assert codec.encode(Fraction(3, 2**65), fmt, Policies("toward_positive", tininess="before", subnormals="flush_results")) == (1, INEXACT | UNDERFLOW, None)


def test_out_of_range_is_no_underflow() -> None:
    """A tiny negative number that rounds below zero is out of the range of an unsigned format (RQ-6.3)."""
    assert codec.encode(Fraction(-5, 2**11), formats.get("ue4m3")) == (0x7F, OVERFLOW | INEXACT, None)
    assert codec.encode(Fraction(-1, 2**200), formats.get("float8_e8m0fnu")) == (0xFF, OVERFLOW | INEXACT, None)


def test_flags_none_reports_nothing() -> None:
    for x in (INF, NAN, codec.from_fraction(10**9), codec.from_fraction(Fraction(1, 3))):
        assert codec.encode(x, formats.get("float8_e4m3fn"), Policies(flags="none")).flags == 0


REFUSED = [
    ("float8_e5m2", Policies(overflow="wrap")),
    ("e0m3", Policies(overflow="wrap")),
    ("int8", Policies(overflow="to_nan")),
    ("float4_e2m1fn", Policies(nan="canonical")),
    ("uint8", Policies(negative="nan")),
    ("float8_e8m0fnu", Policies(zero_input="nan", nan="to_zero")),
    ("float16", Policies(rounding="nearest")),
    ("float16", Policies(overflow="clip")),
]


@pytest.mark.parametrize(("name", "policies"), REFUSED)
def test_combinations_are_refused_before_data(name: str, policies: Policies) -> None:
    with pytest.raises(PolicyRefused):
        codec.encode(1, formats.get(name), policies)
