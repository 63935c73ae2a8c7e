"""What every float32 becomes, from the oracle's exact decision boundaries alone: a few hundred fractions and np.repeat, no arithmetic on elements."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np
import oracle
from stepcases import oracle_policies, spec_format

SIDE = 1 << 31  # codes of one sign
INFINITY, DIGITS, EMIN = 0x7F800000, 23, -126


class Runs(NamedTuple):
    """The codes of one side: codes[i] from magnitude starts[i] up to starts[i + 1]."""

    starts: np.ndarray
    codes: np.ndarray


def first_at(x: Fraction) -> int:
    """Return the float32 magnitude, as bits, of the least value that is at least x >= 0."""
    return _counted(x, -(-x // _quantum(x)))


def first_above(x: Fraction) -> int:
    """Return the float32 magnitude, as bits, of the least value above x >= 0."""
    return _counted(x, x // _quantum(x) + 1)


def _exponent(x: Fraction) -> int:
    """Return max(floor(log2(x)), emin), exactly."""
    if not x:
        return EMIN
    e = x.numerator.bit_length() - x.denominator.bit_length()
    e -= x < Fraction(2) ** e
    return max(e, EMIN)


def _quantum(x: Fraction) -> Fraction:
    return Fraction(2) ** (_exponent(x) - DIGITS)


def _counted(x: Fraction, quanta: int) -> int:
    """Return the bits of a number of quanta of x's binade: numbers of a binade follow each other, and so do binades."""
    return min(((_exponent(x) - EMIN) << DIGITS) + int(quanta), INFINITY)


def runs(target, negative: bool, policies) -> Runs:
    """Return what each magnitude of float32 on one side becomes."""
    fmt, chosen = spec_format(target), oracle_policies(policies)
    steps = oracle.steps.steps(fmt, negative, chosen)
    starts = [place for p in steps.points for place in (first_at(p), first_above(p))]
    results = [r for pair in zip(steps.at, steps.between, strict=True) for r in pair]
    for datum, start in ((oracle.datum.Datum("inf", int(negative)), INFINITY), (nan(negative), INFINITY + 1)):
        starts.append(start)
        results.append(oracle.codec.encode_datum(datum, fmt, chosen))
    reached = [i for i in range(len(starts)) if (starts[i + 1] if i + 1 < len(starts) else SIDE) > starts[i]]
    assert starts == sorted(starts) and starts[0] == 0 and all(results[i].error is None for i in reached)
    return Runs(np.array([starts[i] for i in reached] + [SIDE], np.int64), np.array([results[i].code for i in reached], np.uint32))


def nan(negative: bool):
    """Return float32's NaN as a datum; under the policies that are swept its payload does not matter."""
    return oracle.datum.Datum("nan", int(negative), payload=1 << 22, payload_width=23)


def expected(found: Runs, first: int, count: int, dtype) -> np.ndarray:
    """Return the codes of magnitudes first, first + 1 ..."""
    lengths = np.diff(np.clip(found.starts, first, first + count))
    return np.repeat(found.codes.astype(dtype), lengths)


def compare_all(target, policies, encode, dtype, chunk=1 << 24, sides=(False, True), chunks=None) -> int:
    """Assert that `encode` gives every float32 the code that the boundaries say; return how many there were."""
    compared = 0
    for negative in sides:
        found = runs(target, negative, policies)
        for first in range(0, SIDE, chunk) if chunks is None else chunks:
            bits = np.arange(first, first + chunk, dtype=np.uint32) | np.uint32(SIDE if negative else 0)
            got, want = encode(bits.view(np.float32)), expected(found, first, chunk, dtype)
            assert np.array_equal(got, want), _difference(bits, got, want)
            compared += bits.size
    return compared


def _difference(bits, got, want) -> str:
    i = int(np.flatnonzero(got != want)[0])
    return f"{int(bits[i]):#010x} gives {int(got[i]):#x}, expected {int(want[i]):#x} ({np.count_nonzero(got != want)} such in this chunk)"
