"""Golden vectors as the oracle sees them: exact rationals, one vector at a time."""

from dataclasses import replace
from fractions import Fraction

import oracle
from stepcases import oracle_policies

import refquant as rq

ROUNDINGS, OVERFLOWS = tuple(rq.RoundingMode), tuple(rq.OverflowMode)


def policies_of(made, row):
    """The oracle's policies of one vector."""
    found = oracle_policies(made.recipe.policies)
    if made.recipe.roundings:
        found = replace(found, rounding=str(ROUNDINGS[made.columns["rounding"][row]]), overflow=str(OVERFLOWS[made.columns["overflow"][row]]))
    return found


def right_of(made, row):
    """(code, flags) that the oracle delivers for a conversion."""
    recipe, columns = made.recipe, made.columns
    source, target = (oracle.formats.get(f.name) for f in (recipe.operands[0], recipe.result if recipe.operation == "decode" else recipe.fmt))
    random = (int(columns["random"][row]), recipe.random_bits) if "stochastic" in str(policies_of(made, row).rounding) else None
    policies = oracle.policies.Policies(nan="keep_payload") if recipe.operation == "decode" else policies_of(made, row)
    if recipe.operation == "decode":
        policies = replace(policies, nan="keep_payload" if oracle.bits.has_nan(target) else None)
    found = oracle.codec.convert(int(columns["a"][row]), source, target, policies, random)
    if recipe.operation != "round":
        return found.code, found.flags
    keep = oracle.policies.Policies(nan="keep_payload")
    return oracle.codec.convert(found.code, target, oracle.formats.get(recipe.result.name), keep).code, found.flags


def datum(code, fmt):
    return oracle.codec.decode(int(code), oracle.formats.get(fmt.name))


def magnitudes_about(x, fmt):
    """(lo, hi) of the target's magnitudes with unbounded exponent, lo <= x < hi."""
    place = oracle.rounding.place_below(x, fmt)
    return oracle.rounding.magnitude(place, fmt), oracle.rounding.magnitude(place + 1, fmt)


def remainder(x: Fraction, fmt):
    lo, hi = magnitudes_about(x, fmt)
    return (x - lo) / (hi - lo)
