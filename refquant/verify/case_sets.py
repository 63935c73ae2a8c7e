"""The inputs on which a claim is judged: those of golden vectors, and many random ones."""

from __future__ import annotations

from refquant.formats import get_format
from refquant.golden.cases import CaseSet, case_sets
from refquant.golden.crossing import random_operands
from refquant.golden.levels import every_pattern_is_taken, operands
from refquant.verify.cases import cases_of
from refquant.verify.operation_claim import OperationClaim
from refquant.verify.target import Claim


def sets_of(claim: Claim, *, seed: int = 0, random: int = 1_000_000, level: int = 2) -> tuple[CaseSet, ...]:
    """Return the inputs of a claim, kind by kind; `level` is for operations, of which level 1 has no more random operands than golden vectors have.

    Examples
    --------
    >>> from refquant.verify import OperationClaim
    >>> from refquant.verify.case_sets import sets_of
    >>> [(s.name, s.codes.size) for s in sets_of(OperationClaim.of("mul", "float8_e4m3fn"))]
    [('every pattern', 65536)]
    >>> [s.name for s in sets_of(OperationClaim.of("mul", "float16"), random=1000)]
    ['level 2', 'random']
    """
    if not isinstance(claim, OperationClaim):
        return case_sets(claim.source, claim.target, seed=seed, random=random)
    formats, goal = tuple(get_format(end) for end in claim.operands), get_format(claim.target)
    near = goal if claim.record.result == "codes" else formats[0]
    chosen = cases_of(operands(claim.record, formats, near, level, seed))
    if every_pattern_is_taken(claim.record, formats, level):
        return (CaseSet("every pattern", chosen),)
    if level == 1 or not random:
        return (CaseSet(f"level {level}", chosen),)
    return CaseSet(f"level {level}", chosen), CaseSet("random", cases_of(random_operands(formats, near, seed, random)))
