"""Operators of Arrays: each is its function of refquant.arithmetic, byte for byte, and what the oracle says."""

import itertools
import operator as op
from decimal import Decimal
from fractions import Fraction

import arithmeticoracle
import numpy as np
import oracle
import pytest

import refquant as rq
from refquant.errors import EncodeError, InputTypeError, InputValueError, UnsupportedOperationError

A = rq.arithmetic
F = "float8_e4m3fn"
OPERATORS = {op.add: ("add", op.iadd), op.sub: ("sub", op.isub), op.mul: ("mul", op.imul), op.truediv: ("div", op.itruediv)}
#: predicate, whether it signals, whether the operands change places, whether the truth does
COMPARISONS = {
    op.eq: ("eq", False, False, False), op.ne: ("eq", False, False, True), op.lt: ("lt", True, False, False),
    op.le: ("le", True, False, False), op.gt: ("lt", True, True, False), op.ge: ("le", True, True, False),
}  # fmt: skip
WHOLE = ("float8_e5m2", "float8_e4m3fn", "float8_e4m3fnuz", "binary8p3se")  #: each has NaNs; of the first some signal


def named(function):
    return getattr(function, "__name__", None)


def every_pair(name, step=1):
    """Return every pair of codes of a format (or each with that step), an Array of each operand."""
    count = 1 << rq.get_format(name).width
    return [rq.Array(c.ravel()[::step].astype(np.uint8), name) for c in np.indices((count, count))]


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("operator", OPERATORS, ids=named)
def test_an_operator_is_its_function_for_every_pair(operator, name):
    a, b = every_pair(name)
    function, in_place = OPERATORS[operator]
    right = getattr(A, function)(a.codes, b.codes, name)
    got, held, before = operator(a, b), a, a.codes.copy()
    assert type(got) is rq.Array and got.fmt == rq.get_format(name) and got.codes.dtype == right.dtype and got.codes.tobytes() == right.tobytes()
    assert a.codes.tobytes() == before.tobytes(), "an operand was written over"
    a = in_place(a, b)
    assert a is held and a.codes.tobytes() == right.tobytes() and b.codes.tobytes() != right.tobytes()


@pytest.mark.parametrize(("name", "step"), [("binary6p3se", 1), ("binary5p2sf", 1), ("float8_e5m2", 61)])
@pytest.mark.parametrize("operator", OPERATORS, ids=named)
def test_an_operator_is_what_the_oracle_says(operator, name, step, count_cases):
    """RQ-7.6, RQ-7.17: under the default policies."""
    a, b = every_pair(name, step)
    rows = arithmeticoracle.Rows(OPERATORS[operator][0], [a.codes, b.codes], (name,) * 2, name)
    codes, _ = rows.expected(oracle.policies.Policies())
    assert operator(a, b).codes.tolist() == codes.tolist()
    count_cases(codes.size)


@pytest.mark.parametrize("name", ["binary6p3se", "float8_e5m2", "int4", "float8_e8m0fnu"])
def test_signs_are_what_the_oracle_says_of_every_code(name, count_cases):
    """RQ-7.24."""
    spec, a = oracle.formats.get(name), rq.Array(arithmeticoracle.every_row((name,))[0].astype(np.uint8), name)
    for operation, got in (("neg", -a), ("abs", abs(a))):
        assert got.codes.tolist() == [oracle.signs.sign_operation(operation, (c,), (spec,), spec, oracle.policies.Policies())[0] for c in a.codes.tolist()]
    count_cases(2 * a.size)


@pytest.mark.parametrize("names", [("float8_e5m2",) * 2, ("float8_e5m2", "float8_e4m3fn"), ("int8", "binary8p3se")])
@pytest.mark.parametrize("operator", COMPARISONS, ids=named)
def test_a_comparison_is_what_the_oracle_says_of_codes_of_any_formats(operator, names, count_cases):
    """RQ-7.1 to RQ-7.4."""
    codes = np.r_[0:256:9, 0x7C:0x81, 0xFC:0x100].astype(np.uint8)
    a, b = rq.Array(codes[:, None], names[0]), rq.Array(codes, names[1])
    got = operator(a, b)
    predicate, signaling, exchanged, negated = COMPARISONS[operator]
    specs = [oracle.formats.get(n) for n in names]
    for (i, x), (j, y) in itertools.product(enumerate(codes.tolist()), enumerate(codes.tolist())):
        operands = (y, x, *specs[::-1]) if exchanged else (x, y, *specs)
        assert got[i, j] == (oracle.compare.compare(predicate, signaling, *operands)[0] is not negated), (hex(x), hex(y))
    assert type(got) is np.ndarray and got.dtype == np.bool_
    count_cases(got.size)


