"""What is stated of a cast of the user's own: its formats and policies, checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from refquant.errors import InputTypeError, InputValueError, UnknownNameError
from refquant.formats import FloatFormat, Format, IntFormat, get_format
from refquant.golden.nan_mask import NanBy
from refquant.golden.sources import WIDE_INTEGERS
from refquant.operations import OPERATIONS
from refquant.policies import Dialect
from refquant.verify.offers import named_operation
from refquant.verify.operation_claim import OperationClaim
from refquant.verify.target import Claim, FlaggedClaim


def name_or_format(given: str | Format) -> str | Format:
    """Return the name where a format is known by one; a format of the caller's own stays what it is."""
    fmt = get_format(given)
    try:
        return fmt.name if get_format(fmt.name) == fmt else fmt
    except UnknownNameError:
        return fmt


def source_stated(given: str | Format) -> str | Format:
    """Return a source by name where it has one; refuse those for which there are no cases."""
    if isinstance(given, str) and given.strip().lower() in WIDE_INTEGERS:
        return given.strip().lower()
    source = name_or_format(given)
    if not isinstance(source, str) and source.width > 16:
        raise InputValueError(f"source: a format of your own has at most 16 bits here, and {source.name} has {source.width}")
    return source


def sources_stated(given: str | Format | Iterable[str | Format]) -> tuple[str | Format, ...]:
    """Return the sources of one, or of several, each once; refuse none at all."""
    several = (given,) if isinstance(given, (str, FloatFormat, IntFormat)) else tuple(given)
    if not several:
        raise InputValueError("sources: expected at least one format, got none")
    return tuple(dict.fromkeys(source_stated(source) for source in several))


@dataclass(frozen=True)
class Stated:
    """What is stated of an implementation of the user's own.

    Parameters
    ----------
    fmt : str or Format
        Format of the results; of a comparison that of the operands.
    sources : tuple of str or Format, or None
        Formats of the inputs of conversions, one conversion for each (float32 if not given); of an operation those of its operands (`fmt` if not given).
    dialect, knobs, nan_by
        As in `Claim`.
    op : str
        The operation; none is conversions.
    flags : bool
        Whether flags are answered with the results.
    """

    fmt: str | Format
    sources: tuple[str | Format, ...]
    dialect: Dialect
    knobs: tuple[tuple[str, Any], ...]
    nan_by: NanBy
    op: str = ""
    flags: bool = False

    def claims(self) -> tuple[Claim, ...]:
        """Return what is claimed."""
        says = (self.dialect, self.knobs, self.nan_by)
        if not self.op:
            kind = FlaggedClaim if self.flags else Claim
            return tuple(kind("encode", source, self.fmt, *says) for source in self.sources)
        result = self.fmt if OPERATIONS[self.op].result == "codes" else None
        more = dict(zip(("dialect", "knobs", "nan_by"), says), flags=self.flags)
        return (OperationClaim.of(self.op, *self.sources, result=result, **more),)

    def operations(self) -> tuple[OperationClaim, ...]:
        """Return the operations among the claims."""
        return tuple(claim for claim in self.claims() if isinstance(claim, OperationClaim))


def inputs_stated(op: Any, fmt: str | Format, given: Any) -> tuple[str | Format, ...]:
    """Return the formats of the inputs: of the operands of an operation, or sources of conversions."""
    if not op:
        return sources_stated(("float32",) if given is None else given)
    named_operation(op)
    operands = (fmt,) if given is None else (given,) if isinstance(given, (str, FloatFormat, IntFormat)) else tuple(given)
    return tuple(name_or_format(operand) for operand in operands)


def check_flags(flags: Any) -> None:
    """Refuse what is no truth."""
    if not isinstance(flags, bool):
        raise InputTypeError(f"flags: expected True or False, got {flags!r}")


def check_claims(claims: Iterable[Claim]) -> None:
    """Refuse claims that contradict themselves, or of which nothing is right or wrong."""
    for claim in claims:
        _ = claim.may_refuse
        if claim.policies.rounding.is_stochastic:
            raise InputValueError(f"rounding: a stochastic cast ({claim.policies.rounding}) has no single right result to compare with")
