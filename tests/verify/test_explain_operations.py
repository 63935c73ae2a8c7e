"""Every knob of operations, planted by the oracle: what is found gives the same results and flags, and what is ruled out has a witness that is true."""

import json

import numpy as np
import pytest
from operationsplanted import by_oracle, fused_in_two, rows_by_rule

import refquant as rq
from refquant import errors
from refquant.verify import explain, explanation_record
from refquant.verify.explaining.operations.applied import rows_of

PAIR, TRIPLE = ("float16", "float16"), ("float16",) * 3
E5M2, E4M3 = ("float8_e5m2",) * 2, ("float8_e4m3fn",) * 2
KEPT = {"nan": "keep_payload"}


def plants():
    """(operation, formats, result, knobs, whether flags are given)"""
    for i, mode in enumerate(str(m) for m in rq.RoundingMode if not m.is_stochastic):
        yield ("add", "sub", "mul", "div")[i % 4], (PAIR, E5M2, E4M3)[i % 3], (PAIR, E5M2, E4M3)[i % 3][0], {"rounding": mode}, bool(i % 2)
    for overflow in ("no_saturate", "saturate", "saturate_propagate", "to_nan", "saturate_above"):
        yield "mul", E5M2, "float8_e5m2", {"overflow": overflow}, False
    for nan in ("canonical", "keep_sign", "all_ones", "keep_payload", "to_zero", "to_max"):
        yield "add", PAIR, "float16", {"nan": nan}, False
    for subnormals in ("flush_inputs", "flush_results", "flush_both"):
        for ftz in ("x86", "arm"):
            yield "mul", PAIR, "float16", {"subnormals": subnormals, "ftz": ftz}, True
    for order in ("first", "signaling_first", "made"):
        yield "mul", PAIR, "float16", {**KEPT, "nan_operand": order}, False
        yield "fma", TRIPLE, "float16", {**KEPT, "nan_operand": order, "fma_nan_order": "addend_first", "made_nan": "negative"}, False
    for rule in ("quiet", "invalid", "made"):
        yield "fma", TRIPLE, "float16", {**KEPT, "zero_times_inf": rule}, True
    for tininess in ("before", "after"):
        yield "mul", PAIR, "float16", {"tininess": tininess}, True
    for inf_flags in ("invalid", "overflow", "none"):
        yield "div", E4M3, "float8_e4m3fn", {"inf_flags": inf_flags}, True
    for via in ("float32", "bfloat16"):
        yield "add", ("float32", "float32"), "float8_e5m2", {"via": via}, False
    yield "sub", PAIR, "float16", {"made_nan": "negative", **KEPT}, True
    yield "div", PAIR, "float16", {"division_by_zero": "nan"}, False
    yield "rsqrt", ("float16",), "float16", {"division_by_zero": "nan", "rounding": "toward_negative"}, True
    yield "sqrt", ("bfloat16",), "float16", {"rounding": "to_odd"}, False
    yield "add", PAIR, "float16", {"signed_zero": "positive"}, False
    yield "add", E5M2, "float8_e5m2", {"flags": "none"}, True
    yield "next_up", ("float8_e4m3fn",), "float8_e4m3fn", {"next_past_end": "nan"}, False
    yield "total_order", E5M2, "uint1", {"nan_rank": "first"}, False
    yield "round_to_integral", ("float8_e3m4",), "float8_e3m4", {"rounding": "ties_to_away", "overflow": "saturate"}, True
    yield "minimum_number", PAIR, "float16", {**KEPT, "nan_operand": "signaling_first"}, True
    yield "add", ("int8", "int8"), "int8", {"overflow": "wrap", "nan": "to_zero"}, False
    yield "minimum", ("bfloat16", "bfloat16"), "int8", {"nan": "to_zero", "overflow": "saturate", "subnormals": "flush_both"}, True
    yield "mul", ("float8_e4m3fn", "float8_e5m2"), "bfloat16", {"rounding": "toward_zero"}, False


ALL = list(plants())
CHOSEN = [plant for i, plant in enumerate(ALL) if i % 6 == 1 or plant[0] in ("minimum_number", "minimum", "next_up", "total_order")]


def explained(operation, columns, formats, result, codes, flags=None):
    target = None if result == "uint1" else result
    return explain(columns, codes, target, source=formats, op=operation, flags=flags)


