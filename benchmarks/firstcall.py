"""The first call of compiled code in fresh processes: compiling it, and loading what was compiled before."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.demands import Demand

WARM, COLD = "warm, from the start of the process, s", "cold, first call, s"
NUMBA, CALL = "import numba, s", "warm, first call alone, ms"
CODE = """
import time
start = time.perf_counter()
import numpy as np
import refquant as rq
x = np.linspace(-10, 10, 1 << 20, dtype=np.float32)
prepared = time.perf_counter()
import numba
imported = time.perf_counter()
rq.encode(x, "float8_e4m3fn", backend="numba")
print(imported - prepared, time.perf_counter() - imported)
"""


def measure(processes: int) -> dict[str, Any]:
    """Return the cold first call, and medians over warm processes."""
    with tempfile.TemporaryDirectory() as compiled, tempfile.TemporaryDirectory() as modules:
        cold = _once(compiled, modules)
        warm = [_once(compiled, modules) for _ in range(processes + 1)][1:]
    whole, numba, call = (median(t[i] for t in warm) for i in range(3))
    return {COLD: cold[2], WARM: whole, NUMBA: numba, CALL: call * 1e3, "processes": processes}


def _once(compiled: str, modules: str) -> list[float]:
    """Return seconds: of the whole process, of importing numba, and of the first call."""
    import time

    keep = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    root = Path(__file__).resolve().parents[1]
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=root,
        env=keep | {"NUMBA_CACHE_DIR": compiled, "PYTHONPYCACHEPREFIX": modules},
        capture_output=True,
        text=True,
        check=True,
    )
    return [time.perf_counter() - start, *(float(seconds) for seconds in done.stdout.split())]


def demands(found: dict[str, Any]) -> list[Demand]:
    """Under 0.9 s from the start of the process, under 50 ms beyond importing numba."""
    return [
        Demand("warm first call, s from the start of the process", found[WARM], 0.9, False),
        Demand("warm first call, ms beyond importing numba", found[CALL], 50, False),
    ]
