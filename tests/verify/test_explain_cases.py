"""Known behaviours are named from results alone, and their twins are not called so."""

import ml_dtypes
import numpy as np
import pytest
from measuredresults import ONNXRUNTIME_E4M3FN, ONNXRUNTIME_E5M2, TORCH_E4M3FN, pairs_of
from plantedresults import by_oracle

import refquant as rq
from refquant.golden.cases import boundary_codes, case_sets
from refquant.verify import explain
from refquant.verify.explaining.probes import probe_codes

DEFAULT = rq.get_dialect("default")


def via_of(found):
    via = found.setting["via"]
    return None if via is None else via.name


def choices(found, *names):
    return tuple(None if found.setting[n] is None else str(found.setting[n]) for n in names)


def every_case(source, target):
    return np.unique(np.concatenate([probe_codes(source, target), *(s.codes for s in case_sets(source, target, random=20_000))]))


def cast(codes, dtype):
    with np.errstate(all="ignore"):
        return codes.view(np.float64).astype(dtype).view(np.uint8)


def test_float64_of_ml_dtypes_goes_through_float32():
    codes = every_case("float64", "float8_e4m3fn")
    found = explain(codes, cast(codes, ml_dtypes.float8_e4m3fn), "float8_e4m3fn", source="float64")
    assert (via_of(found), *choices(found, "rounding", "overflow", "nan")) == ("float32", "ties_to_even", "no_saturate", "keep_sign")
    assert found.dialects == ("ml_dtypes-0.6",)
    assert not found.others
    (via,) = (d for d in found.decisions if d.knob == "via")
    straight = next(r for r in via.ruled_out if r.choice == "straight")
    assert straight.witness.input_value == "0x1.0000000000001p-10" and (straight.witness.got, straight.witness.expected) == ("0x00", "0x01")


def test_a_float64_cast_that_rounds_once_is_straight():
    codes = every_case("float64", "float8_e4m3fn")[::5]
    results, dtype = by_oracle(codes[::40], "float64", "float8_e4m3fn", nan="keep_sign")
    whole = rq.convert(codes, "float64", "float8_e4m3fn", dialect=DEFAULT.replace(nan="keep_sign"))
    assert np.array_equal(whole[::40], np.array(results, dtype))
    found = explain(codes, whole, "float8_e4m3fn", source="float64")
    assert via_of(found) is None and "ml_dtypes-0.6" not in found.dialects


def test_torch_saturates_and_takes_inf_to_max():
    x, results = pairs_of(TORCH_E4M3FN)
    found = explain(x, results, "float8_e4m3fn", source="float32")
    assert choices(found, "rounding", "overflow", "nan") == ("ties_to_even", "saturate", "keep_sign") and via_of(found) is None
    assert "torch-2.13" in found.dialects
    overflow = next(d for d in found.decisions if d.knob == "overflow")
    assert {"overflow=no_saturate", "overflow=to_nan"} <= {r.choice for r in overflow.ruled_out}


def test_a_cast_that_saturates_and_keeps_inf_is_not_called_saturating():
    x, results = pairs_of(TORCH_E4M3FN)
    infinite = (x & 0x7FFFFFFF) == 0x7F800000
    twin = np.where(infinite, np.where(x >> 31, 0xFF, 0x7F), results).astype(np.uint8)  # Inf -> NaN, finite -> max: no policy does so
    found = explain(x, twin, "float8_e4m3fn", source="float32")
    assert not found.explained and "torch-2.13" not in found.dialects
    assert found.best[0].wrong == {"Inf": 2}


@pytest.mark.parametrize(
    "table, target, ends, got, right",
    [
        (ONNXRUNTIME_E4M3FN, "float8_e4m3fn", ("480", "0x1.effffep+8"), "448", "nan"),
        (ONNXRUNTIME_E5M2, "float8_e5m2", ("61440", "0x1.fffffep+15"), "nan", "inf"),
    ],
)  # fmt: skip
def test_deviations_of_onnxruntime_are_named_as_intervals(table, target, ends, got, right):
    x, results = pairs_of(table)
    found = explain(x, results, target, source="float32")
    assert not found.explained
    best = found.best[0]
    assert choices_of(best.setting) == ("ties_to_even", "no_saturate") and best.failed == sum(run.pairs for run in best.runs) == best.wrong["overflow"]
    assert sorted((r.first.input_value, r.last.input_value, r.first.got_value, r.first.expected_value) for r in best.runs) == sorted(
        [(*ends, got, right), (*(f"-{end}" for end in ends), f"-{got}", f"-{right}")]
    )
    assert {a.situation: a.failed for a in found.alone}["normal range"] == 0


def choices_of(setting):
    return str(setting["rounding"]), str(setting["overflow"])


