"""The space that is searched: which choices of which knobs can make a difference between two formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from refquant.formats import FloatFormat, Format, IntFormat, Parity, get_format
from refquant.golden.sources import WIDE_INTEGERS, is_float, width_of
from refquant.policies import RoundingMode, Via
from refquant.verify.explaining.operations.applied import Applied, Origin
from refquant.verify.explaining.operations.choices import OF_NANS, PRODUCT, Knobs, every, holds_results, joined, looks_at, nan_rules, products
from refquant.verify.explaining.settings import LIKE_NUMBERS, Setting

_PLAIN = ("ties_to_even", "ties_to_away", "toward_zero", "toward_positive", "toward_negative", "away_from_zero")
#: The modes that people build come first: of several that fit, the first one is named.
DETERMINISTIC = tuple(sorted((m for m in RoundingMode if not m.is_stochastic), key=lambda mode: _PLAIN.index(mode) if mode in _PLAIN else len(_PLAIN)))
STOCHASTIC = tuple(m for m in RoundingMode if m.is_stochastic)
MOST_RANDOM_BITS = 32
_THROUGH = ("float32", "tfloat32", "bfloat16", "float16", "float64")
_FIRST_ROUNDINGS = ("ties_to_even", "toward_zero", "ties_to_away", "to_odd", "away_from_zero", "toward_positive", "toward_negative")
_OVERFLOW = ("no_saturate", "saturate", "saturate_propagate", "to_nan", "saturate_above")
_NAN = ("canonical", "keep_sign", "all_ones", "all_ones_keep_sign", "keep_payload", "quiet_payload", "to_zero", "zero_sign_inverted", "to_max", "to_min")

#: The knobs of each part of the space: how numbers in range are rounded, tiny numbers and zeros, and everything out of range, NaN included.
CORE = ("flags", "via", PRODUCT, "rounding", "parity")
TINY = ("subnormals", "ftz", "signed_zero", "zero_input", "below_min", "tininess")
RANGE = ("overflow", "to_odd_overflow", "inf_to_int", "inf_flags", "negative", "division_by_zero", "next_past_end", "nan", *OF_NANS)
KNOBS_SEARCHED = (*CORE, *TINY, *RANGE)


def cores(source: Origin, target: str | Format) -> Iterator[Setting]:
    """Yield the ways of rounding, straight ones first."""
    parities = every(source, "parity", list(Parity)) if _parity_matters(get_format(target)) else [(("parity", None),)]
    for flags, via in product(every(source, "flags"), every(source, "via", [None, *_intermediate(source, target)])):
        for rounded, mode, parity in product(products(source, target, dict(via).get("via")), every(source, "rounding", list(DETERMINISTIC)), parities):
            yield base(target).and_with(flags, via, rounded, mode, parity)


def stochastic_cores(source: Origin, target: str | Format, random_bits: Iterable[int]) -> Iterator[Setting]:
    """Yield the stochastic ways of rounding with each number of random bits, straight and through float32."""
    if not looks_at(source, "rounding"):
        return
    through = [via for via in _intermediate(source, target) if via.name == "float32" and via.rounding == "ties_to_even"]
    for via, mode, bits in product((None, *through), STOCHASTIC, random_bits):
        yield Setting(base(target).and_with((("via", via), ("rounding", mode))).knobs, bits)


def base(target: str | Format) -> Setting:
    """Return the setting that the search begins with: it delivers something for every input."""
    fmt = get_format(target)
    nan = "canonical" if fmt.has_nan else "to_zero" if not fmt.grid.first_index else "to_max"
    return Setting((("overflow", "saturate"), ("nan", nan)))


def tiny_choices(source: Origin, target: str | Format) -> list[Knobs]:
    """Return the choices for tiny numbers and zeros."""
    fmt = get_format(target)
    inputs, results = ["flush_inputs"] * _is_float(source), ["flush_results"] * bool(fmt.grid.has_subnormals)
    both = ["flush_both"] * bool(inputs and results)
    flushes: list[Knobs] = [(("subnormals", s), ("ftz", "x86")) for s in ("keep", *inputs, *results, *both)]
    flushes += [(("subnormals", s), ("ftz", "arm")) for s in (*results, *both)]
    if not looks_at(source, "subnormals"):
        flushes = [()]
    zeros = every(source, "signed_zero", ["keep", "positive"] if fmt.has_negative_zero else [])
    lacking = ["min", "nan"] if fmt.grid.first_index and fmt.has_nan else []
    return joined(every(source, "tininess"), flushes, zeros, every(source, "zero_input", lacking), every(source, "below_min", lacking))


def range_choices(source: Origin, target: str | Format, core: Setting) -> list[Knobs]:
    """Return the choices for what is out of range: large and infinite values, values below an unsigned format, and NaN, but for operations (`nan_choices`)."""
    fmt = get_format(target)
    integer = isinstance(fmt, IntFormat)
    wraps = ["wrap"] * (not (isinstance(source, Applied) and source.have_fractions))
    overflow = every(source, "overflow", ["saturate", *wraps] if integer else list(_OVERFLOW))
    to_odd = every(source, "to_odd_overflow", ["bound", "infinity", "bound_above"] if core["rounding"] is RoundingMode.TO_ODD and not integer else [])
    infinity = every(source, "inf_to_int", ["bound", "zero", "min", "max"] if integer else [])
    negative = every(source, "negative", [] if fmt.signed else [None, "zero", "absolute", *["nan"] * fmt.has_nan])
    nan: list[Knobs] = [()] if isinstance(source, Applied) else every(source, "nan", [*_NAN, LIKE_NUMBERS])
    of_operations = [every(source, knob) for knob in ("inf_flags", "division_by_zero", "next_past_end")]
    return joined(*of_operations, nan, negative, infinity, overflow, to_odd)


def nan_choices(source: Origin, target: str | Format) -> list[Knobs]:
    """Return the choices of the NaNs of an operation; of a conversion they are among those of `range_choices`."""
    return joined(nan_rules(source), every(source, "nan", list(_NAN))) if isinstance(source, Applied) else [()]


def _is_float(source: Origin) -> bool:
    return source.have_fractions if isinstance(source, Applied) else is_float(source)


def _parity_matters(fmt: Format) -> bool:
    return isinstance(fmt, FloatFormat) and bool(fmt.precision == 1 or fmt.grid.first_index)


def _intermediate(source: Origin, target: str | Format) -> list[Via]:
    """Return the ways through formats that lose something."""
    return [Via(name, RoundingMode(mode), nan="keep_payload") for name in formats_on_the_way(source, target) for mode in _FIRST_ROUNDINGS]  # type: ignore[arg-type]


def formats_on_the_way(source: Origin, target: str | Format) -> list[str]:
    """Return the names of the formats that a value may pass through and lose something."""
    if isinstance(source, Applied):
        return [name for name in _THROUGH if name != target and not holds_results(get_format(name), source)]
    return [name for name in _THROUGH if name not in (source, target) and not _holds(get_format(name), source)]


def _holds(fmt: Format, source: str | Format) -> bool:
    """Return whether a format has every number of a source."""
    if (isinstance(source, str) and source in WIDE_INTEGERS) or not is_float(source):
        return bool(fmt.precision >= width_of(source) and fmt.max_finite >= 1 << width_of(source))
    given = get_format(source)
    return bool(fmt.precision >= given.precision and fmt.max_finite >= given.max_finite and fmt.min_subnormal <= given.min_subnormal)
