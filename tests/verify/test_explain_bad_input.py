"""What `explain` refuses, each in one clear line; and a budget that runs out."""

import numpy as np
import pytest

import refquant as rq
from refquant import errors
from refquant.verify import explain

X, Y = np.float32([1.0, 2.0]), np.uint8([0x38, 0x40])


@pytest.mark.parametrize(
    "given, options, error, says",
    [
        ((X, Y[:1], "float8_e4m3fn"), {}, errors.InputValueError, r"results: expected the shape of x \(2,\), got \(1,\)"),
        ((X[:0], Y[:0], "float8_e4m3fn"), {}, errors.InputValueError, "x: expected at least one input, got none"),
        ((X, np.uint16([0x38, 0x140]), "float8_e4m3fn"), {}, errors.InputValueError, "results: 320 at 1 is no code of float8_e4m3fn"),
        ((X, np.float32([1.0, 1.01]), "float8_e4m3fn"), {}, errors.InputValueError, r"results: 1\.0\d* at 1 is no value of float8_e4m3fn"),
        ((X, np.int32([1, 2]), "float8_e4m3fn"), {}, errors.InputTypeError, "results: expected unsigned codes, float values or an ml_dtypes array, got dtype int32"),
        ((X, np.array([object(), 1]), "float8_e4m3fn"), {}, errors.InputTypeError, "results: expected unsigned codes, float values .*, got dtype object"),
        ((X, Y, "float9"), {}, errors.UnknownNameError, "float9"),
        ((X, Y, "float8_e4m3fn"), {"source": "float9"}, errors.UnknownNameError, "float9"),
        ((X, Y, "float8_e4m3fn"), {"source": "float16"}, errors.InputTypeError, "x: expected codes of float16 .* or an array of that dtype, got dtype float32"),
        ((np.uint32([1 << 17, 0]), Y, "float8_e4m3fn"), {"source": "float16"}, errors.CodeRangeError, "float16"),
        ((np.array([1, "a"], object), Y, "float8_e4m3fn"), {}, errors.InputTypeError, "x: expected an array of a dtype that is a format .*, got object"),
        ((np.array(["a", "b"]), Y, "float8_e4m3fn"), {}, errors.InputTypeError, "x: expected real numbers"),
        ((X, Y, "float8_e4m3fn"), {"budget": 0}, errors.InputValueError, "budget: expected an integer of at least 1, got 0"),
        ((X, Y, "float8_e4m3fn"), {"budget": 2.5}, errors.InputValueError, "budget: expected an integer"),
        ((X, Y, "float8_e4m3fn"), {"nan_by": "name"}, errors.InputValueError, "nan_by: expected one of byte, class, got 'name'"),
        ((X, Y, "float8_e4m3fn"), {"progress": 3}, errors.InputTypeError, "progress: expected a function, got 3"),
        ((X, Y, "float8_e4m3fn"), {"random": np.uint8([1, 2])}, errors.InputTypeError, "random: expected refquant.RandomBits or refquant.Philox"),
        ((X, Y, "float8_e4m3fn"), {"random": rq.RandomBits(np.uint8([1]), 4)}, errors.InputValueError, r"random: expected the shape of x \(2,\), got \(1,\)"),
    ],
)  # fmt: skip
def test_it_is_refused(given, options, error, says):
    with pytest.raises(error, match=says) as raised:
        explain(*given, **options)
    assert "\n" not in str(raised.value)


def test_codes_without_a_source_are_read_as_the_integers_that_they_are():
    assert explain(np.uint8([3, 200]), np.uint8([3, 15]), "uint4").source == "uint8"


@pytest.mark.parametrize("budget", [1, 2, 10, 100, 1000])
def test_a_budget_is_kept_and_said(budget):
    x = np.random.default_rng(1).normal(size=300).astype(np.float32)
    found = explain(x, np.zeros(300, np.uint8), "float8_e4m3fn", budget=budget)
    assert found.spent.tried == budget and not found.spent.complete and not found.explained


def test_what_was_found_before_the_budget_ran_out_is_kept():
    found = explain(X, Y, "float8_e4m3fn", budget=200)
    assert found.explained and found.more and not found.spent.complete


def test_progress_is_told_how_many_settings_were_tried():
    seen = []
    found = explain(X, Y, "float8_e4m3fn", progress=seen.append)
    assert seen == list(range(1, found.spent.tried + 1))


def test_inputs_are_not_modified():
    x, y = X.copy(), Y.copy()
    explain(x, y, "float8_e4m3fn")
    assert np.array_equal(x, X) and np.array_equal(y, Y)


@pytest.mark.parametrize("shape", [(), (2, 1), (1, 2)])
def test_any_shape_will_do(shape):
    n = int(np.prod(shape))
    assert explain(X[:n].reshape(shape), Y[:n].reshape(shape), "float8_e4m3fn").pairs == n


def test_results_may_be_values_or_arrays_of_ml_dtypes():
    import ml_dtypes

    x = np.float32([1.0625, 1.1875, 500])
    codes = np.uint8([0x39, 0x3A, 0x7E])
    found = [explain(x, y, "float8_e4m3fn") for y in (codes, np.float64([1.125, 1.25, 448]), codes.view(ml_dtypes.float8_e4m3fn))]
    assert {str(f.setting["rounding"]) for f in found} == {"ties_to_away"}


def test_formats_of_the_callers_own_are_explained():
    mine = rq.FloatFormat(precision=3, exponent_width=3, bias=3)
    x = np.arange(1 << 16, dtype=np.uint16)
    found = explain(x, rq.convert(x, "float16", mine, rounding="ties_to_away"), mine, source="float16")
    assert str(found.setting["rounding"]) == "ties_to_away"


def test_pairs_that_occur_often_count_often():
    x = np.float32([1.0625] * 5 + [1.0])
    found = explain(x, np.uint8([0x39] * 5 + [0x38]), "float8_e4m3fn")
    assert (found.pairs, found.distinct) == (6, 2)
    out = next(r for d in found.decisions for r in d.ruled_out if r.choice == "rounding=ties_to_even")
    assert out.pairs == 5


def test_any_nan_will_do_where_that_is_said():
    x, y = np.float32([np.nan, -np.nan, 1]), np.uint8([0xFF, 0x7F, 0x38])
    assert not explain(x, y, "float8_e4m3fn").explained
    assert explain(x, y, "float8_e4m3fn", nan_by="class").explained


def test_where_any_nan_will_do_no_nan_is_asked_for():
    x = np.arange(1 << 16, dtype=np.uint16)
    results = rq.convert(x, "float16", "float8_e5m2")
    assert not explain(x, results, "float8_e5m2", source="float16", nan_by="class").others
    nan = x & 0x7FFF > 0x7C00
    byte = explain(x[~nan], results[~nan], "float8_e5m2", source="float16")
    by_class = explain(x[~nan], results[~nan], "float8_e5m2", source="float16", nan_by="class")
    assert len(byte.questions[0].answers) > len(by_class.questions[0].answers)
    assert {a.code for a in by_class.questions[0].answers if a.value == "nan"} == {"0x7e"}
