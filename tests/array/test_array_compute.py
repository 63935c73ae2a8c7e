"""Array.compute: operations by their name, with their arguments."""

import inspect

import numpy as np
import pytest

import refquant as rq
from refquant.array.calculating import _OPERANDS
from refquant.errors import InputTypeError, InputValueError, UnknownNameError

F = "float8_e4m3fn"
CODES = np.array([0x38, 0x39, 0x3C, 0x01, 0x7E, 0x00, 0x80, 0x7F, 0xC8], np.uint8)


def test_every_function_that_gives_codes_can_be_asked_for():
    public = {n for n in rq.arithmetic.__all__ if inspect.isfunction(getattr(rq.arithmetic, n))}
    assert public - set(_OPERANDS) == {"compare", "total_order", "classify"} and set(_OPERANDS) <= public


@pytest.mark.parametrize("operation", sorted(_OPERANDS))
def test_it_is_the_function(operation):
    count = len(_OPERANDS[operation])
    given = [CODES[:, None, None], CODES[:, None], CODES][:count]
    others = [np.arange(-3, 6)[:, None]] if operation == "scale_b" else [rq.Array(c, F) for c in given[1:]]
    plain = [given[0], *(others if operation == "scale_b" else given[1:])]
    for choices in ({}, {"rounding": "toward_positive", "dialect": "arm", "result": "float16", "overflow": "saturate", "backend": "reference"}):
        right = getattr(rq.arithmetic, operation)(*plain, F, **choices, return_flags=True)
        array, flags = rq.Array(given[0], F).compute(operation, *others, **choices, return_flags=True)
        alone = rq.Array(given[0], F).compute(operation, *others, **choices)
        for got in (array, alone):
            codes = got.codes if isinstance(got, rq.Array) else got
            assert codes.dtype == right.codes.dtype and codes.tobytes() == right.codes.tobytes() and flags.tobytes() == right.flags.tobytes()
            assert isinstance(got, rq.Array) is (operation != "log_b" or bool(choices))
            assert not isinstance(got, rq.Array) or got.fmt.name == choices.get("result", F)


def test_values_by_hand():
    a = rq.Array([0x39], F)  # 1.125
    assert a.compute("fma", a, -1.25).tolist() == [2.0**-6]  # 1.265625 - 1.25, rounded once
    assert (a * a - 1.25).tolist() == [0.0]  # twice
    assert a.compute("rem", 2).tolist() == [-0.875] and np.fmod(a, 2).tolist() == [1.125]
    assert a.compute("add", rq.Array([0x01], "float8_e5m2"), result="float32").tolist() == [1.125 + 2.0**-16]
    array, flags = a.compute("mul", a, rounding="toward_positive", return_flags=True)
    assert array.tolist() == [1.375] and flags.tolist() == [1]
    assert a.compute("scale_b", [1, -20], return_flags=True).flags.tolist() == [0, 3]
    bits = rq.RandomBits(np.array([0], np.uint8), 8)
    assert a.compute("mul", a, rounding="stochastic_a", random=bits).tolist() == [1.25]


A = rq.Array([0x38, 0x40], F)
BAD = {
    "no operation": (lambda: A.compute("plus", A), UnknownNameError, "operation: no operation of codes is named 'plus'; there are abs, add, .*sub$"),
    "one that gives no codes": (lambda: A.compute("compare", A), UnknownNameError, "operation: no operation of codes is named 'compare'"),
    "no name": (lambda: A.compute(["add"], A), UnknownNameError, r"operation: no operation of codes is named \['add'\]"),
    "too few": (lambda: A.compute("fma", A), InputValueError, "others: fma has 3 operands, the Array among them; got 2"),
    "too many": (lambda: A.compute("neg", A), InputValueError, "others: neg has 1 operands, the Array among them; got 2"),
    "out": (lambda: A.compute("neg", out=A), InputTypeError, "out: neg of an Array has no such argument; there are result, rounding, .*return_flags$"),
    "fmt": (lambda: A.compute("neg", fmt=F), InputTypeError, "fmt: neg of an Array has no such argument"),
    "exact elsewhere": (lambda: A.compute("neg", exact=True), InputTypeError, "exact: neg of an Array has no such argument"),
    "another object": (lambda: A.compute("add", "x"), InputTypeError, "others: expected Arrays or real numbers, got str"),
    "codes": (lambda: A.compute("add", [0x38, 0x40]), InputTypeError, "add: a list may be codes or values"),
    "formats": (lambda: A.compute("fma", A, rq.Array([1], "int8")), InputValueError, "fma: operands of float8_e4m3fn and float8_e4m3fn and int8 need the format of the result"),
    "powers": (lambda: A.compute("scale_b", 1.5), InputTypeError, "n: expected integers"),
    "no mode": (lambda: A.compute("add", A, rounding="up"), UnknownNameError, "rounding: "),
    "no result format": (lambda: A.compute("add", A, result="float9"), UnknownNameError, "no format is named 'float9'"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_raises_its_own_exception(name):
    call, kind, message = BAD[name]
    with pytest.raises(kind, match=message) as raised:
        call()
    assert "\n" not in str(raised.value)
