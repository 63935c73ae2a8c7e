"""The oracle's step functions as arrays: inputs on, and on both sides of, every break point, and what must come out."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from functools import lru_cache

import numpy as np
import oracle

import refquant as rq

DETERMINISTIC = [m for m in rq.RoundingMode if not m.is_stochastic]


@lru_cache(maxsize=1024)
def oracle_policies(policies: rq.Policies) -> oracle.policies.Policies:
    """The oracle's policies with the same choices."""
    chosen = {f.name: getattr(policies, f.name) for f in dataclasses.fields(policies)}
    via = chosen.pop("via")
    plain = {k: None if v is None else str(v) for k, v in chosen.items()}
    if via is not None:
        plain["via"] = oracle.policies.Via(via.format, str(via.rounding), str(via.overflow), None if via.nan is None else str(via.nan))
    return oracle.policies.Policies(**plain)


@lru_cache(maxsize=256)
def spec_format(fmt) -> oracle.formats.Format:
    """The oracle's format: from the tables by name, or with the parameters of a user's format."""
    if isinstance(fmt, str):
        return oracle.formats.get(fmt)
    kind = oracle.formats.Float if isinstance(fmt, rq.FloatFormat) else oracle.formats.Int
    return kind(**{k: str(v) if isinstance(v, str) else v for k, v in dataclasses.asdict(fmt).items()})


