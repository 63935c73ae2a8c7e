"""Chunks and memory layout: any array is walked in C order, chunk by chunk, and results do not depend on the chunks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant import inputs
from refquant.dispatch import chosen, function
from refquant.errors import EncodeError, OutputError, PolicyError
from refquant.extended import FLOAT64_PAYLOAD, extended_parts
from refquant.formats import Format, IntFormat
from refquant.inputs import Source
from refquant.policies import RAISES, OverflowMode, Philox, Plan, RandomBits
from refquant.reference.denormals import Found, raise_input_denormal, subnormals_in, watched
from refquant.stages import Stages
from refquant.threads import get_num_threads, run_all

CHUNK = 1 << 14  # elements; a chunk's temporaries stay in the second-level cache
COMPILED_CHUNK = 1 << 17  # elements of a job of compiled code that needs temporaries, and of any at least
THREAD_PAYS = 1 << 19  # elements that are worth a thread
COMPILED_JOB = 1 << 22  # elements at most of a job without
Array = NDArray[Any]
Reader = Callable[[list[Array], Plan, Any, int, Array | None, NDArray[np.uint8] | None], int]


def project_parts(
    parts: list[Array], target: Format, stages: Stages, random: Any, out: Array | None, want_flags: bool, backend: str | None
) -> tuple[Array, Array | None]:
    """Return the codes (and flags) of (sign, significand, exponent, kind) arrays in the target."""
    source = Source(parts[0], inputs.PARTS, inputs.EXACT, None, None, parts[0].dtype, False, tuple(parts[1:]))
    return project(source, target, stages, random, out, want_flags, backend)


def walk(arrays: list[Array], writable: int, size: int = CHUNK) -> Iterator[tuple[int, list[Array]]]:
    """Yield (index of the first element, flat native aligned chunks), of which the last `writable` are outputs.

    An input that lies where an output does is copied chunk by chunk; one that overlaps it otherwise, as a whole.
    """
    native = [inputs.native(a.dtype) for a in arrays]
    reads = len(arrays) - writable
    flags = [[use, "aligned", "nbo", "overlap_assume_elementwise"] for use in ["readonly"] * reads + ["writeonly"] * writable]
    options = ["external_loop", "buffered", "zerosize_ok", "copy_if_overlap", "refs_ok"]
    base = 0
    with np.nditer(arrays, options, flags, native, order="C", casting="equiv", buffersize=size) as iterator:  # type: ignore[call-overload]
        if arrays[0].size == 0:
            return
        for chunk in iterator:
            parts = list(chunk) if isinstance(chunk, tuple) else [chunk]
            yield base, [_apart(part, parts[reads:]) for part in parts[:reads]] + parts[reads:]
            base += parts[0].size


def _apart(part: Array, outputs: list[Array]) -> Array:
    return part.copy() if any(np.may_share_memory(part, out) for out in outputs) else part


def project(
    source: Source, target: Format, stages: Stages, random: Any, out: Array | None, want_flags: bool, backend: str | None
) -> tuple[Array, Array | None]:
    """Return the codes (and flags) of a source in the target; raise EncodeError, having written nothing, where a policy says so."""
    backend = chosen(backend, source.array.size if source.kind == inputs.CODES else 0)
    if want_flags and source.kind == inputs.EXTENDED and watched(stages.policies):
        raise PolicyError("input_denormal: subnormals of extended precision are not told; use input_denormal='none', or codes of a format")
    read = reader(source, backend)
    shape = source.array.shape
    plans = [p for p in (stages.first, stages.last) if p is not None]
    dtype = (stages.into or target).code_dtype
    codes = np.empty(shape, dtype) if out is None else checked_out(out, dtype, shape)
    flags = np.empty(shape, np.uint8) if want_flags else None
    if out is not None and any(p.may_raise for p in plans):
        _refuse(source, target, stages, _run(read, source, stages, random, None, None, backend), read, random, backend)
        stages = stages.harmless()
    subnormal = None if flags is None else _subnormals(source, target, stages)  # before `out` is written, which may be the source
    status = _run(read, source, stages, random, codes, flags, backend)
    _refuse(source, target, stages, status, read, random, backend)
    if flags is not None:
        raise_input_denormal(subnormal, flags)
    return codes, flags


def _subnormals(source: Source, target: Format, stages: Stages) -> Found | None:
    """RQ-6.10; what has no source format has no subnormals."""
    watch = watched(stages.policies, used=not isinstance(target, IntFormat))
    if source.format is None or source.kind != inputs.CODES:
        return None
    return subnormals_in([source.array], (source.format,), (watch,))


def checked_out(out: Any, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Array:
    """Return `out`, or raise OutputError."""
    if not isinstance(out, np.ndarray):
        raise OutputError(f"out: expected an array, got {type(out).__name__}")
    if inputs.native(out.dtype) != dtype or out.shape != shape:
        raise OutputError(f"out: expected dtype {dtype} and shape {shape}, got {out.dtype} and {out.shape}")
    if not out.flags.writeable:
        raise OutputError("out: the array is read-only")
    if _meets_itself(out):
        raise OutputError(f"out: elements share memory: shape {out.shape}, strides {out.strides}")
    return out


def _meets_itself(a: Array) -> bool:
    """Return whether elements of an array may lie in the same place, as `numpy.lib.stride_tricks` makes them."""
    reach = a.itemsize - 1
    for stride, size in sorted((abs(stride), size) for stride, size in zip(a.strides, a.shape, strict=True) if size > 1):
        if stride <= reach:
            return a.size > 0
        reach += stride * (size - 1)
    return False


def _run(read: Reader, source: Source, stages: Stages, random: Any, codes: Array | None, flags: Array | None, backend: str) -> int:
    """Walk the source through the stages and return the OR of the events; codes None: that alone."""
    bits = [random.array] if isinstance(random, RandomBits) else []
    written = [a for a in (codes, flags) if a is not None]
    given = [source.array, *source.more]

    def one(base: int, parts: list[Array]) -> int:
        rest = parts[len(given) :]
        draw = rest[0] if bits else random if isinstance(random, Philox) else None
        sink = None if codes is None else rest[len(bits)]
        return _chunk(read, parts[: len(given)], stages, draw, base, sink, parts[-1] if flags is not None else None, backend)

    return in_chunks(one, [*given, *bits, *written], len(written), backend, COMPILED_CHUNK if stages.first or stages.deliver else COMPILED_JOB)


def in_chunks(one: Callable[[int, list[Array]], int], arrays: list[Array], writable: int, backend: str, job: int) -> int:
    """Call ``one(index of the first element, chunks)`` for all of the arrays, of which the last are outputs, and return the OR of the results.

    Compiled code runs in threads where the arrays can be cut, `job` elements at most at once.
    """
    arrays = [_plainly(a) for a in arrays]
    if backend != "reference" and _are_plain(arrays, writable):
        return _in_threads(one, [a.reshape(-1) for a in arrays], job)
    status = 0
    for base, parts in walk(arrays, writable, CHUNK if backend == "reference" else COMPILED_CHUNK):
        status |= one(base, parts)
    return status


def _plainly(a: Array) -> Array:
    """Return an array as ndarray (a matrix would stay one when it is made flat), its dtype the one object by which NumPy knows what lies in place."""
    return a.view(np.ndarray).view(a.dtype.type) if a.dtype.isnative and a.dtype.kind != "O" else a.view(np.ndarray)


def _are_plain(arrays: list[Array], writable: int) -> bool:
    """Return whether arrays can be cut into chunks as they lie in memory, outputs apart from inputs."""
    reads, writes = arrays[: len(arrays) - writable], arrays[len(arrays) - writable :]
    plain = all(a.flags.c_contiguous and a.flags.aligned and a.dtype.isnative for a in arrays)
    return plain and not any(np.may_share_memory(a, b) for a in reads for b in writes)


def _in_threads(one: Callable[[int, list[Array]], int], flat: list[Array], most: int) -> int:
    if flat[0].size <= COMPILED_CHUNK:
        return one(0, flat)
    size = min(max(-(-flat[0].size // get_num_threads()), COMPILED_CHUNK), most)

    def job(i: int) -> int:
        first = i * size
        return one(first, [a[first : first + size] for a in flat])

    return run_all(job, -(-flat[0].size // size), flat[0].size // THREAD_PAYS)


def _chunk(read: Reader, parts: list[Array], stages: Stages, random: Any, base: int, out: Array | None, events: Array | None, backend: str) -> int:
    size = parts[0].size
    if stages.deliver is not None:
        codes = np.empty(size, np.uint32 if stages.last.grid.width <= 32 else np.uint64)
        status = _chunk(read, parts, stages._replace(deliver=None), random, base, codes, events, backend)
        if out is not None:
            function("convert", backend)(codes, stages.last.grid, stages.deliver, None, base, out, None)
        return status
    if stages.first is None or stages.via is None:
        return read(parts, stages.last, random, base, out, events)
    middle = np.empty(size, stages.via.code_dtype)
    first_events = None if events is None else np.empty(size, np.uint8)
    status = read(parts, stages.first, None, base, middle, first_events)
    status |= int(function("convert", backend)(middle, stages.via.grid, stages.last, random, base, out, events))
    if events is not None and first_events is not None:
        events |= first_events  # RQ-6.9
    return status


def reader(source: Source, backend: str) -> Reader:
    """Return the function that takes one chunk of the source through a plan."""
    if source.kind == inputs.EXACT:
        if backend != "reference":
            _refuse_what_is_no_number(source.array)
        encode_exact = function("encode_exact", backend)
        return lambda parts, plan, *rest: encode_exact(_located(parts[0], plan), plan, *rest)
    if source.kind == inputs.EXTENDED:
        encode_parts = function("encode_parts", backend)
        return lambda parts, plan, *rest: encode_parts(*extended_parts(parts[0], bool(plan.flush_inputs)), plan, *rest)
    if source.kind == inputs.PARTS:
        encode_parts = function("encode_parts", backend)
        return lambda parts, plan, *rest: encode_parts(*parts, FLOAT64_PAYLOAD, plan, *rest)
    convert = function("convert", backend)
    return lambda parts, plan, *rest: convert(parts[0], source.grid, plan, *rest)


def _located(values: Array, plan: Plan) -> Any:
    from refquant.rationals import locate_all  # loaded when exact numbers arrive: it needs fractions and decimal

    return locate_all(values, plan.grid, bool(plan.wrap))


def _refuse_what_is_no_number(values: Array) -> None:
    """Raise InputTypeError before anything is said of the backend."""
    from refquant.rationals import exact

    for value in values.flat:
        exact(value)


def project_all(source: Source, target: Format, stages: Stages, random: Any, backend: str | None) -> tuple[Array, Array, Array]:
    """Return codes, flags, and where a policy refuses the element (its code means nothing); no element raises. RQ-5.15."""
    backend = chosen(backend, source.array.size if source.kind == inputs.CODES else 0)
    codes, events = _events(source, target, stages, random, reader(source, backend), backend)
    return codes, events & np.uint8(RAISES ^ 0xFF), events & np.uint8(RAISES) != 0


def _events(source: Source, target: Format, stages: Stages, random: Any, read: Reader, backend: str) -> tuple[Array, Array]:
    codes = np.empty(source.array.shape, (stages.into or target).code_dtype)
    events = np.empty(source.array.shape, np.uint8)
    _run(read, source, stages, random, codes, events, backend)
    raise_input_denormal(_subnormals(source, target, stages), events)
    return codes, events


def _refuse(source: Source, target: Format, stages: Stages, status: int, read: Reader, random: Any, backend: str) -> None:
    """Raise where an event says so, with the first index and the count. RQ-5.15."""
    if not status & RAISES:
        return
    events = _events(source, target, stages, random, read, backend)[1]
    where = np.flatnonzero(events.reshape(-1) & RAISES)
    index = tuple(int(i) for i in np.unravel_index(int(where[0]), source.array.shape))
    raise _refusal(source, target, stages, index, where.size)


def _refusal(source: Source, target: Format, stages: Stages, index: tuple[int, ...], count: int) -> Exception:
    value, policies = describe(source, index), stages.policies
    at = inputs.at_index(index)
    more = f" ({count} such values)" if count > 1 else ""
    if "nan" in value:
        return EncodeError(f"{source.argument}: NaN{at} cannot go into {target.name}{more}: choose what NaN becomes with dialect.replace(nan=...)")
    if "inf" in value and policies.overflow is OverflowMode.WRAP:
        return PolicyError(f"{source.argument}: {value}{at} cannot be wrapped into {target.name}{more}: choose with dialect.replace(inf_to_int=...)")
    return EncodeError(f"{source.argument}: {value}{at} cannot go into {target.name} under {_named(policies)}{more}")


def _named(policies: Any) -> str:
    names = [f"{n}={getattr(policies, n).value!r}" for n in ("overflow", "nan", "negative", "zero_input", "inf_to_int") if getattr(policies, n) == "error"]
    return ", ".join(names) or f"overflow={policies.overflow.value!r}"


def describe(source: Source, index: tuple[int, ...]) -> str:
    """Return one element of a source as text: hex float, integer, fraction, ``inf`` or ``nan``."""
    element = source.array[index]
    if source.kind == inputs.PARTS:
        significand, exponent, kind = (int(a[index]) for a in source.more)
        return ("-" if element else "") + {0: f"{significand}*2**{exponent}", 1: "inf"}.get(kind, "nan")
    if source.kind == inputs.CODES and source.grid is not None:
        sign, significand, exponent, kind = (p[0] for p in function("decode_parts")(np.array([element]), source.grid))
        if kind:
            return f"{'-' if sign else ''}{'inf' if kind == 1 else 'nan'}"
        m, e = int(significand), int(exponent)
        plain = repr(math.ldexp(m, e)) if e >= -1074 and m.bit_length() + e <= 1024 and m < 1 << 53 else f"{m}*2**{e}"
        return ("-" if sign else "") + (str(m << e) if 0 <= e <= 64 else plain)
    from refquant.rationals import exact, in_short

    number = exact(element)
    text = {0: in_short(number.magnitude), 1: "inf"}.get(number.kind, "nan")
    return ("-" if number.negative else "") + text
