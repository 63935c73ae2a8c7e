"""The guaranteed distance between each number and what it rounds to."""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refquant import execution, inputs
from refquant.codec import decode
from refquant.containers import holds
from refquant.dispatch import function
from refquant.errors import InputTypeError, PolicyError
from refquant.extended import extended_parts
from refquant.formats import Format, get_format
from refquant.inputs import Source
from refquant.policies import KNOBS, RAISES, Dialect, OverflowMode, Plan, Policies, RoundingMode, as_dialect, get_dialect, resolve
from refquant.policies.knobs import choice
from refquant.rationals import exact, floor_log2
from refquant.reference.bits import bit_length
from refquant.stages import plan_stages

_ZERO = -(1 << 28)  # the leading exponent of zero: below every format's
_SAFE = 2.0**-960  # sums of numbers from here on have no subnormal part in float64
_LONGDOUBLE_EMIN = -16382
Mask = NDArray[np.bool_]


class Magnitudes(NamedTuple):
    """For each number its leading exponent floor(log2 |x|), its sign, and its kind (0 finite, 1 Inf, more NaN). RQ-3.7."""

    leading: NDArray[np.int32]
    negative: Mask
    kind: NDArray[np.uint8]


def round_trip(
    x: ArrayLike, fmt: Format | str, *, rounding: RoundingMode | str | None = None, overflow: OverflowMode | str | None = None,
    dialect: Dialect | str | None = None, dtype: Any = None,
) -> Any:  # fmt: skip
    """Return the guaranteed bound of |x - round(x)| for each element.

    ``2**(q - 1)`` for the modes that begin with ``ties``, ``2**q`` for the others, where ``2**q`` is the quantum at x (RQ-11.1, RQ-11.2).

    Parameters
    ----------
    x : array_like
        As in `refquant.encode`; in the units of `x`. Not modified.
    fmt : Format or str
        The format that `x` is rounded to.
    rounding, overflow, dialect
        As in `refquant.encode`. A stochastic mode needs no random bits: the bound holds for all of them.
    dtype : dtype, optional
        float64 (the default), or ``object`` for ``fractions.Fraction`` (and Python floats for inf and nan).

    Returns
    -------
    ndarray of float64 or object, or its scalar
        Shape of `x`. A bound that is no float64 is rounded up.

    Raises
    ------
    InputTypeError
        If `x` has no real numbers, or `dtype` is neither float64 nor object.
    PolicyError
        If the dialect passes through an intermediate format (that is two roundings: see `is_innocuous`), or contradicts the format.
    UnknownNameError
        If a name does not exist.

    Notes
    -----
    The bound depends on the quantum alone: it is not 0 where x is representable. For the ``ties`` modes it is attained, for the others
    never (RQ-11.2). Where x is out of range and a number c is delivered, it is |x - c| (RQ-11.5); where Inf, NaN, a wrapped value or an
    error is, it is inf: nothing is promised. A stochastic mode counts as out of range from the bound of the format on.
    NaN gives nan; Inf gives 0 where it stays Inf, else inf. A nonzero x below a format without zero: the least positive value (RQ-11.4).
    Where a dialect flushes subnormals the bound is at least |x| there; where it drops signs, inf for negative x.

    Examples
    --------
    >>> import refquant as rq
    >>> from refquant import bounds
    >>> [b.hex() for b in bounds.round_trip([0.1, 1.0, 300.0, 500.0], "float8_e4m3fn").tolist()]
    ['0x1.0000000000000p-8', '0x1.0000000000000p-4', '0x1.0000000000000p+4', 'inf']
    >>> bounds.round_trip([500.0], "float8_e4m3fn", overflow="saturate").tolist()
    [52.0]
    """
    target, source = get_format(fmt), inputs.as_source(x)
    wanted = np.dtype(np.float64 if dtype is None else dtype)
    if wanted not in (np.dtype(np.float64), np.dtype(object)):
        raise InputTypeError(f"dtype: expected float64 or object, got {wanted}")
    policies = _policies(target, source, as_dialect(dialect), rounding, overflow)
    bounds = np.empty(source.array.shape, wanted)
    flat = bounds.reshape(-1)
    for base, (chunk,) in execution.walk([source.array], 0):
        flat[base : base + chunk.size] = _bounds(source._replace(array=chunk), target, policies, wanted)
    return bounds[()] if source.is_scalar else bounds


