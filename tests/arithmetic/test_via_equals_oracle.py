"""What passes through an intermediate format, that of the result among them, equals the oracle, flags included. RQ-7.6, RQ-7.12."""

import itertools

import numpy as np
import oracle
import pytest
from arithmeticoracle import Rows
from backendsathand import at_hand
from operationcalls import boundary

import refquant as rq

OPERATIONS = {"add": 2, "sub": 2, "mul": 2, "div": 2, "fma": 3, "sqrt": 1, "recip": 1, "rsqrt": 1, "rem": 2, "minimum": 2, "relu": 1}
CASES = [  # operands, result, via
    ("float8_e4m3fn", "float8_e4m3fn", "float8_e4m3fn"), ("float8_e4m3fn", "float8_e4m3fn", "float16"), ("float8_e5m2", "float8_e4m3fn", "float8_e4m3fn"),
    ("float16", "float16", "float16"), ("float16", "float8_e5m2", "bfloat16"), ("float32", "float32", "float32"), ("int8", "int8", "float32"),
    ("float8_e4m3fnuz", "int8", "float8_e4m3fn"),
]  # fmt: skip
ROUNDINGS = [("ties_to_even", "toward_zero"), ("toward_negative", "ties_to_even"), ("to_odd", "toward_positive")]  # of via, of the result


@pytest.mark.parametrize("operands, result, via", CASES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_operations_through_a_format(operation, operands, result, via, count_cases):
    count, most = OPERATIONS[operation], {1: 60, 2: 18, 3: 7}[OPERATIONS[operation]]
    codes = boundary(operands, most)
    codes = codes if codes.size <= most else codes[:: -(-codes.size // most)]
    columns = [m.ravel() for m in np.meshgrid(*[codes.astype(np.int64)] * count, indexing="ij")]
    rows = Rows(operation, columns, (operands,) * count, result)
    nan = None if rq.get_format(result).has_nan else "to_zero"
    for (first, last), overflow in itertools.product(ROUNDINGS, ("no_saturate", "saturate")):
        said = {"rounding": last, "overflow": overflow, "nan": nan, "inf_to_int": "bound"}
        policies = oracle.policies.Policies(**said, via=oracle.policies.Via(via, first))
        want = rows.expected(policies)
        dialect = rq.get_dialect("default").replace(**said, via=rq.Via(via, first))
        given = [c.astype(rq.get_format(operands).code_dtype) for c in columns]
        for backend in at_hand(("reference", "numba")):
            got = getattr(rq.arithmetic, operation)(*given, (operands,) * count, result=result, dialect=dialect, backend=backend, return_flags=True)
            wrong = np.flatnonzero((got.codes != want[0]) | (got.flags != want[1]))
            assert not wrong.size, (policies, [([hex(c[i]) for c in columns], got.codes[i], got.flags[i], want[0][i], want[1][i]) for i in wrong[:3]])
        count_cases(codes.size)


def test_what_is_divided_by_zero_raises_that_alone():
    """RQ-7.12: whatever the result format makes of the Inf that comes through."""
    via = rq.get_dialect("default").replace(via="float32")
    assert rq.arithmetic.div(0x38, 0, "float8_e4m3fn", overflow="saturate", dialect=via, return_flags=True) == (0x7E, 8)
    assert rq.arithmetic.div(1, 0, "int8", dialect=via, return_flags=True) == rq.arithmetic.div(1, 0, "int8", return_flags=True)
    assert rq.arithmetic.recip(0, "float8_e4m3fn", overflow="saturate", dialect=via, return_flags=True) == (0x7E, 8)


def test_via_the_result_format_is_a_rounding_of_its_own():
    """1/3 to float32, to even, and then nothing is left to round toward zero."""
    dialect = rq.get_dialect("default").replace(via=rq.Via("float32", "ties_to_even"))
    assert rq.arithmetic.div(0x3F800000, 0x40400000, "float32", rounding="toward_zero", dialect=dialect) == 0x3EAAAAAB
    assert rq.arithmetic.div(0x3F800000, 0x40400000, "float32", rounding="toward_zero") == 0x3EAAAAAA
