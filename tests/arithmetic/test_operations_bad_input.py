"""Bad input of operations: its own exception, which names operation, argument and formats, and nothing is written."""

import numpy as np
import oracle
import pytest

import refquant as rq
from refquant.errors import (
    AmbiguousNameError,
    CodeRangeError,
    EncodeError,
    InputTypeError,
    InputValueError,
    OutputError,
    PolicyError,
    RandomBitsError,
    UnknownNameError,
)

A = rq.arithmetic
TO_MAX = rq.get_dialect("default").replace(nan="to_max")
NEGATIVE_ERROR, ZERO_ERROR = (rq.get_dialect("default").replace(**{knob: "error"}, nan="to_max") for knob in ("negative", "zero_input"))
E4, E5 = "float8_e4m3fn", "float8_e5m2"
BAD = {
    "another type of exact": (lambda: A.round_to_integral(0x38, E4, exact="yes"), InputTypeError, "round_to_integral: exact: expected True or False, got 'yes' (float8_e4m3fn)"),
    "no result for mixed formats": (lambda: A.minimum(0, 0, (E4, "int8")), InputValueError, "minimum: result: operands of different formats (float8_e4m3fn, int8) need the format of the result (float8_e4m3fn, int8)"),
    "as many formats as operands": (lambda: A.next_after(0, 0, ("int8",), result="int8"), InputValueError, "next_after: fmt: expected one format, or a tuple of one for each of 2 operands; got a tuple of 1 (int8 -> int8)"),
    "a list of formats": (lambda: A.add(0, 0, [E4, "int8"]), InputTypeError, "add: fmt: expected one format, or a tuple of one for each of 2 operands; got a list, write tuple(fmt)"),
    "codes out of range": (lambda: A.classify([0x40], "float6_e3m2fn"), CodeRangeError, "classify: a: expected 0 <= code < 2**6 for float6_e3m2fn, got 0x40 at index 0 (float6_e3m2fn)"),
    "codes out of range, of two": (lambda: A.add([0], [[0, 0x100], [0x1FF, 0]], E4, result=E5), CodeRangeError, "add: b: expected 0 <= code < 2**8 for float8_e4m3fn, got 0x100 at index (0, 1) (2 such) (float8_e4m3fn, float8_e4m3fn -> float8_e5m2)"),
    "a scalar out of range": (lambda: A.add(0x100, 0, E4), CodeRangeError, "add: a: expected 0 <= code < 2**8 for float8_e4m3fn, got 0x100 (float8_e4m3fn, float8_e4m3fn)"),
    "values": (lambda: A.add([1.0], [1], E4), InputTypeError, "add: a: expected an unsigned integer dtype, got float64; refquant.encode(x, 'float8_e4m3fn') makes codes of values (float8_e4m3fn, float8_e4m3fn)"),
    "an Array": (lambda: A.mul([1], rq.Array([1], E4), E4), InputTypeError, "mul: b: expected an unsigned integer dtype, got an Array of float8_e4m3fn; give its .codes (float8_e4m3fn, float8_e4m3fn)"),
    "signed codes": (lambda: A.neg(np.array([1], np.int8), "int8"), InputTypeError, "neg: a: expected an unsigned integer dtype, got int8; use refquant.codes_from_signed for two's complement values (int8)"),
    "shapes": (lambda: A.total_order([0, 1], [0, 1, 2], "int8"), InputValueError, "total_order: a, b: cannot be broadcast together: shapes (2,) and (3,) (int8, int8)"),
    "shapes beside integers": (lambda: A.scale_b([0, 1], [0, 1, 2], E4), InputValueError, "scale_b: a, n: cannot be broadcast together: shapes (2,) and (3,) (float8_e4m3fn)"),
    "out of another dtype": (lambda: A.log_b([0x38], E4, out=np.empty(1, np.int64)), OutputError, "log_b: out: expected dtype int32 and shape (1,), got int64 and (1,) (float8_e4m3fn)"),
    "a format that does not exist": (lambda: A.add(0, 0, (E4, "e4m9")), UnknownNameError, "add: fmt: no format is named 'e4m9'; "),
    "a result that does not exist": (lambda: A.add(0, 0, E4, result="foo"), UnknownNameError, "add: result: no format is named 'foo'; refquant.list_formats() lists them"),
    "a result of log_b that does not exist": (lambda: A.log_b(0, E4, result="foo"), UnknownNameError, "log_b: result: no format is named 'foo'; refquant.list_formats() lists them"),
    "a result of several formats": (lambda: rq.Array([0], E4).compute("add", 1.0, result="e4m3"), AmbiguousNameError, "add: result: "),
    "a dialect that does not exist": (lambda: A.total_order(0, 0, "int8", dialect="arm64"), UnknownNameError, "total_order: dialect: no dialect is named 'arm64'"),
    "a rule that does not exist": (lambda: rq.get_dialect("default").replace(nan_operand="last"), UnknownNameError, "nan_operand: expected one of first"),
    "a mode that does not exist": (lambda: A.sqrt(0, E4, rounding="up"), UnknownNameError, "sqrt: rounding: expected one of ties_to_even"),
    "a root of exponents alone": (lambda: A.sqrt(0x7F, "float8_e8m0fnu"), InputValueError, "sqrt: result: expected a format with digits, got float8_e8m0fnu, which holds powers of two alone"),
    "a reciprocal root of exponents alone": (lambda: A.rsqrt(0x38, E4, result="float8_e8m0fnu"), InputValueError, "rsqrt: result: expected a format with digits, got float8_e8m0fnu"),
    "no NaN that signals": (lambda: A.compare(1, 1, "float4_e2m1fn", predicate="lt", signaling=True), InputValueError, "compare: signaling: float4_e2m1fn has no NaN that could signal"),
    "no NaN in two formats": (lambda: A.compare(1, 1, ("int8", "uint4"), signaling=True), InputValueError, "compare: signaling: int8 and uint4 has no NaN that could signal"),
    "NaN into integers": (lambda: A.rem(1, 0, "int8"), EncodeError, "rem: the result cannot go into int8: it is a NaN; choose dialect.replace(nan=...) (int8, int8)"),
    "NaN into integers, of many": (lambda: A.div([[1, 2], [3, 0], [0, 0]], [[1, 1], [1, 0], [0, 0]], "int8"), EncodeError, "div: the result at index (1, 1) cannot go into int8 (3 such results): it is a NaN; "),
    "a NaN operand": (lambda: A.add([0x38, 0x7F], 0, E4, result="int8"), EncodeError, "add: the result at index 1 cannot go into int8: it is a NaN; "),
    "a signalling operand": (lambda: A.add([0x7C01], 0, "float16", result="int8"), EncodeError, "add: the result at index 0 cannot go into int8: it is a NaN; "),
    "a NaN of the exact form": (lambda: A.round_to_integral(0x7F, E4, exact=True, result="int8"), EncodeError, "round_to_integral: the result cannot go into int8: it is a NaN; "),
    "out of range": (lambda: A.add([1, 100], [1, 100], "int8", overflow="error"), EncodeError, "add: the result at index 1 cannot go into int8: it is out of range; choose overflow= (int8, int8)"),
    "out of range before NaN": (lambda: A.div([100, 0], [1, 0], "int8", result="int4", overflow="error"), EncodeError, "div: the result at index 0 cannot go into int4 (2 such results): it is out of range; choose overflow= (int8, int8 -> int4)"),
    "infinite": (lambda: A.mul(0x7C, 0x3C, E5, result="int8", overflow="error"), EncodeError, "mul: the result cannot go into int8: it is infinite; "),
    "below 0": (lambda: A.sub(0, 0x38, E4, result="float8_e8m0fnu", dialect=NEGATIVE_ERROR), EncodeError, "sub: the result cannot go into float8_e8m0fnu: it is below 0; choose dialect.replace(negative=...)"),
    "zero": (lambda: A.sub(0x38, 0x38, E4, result="float8_e8m0fnu", dialect=ZERO_ERROR), EncodeError, "sub: the result cannot go into float8_e8m0fnu: it is zero; choose dialect.replace(zero_input=...)"),
    "the end of integers that is NaN": (lambda: A.next_up(0x7F, "int8", dialect="p3109-d1"), EncodeError, "next_up: the result cannot go into int8: it is a NaN; "),
    "payloads in a format without NaN": (lambda: A.add(0, 0, "int8", dialect=rq.get_dialect("default").replace(nan="keep_payload")), PolicyError, "add: nan: "),
    "a mode of log_b": (lambda: A.log_b(0x38, E4, rounding="foo"), UnknownNameError, "log_b: rounding: expected one of ties_to_even"),
    "an overflow of log_b": (lambda: A.log_b(0x38, E4, overflow=7), InputTypeError, "log_b: overflow: expected a string, got 7"),
    "random bits of log_b": (lambda: A.log_b(0x38, E4, random=7), RandomBitsError, "log_b: random: without result= every exponent is exact, and takes no random bits"),
    "flags of add": (lambda: A.add(0, 0, E4, return_flags="yes"), InputTypeError, "add: return_flags: expected True or False, got 'yes' (float8_e4m3fn, float8_e4m3fn)"),
    "flags of compare": (lambda: A.compare(0, 0, E4, return_flags=1), InputTypeError, "compare: return_flags: expected True or False, got 1"),
    "flags of total_order": (lambda: A.total_order(0, 0, E4, return_flags="no"), InputTypeError, "total_order: return_flags: expected True or False, got 'no'"),
    "flags of log_b": (lambda: A.log_b(0, E4, return_flags=None), InputTypeError, "log_b: return_flags: expected True or False, got None"),
    "NaN of convert": (lambda: rq.convert([0x38, 0x7F], E4, "int8"), EncodeError, "codes: NaN at index 1 cannot go into int8: "),
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


def test_roots_and_comparisons_are_refused_where_the_oracle_says_so(count_cases):
    """RQ-7.27."""
    names = [n for n in oracle.formats.names(p3109=True) if oracle.formats.get(n).width <= 8]
    for name in names:
        for call, refused in (
            (lambda n=name: A.sqrt(1, "float32", result=n, dialect=TO_MAX), oracle.refusals.refuses_roots(oracle.formats.get(name))),
            (lambda n=name: A.compare(1, 1, n, signaling=True), oracle.refusals.refuses_signaling(*[oracle.formats.get(name)] * 2)),
        ):
            try:
                call()
            except InputValueError:
                assert refused, name
            except (EncodeError, PolicyError):
                assert not refused
            else:
                assert not refused, name
    count_cases(2 * len(names))


def test_what_is_refused_has_a_way(count_cases):
    """RQ-7.27: a root of exponents goes into a format with digits; one NaN among two formats can signal."""
    codes = np.arange(255, dtype=np.uint8)
    roots = rq.decode(A.sqrt(codes, "float8_e8m0fnu", result="float32"), "float32", dtype=np.float64)
    assert np.array_equal(roots, np.sqrt(np.exp2(codes - 127.0)).astype(np.float32))
    assert A.compare(1, 0x7F, ("int8", "float8_e4m3fn"), signaling=True, return_flags=True) == (False, 16)
    count_cases(256)
