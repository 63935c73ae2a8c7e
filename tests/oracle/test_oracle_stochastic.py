"""Stochastic rounding: every R counted, thresholds, and the generator's published answers."""

from fractions import Fraction

import pytest
from oracle import codec, formats
from oracle.policies import Policies
from oracle.rounding import by_formula
from oracle.stochastic import MODES, philox4x32_10, random_bits, steps_up, threshold

# kat_vectors of Random123 1.14, philox4x32 10 rounds: counter, key, answer.
KNOWN = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def words(text: str) -> tuple[int, ...]:
    return tuple(int(word, 16) for word in text.split())


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_philox_known_answers(counter: str, key: str, answer: str) -> None:
    assert philox4x32_10(words(counter), words(key)) == words(answer)  # type: ignore[arg-type]


def test_random_bits_take_the_top_of_the_word_of_the_element() -> None:
    assert [random_bits(0, i, 32) for i in range(4)] == list(words(KNOWN[0][2]))
    assert random_bits(0, 0, 8) == 0x66 and random_bits(0, 3, 4) == 0x9
    block = 0x123456789
    assert random_bits(0xAABBCCDD11223344, 4 * block + 2, 32) == philox4x32_10((0x23456789, 1, 0, 0), (0x11223344, 0xAABBCCDD))[2]
    for wrong in ((2**64, 0, 1), (0, 2**64, 1), (0, 0, 33), (0, 0, 0), (-1, 0, 1)):
        with pytest.raises(ValueError, match="range"):
            random_bits(*wrong)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("n", [1, 2, 3, 5, 8])
def test_counts_over_all_bits_equal_the_threshold(mode: str, n: int) -> None:
    parts = {Fraction(k, d) for d in (2**n, 2 ** (n + 1), 2 ** (n + 2), 7) for k in (*range(min(d, 5)), d // 2, d - 2, d - 1)} | {
        Fraction(1, 2**60),
        1 - Fraction(1, 2**60),
    }
    for v in (v for v in parts if 0 <= v < 1):
        ups = [steps_up(v, r, n, mode) for r in range(2**n)]
        star = threshold(v, n, mode)
        assert ups == [r >= star for r in range(2**n)], (mode, n, v, star, "RQ-9.4")


@pytest.mark.parametrize("mode", MODES)
def test_thresholds_of_32_bits(mode: str) -> None:
    for v in (Fraction(1, 3), Fraction(2, 3), Fraction(1, 2), Fraction(1, 2**33), Fraction(3, 2**33), 1 - Fraction(1, 2**34), Fraction(1, 2**32)):
        star = threshold(v, 32, mode)
        assert star == 2**32 or steps_up(v, star, 32, mode), (mode, v)
        assert star == 0 or not steps_up(v, star - 1, 32, mode), (mode, v)


# v = 1/8, N = 2, so v·2^N = 1/2: A never steps; B steps for R = 3 (1 + 6 + 1 >= 8); C rounds the tie to 0 and never steps. v = 3/8: v·2^N = 3/2.
SMALL = {
    ("stochastic_a", Fraction(1, 8)): 4,
    ("stochastic_b", Fraction(1, 8)): 3,
    ("stochastic_c", Fraction(1, 8)): 4,
    ("stochastic_a", Fraction(3, 8)): 3,
    ("stochastic_b", Fraction(3, 8)): 2,
    ("stochastic_c", Fraction(3, 8)): 2,
    ("stochastic_c", Fraction(15, 16)): 0,
}


@pytest.mark.parametrize(("mode", "v"), SMALL)
def test_small_thresholds_by_hand(mode: str, v: Fraction) -> None:
    assert threshold(v, 2, mode) == SMALL[mode, v]


@pytest.mark.parametrize("mode", MODES)
def test_a_multiple_of_the_resolution_is_unbiased(mode: str) -> None:
    fmt = formats.get("float8_e4m3fn")
    for k in range(16):
        x = 1 + Fraction(k, 16 * 8)
        total = sum(by_formula(x, False, fmt, mode, random=(r, 4)) for r in range(16))
        assert total / 16 == x or mode == "stochastic_b", (mode, k)


def test_encode_uses_the_bits() -> None:
    fmt = formats.get("float8_e4m3fn")
    policies = Policies(rounding="stochastic_a")
    assert [codec.encode(Fraction(33, 32), fmt, policies, (r, 2)).code for r in range(4)] == [0x38, 0x38, 0x38, 0x39]
    assert [codec.encode(Fraction(-33, 32), fmt, policies, (r, 2)).code for r in range(4)] == [0xB8, 0xB8, 0xB8, 0xB9]
    assert codec.encode(1, fmt, policies, (3, 2)) == (0x38, 0, None)
    assert [codec.encode(456, fmt, policies, (r, 2)) for r in (0, 3)] == [(0x7E, 1, None), (0x7F, 5, None)]
