"""Which NaN is delivered, of which sign, and when INVALID is raised: against the oracle, and against the tables of processors by hand."""

import itertools

import arithmeticoracle
import numpy as np
import pytest
from rowchecks import check

import refquant as rq

RULES = [
    {"nan_operand": operand, "fma_nan_order": order, "made_nan": sign, "zero_times_inf": product}
    for operand in ("first", "signaling_first", "made")
    for order in ("product_first", "addend_first")
    for sign in ("positive", "negative")
    for product in ("quiet", "invalid", "made")
]
SPECIAL = {  # NaNs of either kind and sign, zeros, infinities, one
    "float8_e5m2": [0x7D, 0x7E, 0x7F, 0xFD, 0xFE, 0x00, 0x80, 0x7C, 0xFC, 0x3C],
    "float8_e3m4": [0x71, 0x75, 0x78, 0x7B, 0xF3, 0x00, 0x80, 0x70, 0xF0, 0x30],
    "float8_e4m3fn": [0x7F, 0xFF, 0x00, 0x38],
    "binary8p3se": [0x80, 0x00, 0x7F, 0xFF, 0x40],
}
FORMATS = [("float8_e5m2",) * 3, ("float8_e5m2", "float8_e3m4", "float8_e5m2"), ("float8_e4m3fn", "binary8p3se", "float8_e5m2"), ("binary8p3se",) * 3]


@pytest.mark.parametrize("nan", ["keep_payload", "canonical"])
@pytest.mark.parametrize("formats", FORMATS, ids=str)
def test_every_rule_of_fma(formats, nan, count_cases):
    """RQ-7.11, RQ-7.13 to RQ-7.15."""
    columns = [np.array(c) for c in zip(*itertools.product(*(SPECIAL[f] for f in formats)), strict=True)]
    rows = arithmeticoracle.Rows("fma", columns, formats, formats[0])
    count_cases(sum(check("fma", rows, {"nan": nan, **rules}) for rules in RULES))


@pytest.mark.parametrize("operation", ["add", "sub", "mul", "div", "sqrt"])
def test_every_rule_of_one_and_two_operands(operation, count_cases):
    """RQ-7.13, RQ-7.14, RQ-7.16; every pair of special codes, and into another format."""
    names = ("float8_e5m2", "float8_e3m4")[: 1 if operation == "sqrt" else 2]
    columns = [np.array(c) for c in zip(*itertools.product(*(SPECIAL[f] for f in names)), strict=True)]
    rows = arithmeticoracle.Rows(operation, columns, names, "float8_e5m2")
    for rules, nan, by_zero in itertools.product(RULES, ("keep_payload", "keep_sign"), ("infinity", "nan")):
        count_cases(check(operation, rows, {"nan": nan, "division_by_zero": by_zero, **rules}))


@pytest.mark.parametrize("name", ["float4_e2m1fn", "binary6p3se", "float6_e3m2fn", "int4"])
def test_division_by_zero_that_is_a_nan(name, count_cases):
    """RQ-7.16."""
    rows = arithmeticoracle.Rows("div", arithmeticoracle.every_row((name,) * 2), (name,) * 2, name)
    count_cases(check("div", rows, {"division_by_zero": "nan"}) + check("div", rows, {"division_by_zero": "nan", "overflow": "saturate", "flags": "none"}))


