"""The versions of what a verdict depends on beside its target."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import numpy as np

import refquant
from refquant.operations import SPEC_VERSION

_PACKAGES = ("ml_dtypes", "numba", "matplotlib")


def software() -> dict[str, str]:
    """Return names and versions; of what is not installed nothing.

    Examples
    --------
    >>> from refquant.verify.reports.software import software
    >>> list(software())[:4]
    ['refquant', 'specification', 'Python', 'NumPy']
    """
    found = {"refquant": refquant.__version__, "specification": SPEC_VERSION, "Python": platform.python_version(), "NumPy": np.__version__}
    found["platform"] = f"{platform.system()} {platform.machine()}".strip()
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
