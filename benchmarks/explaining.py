"""How long it takes to explain a million distinct pairs over the whole space of knobs: what fits, what nothing fits, garbage, and what every rounding fits."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

import refquant as rq
from benchmarks.demands import Demand
from refquant.golden.cases import random_codes
from refquant.verify import explain

SECONDS = 60.0


def measure(size: int) -> list[dict[str, Any]]:
    """Return one row per case."""
    return [_row(name, *given) for name, given in _cases(size).items()]


def _cases(size: int) -> dict[str, tuple[Any, Any, str, str]]:
    """Return (inputs, results, source, target) of each case."""
    narrow, wide = (_distinct(size, source, target) for source, target in (("float32", "bfloat16"), ("float64", "float16")))
    held = rq.convert(np.unique(narrow & 0x7FFFFFFF), "float32", "float64")
    one = rq.convert(wide, "float64", "float16")
    one[np.argmax(rq.decode(one, "float16") > 1)] ^= 1
    noise = np.random.default_rng(1).integers(0, 1 << 16, size).astype(np.uint16)
    dithered = (narrow >> 16).astype(np.uint16) + (noise & 1)  # whatever the fraction
    return {
        "garbage, float64 to float16": (wide, noise, "float64", "float16"),
        "half of the results rounded up, float32 to bfloat16": (narrow, dithered, "float32", "bfloat16"),
        "ties to even, float32 to bfloat16": (narrow, rq.convert(narrow, "float32", "bfloat16"), "float32", "bfloat16"),
        "bits cut off, float32 to bfloat16": (narrow, (narrow >> 16).astype(np.uint16), "float32", "bfloat16"),
        "one wrong result, float64 to float16": (wide, one, "float64", "float16"),
        "every rounding fits, float64 to itself": (held, held, "float64", "float64"),
    }


def _distinct(size: int, source: str, target: str) -> Any:
    codes = np.unique(random_codes(source, target, 1, size * 3 // 2))
    return np.random.default_rng(0).permutation(codes)[:size]


def _row(name: str, x: Any, results: Any, source: str, target: str) -> dict[str, Any]:
    began = time.perf_counter()
    found = explain(x, results, target, source=source)
    seconds = time.perf_counter() - began
    said = "nothing fits" if not found.explained else f"{found.others} others fit too"
    return {"case": name, "pairs": found.distinct, "seconds": seconds, "settings tried": found.spent.tried, "found": said}


def demands(rows: list[dict[str, Any]]) -> list[Demand]:
    """Return what must hold."""
    return [Demand(f"explain, {row['case']}: seconds for {row['pairs']:,} pairs", row["seconds"], SECONDS, False) for row in rows]