#: By hand, from the tables that the dialects name. float32: 7F800001 and 7FA00000 signal, 7FC00005 and FFC00009 are quiet, 7F800000 is Inf.
PROCESSORS = [
    ("x86-sse", "mul", (0x00000000, 0x7F800000), 0xFFC00000, 16),  # the indefinite is negative
    ("x86-sse", "add", (0x7FC00005, 0x7F800001), 0x7FC00005, 16),  # the first source, whatever signals
    ("x86-sse", "add", (0x3F800000, 0x7F800001), 0x7FC00001, 16),
    ("x86-sse", "fma", (0x3F800000, 0xFFC00009, 0x7FC00005), 0xFFC00009, 0),  # x, then y, then z
    ("x86-sse", "fma", (0x00000000, 0x7F800000, 0x7FC00005), 0x7FC00005, 0),
    ("x86-sse", "fma", (0x00000000, 0x7F800000, 0x3F800000), 0xFFC00000, 16),
    ("arm", "mul", (0x00000000, 0x7F800000), 0x7FC00000, 16),
    ("arm", "add", (0x7FC00005, 0x7F800001), 0x7FC00001, 16),  # a signalling one first
    ("arm", "add", (0x7FC00005, 0xFFC00009), 0x7FC00005, 0),
    ("arm", "fma", (0x7FC00005, 0x3F800000, 0xFFC00009), 0xFFC00009, 0),  # the addend first
    ("arm", "fma", (0x3F800000, 0x7FA00000, 0xFFC00009), 0x7FE00000, 16),
    ("arm", "fma", (0x00000000, 0x7F800000, 0xFFC00009), 0x7FC00000, 16),  # the default NaN
    ("arm", "fma", (0x00000000, 0x7F800000, 0x7F800001), 0x7FC00001, 16),
    ("arm-default-nan", "add", (0xFFC00009, 0x3F800000), 0x7FC00000, 0),
    ("arm-default-nan", "fma", (0x7F800000, 0x00000000, 0xFFC00009), 0x7FC00000, 16),
    ("riscv", "add", (0xFFC00009, 0x3F800000), 0x7FC00000, 0),
    ("riscv", "sqrt", (0xBF800000,), 0x7FC00000, 16),
    ("riscv", "fma", (0x7F800000, 0x00000000, 0xFFC00009), 0x7FC00000, 16),
    ("default", "fma", (0x7F800000, 0x00000000, 0xFFC00009), 0x7FC00000, 0),
]


@pytest.mark.parametrize(("dialect", "operation", "codes", "result", "flags"), PROCESSORS)
def test_rules_of_processors(dialect, operation, codes, result, flags):
    """RQ-7.13 to RQ-7.15."""
    got = getattr(rq.arithmetic, operation)(*codes, "float32", dialect=dialect, return_flags=True)
    assert (hex(got.codes), int(got.flags)) == (hex(result), flags)


#: What CVTSD2SI and VCVTSD2USI gave, flags as refquant has them; None: the integer indefinite, 80000000 and FFFFFFFF.
X86_INTEGERS = [
    (2.5, 0x00000002, 0x00000002, 1), (-0.25, 0x00000000, 0x00000000, 1), (2147483647.0, 0x7FFFFFFF, 0x7FFFFFFF, 0), (2147483648.0, None, 0x80000000, 0),
    (-2147483648.0, 0x80000000, None, 0), (-2147483649.0, None, None, 0), (np.inf, None, None, 0), (-np.inf, None, None, 0), (np.nan, None, None, 0),
    (3e20, None, None, 0),
]  # fmt: skip


@pytest.mark.parametrize(("x", "signed", "unsigned", "flags"), X86_INTEGERS)
def test_the_integer_indefinite_of_x86_is_refused(x, signed, unsigned, flags):
    """It was saturated: 7FFFFFFF where x86 gives 80000000."""
    for target, right in (("int32", signed), ("uint32", unsigned)):
        calls = (
            lambda t=target: rq.encode(x, t, dialect="x86-sse", return_flags=True),
            lambda t=target: rq.arithmetic.round_to_integral(rq.encode(x, "float64"), "float64", exact=True, result=t, dialect="x86-sse", return_flags=True),
        )
        for call in calls:
            if right is None:
                with pytest.raises(rq.errors.EncodeError, match=f"cannot go into {target}"):
                    call()
            else:
                codes, raised = call()
                assert (int(codes), int(raised)) == (right, flags)


@pytest.mark.parametrize("dialect", ["p3109-v3.2", "p3109-v4.0", "p3109-d1"])
def test_p3109_divides_by_zero_into_nan(dialect):
    """RQ-7.16: Divide(1, 0), Divide(0, 0), Divide(Inf, 0) are NaN."""
    assert rq.arithmetic.div([0x40, 0x00, 0x7F], 0, "binary8p3se", dialect=dialect).tolist() == [0x80] * 3
    assert rq.arithmetic.div([0x40, 0x00, 0x7F], 0, "binary8p3se").tolist() == [0x7F, 0x80, 0x7F]
