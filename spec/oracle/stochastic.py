"""Stochastic rounding and its random bits (RQ-9)."""

from fractions import Fraction
from math import ceil, floor

MODES = ("stochastic_a", "stochastic_b", "stochastic_c")
MASK = 2**32 - 1
Words = tuple[int, int, int, int]


def ties_to_even(x: Fraction) -> int:
    """x >= 0 rounded to an integer, ties to even (RQ-9.3)."""
    low = floor(x)
    up = x - low > Fraction(1, 2) or (x - low == Fraction(1, 2) and low % 2 == 1)
    return low + up


def steps_up(v: Fraction, r: int, n: int, mode: str) -> bool:
    """Whether the mode steps away from zero (RQ-9, RQ-9.1 to RQ-9.3)."""
    whole = 1 << n  # 2^N
    if not (1 <= n <= 32 and 0 <= r < whole):
        raise ValueError(f"R = {r} is not a number of N = {n} bits, 1 <= N <= 32")
    if v == 0:
        return False
    if mode == "stochastic_a":
        return floor(v * whole) + r >= whole
    if mode == "stochastic_b":
        return floor(v * 2 * whole) + 2 * r + 1 >= 2 * whole
    assert mode == "stochastic_c", mode
    return ties_to_even(v * whole) + r >= whole


def threshold(v: Fraction, n: int, mode: str) -> int:
    """R*, the least R that steps up; 2^N means never (RQ-9.4)."""
    whole = 1 << n  # 2^N
    if v == 0:
        return whole
    if mode == "stochastic_a":
        return whole - floor(v * whole)
    if mode == "stochastic_b":
        return ceil(Fraction(2 * whole - 1 - floor(v * 2 * whole), 2))
    assert mode == "stochastic_c", mode
    return whole - ties_to_even(v * whole)


def philox4x32_10(counter: Words, key: tuple[int, int]) -> Words:
    """Ten rounds of Philox (RQ-9.6)."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c0, 2**32)
        high1, low1 = divmod(0xCD9E8D57 * c2, 2**32)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


def random_bits(seed: int, i: int, n: int) -> int:
    """The N random bits of element i (RQ-9.5)."""
    if not (0 <= seed < 2**64 and 0 <= i < 2**64 and 1 <= n <= 32):
        raise ValueError(f"seed {seed}, element {i} or {n} bits out of range")
    block, word = divmod(i, 4)
    words = philox4x32_10((block % 2**32, block // 2**32, 0, 0), (seed % 2**32, seed // 2**32))
    return words[word] >> (32 - n)
