"""The smaller and the larger, neighbours, operations on signs, orders, classes and exponents equal the oracle's, flags included."""

import arithmeticoracle
import numpy as np
import oracle
import pytest
from backendsathand import available
from integerrows import IntegerRows
from rowchecks import BYTES, NARROW, boundary, check, policies_of

import refquant as rq
from refquant.operations import OPERATIONS

SELECTIONS = (*oracle.selection.CHOICES, *oracle.selection.NUMBERS)
PAYLOADS = {"nan": "keep_payload", "nan_operand": "signaling_first"}


@pytest.mark.parametrize("name", [*NARROW[::3], "float8_e5m2", "binary8p3se"])
@pytest.mark.parametrize("operation", SELECTIONS)
def test_selections_of_every_pair(operation, name, count_cases):
    """RQ-7.23."""
    columns = arithmeticoracle.every_row((name,) * 2)
    some = arithmeticoracle.Rows(operation, [c[:: 11 if c.size < 1 << 14 else 97] for c in columns], (name,) * 2, name)
    more = {"subnormals": "flush_both", **(PAYLOADS if oracle.bits.has_nan(oracle.formats.get(name)) else {})}
    count_cases(check(operation, IntegerRows(operation, columns, (name,) * 2, name), {}) + check(operation, some, more))


@pytest.mark.parametrize(
    ("formats", "result"),
    [(("float8_e4m3fn", "float8_e5m2"), "float16"), (("int8", "float6_e3m2fn"), "int8"), (("float8_e8m0fnu", "float8_e5m2"), "float8_e4m3fn")],
)
@pytest.mark.parametrize("operation", SELECTIONS)
def test_selections_of_mixed_formats(operation, formats, result, count_cases):
    """RQ-7.6, RQ-7.23: compared exactly, then rounded once."""
    rows = arithmeticoracle.Rows(operation, [c[::41] for c in arithmeticoracle.every_row(formats)], formats, result)
    count_cases(check(operation, rows, {"made_nan": "negative"}))


@pytest.mark.parametrize("name", [*NARROW, *BYTES])
def test_relu_of_every_code(name, count_cases):
    """RQ-7.23."""
    rows = arithmeticoracle.Rows("relu", arithmeticoracle.every_row((name,)), (name,), name)
    count_cases(check("relu", rows, {}) + check("relu", rows, {"rounding": "toward_negative", "nan_operand": "made"}))


def compare_all(operation, of_oracle, columns, formats, result, knobs, count_cases):
    """Compare rows with a function of the oracle that takes codes, formats, result and policies."""
    knobs = policies_of(result, **knobs)
    policies, specs, target = oracle.policies.Policies(**knobs), tuple(oracle.formats.get(f) for f in formats), oracle.formats.get(result)
    arrays = [np.asarray(c).astype(rq.get_format(f).code_dtype) for c, f in zip(columns, formats)]
    got = getattr(rq.arithmetic, operation)(*arrays, formats, result=result, dialect=rq.get_dialect("default").replace(**knobs), return_flags=True)
    for i, codes in enumerate(zip(*(a.tolist() for a in arrays))):
        want = of_oracle(codes, specs, target, policies)[:2]
        assert (int(got.codes[i]), int(got.flags[i])) == want, (operation, [hex(c) for c in codes], formats, knobs, want)
    count_cases(arrays[0].size)


def of_neighbours(operation):
    return lambda codes, formats, result, policies: oracle.neighbours.neighbour(operation, codes, formats, result, policies)


@pytest.mark.parametrize("past", ["stay", "nan"])
@pytest.mark.parametrize("name", [*NARROW, *BYTES, "int8", "mxint8", "binary8p3ue", "float8_e3m4"])
@pytest.mark.parametrize("operation", ["next_up", "next_down"])
def test_neighbours_of_every_code(operation, name, past, count_cases):
    """RQ-7.22."""
    columns = arithmeticoracle.every_row((name,))
    knobs = [{"next_past_end": past}, {"next_past_end": past, "subnormals": "flush_both"}]
    for k in knobs:
        compare_all(operation, of_neighbours(operation), columns, (name,), name, k, count_cases)