def _bounds(source: Source, target: Format, policies: Policies, wanted: np.dtype[Any]) -> NDArray[Any]:
    """Return the bounds of a flat chunk."""
    plan, places = resolve(target, policies), magnitudes(source)
    bounds = _from_exponents(_bound_exponents(places.leading, target, policies), wanted)
    _deliver_zeros(bounds, places, target, plan)
    _deliver_out_of_range(bounds, source, places, target, plan, _out_of_range(source, target, policies) & (places.kind == 0))
    _deliver_flushed(bounds, source, places, target, plan)
    _deliver_below_min(bounds, places, target, plan)
    _deliver_specials(bounds, places, target, plan)
    return bounds


def _policies(target: Format, source: Source, dialect: Dialect, rounding: Any, overflow: Any) -> Policies:
    chosen = {n: choice(n, v, KNOBS[n]) for n, v in (("rounding", rounding), ("overflow", overflow)) if v is not None}
    policies = dataclasses.replace(dialect.policies(target.name, source.name), **chosen)
    if policies.via is not None and policies.via.name != source.name:
        raise PolicyError(f"via: {dialect.name} rounds through {policies.via.name} first, and a bound is of one rounding; see is_innocuous")
    return policies


def magnitudes(source: Source) -> Magnitudes:
    """Return leading exponents, signs and kinds of a flat array, from integers alone."""
    if source.kind == inputs.EXACT:
        numbers = [exact(v) for v in source.array]
        logarithms = [floor_log2(n.magnitude) if n.magnitude else _ZERO for n in numbers]
        return Magnitudes(np.array(logarithms, np.int32), np.array([n.negative for n in numbers], bool), np.array([n.kind for n in numbers], np.uint8))
    if source.kind == inputs.EXTENDED:
        negative, significand, exponent, kind, _ = extended_parts(source.array, False)
    else:
        negative, significand, exponent, kind = function("decode_parts")(source.array, source.grid)
    leading = np.where(significand == 0, _ZERO, exponent + bit_length(significand).astype(np.int64) - 1)
    return Magnitudes(leading.astype(np.int32), negative != 0, np.asarray(kind, np.uint8))


def _bound_exponents(leading: NDArray[np.int32], fmt: Format, policies: Policies) -> NDArray[np.int32]:
    """Return log2 of the bound in range. RQ-11.1, RQ-11.2, RQ-11.4."""
    g = fmt.grid
    quantum = np.maximum(leading - np.int32(g.precision - 1), np.int32(g.min_quantum))
    exponents: NDArray[np.int32] = quantum - np.int32(policies.rounding.is_nearest)
    if not g.first_index:
        return exponents
    least = floor_log2(fmt.magnitude(g.first_index))
    raised: NDArray[np.int32] = np.where(leading < least, np.int32(least), exponents)
    return raised


def _from_exponents(exponents: NDArray[np.int32], wanted: np.dtype[Any]) -> NDArray[Any]:
    """Return powers of two; as float64 they are made of bits, rounded up to the least subnormal or to Inf."""
    if wanted.kind == "O":
        values = np.empty(exponents.shape, object)
        powers = {e: Fraction(2) ** e for e in np.unique(exponents).tolist()}
        values.reshape(-1)[:] = [powers[e] for e in exponents.reshape(-1).tolist()]
        return values
    k = np.clip(exponents, -1074, 1024).astype(np.int64)
    bits = np.where(k >= -1022, (k + 1023) << 52, np.int64(1) << np.clip(k + 1074, 0, 51))
    return bits.view(np.float64)


