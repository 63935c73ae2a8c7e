"""The implementations that can be judged, by name."""

from __future__ import annotations

from importlib.util import find_spec

from refquant.errors import InputValueError, UnknownNameError
from refquant.verify.target import Target
from refquant.verify.targets.file_target import FileTarget
from refquant.verify.targets.function_target import FunctionTarget
from refquant.verify.targets.program_target import ProgramTarget

TARGETS = ("numpy", "ml_dtypes", "torch")

__all__ = ["TARGETS", "FileTarget", "FunctionTarget", "ProgramTarget", "get_target", "list_targets"]


def list_targets() -> tuple[str, ...]:
    """Return the names of the targets that are installed.

    Examples
    --------
    >>> from refquant.verify import list_targets
    >>> "numpy" in list_targets()
    True
    """
    return tuple(name for name in TARGETS if find_spec(name) is not None)


def get_target(name: str) -> Target:
    """Return the target with this name.

    Parameters
    ----------
    name : str
        ``"numpy"``, ``"ml_dtypes"`` or ``"torch"``; `FunctionTarget.load` reads ``module:function``, `ProgramTarget` takes a program.

    Raises
    ------
    UnknownNameError
        If there is no such target, or its package is not installed.
    InputValueError
        If the package is installed and cannot be imported.

    Examples
    --------
    >>> from refquant.verify import get_target
    >>> get_target("numpy").name
    'numpy'
    """
    if not isinstance(name, str) or name not in TARGETS:
        raise UnknownNameError(f"target: expected one of {', '.join(TARGETS)} or module:function or program:COMMAND, got {name!r}")
    if name not in list_targets():
        raise UnknownNameError(f"target: {name} is not installed; pip install {name}")
    try:
        return _make(name)
    except ImportError as error:
        raise InputValueError(f"target: {name} cannot be imported: {error}") from error


def _make(name: str) -> Target:
    if name == "numpy":
        from refquant.verify.targets.numpy_target import NumpyTarget

        return NumpyTarget()
    if name == "ml_dtypes":
        from refquant.verify.targets.ml_dtypes_target import MlDtypesTarget

        return MlDtypesTarget()
    from refquant.verify.targets.torch_target import TorchTarget

    return TorchTarget()
