"""Peak memory of a process that encodes 1 GiB of float32; of Linux, whose ru_maxrss would count the parent of the process too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.demands import Demand

PEAK, BEFORE = "peak of the process, GiB", "before the data, GiB"
CODE = """
import numpy as np
import refquant as rq
rq.encode(np.zeros(8, np.float32), "float8_e4m3fn", backend="numba")
peak = lambda: int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))) / (1 << 20)
before = peak()
x = np.full(1 << 28, 1.5, np.float32)
rq.encode(x, "float8_e4m3fn", backend="numba")
print(before, peak())
"""


def measure() -> dict[str, Any]:
    """Return the peak of the resident memory, and what was resident before: Python, NumPy, Numba and LLVM."""
    done = subprocess.run([sys.executable, "-c", CODE], cwd=Path(__file__).resolve().parents[1], capture_output=True, text=True, check=True)
    before, peak = (float(n) for n in done.stdout.split())
    return {"input, GiB": 1.0, "output, GiB": 0.25, BEFORE: before, PEAK: peak, "beyond input, output and what was there, MiB": (peak - before - 1.25) * 1024}


def demands(found: dict[str, Any]) -> list[Demand]:
    """Under 1.4 GiB."""
    return [Demand("encode of 1 GiB of float32, peak of the process in GiB", found[PEAK], 1.4, False)]
