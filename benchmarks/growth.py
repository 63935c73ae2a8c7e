"""How speed grows with the number of elements: the reference, compiled code on one and on two threads, and what is chosen where nothing is named."""

from __future__ import annotations

from typing import Any

import numpy as np

import refquant as rq
from benchmarks.racing import Run, race
from benchmarks.speed import E4M3, sample

COLUMNS = {"reference": ("reference", 1), "numba": ("numba", 1), "numba, two threads": ("numba", 2), "chosen": (None, 2)}


def measure(exponents: range, rounds: int) -> list[dict[str, Any]]:
    """Return one row per power of two: million elements per second of float32 -> e4m3fn into a result that is there."""
    x, out = sample(1 << exponents[-1]), np.zeros(1 << exponents[-1], np.uint8)
    try:
        return [_row(x[: 1 << e], out[: 1 << e], e, rounds) for e in exponents]
    finally:
        rq.set_num_threads(None)


def _row(x: Any, out: Any, exponent: int, rounds: int) -> dict[str, Any]:
    repeats = max(1, (1 << 16) >> exponent)
    few = rounds if exponent <= 22 else 3
    times = race({name: _repeated(x, out, backend, count, repeats) for name, (backend, count) in COLUMNS.items()}, few)
    return {"elements": f"2^{exponent}"} | {name: x.size * repeats / sorted(t)[len(t) // 2] / 1e6 for name, t in times.items()}


def _repeated(x: Any, out: Any, backend: str | None, count: int, repeats: int) -> Run:
    def run() -> None:
        rq.set_num_threads(count)
        for _ in range(repeats):
            rq.encode(x, E4M3, out=out, backend=backend)

    return run