@pytest.mark.parametrize("table, target", [(ONNXRUNTIME_E4M3FN, "float8_e4m3fn"), (ONNXRUNTIME_E5M2, "float8_e5m2")])
def test_results_without_those_deviations_are_explained(table, target):
    x, results = pairs_of(table)
    best = explain(x, results, target, source="float32").best[0].setting
    assert explain(x, np.array(by_oracle(x, "float32", target, nan=str(best["nan"]))[0], np.uint8), target, source="float32").explained


@pytest.mark.parametrize("ftz", ["x86", "arm"])
def test_a_device_that_flushes_is_told_apart(ftz):
    x = boundary_codes("float32", "float16", quick=True)[::5]
    least = np.arange(0x38800000 - 64, 0x38800064, dtype=np.uint32)  # about 2**-14
    x = np.unique(np.concatenate([x, least]))
    results, dtype = by_oracle(x, "float32", "float16", subnormals="flush_results", ftz=ftz)
    found = explain(x, np.array(results, dtype), "float16", source="float32")
    assert choices(found, "subnormals", "ftz") == ("flush_results", ftz)
    decided = next(d for d in found.decisions if d.knob == "ftz")
    assert len(decided.ruled_out) == 1 and not decided.same and not decided.undecided


def test_a_device_that_keeps_subnormals_is_not_called_flushing():
    x = boundary_codes("float32", "float16", quick=True)[::5]
    results, dtype = by_oracle(x, "float32", "float16")
    found = explain(x, np.array(results, dtype), "float16", source="float32")
    assert choices(found, "subnormals") == ("keep",)
    assert not any(c.startswith("subnormals=flush_results") for d in found.decisions for c in (*d.same, *d.undecided))


NANS = np.uint32([0x7F800001, 0x7FC08000, 0x7FC18000, 0x7F80FFFF, 0x7FC00000, 0x7FFFFFFF, 0xFF800001, 0xFFC12345])
NUMBERS = np.uint32([0x3F800000, 0x3F808000, 0x3F818000, 0x3F80FFFF, 0x7F7FFFFF, 0xBF808001, 0x00000001, 0x80000001, 0x7F800000, 0xFF800000, 0, 0x80000000])


def test_truncation_of_the_bits_is_named_with_what_it_does_to_nan():
    x = np.concatenate([NUMBERS, NANS])
    found = explain(x, (x >> 16).astype(np.uint16), "bfloat16", source="float32")
    assert choices(found, "rounding", "nan") == ("toward_zero", "like_numbers")
    assert "rounded bit by bit, and some become Inf" in next(d.choice for d in found.decisions if d.knob == "nan")
    assert found.setting.code.endswith("# but NaNs are rounded like numbers, bit by bit")


def test_adding_half_of_the_last_place_to_the_bits_is_named_too():
    x = np.concatenate([NUMBERS, NANS])
    results = ((x.astype(np.uint64) + 0x7FFF + (x >> 16 & 1)) >> 16).astype(np.uint16)  # 0x7fffffff becomes -0
    assert results[x == 0x7FFFFFFF] == 0x8000
    found = explain(x, results, "bfloat16", source="float32")
    assert choices(found, "rounding", "nan") == ("ties_to_even", "like_numbers")


def test_truncation_that_keeps_nan_a_nan_is_truncation_alone():
    x = np.concatenate([NUMBERS, NANS])
    results, dtype = by_oracle(x, "float32", "bfloat16", rounding="toward_zero")
    found = explain(x, np.array(results, dtype), "bfloat16", source="float32")
    assert choices(found, "rounding", "nan") == ("toward_zero", "canonical")


def test_ties_away_is_told_from_ties_to_even():
    x = np.float32([1.0625, 1.1875, 1.3125, -1.0625, 1.06, 1.07, 2**-10])
    for mode in ("ties_to_away", "ties_to_even"):
        results, dtype = by_oracle(x.view(np.uint32), "float32", "float8_e4m3fn", rounding=mode)
        found = explain(x, np.array(results, dtype), "float8_e4m3fn")
        assert choices(found, "rounding") == (mode,)
        assert {"rounding=ties_to_even", "rounding=ties_to_away"} - {f"rounding={mode}"} <= {r.choice for d in found.decisions for r in d.ruled_out}


def stochastic(mode, bits, count=8_000):
    x = np.random.default_rng(3).normal(size=count).astype(np.float32)
    x[::2] = np.round(x[::2] * 128) / 128  # where b and c differ
    return x, rq.encode(x, "float8_e4m3fn", rounding=mode, random=rq.Philox(11, bits))


@pytest.mark.parametrize("mode", ["stochastic_a", "stochastic_b", "stochastic_c"])
def test_stochastic_rounding_with_unknown_bits_is_named_with_its_bits(mode):
    x, results = stochastic(mode, 3)
    found = explain(x, results, "float8_e4m3fn")
    assert choices(found, "rounding") == (mode,) and found.setting.random_bits == 3
    assert found.chance.decisive and found.chance.inputs > 5_000
    assert all(0 < less <= 3 for _, less in found.chance.beside)


