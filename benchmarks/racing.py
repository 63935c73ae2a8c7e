"""Timing side by side: every contender in every round, one after the other; a ratio is taken within a round, then the median over rounds."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

Run = Callable[[], Any]
Times = dict[str, list[float]]


def race(contenders: dict[str, Run], rounds: int) -> Times:
    """Return the seconds of each contender in each round; one round more comes first, fills caches and tables, and is not counted."""
    times: Times = {name: [] for name in contenders}
    for i in range(rounds + 1):
        for name, run in contenders.items():
            start = time.perf_counter()
            run()
            if i:
                times[name].append(time.perf_counter() - start)
    return times


def ratio(times: Times, slow: str, fast: str) -> float:
    """Return how many times as fast one contender is as another: the median over rounds."""
    return median(s / f for s, f in zip(times[slow], times[fast], strict=True))
