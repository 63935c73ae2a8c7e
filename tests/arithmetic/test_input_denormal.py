"""The flag of subnormal operands: what processors raise, and what the oracle says."""

import itertools

import numpy as np
import oracle
import pytest

import refquant as rq
from refquant.errors import PolicyError
from refquant.operations import OPERATIONS

DENORMAL = 32
TINY, MINUS_TINY, ONE, ZERO, INF, QUIET, SIGNALS = 0x00000001, 0x80000001, 0x3F800000, 0, 0x7F800000, 0x7FC00000, 0x7F800001

#: Measured: MXCSR.DE after the SSE instruction of that name on float32, DAZ off.
X86 = {
    "add": {(TINY, ONE): 1, (ZERO, TINY): 1, (TINY, INF): 1, (TINY, QUIET): 0, (QUIET, TINY): 0, (TINY, SIGNALS): 0, (ONE, ONE): 0, (TINY, MINUS_TINY): 1},
    "mul": {(TINY, ONE): 1, (TINY, ZERO): 1, (INF, TINY): 1, (QUIET, TINY): 0, (TINY, TINY): 1},
    "div": {(TINY, ONE): 1, (TINY, ZERO): 0, (ONE, TINY): 1, (INF, TINY): 1, (ZERO, TINY): 1, (TINY, QUIET): 0, (SIGNALS, TINY): 0},
    "sqrt": {(TINY,): 1, (MINUS_TINY,): 0, (ONE,): 0},
    "fma": {(TINY, INF, QUIET): 0, (TINY, ONE, ONE): 1, (TINY, ZERO, INF): 1, (INF, TINY, ONE): 1, (ONE, ONE, TINY): 1, (ZERO, INF, TINY): 0},
    "minimum": {(TINY, ONE): 1, (TINY, INF): 1, (TINY, SIGNALS): 0, (ZERO, TINY): 1},
    "round_to_integral": {(TINY,): 0, (ONE,): 0},
}


@pytest.mark.parametrize("operation", X86)
def test_what_was_measured_on_x86(operation, count_cases):
    """RQ-6.10: used."""
    dialect = rq.get_dialect("x86-sse").replace(input_denormal="used")
    for operands, raised in X86[operation].items():
        flags = int(getattr(rq.arithmetic, operation)(*operands, "float32", dialect=dialect, return_flags=True).flags)
        plain = int(getattr(rq.arithmetic, operation)(*operands, "float32", dialect="x86-sse", return_flags=True).flags)
        assert flags == plain | DENORMAL * raised, [hex(v) for v in operands]
    count_cases(len(X86[operation]))


def test_comparisons_and_conversions_that_were_measured_on_x86():
    """RQ-6.10: CMPSS, CVTSS2SD, VCVTPS2PH raise DE, CVTSS2SI does not."""
    used = rq.get_dialect("x86-sse").replace(input_denormal="used")
    a, b = [TINY, TINY, TINY, ONE], [ONE, QUIET, SIGNALS, ONE]
    assert rq.arithmetic.compare(a, b, "float32", dialect=used, return_flags=True).flags.tolist() == [DENORMAL, 0, 16, 0]
    assert rq.arithmetic.compare(a, b, "float32", predicate="lt", signaling=True, dialect=used, return_flags=True).flags.tolist() == [DENORMAL, 16, 16, 0]
    for target, flags in (("float64", DENORMAL), ("float16", DENORMAL | 3), ("int32", 1)):
        assert rq.convert(np.uint32(TINY), "float32", target, dialect=used, return_flags=True).flags == flags


def test_arm_raises_it_where_it_flushes():
    """RQ-6.10: FPUnpack sees every operand, whatever the others are."""
    arm = rq.get_dialect("arm").replace(subnormals="flush_both", input_denormal="flushed")
    a, b = [TINY, TINY, QUIET, SIGNALS, ZERO, TINY], [ONE, ZERO, TINY, TINY, ZERO, 0x80000000]
    assert rq.arithmetic.mul(a, b, "float32", dialect=arm, return_flags=True).flags.tolist() == [32, 32, 32, 48, 0, 32]
    assert rq.arithmetic.div(a, b, "float32", dialect=arm, return_flags=True).flags.tolist() == [32, 48, 32, 48, 16, 48]
    assert rq.arithmetic.round_to_integral(TINY, "float32", dialect=arm, return_flags=True) == (0, 32)
    assert rq.arithmetic.neg(TINY, "float32", dialect=arm, return_flags=True) == (0x80000001, 0)
    assert rq.arithmetic.add(TINY, ONE, "float32", dialect=arm.replace(subnormals="keep"), return_flags=True).flags == 1


