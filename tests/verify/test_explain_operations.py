"""Every knob of operations, planted by the oracle: what is found gives the same results and flags, and what is ruled out has a witness that is true."""

import numpy as np
import pytest
from operationsplanted import by_oracle, rows_by_rule

import refquant as rq
from refquant.verify import explain
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
    yield "mul", ("int8", "int8"), "int8", {"overflow": "saturate", "nan": "to_zero"}, True
    yield "mul", ("float8_e4m3fn", "float8_e5m2"), "bfloat16", {"rounding": "toward_zero"}, False


ALL = list(plants())


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


@pytest.mark.parametrize("operation, formats, result, knobs, flagged", ALL, ids=str)
def test_what_the_oracle_does_is_found(operation, formats, result, knobs, flagged):
    found = check(operation, formats, result, knobs, flagged, 300)
    assert agrees(found, operation, formats, result, knobs, flagged)
