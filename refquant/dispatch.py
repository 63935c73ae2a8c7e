"""(operation, backend) -> function, loaded when first asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from refquant.errors import BackendUnavailableError, InputTypeError, UnknownNameError
from refquant.operations import OPERATIONS

PACKAGES = {"reference": "reference", "numba": "numba_kernels", "cupy": "cupy_kernels"}
_NEEDS = {"reference": "numpy", "numba": "numba", "cupy": "cupy"}
_MEANING = {
    "encode_exact": "conversion of exact numbers (Fraction, Decimal, integers of more than 64 bits)",
    "encode_parts": "conversion of integer parts or longdouble",
    "decode_parts": "conversion to integer parts or exact numbers",
}

NUMBA_PAYS = 1 << 12  #: elements from which compiled code is taken where it is loaded
NUMBA_LOADS = 1 << 22  #: elements from which it is loaded for, which takes most of a second


def chosen(backend: str | None, size: int) -> str:
    """Return the backend that the caller names, or that pays for so many elements; the bits are the same."""
    if backend is not None:
        return backend
    return _paying(size, "codec")


def chosen_for(operation: str, backend: str | None, size: int, formats: list[str], compiled: bool) -> str:
    """Return the backend that the caller names, or that pays, for an operation on so many elements; `compiled`: whether compiled code takes the formats.

    Raises BackendUnavailableError where it is named and does not.
    """
    if backend == "numba" and not compiled:
        raise BackendUnavailableError(f"backend: 'numba' has no {operation} of {', '.join(formats)}; it exists in reference")
    return backend if backend is not None else _paying(size, "operations") if compiled else "reference"


def _paying(size: int, module: str) -> str:
    enough = NUMBA_PAYS if f"refquant.numba_kernels.{module}" in sys.modules else NUMBA_LOADS
    return "numba" if size >= enough and _unusable("numba") is None else "reference"


def function(operation: str, backend: str | None = None) -> Callable[..., Any]:
    """Return the function of this operation in this backend (None: the reference).

    Raises BackendUnavailableError where the backend lacks the operation or its package cannot be used.
    """
    name = "reference" if backend is None else backend
    if not isinstance(name, str):
        raise InputTypeError(f"backend: expected one of {', '.join(PACKAGES)}, or None; got {backend!r}")
    return _function(operation, name)


@cache
def _function(operation: str, name: str) -> Callable[..., Any]:
    if name not in PACKAGES:
        raise UnknownNameError(f"backend: no backend is named {name!r}; the backends are {', '.join(PACKAGES)}")
    op = OPERATIONS[operation]
    if not any(name in o.backends for o in OPERATIONS.values()):
        raise BackendUnavailableError(f"backend: {name!r} has no operations yet; use {' or '.join(op.backends)}")
    if name not in op.backends:
        raise BackendUnavailableError(f"backend: {name!r} has no {_MEANING.get(operation, operation)}; it exists in {', '.join(op.backends)}")
    if reason := _unusable(name):
        raise BackendUnavailableError(reason)
    found: Callable[..., Any] = getattr(import_module(f"refquant.{PACKAGES[name]}.{op.room}"), op.kernel)
    return found


@cache
def _unusable(name: str) -> str | None:
    """Return why a backend cannot be used here, or None; its package is loaded for that."""
    from importlib.util import find_spec

    if find_spec(_NEEDS[name]) is None:
        return f"backend: {name!r} needs {_NEEDS[name]}: python -m pip install 'refquant[{name}]'"
    try:
        import_module(_NEEDS[name])
    except ImportError as error:
        return f"backend: {_NEEDS[name]} is installed and cannot be imported: {error}"
    return None


def list_backends() -> dict[str, str]:
    """Return each backend with "available" or the reason why it is not.

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> import refquant as rq
    >>> rq.list_backends()["reference"]
    'available'
    """
    return {name: _availability(name) for name in PACKAGES}


def list_operations() -> dict[str, tuple[str, ...]]:
    """Return each operation with the backends that have it.

    Returns
    -------
    dict of str to tuple of str
        Names as `refquant.golden` and ``refquant verify --op`` take them: one for each form of a function (``"compare_quiet_lt"`` is `compare` with
        ``predicate="lt"``). Whether a backend can be used here is said by `list_backends`.

    Notes
    -----
    Compiled operations take formats of at most 32 bits (`refquant.arithmetic.fma` products of at most 61 digits too); the conversions, every format.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.list_operations()["fma"], rq.list_operations()["encode_exact"]
    (('reference', 'numba'), ('reference',))
    """
    return {name: op.backends for name, op in OPERATIONS.items()}


def _availability(name: str) -> str:
    try:
        function("encode", name)
    except BackendUnavailableError as error:
        return str(error)
    if name == "numba" and import_module("refquant.numba_kernels.kept").NOT_KEPT:
        return "available; each process compiles anew, as no folder can be written: set NUMBA_CACHE_DIR"
    return "available"
