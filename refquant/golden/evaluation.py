"""What is right: a record evaluated on columns of codes. Conversions by the casts themselves, all else through the public function that the record names."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.containers import holds
from refquant.errors import EncodeError, InputValueError, RangeExceededError, UnknownNameError
from refquant.execution import project_all
from refquant.formats import Format, get_format
from refquant.golden.sources import source_of
from refquant.golden.wide_integers import WideInteger
from refquant.operations import OPERATIONS, Operation
from refquant.policies import Dialect, NanMode, NanOutMode, Policies, RandomBits
from refquant.stages import Stages, exact_plan, plan_stages

Codes = NDArray[Any]
INTEGERS = "int32"  #: the format of operands and results that are integers
TRUTH = "uint1"  #: the format of a truth
_RESULTS = {"truth": TRUTH, "class": "uint4", "integers": INTEGERS}  #: formats of results that are no codes of the caller's format
_SHOWN = 12  #: names of operations that a message tells
_FLOATS = ("float32", "float64")


class Evaluated(NamedTuple):
    """Result codes, flags (uint8), and where the policies refuse the operands."""

    codes: Codes
    flags: NDArray[np.uint8]
    refused: NDArray[np.bool_]


def operation_named(name: Any) -> Operation:
    """Return a record of which vectors can be made: every operand and the result are codes of a format."""
    able = {op.name: op for op in operations_with_vectors()}
    if name not in able:
        raise UnknownNameError(f"operation: expected one of {_in_short(tuple(able), str(name))}; got {name!r}")
    return able[name]


def _in_short(names: tuple[str, ...], given: str) -> str:
    """Return some names, and those that are near to what was given."""
    import difflib  # loaded for this message alone

    near = [n for n in difflib.get_close_matches(given, names, 3, 0.6) if n not in names[:_SHOWN]]
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {rest} more, near ones among them: {', '.join(near)}" if near else f" and {rest} more (refquant golden --help)")


def operations_with_vectors() -> tuple[Operation, ...]:
    """Return the records of which vectors can be made."""
    return tuple(op for op in OPERATIONS.values() if _has_vectors(op))


def _has_vectors(operation: Operation) -> bool:
    plain = {*operation.operands, operation.result} <= {"codes", "values", *_RESULTS}
    return plain and (bool(operation.door) or operation.kernel == "convert")


def is_conversion(operation: Operation) -> bool:
    """Return whether an operation rounds its operand, and nothing else."""
    return not operation.door


def result_format(operation: Operation, formats: tuple[Format, ...], fmt: Format, asked: Format | None) -> Format:
    """Return the format of the results; `fmt` is the target of a conversion, `asked` what the caller wants values in."""
    if operation.result in _RESULTS:
        return _only(get_format(_RESULTS[operation.result]), asked, operation)
    if operation.result == "codes":
        return _only(fmt, asked, operation) if is_conversion(operation) else asked or fmt
    if asked is not None and not holds(asked, fmt):
        raise RangeExceededError(f"result: {asked.name} cannot hold every value of {fmt.name} exactly")
    own = formats if operation.name == "round" and not isinstance(formats[0], WideInteger) else ()
    choices = [asked] if asked else [f for f in (*own, *map(get_format, _FLOATS)) if holds(f, fmt)]
    if not choices:
        raise RangeExceededError(f"result: neither {formats[0].name} nor a float format holds every value of {fmt.name} exactly; use encode or convert")
    return choices[0]


def _only(fmt: Format, asked: Format | None, operation: Operation) -> Format:
    if asked not in (None, fmt):
        raise InputValueError(f"result: the results of {operation.name} are codes of {fmt.name}, not of {asked.name if asked else None}")
    return fmt


def coded(operation: Operation, formats: tuple[Format, ...]) -> tuple[Format, ...]:
    """Return the formats of the operands that are not integers; raise where those are given in another than theirs."""
    other = next((f for f, kind in zip(formats, operation.operands, strict=True) if kind == "integers" and f != get_format(INTEGERS)), None)
    if other is not None:
        raise InputValueError(f"fmt: the integers of {operation.name} are {INTEGERS}, not {other.name}")
    return tuple(f for f, kind in zip(formats, operation.operands, strict=True) if kind != "integers")


def evaluate(
    operation: Operation, columns: tuple[Codes, ...], formats: tuple[Format, ...], fmt: Format, result: Format, policies: Policies,
    random: RandomBits | None, backend: str | None,
) -> Evaluated:  # fmt: skip
    """Return what is right for columns of operands under policies; `fmt` is the format that is rounded to."""
    dialect = Dialect("golden", base=policies)
    if not is_conversion(operation):
        return _through_door(operation, columns, formats, result, dialect, random, backend)
    source = source_of(columns[0], formats[0])
    if operation.name == "decode":
        stages = Stages(None, None, _exact(result, policies.nan_out), Policies())
    else:
        stages = plan_stages(fmt, source.name, dialect=dialect, rounding=None, overflow=None, random=random)
    if operation.name == "round":
        stages = stages._replace(deliver=_exact(result, policies.nan_out), into=result)
    return Evaluated(*project_all(source, result if operation.name == "decode" else fmt, stages, random, backend))


def _exact(container: Format, nan_out: NanOutMode) -> Any:
    moves = NanMode.CANONICAL if nan_out is NanOutMode.CANONICAL else NanMode.KEEP_PAYLOAD
    return exact_plan(container, moves if container.has_nan else None)


def _through_door(
    operation: Operation, columns: tuple[Codes, ...], formats: tuple[Format, ...], result: Format, dialect: Dialect, random: Any, backend: str | None
) -> Evaluated:
    """Call the public function; where it refuses results, again without their operands: no element depends on another."""
    try:
        return _called(operation, columns, formats, result, dialect, random, backend)
    except EncodeError as error:
        if error.refused is None:
            raise
        kept = ~error.refused
    some = None if random is None else RandomBits(random.array[kept], random.n)
    found = _called(operation, tuple(column[kept] for column in columns), formats, result, dialect, some, backend)
    codes, flags = np.zeros(kept.size, result.code_dtype), np.zeros(kept.size, np.uint8)
    codes[kept], flags[kept] = found.codes, found.flags
    return Evaluated(codes, flags, ~kept)


def _called(
    operation: Operation, columns: tuple[Codes, ...], formats: tuple[Format, ...], result: Format, dialect: Dialect, random: Any, backend: str | None
) -> Evaluated:
    module, _, name = operation.door.partition(".")
    options = {"backend": backend, **dict(operation.choices)}
    options |= {"dialect": dialect} if operation.affected_by else {}
    options |= {"result": result} if operation.result == "codes" else {}
    options |= {"random": random} if random is not None else {}
    options |= {"return_flags": True} if operation.result != "class" else {}
    given = [column.astype(np.uint32).view(np.int32) if kind == "integers" else column for column, kind in zip(columns, operation.operands, strict=True)]
    found = getattr(import_module(f"refquant.{module}"), name)(*given, coded(operation, formats), **options)
    codes, flags = found if operation.result != "class" else (found, np.zeros(columns[0].size, np.uint8))
    return Evaluated(np.asarray(codes).astype(result.code_dtype), np.asarray(flags), np.zeros(columns[0].size, np.bool_))
