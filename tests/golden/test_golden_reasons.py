"""Why a class of vectors is empty: what cannot happen is said to be impossible, and what can happen is among the vectors."""

import pytest

import refquant as rq
from refquant.golden.reasons import NOT_REACHED

QUIET = ("compare_quiet_eq", "compare_quiet_lt", "compare_quiet_le", "compare_quiet_unordered")
SIGNALING = ("compare_signaling_eq", "compare_signaling_lt", "compare_signaling_le")


def invalid_of(operation, fmt, level=1):
    """The row of the coverage table."""
    return next(c for c in rq.golden.generate(operation, fmt, level=level).coverage if c.name == "INVALID")


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize(
    "fmt, reason",
    [
        ("int8", "no operand is NaN"), ("uint16", "no operand is NaN"), ("float4_e2m1fn", "no operand is NaN"), (("int8", "uint4"), "no operand is NaN"),
        ("float8_e4m3fn", "no NaN of float8_e4m3fn signals"), ("float8_e5m2fnuz", "no NaN of float8_e5m2fnuz signals"), ("float8_e8m0fnu", "no NaN of float8_e8m0fnu signals"),
        ("binary8p3se", "no NaN of binary8p3se signals"), (("int8", "float8_e4m3fn"), "no NaN of int8, float8_e4m3fn signals"),
    ],
)  # fmt: skip
def test_a_quiet_comparison_without_a_signalling_nan_is_never_invalid(fmt, reason, level):
    """RQ-7.4."""
    for operation in QUIET:
        row = invalid_of(operation, fmt, level)
        assert (row.count, row.reason) == (0, reason), operation


@pytest.mark.parametrize("fmt", ["int8", "uint16", "float4_e2m1fn", ("int8", "uint4")])
def test_a_signalling_comparison_without_a_nan_is_refused(fmt):
    """RQ-7.27."""
    for operation in SIGNALING:
        with pytest.raises(rq.errors.InputValueError, match=r"^compare: signaling: .* has no NaN that could signal"):
            invalid_of(operation, fmt)


@pytest.mark.parametrize("fmt", ["float8_e5m2", "float16", "float32", ("int8", "float16"), ("float8_e4m3fn", "float16")])
def test_where_a_nan_signals_every_comparison_is_invalid_somewhere(fmt):
    for operation in QUIET + SIGNALING:
        assert invalid_of(operation, fmt).count > 0


@pytest.mark.parametrize("fmt", ["float8_e4m3fn", "float8_e4m3fnuz", "float8_e8m0fnu", "binary8p3se", ("int8", "float8_e4m3fn")])
def test_where_there_is_a_nan_a_signalling_comparison_is_invalid_somewhere(fmt):
    for operation in SIGNALING:
        assert invalid_of(operation, fmt).count > 0


@pytest.mark.parametrize("name", [n for n in rq.list_formats() if rq.get_format(n).width <= 16])
def test_no_class_of_a_comparison_is_left_without_a_reason(name):
    for operation in ("compare_quiet_lt", "compare_signaling_le")[: 1 + rq.get_format(name).has_nan]:
        left = [c.name for c in rq.golden.generate(operation, name).coverage if c.reason == NOT_REACHED]
        assert not left, operation
