"""Reference == oracle: every value, midpoint and neighbour of every format of at most 8 bits, every deterministic mode and overflow policy."""

import itertools

import numpy as np
import oracle
import pytest
from stepcases import DETERMINISTIC, compare_format, oracle_policies

import refquant as rq

SMALL = [n for n in rq.list_formats() if rq.get_format(n).width <= 8]
P3109 = [n for n in rq.list_formats(p3109=True) if n not in rq.list_formats() and rq.get_format(n).width <= 8]
P3109_OVERFLOW = ("no_saturate", "saturate", "saturate_propagate")


def allowed(name, policies):
    """Whether the oracle accepts the combination; the reference must agree."""
    try:
        oracle.policies.check(oracle_policies(policies), oracle.formats.get(name))
    except oracle.errors.PolicyRefused:
        with pytest.raises(rq.errors.PolicyError):
            rq.encode(1.0, name, dialect=rq.Dialect("test", base=policies))
        return False
    return True


@pytest.mark.parametrize("name", SMALL)
def test_encode_equals_oracle_for_every_mode_and_overflow_policy(name, count_cases):
    for rounding, overflow in itertools.product(DETERMINISTIC, rq.OverflowMode):
        policies = rq.Policies(rounding=rounding, overflow=overflow)
        if allowed(name, policies):
            count_cases(compare_format(name, policies))


@pytest.mark.parametrize("name", SMALL)
def test_encode_equals_oracle_for_every_other_knob(name, thoroughly, count_cases):
    for knobs, rounding in itertools.product(OTHER_KNOBS, DETERMINISTIC):
        if not thoroughly and rounding not in ("ties_to_even", "to_odd") and no_number_meets(knobs, rq.get_format(name)):
            continue
        policies = rq.Policies(rounding=rounding, **knobs)
        if allowed(name, policies):
            count_cases(compare_format(name, policies, ("float64",)))


def no_number_meets(knobs, fmt):
    """Whether every choice is about NaN, or about negatives or zeros that the format has."""
    meets = {"nan": False, "negative": not fmt.signed, "zero_input": fmt.grid.first_index > 0, "below_min": fmt.grid.first_index > 0}
    return not any(meets.get(knob, True) for knob in knobs)


OTHER_KNOBS = [
    {"signed_zero": "positive"},
    {"subnormals": "flush_results", "ftz": "x86"},
    {"subnormals": "flush_results", "ftz": "arm", "signed_zero": "positive"},
    {"tininess": "before"},
    {"subnormals": "flush_both", "tininess": "before"},
    {"parity": "code"},
    {"parity": "significand"},
    {"to_odd_overflow": "infinity"},
    {"flags": "none"},
    {"negative": "zero"},
    {"negative": "zero", "zero_input": "nan"},
    {"negative": "zero", "zero_input": "error"},
    {"negative": "nan"},
    {"negative": "absolute"},
    {"negative": "absolute", "overflow": "saturate", "subnormals": "flush_results"},
    {"negative": "error"},
    {"negative": "zero", "overflow": "wrap"},
    {"negative": "absolute", "overflow": "wrap"},
    {"negative": "error", "overflow": "wrap"},
    {"zero_input": "nan", "nan": "keep_sign"},
    {"zero_input": "error"},
    {"below_min": "nan"},
    {"below_min": "nan", "nan": "error"},
    {"overflow": "saturate_above", "to_odd_overflow": "bound_above"},
    {"to_odd_overflow": "bound_above"},
    {"nan": "all_ones_keep_sign"},
    {"nan": "error"},
    {"nan": "to_max", "overflow": "to_nan"},
    {"nan": "to_min"},
    {"nan": "all_ones"},
    {"nan": "keep_sign"},
    {"nan": "to_zero"},
    {"nan": "zero_sign_inverted"},
    {"nan": "keep_payload"},
]


@pytest.mark.parametrize("name", P3109)
def test_p3109_formats_equal_oracle_under_every_p3109_dialect(name, count_cases):
    chosen = set()  # most policies are those of several dialects
    dialects = oracle.dialects.load()
    for dialect, rounding, overflow in itertools.product(("p3109-v3.2", "p3109-v4.0", "p3109-d1"), DETERMINISTIC, (None, *P3109_OVERFLOW)):
        stated = dialects[dialect]
        knobs = {"rounding": rounding} if overflow is None else {"rounding": rounding, "overflow": overflow}
        policies = rq.get_dialect(dialect).replace(**knobs).policies(name, "float64")
        expected = {f: getattr(stated.policies(name, "float64"), f) for f in ("to_odd_overflow", "negative", "signed_zero", "flags")}
        assert {f: None if getattr(policies, f) is None else str(getattr(policies, f)) for f in expected} == expected
        chosen.add(policies)
    for policies in sorted(chosen, key=repr):
        count_cases(compare_format(name, policies, ("float64",)))


@pytest.mark.parametrize("name", ["int12", "uint10", "binary10p4se", "binary11p1se", "binary11p1ue", "binary11p11uf"])
def test_wider_formats_equal_oracle_from_integer_parts(name, count_cases):
    for rounding in DETERMINISTIC:
        count_cases(compare_format(name, rq.Policies(rounding=rounding), ("parts",)))


def test_comparison_can_fail():
    def wrong(x):
        result = rq.encode(x, "float8_e4m3fn", return_flags=True)
        return rq.CodesAndFlags(result.codes ^ (x == np.float64(448)), result.flags)

    from stepcases import compare, places

    x, segment = places("float8_e4m3fn", False, "float64")
    with pytest.raises(AssertionError, match="0x7e"):
        compare("float8_e4m3fn", rq.Policies(), wrong, (x,), segment, False)
