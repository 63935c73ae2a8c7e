"""Where mismatches are on the axis of the input codes, and how far off they are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Format, get_format
from refquant.golden.distance import NAN_DISTANCE, distance_of
from refquant.golden.sources import parts_of, width_of
from refquant.verify.target import Claim, Codes

Mask = NDArray[np.bool_]
_BINS = 8  #: bits of a code that say to which part of the axis it belongs
ZERO, NAN, TO_NAN, FROM_NAN, NO_CODE = "another zero", "another NaN", "a NaN for a number", "a number for a NaN", "no code"
_LAST = 64


class Spread(NamedTuple):
    """Counts of mismatches.

    `codes_per_bin` input codes (of several operands: those of the first) stand in each of `bins` parts of the axis 0, 1, ... 2**width - 1; `map` has,
    for each class of mismatches, the parts in which
    there are any and how many; `distances` how many are how far from what is right: in ulp by powers of two, or what is between them that no number tells.
    """

    bins: int
    codes_per_bin: int
    map: dict[str, dict[int, int]]
    distances: dict[str, int]


def spread_of(claim: Claim, codes: Codes, got: Codes, right: Codes, masks: dict[str, Mask]) -> Spread:
    """Return the counts of mismatches: all of them wrong, `masks` those of each class.

    Examples
    --------
    >>> import numpy as np
    >>> from refquant.verify import Claim
    >>> from refquant.verify.spread import spread_of
    >>> claim = Claim("convert", "float8_e5m2", "float8_e4m3fn")
    >>> codes, got, right = np.uint8([0x3C, 0xBC]), np.uint8([0x39, 0xB5]), np.uint8([0x38, 0xB8])
    >>> found = spread_of(claim, codes, got, right, {"other": np.bool_([True, True])})
    >>> found.map, found.distances
    ({'other': {60: 1, 188: 1}}, {'1': 1, '3 to 4': 1})
    """
    width, first = width_of(claim.source), codes if codes.dtype.names is None else codes["a"]
    bits = min(width, _BINS)
    place = first.astype(np.uint64) >> np.uint64(width - bits)
    return Spread(1 << bits, 1 << (width - bits), {name: _counts(place[mask]) for name, mask in masks.items()}, distances(got, right, get_format(claim.target)))


def _counts(places: Codes) -> dict[int, int]:
    found, counts = np.unique(places, return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def distances(got: Codes, right: Codes, fmt: Format) -> dict[str, int]:
    """Return how many codes are how far from what is right."""
    valid = got <= (1 << fmt.width) - 1
    near, far = got[valid].astype(fmt.code_dtype), right[valid].astype(fmt.code_dtype)
    apart = distance_of(near, far, fmt)
    nan = parts_of(near, fmt)[3] >= 2
    numbers = apart[(apart > 0) & (apart != NAN_DISTANCE)]
    found = {ZERO: (apart == 0) & ~nan, NAN: (apart == 0) & nan, TO_NAN: (apart == NAN_DISTANCE) & nan, FROM_NAN: (apart == NAN_DISTANCE) & ~nan}
    counts = {name: int(np.count_nonzero(mask)) for name, mask in found.items()}
    listed = {ZERO: counts[ZERO], **_by_powers(numbers), NAN: counts[NAN], TO_NAN: counts[TO_NAN], FROM_NAN: counts[FROM_NAN]}
    listed[NO_CODE] = int(np.count_nonzero(~valid))
    return {name: count for name, count in listed.items() if count}


def _by_powers(numbers: NDArray[np.uint64]) -> dict[str, int]:
    """Return counts of 1, 2, 3 to 4, 5 to 8 ..."""
    tops = np.uint64(1) << np.arange(_LAST, dtype=np.uint64)
    counts = np.bincount(np.searchsorted(tops, numbers), minlength=_LAST + 1)
    return {_range(i): int(n) for i, n in enumerate(counts)}


def _range(i: int) -> str:
    top = 1 << i
    return str(top) if i < 2 else f"{top // 2 + 1:,} to {top:,}"
