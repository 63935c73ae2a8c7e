"""Every exception that refquant raises."""

from typing import Any


class RefquantError(Exception):
    """Base of all exceptions of refquant."""


class UnknownNameError(RefquantError, ValueError):
    """No format, dialect, operation or mode has this name."""


class AmbiguousNameError(RefquantError, ValueError):
    """Several formats share this short name; the message lists them."""


class InvalidFormatError(RefquantError, ValueError):
    """The parameters describe no format. RQ-2.8."""


class RangeExceededError(RefquantError, ValueError):
    """A dtype cannot hold every value of the format exactly. RQ-3.1."""


class InputTypeError(RefquantError, TypeError):
    """An argument has a type or dtype that cannot be used."""


class InputValueError(RefquantError, ValueError):
    """An argument has the right type and a value or shape that cannot be used."""


class ResultTypeError(InputTypeError):
    """What a function returned has a dtype that cannot be judged."""


class ResultShapeError(InputValueError):
    """What a function returned has another shape than its input."""


class CodeRangeError(RefquantError, ValueError):
    """A code lies outside [0, 2**width)."""


class RandomBitsError(RefquantError, ValueError):
    """Random bits are missing, superfluous, or of the wrong dtype, shape or range."""


class OutputError(RefquantError, ValueError):
    """`out` has the wrong dtype or shape, or is read-only."""


class PolicyError(RefquantError, ValueError):
    """Policies contradict each other or the format; found before data is read, except Inf under ``wrap``."""


class EncodeError(RefquantError, ValueError):
    """A value met a policy named ``error``; nothing was written."""

    refused: Any = None  #: of operations on codes: an array of truths, which results were refused


class StateError(RefquantError, ValueError):
    """A file that should keep the state of a sweep is damaged, or keeps that of another one."""


class ProgramError(RefquantError, RuntimeError):
    """A program that was asked through the pipe misbehaved; the message says how, and on which input."""


class BackendUnavailableError(RefquantError, RuntimeError):
    """The backend lacks this operation, or its package is not installed."""


class GoldenFileError(RefquantError, ValueError):
    """A file of golden vectors is damaged, contradicts its manifest, or is none."""


class GoldenChangedError(GoldenFileError):
    """A file of golden vectors can be read, and is not what would be written for what it holds; `vectors` is that."""

    def __init__(self, message: str, vectors: object) -> None:
        super().__init__(message)
        self.vectors = vectors


class GoldenMismatchError(RefquantError, ValueError):
    """Golden vectors are of another operation, format, dialect or version of the specification than was asked for."""


class GoldenExistsError(RefquantError, ValueError):
    """There is something where golden vectors would be written."""


class ResultFileError(RefquantError, ValueError):
    """A file that should hold the results for golden vectors is damaged, of another kind, or for other vectors."""


class CodesDifferError(RefquantError, AssertionError):
    """Codes are not those that are right; the message is a report. `wrong_bits` is a table of the first wrong ones."""

    wrong_bits: str = ""


class UnsupportedOperationError(RefquantError, TypeError):
    """An Array has no such operation; the message says what there is."""


class UnsupportedAttributeError(UnsupportedOperationError, AttributeError):
    """An Array has no such attribute of NumPy's arrays; the message says what there is."""


class PackageMissingError(RefquantError, ImportError):
    """An optional package is not installed; the message says how to install it."""