@pytest.mark.parametrize("operator", COMPARISONS, ids=named)
def test_comparisons_ask_for_the_form_that_they_are_said_to_have(operator, monkeypatch):
    """RQ-7.4: == and != are quiet, the others signal; no operator returns the flags, so the call is looked at."""
    seen, real = [], A.compare
    monkeypatch.setattr(A, "compare", lambda *a, **k: seen.append((k["predicate"], k["signaling"])) or real(*a, **k))
    operator(rq.Array([1], F), rq.Array([1], F))
    assert seen == [COMPARISONS[operator][:2]]


def test_values_by_hand():
    a = rq.Array([0x38, 0x3C, 0xB8, 0x7F], F)  # 1, 1.5, -1, NaN
    b = rq.Array([0x3C, 0x38, 0x40, 0x38], F)  # 1.5, 1, 2, 1
    assert (a + b).codes.tolist() == [0x42, 0x42, 0x38, 0x7F]
    assert (a - b).codes.tolist() == [0xB0, 0x30, 0xC4, 0x7F]
    assert (a * b).codes.tolist() == [0x3C, 0x3C, 0xC0, 0x7F]
    assert (a / b).codes.tolist() == [0x33, 0x3C, 0xB0, 0x7F]  # 2/3 is 0.6875
    assert (-a).codes.tolist() == [0xB8, 0xBC, 0x38, 0xFF] and abs(-a).codes.tolist() == [0x38, 0x3C, 0x38, 0x7F]
    assert (a == b).tolist() == [False] * 4 and (a != b).tolist() == [True] * 4
    assert (a < b).tolist() == [True, False, True, False] and (a >= b).tolist() == [False, True, False, False]


@pytest.mark.parametrize(
    "number",
    [
        1.5,
        Fraction(3, 2),
        Decimal("1.5"),
        np.float16(1.5),
        np.float32(1.5),
        np.float64(1.5),
        np.longdouble(1.5),
        np.array(1.5, ">f4"),
        np.array([1.5, 1.5], object),
    ],
    ids=repr,
)
def test_a_number_that_is_a_value_of_the_format_is_taken_on_both_sides(number):
    a = rq.Array([0x38, 0x40], F)  # 1, 2
    for got, right in ((a + number, [0x42, 0x46]), (number - a, [0x30, 0xB0]), (a / number, [0x33, 0x3B])):
        assert type(got) is rq.Array and got.codes.tolist() == right
    assert (a < number).tolist() == [True, False] and (number < a).tolist() == [False, True] and (number == a).tolist() == [False, False]


def test_a_remainder_that_numpy_asks_for_is_refused_and_not_taken_for_fmod():
    """The operator of NumPy's numbers calls numpy.remainder, which is another operation where signs differ."""
    a = rq.Array([0x38, 0x40], F)
    for number in (np.float64(1.5), np.array([1.5])):
        with pytest.raises(UnsupportedOperationError, match=r"numpy.remainder: its result has the sign of the divisor.* use numpy.fmod"):
            number % a


@pytest.mark.parametrize("number", [2, np.int64(2), np.int8(2), np.array([2, 2])], ids=repr)
def test_an_integer_is_a_value(number):
    a = rq.Array([0x38, 0x40], F)
    assert (a * number).codes.tolist() == (number * a).codes.tolist() == [0x40, 0x48] and (a == number).tolist() == [False, True]


def test_ml_dtypes_are_values():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    a = rq.Array([0x38, 0x40], F)
    for dtype in (ml_dtypes.bfloat16, ml_dtypes.float8_e5m2, ml_dtypes.int4):
        assert (a + np.array([1, 2], dtype)).codes.tolist() == [0x40, 0x48] and (a * dtype(2)).codes.tolist() == [0x40, 0x48]
    with pytest.raises(InputTypeError, match="add: an array of uint4 may be codes or values"):
        a + np.array([1, 2], ml_dtypes.uint4)


@pytest.mark.parametrize("number", [0.1, 449, 10**400, float("inf"), Fraction(1, 3), np.float32(0.1), np.array([1.0, 0.1]), 2.0**-12])
def test_a_number_that_is_no_value_of_the_format_is_refused_and_not_rounded(number):
    a = rq.Array([0x38, 0x40], F)
    for operation in (
        lambda: a + number,
        lambda: number / a,
        lambda: np.minimum(a, number),
        lambda: a.compute("fma", a, number),
        lambda: a.__setitem__(0, number),
    ):
        with pytest.raises(InputValueError, match=r"is no value of float8_e4m3fn; round it first: Array.from_values\(x, 'float8_e4m3fn'\)$"):
            operation()
    assert a.codes.tolist() == [0x38, 0x40]


