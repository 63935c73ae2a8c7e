"""Kernels: compiled at their first call, without Python's lock, and kept on disk where Numba finds a folder for them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import config, njit

NOT_KEPT: list[str] = []  #: names of kernels that every process compiles anew


def kernel(function: Any) -> Any:
    """Return the compiled function."""
    if getattr(config, "DISABLE_JIT", 0):
        return np.errstate(all="ignore")(function)  # as Python: what wraps around is meant to
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:  # no folder: neither that of the package nor the user's can be written
        NOT_KEPT.append(function.__name__)
        return njit(nogil=True)(function)
