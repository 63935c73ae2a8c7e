"""Sums, products, quotients, roots and fused products equal the oracle's, flags included."""

import itertools

import arithmeticoracle
import numpy as np
import oracle
import pytest
from integerrows import IntegerRows
from rowchecks import BYTES, DETERMINISTIC, NARROW, boundary, check

import refquant as rq
from refquant.operations import OPERATIONS

get = oracle.formats.get
OPERANDS = {"add": 2, "sub": 2, "mul": 2, "div": 2, "sqrt": 1, "fma": 3}


@pytest.mark.parametrize("name", NARROW)
@pytest.mark.parametrize("operation", ["add", "sub", "mul", "div", "sqrt"])
def test_every_pair_of_a_narrow_format_in_every_mode(operation, name, count_cases):
    """RQ-7.6 to RQ-7.12."""
    formats = (name,) * OPERANDS[operation]
    rows = IntegerRows(operation, arithmeticoracle.every_row(formats), formats, name)
    knobs = [{"rounding": mode, "overflow": overflow} for mode in DETERMINISTIC for overflow in ("no_saturate", "saturate")]
    count_cases(sum(check(operation, rows, k) for k in knobs))


@pytest.mark.parametrize("name", ["float4_e2m1fn", "binary4p2se", "int3"])
def test_every_triple_of_a_narrow_format_in_every_mode(name, count_cases):
    """RQ-7.8: the product of fma is not rounded."""
    rows = IntegerRows("fma", arithmeticoracle.every_row((name,) * 3), (name,) * 3, name)
    count_cases(sum(check("fma", rows, {"rounding": mode}) for mode in DETERMINISTIC))


@pytest.mark.parametrize(("operation", "name"), list(zip(["add", "mul", "div", "add", "sub"], BYTES, strict=True)))
def test_every_pair_of_a_byte(operation, name, count_cases):
    """RQ-7.6 to RQ-7.12, ties to even, and one more mode per format and operation; the env exhaustive has all of them."""
    rows = IntegerRows(operation, arithmeticoracle.every_row((name,) * 2), (name,) * 2, name)
    other = DETERMINISTIC[(BYTES.index(name) * 3 + len(operation)) % len(DETERMINISTIC)]
    count_cases(sum(check(operation, rows, {"rounding": mode}) for mode in ("ties_to_even", other)))


MIXED = (
    ("add", ("float8_e4m3fn", "float8_e5m2"), "float32"), ("mul", ("float8_e4m3fn", "float8_e5m2"), "float32"), ("mul", ("float6_e3m2fn", "float8_e4m3"), "bfloat16"),
    ("add", ("float8_e5m2", "int8"), "float8_e5m2"), ("div", ("int8", "float6_e2m3fn"), "int8"), ("sqrt", ("float16",), "float8_e4m3fn"), ("sqrt", ("bfloat16",), "float32"),
    ("div", ("float8_e4m3fn", "float8_e4m3fn"), "float16"), ("sub", ("uint8", "uint8"), "int9"), ("mul", ("int8", "int8"), "int16"),
)  # fmt: skip


@pytest.mark.parametrize(("operation", "formats", "result"), MIXED)
def test_mixed_formats_are_rounded_once(operation, formats, result, count_cases):
    """RQ-7.6: every eleventh row, each by exact fractions."""
    rows = arithmeticoracle.Rows(operation, [c[::11] for c in arithmeticoracle.every_row(formats)], formats, result)
    count_cases(check(operation, rows, {}) + check(operation, rows, {"rounding": "toward_negative", "subnormals": "flush_both"}))


POLICIES = (
    {"subnormals": "flush_inputs"}, {"subnormals": "flush_results", "ftz": "arm"}, {"subnormals": "flush_both"}, {"tininess": "before"}, {"nan": "keep_payload"},
    {"nan": "all_ones"}, {"inf_flags": "none"}, {"flags": "none"}, {"overflow": "saturate_propagate"}, {"overflow": "to_nan"}, {"signed_zero": "positive"},
)  # fmt: skip


@pytest.mark.parametrize("knobs", POLICIES, ids=str)
@pytest.mark.parametrize("operation", ["add", "div", "sqrt"])
def test_every_policy(operation, knobs, count_cases):
    """RQ-7.6, RQ-7.7, RQ-7.11, RQ-7.12: every twenty-ninth pair of float8_e5m2."""
    formats = ("float8_e5m2",) * OPERANDS[operation]
    columns = [c[:: 29 if len(formats) > 1 else 1] for c in arithmeticoracle.every_row(formats)]
    count_cases(check(operation, arithmeticoracle.Rows(operation, columns, formats, "float8_e5m2"), knobs))


@pytest.mark.parametrize("mode", ["stochastic_a", "stochastic_b", "stochastic_c"])
@pytest.mark.parametrize(("operation", "name"), [("mul", "float6_e3m2fn"), ("div", "float6_e2m3fn"), ("sqrt", "float8_e5m2"), ("add", "float8_e4m3fn")])
def test_stochastic_rounding_of_exact_results(operation, name, mode, count_cases):
    """RQ-9: quotients and roots have digits without end; 32 random bits look at 33 of those that are discarded."""
    formats = (name,) * OPERANDS[operation]
    columns = [c[::5] for c in arithmeticoracle.every_row(formats)]
    rows = arithmeticoracle.Rows(operation, columns, formats, name)
    draws = [(0, 1), (1, 1), (5, 4), (2**31 - 1, 32), (2**32 - 2, 32)]
    count_cases(sum(check(operation, rows, {"rounding": mode}, random) for random in draws))


