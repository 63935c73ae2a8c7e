"""The first call of compiled code in fresh processes: compiling it, and loading what was compiled before.

Numba takes its own time twice: where it is imported, and where the first compiled function of a process is called, whichever that is
(it then fills its tables of types). An empty function, cached too, shows the second apart from what refquant adds.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.demands import Demand

COLD, WARM = "cold, first call, s", "warm, from the start of the process, s"
NUMBA, EMPTY, OURS = "import numba, s", "first call of an empty function, s", "warm, first call of refquant after it, ms"
EMPTY_MODULE = "import numba\n@numba.njit(cache=True)\ndef empty(x):\n    return x.size\n"
CODE = """
import time
import numpy as np
import refquant as rq
x = np.linspace(-10, 10, 1 << 20, dtype=np.float32)
times = [time.perf_counter()]
import numba
times.append(time.perf_counter())
if {with_empty}:
    from empty_module import empty
    empty(x)
times.append(time.perf_counter())
rq.encode(x, "float8_e4m3fn", backend="numba")
times.append(time.perf_counter())
print(*(b - a for a, b in zip(times, times[1:])))
"""


def measure(processes: int) -> dict[str, Any]:
    """Return the cold first call, and medians over warm processes."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "empty_module.py").write_text(EMPTY_MODULE, "utf-8")
        cold = _once(folder, with_empty=False)
        warm = [_once(folder, with_empty=False) for _ in range(processes + 1)][1:]
        parts = [_once(folder, with_empty=True) for _ in range(processes + 1)][1:]
    numba, empty, ours = (median(t[i] for t in parts) for i in (1, 2, 3))
    return {COLD: cold[3], WARM: median(t[0] for t in warm), NUMBA: numba, EMPTY: empty, OURS: ours * 1e3, "processes": processes}


def _once(folder: str, *, with_empty: bool) -> list[float]:
    """Return seconds: of the whole process, of importing numba, of the empty function, of refquant's first call."""
    keep = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    root = Path(__file__).resolve().parents[1]
    environment = keep | {"NUMBA_CACHE_DIR": f"{folder}/numba", "PYTHONPYCACHEPREFIX": f"{folder}/modules", "PYTHONPATH": os.pathsep.join([str(root), folder])}
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", CODE.format(with_empty=with_empty)], cwd=root, env=environment, capture_output=True, text=True, check=True)
    return [time.perf_counter() - start, *(float(seconds) for seconds in done.stdout.split())]


def demands(found: dict[str, Any]) -> list[Demand]:
    """Under 0.9 s from the start of the process, under 50 ms beyond what Numba takes."""
    return [
        Demand("warm first call, s from the start of the process", found[WARM], 0.9, False),
        Demand("warm first call, ms beyond what Numba itself takes", found[OURS], 50, False),
    ]