@pytest.mark.parametrize("name", ["float4_e2m1fn", "binary6p3se", "float6_e3m2fn", "int4", "uint3", "float8_e5m2"])
def test_next_after_of_every_pair(name, count_cases):
    """RQ-7.22."""
    columns = [c[:: 23 if name == "float8_e5m2" else 1] for c in arithmeticoracle.every_row((name,) * 2)]
    for past in ("stay", "nan"):
        compare_all("next_after", of_neighbours("next_after"), columns, (name,) * 2, name, {"next_past_end": past}, count_cases)


def test_neighbours_of_wide_and_mixed_formats(count_cases):
    """RQ-7.22."""
    for name in ("float16", "bfloat16", "float32", "int32", "uint32"):
        codes = boundary(name) if "float" in name else np.array([0, 1, 2**31 - 1, 2**31, 2**31 + 1, 2**32 - 1])
        for operation in ("next_up", "next_down"):
            compare_all(operation, of_neighbours(operation), [codes], (name,), name, {}, count_cases)
    columns = [c[::11] for c in arithmeticoracle.every_row(("float8_e5m2", "float8_e4m3fn"))]
    compare_all("next_after", of_neighbours("next_after"), columns, ("float8_e5m2", "float8_e4m3fn"), "float16", {"nan": "keep_payload"}, count_cases)


def of_signs(operation):
    return lambda codes, formats, result, policies: oracle.signs.sign_operation(operation, codes, formats, result, policies)


@pytest.mark.parametrize("name", [*NARROW, *BYTES, "int8", "uint8", "mxint8", "ue5m3", "float8_e3m4"])
@pytest.mark.parametrize("operation", ["neg", "abs"])
def test_signs_of_every_code(operation, name, count_cases):
    """RQ-7.24."""
    columns = arithmeticoracle.every_row((name,))
    more = [
        {},
        {"overflow": "saturate", "subnormals": "flush_both", "signed_zero": "positive"},
        {"negative": "zero", "flags": "none"},
        {"negative": "absolute"},
    ]
    more += [{"overflow": "wrap"}] if "int" in name and name != "mxint8" else []
    for knobs in more:
        compare_all(operation, of_signs(operation), columns, (name,), name, knobs, count_cases)


@pytest.mark.parametrize(
    ("formats", "result"),
    [
        (("float6_e3m2fn",) * 2, "float6_e3m2fn"),
        (("binary6p3se",) * 2, "binary6p3se"),
        (("float8_e5m2", "int4"), "float8_e5m2"),
        (("float8_e5m2", "float8_e4m3fnuz"), "float8_e3m4"),
        (("float8_e5m2", "float8_e8m0fnu"), "float8_e5m2"),
    ],
)
def test_copied_signs_of_every_pair(formats, result, count_cases):
    """RQ-7.24."""
    columns = [c[::13] if "float8_e5m2" in formats else c for c in arithmeticoracle.every_row(formats)]
    compare_all("copy_sign", of_signs("copy_sign"), columns, formats, result, {}, count_cases)


def test_signs_that_are_no_bit_flips():
    """RQ-7.24: by hand."""
    assert rq.arithmetic.neg([0x00, 0x80, 0x7F], "float8_e4m3fnuz").tolist() == [0x00, 0x80, 0xFF]
    assert rq.arithmetic.neg([0x00, 0x80, 0x01], "binary8p3se").tolist() == [0x00, 0x80, 0x81]
    assert rq.arithmetic.copy_sign([0x40, 0x7F, 0x80], [0x80, 0x80, 0xC0], "binary8p3se").tolist() == [0x80] * 3  # NaN without sign
    assert rq.arithmetic.copy_sign([0x40, 0xFF], [0xC0, 0x00], "binary8p3se").tolist() == [0xC0, 0x7F]
    assert rq.arithmetic.neg(0x80, "int8", return_flags=True) == (0x7F, 16)
    assert rq.arithmetic.neg(0x80, "int8", overflow="wrap") == 0x80 and rq.arithmetic.abs(0x80, "int8") == 0x7F
    assert rq.arithmetic.neg([0x7D01, 0x7E00], "float16", return_flags=True).codes.tolist() == [0xFD01, 0xFE00]
    assert rq.arithmetic.neg([0x7D01], "float16", return_flags=True).flags.tolist() == [0]


PAIRS = [("float8_e5m2",) * 2, ("float8_e4m3fn", "float8_e5m2"), ("binary8p3se", "float8_e3m4"), ("float8_e8m0fnu", "int8"), ("float6_e2m3fn", "uint3")]


