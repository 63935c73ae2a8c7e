"""Every choice of every knob, planted by the oracle: what is found gives the same results, and what is ruled out has a witness that is true."""

import numpy as np
import pytest
from plantedresults import by_oracle

import refquant as rq
from refquant.golden.cases import boundary_codes, random_codes
from refquant.verify import explain

MODES = [str(m) for m in rq.RoundingMode if not m.is_stochastic]
NANS = ["canonical", "keep_sign", "all_ones", "keep_payload", "quiet_payload", "to_zero", "zero_sign_inverted", "to_max", "to_min"]
OVERFLOWS = ["no_saturate", "saturate", "saturate_propagate", "saturate_above", "to_nan"]
TINY = [{"subnormals": s, "ftz": f} for s in ("flush_inputs", "flush_results", "flush_both") for f in ("x86", "arm")] + [{"signed_zero": "positive"}]
VIAS = ["tfloat32", "bfloat16", "float16", {"format": "float16", "rounding": "toward_zero"}, {"format": "tfloat32", "rounding": "to_odd"}]


def plants():
    """(source, target, knobs)"""
    for i, mode in enumerate(MODES):
        for overflow in OVERFLOWS:
            yield "float16", "float8_e5m2", {"rounding": mode, "overflow": overflow}
        yield "float32", ("float8_e4m3fn", "bfloat16")[i % 2], {"rounding": mode, "overflow": OVERFLOWS[i % 5]}
        yield "float32", ("float4_e2m1fn", "int8", "uint4")[i % 3], {"rounding": mode, "overflow": "saturate", "nan": "to_zero"}
        yield "float32", ("binary8p3sf", "binary8p4ue")[i % 2], {"rounding": mode, "overflow": "saturate"}
        yield "float32", "float8_e8m0fnu", {"rounding": mode, "parity": ("code", "significand")[i % 2], "overflow": "saturate"}
    for nan in NANS:
        yield "float16", "float8_e5m2", {"nan": nan}
        yield "float32", "float8_e4m3fn", {"nan": nan, "overflow": "saturate"}
    for tiny in TINY:
        yield "float32", "float8_e4m3fn", tiny
        yield "float32", "bfloat16", {**tiny, "rounding": "toward_positive"}
    for via in VIAS:
        yield "float32", "float8_e4m3fn", {"via": via}
    for knobs in (
        {"zero_input": "nan"},
        {"below_min": "nan"},
        {"negative": "absolute"},
        {"negative": "zero"},
        {"zero_input": "nan", "below_min": "nan", "negative": "nan"},
    ):
        yield "float32", "float8_e8m0fnu", knobs
    for knobs in ({"inf_to_int": "zero"}, {"inf_to_int": "min"}, {"overflow": "wrap", "inf_to_int": "max"}, {"nan": "to_min"}):
        yield "float32", "int8", {"nan": "to_zero", "overflow": "saturate", **knobs}
    for knobs in ({"negative": "zero"}, {"negative": "absolute"}, {"overflow": "wrap", "inf_to_int": "zero"}):
        yield "float32", "uint4", {"nan": "to_zero", "overflow": "saturate", **knobs}


ALL = list(plants())


