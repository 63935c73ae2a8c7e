"""Arrays are made of codes or of values, keep their format, and are read, cut, written, copied and pickled."""

import copy
import pickle

import numpy as np
import pytest

import refquant as rq
from refquant.errors import CodeRangeError, EncodeError, InputTypeError, InputValueError, RandomBitsError, RangeExceededError, UnknownNameError

F = "float8_e4m3fn"


def test_codes_are_copied_into_the_dtype_of_the_format():
    codes = np.array([0x38, 0x40], ">u4")[::-1]
    a = rq.Array(codes, F)
    codes[:] = 0
    assert a.codes.tolist() == [0x40, 0x38] and a.codes.dtype == np.dtype("u1") and a.fmt == rq.get_format(F)
    assert rq.Array(0x38, F).shape == () and rq.Array(np.uint8(0x38), F).shape == () and rq.Array([[0x38]], F).shape == (1, 1)
    assert rq.Array([2**63, 2**64 - 1], "float64").codes.dtype == np.uint64
    fmt = rq.FloatFormat(precision=4, exponent_width=6)
    assert rq.Array([0x3FF], fmt).codes.dtype == np.uint16 and rq.Array([0x3FF], fmt).fmt is fmt


BAD = {
    "values": (lambda: rq.Array([1.0], F), InputTypeError, r"codes: expected an unsigned integer dtype, got float64; values are given to Array.from_values\(x, 'float8_e4m3fn'\)"),
    "signed": (lambda: rq.Array(np.array([1], np.int8), F), InputTypeError, "codes: expected an unsigned integer dtype, got int8"),
    "text": (lambda: rq.Array("38", F), InputTypeError, "codes: "),
    "ragged": (lambda: rq.Array([[1], [1, 2]], F), InputTypeError, "codes: "),
    "no code": (lambda: rq.Array([0, 0x40], "float6_e3m2fn"), CodeRangeError, r"codes: expected 0 <= code < 2\*\*6 for float6_e3m2fn, got 0x40 at index 1"),
    "negative": (lambda: rq.Array([-1], F), CodeRangeError, "codes: "),
    "no format": (lambda: rq.Array([1], "float9"), UnknownNameError, "fmt: no format is named 'float9'"),
    "an Array": (lambda: rq.Array(rq.Array([1], F), F), InputTypeError, "codes: got an Array of float8_e4m3fn; use .copy"),
    "values that are an Array": (lambda: rq.Array.from_values(rq.Array([1], F), F), InputTypeError, r"x: got an Array of float8_e4m3fn; use .convert\(fmt\)"),
    "masked": (lambda: rq.Array(np.ma.array([1], mask=[1]), F), InputTypeError, "codes: a masked array"),
    "values of another kind": (lambda: rq.Array.from_values(["x"], F), InputTypeError, "x: "),
    "random bits that are missing": (lambda: rq.Array.from_values([1.0], F, rounding="stochastic_a"), RandomBitsError, "random"),
    "NaN into integers": (lambda: rq.Array.from_values([float("nan")], "int8"), EncodeError, "NaN"),
    "converted to no format": (lambda: rq.Array([1], F).convert("float9"), UnknownNameError, "fmt|target"),
    "item of several": (lambda: rq.Array([1, 2], F).item(), InputValueError, "item: expected an Array of one element, got 2"),
    "float of several": (lambda: float(rq.Array([1], F)), InputTypeError, r"float: expected an Array of no dimension, got shape \(1,\)"),
    "length of none": (lambda: len(rq.Array(1, F)), InputTypeError, "len: an Array of no dimension"),
    "elements of none": (lambda: iter(rq.Array(1, F)), InputTypeError, "iter: an Array of no dimension"),
    "another shape": (lambda: rq.Array([1, 2], F).reshape(3), InputValueError, "shape: cannot reshape"),
    "values beyond float64": (lambda: rq.Array([1], "binary16p3se").values, RangeExceededError, "float64 cannot hold every value of binary16p3se"),
    "values into a narrow dtype": (lambda: np.asarray(rq.Array([1], F), np.int32), RangeExceededError, "int32 cannot hold"),
    "no copy of values": (lambda: np.array(rq.Array([1], F), copy=False), InputValueError, "copy: the values of an Array are made anew"),
    "an Array as the function's codes": (lambda: rq.arithmetic.add(rq.Array([1], F), 1, F), InputTypeError, "a: expected an unsigned integer dtype"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_raises_its_own_exception(name):
    call, kind, message = BAD[name]
    with pytest.raises(kind, match=message) as raised:
        call()
    assert "\n" not in str(raised.value)


def test_values_are_rounded_once_as_encode_does():
    a = rq.Array.from_values([1.0, 0.1, -0.0, 1e9], F)
    assert a.codes.tolist() == [0x38, 0x1D, 0x80, 0x7F]
    assert rq.Array.from_values(0.1, F, rounding="toward_zero").codes.tolist() == 0x1C
    assert rq.Array.from_values(1e9, F, overflow="saturate").codes.tolist() == 0x7E
    assert rq.Array.from_values(2.0**-9, F, dialect=rq.get_dialect("default").replace(subnormals="flush_results")).codes.tolist() == 0
    both = rq.Array.from_values([0.5, 0.1], F, return_flags=True)
    assert both.array.codes.tolist() == [0x30, 0x1D] and both.flags.tolist() == [0, 1]
    bits = rq.RandomBits(np.array([0, 255], np.uint8), 8)
    assert rq.Array.from_values([0.1, 0.1], F, rounding="stochastic_a", random=bits).codes.tolist() == [0x1C, 0x1D]


def test_convert_rounds_once_and_leaves_the_array_as_it_is():
    a = rq.Array([0x38, 0x39, 0x7E], F)  # 1, 1.125, 448
    b = a.convert("float4_e2m1fn")
    assert b.codes.tolist() == [2, 2, 7] and b.fmt.name == "float4_e2m1fn" and a.fmt.name == F and a.codes.tolist() == [0x38, 0x39, 0x7E]
    assert a.convert("float4_e2m1fn", rounding="toward_positive").codes.tolist() == [2, 3, 7]
    both = a.convert("int8", return_flags=True)
    assert both.array.codes.tolist() == [1, 1, 127] and both.flags.tolist() == [0, 1, 16]
    assert a[:2].convert("float16", overflow="saturate", dialect="default", backend="reference").tolist() == [1.0, 1.125]


def test_the_format_and_the_codes_cannot_be_replaced():
    a = rq.Array([0x38], F)
    for name in ("fmt", "codes", "values", "shape", "anything"):
        with pytest.raises(AttributeError):
            setattr(a, name, 1)
    with pytest.raises(ValueError, match="read-only"):
        a.codes[0] = 0


def test_what_users_of_numpy_expect():
    a = rq.Array([[0x3800, 0x3C00, 0x4000]], "float16")
    assert (a.shape, a.ndim, a.size, a.itemsize, a.nbytes, len(a)) == ((1, 3), 2, 3, 2, 6, 1)
    assert a.T.shape == (3, 1) and a.reshape(3).shape == a.reshape((3,)).shape == a.ravel().shape == (3,) and a.reshape(3, -1).shape == (3, 1)
    assert a.tolist() == [[0.5, 1.0, 2.0]] and a[0, 1].item() == float(a[0, 1]) == 1.0 and a.values.tolist() == [[0.5, 1.0, 2.0]]
    assert rq.Array([1, 0xFF], "int8").tolist() == [1.0, -1.0]


def test_values_for_numpy():
    a = rq.Array([0x38, 0x01, 0x7F], F)
    for got, dtype in ((np.asarray(a), "f8"), (np.asarray(a, "f4"), "f4"), (np.array(a), "f8"), (np.array(a, "f2", copy=True), "f2"), (a.__array__(), "f8")):
        assert type(got) is np.ndarray and got.dtype == dtype and got[:2].tolist() == [1.0, 2.0**-9] and np.isnan(got[2])
    assert np.asarray(rq.Array([1, 0xFF], "int8"), np.int16).tolist() == [1, -1]
    assert np.asarray(rq.Array([1], "binary16p3se"), object)[0] * 2**4097 == 1
    assert np.asarray(rq.Array(0x38, F)).shape == () and np.asarray(rq.Array([], F)).shape == (0,)
    assert np.array([a, a]).shape == (2, 3) and rq.encode(a, "float16").tolist() == [0x3C00, 0x1800, 0x7E00]


def test_elements_and_cuts():
    a = rq.Array(np.arange(6, dtype=np.uint8).reshape(2, 3), F)
    for key, right in ((0, [0, 1, 2]), ((1, 2), 5), ((slice(None), 1), [1, 4]), (..., [[0, 1, 2], [3, 4, 5]]), ([1, 0], [[3, 4, 5], [0, 1, 2]]), ((0, -1), 2)):
        assert type(a[key]) is rq.Array and a[key].codes.tolist() == right
    assert a[a.codes > 3].codes.tolist() == [4, 5] and a[a > a[0, 2]].codes.tolist() == [3, 4, 5] and a[:, None].shape == (2, 1, 3)
    assert [part.codes.tolist() for part in a] == [[0, 1, 2], [3, 4, 5]] and all(type(e) is rq.Array and e.shape == () for e in a[0])
    for key in (2, (0, 0, 0), "x", a):
        with pytest.raises(IndexError):
            a[key]


def test_cuts_are_views_and_elements_are_not():
    a = rq.Array([1, 2, 3], F)
    part, element = a[1:], a[1]
    part[0] = rq.Array(9, F)
    assert a.codes.tolist() == [1, 9, 3] and element.codes == 2
    element[...] = rq.Array(7, F)
    assert a.codes.tolist() == [1, 9, 3] and a.copy()[1:].codes.base is not a.codes.base
    for e in a:
        e += 1
    assert a.codes.tolist() == [1, 9, 3]


def test_elements_are_written():
    a = rq.Array([0, 0, 0], F)
    a[0], a[1:] = rq.Array(0x7F, F), 1.5
    assert a.codes.tolist() == [0x7F, 0x3C, 0x3C]
    a[np.array([False, True, True])] = np.array([2.0, -0.0])
    assert a.codes.tolist() == [0x7F, 0x40, 0x80]
    a[[0, 2]] = rq.Array([1, 2], F)
    a[::-1] = a.copy()
    assert a.codes.tolist() == [2, 0x40, 1]
    a[1:] = a[:-1]
    assert a.codes.tolist() == [2, 2, 0x40]


def test_elements_that_cannot_be_written():
    a = rq.Array([1, 2], F)
    for key, value, error, message in (
        (0, rq.Array(1, "float8_e5m2"), InputValueError, "value: expected an Array of float8_e4m3fn, got one of float8_e5m2; use .convert"),
        (0, 0.1, InputValueError, "value: 0.1 is no value of float8_e4m3fn"),
        (0, "x", InputTypeError, "value: expected an Array or real numbers, got str"),
        (slice(None), rq.Array([1, 2, 3], F), InputValueError, "value: cannot be written: could not broadcast"),
        (0, [1.0], InputTypeError, "value: a list may be codes or values"),
        (5, 1.0, IndexError, "out of bounds"),
    ):
        with pytest.raises(error, match=message):
            a[key] = value
    with pytest.raises(InputValueError, match="value: cannot be written: assignment destination is read-only"):
        np.broadcast_to(a, (2, 2))[0] = 1.0
    assert a.codes.tolist() == [1, 2]


@pytest.mark.parametrize("again", [lambda a: pickle.loads(pickle.dumps(a)), copy.copy, copy.deepcopy, lambda a: a.copy(), np.copy])
def test_copies_are_equal_and_share_nothing(again):
    for a in (rq.Array([[1, 0x7F]], F), rq.Array(3, "int4"), rq.Array([], "float16"), rq.Array([5], rq.FloatFormat(precision=4, exponent_width=6))):
        b = again(a)
        assert type(b) is rq.Array and b.fmt == a.fmt and b.codes.tolist() == a.codes.tolist() and b.shape == a.shape and b.codes.dtype == a.codes.dtype
        b[...] = rq.Array(0, a.fmt)
        assert a.size == 0 or a.codes.any()


def test_a_pickle_that_was_tampered_with_is_refused():
    """What is read is checked as any codes are."""
    function, (codes, fmt) = rq.Array([1], "float6_e3m2fn").__reduce__()
    with pytest.raises(CodeRangeError):
        function(codes | 0x40, fmt)


def test_a_class_derived_from_it_stays_what_it_is():
    class Mine(rq.Array):
        pass

    a = Mine([0x38], F)
    assert type(a + a) is type(1 + a) is type(a[0]) is type(a.T) is type(np.sqrt(a)) is type(np.ravel(a)) is type(a.convert("int8")) is Mine
    assert repr(a) == "Mine([0x38], 'float8_e4m3fn')" and type(Mine.from_values(1.0, F)) is Mine


@pytest.mark.parametrize("make", [lambda c: c[::-1], lambda c: c[:, ::2].T, np.asfortranarray, lambda c: np.broadcast_to(c[:1], c.shape)])
def test_layouts_do_not_matter(make):
    codes = np.random.default_rng(5).integers(0, 1 << 8, (40, 30), np.uint8)
    view = rq.Array(codes, "float8_e5m2")
    for got in (rq.Array(make(codes), "float8_e5m2"), view._of(make(codes), view.fmt)):
        plain = np.ascontiguousarray(make(codes))
        assert (got + got).codes.tolist() == rq.arithmetic.add(plain, plain, "float8_e5m2").tolist()
        assert (got < got[:1]).tolist() == rq.arithmetic.compare(plain, plain[:1], "float8_e5m2", predicate="lt").tolist()
        assert got.values.shape == plain.shape and np.sqrt(got).shape == plain.shape
