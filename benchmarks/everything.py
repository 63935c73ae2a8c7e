"""All 2**32 float32 values through the compiled cast, each compared with exact decision boundaries that the oracle makes."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import refquant as rq
from benchmarks.demands import Demand
from benchmarks.speed import E4M3

SECONDS = "seconds on two threads"


def measure() -> dict[str, Any]:
    """Return the time that every float32 takes, expectations and comparison included."""
    root = Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(root / "spec"), str(root / "tests" / "support")]
    from everyfloat import compare_all

    policies = rq.get_dialect("default").policies(E4M3, "float32")
    rq.encode([0.0], E4M3, backend="numba")
    rq.set_num_threads(1)  # one thread for each half of the values
    start = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        halves = pool.map(lambda negative: compare_all(E4M3, policies, _encode, "u1", chunk=1 << 20, sides=(negative,)), (False, True))
        values = sum(halves)
    seconds = time.perf_counter() - start
    rq.set_num_threads(None)
    return {"conversion": f"float32 → {E4M3}", "values": values, SECONDS: seconds, "different": 0}


def _encode(x: Any) -> Any:
    return rq.encode(x, E4M3, backend="numba")


def demands(found: dict[str, Any]) -> list[Demand]:
    """Under 30 s."""
    return [Demand("all 2**32 float32 → e4m3fn against exact boundaries, s", found[SECONDS], 30, False)]