def _out_of_range(source: Source, fmt: Format, policies: Policies) -> Mask:
    """Return where rounding alone leaves the range (or may: a stochastic mode counts as the mode away from zero). RQ-5, RQ-6.2, RQ-6.7."""
    mode = RoundingMode.AWAY_FROM_ZERO if policies.rounding.is_stochastic else policies.rounding
    plain = get_dialect("default").replace(nan="to_max", parity=policies.parity)
    stages = plan_stages(fmt, source.name, dialect=plain, rounding=mode, overflow="saturate", random=None)
    _, flags = execution.project(source, fmt, stages, None, None, True, None)
    over: Mask = np.asarray(flags) & 20 != 0  # OVERFLOW of a float, INVALID of an integer
    return over


def _delivered(code: int, event: int, fmt: Format) -> Fraction | float:
    """Return the number that a code stands for, or inf where it is none or the policy raises."""
    if event & RAISES:
        return math.inf
    value = decode(code, fmt, dtype=object)
    return value if isinstance(value, Fraction) else Fraction(0) if value == 0 else math.inf


def _deliver_below_min(bounds: NDArray[Any], places: Magnitudes, fmt: Format, plan: Plan) -> None:
    """No bound where a nonzero value below the least one is NaN. RQ-5.11, RQ-11.5."""
    if plan.below_code is not None:
        least = floor_log2(fmt.magnitude(fmt.grid.first_index))
        bounds[(places.leading > _ZERO) & (places.leading < least) & (places.kind == 0)] = math.inf


def _deliver_flushed(bounds: NDArray[Any], source: Source, places: Magnitudes, fmt: Format, plan: Plan) -> None:
    """At least |x| where a subnormal may be flushed. RQ-5.13, RQ-11.13."""
    emin = plan.grid.min_quantum + plan.grid.precision - 1 if plan.flush_results else _ZERO
    if plan.flush_inputs:
        emin = max(emin, _source_emin(source))
    small = (places.leading < emin) & (places.leading > _ZERO) & (places.kind == 0)
    if fmt.grid.first_index and plan.flush_inputs and _delivered(plan.exact_zero_code[0], plan.exact_zero_event, fmt) == math.inf:
        bounds[small] = math.inf
    elif small.any():
        bounds[small] = np.maximum(bounds[small], _distances(source, small, Fraction(0), bounds.dtype))


def _source_emin(source: Source) -> int:
    if source.kind == inputs.EXTENDED:
        return _LONGDOUBLE_EMIN
    g = source.grid
    return g.min_quantum + g.precision - 1 if g is not None and g.has_subnormals else _ZERO


def _deliver_zeros(bounds: NDArray[Any], places: Magnitudes, fmt: Format, plan: Plan) -> None:
    """An exact zero in a format without zero. RQ-5.11, RQ-11.4."""
    if fmt.grid.first_index:
        value = _delivered(plan.exact_zero_code[0], plan.exact_zero_event, fmt)
        bounds[places.leading == _ZERO] = _rounded_up(value, bounds.dtype)


def _deliver_out_of_range(bounds: NDArray[Any], source: Source, places: Magnitudes, fmt: Format, plan: Plan, over: Mask) -> None:
    """RQ-11.5."""
    for side, mask in enumerate((over & ~places.negative, over & places.negative)):
        if not mask.any():
            continue
        wraps = plan.wrap == 1 or (plan.wrap == 2 and not side)
        value = math.inf if wraps or (side and plan.absolute) else _delivered(plan.overflow_code[side], plan.overflow_event[side], fmt)
        bounds[mask] = value if isinstance(value, float) else _distances(source, mask, value, bounds.dtype)


