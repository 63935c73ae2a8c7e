"""Stochastic rounding: the reference equals the oracle's inequality, counted over all random bits, and at the exact threshold."""

from fractions import Fraction

import numpy as np
import oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refquant as rq
from refquant.reference.stochastic import philox_words

MODES = ["stochastic_a", "stochastic_b", "stochastic_c"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["float8_e4m3fn", "bfloat16", "int8", "float8_e8m0fnu", "binary8p1se", "float64"])
def test_every_random_integer_decides_as_the_oracle_says(name, mode, count_cases):
    fmt, steps = rq.get_format(name), oracle.formats.get(name)
    g = fmt.grid
    lows = sorted(n for n in {0, 1, 1 << (g.precision - 1), (1 << (g.precision - 1)) + 1, g.max_positive - 1, g.max_positive} if n <= g.max_positive)
    parts = [
        Fraction(0),
        Fraction(1, 1 << 70),
        Fraction(1, 3),
        Fraction(1, 2),
        Fraction(1, 4),  # these three leave a tie of stochastic C above an even number, for N = 1, 3, 6
        Fraction(5, 16),
        Fraction(9, 128),
        Fraction(5, 8),
        Fraction(3, 4),
        Fraction(3, 16),
        Fraction(7, 128),
        Fraction((1 << 9) - 1, 1 << 9),
        1 - Fraction(1, 1 << 60),
    ]
    for n in (1, 3, 6):
        r = np.arange(1 << n, dtype=np.uint16)
        for low in lows:
            for v in parts:
                x = fmt.magnitude(low) + v * (fmt.magnitude(low + 1) - fmt.magnitude(low))
                xs = np.array([x] * r.size, dtype=object)
                got = rq.encode(xs, name, rounding=mode, random=rq.RandomBits(r, n), overflow="saturate", return_flags=True)
                policies = oracle.policies.Policies(rounding=mode, overflow="saturate")
                for i, (code, flags) in enumerate(zip(got.codes.tolist(), got.flags.tolist(), strict=True)):
                    want = oracle.codec.encode(x, steps, policies, (i, n))
                    assert (code, flags) == (want.code, want.flags), f"{name} {mode} N={n} R={i} x={x}: {code:#x} {flags} != {want}"
                count_cases(r.size)


@given(st.sampled_from(MODES), st.integers(1, 32), st.floats(2.0**-30, 448, width=64), st.booleans())
def test_threshold_is_exact_for_floats(mode, n, x, negative):
    """The least R that steps up, and the one before it. RQ-9.4."""
    x = -x if negative else x
    fmt = oracle.formats.get("float8_e4m3fn")
    exact = abs(Fraction(x))
    low = oracle.rounding.by_formula(exact, False, fmt, "toward_zero", None, None)
    high = oracle.rounding.by_formula(exact, False, fmt, "away_from_zero", None, None)
    v = Fraction(0) if low == high else (exact - low) / (high - low)
    threshold = oracle.stochastic.threshold(v, n, mode)
    for r, up in ((threshold - 1, False), (threshold, True)):
        if 0 <= r < 1 << n:
            code = rq.encode(x, "float8_e4m3fn", rounding=mode, random=rq.RandomBits(np.uint32(r), n), overflow="saturate")
            want = min(high if up else low, Fraction(448))
            assert abs(rq.decode(code, "float8_e4m3fn", dtype=object)) == want


@pytest.mark.parametrize(
    ("seed", "index", "words"),
    [  # Random123 1.14, kat_vectors: philox4x32 10 (those whose upper counter words are zero)
        (0, 0, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ],
)
def test_philox_gives_the_published_words(seed, index, words):
    assert [f"{w:08x}" for w in philox_words(seed, 4 * index, 4)] == words.split()


@given(st.integers(0, (1 << 64) - 1), st.integers(0, (1 << 64) - 40), st.integers(0, 33))
def test_philox_equals_oracle_at_every_index(seed, first, count):
    want = [oracle.stochastic.random_bits(seed, first + i, 32) for i in range(count)]
    assert philox_words(seed, first, count).tolist() == want


@given(st.integers(0, (1 << 64) - 1), st.integers(1, 32), st.integers(0, 1 << 40), st.sampled_from(MODES))
def test_fused_philox_equals_supplied_bits(seed, n, offset, mode):
    x = np.linspace(-3, 3, 45)
    bits = np.array([oracle.stochastic.random_bits(seed, offset + i, n) for i in range(x.size)], np.uint32)
    fused = rq.encode(x, "float8_e5m2", rounding=mode, random=rq.Philox(seed, n, offset=offset))
    assert np.array_equal(fused, rq.encode(x, "float8_e5m2", rounding=mode, random=rq.RandomBits(bits, n)))


def test_random_bits_do_not_depend_on_chunks():
    x = np.linspace(-400, 400, 50_001).astype(np.float32)
    whole = rq.encode(x, "float8_e4m3fn", rounding="stochastic_a", random=rq.Philox(3, 20))
    pieces = [rq.encode(x[i : i + 777], "float8_e4m3fn", rounding="stochastic_a", random=rq.Philox(3, 20, offset=i)) for i in range(0, x.size, 777)]
    assert np.array_equal(whole, np.concatenate(pieces))
    assert np.array_equal(whole, rq.encode(x.reshape(3, -1), "float8_e4m3fn", rounding="stochastic_a", random=rq.Philox(3, 20)).reshape(-1))
