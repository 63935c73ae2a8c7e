"""Random rounding is claimed where the results decide, and only there: devices that are wrong once, or round by a rule of their own, are not called so."""

from fractions import Fraction
from math import comb, floor, log

import numpy as np
import pytest
from plantedresults import by_oracle

import refquant as rq
from refquant.verify import explain, explanation_record

MODES = ("stochastic_a", "stochastic_b", "stochastic_c")


def normals(count, seed=4):
    return np.random.default_rng(seed).normal(size=count).astype(np.float32)


def neighbours(x, target="float8_e4m3fn"):
    """The codes towards zero and away from it, and how far the input is from the first to the second, exactly."""
    low, high = (np.array(*by_oracle(x.view(np.uint32), "float32", target, rounding=mode)) for mode in ("toward_zero", "away_from_zero"))
    values = ([Fraction(float(v)) for v in array.astype(np.float64)] for array in (x, rq.decode(low, target), rq.decode(high, target)))
    return low, high, np.array([float((v - a) / (b - a)) if a != b else 0.0 for v, a, b in zip(*values)])


@pytest.mark.parametrize("mode", ["ties_to_even", "toward_zero"])
@pytest.mark.parametrize("target", ["float8_e4m3fn", "bfloat16"])
@pytest.mark.parametrize("count", [20, 100, 200, 1000])
def test_one_wrong_result_of_few_is_not_called_stochastic(count, target, mode):
    x = normals(count)
    low, high, _ = neighbours(x, target)
    results = np.array(*by_oracle(x.view(np.uint32), "float32", target, rounding=mode))
    k = count // 2
    results[k] = high[k] if results[k] == low[k] else low[k]
    found = explain(x, results, target)
    assert found.setting is None and found.best[0].failed == 1 and (found.chance is None or not found.chance.decisive)


def test_one_result_in_fifty_that_goes_the_other_way_is_not_called_stochastic():
    found = explain(np.float32([1.03] * 50), np.uint8([0x38] * 49 + [0x39]), "float8_e4m3fn")
    assert not found.explained and found.contradictory == 1 and found.best[0].failed == 1


def test_two_results_that_contradict_each_other_decide_nothing():
    found = explain(np.float32([1.03, 1.03]), np.uint8([0x38, 0x39]), "float8_e4m3fn")
    assert not found.explained and not found.chance.decisive and found.chance.possible
    quarter = log(0.25) + log(0.75)  # 1.03 lies 0.24 of the way, and 2 bits of stochastic_b make that a quarter
    assert found.chance.choice == "rounding=stochastic_b with 2 bits" and round(found.chance.log_likelihood - quarter, 9) == 0
    assert round(found.chance.errors_instead + log(3 * comb(2, 1)), 9) == 0 and found.chance.levels == 1
    assert explanation_record(found)["chance"]["decisive"] is False


@pytest.mark.parametrize("several", [True, False])
def test_results_both_ways_of_two_remainders_alone_decide_nothing(several):
    """However likely random bits make them: what they do to other remainders is not known."""
    way = np.float32([1, 3, 5, 7] if several else [1, 1, 4, 4]) / 8
    x = np.tile(1 + way / 8, 200).astype(np.float32)
    up = np.random.default_rng(5).random(800) < np.tile(way, 200)
    found = explain(x, np.where(up, 0x39, 0x38).astype(np.uint8), "float8_e4m3fn")
    assert found.explained == several and found.chance.levels == (4 if several else 2)


RULES = {
    "a threshold of its own": lambda x, way, u: way > 0.3,
    "a threshold for each sign": lambda x, way, u: way > np.where(x < 0, 0.4, 0.6),
    "a threshold for each binade": lambda x, way, u: way > np.frexp(x)[1] * 0.37 % 1,
    "small numbers cut off": lambda x, way, u: (np.abs(x) > 0.5) & (way > 0.5),
    "one of four up, whatever the remainder": lambda x, way, u: u < 0.25,
    "one of two up, whatever the remainder": lambda x, way, u: u < 0.5,
    "up half as often": lambda x, way, u: u < way / 2,
    "nearest, one of twenty wrong": lambda x, way, u: (way > 0.5) ^ (u < 0.05),
}


@pytest.mark.parametrize("count", [400, 2000])
@pytest.mark.parametrize("rule", RULES)
def test_another_rule_is_not_called_stochastic(rule, count):
    x = normals(count, 6)
    low, high, way = neighbours(x)
    results = np.where(RULES[rule](x, way, np.random.default_rng(7).random(count)), high, low)
    assert explain(x, results, "float8_e4m3fn").setting is None


