"""From what a caller asks to codes and flags: policies become plans, operands go through a kernel, chunk by chunk."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant import execution
from refquant.arithmetic import full_width
from refquant.arithmetic.digits import check_digits, fits_a_lane
from refquant.arithmetic.naming import Naming, checked_truth
from refquant.arithmetic.needs import check_result
from refquant.arithmetic.operands import formats_of, operands, result_format
from refquant.arithmetic.refusing import refuse
from refquant.codec import CodesAndFlags
from refquant.dispatch import chosen_for, function
from refquant.formats import Format
from refquant.policies import RAISES, Choices, Dialect, Flags, Philox, Plan, RandomBits, as_dialect, choices_of
from refquant.reference.denormals import raise_input_denormal, subnormals_in, watched
from refquant.stages import Stages, plan_stages, random_for

Formats = Format | str | tuple[Format | str, ...]
NAMES = ("a", "b", "c")
_DIV_BY_ZERO = np.uint8(Flags.DIV_BY_ZERO)


class Asked(NamedTuple):
    """The arguments that every operation has."""

    result: Format | str | None
    rounding: Any
    overflow: Any
    dialect: Any
    random: Any
    backend: str | None
    out: Any
    return_flags: bool


def computed(operation: str, given: tuple[Any, ...], fmt: Any, asked: Asked, *, integers: tuple[tuple[str, Any], ...] = (), copies: bool = False) -> Any:
    """Return the codes of an operation, and their flags where they are asked for.

    `integers` are operands that are no codes; `copies`: NaNs are copied, nothing is flushed, no format lies between. RQ-7.24.
    """
    with Naming(operation, fmt, len(given), asked.result):
        return _computed(operation, given, fmt, asked, integers, copies)


def _computed(operation: str, given: tuple[Any, ...], fmt: Any, asked: Asked, integers: tuple[tuple[str, Any], ...], copies: bool) -> Any:
    formats = formats_of(fmt, len(given))
    target = _result_format(operation, formats, asked.result)
    dialect = _copying(asked.dialect, target) if copies else asked.dialect
    stages = plan_stages(target, target.name, dialect=dialect, rounding=asked.rounding, overflow=asked.overflow, random=asked.random, computed=True)
    function(operation, asked.backend)  # before anything is said of the operands
    checked_truth("return_flags", asked.return_flags)
    check_result(operation, target)
    check_digits(operation, formats, target, stages, 0 if asked.random is None else asked.random.n)
    arrays, scalar = operands(NAMES[: len(given)], given, formats, integers)
    shape = arrays[0].shape
    random = random_for(asked.random, shape)
    out = None if asked.out is None else execution.checked_out(asked.out, target.code_dtype, shape)
    raises = any(plan.may_raise for plan in (stages.first, stages.last) if plan is not None)
    codes = np.empty(shape, target.code_dtype) if out is None or raises else out
    events = np.empty(shape, np.uint8) if asked.return_flags or raises else None
    backend = chosen_for(operation, asked.backend, codes.size, [f.name for f in formats], fits_a_lane(operation, formats, target))
    watch = "" if events is None or copies else watched(stages.policies, used=not operation.startswith("round_to_integral"))
    subnormal = subnormals_in(arrays[: len(formats)], formats, (watch,) * len(formats))  # before `out` is written, which may be an operand
    _run(operation, backend, arrays, formats, stages, random, codes, events)
    if events is not None:
        raise_input_denormal(subnormal, events)
    if events is not None and raises:
        refuse(events, target, stages, lambda index, only: _event(operation, arrays, formats, only, random, index))
    if out is not None and codes is not out:
        out[...] = codes
    result = codes[()] if scalar and out is None else codes if out is None else out
    return CodesAndFlags(result, events[()] if scalar and out is None else events) if asked.return_flags and events is not None else result


def _copying(dialect: Any, target: Format) -> Dialect:
    """RQ-7.24."""
    knobs = {"nan": "keep_payload"} if target.has_nan else {}
    return as_dialect(dialect).replace(subnormals="keep", via=None, **knobs)


def _result_format(operation: str, formats: tuple[Format, ...], result: Any) -> Format:
    if isinstance(result, str) and result in full_width.NAMES:
        return full_width.full_width(result, operation, formats)
    return result_format(formats, result)


def _run(
    operation: str, backend: str, arrays: list[NDArray[Any]], formats: tuple[Format, ...], stages: Stages, random: Any, codes: Any, events: Any
) -> None:  # fmt: skip
    choices = choices_of(stages.policies, len(formats))
    bits = [random.array] if isinstance(random, RandomBits) else []
    written = [codes] if events is None else [codes, events]
    grids = tuple(f.grid for f in formats)

    def one(base: int, parts: list[NDArray[Any]]) -> int:
        operands_, rest = parts[: len(arrays)], parts[len(arrays) :]
        draw = rest[0] if bits else random if isinstance(random, Philox) else None
        _chunk(operation, backend, operands_, grids, choices, stages, draw, base, rest[len(bits)], None if events is None else rest[-1])
        return 0

    execution.in_chunks(one, [*arrays, *bits, *written], len(written), backend, execution.COMPILED_CHUNK)


def _chunk(
    operation: str, backend: str, codes: Any, grids: Any, choices: Choices, stages: Stages, random: Any, base: int, out: Any, events: Any
) -> None:  # fmt: skip
    """Compute straight into the result format, or into that of `via` and from there. RQ-3.6, RQ-6.9."""
    kernel = function(operation, backend)
    if stages.first is None or stages.via is None:
        kernel(codes, grids, choices, stages.last, random, base, out, events)
        return
    middle = np.empty(codes[0].size, stages.via.code_dtype)
    first_events = None if events is None else np.empty(codes[0].size, np.uint8)
    kernel(codes, grids, choices, stages.first, None, base, middle, first_events)
    function("convert", backend)(middle, stages.via.grid, _after(stages.last), random, base, out, events)
    if events is not None and first_events is not None:
        by_zero = (first_events & _DIV_BY_ZERO) != 0  # alone, whatever the result format makes of Inf: RQ-7.12
        events[...] = np.where(by_zero, (events & np.uint8(RAISES)) | _DIV_BY_ZERO, events | first_events)


def _after(plan: Plan) -> Plan:
    """Return the plan of what follows an intermediate format: operands were flushed before it."""
    return plan._replace(flush_inputs=0)


def _event(operation: str, arrays: list[NDArray[Any]], formats: tuple[Format, ...], stages: Stages, random: Any, index: tuple[int, ...]) -> int:
    """Return the event of one result, from the reference."""
    draw = random if random is None else RandomBits(random.array[index].reshape(1), random.n) if isinstance(random, RandomBits) else random
    codes, events = np.empty(1, np.uint64), np.empty(1, np.uint8)
    _run(operation, "reference", [a[index].reshape(1) for a in arrays], formats, stages, draw, codes, events)
    return int(events[0])
