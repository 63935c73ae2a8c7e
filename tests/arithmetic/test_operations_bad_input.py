"""Bad input of operations: its own exception, which names the argument, and nothing is written."""

import numpy as np
import oracle
import pytest

import refquant as rq
from refquant.errors import CodeRangeError, EncodeError, InputTypeError, InputValueError, OutputError, PolicyError, UnknownNameError

A = rq.arithmetic
TO_MAX = rq.get_dialect("default").replace(nan="to_max")
BAD = {
    "another type of exact": (lambda: A.round_to_integral(0x38, "float8_e4m3fn", exact="yes"), InputTypeError, "exact: expected True or False, got 'yes'"),
    "no result for mixed formats": (lambda: A.minimum(0, 0, ("float8_e4m3fn", "int8")), InputValueError, "result: operands of different formats"),
    "as many formats as operands": (lambda: A.next_after(0, 0, ("int8",), result="int8"), InputValueError, "fmt: expected one format, or a tuple of one for each of 2"),
    "codes out of range": (lambda: A.classify([0x40], "float6_e3m2fn"), CodeRangeError, "a"),
    "signed codes": (lambda: A.neg(np.array([1], np.int8), "int8"), InputTypeError, "a"),
    "shapes": (lambda: A.total_order([0, 1], [0, 1, 2], "int8"), InputValueError, "a, b: cannot be broadcast together"),
    "out of another dtype": (lambda: A.log_b([0x38], "float8_e4m3fn", out=np.empty(1, np.int64)), OutputError, "out"),
    "a dialect that does not exist": (lambda: A.total_order(0, 0, "int8", dialect="arm64"), UnknownNameError, "dialect"),
    "a rule that does not exist": (lambda: rq.get_dialect("default").replace(nan_operand="last"), UnknownNameError, "nan_operand: expected one of first"),
    "a root of exponents alone": (lambda: A.sqrt(0x7F, "float8_e8m0fnu"), InputValueError, "result: sqrt into float8_e8m0fnu, which holds powers of two alone"),
    "a reciprocal root of exponents alone": (lambda: A.rsqrt(0x38, "float8_e4m3fn", result="float8_e8m0fnu"), InputValueError, "result: rsqrt into float8_e8m0fnu"),
    "no NaN that signals": (lambda: A.compare(1, 1, "float4_e2m1fn", predicate="lt", signaling=True), InputValueError, "signaling: compare of float4_e2m1fn has no NaN"),
    "no NaN in two formats": (lambda: A.compare(1, 1, ("int8", "uint4"), signaling=True), InputValueError, "signaling: compare of int8 and uint4 has no NaN"),
    "NaN into integers": (lambda: A.rem(1, 0, "int8"), EncodeError, "rem: the result cannot go into int8"),
    "the end of integers that is NaN": (lambda: A.next_up(0x7F, "int8", dialect="p3109-d1"), EncodeError, "next_up: the result cannot go into int8"),
    "payloads in a format without NaN": (lambda: A.add(0, 0, "int8", dialect=rq.get_dialect("default").replace(nan="keep_payload")), PolicyError, "nan"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused(name):
    call, error, message = BAD[name]
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value).startswith(message) and "\n" not in str(raised.value)


def test_nothing_is_written_where_a_result_is_refused():
    """RQ-5.15."""
    out = np.full(3, 0x55, np.uint8)
    with pytest.raises(EncodeError, match="index 1"):
        A.fmod([3, 1, 2], [2, 0, 2], "int8", out=out)
    assert out.tolist() == [0x55] * 3


def test_roots_and_comparisons_are_refused_where_the_oracle_says_so(count_cases):
    """RQ-7.27."""
    names = [n for n in oracle.formats.names(p3109=True) if oracle.formats.get(n).width <= 8]
    for name in names:
        for call, refused in (
            (lambda n=name: A.sqrt(1, "float32", result=n, dialect=TO_MAX), oracle.refusals.refuses_roots(oracle.formats.get(name))),
            (lambda n=name: A.compare(1, 1, n, signaling=True), oracle.refusals.refuses_signaling(*[oracle.formats.get(name)] * 2)),
        ):
            try:
                call()
            except InputValueError:
                assert refused, name
            except (EncodeError, PolicyError):
                assert not refused
            else:
                assert not refused, name
    count_cases(2 * len(names))


def test_what_is_refused_has_a_way(count_cases):
    """RQ-7.27: a root of exponents goes into a format with digits; one NaN among two formats can signal."""
    codes = np.arange(255, dtype=np.uint8)
    roots = rq.decode(A.sqrt(codes, "float8_e8m0fnu", result="float32"), "float32", dtype=np.float64)
    assert np.array_equal(roots, np.sqrt(np.exp2(codes - 127.0)).astype(np.float32))
    assert A.compare(1, 0x7F, ("int8", "float8_e4m3fn"), signaling=True, return_flags=True) == (False, 16)
    count_cases(256)