def check(operation, formats, result, knobs, flagged, drawn):
    columns = rows_by_rule(formats, drawn)
    codes, flags = by_oracle(operation, columns, formats, result, **knobs)
    found = explained(operation, columns, formats, result, codes, flags if flagged else None)
    assert found.explained, found.best
    check_witnesses(found, operation, columns, formats, result, codes, flags if flagged else None, knobs)
    return found


def check_witnesses(found, operation, columns, formats, result, codes, flags, knobs):
    """Each is a row that was given, and the oracle gives something else for it under the choice that it rules out."""
    given = dict(zip(zip(*(c.tolist() for c in columns)), codes.tolist()))
    for decision in found.decisions:
        for out in decision.ruled_out:
            row = tuple(int(text, 16) for text in out.witness.input.split(", "))
            assert given[row] == int(out.witness.got.split()[0], 16) and out.witness.got != out.witness.expected
            if out.choice.startswith(f"{decision.knob}=") and "as the format" not in out.choice:
                other = {knob: found.setting[knob] for knob, _ in found.setting.knobs if knob != "product"}
                other[decision.knob] = out.choice.partition("=")[2]
                right, raised = by_oracle(operation, [np.array([c]) for c in row], formats, result, **other)
                assert right[0] == int(out.witness.expected.split()[0], 16)
                assert (
                    flags is None or str(rq.Flags(int(raised[0]))).removeprefix("Flags.").replace("NONE", "no flags") == out.witness.expected.partition(" ")[2]
                )


def agrees(found, operation, formats, result, knobs, flagged):
    """Whether what was planted, and what was found, give the same for rows that were not given; else another setting must have been said to fit."""
    columns = rows_by_rule(formats, 500, seed=7)
    codes, flags = by_oracle(operation, columns, formats, result, **knobs)
    made = found.setting.results(rows_of(columns, found.source), found.source, result)
    same = np.array_equal(made["code"], codes) and np.array_equal(made["flags"], flags) if flagged else np.array_equal(made, codes)
    return same or bool(found.others)


@pytest.mark.parametrize("operation, formats, result, knobs, flagged", CHOSEN, ids=str)
def test_what_the_oracle_does_is_found(operation, formats, result, knobs, flagged):
    found = check(operation, formats, result, knobs, flagged, 200)
    assert agrees(found, operation, formats, result, knobs, flagged)


@pytest.mark.exhaustive
@pytest.mark.parametrize("operation, formats, result, knobs, flagged", ALL, ids=str)
def test_every_choice_that_the_oracle_makes_is_found(operation, formats, result, knobs, flagged):
    found = check(operation, formats, result, knobs, flagged, 600)
    assert agrees(found, operation, formats, result, knobs, flagged)


FUSED = rows_by_rule(TRIPLE, 1500, seed=3)


def product_of(found):
    product = found.setting["product"]
    return product if product is None else str(product)


def test_a_product_that_is_rounded_first_is_named():
    codes, flags = fused_in_two(FUSED, TRIPLE, "float16")
    found = explained("fma", FUSED, TRIPLE, "float16", codes, flags)
    assert product_of(found) == "float16" and found.setting.code.endswith("# but the product is rounded to float16 first")
    decision = next(d for d in found.decisions if d.knob == "product")
    out = next(r for r in decision.ruled_out if r.choice == "the product is not rounded")
    row = [np.array([int(text, 16)]) for text in out.witness.input.split(", ")]
    assert by_oracle("fma", row, TRIPLE, "float16")[0][0] == int(out.witness.expected.split()[0], 16) != int(out.witness.got.split()[0], 16)


def test_a_fused_product_is_not_called_rounded():
    codes, flags = by_oracle("fma", FUSED, TRIPLE, "float16")
    found = explained("fma", FUSED, TRIPLE, "float16", codes, flags)
    assert product_of(found) is None and found.setting["via"] is None
    out = {r.choice: r for d in found.decisions for r in d.ruled_out}["the product is rounded to float16 first"]
    row = [np.array([int(text, 16)]) for text in out.witness.input.split(", ")]
    code, raised = fused_in_two(row, TRIPLE, "float16")
    assert (int(code[0]), str(rq.Flags(int(raised[0])))[6:].replace("NONE", "no flags")) == (int(out.witness.expected[:6], 16), out.witness.expected[7:])


