"""The oracle's selections, neighbours, orders and exponents: against Python's floats, against sorted values, and against the standard's special cases."""

import itertools
import math

import oracle
import pytest
from oracle.arithmetic import arithmetic
from oracle.flags import DIV_BY_ZERO, INVALID
from oracle.neighbours import neighbour
from oracle.ordering import classify, log_b, log_b_integer, total_order
from oracle.policies import Policies
from oracle.signs import sign_operation

get = oracle.formats.get
HALF, DOUBLE, PLAIN = get("float16"), get("float64"), Policies()


def as_float(code, fmt):
    d = oracle.codec.decode(code, fmt)
    side = -1.0 if d.sign else 1.0
    return {"inf": side * math.inf, "nan": math.nan}.get(d.kind, math.copysign(float(d.value), side))


@pytest.mark.parametrize("name", ["float6_e3m2fn", "float8_e5m2", "float8_e8m0fnu", "binary8p3se", "binary6p2uf", "int4", "uint3"])
def test_neighbours_are_those_in_the_sorted_values(name):
    """RQ-7.22: every code; 0 stands once in the list."""
    fmt = get(name)
    values = sorted({x for x in (as_float(c, fmt) for c in range(1 << fmt.width)) if x == x})
    for code in range(1 << fmt.width):
        x = as_float(code, fmt)
        if x != x:
            continue
        i = values.index(x)
        up, down = (as_float(neighbour(o, (code,), (fmt,), fmt, PLAIN).code, fmt) for o in ("next_up", "next_down"))
        assert (up, down) == (values[min(i + 1, len(values) - 1)], values[max(i - 1, 0)])


def test_neighbours_of_binary64_are_those_of_python():
    """RQ-7.22."""
    for code in [0, 1, 2, 0x000FFFFFFFFFFFFF, 0x0010000000000000, 0x3FF0000000000000, 0x7FEFFFFFFFFFFFFF, 0x7FF0000000000000]:
        for sign, operation, towards in itertools.product((0, 1 << 63), ("next_up", "next_down"), (math.inf,)):
            want = math.nextafter(as_float(code | sign, DOUBLE), towards if operation == "next_up" else -towards)
            got = as_float(neighbour(operation, (code | sign,), (DOUBLE,), DOUBLE, PLAIN).code, DOUBLE)
            assert got == want and math.copysign(1, got) == math.copysign(1, want)


#: By hand, float16: operation, operands, result, flags. 7D00 signals, 7E01 is quiet.
EXAMPLES = [
    ("minimum", (0x8000, 0x0000), 0x8000, 0),
    ("minimum", (0x0000, 0x8000), 0x8000, 0),
    ("maximum", (0x8000, 0x0000), 0x0000, 0),
    ("minimum", (0x3C00, 0x7E01), 0x7E00, 0),
    ("minimum", (0x3C00, 0x7D00), 0x7E00, INVALID),
    ("minimum_number", (0x3C00, 0x7E01), 0x3C00, 0),
    ("minimum_number", (0x7D00, 0x3C00), 0x3C00, INVALID),
    ("maximum_number", (0x7E01, 0x7E01), 0x7E00, 0),
    ("maximum_number", (0x7E01, 0x7D00), 0x7E00, INVALID),
    ("maximum", (0xFC00, 0x3C00), 0x3C00, 0),
    ("minimum_magnitude", (0xBC00, 0x4000), 0xBC00, 0),
    ("minimum_magnitude", (0xBC00, 0x3C00), 0xBC00, 0),
    ("maximum_magnitude", (0xBC00, 0x3C00), 0x3C00, 0),
    ("maximum_magnitude", (0xFC00, 0x3C00), 0xFC00, 0),
    ("maximum_magnitude_number", (0x7E01, 0xBC00), 0xBC00, 0),
    ("minimum_magnitude_number", (0x8000, 0x0000), 0x8000, 0),
    ("relu", (0x8000,), 0x0000, 0),
    ("relu", (0xFC00,), 0x0000, 0),
    ("relu", (0x0001,), 0x0001, 0),
    ("relu", (0x7D00,), 0x7E00, INVALID),
]


