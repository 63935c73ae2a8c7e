"""Text of Arrays: values, codes in hex and binary, summaries, formats with and without what a float64 holds."""

import numpy as np
import pytest

import refquant as rq
from refquant.errors import InputValueError

F = "float8_e4m3fn"
A = rq.Array([0x38, 0x01, 0x7E, 0x7F, 0x80], F)

CASES = {
    "repr": (lambda: repr(A), "Array([0x38, 0x01, 0x7e, 0x7f, 0x80], 'float8_e4m3fn')"),
    "repr of an element": (lambda: repr(A[0]), "Array(0x38, 'float8_e4m3fn')"),
    "repr of rows": (lambda: repr(A[:4].reshape(2, 2)), "Array([[0x38, 0x01],\n       [0x7e, 0x7f]], 'float8_e4m3fn')"),
    "repr of narrow codes": (lambda: repr(rq.Array([1, 15], "int4")), "Array([0x1, 0xf], 'int4')"),
    "repr of odd widths": (lambda: repr(rq.Array([1, 0x3F], "float6_e3m2fn")), "Array([0x01, 0x3f], 'float6_e3m2fn')"),
    "repr of wide codes": (lambda: repr(rq.Array([2**63], "float64")), "Array([0x8000000000000000], 'float64')"),
    "repr of nothing": (lambda: repr(A[:0]), "Array([], 'float8_e4m3fn')"),
    "repr of nothing in rows": (lambda: repr(A[:0].reshape(0, 3)), "Array([], 'float8_e4m3fn').reshape(0, 3)"),
    "values": (lambda: str(A[:2]), "[1.          0.001953125] float8_e4m3fn"),
    "values that are special": (lambda: str(rq.Array([0x7C, 0xFC, 0x80, 0x7F], "float8_e5m2")), "[ inf -inf  -0.  nan] float8_e5m2"),
    "value of an element": (lambda: str(A[0]), "1.0 float8_e4m3fn"),
    "values of rows": (lambda: str(rq.Array([[1, 2], [0xFF, 0]], "int8")), "[[ 1.  2.]\n [-1.  0.]] int8"),
    "values of none": (lambda: str(A[:0]), "[] float8_e4m3fn"),
    "format without specification": (lambda: f"{A[0]}", "1.0 float8_e4m3fn"),
    "hex": (lambda: f"{A:x}", "[38, 01, 7e, 7f, 80]"),
    "method": (lambda: A.hex(), "[38, 01, 7e, 7f, 80]"),
    "hex of an element": (lambda: A[2].hex(), "7e"),
    "hex with prefix": (lambda: f"{A[:2]:#x}", "[0x38, 0x01]"),
    "capitals": (lambda: f"{A[2:3]:X} {A[2:3]:#X}", "[7E] [0X7E]"),
    "binary": (lambda: f"{rq.Array([1, 0x2A], 'float6_e3m2fn'):b}", "[000001, 101010]"),
    "binary with prefix": (lambda: f"{A[0]:#b}", "0b00111000"),
    "floats": (lambda: f"{A[:3]:.3f}", "[1.000 0.002 448.000]"),
    "float of an element": (lambda: f"{A[0]:>6.2f}|{A[2]:e}", "  1.00|4.480000e+02"),
    "floats with sign": (lambda: f"{A[3:]:+g}", "[+nan -0]"),
    "floats of none": (lambda: f"{A[:0]:.2f}", "[]"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_text(name):
    call, right = CASES[name]
    assert call() == right


@pytest.mark.parametrize("spec", ["q", "xx", "##x", "08x", ".2d", "x#", "s"])
def test_a_specification_that_does_not_exist_is_refused_for_every_size(spec):
    for array in (A, A[0], A[:0]):
        with pytest.raises(InputValueError, match="format_spec: expected x, X or b, with # before it or not, or what a float takes; got '"):
            format(array, spec)


def test_long_arrays_are_summarised_as_numpy_does():
    a = rq.Array(np.arange(1 << 16, dtype=np.uint16), "float16")
    assert repr(a) == "Array([0x0000, 0x0001, 0x0002, ..., 0xfffd, 0xfffe, 0xffff], 'float16')"
    assert str(a).split() == ["[0.0000000000000000e+00", "5.9604644775390625e-08", "1.1920928955078125e-07", "...", "nan", "nan", "nan]", "float16"]
    assert f"{a:x}" == "[0000, 0001, 0002, ..., fffd, fffe, ffff]" and f"{a:.0e}".startswith("[0e+00 6e-08 1e-07 ... nan")
    with np.printoptions(threshold=4, edgeitems=1):
        assert repr(A) == "Array([0x38, ..., 0x80], 'float8_e4m3fn')"
    with np.printoptions(threshold=1 << 20, linewidth=50):
        assert "..." not in repr(a) and max(map(len, repr(a).splitlines())) <= 50


def test_values_that_float64_does_not_hold_are_written_as_parts():
    """The print of such a format is exact too: significand and power of two."""
    a = rq.Array([[0x0001, 0x8003], [0x7FFF, 0x8000], [0xFFFF, 0x0000]], "binary16p3se")
    assert str(a) == "[[1*2**-4097 -3*2**-4097]\n [inf nan]\n [-inf 0]] binary16p3se"
    assert str(a[0, 1]) == "-3*2**-4097 binary16p3se" and repr(a[0]) == "Array([0x0001, 0x8003], 'binary16p3se')"
    long = rq.Array(np.broadcast_to(np.uint16(1), (1 << 20,)), "binary16p3se")
    assert str(long) == "[1*2**-4097 1*2**-4097 1*2**-4097 ... 1*2**-4097 1*2**-4097 1*2**-4097] binary16p3se"  # no more than those are looked at
    with pytest.raises(InputValueError, match=r"format_spec: '.3f' is for floats, and dtype: float64 cannot hold every value of binary16p3se exactly"):
        f"{a:.3f}"


@pytest.mark.parametrize("name", ["float8_e4m3fn", "float6_e2m3fn", "int4", "float16", "tfloat32", "binary8p3se", "uint1"])
def test_a_repr_gives_the_array_again(name):
    fmt = rq.get_format(name)
    for shape in ((), (7,), (2, 3), (0,), (0, 4)):
        a = rq.Array(np.random.default_rng(1).integers(0, 1 << fmt.width, shape, np.uint64).astype(fmt.code_dtype), name)
        b = eval(repr(a), {"Array": rq.Array})
        assert b.codes.tobytes() == a.codes.tobytes() and b.shape == a.shape and b.fmt == fmt


def test_a_format_of_the_users_own_is_called_by_its_name():
    assert repr(rq.Array([1], rq.FloatFormat(precision=4, exponent_width=6, name="mine"))) == "Array([0x001], 'mine')"