SETTINGS = [
    {"subnormals": s, "input_denormal": d, "ftz": "arm"}
    for s, d in itertools.product(("keep", "flush_inputs", "flush_results", "flush_both"), ("none", "flushed", "used"))
] + [{"subnormals": "flush_both", "input_denormal": "flushed", "flags": "none"}]
BINARY = ["add", "sub", "mul", "div", "rem", "fmod", "minimum", "maximum_magnitude_number", "next_after", "copy_sign"]
UNARY = ["sqrt", "recip", "rsqrt", "relu", "next_up", "log_b", "round_to_integral", "neg"]


def expected(operation, codes, formats, result, policies):
    if operation in ("next_up", "next_after"):
        return oracle.neighbours.neighbour(operation, codes, formats, result, policies)
    if operation in ("neg", "copy_sign"):
        return oracle.signs.sign_operation(operation, codes, formats, result, policies)
    if operation == "round_to_integral":
        return oracle.integral.round_to_integral(False, codes[0], formats[0], result, policies)
    if operation == "log_b":
        return oracle.ordering.log_b(codes[0], formats[0], result, policies)
    return oracle.arithmetic.arithmetic(operation, codes, formats, result, policies)


@pytest.mark.parametrize(
    "formats", [("float6_e3m2fn",) * 2, ("float8_e5m2", "float6_e2m3fn"), ("binary6p3se", "int4"), ("float8_e5m2fnuz", "float8_e8m0fnu")], ids="-".join
)
@pytest.mark.parametrize("knobs", SETTINGS, ids=lambda k: "-".join(k.values()))
def test_every_operation_equals_the_oracle(knobs, formats, count_cases):
    """RQ-6.10, RQ-7.7."""
    result = "float8_e5m2"
    dialect, policies = rq.get_dialect("default").replace(**knobs), oracle.policies.Policies(**knobs)
    rng = np.random.default_rng(4)
    theirs = [oracle.formats.get(f) for f in formats]
    for operation in BINARY + UNARY:
        count = len(OPERATIONS[operation].operands)
        columns = [rng.integers(0, 1 << rq.get_format(f).width, 120).astype(rq.get_format(f).code_dtype) for f in formats[:count]]
        columns[0][:40] &= columns[0].dtype.type(3)  # subnormals, mostly
        got = getattr(rq.arithmetic, operation)(*columns, formats[:count], result=result, dialect=dialect, return_flags=True)
        want = [expected(operation, c, tuple(theirs[:count]), oracle.formats.get(result), policies)[:2] for c in zip(*(c.tolist() for c in columns))]
        assert list(zip(got.codes.tolist(), got.flags.tolist())) == want, operation
        count_cases(len(want))


@pytest.mark.parametrize("backend", ["reference", None])
@pytest.mark.parametrize("target", ["float8_e4m3fn", "float32", "int8"])
@pytest.mark.parametrize("knobs", SETTINGS, ids=lambda k: "-".join(k.values()))
def test_conversions_equal_the_oracle_by_any_backend(knobs, target, backend, count_cases):
    """RQ-6.10."""
    knobs = knobs | {"nan": "to_zero" if target == "int8" else None}
    codes = np.arange(256, dtype=np.uint8)
    got = rq.convert(codes, "float8_e5m2", target, dialect=rq.get_dialect("default").replace(**knobs), backend=backend, return_flags=True)
    theirs = oracle.formats.get("float8_e5m2"), oracle.formats.get(target)
    want = [oracle.codec.convert(c, *theirs, oracle.policies.Policies(**knobs))[:2] for c in codes.tolist()]
    assert list(zip(got.codes.tolist(), got.flags.tolist())) == want
    count_cases(len(want))


def test_comparisons_equal_the_oracle(count_cases):
    """RQ-6.10, RQ-7.5: each operand by the row of its own format."""
    every = [c.ravel() for c in np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(64, dtype=np.uint8))]
    formats = ("float8_e5m2", "float6_e3m2fn")
    for knobs in SETTINGS:
        policies = oracle.policies.Policies(**knobs)
        got = rq.arithmetic.compare(*every, formats, predicate="lt", dialect=rq.get_dialect("default").replace(**knobs), return_flags=True)
        want = [
            oracle.compare.compare("lt", False, a, b, *map(oracle.formats.get, formats), policies, policies) for a, b in zip(*(c[::7].tolist() for c in every))
        ]
        assert list(zip(got.truth[::7].tolist(), got.flags[::7].tolist())) == want
        count_cases(len(want))