def test_stochastic_rounding_with_known_bits_is_exact():
    x, results = stochastic("stochastic_a", 4)
    found = explain(x, results, "float8_e4m3fn", random=rq.Philox(11, 4))
    assert choices(found, "rounding") == ("stochastic_a",) and found.chance is None
    rounding = next(d for d in found.decisions if d.knob == "rounding")
    assert {r.choice for r in rounding.ruled_out} == {"rounding=stochastic_b with 4 bits", "rounding=stochastic_c with 4 bits"}
    for out in rounding.ruled_out:
        i = np.flatnonzero(x.view(np.uint32) == int(out.witness.input, 16))
        mode = out.choice.split("=")[1].split()[0]
        words = rq.RandomBits(np.array([_word(int(k)) for k in i], np.uint32), 4)
        assert int(out.witness.expected, 16) in rq.encode(x[i], "float8_e4m3fn", rounding=mode, random=words).tolist()


def _word(index):
    from refquant.reference.stochastic import philox_words

    return int(philox_words(11, index, 1)[0]) >> 28


def test_the_wrong_known_bits_explain_nothing():
    x, results = stochastic("stochastic_a", 4)
    assert not explain(x, results, "float8_e4m3fn", random=rq.Philox(12, 4)).explained


def test_a_deterministic_rounding_beside_known_bits_is_found():
    x, _ = stochastic("stochastic_a", 4, 300)
    assert choices(explain(x, rq.encode(x, "float8_e4m3fn"), "float8_e4m3fn", random=rq.Philox(11, 4)), "rounding") == ("ties_to_even",)


@pytest.mark.parametrize("mode", ["ties_to_even", "toward_positive", "to_odd", "toward_zero"])
def test_one_wrong_result_of_a_deterministic_rounding_is_not_called_stochastic(mode):
    x = np.random.default_rng(4).normal(size=5000).astype(np.float32)
    results = rq.encode(x, "float8_e4m3fn", rounding=mode)
    k = int(np.argmax(np.abs(x - 1.03) < 0.01))
    results[k] ^= 1
    found = explain(x, results, "float8_e4m3fn")
    assert not found.explained
    assert str(found.best[0].setting["rounding"]) == mode and found.best[0].failed == 1
    assert int(found.best[0].runs[0].first.input, 16) == int(x.view(np.uint32)[k])


def test_contradictions_of_a_deterministic_claim_are_named():
    x = np.float32([1.0, 1.0625, 1.0625, 1.0625, 300.0, 300.0])
    found = explain(x, np.uint8([0x38, 0x38, 0x40, 0x38, 0x79, 0x10]), "float8_e4m3fn")
    assert not found.explained and found.contradictory == 2
    assert found.contradictions[0].results == (("0x38", "1", 2), ("0x40", "2", 1))
    assert [c.input_value for c in found.contradictions] == ["0x1.1p+0", "300"]


def test_the_whole_of_a_result_that_nothing_fits_is_reported():
    x = np.float32([1.0, 2.0, 3.0, np.inf, np.nan])
    found = explain(x, np.uint8([0x01, 0x02, 0x03, 0x04, 0x05]), "float8_e4m3fn")
    assert not found.explained and found.setting is None and not found.dialects and not found.decisions
    assert {a.situation: a.failed for a in found.alone} == {"normal range": 3, "Inf": 1, "NaN": 1}
    assert found.best[0].failed == 5 and found.spent.tried > 100


def test_what_is_the_same_is_the_same_for_inputs_that_were_not_tried():
    x = boundary_codes("float32", "float16", quick=True)[::7]
    results, dtype = by_oracle(x, "float32", "float16")
    found = explain(x, np.array(results, dtype), "float16", source="float32")
    fresh = np.random.default_rng(8).integers(0, 1 << 32, 100_000, dtype=np.uint32)
    own = found.setting.results(fresh, "float32", "float16")
    same = [(d.knob, c.partition("=")[2]) for d in found.decisions for c in d.same]
    assert ("ftz", "arm") in same
    for knob, choice in same:
        assert np.array_equal(found.setting.and_with(((knob, choice),)).results(fresh, "float32", "float16"), own), (knob, choice)


def test_dialects_that_say_nothing_of_the_formats_are_not_named():
    """Those of ONNX for E8M0 are the default one elsewhere."""
    x = np.float32([1.0, 1.0625, 500.0, np.nan])
    found = explain(x, rq.encode(x, "float8_e4m3fn"), "float8_e4m3fn")
    assert "default" in found.dialects and "ocp-nonsaturating" in found.dialects
    assert not [name for name in found.dialects if name.startswith("onnx-e8m0")]
