"""Calls of every operation of refquant.arithmetic by name, and operands for them: what a backend is compared on."""

import itertools

import numpy as np

import refquant as rq
from refquant.errors import EncodeError, InputValueError, PolicyError

A = rq.arithmetic
SUMS = {"add": 2, "sub": 2, "mul": 2, "div": 2, "fma": 3, "sqrt": 1, "recip": 1, "rsqrt": 1, "rem": 2, "fmod": 2, "scale_b": 1}
DATA = {
    **dict.fromkeys((f"{end}{by}{form}" for end, by, form in itertools.product(("minimum", "maximum"), ("", "_magnitude"), ("", "_number"))), 2),
    "relu": 1, "next_up": 1, "next_down": 1, "next_after": 2, "round_to_integral": 1, "round_to_integral_exact": 1, "log_b": 1, "neg": 1, "abs": 1, "copy_sign": 2,
}  # fmt: skip
COUNTS = SUMS | DATA  #: operands of every operation whose result is of a format
POWERS = np.array([0, 1, -1, 3, -9, 30, -40, 200, -(1 << 31), (1 << 31) - 1], np.int32)


def comparisons(formats):
    """Predicates, and whether they signal, which needs a NaN (RQ-7.27)."""
    signals = (False, True) if any(rq.get_format(f).has_nan for f in formats) else (False,)
    return [(p, s) for p, s in itertools.product(A.Predicate, signals) if p != "unordered" or not s]


def call(name, columns, formats, **options):
    """Return what an operation gives, by its name in the records."""
    if name.startswith("round_to_integral"):
        return A.round_to_integral(*columns, formats, exact=name.endswith("exact"), **options)
    if name == "scale_b":
        return A.scale_b(*columns, np.resize(POWERS, columns[0].shape), formats, **options)
    if name == "log_b" and "result" not in options:
        options["result"] = formats[0]
    return getattr(A, name)(*columns, formats, **options)


def outcome(name, columns, formats, **options):
    """Return codes and flags, or the type and message of a refusal."""
    try:
        return call(name, columns, formats, return_flags=True, **options)
    except (EncodeError, PolicyError, InputValueError) as error:  # RQ-5.15, RQ-7.27, and random digits that are not computed
        return type(error), str(error)


def boundary(fmt, count):
    """Codes of a format: all where they are few, else both ends, powers of two and their neighbours, Inf, NaNs, and random ones, of both signs."""
    fmt = rq.get_format(fmt)
    if 1 << fmt.width <= count:
        return np.arange(1 << fmt.width, dtype=fmt.code_dtype)
    g, sign, mask = fmt.grid, 1 << (fmt.width - 1), (1 << fmt.width) - 1
    ends = [0, g.infinity, g.nan_first, g.nan_first + max(g.nan_quiet, 1), g.nan_first + g.nan_quiet + 1, g.max_positive, 1, 1 << (g.precision - 1)]
    near = [c + d for d in (-1, 1, 2) for c in ends] + [(1 << k) + d for k in range(fmt.width) for d in (-1, 0, 1)]
    random = np.random.default_rng(fmt.width).integers(0, 1 << fmt.width, count, dtype=np.uint64).tolist()
    first, rest = ([(c ^ s) & mask for c in codes if c >= 0 for s in (0, sign)] for codes in (ends, near))
    mixed = [c for pair in zip(rest, itertools.cycle(random)) for c in pair]
    return np.array(list(dict.fromkeys(first + mixed + random))[:count], np.uint64).astype(fmt.code_dtype)


def crossed(formats, rows):
    """Return operands: codes of each format crossed with those of the others, about so many rows."""
    count = max(int(rows ** (1 / len(formats))), 2)
    return [m.ravel() for m in np.meshgrid(*(boundary(f, count) for f in formats), indexing="ij")]
