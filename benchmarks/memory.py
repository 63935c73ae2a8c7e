"""Working memory: the peak that a call allocates beyond its input and its output."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

import refquant as rq
from benchmarks.demands import Demand
from benchmarks.speed import E4M3, sample

LIMIT = 8.0
MIB = float(1 << 20)


def calls(size: int) -> dict[str, Callable[[int], Any]]:
    """Return what is measured: each takes a number of elements."""
    x = sample(size)
    wide, out = x.astype(np.float64), np.empty(size, np.uint8)
    codes = rq.encode(x, E4M3)
    through = rq.get_dialect("default").replace(via="float32")
    return {
        "encode float32": lambda n: rq.encode(x[:n], E4M3, backend="reference"),
        "encode float32, out given": lambda n: rq.encode(x[:n], E4M3, out=out[:n], backend="reference"),
        "encode float32, with flags": lambda n: rq.encode(x[:n], E4M3, return_flags=True, backend="reference"),
        "encode float32, stochastic": lambda n: rq.encode(x[:n], E4M3, rounding="stochastic_b", random=rq.Philox(1, 32), backend="reference"),
        "encode float64 through float32": lambda n: rq.encode(wide[:n], E4M3, dialect=through, backend="reference"),
        "encode, reversed input": lambda n: rq.encode(x[:n][::-1], E4M3, backend="reference"),
        "convert to bfloat16": lambda n: rq.convert(codes[:n], E4M3, "bfloat16", backend="reference"),
        "decode to float32": lambda n: rq.decode(codes[:n], E4M3, dtype=np.float32, backend="reference"),
        "round float32": lambda n: rq.round(x[:n], E4M3, backend="reference"),
    }


def measure(sizes: list[int]) -> list[dict[str, Any]]:
    """Return one row per call: MiB beyond input and output, for each number of elements."""
    return [{"call": name} | {f"{n >> 20} Mi": _beyond(call, n) for n in sizes} for name, call in calls(max(sizes)).items()]


def _beyond(call: Callable[[int], Any], size: int) -> float:
    call(1 << 17)  # tables and plans are made once
    tracemalloc.start()
    try:
        result = call(size)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return max(peak - _allocated(result), 0) / MIB


def _allocated(result: Any) -> int:
    """Return the bytes that a result owns; an array of the caller's was not allocated in the call."""
    parts = result if isinstance(result, tuple) else (result,)
    return sum(a.nbytes for a in parts if a.base is None or (a.base.base is None and a.base.nbytes == a.nbytes and a.base.dtype != a.dtype))


def demands(rows: list[dict[str, Any]]) -> list[Demand]:
    """At most 8 MiB, whatever the size."""
    found = [(value, row["call"], size) for row in rows for size, value in row.items() if size != "call"]
    worst = max(found)
    return [Demand(f"working memory, MiB (most: {worst[1]}, {worst[2]})", worst[0], LIMIT, False)]
