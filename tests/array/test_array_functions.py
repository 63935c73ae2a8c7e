"""NumPy's functions of Arrays: those that move elements move codes, the others are refused."""

import numpy as np
import pytest

import refquant as rq
from refquant.array.functions import ABOUT, MOVING
from refquant.errors import InputTypeError, InputValueError, OutputError, UnsupportedOperationError

F = "float8_e4m3fn"
CODES = np.array([[0x38, 0x7F, 0x01], [0xFF, 0x80, 0x00]], np.uint8)
A = rq.Array(CODES, F)
MOVES = {
    "broadcast_to": (lambda x: np.broadcast_to(x, (2, 2, 3))),
    "concatenate": (lambda x: np.concatenate([x, x[:1]])), "copy": np.copy, "expand_dims": (lambda x: np.expand_dims(x, 1)), "flip": (lambda x: np.flip(x, axis=1)),
    "hstack": (lambda x: np.hstack((x, x))), "moveaxis": (lambda x: np.moveaxis(x, 0, 1)), "ravel": np.ravel, "repeat": (lambda x: np.repeat(x, 2, axis=0)),
    "reshape": (lambda x: np.reshape(x, (3, 2))), "roll": (lambda x: np.roll(x, 1)), "squeeze": (lambda x: np.squeeze(x[None])), "stack": (lambda x: np.stack([x, x], axis=1)),
    "swapaxes": (lambda x: np.swapaxes(x, 0, 1)), "take": (lambda x: np.take(x, np.array([1, 0]), axis=1)), "tile": (lambda x: np.tile(x, 2)),
    "transpose": np.transpose, "vstack": (lambda x: np.vstack([x, x])), "split": (lambda x: np.split(x, [1])[1]),
}  # fmt: skip


def test_every_function_that_moves_is_tested_here():
    assert {f.__name__ for f in MOVING} == set(MOVES)


@pytest.mark.parametrize("name", MOVES)
def test_codes_are_moved_nans_and_signs_of_zeros_too(name):
    got, right = MOVES[name](A), MOVES[name](CODES)
    assert type(got) is rq.Array and got.fmt == A.fmt and got.shape == right.shape and got.codes.dtype == np.uint8 and got.codes.tobytes() == right.tobytes()


def test_what_looks_at_no_element():
    assert (np.shape(A), np.ndim(A), np.size(A)) == ((2, 3), 2, 6) and len(ABOUT) == 3


def test_parts_are_a_list_of_arrays():
    parts = np.split(A[0], [1, 2])
    assert type(parts) is list and [p.codes.tolist() for p in parts] == [[0x38], [0x7F], [0x01]]


def test_a_choice_of_elements():
    got = np.where(np.array([True, False, True]), A, 1.5)
    assert type(got) is rq.Array and got.codes.tolist() == [[0x38, 0x3C, 0x01], [0xFF, 0x3C, 0x00]]
    assert np.where(A > 0, A, A[0]).codes.tolist() == [[0x38, 0x7F, 0x01], [0x38, 0x7F, 0x01]]
    assert np.where([[True], [False]], -1, A).codes.tolist() == [[0xB8] * 3, [0xFF, 0x80, 0x00]]


def test_array_equal_compares_values_and_shapes():
    """-0 equals 0, a NaN nothing (RQ-7.1)."""
    zeros = rq.Array([0x00, 0x80], F)
    assert np.array_equal(zeros, zeros[::-1]) is True and np.array_equal(zeros, rq.Array([0, 0], "int8")) and np.array_equal(zeros, np.zeros(2))
    assert np.array_equal(A, A) is False and np.array_equal(zeros, zeros[:1]) is False and np.array_equal(zeros, 0) is False