@pytest.mark.parametrize(("operation", "codes", "code", "flags"), EXAMPLES)
def test_selections_of_the_standard(operation, codes, code, flags):
    """RQ-7.23."""
    assert arithmetic(operation, codes, (HALF,) * len(codes), HALF)[:2] == (code, flags)


def test_selections_are_those_of_python():
    """RQ-7.23: numbers that are not 0, of which Python's min and max say the same."""
    fmt = get("float8_e5m2")
    numbers = [c for c in range(0, 256, 3) if as_float(c, fmt) == as_float(c, fmt) and as_float(c, fmt)]
    for a, b in itertools.product(numbers, repeat=2):
        x, y = as_float(a, fmt), as_float(b, fmt)
        want = {"minimum": min(x, y), "maximum": max(x, y), "minimum_magnitude": min(x, y, key=abs), "maximum_magnitude": max(x, y, key=abs)}
        for operation, value in want.items():
            if abs(x) != abs(y) or "magnitude" not in operation:
                assert as_float(arithmetic(operation, (a, b), (fmt,) * 2, fmt).code, fmt) == value


#: IEEE 754-2019 5.10 in float16, ascending: NaNs with sign, quiet before signalling; -Inf; numbers; +Inf; NaNs, signalling before quiet.
ORDER = [0xFFFF, 0xFE00, 0xFDFF, 0xFC01, 0xFC00, 0xFBFF, 0xBC00, 0x8001, 0x8000, 0x0000, 0x0001, 0x3C00, 0x7BFF, 0x7C00, 0x7C01, 0x7DFF, 0x7E00, 0x7FFF]


def test_total_order_of_the_standard():
    """RQ-7.25."""
    for (i, a), (j, b) in itertools.product(enumerate(ORDER), repeat=2):
        assert total_order(a, b, HALF, HALF, PLAIN) == (i <= j)


def test_classes_of_the_standard():
    """RQ-7.26: one code of each, in the order of the clause."""
    codes = [0x7D00, 0xFE00, 0xFC00, 0xBC00, 0x8001, 0x8000, 0x0000, 0x03FF, 0x0400, 0x7C00]
    assert tuple(classify(c, HALF) for c in codes) == oracle.ordering.CLASSES
    assert [classify(c, get("int4")) for c in (0, 7, 8)] == ["positive_zero", "positive_normal", "negative_normal"]


def test_exponents_are_those_of_python():
    """RQ-7.21: math.frexp counts from one half."""
    for code in range(1, 0x7C00, 19):
        want = math.frexp(as_float(code, HALF))[1] - 1
        assert log_b_integer(code, HALF, PLAIN) == (want, 0) and as_float(log_b(code, HALF, DOUBLE, PLAIN).code, DOUBLE) == want
    assert [log_b_integer(c, HALF, PLAIN) for c in (0x8000, 0xFC00, 0x7E00)] == [(-(2**31), 16), (2**31 - 1, 16), (1 - 2**31, 16)]
    assert [log_b(c, HALF, HALF, PLAIN)[:2] for c in (0x8000, 0xFC00, 0x7E00, 0x7D00)] == [(0xFC00, DIV_BY_ZERO), (0x7C00, 0), (0x7E00, 0), (0x7E00, INVALID)]


def test_signs_of_the_standard():
    """RQ-7.24: bits, and no flag."""
    for code in (0x0000, 0x8000, 0x3C00, 0xFC00, 0x7D01, 0xFE00):
        assert sign_operation("neg", (code,), (HALF,), HALF, PLAIN)[:2] == (code ^ 0x8000, 0)
        assert sign_operation("abs", (code,), (HALF,), HALF, PLAIN)[:2] == (code & 0x7FFF, 0)
        assert sign_operation("copy_sign", (code, 0xFE00), (HALF,) * 2, HALF, PLAIN)[:2] == (code | 0x8000, 0)
