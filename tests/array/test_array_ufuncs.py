"""NumPy's ufuncs of Arrays: what NumPy's own float16 gives, bit for bit, where that is right; everything else is refused."""

import numpy as np
import pytest

import refquant as rq
from refquant.array.ufuncs import CLASSES, CODES, OTHERS, SUPPORTED, TRUTHS
from refquant.errors import InputTypeError, InputValueError, OutputError, UnsupportedOperationError

A = rq.arithmetic
F = "float8_e4m3fn"
EVERY = np.arange(1 << 16, dtype=np.uint16)
UNARY = [f for f in (*CODES, *CLASSES, np.signbit) if f.nin == 1]
BINARY = [f for f in (*CODES, *TRUTHS) if f.nin == 2]


def name_of(ufunc):
    return ufunc.__name__


def as_bits(x):
    """Return what is compared: booleans as they are, the bits of float16, every NaN as one."""
    if x.dtype == np.bool_:
        return x
    bits = x if x.dtype == np.uint16 else x.view(np.uint16)
    return np.where((bits & 0x7FFF) > 0x7C00, 0x7E00, bits)


def some_pairs():
    """Classes crossed with each other and with a few of every exponent, and pairs at random: codes of float16."""
    edges = np.array([0, 1, 2, 0x3FF, 0x400, 0x401, 0x3BFF, 0x3C00, 0x3C01, 0x3E00, 0x7BFE, 0x7BFF, 0x7C00, 0x7E00], np.uint16)
    edges = np.r_[edges, np.arange(0x155, 0x7C00, 0x400, np.uint16)]
    edges = np.r_[edges, edges | 0x8000]
    rng = np.random.default_rng(20261125)
    drawn = rng.integers(0, 1 << 16, (2, 40_000), np.uint16)
    near = np.uint16(drawn[0] ^ rng.integers(0, 1 << 11, 40_000, np.uint16))
    return np.r_[np.repeat(edges, edges.size), drawn[0], drawn[0]], np.r_[np.tile(edges, edges.size), drawn[1], near]


def test_every_ufunc_is_in_one_table_and_each_is_tested_here():
    assert len(SUPPORTED) == len(set(SUPPORTED)) == len(CODES) + len(TRUTHS) + len(CLASSES) + len(OTHERS) == 31
    assert {*UNARY, *BINARY, np.ldexp} == {*CODES, *TRUTHS, *CLASSES, *OTHERS}


@pytest.mark.parametrize("ufunc", UNARY, ids=name_of)
def test_of_one_operand_as_numpy_has_it_for_every_float16(ufunc, count_cases):
    got = ufunc(rq.Array(EVERY, "float16"))
    with np.errstate(all="ignore"):
        right = ufunc(EVERY.view(np.float16))
    got = got.codes if isinstance(got, rq.Array) else got
    assert (as_bits(got) == as_bits(right)).all()
    count_cases(EVERY.size)


@pytest.mark.parametrize("ufunc", BINARY, ids=name_of)
def test_of_two_operands_as_numpy_has_it_for_float16(ufunc, count_cases):
    """Of two zeros NumPy's minimum and maximum give either, its nextafter of float16 the first; there the values are compared alone."""
    a, b = some_pairs()
    got = ufunc(rq.Array(a, "float16"), rq.Array(b, "float16"))
    with np.errstate(all="ignore"):
        right = ufunc(a.view(np.float16), b.view(np.float16))
    got = as_bits(got.codes if isinstance(got, rq.Array) else got)
    same = got == as_bits(right)
    if ufunc in (np.minimum, np.maximum, np.fmin, np.fmax, np.nextafter):
        zeros = ((a | b) & 0x7FFF) == 0
        assert zeros.any() and (got[zeros] & 0x7FFF == 0).all()
        same |= zeros
    assert same.all(), [(hex(a[i]), hex(b[i]), hex(got[i])) for i in np.flatnonzero(~same)[:3]]
    count_cases(a.size)


@pytest.mark.parametrize(("ufunc", "codes"), [(np.minimum, 0x8000), (np.fmin, 0x8000), (np.maximum, 0), (np.fmax, 0)], ids=str)
def test_of_two_zeros_the_negative_one_is_smaller(ufunc, codes):
    """RQ-7.23."""
    zeros = rq.Array([0, 0x8000], "float16")
    assert ufunc(zeros, zeros[::-1]).codes.tolist() == [codes] * 2


