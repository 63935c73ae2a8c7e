"""Every class of mismatch: planted in every input, counted, with the smallest witness; where they lie, how far off they are, what was covered."""

from collections import Counter

import numpy as np
import pytest
from planted import CLAIM, CODES, RIGHT, SOURCE, Planted, class_of, magnitude

import refquant as rq
from refquant.golden.classes import CLASSES as VECTOR_CLASSES
from refquant.verify import Claim, compare, judge
from refquant.verify.comparison import CLASSES, MEANINGS, magnitude_is_zero
from refquant.verify.coverage import coverage_of

ALL_WRONG = RIGHT ^ 1  # the neighbour of every result: a number becomes another number or NaN, NaN a number


def judged(table):
    (verdict,) = judge(Planted(table), deviations=()).verdicts
    return verdict


def test_a_mismatch_on_every_input_is_counted_in_the_class_of_the_input():
    verdict = judged(ALL_WRONG)
    assert verdict.by_class == {"nan": 6, "inf": 2, "overflow": 56, "tie": 8, "subnormal": 62, "other": 122} == Counter(map(class_of, CODES))
    assert (verdict.cases, verdict.mismatches) == (256, 256) == (sum(verdict.by_class.values()), 256)


@pytest.mark.parametrize("name", ["nan", "inf", "overflow", "tie", "subnormal", "other"])
def test_each_class_alone_is_counted_alone_with_its_smallest_witness(name):
    chosen = [code for code in CODES if class_of(code) == name]
    table = RIGHT.copy()
    table[chosen] = ALL_WRONG[chosen]
    verdict = judged(table)
    assert verdict.by_class == {name: len(chosen)}
    smallest = min(chosen, key=magnitude)
    (witness,) = verdict.witnesses.values()
    assert (witness.input, witness.got, witness.expected) == tuple(f"0x{c:02x}" for c in (smallest, table[smallest], RIGHT[smallest]))
    assert verdict.witness == witness


def test_every_class_has_the_witness_that_it_has_alone():
    found = judged(ALL_WRONG).witnesses
    assert {name: w.input for name, w in found.items()} == {name: f"0x{min((c for c in CODES if class_of(c) == name), key=magnitude):02x}" for name in found}
    assert found["tie"].input == "0x14" and found["subnormal"].input == "0x01" and found["overflow"].input == "0x60"


def test_another_zero_is_a_class_of_its_own():
    table = RIGHT.copy()
    table[[0x00, 0x80, 0x81]] ^= 0x80  # +0, -0, and -2**-16, which becomes -0
    verdict = judged(table)
    assert verdict.by_class == {"signed zero": 3}
    assert (verdict.witnesses["signed zero"].input, verdict.spread.distances) == ("0x00", {"another zero": 3})


@pytest.mark.parametrize(
    "code, wrong, name",
    [
        ((1 << 23) * (127 - 9), 0x00, "subnormal"), ((1 << 23) * (127 - 9) + (1 << 22) + 1, 0x00, "subnormal"), ((1 << 23) * (127 - 6), 0x07, "other"),
    ],
)  # fmt: skip
def test_an_exact_subnormal_result_that_is_flushed_is_no_other(code, wrong, name):
    """2**-9 is a number of float8_e4m3fn: no flag is raised, and yet it is a subnormal that was lost."""
    assert compare(Claim("encode", "float32", "float8_e4m3fn"), np.uint32([code]), np.uint8([wrong])).by_class == {name: 1}


@pytest.mark.parametrize(
    "value, name", [(128, "overflow"), (1000, "overflow"), (-129, "overflow"), (127, "other"), (-128, "other"), (127.25, "other"), (126.5, "tie")]
)
def test_what_is_out_of_range_of_an_integer_is_an_overflow(value, name):
    claim = Claim("encode", "float32", "int8", knobs=(("overflow", "saturate"), ("nan", "to_zero")))
    assert compare(claim, np.float32([value]).view(np.uint32), np.uint8([55])).by_class == {name: 1}


