"""Inputs by rule: every code, every 16-bit float, the boundaries of the target, seeded random codes. Inputs only: what is right comes from the reference."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.errors import InputValueError
from refquant.formats import FloatFormat, Format, Grid, IntFormat, get_format
from refquant.golden.operand_classes import both_signs, class_codes
from refquant.golden.random_words import random_words
from refquant.golden.sources import WIDE_INTEGERS, code_dtype_of, convert_codes, is_float, width_of
from refquant.parts import encode_parts
from refquant.policies import get_dialect

U64 = np.uint64
EXACT = get_dialect("default").replace(nan="keep_payload", rounding="toward_zero")
TRUNCATED = get_dialect("default").replace(rounding="toward_zero", overflow="saturate")


class CaseSet(NamedTuple):
    """Inputs of one kind."""

    name: str
    codes: NDArray[Any]


def case_sets(source: str | Format, target: str | Format, *, seed: int = 0, random: int = 1_000_000) -> tuple[CaseSet, ...]:
    """Return the inputs on which a conversion is judged.

    Parameters
    ----------
    source, target : str or Format
        Formats; `source` may be ``"int64"`` or ``"uint64"``, and has a name where it is of more than 16 bits.
    seed : int
        Of the random codes.
    random : int
        Their number; half of them have uniform codes, half lie about the range of the target.

    Returns
    -------
    tuple of CaseSet
        Sources of at most 16 bits: every code. Wider ones: every float16 and bfloat16 value (floats), the boundary set, the random codes.

    Examples
    --------
    >>> from refquant.golden.cases import case_sets
    >>> [(s.name, s.codes.size) for s in case_sets("float16", "float8_e4m3fn")]
    [('every code', 65536)]
    """
    if width_of(source) <= 16:
        return (CaseSet("every code", np.arange(1 << width_of(source), dtype=code_dtype_of(source))),)
    if not isinstance(source, str):
        raise InputValueError(f"source: a format without a name has at most 16 bits here, and {source.name} has {source.width}")
    sets = [CaseSet("boundary", boundary_codes(source, target)), CaseSet("random", random_codes(source, target, seed, random))]
    if is_float(source):
        sets.insert(0, CaseSet("every float16 and bfloat16", sixteen_bit_values(source)))
    return tuple(sets)


@lru_cache(maxsize=4)
def sixteen_bit_values(source: str) -> NDArray[Any]:
    """Return the codes of every float16 and bfloat16 value in a wider float format."""
    every = np.arange(1 << 16, dtype=np.uint16)
    return ascending(np.concatenate([convert_codes(every, name, source, EXACT) for name in ("float16", "bfloat16")]))


def boundary_codes(source: str | Format, target: str | Format, *, quick: bool = False) -> NDArray[Any]:
    """Return every value and midpoint of the target (a fixed sample above 16 bits, or if `quick`), neighbours, the overflow zone, both signs, specials."""
    integers = not is_float(source) and is_machine_integer(source)
    significand, exponent = values_and_midpoints(get_format(target).grid, quick=quick, integers=integers)
    if integers:
        return _integer_boundaries(source, significand, exponent)
    return _grid_boundaries(get_format(source), significand, exponent)


def values_and_midpoints(grid: Grid, *, quick: bool = False, integers: bool = False) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return significands and exponents of the magnitudes of a grid, past the largest one too, and of the midpoints; `integers`: for such a source."""
    index = _indices(grid, quick, integers)
    d = np.maximum(index >> (grid.precision - 1), 1) - 1
    doubled = (index - (d << (grid.precision - 1))) << 1
    significand = np.concatenate([doubled, doubled + 1]).astype(U64)
    return significand, np.concatenate([d, d]) + (grid.min_quantum - 1)