@pytest.mark.parametrize(("result", "bits"), [("float32", 32), ("float64", 6), ("int16", 32)])
@pytest.mark.parametrize("operation", ["add", "sub", "mul", "div", "sqrt", "recip", "rsqrt"])
def test_the_last_random_bit_decides(operation, result, bits, count_cases):
    """RQ-9: random bits just below, at and above the discarded fraction of each result, where a digit that is lost turns the decision."""
    count, rng = len(OPERATIONS[operation].operands), np.random.default_rng(bits)
    policies, half, target = oracle.policies.Policies(rounding="stochastic_a"), oracle.formats.get("float16"), oracle.formats.get(result)
    rows, random = [], []
    for codes in rng.integers(1, 0x7C00, (60, count)).tolist():
        x = oracle.arithmetic.exact(operation, [oracle.codec.decode(c, half) for c in codes], False, (target,)).datum.value
        quantum = oracle.bits.floor_log2(x) - target.precision + 1 if result != "int16" and x else 0
        step = int((1 - (x * oracle.bits.power(-quantum)) % 1) * 2**bits)
        rows += [codes] * 3
        random += [min(max(step + i, 0), 2**bits - 1) for i in (-1, 0, 1)]
    columns = [np.array(c, np.uint16) for c in zip(*rows, strict=True)]
    drawn = rq.RandomBits(np.array(random, np.uint32), bits)
    got = getattr(rq.arithmetic, operation)(*columns, "float16", result=result, rounding="stochastic_a", random=drawn)
    want = [oracle.arithmetic.arithmetic(operation, tuple(c), (half,) * count, target, policies, (r, bits)).code for c, r in zip(rows, random)]
    assert got.tolist() == want
    count_cases(len(want))


@pytest.mark.parametrize("operation", ["add", "div", "rsqrt"])
def test_random_bits_past_the_digits_that_are_computed_are_refused(operation):
    """A quotient into float64 under 32 random bits looked at digits that were not there."""
    operands = (0x3C00, 0x4200)[: len(OPERATIONS[operation].operands)]
    with pytest.raises(rq.errors.InputValueError, match=f"random: {operation} into float64 with 7 random bits looks at 62 digits .* use 6 bits at most"):
        getattr(rq.arithmetic, operation)(*operands, "float16", result="float64", rounding="stochastic_b", random=rq.Philox(1, 7))


@pytest.mark.parametrize("name", ["float16", "bfloat16", "tfloat32", "float32"])
@pytest.mark.parametrize("operation", ["add", "sub", "mul", "div", "sqrt", "fma"])
def test_boundaries_of_wide_formats(operation, name, count_cases):
    """RQ-7.8: crossed with each other, operands that cancel among them."""
    edge = boundary(name)
    some = edge if OPERANDS[operation] < 3 else edge[::4]
    near = [np.array(c) for c in zip(*itertools.product(some, repeat=OPERANDS[operation]), strict=True)]
    if OPERANDS[operation] == 2:
        near[1] = np.concatenate([near[1], near[0] ^ (1 << (rq.get_format(name).width - 1)), near[0] ^ 1])
        near[0] = np.concatenate([near[0], near[0], near[0]])
    formats = (name,) * OPERANDS[operation]
    rows = arithmeticoracle.Rows(operation, near, formats, name)
    count_cases(sum(check(operation, rows, {"rounding": mode}) for mode in ("ties_to_even", "toward_negative", "to_odd", "ties_to_away")))


@pytest.mark.parametrize("mode", ["stochastic_a", "stochastic_b", "stochastic_c"])
@pytest.mark.parametrize("operation", ["div", "sqrt", "add", "mul", "fma"])
def test_the_least_random_bits_that_step_up(operation, mode, count_cases):
    """RQ-9.4: with 32 random bits a float32 result looks at 57 digits, and at whether any follows them; R* steps up and R* - 1 does not."""
    single = get("float32")
    rng = np.random.default_rng(3)
    columns = [(0x3F000000 + rng.integers(0, 0x01800000, 600)).astype(np.uint32) for _ in range(OPERANDS[operation])]
    exact = [oracle.arithmetic.exact(operation, [oracle.codec.decode(int(c), single) for c in codes], False, (single,)).datum.value for codes in zip(*columns)]
    quanta = [oracle.bits.power(oracle.bits.floor_log2(x) - 23) for x in exact]
    least = np.array([oracle.stochastic.threshold(x / q - x // q, 32, mode) for x, q in zip(exact, quanta)], np.uint64)
    inexact = np.array([bool(x % q) for x, q in zip(exact, quanta)]) & (least < 2**32) & (least > 0)
    columns, least = [c[inexact] for c in columns], least[inexact].astype(np.uint32)
    below, at = (
        getattr(rq.arithmetic, operation)(*columns, "float32", rounding=mode, random=rq.RandomBits(bits, 32)) for bits in (least - np.uint32(1), least)
    )
    truncated = getattr(rq.arithmetic, operation)(*columns, "float32", rounding="toward_zero")
    count_cases(2 * least.size)
    assert (below == truncated).all() and (at == truncated + 1).all()
