"""Shapes, layouts, outputs and refusals of comparisons."""

import numpy as np
import pytest

import refquant as rq
from refquant import errors as e

F = "float8_e4m3fn"
compare = rq.arithmetic.compare


def test_results_have_the_broadcast_shape():
    a, b = np.zeros((3, 1), np.uint8), np.zeros((2, 1, 4), np.uint8)
    got = compare(a, b, F, return_flags=True)
    assert got.truth.shape == got.flags.shape == (2, 3, 4) and got.truth.all() and not got.flags.any()
    assert compare(np.zeros((0, 1), np.uint8), b[0], F).shape == (0, 4)


def test_scalars_give_scalars_and_arrays_of_no_dimension_arrays():
    assert isinstance(compare(1, 2, "int8"), np.bool_) and isinstance(compare(np.uint8(1), 2, "int8"), np.bool_)
    assert isinstance(compare(np.array(1, np.uint8), 2, "int8"), np.ndarray)
    truth, flags = compare(1, 2, "int8", predicate="lt", return_flags=True)
    assert truth is np.True_ and isinstance(flags, np.uint8)


@pytest.mark.parametrize(
    "make",
    [
        lambda a: a[::-1],
        lambda a: a[:, ::2].T,
        lambda a: a.astype(">u4"),
        np.asfortranarray,
        lambda a: np.frombuffer(b"\0" + a.tobytes(), "u1")[1:].view("<u4").reshape(a.shape),
    ],
)
def test_layouts_do_not_matter(make):
    a = np.random.default_rng(1).integers(0, 1 << 32, (300, 120), np.uint32)
    a.flags.writeable = False
    given = make(a)
    plain = np.ascontiguousarray(given.astype(np.uint32))
    assert (compare(given, given[:1], "float32", predicate="lt") == compare(plain, plain[:1].copy(), "float32", predicate="lt")).all()
    with np.errstate(invalid="ignore"):
        assert (compare(given, given[:1], "float32", predicate="lt") == (plain.view("f4") < plain[:1].view("f4"))).all()


def test_out_receives_the_truth_and_may_lie_on_an_operand():
    a, b = np.arange(200, dtype=np.uint8), np.arange(200, dtype=np.uint8)[::-1].copy()
    right = compare(a, b, F, predicate="lt").tolist()
    out = np.ones(200, np.bool_)
    assert compare(a, b, F, predicate="lt", out=out) is out and out.tolist() == right
    assert compare(a, b, F, predicate="lt", out=a.view(np.bool_)).tolist() == right
    assert compare(1, 2, F, predicate="lt", out=np.zeros((), np.bool_)).shape == ()


def test_long_arrays_go_chunk_by_chunk():
    a = np.random.default_rng(2).integers(0, 1 << 16, 3 * (1 << 14) + 7, np.uint16)
    b = np.roll(a, 1)
    with np.errstate(invalid="ignore"):
        assert (compare(a, b, "float16", predicate="le") == (a.view("f2") <= b.view("f2"))).all()


CASES = {
    "predicate": (lambda: compare(1, 1, F, predicate="gt"), e.UnknownNameError, "predicate: expected one of eq, lt, le, unordered; got 'gt'"),
    "predicate of wrong type": (lambda: compare(1, 1, F, predicate=1), e.InputTypeError, "predicate: expected a string, got 1"),
    "signalling unordered": (lambda: compare(1, 1, F, predicate="unordered", signaling=True), e.InputValueError, "signaling: .*'unordered' has no signalling form"),
    "signaling of wrong type": (lambda: compare(1, 1, F, signaling=1), e.InputTypeError, "signaling: expected True or False, got 1"),
    "three formats": (lambda: compare(1, 1, (F, F, F)), e.InputValueError, "fmt: .* got a tuple of 3"),
    "unknown format": (lambda: compare(1, 1, (F, "float9")), e.UnknownNameError, "fmt: no format is named 'float9'"),
    "values": (lambda: compare(1.0, 1, F), e.InputTypeError, "a: expected an unsigned integer dtype, got float64"),
    "signed": (lambda: compare(1, np.array([1], np.int8), F), e.InputTypeError, "b: expected an unsigned integer dtype, got int8"),
    "no code": (lambda: compare(1, [1, 256], F), e.CodeRangeError, r"b: expected 0 <= code < 2\*\*8 for float8_e4m3fn, got 0x100 at index 1"),
    "shapes": (lambda: compare([1, 2], [1, 2, 3], F), e.InputValueError, r"a, b: cannot be broadcast together: shapes \(2,\) and \(3,\)"),
    "out dtype": (lambda: compare([1], [1], F, out=np.zeros(1, np.uint8)), e.OutputError, "out: expected dtype bool"),
    "out shape": (lambda: compare([1], [1], F, out=np.zeros(2, np.bool_)), e.OutputError, r"out: expected dtype bool and shape \(1,\)"),
    "dialect": (lambda: compare(1, 1, F, dialect="cuda"), e.UnknownNameError, "dialect: "),
    "backend": (lambda: compare(1, 1, F, backend="cupy"), e.BackendUnavailableError, "backend: 'cupy' has no operations yet"),
    "unknown backend": (lambda: compare(1, 1, F, backend="gpu"), e.UnknownNameError, "backend: "),
    "masked": (lambda: compare(np.ma.array([1], mask=[1]), 1, F), e.InputTypeError, "a: a masked array"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_bad_input_raises_its_own_exception(name):
    call, kind, message = CASES[name]
    with pytest.raises(kind, match=message) as raised:
        call()
    assert isinstance(raised.value, e.RefquantError) and "\n" not in str(raised.value)
