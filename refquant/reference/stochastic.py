"""Stochastic rounding, and the random bits that Philox makes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.policies import Philox
from refquant.reference.bits import Lane


def stochastic_step(fraction: Lane, kind: int, n: int, random: Lane) -> Lane:
    """Return 1 where the mode steps up, else 0: A, B, C for kind 1, 2, 3. RQ-9.1 to RQ-9.3.

    The probability of a step is that of RQ-9.4.
    `fraction` is v * 2**64, its bit 0 set where digits below it are lost; n <= 32, so floor(v * 2**(n + 1)) is exact.
    """
    u = np.uint64
    if kind == 2:
        return ((fraction >> u(63 - n)) + (random << u(1)) + u(1) >= u(1 << (n + 1))).astype(np.uint64)
    scaled = fraction >> u(64 - n)
    if kind == 3:
        rest = fraction << u(n)
        scaled = scaled + ((rest > u(1 << 63)) | ((rest == u(1 << 63)) & (scaled & u(1) == 1)))
    return (scaled + random >= u(1 << n)).astype(np.uint64)


def philox_words(seed: int, first: int, count: int) -> NDArray[np.uint32]:
    """Return the 32-bit words of elements first .. first + count - 1. RQ-9.5, RQ-9.6."""
    block = np.arange(first >> 2, (first + count + 3 >> 2) or 1, dtype=np.uint64) if count else np.empty(0, np.uint64)
    words = _philox4x32(block, seed & 0xFFFFFFFF, seed >> 32)
    return words.reshape(-1)[first & 3 : (first & 3) + count]


def _philox4x32(block: NDArray[np.uint64], key0: int, key1: int) -> NDArray[np.uint32]:
    """Return the four words of each counter (block lo, block hi, 0, 0), shape (blocks, 4). RQ-9.6."""
    low = np.uint64(0xFFFFFFFF)
    c0, c1 = block & low, block >> np.uint64(32)
    c2, c3 = np.zeros_like(block), np.zeros_like(block)
    for _ in range(10):
        high = c0 * np.uint64(0xD2511F53), c2 * np.uint64(0xCD9E8D57)
        c0, c1, c2, c3 = (high[1] >> np.uint64(32)) ^ c1 ^ np.uint64(key0), high[1] & low, (high[0] >> np.uint64(32)) ^ c3 ^ np.uint64(key1), high[0] & low
        key0, key1 = (key0 + 0x9E3779B9) & 0xFFFFFFFF, (key1 + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack([c0, c1, c2, c3], axis=1).astype(np.uint32)


def random_lane(random: Philox | NDArray[Any] | None, base: int, count: int) -> Lane | None:
    """Return the random integers of one chunk as uint64: a slice of the caller's array, or Philox by element index."""
    if random is None:
        return None
    if isinstance(random, Philox):
        return philox_words(random.seed, random.offset + base, count).astype(np.uint64) >> np.uint64(32 - random.n)
    return random.astype(np.uint64)
