"""Inputs by rule. They may come from refquant: what is right comes from the peer."""

from __future__ import annotations

import itertools
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

import refquant as rq
from refquant.golden import cases as golden_cases
from refquant.golden.sources import code_dtype_of, width_of

Array = np.ndarray[Any, Any]
QUIET = {"over": "ignore", "under": "ignore", "invalid": "ignore"}


def as_values(codes: Array, source: str) -> Array:
    """Codes of a source as an array of its dtype."""
    if source == "bfloat16" or source.startswith("float8"):
        import ml_dtypes

        return codes.view(getattr(ml_dtypes, source))
    return codes.view(source)


def as_codes(x: Array) -> Array:
    """The bits of an array."""
    return x.view(f"u{x.dtype.itemsize}")


@lru_cache(maxsize=64)
def some_codes(name: str, count: int) -> Array:
    """All codes of a format with at most `count`, else both ends of each sign and `count` seeded ones."""
    fmt = rq.get_format(name)
    if 1 << fmt.width <= count:
        return np.arange(1 << fmt.width, dtype=fmt.code_dtype)
    half, top = 1 << (fmt.width - 1), (1 << fmt.width) - 1
    ends = np.array([0, 1, half - 2, half - 1, half, half + 1, top - 1, top], np.uint64)
    seeded = np.random.default_rng(0).integers(0, top, count, dtype=np.uint64, endpoint=True)
    return np.unique(np.concatenate([ends, seeded])).astype(fmt.code_dtype)


def decode_codes(name: str, rule: str) -> Array:
    """The codes that a rule names: `every code`, or `codes N`."""
    fmt = rq.get_format(name)
    if rule == "every code":
        return np.arange(1 << fmt.width, dtype=fmt.code_dtype)
    return some_codes(name, int(rule.removeprefix("codes ")))


def numbers(name: str, count: int) -> list[Fraction]:
    """The finite values of `some_codes` and of their successors: exact."""
    codes = some_codes(name, count)
    following = np.minimum(codes.astype(np.uint64) + np.uint64(1), np.uint64((1 << rq.get_format(name).width) - 1)).astype(codes.dtype)
    values = rq.decode(np.unique(np.concatenate([codes, following])), name, dtype=object)
    return sorted({v if isinstance(v, Fraction) else Fraction(0) for v in values if isinstance(v, Fraction) or v == 0})


@lru_cache(maxsize=128)
def points(name: str, count: int) -> tuple[Fraction, ...]:
    """Values, the middles between them, and one number beyond each end."""
    known = numbers(name, count)
    middles = [(a + b) / 2 for a, b in itertools.pairwise(known)]
    return (*known, *middles, known[-1] * 2, known[0] * 2 - 1)


def near_exact(name: str, count: int) -> Array:
    """Points, and numbers next to them, as fractions."""
    found = points(name, count)
    ordered = sorted(found)
    step = min((b - a for a, b in itertools.pairwise(ordered) if b > a), default=Fraction(1)) / 1024
    return np.array(sorted({p + d for p in found for d in (-step, Fraction(0), step)}), object)


@lru_cache(maxsize=256)
def near(name: str, source: str, count: int) -> Array:
    """The same in a float or integer dtype, with specials: Inf, NaN, -0, extremes."""
    if source == "exact":
        return near_exact(name, count)
    if source in ("int64", "int32"):
        info = np.iinfo(source)
        return np.array(sorted({min(max(int(v) + d, info.min), info.max) for v in points(name, count) for d in (-1, 0, 1)}), source)
    with np.errstate(**QUIET):
        on = np.unique(np.array([_as_float(v) for v in points(name, count)]).astype(source))
        top, tiny = np.finfo(source).max, np.finfo(source).smallest_subnormal
        ends = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, -np.nan, top, -top, tiny, -tiny], source)
        return np.concatenate([on, np.nextafter(on, on.dtype.type(np.inf)), np.nextafter(on, on.dtype.type(-np.inf)), ends])


def _as_float(v: Fraction) -> float:
    try:
        return float(v)
    except OverflowError:
        return float("inf") if v > 0 else float("-inf")


def encode_inputs(source: str, target: str, rule: str) -> Array:
    """The inputs that a rule names: `every code`, `boundary`, `16-bit floats`, `random N`, `near N`, `sample N` (N of `near 4`)."""
    word, _, number = rule.rpartition(" ")
    if rule == "every code":
        return as_values(np.arange(1 << width_of(source), dtype=code_dtype_of(source)), source)
    if rule == "boundary":
        return as_values(golden_cases.boundary_codes(source, target), source)
    if rule == "16-bit floats":
        return as_values(golden_cases.sixteen_bit_values(source), source)
    if word == "random":
        return as_values(golden_cases.random_codes(source, target, 0, int(number)), source)
    if word == "near":
        return near(target, source, int(number))
    if word == "sample":
        return np.random.default_rng(3).permutation(near(target, source, 4))[: int(number)]
    raise ValueError(f"attested.toml: no such cases: {rule!r}")


def _is_nan(x: Array) -> Array:
    return x != x


FILTERS = {
    "numbers": lambda x, fmt: ~_is_nan(x),
    "finite": lambda x, fmt: ~_is_nan(x) & (np.abs(x) != np.inf),
    "not negative": lambda x, fmt: ~(x < 0) & ~_minus(x),
    "in range": lambda x, fmt: _in_range(x, fmt),
    "no Inf": lambda x, fmt: _is_nan(x) | (np.abs(x) != np.inf),
    "at least min": lambda x, fmt: _is_nan(x) | (np.abs(x) >= _limits(x, fmt)[2]),
    "outside the gap below min_normal": lambda x, fmt: ~((np.abs(x) > _limits(x, fmt)[3]) & (np.abs(x) < _limits(x, fmt)[4])),
}
"""Inputs that a peer takes. A rule of a claim names them in `only`."""


def _minus(x: Array) -> Array:
    return np.zeros(x.shape, bool) if x.dtype == object else np.signbit(x)


def _limits(x: Array, fmt: Any) -> tuple[Any, ...]:
    """lowest, max, min_subnormal, the largest subnormal, min_normal, comparable with x."""
    wanted = (fmt.lowest_finite, fmt.max_finite, fmt.min_subnormal, fmt.min_normal - fmt.min_subnormal, fmt.min_normal)
    return wanted if x.dtype == object else tuple(_as_float(Fraction(w)) for w in wanted)


def _in_range(x: Array, fmt: Any) -> Array:
    low, high, *_ = _limits(x, fmt)
    return (x >= low) & (x <= high)


LEFT_OUT = {
    "e8m0 subnormals": lambda x: (np.abs(_single(x)) > 2.0**-127) & (np.abs(_single(x)) < 1.5 * 2.0**-127),
    "e8m0 ties": lambda x: np.frexp(np.abs(np.where(np.isfinite(x), x, 1.0)))[0] == 0.75,
    "precision 1 ties": lambda x: np.array([_is_three(Fraction(v).numerator) for v in x], bool),
    "": lambda x: np.zeros(x.shape, bool),
}
"""The inputs of known differences."""


def _is_three(n: int) -> bool:
    """Whether n is 3 times a power of two, or minus that."""
    return n != 0 and abs(n) // (n & -n) == 3


def _single(x: Array) -> Array:
    with np.errstate(**QUIET):
        return np.asarray(x, np.float32).astype(np.float64)
