"""Array.compute: operations by their name, with their arguments."""

import inspect

import numpy as np
import pytest

import refquant as rq
from refquant.arithmetic import NumberClass, Predicate, TruthAndFlags
from refquant.array.calculating import _OPERANDS
from refquant.errors import InputTypeError, InputValueError, UnknownNameError

F = "float8_e4m3fn"
CODES = np.array([0x38, 0x39, 0x3C, 0x01, 0x7E, 0x00, 0x80, 0x7F, 0xC8], np.uint8)


GIVES_CODES = sorted(set(_OPERANDS) - {"compare", "total_order", "classify"})


def test_every_function_can_be_asked_for():
    assert set(_OPERANDS) == {n for n in rq.arithmetic.__all__ if inspect.isfunction(getattr(rq.arithmetic, n))}


@pytest.mark.parametrize("operation", GIVES_CODES)
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


@pytest.mark.parametrize("predicate", Predicate)
@pytest.mark.parametrize("signaling", [False, True])
def test_compare_is_the_function(predicate, signaling):
    """RQ-7.3: it was no operation of codes."""
    a, b = rq.Array(CODES[:, None], F), rq.Array(CODES, "float8_e5m2")
    choices = {"predicate": predicate, "signaling": signaling and predicate is not Predicate.UNORDERED, "dialect": "arm", "backend": "reference"}
    right = rq.arithmetic.compare(a.codes, b.codes, (F, "float8_e5m2"), **choices, return_flags=True)
    got = a.compute("compare", b, **choices, return_flags=True)
    assert type(got) is TruthAndFlags and got.truth.tolist() == right.truth.tolist() and got.flags.tolist() == right.flags.tolist()
    alone = a.compute("compare", b, **choices)
    assert alone.dtype == bool and alone.tolist() == right.truth.tolist()


def test_truths_and_classes_by_hand():
    a = rq.Array([0x38, 0x39, 0x7F, 0x80, 0x01], F)  # 1, 1.125, NaN, -0, 2**-9
    truth, flags = a.compute("compare", 1.0, predicate="le", signaling=True, return_flags=True)
    assert truth.tolist() == [True, False, False, True, True] and flags.tolist() == [0, 0, 16, 0, 0]
    assert a.compute("compare", 1.1, predicate="lt").tolist() == [True, False, False, True, True]  # 1.1 is no value of the format
    assert a.compute("compare", 1.0).tolist() == [True, False, False, False, False]
    assert a.compute("total_order", 0.0).tolist() == [False, False, False, True, False]
    assert a.compute("total_order", rq.Array([0x3C], "float8_e5m2")).tolist() == [True, False, False, True, True]
    classes = [NumberClass.POSITIVE_NORMAL] * 2 + [NumberClass.QUIET_NAN, NumberClass.NEGATIVE_ZERO, NumberClass.POSITIVE_SUBNORMAL]
    assert a.compute("classify").tolist() == classes
    one = a[0].compute("compare", a[0], return_flags=True)
    assert isinstance(one.truth, np.bool_) and isinstance(one.flags, np.uint8) and isinstance(a[0].compute("classify"), np.uint8)


HINTS = {
    "remainder": "'remainder': 'fmod' has the sign of the dividend, 'rem' the nearest quotient; there are ", "nextafter": "'nextafter'; did you mean next_after",
    "copysign": "'copysign'; did you mean copy_sign", "gt": "'gt': 'compare' with predicate='lt', the operands exchanged; there are ",
    "le": "'le': 'compare' with predicate='le'; there are ", "fmin": "'fmin': it is 'minimum_number' here; there are ", "FMA": "'FMA'; did you mean fma",
    "isnan": "'isnan': 'classify' tells NaN", "plus": "'plus'; there are abs, add, ",
}  # fmt: skip


@pytest.mark.parametrize("name", HINTS)
def test_other_names_of_an_operation_are_understood(name):
    with pytest.raises(UnknownNameError) as raised:
        A.compute(name, A)
    assert str(raised.value).startswith(f"operation: no operation of codes is named {HINTS[name]}")


A = rq.Array([0x38, 0x40], F)
BAD = {
    "no operation": (lambda: A.compute("plus", A), UnknownNameError, "operation: no operation of codes is named 'plus'; there are abs, add, .*total_order$"),
    "codes beside compare": (lambda: A.compute("compare", [0x38]), InputTypeError, "compare: a list may be codes or values"),
    "a string beside compare": (lambda: A.compute("compare", "x"), InputTypeError, "others: expected Arrays or real numbers, got str"),
    "no predicate": (lambda: A.compute("compare", A, predicate="gt"), UnknownNameError, "compare: predicate: expected one of eq"),
    "classify of two": (lambda: A.compute("classify", A), InputValueError, "others: classify has 1 operands, the Array among them; got 2"),
    "a result of compare": (lambda: A.compute("compare", A, result=F), InputTypeError, "result: compare of an Array has no such argument; there are predicate"),
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
