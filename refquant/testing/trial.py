"""What a function is tried on: what it says it does, and the operands of a level."""

from __future__ import annotations

from typing import Any, NamedTuple

from refquant.errors import InputTypeError, InputValueError, UnknownNameError
from refquant.formats import Format, get_format
from refquant.golden.evaluation import INTEGERS, operations_with_vectors
from refquant.golden.levels import EXHAUSTIVE, Level, every_pattern_is_taken, operands
from refquant.golden.random_words import checked_seed
from refquant.golden.sources import named_format, operand_format
from refquant.golden.wide_integers import WideInteger
from refquant.operations import OPERATIONS, Operation
from refquant.policies import Dialect, as_dialect
from refquant.testing.levels import LEVELS, level_of_run
from refquant.testing.operations_as_casts import OPERATIONS as CASTS
from refquant.testing.operations_as_casts import as_cast, name_of
from refquant.testing.operations_as_functions import as_operation
from refquant.verify.cases import bits_of, cases_of
from refquant.verify.findings import tells_flags
from refquant.verify.operation_claim import OperationClaim
from refquant.verify.target import Claim, Codes
from refquant.verify.targets import FunctionTarget
from refquant.verify.targets.stated import name_or_format, source_stated

Knobs = tuple[tuple[str, Any], ...]

_COMPARED_AT_ONCE = 16  #: bits of a source; every code of a wider one is swept in chunks


class Trial(NamedTuple):
    """A function that can be judged, its claim, and how thoroughly it is tested."""

    judged: FunctionTarget
    claim: Claim
    op: str
    said: tuple[tuple[str, Any], ...]  #: the knobs on top of the dialect
    level: Level
    seed: int

    @property
    def tells_flags(self) -> bool:
        """Whether flags are judged with the results."""
        return tells_flags(self.claim)

    @property
    def is_sweep(self) -> bool:
        """Whether there are more inputs than a list should hold. A sweep sees no flags."""
        return self.level == EXHAUSTIVE and bits_of(self.claim) > _COMPARED_AT_ONCE and not self.tells_flags

    @property
    def sources(self) -> tuple[Format, ...]:
        """The formats of the inputs, one for each operand."""
        return tuple(operand_format("source", source) for source in self.claim.sources_of_a_case)

    @property
    def target(self) -> Format:
        """The format of the results."""
        return get_format(self.claim.target)

    def inputs(self, level: Level | None = None) -> Codes:
        """Return the operands that golden vectors of the operation have at a level."""
        record = OPERATIONS[self.op]
        goal = self.target if record.result in ("codes", "values") else self.sources[0]
        return cases_of(operands(record, self.sources, goal, self.level if level is None else level, self.seed))

    def inputs_text(self) -> str:
        """Return what the inputs are."""
        if self.level == EXHAUSTIVE or every_pattern_is_taken(OPERATIONS[self.op], self.sources, int(self.level)):
            return f"level {self.level}: every {'code' if len(self.sources) == 1 else 'combination of codes'} of {self.claim.names[0]}"
        return f"level {self.level}, seed {self.seed}: the operands of golden vectors"

    def headline(self) -> str:
        """Return that the function does not do what it says, and what that is."""
        knobs = (f"{k}={v}" for k, v in self.said)
        says = [f"dialect {self.claim.dialect.name}", *knobs, f"NaNs by {self.claim.nan_by}", *(["with flags"] if self.tells_flags else [])]
        return f"{self.judged.name} does not conform: {label_of(self.claim, self.op)}, {', '.join(says)}"


def label_of(claim: Claim, op: str) -> str:
    """Return an operation and its formats."""
    return claim.label if isinstance(claim, OperationClaim) else f"{op} {claim.label}"


def trial_of(
    fn: Any, op: str, source: Any, target: Any, *, dialect: Any, rounding: Any, overflow: Any, level: Any, seed: Any, nan_by: Any, flags: Any
) -> Trial:  # fmt: skip
    """Return the arguments of `refquant.testing.assert_conforms`, checked."""
    chosen = _level(level), checked_seed(seed)
    _check_op(op)
    if not callable(fn):
        raise InputTypeError(f"fn: expected a function from an array to an array, got {fn!r}")
    if not isinstance(flags, bool):
        raise InputTypeError(f"flags: expected True or False, got {flags!r}")
    said = tuple((k, v) for k, v in (("rounding", rounding), ("overflow", overflow)) if v is not None)
    made = _of_cast if op in CASTS else _of_operation
    judged = made(fn, op, source, target, as_dialect(dialect), said, nan_by, flags, implied=dialect is None)
    return Trial(judged, judged.claims()[0], op, said, *chosen)