BAD = {
    "sum": (lambda: np.sum(A), UnsupportedOperationError, "numpy.sum: not an operation of an Array; of functions that are no ufuncs there are array_equal, .*; .codes and .values are NumPy's own arrays$"),
    "mean": (lambda: np.mean(A), UnsupportedOperationError, "numpy.mean"),
    "dot": (lambda: np.dot(A, A.T), UnsupportedOperationError, "numpy.dot"),
    "sort": (lambda: np.sort(A), UnsupportedOperationError, "numpy.sort"),
    "max": (lambda: np.max(A), UnsupportedOperationError, "numpy.max"),
    "save": (lambda: np.save("never", A), UnsupportedOperationError, "numpy.save"),
    "zeros_like": (lambda: np.zeros_like(A), UnsupportedOperationError, "numpy.zeros_like"),
    "linalg": (lambda: np.linalg.norm(A), UnsupportedOperationError, "numpy.norm"),
    "allclose": (lambda: np.allclose(A, A), UnsupportedOperationError, "numpy.allclose"),
    "array_equal otherwise": (lambda: np.array_equal(A, A, equal_nan=True), UnsupportedOperationError, "numpy.array_equal"),
    "array_equal of a list": (lambda: np.array_equal(A, [1.0]), InputTypeError, "numpy.array_equal: a list may be codes or values"),
    "array_equal of text": (lambda: np.array_equal(A, "x"), InputTypeError, "numpy.array_equal: expected Arrays or numbers, got Array and str"),
    "where of one": (lambda: np.where(A), UnsupportedOperationError, "numpy.where"),
    "where an Array is the condition": (lambda: np.where(A, 1.0, 2.0), InputTypeError, "numpy.where: expected booleans"),
    "where codes are": (lambda: np.where([True], A, CODES), InputTypeError, "numpy.where: an array of uint8 may be codes or values"),
    "where text is": (lambda: np.where([True], A, "x"), InputTypeError, "numpy.where: expected booleans, and Arrays or numbers"),
    "where no value is": (lambda: np.where([True], A, 0.1), InputValueError, "numpy.where: 0.1 is no value of float8_e4m3fn"),
    "where formats differ": (lambda: np.where([True], A, rq.Array([1], "int8")), InputValueError, "numpy.where: Arrays of float8_e4m3fn and int8 cannot lie in one; use .convert"),
    "formats beside each other": (lambda: np.concatenate([A[0], rq.Array([1], "int8")]), InputValueError, "numpy.concatenate: Arrays of float8_e4m3fn and int8 cannot lie in one"),
    "floats beside it": (lambda: np.concatenate([A[0], np.ones(2)]), InputTypeError, r"numpy.concatenate: ndarray beside an Array; give Array\(x, fmt\) for codes, Array.from_values"),
    "codes beside it": (lambda: np.stack((A[0], CODES[0])), InputTypeError, "numpy.stack: ndarray beside an Array"),
    "a number beside it": (lambda: np.hstack([A[0], 1.0]), InputTypeError, "numpy.hstack: float beside an Array"),
    "another dtype": (lambda: np.concatenate([A, A], dtype=np.float64), InputTypeError, "numpy.concatenate: would make codes of float8_e4m3fn an array of float64; leave dtype= out"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_everything_else_is_refused(name):
    call, kind, message = BAD[name]
    with pytest.raises(kind, match=message) as raised:
        call()
    assert "\n" not in str(raised.value) and isinstance(raised.value, (TypeError, ValueError))


@pytest.mark.parametrize("beside", [[0x38], [1.0, 2.0, 3.0], [np.uint8(1)], [[np.uint8(1)] * 3], []], ids=repr)
def test_lists_beside_it_are_refused_too(beside):
    for call in (lambda: np.concatenate([A[0], beside]), lambda: np.stack([beside, A[0]])):
        with pytest.raises((InputTypeError, ValueError)):
            call()
    with pytest.raises(InputTypeError, match=r"numpy.concatenate"):
        np.concatenate([A[0], beside])


@pytest.mark.parametrize(
    "call",
    [
        lambda: np.take(A, A),
        lambda: np.take(A, [0], axis=A),
        lambda: np.repeat(A, A),
        lambda: np.roll(A, [A[0, 0]]),
        lambda: np.flip(m=A),
    ],
)
def test_arrays_are_no_indices_counts_or_axes(call):
    with pytest.raises(InputTypeError, match="the Array is the first argument, or is in a list there; indices, counts and axes are none"):
        call()


@pytest.mark.parametrize(
    "call", [lambda m: m + A[0], lambda m: A[0] - m, lambda m: m < A[0], lambda m: A[0] == m, lambda m: np.ma.multiply(m, A[0]), lambda m: np.ma.sqrt(A[0])]
)
def test_masked_arrays_compute_nothing_in_floats_either(call):
    with pytest.raises((UnsupportedOperationError, InputTypeError), match="a masked array"):
        call(np.ma.array([0.1, 0.2, 0.3], mask=[0, 1, 0]))


def test_out_must_have_the_format():
    out = rq.Array([0] * 3, F)
    np.take(A, [0, 1, 2], out=out)
    assert out.codes.tolist() == [0x38, 0x7F, 0x01]
    with pytest.raises(InputValueError, match="cannot lie in one"):
        np.take(A, [0, 1, 2], out=rq.Array([0] * 3, "int8"))
    plain = np.zeros(3)
    for call in (lambda: np.take(A, [0, 1, 2], out=plain), lambda: np.concatenate([A[0]], out=plain)):
        with pytest.raises(OutputError, match="out: expected an Array, which codes go into; got ndarray"):
            call()
    assert not plain.any() and np.concatenate([A[0]], out=out) is out