@pytest.mark.parametrize("middle", ["bfloat16", "float32"])
def test_a_product_of_another_format_than_the_sum_is_named(middle):
    """Products of bfloat16 are exact in float32."""
    formats, rng = ("bfloat16", "bfloat16", "float32"), np.random.default_rng(5)
    wide = [(rng.normal(size=500) * 2.0 ** rng.integers(-6, 6, 500)).astype(np.float32).view(np.uint32) for _ in formats]
    columns = (*((c >> 16).astype(np.uint16) for c in wide[:2]), wide[2])
    codes, _ = fused_in_two(columns, formats, "float32", middle)
    found = explained("fma", columns, formats, "float32", codes)
    assert product_of(found) == (None if middle == "float32" else "bfloat16")


def test_an_fma_in_float32_that_is_rounded_again_is_named():
    """(1 + 2**-5) * (1 + 2**-6) is a tie of float16, of which float32 forgets that something small was added."""
    a, b = np.uint16([0x3C20, 0x3C20, 0x3C20]), np.uint16([0x3C10, 0x3C10, 0x3C10])
    c = np.uint16([0x0001, 0x8001, 0x0000])
    columns = tuple(np.concatenate(pair) for pair in zip(FUSED, (a, b, c)))
    codes, _ = by_oracle("fma", columns, TRIPLE, "float16", via={"format": "float32", "nan": "keep_payload"})
    assert (codes != by_oracle("fma", columns, TRIPLE, "float16")[0]).any()
    found = explained("fma", columns, TRIPLE, "float16", codes)
    assert found.setting["via"].name == "float32" and product_of(found) is None


def test_a_format_on_the_way_that_overflows_where_an_operand_is_subnormal_is_found():
    """float16 has no number as large as the other operand, so the result is Inf: neither in range nor tiny there."""
    formats, columns = ("bfloat16",) * 2, rows_by_rule(("bfloat16",) * 2, 50, seed=0)
    codes, flags = by_oracle("add", columns, formats, "bfloat16", signed_zero="positive", via={"format": "float16", "nan": "keep_payload"})
    found = explained("add", columns, formats, "bfloat16", codes, flags)
    assert found.explained and found.setting["via"].name == "float16" and str(found.setting["signed_zero"]) == "positive"


def test_one_wrong_result_is_shown_as_such():
    codes, flags = by_oracle("add", FUSED[:2], PAIR, "float16")
    where = int(np.argmax(FUSED[0] == 0x3C00))
    codes[where] ^= 1
    found = explained("add", FUSED[:2], PAIR, "float16", codes, flags)
    assert not found.explained and not found.chance
    best = found.best[0]
    same = (FUSED[0] == FUSED[0][where]) & (FUSED[1] == FUSED[1][where])
    assert best.failed == 1 or same.sum() > 1
    (run,) = best.runs
    assert run.first.input == f"0x{FUSED[0][where]:04x}, 0x{FUSED[1][where]:04x}" and int(run.first.expected.split()[0], 16) == codes[where] ^ 1


def test_one_wrong_flag_is_shown_as_such():
    codes, flags = by_oracle("mul", FUSED[:2], PAIR, "float16")
    where = int(np.flatnonzero(flags == rq.Flags.INEXACT)[7])
    flags[where] = 0
    found = explained("mul", FUSED[:2], PAIR, "float16", codes, flags)
    (run,) = found.best[0].runs
    assert not found.explained and run.first.got.endswith("no flags") and run.first.expected.endswith("INEXACT")
    assert explained("mul", FUSED[:2], PAIR, "float16", codes).explained


def test_garbage_is_not_explained():
    codes = np.random.default_rng(2).integers(0, 1 << 16, FUSED[0].size).astype(np.uint16)
    found = explained("add", FUSED[:2], PAIR, "float16", codes)
    assert (
        not found.explained and found.best[0].failed > 0.9 * codes.size and {a.situation for a in found.alone} >= {"normal range", "NaN", "invalid operation"}
    )


def test_results_that_contradict_each_other_are_shown():
    a, b = np.uint16([0x3C00] * 3), np.uint16([0x3C00] * 3)
    found = explain((a, b), np.uint16([0x4000, 0x4000, 0x4001]), "float16", source="float16", op="add")
    assert not found.explained and found.contradictory == 1
    assert found.contradictions[0].input_value == "1, 1" and [count for *_, count in found.contradictions[0].results] == [2, 1]