def test_what_is_near_the_code_of_a_negative_zero_of_64_bits_is_no_zero():
    codes = np.uint64([0, 1, 1 << 63, (1 << 63) + 1, (1 << 63) + 512])
    assert magnitude_is_zero(codes, "float64").tolist() == [True, False, True, False, False]


def test_every_class_has_a_meaning():
    assert set(MEANINGS) == set(CLASSES)


def test_the_map_says_in_which_part_of_the_axis_each_class_fails():
    spread = judged(ALL_WRONG).spread
    assert (spread.bins, spread.codes_per_bin) == (256, 1)
    assert {name: set(parts) for name, parts in spread.map.items()} == {name: {c for c in CODES if class_of(c) == name} for name in spread.map}
    assert all(count == 1 for parts in spread.map.values() for count in parts.values())


def test_the_map_of_a_wide_source_has_parts_of_many_codes():
    codes = np.uint32([0x00000000, 0x00FFFFFF, 0x3F800000, 0x3F800001, 0xBF800000])
    found = compare(Claim("encode", "float32", "float8_e4m3fn"), codes, np.uint8([1, 5, 0, 0, 0])).spread
    counts = Counter(part for parts in found.map.values() for part, n in parts.items() for _ in range(n))
    assert (found.bins, found.codes_per_bin, dict(counts)) == (256, 1 << 24, {0x00: 2, 0x3F: 2, 0xBF: 1})


@pytest.mark.parametrize(
    "got, expected, name",
    [
        (0x39, 0x38, "1"), (0x3A, 0x38, "2"), (0x3B, 0x38, "3 to 4"), (0x3C, 0x38, "3 to 4"), (0x3D, 0x38, "5 to 8"), (0x81, 0x01, "2"), (0x80, 0x01, "1"),
        (0x80, 0x00, "another zero"), (0xFF, 0x7F, "another NaN"), (0x7F, 0x7E, "a NaN for a number"), (0x7E, 0x7F, "a number for a NaN"),
        (0x138, 0x38, "no code"), (0xFE, 0x7E, "129 to 256"),
    ],
)  # fmt: skip
def test_distances_are_counted_by_powers_of_two(got, expected, name):
    claim = Claim("encode", "float32", "float8_e4m3fn")
    assert compare(claim, np.uint32([0x12345678]), np.uint16([got]), np.uint16([expected])).spread.distances == {name: 1}


def test_coverage_is_that_of_exhaustive_golden_vectors():
    made = rq.golden.generate("convert", "float8_e4m3fn", source=SOURCE, level="exhaustive")
    assert set(judged(RIGHT).coverage.reached) == {c.name for c in made.coverage if c.count}
    assert judged(RIGHT).coverage.missed == ()


def test_a_class_that_no_input_had_is_said_to_be_missed():
    found = coverage_of(CLAIM, [np.uint8([0x3C, 0x3D])])
    assert {"+Inf", "+quiet NaN", "-zero", "tie above even"} <= set(found.missed) and "exact" in found.reached and found.examined == 2
    assert set(found.reached) | set(found.empty) == {c.name for c in VECTOR_CLASSES}
    wide = coverage_of(Claim("encode", "float32", "float8_e4m3fn"), [np.float32([1.0, 1.5]).view(np.uint32)])
    assert "tie above even" in wide.missed and "exact" not in wide.missed and wide.examined == 2


def test_coverage_looks_for_a_missing_class_among_the_other_sets():
    first, other = np.float32([1.0]).view(np.uint32), np.float32([1.0625]).view(np.uint32)
    claim = Claim("encode", "float32", "float8_e4m3fn")
    assert "tie above even" in coverage_of(claim, [first, other]).reached


def test_the_coverage_of_a_failure_is_that_of_the_answers():
    class Early(Planted):
        def run(self, claim, codes):
            if (codes == 0x02).any():
                raise ValueError
            return self.table[codes]

    (verdict,) = judge(Early(RIGHT), deviations=()).verdicts
    assert {"+zero", "+least subnormal"} <= set(verdict.coverage.reached) and {"-zero", "+Inf", "+normal"} <= set(verdict.coverage.missed)