@lru_cache(maxsize=32)
def places(name: str, negative: bool, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """(inputs of a dtype, which segment each lies in): segment 2i is point i, segment 2i + 1 lies above it.

    The dtype's values on every point, next to it on both sides, and halfway to the next point.
    """
    fmt = spec_format(name)
    points = oracle.steps.expand(fmt, negative).points
    dtype = np.dtype(kind)
    with np.errstate(over="ignore", under="ignore"):
        on = np.array([float(p) for p in points], np.float64).astype(dtype)
    exact = np.array([bool(np.isfinite(v)) and Fraction(float(v)) == p for v, p in zip(on, points, strict=True)])
    number = np.arange(len(points))
    with np.errstate(over="ignore", under="ignore"):
        above, below = np.nextafter(on, dtype.type(np.inf)), np.nextafter(on, dtype.type(0))
        mid = on[:-1] / 2 + on[1:] / 2
    following = np.append(on[1:], dtype.type(np.inf))
    inside_above = exact & (above < following) & np.isfinite(above)
    previous = np.append(dtype.type(-1), on[:-1])
    inside_below = exact & (below > previous) & (number > 0)
    inside_mid = (mid > on[:-1]) & (mid < on[1:]) & exact[:-1] & exact[1:]
    x = np.concatenate([on[exact], above[inside_above], below[inside_below], mid[inside_mid]])
    segment = np.concatenate([2 * number[exact], 2 * number[inside_above] + 1, 2 * number[inside_below] - 1, 2 * number[:-1][inside_mid] + 1])
    return (-x if negative else x), segment


@lru_cache(maxsize=32)
def parts_places(name: str, negative: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(significand, exponent, segment): every point, and a 2**-40 of its last digit above and below it; no float anywhere."""
    points = oracle.steps.expand(spec_format(name), negative).points
    if negative and points is oracle.steps.expand(spec_format(name), False).points:
        return parts_places(name, False)
    significand, exponent, segment = [], [], []
    for i, p in enumerate(points):
        twos = (p.numerator & -p.numerator).bit_length() - 1 if p else 0
        m, e = p.numerator >> twos, twos - (p.denominator.bit_length() - 1)
        shift = 40 if m < 1 << 23 else 8
        rows = [(m, e, 2 * i), ((m << shift) + 1, e - shift if m else -(1 << 20), 2 * i + 1)]
        if i:
            rows.append(((m << shift) - 1, e - shift, 2 * i - 1))
        for a, b, c in rows:
            significand.append(a), exponent.append(b), segment.append(c)
    return np.array(significand, np.uint64), np.array(exponent, np.int64), np.array(segment)


@lru_cache(maxsize=1)
def results(name: str, negative: bool, policies: rq.Policies) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(codes, flags, status) of every segment; status 0 known, 1 must raise, 2 not one step."""
    steps = oracle.steps.steps(spec_format(name), negative, oracle_policies(policies))
    both = np.empty((len(steps.at), 2), np.int64)
    both[:, 0], both[:, 1] = list(map(id, steps.at)), list(map(id, steps.between))
    one_of = {id(r): r for r in (*steps.at, *steps.between)}
    distinct, which = np.unique(both, return_inverse=True)
    which, each = which.ravel(), [one_of[i] for i in distinct.tolist()]
    codes = np.array([r.code or 0 for r in each], np.uint64)
    flags = np.array([r.flags for r in each], np.uint8)
    status = np.array([0 if r.error is None else 2 if r.error == "not one step" else 1 for r in each])
    return codes[which], flags[which], status[which]


def mismatch(name, policies, x, got, want, what) -> str:
    """The first difference, as a person wants to read it."""
    bad = np.flatnonzero(got != want)
    i = bad[0]
    value = x[i] if not isinstance(x, tuple) else tuple(a[i] for a in x)
    text = value.hex() if isinstance(value, np.floating) and hasattr(value, "hex") else repr(value)
    choices = {f.name: getattr(policies, f.name) for f in dataclasses.fields(policies)}
    return f"{name}: {what}: x={text} ({value!r}) got {int(got[i]):#x} expected {int(want[i]):#x}; {len(bad)} such; {choices}"


def compare(name: str, policies: rq.Policies, encode, inputs, segment: np.ndarray, negative: bool) -> int:
    """Compare codes and flags of one side; check that what must raise raises, and say how many cases there were."""
    codes, flags, status = results(name, negative, policies)
    known = status[segment] == 0
    chosen = tuple(a[known] for a in inputs)
    got = encode(*chosen)
    shown = chosen[0] if len(chosen) == 1 else chosen
    assert np.array_equal(got.codes, codes[segment][known]), mismatch(name, policies, shown, got.codes, codes[segment][known], "code")
    assert np.array_equal(got.flags, flags[segment][known]), mismatch(name, policies, shown, got.flags, flags[segment][known], "flags")
    raising = status[segment] == 1
    if raising.any():
        refused = tuple(a[raising] for a in inputs)
        try:
            encode(*refused)
        except (rq.errors.EncodeError, rq.errors.PolicyError) as error:
            assert raising.sum() == 1 or f"({raising.sum()} such values)" in str(error), str(error)
        else:
            raise AssertionError(f"{name}: {raising.sum()} values must raise under {policies}")
    return int(known.sum() + raising.sum())


def as_dialect(policies: rq.Policies) -> rq.Dialect:
    """A dialect that has these policies for every target and source."""
    return rq.Dialect("test", base=policies)


def compare_format(name: str, policies: rq.Policies, kinds=("float32", "float64")) -> int:
    """Compare the public encode with the oracle on all break points of a format, both sides, several source dtypes."""
    dialect, count = as_dialect(policies), 0
    for negative in (False, True):
        for kind in kinds:
            if kind == "parts":
                m, e, segment = parts_places(name, negative)
                count += compare(
                    name, policies, lambda m, e, s=negative: rq.encode_parts(s, m, e, name, dialect=dialect, return_flags=True), (m, e), segment, negative
                )
            else:
                x, segment = places(name, negative, kind)
                if policies.subnormals in ("flush_inputs", "flush_both"):  # the steps have no source; see test_sources.py
                    normal = (x == 0) | (np.abs(x) >= np.finfo(kind).tiny)
                    x, segment = x[normal], segment[normal]
                count += compare(name, policies, lambda x: rq.encode(x, name, dialect=dialect, return_flags=True), (x,), segment, negative)
    return count
