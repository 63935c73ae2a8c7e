"""The implementations that can be judged, by name."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

from refquant.errors import InputValueError, UnknownNameError
from refquant.verify.target import Target
from refquant.verify.targets.file_target import FileTarget
from refquant.verify.targets.function_target import FunctionTarget
from refquant.verify.targets.program_target import ProgramTarget
from refquant.verify.targets.testfloat_target import TestFloatTarget

__all__ = ["TARGETS", "FileTarget", "FunctionTarget", "ProgramTarget", "TestFloatTarget", "get_target", "list_targets"]


class Adapter(NamedTuple):
    """Where the class of a target is, and the packages that it needs: names that Python imports and pip installs."""

    module: str
    kind: str
    needs: tuple[str, ...]
    converts: bool = True  #: whether it has conversions
    computes: bool = False  #: whether it has operations


#: Every target by name, in the order in which they are judged.
TARGETS = {
    "numpy": Adapter("numpy_target", "NumpyTarget", ("numpy",), computes=True),
    "ml_dtypes": Adapter("ml_dtypes_target", "MlDtypesTarget", ("ml_dtypes",), computes=True),
    "torch": Adapter("torch_target", "TorchTarget", ("torch",), computes=True),
    "jax": Adapter("jax_target", "JaxTarget", ("jax",)),
    "onnxruntime": Adapter("onnxruntime_target", "OnnxruntimeTarget", ("onnxruntime", "onnx")),
    "onnx_reference": Adapter("onnx_reference_target", "OnnxReferenceTarget", ("onnx",)),
    "gfloat": Adapter("gfloat_target", "GfloatTarget", ("gfloat",)),
    "bitstring": Adapter("bitstring_target", "BitstringTarget", ("bitstring",)),
    "softfloatpy": Adapter("softfloatpy_target", "SoftfloatpyTarget", ("softfloatpy",), converts=False, computes=True),
}


def list_targets() -> tuple[str, ...]:
    """Return the names of the targets that are installed: those of conversions, and those of operations alone.

    Examples
    --------
    >>> from refquant.verify import list_targets
    >>> "numpy" in list_targets()
    True
    """
    return tuple(name for name in TARGETS if not _missing(name))


def get_target(name: str) -> Target:
    """Return the target with this name.

    Parameters
    ----------
    name : str
        ``"numpy"``, ``"ml_dtypes"``, ``"torch"``, ``"jax"``, ``"onnxruntime"``, ``"onnx_reference"``, ``"gfloat"``, ``"bitstring"`` or ``"softfloatpy"``;
        `FunctionTarget.load` reads ``module:function``, `ProgramTarget` takes a program.

    Raises
    ------
    UnknownNameError
        If there is no such target, or a package that it needs is not installed.
    InputValueError
        If the package is installed and cannot be imported.

    Examples
    --------
    >>> from refquant.verify import get_target
    >>> get_target("numpy").name
    'numpy'
    """
    if not isinstance(name, str) or name not in TARGETS:
        raise UnknownNameError(f"target: expected one of {', '.join(TARGETS)}, module:function, program:COMMAND or file:PATH, got {name!r}")
    if missing := _missing(name):
        raise UnknownNameError(f"target: {name} is not installed; pip install {' '.join(missing)}")
    try:
        module = import_module(f"{__name__}.{TARGETS[name].module}")
        target: Target = getattr(module, TARGETS[name].kind)()
    except ImportError as error:
        raise InputValueError(f"target: {name} cannot be imported: {error}") from error
    return target


def _missing(name: str) -> list[str]:
    return [package for package in TARGETS[name].needs if find_spec(package) is None]