def _indices(grid: Grid, quick: bool, integers: bool) -> NDArray[np.int64]:
    top = max(grid.max_positive, grid.max_negative)
    past = top + 1 + np.arange(min(2 << grid.precision, 64))
    if top < (1 << 9 if quick else 1 << 17):
        return np.concatenate([np.arange(top + 1), past])
    size = 1 << (grid.precision - 1)
    drawn = (random_words(1, 0 if quick else 48) % U64(size)).astype(np.int64)
    inside = np.concatenate([[0, 1, 2, size // 2 - 1, size // 2, size // 2 + 1, size - 2, size - 1], drawn])
    sampled = (_binades(grid, top // size, quick, integers)[:, None] * size + inside[None, :].astype(np.int64)).reshape(-1)
    return np.unique(np.concatenate([sampled[(sampled >= 0) & (sampled <= top)], past]))


def _binades(grid: Grid, last: int, quick: bool, integers: bool) -> NDArray[np.int64]:
    """Return the binades that are sampled; the quick sample has both ends, and those about 1, or of every integer of 64 bits."""
    if grid.precision > 53 or last >= 1 << 12:
        return np.zeros(1, np.int64)
    if not quick or last < 16:
        return np.arange(last + 1, dtype=np.int64)
    one = 2 - grid.precision - grid.min_quantum
    near = np.concatenate([np.arange(3), np.arange(one - 3, one + (65 if integers else 4)), last - np.arange(3)])
    return np.unique(near[(near >= 0) & (near <= last)]).astype(np.int64)


def _grid_boundaries(source: Format, significand: NDArray[Any], exponent: NDArray[Any]) -> NDArray[Any]:
    indices = [_beside(truncated(significand, exponent, source), source), _powers_of_two(source)]
    codes = [both_signs(np.concatenate(indices), source), class_codes(source)]
    if source.name == "float64":
        single = get_format("float32")
        narrow = both_signs(_beside(truncated(significand, exponent, single), single), single)
        codes.append(convert_codes(narrow, single, source, EXACT))
    return ascending(np.concatenate(codes))


def truncated(significand: Any, exponent: Any, fmt: Format) -> NDArray[np.int64]:
    """Return the indices of the magnitudes at or below significand * 2**exponent, the largest one for all above it."""
    codes = encode_parts(0, significand, exponent, fmt, dialect=TRUNCATED)
    found: NDArray[np.int64] = codes.astype(np.int64) + fmt.grid.first_index
    return found


def _beside(indices: NDArray[np.int64], fmt: Format) -> NDArray[np.int64]:
    """Return indices, those below and those above."""
    top = max(fmt.grid.max_positive, fmt.grid.max_negative)
    around = np.concatenate([indices - 1, indices, indices + 1])
    return ascending(np.clip(around, fmt.grid.first_index, top))


def ascending(codes: NDArray[Any]) -> NDArray[Any]:
    """Return each code once, in ascending order: np.unique, which for a million integers takes ten times as long in some versions of NumPy.

    Examples
    --------
    >>> import numpy as np
    >>> from refquant.golden.cases import ascending
    >>> ascending(np.uint8([3, 1, 3, 2])).tolist()
    [1, 2, 3]
    """
    ordered = np.sort(codes)
    fresh = np.ones(ordered.size, np.bool_)
    fresh[1:] = ordered[1:] != ordered[:-1]
    return ordered[fresh]


def _powers_of_two(fmt: Format) -> NDArray[np.int64]:
    grid = fmt.grid
    top = fmt.max_finite
    last = top.numerator.bit_length() - top.denominator.bit_length()
    exponents = np.arange(max(grid.min_quantum, last - (1 << 12)), last + 1)
    return _beside(truncated(1, exponents, fmt), fmt)


def is_machine_integer(source: str | Format) -> bool:
    """Return whether codes are the two's complement or unsigned integers of a dtype, or narrower ones."""
    if isinstance(source, str) and source in WIDE_INTEGERS:
        return True
    fmt = get_format(source)
    return isinstance(fmt, IntFormat) and not fmt.fraction_bits and not fmt.has_negative_zero


def _integer_boundaries(source: str | Format, significand: NDArray[Any], exponent: NDArray[Any]) -> NDArray[Any]:
    width, signed = width_of(source), source != "uint64" if source in WIDE_INTEGERS else get_format(source).signed
    u, top = U64, (1 << (width - signed)) - 1
    down = np.minimum(-np.minimum(exponent, 0), 63).astype(u)
    up = np.maximum(exponent, 0)
    fits = (up < width) & ((significand >> np.clip(width - up, 0, 63).astype(u)) == 0)
    values = ((significand >> down) << np.minimum(up, 63).astype(u))[fits]
    powers = u(1) << np.arange(width - signed, dtype=u)
    values = np.concatenate([values, powers, np.array([0, top], u)])
    around = ascending(np.concatenate([values, values + u(1), np.maximum(values, u(1)) - u(1)]))
    around = around[around <= u(top)]
    both = np.concatenate([around, ~around, ~around + u(1)]) if signed else around  # ~n is -n - 1 in two's complement
    return ascending(both.astype(code_dtype_of(source)))


@lru_cache(maxsize=2)
def _kept_words(seed: int, count: int, stream: int) -> NDArray[np.uint64]:
    return random_words(seed, count, stream)


def random_codes(source: str | Format, target: str | Format, seed: int, count: int, stream: int = 0) -> NDArray[Any]:
    """Return seeded random codes: half uniform, half about the range of the target (integers: of every magnitude)."""
    words = _kept_words(seed, count, stream)
    width, half = width_of(source), count // 2
    uniform = words[:half] >> U64(64 - width)
    if not is_float(source):
        shifted = uniform >> (words[half : 2 * half] % U64(width))
        aimed = words[half:] >> U64(64 - width) >> (np.roll(words[half:], 1) % U64(width))
        codes = np.concatenate([shifted, U64(0) - aimed & U64((1 << width) - 1)])
    else:
        codes = np.concatenate([uniform, _aimed(words[half:], source, target)])
    return codes.astype(code_dtype_of(source))


def _aimed(words: NDArray[np.uint64], source: str | Format, target: str | Format) -> NDArray[np.uint64]:
    """Return float codes with exponents about the range of the target; half of them end in zeros, so that exact values and ties occur."""
    fmt, goal = get_format(source), get_format(target)
    assert isinstance(fmt, FloatFormat)
    t = fmt.precision - 1
    low = min(max(goal.grid.min_quantum - 3 + fmt.bias, 0), fmt.emax + fmt.bias)
    high = min(max(_emax(goal.max_finite.numerator, goal.max_finite.denominator) + 2 + fmt.bias, low), fmt.emax + fmt.bias)
    biased = U64(low) + _rest(words >> U64(32), high - low + 1)
    trailing = np.roll(words, 7) & U64((1 << t) - 1)
    zeros = _rest(words >> U64(8), t + 1) * (words & U64(1))
    codes: NDArray[np.uint64] = (words >> U64(63)) * U64(fmt.signed) << U64(fmt.width - 1) | biased << U64(t) | trailing >> zeros << zeros
    return codes


def _rest(words: NDArray[np.uint64], divisor: int) -> NDArray[np.uint64]:
    """Return words % divisor: NumPy divides by a constant faster than it takes remainders."""
    return words - words // U64(divisor) * U64(divisor)


def _emax(numerator: int, denominator: int) -> int:
    return numerator.bit_length() - denominator.bit_length()
