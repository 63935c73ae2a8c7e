"""The user's own cast: any function from an array to an array."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.errors import InputTypeError, InputValueError, ResultShapeError, ResultTypeError
from refquant.formats import FloatFormat, Format, get_format
from refquant.golden.nan_mask import NanBy, nan_by
from refquant.golden.sources import OF_ML_DTYPES
from refquant.operations import OPERATIONS
from refquant.policies import Dialect, as_dialect
from refquant.verify.cases import columns_of
from refquant.verify.findings import tells_flags
from refquant.verify.operation_claim import OperationClaim
from refquant.verify.target import DEFAULT, Claim, Codes
from refquant.verify.targets.results import result_codes
from refquant.verify.targets.stated import Stated, check_claims, check_flags, inputs_stated, name_or_format

Function = Callable[[NDArray[Any]], Any]
_NATIVE = ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")


@dataclass(frozen=True)
class FunctionTarget:
    """A function that casts arrays to one format, or that computes an operation of arrays.

    Parameters
    ----------
    name : str
        Name in the report.
    function : callable
        ``function(array) -> array`` of the same shape; of an operation ``function(a, b) -> array``, with an array for each operand. It is given an array of
        dtype `source` (read-only), or of codes where no dtype has that format. It may return unsigned integers: codes of the
        format; an ml_dtypes array of the format; or floats, and signed integers for an integer format: values, each of which must be one of the format. Masked
        elements are no results.
    fmt : str or Format
        Format of the results, which may be your own; of a comparison, whose results are truths, that of the operands.
    sources : tuple of str or Format, optional
        Formats of the inputs, one conversion for each (float32 if not given); of an operation that of each operand (`fmt` if not given): float16, float32,
        float64, an integer dtype, a format that ml_dtypes has (``bfloat16``), or any other: then the function is given codes. A source of your own has at most
        16 bits.
    dialect : Dialect
        What the function says it does; ties to even without saturation if not given.
    knobs : tuple of (str, choice)
        Knobs on top of the dialect, such as ``(("overflow", "saturate"),)``.
    nan_by : NanBy or str
        ``"class"``: any NaN equals any NaN; ``"byte"``: the code of the dialect.
    version : str
        For the report.
    op : str
        The operation, such as ``"add"``; conversions if not given.
    flags : bool
        Whether the function returns a pair, results and exception flags (bits as `refquant.Flags`), and is judged by both.

    Examples
    --------
    >>> import numpy as np
    >>> from refquant.verify import FunctionTarget, judge
    >>> truncate = lambda x: (x.view(np.uint32) >> 16).astype(np.uint16)
    >>> verdict = judge(FunctionTarget("truncate", truncate, "bfloat16"), random=1000).verdicts[0]
    >>> verdict.status, verdict.diagnosis
    ('new', 'rounding=toward_zero, and NaNs otherwise')
    >>> product = lambda a, b: (a.astype(np.float32) * b.astype(np.float32)).astype(np.float16)
    >>> judge(FunctionTarget("product", product, "float16", op="mul"), random=1000).verdicts[0].status
    'exact'
    """

    name: str
    function: Function
    fmt: str | Format
    sources: tuple[str | Format, ...] | None = None
    dialect: Dialect = DEFAULT
    knobs: tuple[tuple[str, Any], ...] = ()
    nan_by: NanBy = NanBy.CLASS
    version: str = ""
    op: str = ""
    flags: bool = False

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise InputTypeError(f"function: expected a function from an array to an array, got {self.function!r}")
        put = object.__setattr__
        put(self, "fmt", name_or_format(self.fmt))
        put(self, "sources", inputs_stated(self.op, self.fmt, self.sources))
        put(self, "dialect", as_dialect(self.dialect))
        put(self, "nan_by", nan_by(self.nan_by))
        check_flags(self.flags)
        check_claims(self.claims())

    @classmethod
    def load(
        cls, path: str, fmt: str, *, sources: Iterable[str] = (), dialect: Any = None, knobs: dict[str, Any] | None = None, nan_by: str = "class",
        op: str | None = None, flags: bool = False,
    ) -> FunctionTarget:  # fmt: skip
        """Return the target for ``module:function``; the current folder is searched too.

        Raises
        ------
        InputValueError
            If the module cannot be imported or has no such function.
        """
        if not isinstance(path, str):
            raise InputTypeError(f"target: expected 'module:function', got {path!r}")
        says = as_dialect(dialect), tuple((knobs or {}).items()), NanBy(nan_by)
        return cls(path, _load(path), fmt, tuple(sources) or None, *says, op=op or "", flags=flags)

    @property
    def _stated(self) -> Stated:
        return Stated(self.fmt, self.sources or (), self.dialect, self.knobs, self.nan_by, self.op, self.flags)

    def claims(self) -> tuple[Claim, ...]:
        """See Target."""
        return self._stated.claims()

    def operations(self) -> tuple[OperationClaim, ...]:
        """See Target."""
        return self._stated.operations()

    def run(self, claim: Claim, codes: Codes) -> Codes:
        """See Target."""
        return self._codes(self._results(claim, codes), claim)

    def run_with_flags(self, claim: Claim, codes: Codes) -> tuple[Codes, NDArray[np.uint8]]:
        """See Target."""
        returned = self._returned(claim, codes)
        if not isinstance(returned, tuple) or len(returned) != 2:
            raise ResultTypeError(f"{self.name}: expected a pair of results and flags, got {type(returned).__name__}")
        results, flags = (self._checked(part, codes) for part in returned)
        if flags.dtype.kind not in "ui":
            raise ResultTypeError(f"{self.name}: expected flags as integers, bits as refquant.Flags has them, got dtype {flags.dtype}")
        return self._codes(results, claim), np.clip(flags, 0, 0xFF).astype(np.uint8)

    def value_given(self, claim: Claim, case: Codes) -> str | None:
        """Return what the function gives for one input, where that is a value and not a code."""
        returned = self._returned(claim, case)
        result = self._checked(returned[0] if tells_flags(claim) else returned, case)
        return None if result.dtype.kind == "u" else str(result[0])

    def _codes(self, results: NDArray[Any], claim: Claim) -> Codes:
        fmt, of_integers = get_format(claim.target), f"{claim.operation}_integer"
        if results.dtype.kind == "i" and isinstance(fmt, FloatFormat) and of_integers in OPERATIONS:
            raise ResultTypeError(
                f"{self.name}: expected codes or values of {fmt.name}, got dtype {results.dtype}; with integers as results it is {of_integers}"
            )
        return result_codes(results, fmt, self.name)

    def _results(self, claim: Claim, codes: Codes) -> NDArray[Any]:
        return self._checked(self._returned(claim, codes), codes)

    def _returned(self, claim: Claim, codes: Codes) -> Any:
        # a function of C may write into what it is given; the inputs stay what they are
        given = [_array(column.copy(), source) for column, source in zip(columns_of(codes), claim.sources_of_a_case)]
        for array in given:
            array.flags.writeable = False
        with np.errstate(all="ignore"):
            return self.function(*given)

    def _checked(self, returned: Any, codes: Codes) -> NDArray[Any]:
        if np.ma.is_masked(returned):
            raise ResultTypeError(
                f"{self.name}: expected a result for every input, got a masked array in which {np.count_nonzero(np.ma.getmaskarray(returned))} are missing"
            )
        result = np.asarray(returned)
        if result.shape != codes.shape:
            raise ResultShapeError(f"{self.name}: expected a result of shape {codes.shape}, got {result.shape}")
        return result


def _load(path: str) -> Function:
    module_name, _, name = path.partition(":")
    if not module_name or not name:
        raise InputValueError(f"target: expected module:function, got {path!r}")
    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        found = importlib.import_module(module_name)
        for part in name.split("."):
            found = getattr(found, part)
    except (Exception, SystemExit) as error:
        raise InputValueError(f"target: cannot load {path!r}: {type(error).__name__}: {error}") from error
    finally:
        sys.path.remove(here)
    if not callable(found):
        raise InputValueError(f"target: {path!r} is not a function")
    return found


def _array(codes: Codes, source: str | Format) -> NDArray[Any]:
    """Return an array of the source's dtype; codes where there is none."""
    if source in _NATIVE:
        return codes.view(str(source))
    if source not in OF_ML_DTYPES:
        return codes.view()
    try:
        import ml_dtypes
    except ImportError:
        raise InputTypeError(f"source: the dtype of {source} is one of ml_dtypes: pip install ml_dtypes") from None
    return codes.view(getattr(ml_dtypes, str(source)))
