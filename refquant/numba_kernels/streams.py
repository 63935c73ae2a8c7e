"""What is not arithmetic on a format: arrays block by block, random words by Philox4x32-10, and looking codes up in a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.numba_kernels.kept import kernel
from refquant.policies import Philox

u32, u64 = np.uint32, np.uint64
Lane = NDArray[Any]
Random = Philox | Lane | None
BLOCK = 1 << 16  #: elements; temporaries of a block stay in the second-level cache


def read_only(codes: Lane, dtype: Any) -> Lane:
    """Return an array of a dtype that is not writable: Numba compiles for writable and for read-only arrays apart."""
    view = codes.astype(dtype, copy=False).view(np.ndarray)
    view.flags.writeable = False
    return view


def blocks(size: int, random: Random, base: int) -> Iterator[tuple[slice, Lane | None]]:
    """Yield parts of an array, and the random words that belong to them: the caller's integers, or what Philox makes. RQ-9.5."""
    scratch = np.empty(min(size, BLOCK) + 8 if isinstance(random, Philox) else 0, np.uint32)
    for first in range(0, size, BLOCK):
        part = slice(first, min(first + BLOCK, size))
        if isinstance(random, Philox):
            words = philox(random.seed, (random.offset + base + first) % (1 << 64), part.stop - first, scratch)
            yield part, read_only(words, np.uint32)
        else:
            yield part, None if random is None else read_only(random[part], np.uint32)


def philox(seed: int, first: int, count: int, scratch: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the words of elements first, first + 1 ... in a scratch array that has 6 more: word i & 3 of the counter (i >> 2, 0). RQ-9.5, RQ-9.6."""
    skipped = first & 3
    blocks = scratch[: (count + skipped + 3) >> 2 << 2]
    philox_blocks(u64(seed), u64(first >> 2), blocks)
    return blocks[skipped : skipped + count]


@kernel
def philox_blocks(seed: Any, first: Any, out: Any) -> None:
    """Write the four words of each block first, first + 1 ..., modulo 2**62; loops of independent blocks become vector instructions."""
    for i in range(out.size >> 2):
        block = u64(u64(first + u64(i)) & u64((1 << 62) - 1))
        c0, c1, c2, c3 = u32(block), u32(np.right_shift(block, u64(32))), u32(0), u32(0)
        k0, k1 = u32(seed), u32(np.right_shift(seed, u64(32)))
        for _ in range(10):
            p0, p1 = u64(u64(0xD2511F53) * u64(c0)), u64(u64(0xCD9E8D57) * u64(c2))
            high0, high1 = u32(np.right_shift(p0, u64(32))), u32(np.right_shift(p1, u64(32)))
            c0, c1, c2, c3 = u32(u32(high1 ^ c1) ^ k0), u32(p1), u32(u32(high0 ^ c3) ^ k1), u32(p0)
            k0, k1 = u32(k0 + u32(0x9E3779B9)), u32(k1 + u32(0xBB67AE85))
        out[4 * i], out[4 * i + 1], out[4 * i + 2], out[4 * i + 3] = c0, c1, c2, c3


@kernel
def gather(codes: Any, table: Any, mask: Any, out: Any) -> None:
    """Look every code up."""
    for i in range(codes.size):
        out[i] = table[u64(u64(codes[i]) & mask)]