@pytest.mark.parametrize("rank", ["by_sign", "first"])
@pytest.mark.parametrize("names", PAIRS, ids=str)
def test_total_order_of_pairs(names, rank, count_cases):
    """RQ-7.25."""
    a, b = (c[::3] if names[0][-1] != "n" else c for c in arithmeticoracle.every_row(names))
    specs, policies = [oracle.formats.get(n) for n in names], oracle.policies.Policies(nan_rank=rank)
    x, y = (c.astype(np.uint8) for c in (a, b))
    got = rq.arithmetic.total_order(x, y, names, dialect=rq.get_dialect("default").replace(nan_rank=rank))
    ranks = [[oracle.ordering.rank(oracle.codec.decode(c, s), policies.nan_rank) for c in range(1 << s.width)] for s in specs]
    want = [p[0] < q[0] or (p[0] == q[0] and p[1] <= q[1]) for p, q in ((ranks[0][i], ranks[1][j]) for i, j in zip(a.tolist(), b.tolist()))]
    assert got.tolist() == want
    assert oracle.ordering.total_order(int(a[5]), int(b[5]), *specs, policies) == want[5]
    count_cases(got.size)


def test_p3109_ranks_nan_first_and_ends_in_nan():
    """RQ-7.22, RQ-7.25: D1, 4.12.1 and 4.16."""
    assert rq.arithmetic.total_order(0x80, [0xFF, 0x00, 0x80], "binary8p3se", dialect="p3109-d1").tolist() == [True] * 3
    assert rq.arithmetic.total_order([0xFF, 0x00], 0x80, "binary8p3se", dialect="p3109-d1").tolist() == [False] * 2
    assert rq.arithmetic.next_up([0x7F, 0x7E], "binary8p3se", dialect="p3109-d1").tolist() == [0x80, 0x7F]
    assert rq.arithmetic.next_down([0x00, 0xFF], "binary8p3se", dialect="p3109-d1").tolist() == [0x81, 0x80]


@pytest.mark.parametrize("name", [*NARROW, *BYTES, "float8_e3m4", "ue5m3", "mxint8", "float16"])
def test_classes_and_exponents_of_every_code(name, count_cases):
    """RQ-7.21, RQ-7.26."""
    fmt, codes = oracle.formats.get(name), np.arange(1 << rq.get_format(name).width).astype(rq.get_format(name).code_dtype)
    codes = codes[::13] if codes.size > 256 else codes
    got = rq.arithmetic.classify(codes, name)
    assert [rq.arithmetic.NumberClass(c).name.lower() for c in got.tolist()] == [oracle.ordering.classify(c, fmt) for c in codes.tolist()]
    for knobs in ({}, {"subnormals": "flush_both"}, {"flags": "none"}):
        found = rq.arithmetic.log_b(codes, name, dialect=rq.get_dialect("default").replace(**knobs), return_flags=True)
        want = [oracle.ordering.log_b_integer(c, fmt, oracle.policies.Policies(**knobs)) for c in codes.tolist()]
        assert list(zip(found.codes.tolist(), found.flags.tolist())) == want
    count_cases(4 * codes.size)
    for result in (name, "float8_e4m3fn", "int8"):
        compare_all("log_b", lambda c, f, r, p: oracle.ordering.log_b(c[0], f[0], r, p), [codes], (name,), result, {"rounding": "toward_positive"}, count_cases)


def test_the_classes_are_those_of_the_clause():
    """RQ-7.26."""
    assert tuple(c.name.lower() for c in rq.arithmetic.NumberClass) == oracle.ordering.CLASSES


def test_scalars_outputs_and_shapes():
    out = np.empty(2, np.uint8)
    assert rq.arithmetic.classify([0x38, 0x00], "float8_e4m3fn", out=out) is out and out.tolist() == [8, 6]
    assert isinstance(rq.arithmetic.classify(0x38, "float8_e4m3fn"), np.uint8)
    exponents = np.empty(1, np.int32)
    assert rq.arithmetic.log_b([0x40], "float8_e4m3fn", out=exponents) is exponents and exponents.tolist() == [1]
    assert isinstance(rq.arithmetic.log_b(0x40, "float8_e4m3fn"), np.int32)
    truth = rq.arithmetic.total_order([[0x00], [0x38]], [0x00, 0x40], "float8_e4m3fn", return_flags=True)
    assert truth.truth.tolist() == [[True, True], [False, True]] and truth.flags.tolist() == [[0, 0], [0, 0]]


