"""What a target offers to be judged: conversions, and operations where it has some."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from refquant.errors import InputValueError, UnknownNameError
from refquant.golden.evaluation import is_conversion, operations_with_vectors
from refquant.operations import OPERATIONS
from refquant.verify.deviations import Deviation
from refquant.verify.operation_claim import OperationClaim
from refquant.verify.target import Claim, FlaggedClaim, Target
from refquant.verify.versions import version_matches

EVERY = "all"


def operations_of(target: Target) -> tuple[OperationClaim, ...]:
    """Return the operations that a target offers."""
    found = getattr(target, "operations", None)
    return () if found is None else tuple(found())


def claims_of(target: Target, op: Any = None) -> tuple[Claim, ...]:
    """Return the claims of an operation, of all operations, or (None) of the conversions of a target.

    Raises
    ------
    UnknownNameError, InputValueError
        If there is no such operation, or the target does not have it.

    Examples
    --------
    >>> from refquant.verify import get_target
    >>> from refquant.verify.offers import claims_of
    >>> [claim.label for claim in claims_of(get_target("numpy"), "sqrt")]
    ['sqrt float16', 'sqrt float32', 'sqrt float64']
    """
    if op is None:
        return tuple(target.claims())
    every = operations_of(target)
    found = every if op == EVERY else tuple(claim for claim in every if claim.operation == named_operation(op))
    if not every:
        raise InputValueError(f"op: {target.name} has no operations")
    if not found:
        raise InputValueError(f"op: {target.name} has no {op}; it has {', '.join(dict.fromkeys(claim.operation for claim in every))}")
    return found


def named_operation(op: Any) -> str:
    """Return the name of an operation that is no conversion; raise where there is none."""
    name = op if isinstance(op, str) else ""
    if name in {record.name for record in operations_with_vectors() if not is_conversion(record)}:
        return name
    if name in OPERATIONS and OPERATIONS[name].kernel == "convert":
        raise InputValueError(f"op: {name} is a conversion; leave op out")
    import difflib  # loaded for this message alone

    near = difflib.get_close_matches(name, [name for name, record in OPERATIONS.items() if record.door], 3, 0.6)
    hint = f", near ones {', '.join(near)}" if near else ""
    raise UnknownNameError(f"op: expected an operation such as add, div, fma or sqrt (`refquant golden --help` lists them{hint}), or {EVERY}; got {op!r}")


def without_flags(claim: Claim) -> Claim:
    """Return a claim of codes alone."""
    return replace(claim, flags=False) if isinstance(claim, (OperationClaim, FlaggedClaim)) else claim


def unmatched(entries: Iterable[Deviation], target: Target, announced: tuple[Claim, ...]) -> tuple[Deviation, ...]:
    """Return the entries of a package and version that speak of none of its conversions or operations: a mistake in a pattern, or what it no longer has.

    Those of conversions are looked for where all of them are judged, those of an operation where it is judged in every format.
    """
    of_it = (e for e in entries if e.package == target.name and version_matches(target.version, e.versions))
    lost = (e for e in of_it if not any(e.speaks_of(target.name, target.version, claim) for claim in announced))
    return tuple(e for e in lost if _whole(target, announced, e.operation))


def _whole(target: Target, announced: tuple[Claim, ...], operation: str) -> bool:
    """Return whether all is judged among which an entry of this operation should be."""
    asked = [isinstance(claim, OperationClaim) for claim in announced]
    if operation not in OPERATIONS or is_conversion(OPERATIONS[operation]):
        return not all(asked) and announced == tuple(target.claims())
    every = operations_of(target)
    same, given = (tuple(claim for claim in claims if claim.operation == operation) for claims in (every, announced))
    return any(asked) and (given == same if same else announced == every)