def _deliver_specials(bounds: NDArray[Any], places: Magnitudes, fmt: Format, plan: Plan) -> None:
    """NaN, Inf, and negative numbers whose sign is dropped."""
    if plan.absolute:
        bounds[places.negative & (places.kind == 0) & (places.leading > _ZERO)] = math.inf
    for side, mask in enumerate((~places.negative, places.negative)):
        code = plan.infinity_code[side]
        stays = not plan.infinity_event[side] & RAISES and bool(decode(code, fmt, dtype=object) == (-math.inf if side else math.inf))
        bounds[mask & (places.kind == 1)] = 0.0 if stays else math.inf
    bounds[places.kind > 1] = math.nan


def _distances(source: Source, mask: Mask, value: Fraction, wanted: np.dtype[Any]) -> NDArray[Any]:
    """Return |x - value| of the masked elements, exactly or rounded up to float64."""
    distances, done = np.empty(int(mask.sum()), wanted), np.zeros(int(mask.sum()), np.bool_)
    x = None if wanted.kind == "O" else _as_floats(source, mask)
    v = float(value) if abs(value) < 2**1000 else math.inf
    if x is not None and v == value and (v == 0 or abs(v) >= _SAFE):
        done = np.abs(x) >= (0 if v == 0 else _SAFE)  # |x| itself is exact
        distances[done] = _float_distances(x[done], x.dtype.type(v))
    rest = np.flatnonzero(mask.reshape(-1))[~done]
    left = np.zeros(mask.size, np.bool_)
    left[rest] = True
    distances[~done] = _filled([_rounded_up(abs(e - value), wanted) for e in _exact_values(source, left)], wanted)
    return distances


def _filled(values: list[Any], wanted: np.dtype[Any]) -> NDArray[Any]:
    found = np.empty(len(values), wanted)
    found[:] = values
    return found


def _as_floats(source: Source, mask: Mask) -> NDArray[Any] | None:
    """Return the masked elements as float64 or longdouble where that holds every one of them exactly, else None."""
    if source.kind == inputs.EXTENDED:
        return source.array[mask]
    if source.format is not None and holds(get_format("float64"), source.format):
        return np.asarray(decode(source.array[mask].astype(source.format.code_dtype), source.format, dtype=np.float64))
    if source.kind == inputs.CODES and source.format is None and np.finfo(np.longdouble).nmant >= 63:  # 64-bit integers
        return source.array[mask].astype(np.uint64).view(source.dtype.newbyteorder("=")).astype(np.longdouble)
    return None


def _float_distances(x: NDArray[Any], v: Any) -> NDArray[np.float64]:
    """Return |x - v| rounded up to float64. The rest of a float sum is exact (Knuth, TwoSum); nothing here is subnormal (see _SAFE)."""
    with np.errstate(all="ignore"):
        total = x - v
        part = total - x
        rest = (x - (total - part)) - (v + part)
        size = np.abs(total)
        found = size.astype(np.float64)
        above = (size > found) | ((size == found) & (rest != 0) & (np.signbit(rest) == np.signbit(total)))
        distances: NDArray[np.float64] = np.where(above, np.nextafter(found, np.inf), found)
    return distances


def _exact_values(source: Source, mask: Mask) -> list[Fraction]:
    if source.format is not None:
        values = decode(source.array[mask].astype(source.format.code_dtype), source.format, dtype=object)
        return [Fraction(v) for v in values]
    if source.kind == inputs.CODES:  # 64-bit integers
        return [Fraction(int(v)) for v in source.array[mask].astype(np.uint64).view(source.dtype.newbyteorder("="))]
    numbers = [exact(v) for v in source.array[mask]]
    return [-n.magnitude if n.negative else n.magnitude for n in numbers]


def _rounded_up(value: Fraction | float, wanted: np.dtype[Any]) -> Any:
    """Return the value as it is, or the least float64 that is not below it."""
    if wanted.kind == "O" or isinstance(value, float):
        return value
    try:
        nearest = float(value)
    except OverflowError:
        return math.inf
    return nearest if Fraction(nearest) >= value else math.nextafter(nearest, math.inf)
