"""Integer sources: what is said to make no difference makes none, and what is asked is the smallest input that tells."""

import numpy as np
import pytest
from plantedresults import by_oracle

import refquant as rq
from refquant.policies import Via
from refquant.verify import explain
from refquant.verify.explaining.knob_space import cores
from refquant.verify.explaining.settings import described

PAIRS = [
    ("int32", "bfloat16"), ("int32", "float16"), ("uint32", "float32"), ("int64", "bfloat16"), ("int64", "float32"), ("int64", "float64"),
    ("uint64", "bfloat16"), ("uint64", "float8_e5m2"), ("uint64", "float32"),
]  # fmt: skip


def dense(source, count, seed):
    """Codes of integers of every magnitude, most of them few bits beside others few bits: where roundings go two ways."""
    rng, width = np.random.default_rng(seed), np.dtype(source).itemsize * 8
    words, low = (rng.integers(0, 1 << 64, count, dtype=np.uint64) for _ in range(2))
    keep = rng.integers(1, 13, count).astype(np.uint64)  # leading bits
    place, second = (rng.integers(0, width, count).astype(np.uint64) for _ in range(2))
    leading = (words | np.uint64(1 << 63)) >> np.uint64(64) - keep << place
    beside = np.where(low & np.uint64(1), np.uint64(1) << second, np.uint64(0)) + (low >> np.uint64(1)) % np.uint64(3) - np.uint64(1)
    mixed = np.where(low >> np.uint64(60) < 12, leading + beside, words >> place)
    signed = np.where((low >> np.uint64(8)) & np.uint64(1), mixed, np.uint64(0) - mixed)
    return (signed & np.uint64((1 << width) - 1)).astype(f"uint{width}")


def few(source):
    return np.array([0, 1, 3, 300], source)


@pytest.mark.parametrize("source, target", PAIRS)
def test_a_format_on_the_way_that_makes_no_difference_makes_none(source, target):
    x = few(source)
    found = explain(x, rq.encode(x, target), target)
    way = next(d for d in found.decisions if d.knob == "via")
    codes = dense(source, 300_000, 1)
    own = found.setting.results(codes, source, target)
    straights = [
        core for core in cores(source, target) if core["rounding"] == "ties_to_even" and (core["via"] is None or core["via"].rounding == "ties_to_even")
    ]
    named = {described("via", core["via"]): found.setting.and_with((("via", core["via"]),)) for core in straights}
    assert len(way.same) + len(way.undecided) + len(way.ruled_out) == len(named) - 1
    for choice in way.same:
        assert np.array_equal(named[choice].results(codes, source, target), own), choice


@pytest.mark.parametrize("source, target", PAIRS)
def test_roundings_that_make_no_difference_make_none(source, target):
    x = few(source)
    found = explain(x, rq.encode(x, target), target)
    codes = dense(source, 100_000, 2)
    own = found.setting.results(codes, source, target)
    for decision in found.decisions:
        for choice in decision.same if decision.knob != "via" else ():
            name, _, value = choice.partition("=")
            assert np.array_equal(found.setting.and_with(((name, value),)).results(codes, source, target), own), choice


def test_a_double_rounding_of_an_integer_is_not_called_the_same():
    """0x03720001 lies one above a tie of bfloat16; float32 rounds it to the tie."""
    assert by_oracle([0x03720001], "int32", "bfloat16")[0] == [0x4C5D]
    assert by_oracle([0x03720001], "int32", "bfloat16", via="float32")[0] == [0x4C5C]
    x = np.int32([0, 1, 3, -5, 300, 2**31 - 1, 0x10100, 0x10180])
    way = next(d for d in explain(x, np.array(*by_oracle(x.view(np.uint32), "int32", "bfloat16")), "bfloat16").decisions if d.knob == "via")
    assert not way.same and {"through float32", "through tfloat32"} <= set(way.undecided)


def test_the_smallest_integer_is_asked_by_magnitude():
    """bfloat16 has 8 digits: 0x101 is a tie that even and towards zero take the same way, 0x103 one that they do not."""
    found = explain(np.int32([1, 7]), np.uint16([0x3F80, 0x40E0]), "bfloat16")
    asked = {choice: int(q.input, 16) for q in found.questions for a in q.answers for choice in a.choices}
    even, zero = (by_oracle(list(range(0x200)), "int32", "bfloat16", rounding=mode)[0] for mode in ("ties_to_even", "toward_zero"))
    assert asked["rounding=toward_zero"] == next(n for n in range(0x200) if even[n] != zero[n])


def test_nan_like_numbers_is_not_tried_for_integers():
    x = few("int64")
    through = Via("tfloat32", "toward_positive", nan="keep_payload")
    results = rq.encode(x, "bfloat16", dialect=rq.get_dialect("default").replace(via=through, rounding="ties_to_positive", nan="to_min"))
    found = explain(x, results, "bfloat16")
    assert found.explained and not any("like numbers" in c for d in found.decisions for c in (*d.same, *d.undecided))
    assert not found.setting.and_with((("nan", "like_numbers"), ("via", through))).is_allowed("bfloat16", "int64")
