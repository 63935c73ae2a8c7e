"""What an implementation says of an operation: the formats of its operands and of its result, its policies, and whether it tells flags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.codec import CodesAndFlags
from refquant.errors import InputValueError
from refquant.formats import Format, get_format
from refquant.golden.evaluation import Evaluated, evaluate, is_conversion, operation_named, result_format
from refquant.golden.making import policies_for
from refquant.operations import OPERATIONS, Operation
from refquant.policies import Dialect, Policies
from refquant.verify.cases import columns_of
from refquant.verify.target import Claim, Codes

_AS_WIDE = ("float32", "float64")
_INTEGERS = "int32"  #: the format of operands that are integers


@dataclass(frozen=True)
class OperationClaim(Claim):
    """One operation that an implementation offers: every result is the exact one, rounded once under these policies.

    Parameters
    ----------
    operation : str
        A name of `refquant.golden` with operands and results that are codes, such as ``"add"``.
    source : str or Format
        Format of the first operand.
    target : str or Format
        Format of the result; of a comparison ``"uint1"``.
    dialect, knobs, nan_by
        As in `Claim`.
    operands : tuple of str or Format
        Format of each operand. The inputs are records of codes ``a``, ``b``, ``c`` where there are several, see `refquant.verify.cases`.
    flags : bool
        Whether exception flags are answered with each result, and are judged.

    Raises
    ------
    UnknownNameError, InputValueError
        If there is no such operation, or it has another number of operands.

    Examples
    --------
    >>> from refquant.verify import OperationClaim
    >>> OperationClaim.of("add", "float16").label, OperationClaim.of("mul", "bfloat16", "float16", result="float32").label
    ('add float16', 'mul bfloat16, float16 -> float32')
    """

    operands: tuple[str | Format, ...] = ()
    flags: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        record = operation_named(self.operation)
        if is_conversion(record):
            raise InputValueError(f"operation: {record.name} is a conversion; see refquant.verify.Claim")
        if len(self.operands) != len(record.operands) or self.operands[0] != self.source:
            raise InputValueError(f"operands: {record.name} has {len(record.operands)} operands, the first of the source's format; got {self.operands!r}")

    @classmethod
    def of(cls, operation: str, *operands: str | Format, result: str | Format | None = None, **more: Any) -> OperationClaim:
        """Return the claim for an operation of operands of one format, or of one each; `more` are further fields."""
        record = operation_named(operation)
        given = tuple(_INTEGERS if kind == "integers" else operands[0] for kind in record.operands) if len(operands) == 1 else operands
        if len(given) != len(record.operands):
            raise InputValueError(f"operands: expected one format, or one for each of the {len(record.operands)} operands of {operation}; got {len(given)}")
        if result is None and record.result == "codes":
            if len({end for end, kind in zip(given, record.operands) if kind != "integers"}) > 1:
                raise InputValueError(f"result: {operation} of operands of different formats needs the format of its result")
            result = given[0]
        formats, asked = tuple(get_format(end) for end in given), None if result is None else get_format(result)
        delivered = result_format(record, formats, formats[0], asked)
        return cls(operation, given[0], delivered.name if result is None else result, operands=given, **more)

    @property
    def record(self) -> Operation:
        """Return the record of the operation."""
        return OPERATIONS[self.operation]

    @property
    def names(self) -> tuple[str, str]:
        """Return the names of the operands' formats and of the result's."""
        return ", ".join(self.source_names), super().names[1]

    @property
    def sources_of_a_case(self) -> tuple[str | Format, ...]:
        """See Claim."""
        return self.operands

    @property
    def kind(self) -> str:
        """See Claim."""
        return "operation"

    @property
    def label(self) -> str:
        """Return ``"operation format"``, with the formats of operands and result where they differ."""
        operands, result = self.names
        alike = len(set(self.operands)) == 1 and (self.record.result != "codes" or self.operands[0] == self.target)
        return f"{self.operation} {self.source_names[0]}" if alike else f"{self.operation} {operands} -> {result}"

    def policies_of(self, dialect: Dialect) -> Policies:
        """Return what a dialect says of the result, or of the operands of a comparison; raise PolicyError where it says different things of these. RQ-7.5."""
        if self.record.result == "codes":
            return dialect.policies(self.names[1], self.names[1])
        formats = tuple(get_format(end) for end in self.operands)
        return policies_for(self.record, dialect, formats, formats[0])

    @property
    def may_pass_float32(self) -> bool:
        """Return whether computing in float32 and rounding again could give something else."""
        return "via" in self.record.affected_by and self.target not in _AS_WIDE

    @property
    def may_refuse(self) -> bool:
        """See Claim."""
        return self.record.result == "codes" and super().may_refuse

    def refused(self, codes: Codes, dialect: Dialect | None = None) -> NDArray[np.bool_]:
        """See Claim."""
        return self._evaluated(codes, dialect).refused

    def right(self, codes: Codes, dialect: Dialect | None = None, *, return_flags: bool = False) -> Any:
        """See Claim."""
        found = self._evaluated(codes, dialect)
        return CodesAndFlags(found.codes, found.flags) if return_flags else found.codes

    def _evaluated(self, codes: Codes, dialect: Dialect | None) -> Evaluated:
        formats, result = tuple(get_format(end) for end in self.operands), get_format(self.target)
        return evaluate(self.record, columns_of(codes), formats, result, result, self.policies_of(dialect or self.correct), None, None)
