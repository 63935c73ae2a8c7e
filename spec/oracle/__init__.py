"""The text of spec/text as a program: exact rationals, one rule per line, written to be believed."""

from . import (
    arithmetic,
    bits,
    codec,
    compare,
    datum,
    dialects,
    errors,
    flags,
    formats,
    integral,
    nan_rules,
    neighbours,
    ordering,
    policies,
    refusals,
    remainder,
    rounding,
    selection,
    signs,
    special,
    steps,
    stochastic,
)

__all__ = [
    "arithmetic", "bits", "codec", "compare", "datum", "dialects", "errors", "flags", "formats", "integral",
    "nan_rules", "neighbours", "ordering", "policies", "refusals", "remainder", "rounding", "selection", "signs", "special", "steps", "stochastic",
]  # fmt: skip