def test_random_bits_of_which_some_are_wrong_are_not_called_random_bits():
    """One result of five is a coin's: in all as many go up as should, and of each part of the way too many or too few."""
    x = np.unique(np.abs(normals(7_000, 6)) + np.float32(0.5))
    way, coin = neighbours_fast(x), np.random.default_rng(7).random(x.size)
    low = rq.encode(x, "float8_e4m3fn", rounding="toward_zero")
    assert explain(x, low + (coin < way), "float8_e4m3fn").chance.decisive
    assert explain(x, low + (coin < 0.1 + 0.8 * way), "float8_e4m3fn").setting is None


def named(chance):
    """{mode: numbers of bits} of the likeliest and of what is about as likely."""
    found = {}
    for text in (chance.choice, *(text for text, _ in chance.beside)):
        mode, _, numbers = text.removeprefix("rounding=").removesuffix(" bits").partition(" with ")
        ends = [part.split(" to ") for part in numbers.split(", ")]
        found.setdefault(mode, set()).update(n for end in ends for n in range(int(end[0]), int(end[-1]) + 1))
    return found


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("bits", [1, 3, 16])
def test_what_rounded_is_among_what_is_called_likely(mode, bits):
    x = normals(2_000, 8)
    found = explain(x, rq.encode(x, "float8_e4m3fn", rounding=mode, random=rq.Philox(bits, bits)), "float8_e4m3fn")
    assert found.setting["rounding"] in MODES and found.chance.decisive and bits in named(found.chance)[mode]
    assert all(0 <= less <= 3 for _, less in found.chance.beside)
    if bits <= 3:
        assert not set(named(found.chance)[mode]) - {bits}
    else:
        assert set(named(found.chance)) == set(MODES) and 32 in named(found.chance)["stochastic_a"]


def test_the_likelihood_is_that_of_the_remainders():
    x = normals(1_500, 9)
    results = rq.encode(x, "float8_e4m3fn", rounding="stochastic_a", random=rq.Philox(2, 3))
    low, _, way = neighbours(x)
    share = [floor(w * 8) / 8 for w in way.tolist()]
    in_range = np.abs(x) >= 2.0**-6
    hand = sum(log(q) if up else log(1 - q) for q, up, normal in zip(share, results != low, in_range) if q and normal)
    found = explain(x, results, "float8_e4m3fn")
    assert found.chance.choice == "rounding=stochastic_a with 3 bits" and round(found.chance.log_likelihood - hand, 6) == 0


def test_pairs_of_one_input_stay_together_in_the_sample():
    """Every input occurs with both of its results: of 30,000 inputs some are weighed, each with both."""
    x = np.repeat(np.unique(np.abs(normals(40_000, 10)) + np.float32(0.5))[:30_000], 2)
    way = neighbours_fast(x)
    up = np.random.default_rng(11).random(x.size) < way
    low = rq.encode(x, "float8_e4m3fn", rounding="toward_zero")
    found = explain(x, low + up.astype(np.uint8), "float8_e4m3fn")
    assert found.setting["rounding"] in MODES and found.contradictory > 5_000


def neighbours_fast(x):
    """How far each input in range is from the value towards zero to the next, in float64: four digits of it are exact."""
    significand, _ = np.frexp(x.astype(np.float64))
    return significand * 16 % 1


def known_and_unknown_bits():
    x = normals(4_000, 12)
    yield explain(x, rq.encode(x, "float8_e4m3fn", rounding="stochastic_a", random=rq.Philox(3, 3)), "float8_e4m3fn")
    yield explain(np.float32([1.0, 2.0]), np.uint8([0x38, 0x40]), "float8_e4m3fn", random=rq.RandomBits(np.uint32([1, 2]), 2))


def test_a_question_is_one_that_a_single_result_answers():
    for found in known_and_unknown_bits():
        assert found.questions and found.others
        for question in found.questions:
            first, *others = [set(answer.code.split(" or ")) for answer in question.answers]
            assert not any(first & other for other in others)


def test_nothing_is_said_of_single_choices_of_the_rounding_where_likelihood_decides():
    x = normals(4_000, 12)
    found = explain(x, rq.encode(x, "float8_e4m3fn", rounding="stochastic_a", random=rq.Philox(3, 3)), "float8_e4m3fn")
    assert not {"via", "rounding"} & {d.knob for d in found.decisions}
