"""Random words are those of the oracle's Philox, whatever the count, the stream and the version of NumPy."""

import oracle
import pytest

from refquant.errors import InputValueError
from refquant.golden.random_words import checked_seed, random_words


@pytest.mark.parametrize("seed", [0, 1, 7, (1 << 64) - 1])
@pytest.mark.parametrize("stream", [0, 1, 5])
def test_words_are_pairs_of_the_oracles_philox_words(seed, stream):
    first = stream << 40
    halves = [oracle.stochastic.random_bits(seed, first + i, 32) for i in range(10)]
    assert random_words(seed, 5, stream).tolist() == [halves[2 * i] | halves[2 * i + 1] << 32 for i in range(5)]


def test_a_longer_tail_begins_with_the_shorter_one():
    assert random_words(3, 1000)[:10].tolist() == random_words(3, 10).tolist()


@pytest.mark.parametrize("seed", [-1, 1 << 64, 1.5, "1", None])
def test_a_seed_that_is_none_is_refused(seed):
    with pytest.raises(InputValueError, match=r"^seed: "):
        checked_seed(seed)
