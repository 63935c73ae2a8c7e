"""Bad input of operations: its own exception, which names the argument, and nothing is written."""

import numpy as np
import pytest

import refquant as rq
from refquant.errors import CodeRangeError, EncodeError, InputTypeError, InputValueError, OutputError, PolicyError, UnknownNameError

A = rq.arithmetic
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
