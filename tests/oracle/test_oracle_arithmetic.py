"""The oracle's arithmetic: against Python's floats, which are IEEE 754 binary64, and against the standard's special cases."""

import itertools
import math

import oracle
import pytest
from oracle.arithmetic import arithmetic
from oracle.flags import DIV_BY_ZERO, INEXACT, INVALID, OVERFLOW, UNDERFLOW

get = oracle.formats.get


def as_float(code, fmt):
    """The Python float of a code; every value of these formats is one."""
    d = oracle.codec.decode(code, fmt)
    side = -1.0 if d.sign else 1.0
    return {"inf": side * math.inf, "nan": math.nan}.get(d.kind, math.copysign(float(d.value), side))


def python_result(operation, values):
    """What IEEE 754 says of binary64 operands; Python raises where it should not."""
    a, b = (*values, 0.0)[:2]
    if operation == "div" and b == 0:
        return math.nan if a == 0 or a != a else math.copysign(math.inf, a) * math.copysign(1.0, b)
    if operation == "sqrt":
        return math.nan if a < 0 or a != a else math.sqrt(a)
    return {"add": a + b, "sub": a - b, "mul": a * b, "div": a / b if b else 0.0}[operation]


@pytest.mark.parametrize("operation", ["add", "sub", "mul", "div", "sqrt"])
@pytest.mark.parametrize("name", ["float6_e3m2fn", "float8_e5m2", "float8_e4m3fnuz"])
def test_results_in_float64_are_those_of_pythons_floats(operation, name):
    """RQ-7.8 to RQ-7.10: every pair of codes (every seventh of 8 bits), rounded into float64 by Python and by the oracle."""
    fmt, double = get(name), get("float64")
    some = range(0, 1 << fmt.width, 7 if fmt.width == 8 else 1)
    cases = 0
    for codes in itertools.product(some, repeat=1 if operation == "sqrt" else 2):
        code = arithmetic(operation, codes, (fmt,) * len(codes), double).code
        want = python_result(operation, [as_float(c, fmt) for c in codes])
        got = as_float(code, double)
        assert (got != got and want != want) or (got == want and math.copysign(1, got) == math.copysign(1, want)), (operation, codes)
        cases += 1
    assert cases >= 37


HALF = {
    "one": 0x3C00,
    "two": 0x4000,
    "zero": 0,
    "minus zero": 0x8000,
    "inf": 0x7C00,
    "minus inf": 0xFC00,
    "max": 0x7BFF,
    "min": 1,
    "signalling": 0x7D00,
    "quiet": 0x7E01,
}
#: By hand, from IEEE 754-2019 6.1 to 6.3, 7.2 to 7.6: operation, operands, rounding, code, flags.
EXAMPLES = [
    ("add", ("inf", "minus inf"), "ties_to_even", 0x7E00, INVALID),
    ("sub", ("inf", "inf"), "ties_to_even", 0x7E00, INVALID),
    ("add", ("one", "inf"), "ties_to_even", 0x7C00, 0),
    ("sub", ("one", "one"), "ties_to_even", 0x0000, 0),
    ("sub", ("one", "one"), "toward_negative", 0x8000, 0),
    ("add", ("minus zero", "minus zero"), "ties_to_even", 0x8000, 0),
    ("add", ("zero", "minus zero"), "toward_negative", 0x8000, 0),
    ("mul", ("zero", "inf"), "ties_to_even", 0x7E00, INVALID),
    ("mul", ("minus zero", "one"), "ties_to_even", 0x8000, 0),
    ("mul", ("min", "min"), "ties_to_even", 0x0000, UNDERFLOW | INEXACT),
    ("mul", ("min", "min"), "toward_positive", 0x0001, UNDERFLOW | INEXACT),
    ("add", ("max", "max"), "ties_to_even", 0x7C00, OVERFLOW | INEXACT),
    ("add", ("max", "max"), "toward_zero", 0x7BFF, OVERFLOW | INEXACT),
    ("div", ("one", "zero"), "ties_to_even", 0x7C00, DIV_BY_ZERO),
    ("div", ("one", "minus zero"), "ties_to_even", 0xFC00, DIV_BY_ZERO),
    ("div", ("inf", "zero"), "ties_to_even", 0x7C00, 0),
    ("div", ("zero", "zero"), "ties_to_even", 0x7E00, INVALID),
    ("div", ("inf", "inf"), "ties_to_even", 0x7E00, INVALID),
    ("div", ("one", "inf"), "ties_to_even", 0x0000, 0),
    ("sqrt", ("minus zero",), "ties_to_even", 0x8000, 0),
    ("sqrt", ("minus inf",), "ties_to_even", 0x7E00, INVALID),
    ("sqrt", ("two",), "ties_to_even", 0x3DA8, INEXACT),  # 1.4142135... = 0x1.6a09ep0, to 11 digits 0x1.6a0p0
    ("fma", ("zero", "inf", "one"), "ties_to_even", 0x7E00, INVALID),
    ("fma", ("zero", "inf", "quiet"), "ties_to_even", 0x7E00, 0),
    ("fma", ("one", "inf", "minus inf"), "ties_to_even", 0x7E00, INVALID),
    ("add", ("one", "quiet"), "ties_to_even", 0x7E00, 0),
    ("add", ("signalling", "one"), "ties_to_even", 0x7E00, INVALID),
]


@pytest.mark.parametrize(("operation", "names", "rounding", "code", "flags"), EXAMPLES)
def test_special_cases_of_the_standard(operation, names, rounding, code, flags):
    """RQ-7.8 to RQ-7.12."""
    half = get("float16")
    policies = oracle.policies.Policies(rounding=rounding)
    assert arithmetic(operation, tuple(HALF[n] for n in names), (half,) * len(names), half, policies)[:2] == (code, flags)


def test_fma_rounds_once():
    """RQ-7.8: (1 + 2^-10)² - (1 + 2^-9) is 2^-20; a rounded product leaves 0."""
    half = get("float16")
    assert arithmetic("fma", (0x3C01, 0x3C01, 0xBC02), (half,) * 3, half).code == 0x0010
    product = arithmetic("mul", (0x3C01, 0x3C01), (half,) * 2, half).code
    assert arithmetic("add", (product, 0xBC02), (half,) * 2, half).code == 0x0000


def test_a_payload_is_kept_and_quieted():
    """RQ-7.11: the NaN of the first operand that is one, quieted."""
    half = get("float16")
    policies = oracle.policies.Policies(nan="keep_payload")
    assert arithmetic("add", (0xFD05, 0x7E01), (half,) * 2, half, policies)[:2] == (0xFF05, INVALID)
    assert arithmetic("add", (0x3C00, 0x7E01), (half,) * 2, half, policies)[:2] == (0x7E01, 0)


def test_division_by_zero_raises_that_flag_alone():
    """RQ-7.12: float8_e4m3fn has no Inf."""
    fmt = get("float8_e4m3fn")
    assert arithmetic("div", (0x38, 0x00), (fmt,) * 2, fmt)[:2] == (0x7F, DIV_BY_ZERO)
    assert arithmetic("div", (0x38, 0x80), (fmt,) * 2, fmt, oracle.policies.Policies(overflow="saturate"))[:2] == (0xFE, DIV_BY_ZERO)
