"""Time of ``import refquant`` beyond ``import numpy``, and until everything that an encode needs is loaded, in fresh processes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.demands import Demand

LIMIT = 40.0
JUDGED = "import refquant beyond that, ms"
COLUMNS = ("import numpy, ms", JUDGED, "of which processor time, ms", "and the first encode, ms")
CODE = """
import time
def now(): return time.perf_counter(), time.process_time()
start = now()
import numpy
middle = now()
import refquant
end = now()
refquant.encode(0.1, "float8_e4m3fn")
used = now()
print(middle[0] - start[0], end[0] - middle[0], end[1] - middle[1], used[0] - end[0])
"""


def measure(processes: int) -> dict[str, Any]:
    """Return the medians over fresh processes, in ms; one more comes first, compiles, and is not counted."""
    with tempfile.TemporaryDirectory() as compiled:
        times = [_once(compiled) for _ in range(processes + 1)][1:]
    return {"processes": processes} | {name: median(t[i] for t in times) for i, name in enumerate(COLUMNS)}


def _once(compiled: str) -> list[float]:
    """Import in a fresh process that keeps compiled modules in a folder, as an installed package has them."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPYCACHEPREFIX": compiled}
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", CODE], cwd=root, env=environment, capture_output=True, text=True, check=True)
    return [float(seconds) * 1e3 for seconds in done.stdout.split()]


def demands(found: dict[str, Any]) -> list[Demand]:
    """At most 40 ms."""
    return [Demand("import refquant beyond import numpy, ms", found[JUDGED], LIMIT, False)]