def _check_op(op: Any) -> None:
    """Refuse what is neither a cast nor an operation with vectors."""
    able = [record.name for record in operations_with_vectors()]
    if not isinstance(op, str) or op not in able:
        import difflib  # loaded for this message alone

        near = difflib.get_close_matches(str(op), able, 4, 0.5)
        listed = f"`refquant golden --help` lists them{', near ones ' if near else ''}{', '.join(near)}"
        raise UnknownNameError(f"op: expected one of {', '.join(CASTS)}, or an operation such as add, fma or sqrt ({listed}); got {op!r}")


def _of_cast(
    fn: Any, op: str, source: Any, target: Any, dialect: Dialect, said: Knobs, nan_by: Any, flags: bool, *, implied: bool
) -> FunctionTarget:  # fmt: skip
    if flags:
        raise InputValueError(f"flags: those of arithmetic are judged, not those of {op}")
    if target is None:
        raise InputTypeError(f"target: {op} needs the format of its results")
    given, goal = _source(source), named_format("target", target)
    more = (("nan", "keep_payload"),) if op == "decode" and implied and goal.has_nan else ()
    return FunctionTarget(name_of(fn), as_cast(fn, op, given, goal), goal, (given,), dialect, (*more, *said), nan_by)


def _of_operation(
    fn: Any, op: str, source: Any, target: Any, dialect: Dialect, said: Knobs, nan_by: Any, flags: bool, *, implied: bool
) -> FunctionTarget:  # fmt: skip
    record = OPERATIONS[op]
    idle = next((knob for knob, _ in said if knob not in record.affected_by), None)
    if idle is not None:
        raise InputValueError(f"{idle}: {op} does not depend on it")
    formats = _operands(record, source)
    result = _result(record, formats, target)
    claim = OperationClaim.of(op, *formats, result=result)
    function = as_operation(fn, op, claim.label, get_format(claim.target), flags=flags)
    return FunctionTarget(name_of(fn), function, result or formats[0], formats, dialect, said, nan_by, op=op, flags=flags)


def _operands(record: Operation, source: Any) -> tuple[str | Format, ...]:
    """Return the formats of the operands: one for all (integers apart), or one each."""
    given = tuple(source) if isinstance(source, (tuple, list)) else (source,)
    count = len(record.operands)
    if len(given) not in (1, count):
        raise InputValueError(f"source: expected one format, or a tuple of {count}, one for each operand of {record.name}; got {len(given)}")
    every = given if len(given) == count else tuple(INTEGERS if kind == "integers" else given[0] for kind in record.operands)
    named = tuple(named_format("source", fmt) for fmt in every)
    other = next((fmt for fmt, kind in zip(named, record.operands) if kind == "integers" and fmt.name != INTEGERS), None)
    if other is not None:
        raise InputValueError(f"source: the integers of {record.name} are {INTEGERS}, not {other.name}")
    return tuple(name_or_format(fmt) for fmt in named)


def _result(record: Operation, formats: tuple[str | Format, ...], target: Any) -> str | Format | None:
    """Return the format of the results; None where the operation has only one."""
    if record.result != "codes":
        if target is not None:
            raise InputValueError(f"target: {record.name} has results of one kind ({record.result}); leave target out")
        return None
    if target is not None:
        return name_or_format(named_format("target", target))
    if len({fmt for fmt, kind in zip(formats, record.operands) if kind == "codes"}) > 1:
        raise InputValueError(f"target: {record.name} of operands of different formats needs the format of its results")
    return formats[0]


def _source(given: Any) -> str | Format:
    """Return a source by name where it has one."""
    source = operand_format("source", given)
    return source_stated(source.name if isinstance(given, str) or isinstance(source, WideInteger) else source)


def _level(level: Any) -> Level:
    """Return a level, or that of the run."""
    name = level_of_run() if level is None else str(level)
    if name not in LEVELS:
        raise InputValueError(f"level: expected one of {', '.join(LEVELS)}, or None; got {level!r}")
    return EXHAUSTIVE if name == EXHAUSTIVE else int(name)