def inputs(source, target, count):
    """Boundaries of the target, and random codes, of which some are ties."""
    edges = boundary_codes(source, target, quick=True)
    return np.unique(np.concatenate([edges[:: max(edges.size // count, 1)], random_codes(source, target, 5, count)]))


def check(source, target, knobs, count):
    x = inputs(source, target, count)
    results, dtype = by_oracle(x, source, target, **knobs)
    results = np.array(results, dtype)
    found = explain(x, results, target, source=source)
    assert found.explained, found.best
    assert np.array_equal(found.setting.results(x, source, target), results)
    given = dict(zip(x.tolist(), results.tolist()))
    for decision in found.decisions:
        for out in decision.ruled_out:
            w = out.witness
            assert given[int(w.input, 16)] == int(w.got, 16) != int(w.expected, 16)
    for question in found.questions:
        code = int(question.input, 16)
        assert code not in given
        right = by_oracle([code], source, target, **knobs)[0][0]
        assert right in [int(a.code, 16) for a in question.answers]
        for answer in question.answers:
            assert [int(s.results(np.array([code], x.dtype), source, target)[0]) for s in answer.settings] == [int(answer.code, 16)] * len(answer.settings)
    return found


@pytest.mark.parametrize("source, target, knobs", ALL[::10], ids=str)
def test_what_the_oracle_does_is_found(source, target, knobs):
    check(source, target, knobs, 300)


@pytest.mark.exhaustive
@pytest.mark.parametrize("source, target, knobs", ALL, ids=str)
def test_every_choice_that_the_oracle_makes_is_found(source, target, knobs):
    check(source, target, knobs, 1000)


def through(name, rounding):
    return {"format": name, "rounding": rounding, "nan": "keep_payload"}


FOUND = [
    ("float64", "float16", {"via": through("bfloat16", "away_from_zero"), "rounding": "ties_to_zero", "signed_zero": "positive"}),  # overflows on the way up
    ("int32", "float16", {"via": through("bfloat16", "toward_positive"), "rounding": "to_odd", "to_odd_overflow": "infinity"}),
    ("float32", "bfloat16", {"via": through("float16", "toward_zero"), "nan": "to_min", "subnormals": "flush_results", "ftz": "arm", "signed_zero": "positive"}),
    ("float32", "float8_e8m0fnu", {"nan": "to_max", "subnormals": "flush_inputs", "negative": "nan", "zero_input": "nan"}),  # what is tiny depends on NaN
    ("float32", "binary8p4ue", {"via": through("bfloat16", "toward_zero"), "rounding": "ties_to_away", "overflow": "saturate_above", "nan": "all_ones_keep_sign", "subnormals": "flush_both"}),
]  # fmt: skip


@pytest.mark.parametrize("source, target, knobs", FOUND, ids=lambda v: str(v)[:40])
def test_knobs_that_depend_on_each_other_are_found_too(source, target, knobs):
    check(source, target, knobs, 300)


@pytest.mark.parametrize("mode", ["away_from_zero", "ties_to_away"])
def test_an_input_on_the_way_is_asked_for_where_a_rounding_on_the_way_is_left_open(mode):
    """Boundaries of the target alone do not tell roundings to tfloat32 apart."""
    found = check("float32", "float4_e2m1fn", {"via": through("tfloat32", mode), "rounding": "toward_zero", "overflow": "saturate", "nan": "to_zero"}, 1000)
    planted = found.setting.and_with((("via", rq.Via("tfloat32", mode, nan="keep_payload")), ("rounding", "toward_zero"), ("overflow", "saturate")))
    fresh = random_codes("float32", "float4_e2m1fn", 9, 20_000)
    differs = not np.array_equal(*(s.results(fresh, "float32", "float4_e2m1fn") for s in (found.setting, planted)))
    assert differs <= bool(found.others)


def test_knobs_that_depend_on_each_other_are_found_from_ten_pairs():
    """Many ways of rounding fit ten pairs; those that give the same for all of them are tried together with the rest once."""
    x = np.uint32([0xB52C6EB2, 0xE9780001, 0x335B7C17, 0xC5865C5C, 0x08EC18CD, 0xDFDC457D, 0x440A2549, 0xA916B63A, 0x64603A42, 0xA5800001])
    knobs = {
        "via": through("float16", "toward_negative"), "rounding": "ties_to_away", "parity": "significand", "overflow": "saturate", "nan": "to_max",
        "subnormals": "flush_inputs", "negative": "zero", "zero_input": "nan", "below_min": "nan",
    }  # fmt: skip
    results = np.array(*by_oracle(x, "float32", "float8_e8m0fnu", **knobs))
    found = explain(x, results, "float8_e8m0fnu", source="float32")
    assert found.explained and np.array_equal(found.setting.results(x, "float32", "float8_e8m0fnu"), results)