def test_the_next_after_a_zero_towards_a_zero_is_the_second():
    """RQ-7.22; so do C's nextafter and NumPy's of float32."""
    zeros = rq.Array([0, 0x8000], "float16")
    assert np.nextafter(zeros, zeros[::-1]).codes.tolist() == [0x8000, 0]
    assert np.nextafter(np.float32([0.0]), np.float32([-0.0])).view(np.uint32).tolist() == [0x80000000]


def test_ldexp_as_numpy_has_it(count_cases):
    powers = np.arange(-40, 41, 4)[:, None]
    codes = EVERY[::5]
    with np.errstate(all="ignore"):
        right = np.ldexp(codes.view(np.float16), powers)
    assert (as_bits(np.ldexp(rq.Array(codes, "float16"), powers).codes) == as_bits(right)).all()
    assert np.ldexp(rq.Array(0x38, F), 1).codes.tolist() == 0x40
    count_cases(right.size)


@pytest.mark.parametrize("name", ["float8_e5m2", "float8_e4m3fnuz", "float4_e2m1fn", "uint3"])
@pytest.mark.parametrize("ufunc", [u for u in CODES if u not in (np.reciprocal, np.divide, np.fmod)], ids=name_of)
def test_a_ufunc_is_its_function_for_codes_of_every_kind(ufunc, name):
    """NaNs byte for byte; reciprocals and quotients are those of float16 above."""
    operation, choices = CODES[ufunc]
    every = np.arange(1 << rq.get_format(name).width, dtype=np.uint8)
    given = [every[:, None], every][: ufunc.nin]
    if name in ("float4_e2m1fn", "uint3") and ufunc is np.sqrt:
        given = [every[: 1 << 3]]  # roots of negative numbers are NaNs, which the format lacks
    right = getattr(A, operation)(*given, name, **choices)
    got = ufunc(*(rq.Array(c, name) for c in given))
    assert type(got) is rq.Array and got.fmt.name == name and got.codes.tobytes() == right.tobytes() and got.shape == right.shape


def test_classes_of_formats_without_them():
    """RQ-7.26."""
    a = rq.Array([0x00, 0x7F, 0x80, 0xFF], "float8_e4m3fnuz")  # 80 is NaN, the rest are numbers
    assert np.isnan(a).tolist() == [False, False, True, False] and not np.isinf(a).any() and np.isfinite(a).tolist() == [True, True, False, True]
    i = rq.Array([0, 0x80, 0xFF], "int8")
    assert not np.isnan(i).any() and np.isfinite(i).all() and np.signbit(i).tolist() == [False, True, True]
    assert np.isnan(a[2]) is np.True_ and np.signbit(rq.Array(0xFF, "float8_e5m2")) is np.True_


@pytest.mark.parametrize("ufunc", [*CODES, *TRUTHS, *CLASSES, *OTHERS], ids=name_of)
def test_out_receives_the_result_and_keeps_its_place(ufunc):
    codes = np.array([0x38, 0x3C, 0x70], np.uint8)
    given = [rq.Array(codes, F), 2 if ufunc is np.ldexp else rq.Array(codes[::-1], F)][: ufunc.nin]
    right = ufunc(*given)
    out = rq.Array([0, 0, 0], F) if isinstance(right, rq.Array) else np.zeros(3, np.bool_)
    assert ufunc(*given, out=out) is out and ufunc(*given, out=(out,)) is out
    assert ufunc in (np.minimum, np.maximum) or ufunc(*given, out) is out
    assert (out.codes.tobytes() == right.codes.tobytes()) if isinstance(right, rq.Array) else (out.tolist() == right.tolist())
    wrong = rq.Array([0, 0], F) if isinstance(right, rq.Array) else np.zeros(2, np.bool_)
    for other in (wrong, np.zeros(3, np.float32), np.zeros(3, np.uint8)):
        with pytest.raises(OutputError, match="out: "):
            ufunc(*given, out=other)


def test_the_format_of_out_is_that_of_the_result():
    """One rounding, into it: 1 + 2**-9 is no float8."""
    a, b = rq.Array([0x38], F), rq.Array([0x18], "float8_e5m2")
    out = rq.Array([0], "float16")
    assert np.add(a, b, out=out) is out and out.tolist() == [1 + 2.0**-9]
    assert np.ldexp(a, -20, out=out).tolist() == [2.0**-20] and np.sqrt(a, out=out).codes.tolist() == [0x3C00]
    assert np.multiply(a, 0.5, out=a) is a and a.codes.tolist() == [0x30]


