"""The text of spec/text as a program: exact rationals, one rule per line, written to be believed."""

from . import bits, codec, compare, datum, dialects, errors, flags, formats, policies, rounding, special, steps, stochastic

__all__ = ["bits", "codec", "compare", "datum", "dialects", "errors", "flags", "formats", "policies", "rounding", "special", "steps", "stochastic"]