NUMPY = {
    "minimum": np.minimum, "maximum": np.maximum, "next_up": lambda x: np.nextafter(x, np.array(np.inf, x.dtype)), "neg": np.negative, "abs": np.abs,
    "copy_sign": np.copysign, "round_to_integral": np.rint, "minimum_number": np.fmin, "maximum_number": np.fmax, "next_after": np.nextafter,
}  # fmt: skip


@pytest.mark.parametrize("width", [16, 32, 64])
@pytest.mark.parametrize("operation", NUMPY)
def test_ieee_formats_equal_numpy(operation, width, count_cases):
    """RQ-7.19, RQ-7.22 to RQ-7.24: a second independent oracle, of binary64 too."""
    dtype, count = f"u{width // 8}", len(OPERATIONS[operation].operands)
    rng = np.random.default_rng(width)
    exponents = rng.integers(0, 1 << {16: 5, 32: 8, 64: 11}[width], 8000) << {16: 10, 32: 23, 64: 52}[width]
    near = rng.integers(0, 1 << (width - 1), 8000).astype(dtype)  # a part of them near 1, where fractions are
    codes = [np.where(rng.integers(0, 2, 8000), c, 0).astype(dtype) ^ near for c in (exponents, exponents[::-1])][:count]
    codes[0][:2000] = (rng.integers(0, 1 << 8, 2000).astype(f"f{width // 8}") / 4).view(dtype)
    values = [c.view(f"f{width // 8}") for c in codes]
    with np.errstate(all="ignore"):
        want = NUMPY[operation](*values)
    got = getattr(rq.arithmetic, operation)(*codes, f"float{width}")
    assert ((got == want.view(dtype)) | np.isnan(want)).all() and np.isnan(got.view(want.dtype)[np.isnan(want)]).all()
    count_cases(codes[0].size)


def test_binary64_equals_oracle(count_cases):
    """RQ-7.19 to RQ-7.26: boundaries, payloads among them."""
    codes = boundary("float64")
    for operation in ("next_up", "next_down"):
        compare_all(operation, of_neighbours(operation), [codes], ("float64",), "float64", {"nan": "keep_payload"}, count_cases)
    for operation in ("neg", "abs"):
        compare_all(operation, of_signs(operation), [codes], ("float64",), "float64", {}, count_cases)
    pairs = [np.repeat(codes[::3], codes.size), np.tile(codes, codes[::3].size)]
    for operation in ("minimum_number", "maximum_magnitude"):
        count_cases(check(operation, arithmeticoracle.Rows(operation, pairs, ("float64",) * 2, "float64"), {"nan": "keep_payload"}))
    double = oracle.formats.get("float64")
    assert [rq.arithmetic.NumberClass(c).name.lower() for c in rq.arithmetic.classify(codes, "float64")] == [
        oracle.ordering.classify(c, double) for c in codes.tolist()
    ]
    assert rq.arithmetic.log_b(codes, "float64").tolist() == [oracle.ordering.log_b_integer(c, double, oracle.policies.Policies())[0] for c in codes.tolist()]
    compare_all("log_b", lambda c, f, r, p: oracle.ordering.log_b(c[0], f[0], r, p), [codes], ("float64",), "float16", {}, count_cases)


@pytest.mark.parametrize("backend", ["reference", "numba"])
@pytest.mark.parametrize("code, fmt", [(0xFF, "int8"), (0x81, "float8_e4m3fnuz"), (0x81, "binary8p3se")])
def test_the_neighbour_of_the_greatest_negative_number_is_plus_zero_where_its_format_has_no_other(code, fmt, backend):
    """RQ-7.22, whatever the format of the result has."""
    available(backend)
    for result in (fmt, "float32"):
        assert rq.arithmetic.next_up(code, fmt, result=result, backend=backend) == 0
        assert rq.arithmetic.next_after(code, 0x01, (fmt, fmt), result=result, backend=backend) == 0
    assert rq.arithmetic.next_up(0x81, "float8_e4m3fn", result="float32", backend=backend) == 0x80000000