def test_out_that_is_shared_with_an_operand():
    a = rq.Array([0x38, 0x40, 0x44, 0x48], F)  # 1 2 3 4
    np.add(a[:-1], a[1:], out=a[1:])
    assert a.tolist() == [1.0, 3.0, 5.0, 7.0]


A1 = rq.Array([0x38, 0x40], F)
REFUSED = {
    "where": (lambda: np.add(A1, A1, where=np.array([True, False])), "numpy.add: where: no such argument for an Array; out= is there"),
    "dtype": (lambda: np.add(A1, A1, dtype=np.float32), "numpy.add: dtype: no such argument"),
    "casting": (lambda: np.sqrt(A1, casting="unsafe"), "numpy.sqrt: casting: no such argument"),
    "order": (lambda: np.less(A1, A1, order="F"), "numpy.less: order: no such argument"),
    "reduce": (lambda: np.add.reduce(A1), "numpy.add.reduce: the order of the operations decides the bits"),
    "accumulate": (lambda: np.multiply.accumulate(A1), "numpy.multiply.accumulate: the order"),
    "reduceat": (lambda: np.add.reduceat(A1, [0]), "numpy.add.reduceat: the order"),
    "outer": (lambda: np.add.outer(A1, A1), r"numpy.add.outer: broadcast: a\[:, None\] beside b"),
    "at": (lambda: np.add.at(A1, [0], A1), r"numpy.add.at: write a\[i\]"),
    "a method of another ufunc": (lambda: np.maximum.reduce(A1), "numpy.maximum.reduce: the order"),
    "sine": (lambda: np.sin(A1), "numpy.sin: not an operation of an Array; there are absolute, add, .*trunc; .compute.name. has more, and .values are floats$"),
    "remainder": (lambda: np.remainder(A1, A1), "numpy.remainder: its result has the sign of the divisor.*numpy.fmod"),
    "power": (lambda: np.power(A1, 2), "numpy.power: multiply"),
    "operator of a number": (lambda: np.float64(2) ** A1, "numpy.power: multiply"),
    "matmul": (lambda: np.matmul(A1, A1), r"numpy.matmul: the order of the additions decides the bits"),
    "two results": (lambda: np.modf(A1), "numpy.modf: not an operation"),
    "of bits": (lambda: np.bitwise_and(A1, A1), "numpy.bitwise_and: not an operation"),
    "spacing": (lambda: np.spacing(A1), "numpy.spacing: not an operation"),
    "out alone": (lambda: np.add(1.0, 2.0, out=A1), "numpy.add: out= is an Array and no operand is one"),
    "ldexp by an Array": (lambda: np.ldexp(A1, A1), "numpy.ldexp: the Array is the first operand"),
    "ldexp of a number": (lambda: np.ldexp(2.0, A1), "numpy.ldexp: the Array is the first operand"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_exist_is_refused(name):
    call, message = REFUSED[name]
    with pytest.raises(UnsupportedOperationError, match=message) as raised:
        call()
    assert isinstance(raised.value, TypeError) and "\n" not in str(raised.value) and A1.codes.tolist() == [0x38, 0x40]


def test_every_other_ufunc_of_numpy_is_refused():
    """None computes in floats because nobody thought of it."""
    others = {f for f in vars(np).values() if isinstance(f, np.ufunc)} - {*CODES, *TRUTHS, *CLASSES, *OTHERS}
    assert len(others) > 50
    for ufunc in others:
        with pytest.raises(UnsupportedOperationError):
            ufunc(*[A1] * ufunc.nin)


def test_where_that_is_true_is_no_argument():
    assert np.add(A1, A1, where=True).codes.tolist() == [0x40, 0x48]


@pytest.mark.parametrize("call", [lambda: np.ldexp(A1, 1.5), lambda: np.ldexp(A1, "x")])
def test_powers_that_are_no_integers(call):
    with pytest.raises((InputTypeError, TypeError)):
        call()


def test_what_a_ufunc_does_not_know_is_left_to_others():
    class Other:
        def __array_ufunc__(self, *_, **__):
            return "the other"

    assert np.add(A1, Other()) == "the other" and np.less(Other(), A1) == "the other"
    with pytest.raises(TypeError):
        np.add(A1, object())


def test_formats_that_differ():
    with pytest.raises(InputValueError, match="minimum: operands of float8_e4m3fn and int8 need the format of the result"):
        np.minimum(A1, rq.Array([1], "int8"))
    assert np.less(A1, rq.Array([2], "int8")).tolist() == [True, False]