def test_a_zero_keeps_its_sign_or_is_refused():
    a = rq.Array([0x40], "float8_e4m3fnuz")  # has no -0
    assert (a * 0.0).codes.tolist() == [0]
    for number in (-0.0, np.float32(-0.0), np.array([-0.0])):
        with pytest.raises(InputValueError, match=r"mul: -0.0 is no value of float8_e4m3fnuz"):
            a * number
    assert (rq.Array([0x38], F) * -0.0).codes.tolist() == [0x80]


def test_a_message_names_the_first_wrong_number_and_their_count():
    with pytest.raises(InputValueError, match=r"^add: 0.1 is no value of float8_e4m3fn \(2 such\); "):
        rq.Array([0x38] * 3, F) + np.array([1.0, 0.1, 0.2])


def test_a_comparison_with_a_number_is_exact():
    """RQ-7.2: 0.1 lies between two values of the format, and is rounded to neither."""
    a = rq.Array([0x1C, 0x1D, 0x7F], F)  # 0.09375, 0.1015625, NaN
    assert (a < 0.1).tolist() == [True, False, False] and (a > 0.1).tolist() == [False, True, False] and not (a == 0.1).any()
    assert (a < 1e300).tolist() == [True, True, False] and (a < float("inf")).tolist() == [True, True, False] and not (a == float("nan")).any()
    with pytest.raises(InputValueError, match="lt: 1/3 is no value of float64"):
        a < Fraction(1, 3)  # noqa: B015


def test_a_nan_that_is_given_as_a_number_is_the_canonical_one():
    a = rq.Array([0x3C], "float8_e5m2")
    assert (a + float("nan")).codes.tolist() == (a + -float("nan")).codes.tolist() == [0x7E]
    with pytest.raises(EncodeError):
        rq.Array([1], "int8") + float("nan")


@pytest.mark.parametrize("operator", [*OPERATORS, *(inplace for _, inplace in OPERATORS.values())], ids=named)
def test_formats_that_differ_need_the_format_of_the_result(operator):
    a, b = rq.Array([0x38], F), rq.Array([0x3C], "float8_e5m2")
    with pytest.raises(
        InputValueError,
        match=r"operands of float8_e4m3fn and float8_e5m2 need the format of the result: refquant.arithmetic.\w+\(a.codes, b.codes, \(a.fmt, b.fmt\), result=...\), or ",
    ):
        operator(a, b)
    assert a.codes.tolist() == [0x38]


def test_shapes_are_broadcast():
    a, b = rq.Array(np.full((3, 1), 0x38, np.uint8), F), rq.Array([0x38, 0x40], F)
    assert (a + b).codes.tolist() == [[0x40, 0x44]] * 3 and (a < b).tolist() == [[False, True]] * 3
    assert (a + rq.Array(np.zeros((0,), np.uint8), F)).shape == (3, 0)
    with pytest.raises(InputValueError, match=r"a, b: cannot be broadcast together: shapes \(2,\) and \(3,\)"):
        b + rq.Array([0, 0, 0], F)


def test_of_no_dimension_is_of_no_dimension():
    a = rq.Array(0x38, F)
    assert type(a + a) is rq.Array and (a + a).shape == () and (a + a).codes[()] == 0x40 and (1 - a).shape == ()
    assert (a == a) is np.True_ and type(a < a) is np.bool_


def test_in_place_writes_where_others_look_and_never_changes_the_shape():
    a = rq.Array([0x38, 0x40, 0x44], F)
    view = a[1:]
    view += 1
    assert a.codes.tolist() == [0x38, 0x44, 0x48]
    a[1:] += a[:-1]  # overlap: 2 + 1, 3 + 2 of what was there
    assert a.codes.tolist() == [0x38, 0x48, 0x4E]  # 3+1, 4+3
    a[0] *= 2
    assert a.codes.tolist() == [0x40, 0x48, 0x4E]
    with pytest.raises(InputValueError, match=r"add: a result of shape \(2, 3\) cannot be written over an Array of shape \(3,\)"):
        a += rq.Array(np.zeros((2, 3), np.uint8), F)
    with pytest.raises(TypeError, match="unsupported operand"):
        a += "x"
    assert a.codes.tolist() == [0x40, 0x48, 0x4E]


def test_an_error_of_the_function_leaves_the_operand_as_it_was():
    """RQ-5.15."""
    a = rq.Array([3, 0], "int8")
    with pytest.raises(EncodeError, match="div: the result at index 1 cannot go into int8"):
        a /= rq.Array([2, 0], "int8")
    assert a.codes.tolist() == [3, 0]


