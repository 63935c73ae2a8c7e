"""The kernels without Numba's compiler: the same text as plain Python gives the same bits, and its coverage is measured."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize("script", ["plain_python.py", "plain_operations.py"], ids=["conversions", "operations"])
def test_the_kernels_as_plain_python_equal_the_reference(backend, script, count_cases):
    path = os.pathsep.join([str(HERE), str(HERE.parent / "support"), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path}
    done = subprocess.run([sys.executable, str(HERE / script)], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    count_cases(int(done.stdout))