def test_stochastic_operations_are_explained_by_known_bits_and_by_likelihood():
    rng = np.random.default_rng(4)
    columns = tuple(rng.normal(size=3000).astype(np.float16).view(np.uint16) for _ in range(2))
    philox = rq.Philox(3, 4)
    codes = rq.arithmetic.add(*columns, "float16", result="float8_e4m3fn", rounding="stochastic_a", random=philox)
    known = explain(columns, codes, "float8_e4m3fn", source="float16", op="add", random=philox)
    assert str(known.setting["rounding"]) == "stochastic_a"
    found = explain(columns, codes, "float8_e4m3fn", source="float16", op="add")
    assert found.chance.decisive and str(found.setting["rounding"]) == "stochastic_a" and found.setting.random_bits == 4


def test_arrays_of_floats_and_predicates_are_taken():
    a, b = np.float16([1.0, 2.0, np.nan, -0.0]), np.float16([1.5, 1.0, 1.0, 0.0])
    assert explain((a, b), a + b, "float16", op="add").explained
    found = explain((a, b), np.uint8(a < b), op="compare_quiet_lt")
    assert found.explained and found.target == "uint1"
    assert not explain((a, b), np.uint8(a > b), op="compare_quiet_lt").explained


def test_the_record_says_what_was_explained():
    record = explanation_record(explain((np.uint16([1]), np.uint16([2])), np.uint16([3]), "float16", source="float16", op="add", flags=[0]))
    assert (record["operation"], record["source"], record["flags"], record["target"]) == ("add", ["float16", "float16"], True, "float16")
    assert json.loads(json.dumps(record)) == record
    short = tuple(c[-400:] for c in FUSED)
    codes, _ = fused_in_two(short, TRIPLE, "float16")
    assert explanation_record(explained("fma", short, TRIPLE, "float16", codes))["setting"]["knobs"]["product"] == "float16"


ONE = np.uint16([0x3C00])


@pytest.mark.parametrize(
    "x, options, error, says",
    [
        ((ONE, ONE), {"op": "plus"}, errors.UnknownNameError, "operation: expected one of .*; got 'plus'"),
        ((ONE, ONE), {"op": "encode"}, errors.InputValueError, "op: encode is a conversion; leave op out"),
        ((ONE,), {"op": "add"}, errors.InputTypeError, "x: expected a tuple of 2 arrays, the operands of add; got 1"),
        (ONE, {"op": "add"}, errors.InputTypeError, "x: expected a tuple of 2 arrays, the operands of add; got ndarray"),
        ((ONE, np.uint16([1, 2])), {"op": "add"}, errors.InputValueError, r"x\[1\]: expected the shape of x\[0\] \(1,\), got \(2,\)"),
        ((ONE, np.uint32([1 << 16])), {"op": "add"}, errors.CodeRangeError, "float16"),
        ((ONE, np.array(["a"])), {"op": "add"}, errors.InputTypeError, r"x\[1\]: expected real numbers"),
        ((ONE, ONE), {"op": "add", "source": ("float16",)}, errors.InputValueError, "source: expected one format, or a tuple of one for each of 2 operands"),
        ((ONE, ONE), {"op": "add", "flags": [64]}, errors.InputValueError, "flags: 64 at 0 is no combination of refquant.Flags"),
        ((ONE, ONE), {"op": "add", "flags": [0.5]}, errors.InputTypeError, "flags: expected integers"),
        ((ONE, ONE), {"op": "add", "flags": [0, 0]}, errors.InputValueError, r"flags: expected the shape of results \(1,\), got \(2,\)"),
        ((ONE[:0], ONE[:0]), {"op": "add"}, errors.InputValueError, "x: expected at least one row of operands, got none|results"),
        (ONE, {"flags": [0]}, errors.InputTypeError, "flags: are explained for operations alone"),
        ((ONE, ONE), {"op": "compare_quiet_lt"}, errors.InputValueError, "target: the results of compare_quiet_lt are codes of uint1, not of float16"),
    ],
)  # fmt: skip
def test_it_is_refused(x, options, error, says):
    with pytest.raises(error, match=says) as raised:
        explain(x, ONE, "float16", **{"source": "float16", **options})
    assert "\n" not in str(raised.value)