AMBIGUOUS = [[1, 2], (1, 2), np.array([1, 2], np.uint8), np.uint8(1), np.uint64(1), [1.0, 2.0]]


@pytest.mark.parametrize("other", AMBIGUOUS, ids=repr)
def test_what_may_be_codes_or_values_is_not_guessed(other):
    a = rq.Array([0x38, 0x40], F)
    for operation in (
        lambda: a + other,
        lambda: other - a,
        lambda: a == other,
        lambda: a < other,
        lambda: np.add(other, a),
        lambda: a.__setitem__(slice(None), other),
    ):
        with pytest.raises(InputTypeError, match=r"may be codes or values; give Array\(x, fmt\) for codes, Array.from_values\(x, fmt\) for values"):
            operation()


@pytest.mark.parametrize("other", [True, np.bool_(True), np.array([1j]), np.array(["x"]), np.array(["2020"], "M8[s]")], ids=repr)
def test_what_is_no_real_number_is_refused(other):
    a = rq.Array([0x38, 0x40], F)
    for operation in (lambda: a + other, lambda: a == other):
        with pytest.raises(InputTypeError, match="expected an Array or real numbers"):
            operation()


@pytest.mark.parametrize("zero", [-0.0, Decimal("-0"), np.float32(-0.0), np.array([-0.0, 1.0]), np.array([Decimal("-0"), 1], object)], ids=repr)
def test_the_sign_of_a_zero_is_not_lost_silently(zero):
    with pytest.raises(InputValueError, match=r"add: -0.* is no value of uint8"):
        rq.Array.from_values([0, 1], "uint8") + zero


def test_other_objects_are_left_to_python():
    a = rq.Array([0x38], F)
    for operation in (lambda: a + "x", lambda: "x" - a, lambda: a * None, lambda: a < "x", lambda: {} / a):
        with pytest.raises(TypeError):
            operation()
    assert (a == "x") is False and (a != None) is True and (a == None) is False  # noqa: E711


@pytest.mark.parametrize(
    "operation",
    [
        lambda a: a % a,
        lambda a: 1 % a,
        lambda a: a**2,
        lambda a: 2**a,
        lambda a: a // a,
        lambda a: 1 // a,
        lambda a: a @ a,
        lambda a: divmod(a, a),
        lambda a: divmod(1, a),
    ],
)
def test_operators_that_do_not_exist_say_what_does(operation):
    with pytest.raises(UnsupportedOperationError, match=r"an Array has \+ - \* /, abs\(\) and comparisons, and .compute\(name\)"):
        operation(rq.Array([0x38], F))


def test_no_truth_no_hash():
    a = rq.Array([0x38], F)
    for array in (a, a[0], rq.Array([], F)):
        with pytest.raises(UnsupportedOperationError, match=r"bool: .*\(a != 0\).any\(\)"):
            bool(array)
    with pytest.raises(TypeError, match="unhashable"):
        hash(a)
    assert 1.0 in a and 2 not in a and rq.Array(0x38, F) in a and "x" not in a


ABSENT = {
    "round": (lambda a: round(a), "round: an Array is rounded to integers by compute"), "round of digits": (lambda a: round(a, 1), "round: "),
    "int": (lambda a: int(a[0]), "int: an Array has codes and values"), "dtype": (lambda a: a.dtype, "dtype: an Array has a format: .fmt"),
    "astype": (lambda a: a.astype(float), "astype: convert"), "sum": (lambda a: a.sum(), "sum: the order of the operations decides the bits"),
    "max": (lambda a: a.max(), "max: a NaN"), "all": (lambda a: a.all(), "all: ask "),
}  # fmt: skip


@pytest.mark.parametrize("name", ABSENT)
def test_what_an_array_has_not_says_what_there_is(name):
    call, message = ABSENT[name]
    with pytest.raises(UnsupportedOperationError) as raised:
        call(rq.Array([0x38, 0x3A], F))
    assert str(raised.value).startswith(message)


def test_absent_attributes_are_absent():
    """hasattr and getattr with a default ask for an AttributeError."""
    a = rq.Array([0x38], F)
    assert not hasattr(a, "dtype") and getattr(a, "astype", None) is None and not hasattr(a, "nosuch")
    with pytest.raises(AttributeError, match="'Array' object has no attribute 'nosuch'"):
        a.nosuch  # noqa: B018
    with pytest.raises(InputTypeError, match=r"float: expected an Array of no dimension, got shape \(2,\); .values are floats"):
        float(rq.Array([0x38, 0x39], F))
