"""The compiled functions of a backend: those that its rooms call, by name."""

import importlib
import pkgutil

from refquant import dispatch


def kernels(backend):
    """Return the compiled functions that a backend calls, by name."""
    package = f"refquant.{dispatch.PACKAGES[backend]}"
    modules = [importlib.import_module(f"{package}.{m.name}") for m in pkgutil.iter_modules(importlib.import_module(package).__path__)]
    return {n: f for m in modules for n, f in vars(m).items() if hasattr(f, "overloads") and f.targetoptions.get("nogil")}
