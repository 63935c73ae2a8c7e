"""Sums and products of integers as integers of 64 bits, against Python's. RQ-7.28."""

import itertools
import operator

import numpy as np
import oracle
import pytest
from backendsathand import available

import refquant as rq
from refquant.errors import BackendUnavailableError, InputValueError

A = rq.arithmetic
PYTHON = {"add": operator.add, "sub": operator.sub, "mul": operator.mul}
ENDS = {"int32": [-(1 << 31), 1 - (1 << 31), -1, 0, 1, (1 << 31) - 1], "uint32": [0, 1, (1 << 31) - 1, 1 << 31, (1 << 32) - 1], "int8": [-128, -1, 0, 127]}


def codes_of(values, name):
    width = rq.get_format(name).width
    return np.array([v % (1 << width) for v in values], rq.get_format(name).code_dtype)


@pytest.mark.parametrize(
    "formats, result", [(("int32", "int32"), "int64"), (("uint32", "uint32"), "uint64"), (("uint32", "int32"), "int64"), (("int8", "uint32"), "int64")]
)
@pytest.mark.parametrize("operation", PYTHON)
def test_every_result_is_pythons(operation, formats, result, count_cases):
    if operation == "sub" and result == "uint64":
        with pytest.raises(
            InputValueError, match="result: uint64 takes sums, differences and products of integers that all fit it, and sub of uint32, uint32 has others"
        ):
            A.sub(0, 0, formats, result=result)
    rng = np.random.default_rng(len(operation))
    drawn = [[*ENDS[f], *(int(v) for v in rng.integers(min(ENDS[f]), max(ENDS[f]), 200, endpoint=True))] for f in formats]
    rows = [r for r in itertools.product(*drawn) if operation != "sub" or result == "int64" or r[0] >= r[1]]
    if operation == "sub" and result == "uint64":
        count_cases(1)
        return
    columns = [codes_of(column, f) for column, f in zip(zip(*rows, strict=True), formats, strict=True)]
    got = getattr(A, operation)(*columns, formats, result=result, return_flags=True)
    want = np.array([PYTHON[operation](*r) % (1 << 64) for r in rows], np.uint64)
    assert got.codes.dtype == np.uint64 and np.array_equal(got.codes, want) and not got.flags.any()
    count_cases(want.size)


def test_the_clause_is_about_what_fits():
    """RQ-7.28: the oracle's integers of 64 bits have these ends."""
    assert (oracle.bits.limit(oracle.formats.get("int64"), False), -oracle.bits.limit(oracle.formats.get("int64"), True)) == ((1 << 63) - 1, -(1 << 63))


@pytest.mark.parametrize(
    "call",
    [
        lambda: A.mul(0, 0, rq.IntFormat(width=53), result="int64"), lambda: A.div(1, 1, "int32", result="int64"), lambda: A.add(0, 0, "float16", result="int64"),
        lambda: A.fma(0, 0, 0, "int32", result="uint64"), lambda: A.mul(0, 0, rq.IntFormat(width=8, fraction_bits=1), result="int64"), lambda: A.sqrt(0, "int32", result="uint64"),
    ],
)  # fmt: skip
def test_what_may_not_fit_is_refused(call):
    with pytest.raises(InputValueError, match=r"result: u?int64 takes sums, differences and products of integers that all fit it, and .* has others"):
        call()


def test_fused_products_and_compiled_code():
    minus = codes_of([-(1 << 31)], "int32")
    assert A.fma(minus, minus, minus, "int32", result="int64").tolist() == [(1 << 62) - (1 << 31)]
    most = codes_of([-1], "uint32")
    assert A.fma(most, most, most, "uint32", result="uint64").tolist() == [(1 << 64) - (1 << 32)]
    available("numba")
    with pytest.raises(BackendUnavailableError, match="'numba' has no mul of int32, int32"):
        A.mul(minus, minus, "int32", result="int64", backend="numba")