def test_exponents_as_integers():
    """RQ-6.10, RQ-7.21."""
    for knobs, flags in (({"input_denormal": "used"}, [32, 0, 16]), ({"input_denormal": "flushed", "subnormals": "flush_inputs"}, [48, 0, 16])):
        dialect = rq.get_dialect("default").replace(**knobs)
        assert rq.arithmetic.log_b([0x01, 0x38, 0x00], "float8_e4m3fn", dialect=dialect, return_flags=True).flags.tolist() == flags


def test_scalars_shapes_and_foreign_byte_order():
    used = rq.get_dialect("default").replace(input_denormal="used")
    assert rq.arithmetic.add(1, 0x3C00, "float16", dialect=used, return_flags=True).flags == 33
    swapped = np.array([[1, 2], [0x3C00, 0]], ">u2")[:, ::-1]
    assert rq.arithmetic.add(swapped, 0, "float16", dialect=used, return_flags=True).flags.tolist() == [[32, 32], [0, 0]]
    assert rq.arithmetic.add(np.array(1, np.uint16), np.array(0, np.uint16), "float16", dialect=used, return_flags=True).flags == 32
    assert str(rq.Flags(33)) == "Flags.INEXACT|INPUT_DENORMAL"


def test_an_operand_that_receives_the_result():
    """The flag looked at the results."""
    used = rq.get_dialect("default").replace(input_denormal="used")
    a = np.array([1, 0x3C00, 0x0400], np.uint16)
    assert rq.arithmetic.sub(a, 0x03FF, "float16", dialect=used, out=a, return_flags=True).flags.tolist() == [32, 33, 32]
    a = np.array([1, 0x3C00, 0x0400], np.uint16)
    assert rq.arithmetic.mul(a, 0x4C00, "float16", dialect=used, out=a, return_flags=True).flags.tolist() == [32, 0, 0]
    a = np.array([1, 0x3C00, 0x0400], np.uint16)
    assert rq.convert(a, "float16", "bfloat16", dialect=used, out=a, return_flags=True).flags.tolist() == [32, 0, 0]


@pytest.mark.skipif(np.finfo(np.longdouble).nmant <= 52, reason="no extended precision here")
def test_extended_precision_has_no_subnormals_that_are_told():
    used = rq.get_dialect("default").replace(input_denormal="used")
    out = np.full(1, 0x55, np.uint8)
    with pytest.raises(PolicyError, match=r"^input_denormal: subnormals of extended precision are not told"):
        rq.encode(np.array([1], np.longdouble), "float8_e4m3fn", dialect=used, out=out, return_flags=True)
    assert out[0] == 0x55


def test_golden_vectors_have_a_class_for_it():
    """RQ-6.10: of operations that tell of subnormal operands."""
    used = rq.get_dialect("default").replace(input_denormal="used")
    made = rq.golden.generate("mul", "float8_e5m2", level=1, dialect=used)
    found = {c.name: c for c in made.coverage}["INPUT_DENORMAL"]
    assert found.count == int((made.columns["flags"] & DENORMAL != 0).sum()) > 0


def test_operands_are_looked_at_before_results_are_written_over_them():
    dialect = rq.get_dialect("default").replace(subnormals="flush_both", input_denormal="flushed")
    a, b = np.array([1, 2, 0x38, 0], np.uint8), np.array([0, 0x38, 3, 0], np.uint8)
    for call in (
        lambda x, **o: rq.arithmetic.add(x, b, "float8_e4m3fn", **o),
        lambda x, **o: rq.convert(x, "float8_e4m3fn", "float8_e5m2", **o),
        lambda x, **o: rq.arithmetic.compare(x, b, "float8_e4m3fn", **({**o, "out": o["out"].view(np.bool_)} if "out" in o else o)),
    ):
        over = a.copy()
        want, got = call(a, dialect=dialect, return_flags=True).flags, call(over, dialect=dialect, return_flags=True, out=over).flags
        assert np.array_equal(got, want) and (want & 32).any()
