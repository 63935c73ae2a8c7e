"""Changes of policies that hold for some inputs alone: where they hold, and that a cast is called so only where it is so."""

import dataclasses

import numpy as np
import pytest

from refquant.errors import PolicyError
from refquant.verify import Claim, compare, diagnose
from refquant.verify.diagnosis import explanation_named, reproduces
from refquant.verify.scopes import SCOPES

E4M3 = Claim("encode", "float32", "float8_e4m3fn")
E5M2 = Claim("encode", "float32", "float8_e5m2")
E8M0 = Claim("encode", "float32", "float8_e8m0fnu", knobs=(("zero_input", "nan"), ("negative", "nan"), ("overflow", "to_nan")))
E8M0_OF_DOUBLES = dataclasses.replace(E8M0, source="float64")
E4M3_OF_DOUBLES = dataclasses.replace(E4M3, source="float64")
E4M3_TIES_AWAY = dataclasses.replace(E4M3, knobs=(("rounding", "ties_to_away"),))
BELOW = 2.0**-10 - 2.0**-34  # the float32 below half the smallest magnitude of E4M3
INT4 = Claim("encode", "float32", "int4", knobs=(("overflow", "error"),))
PAST_UP = "of what rounds up to the first magnitude past the largest"
PAST_DOWN = "of what rounds down to the first magnitude past the largest"


def bits(values, dtype=np.float32):
    return np.array(values, dtype).view(f"u{np.dtype(dtype).itemsize}")


# The next magnitude after 448 would be 480, then 512; after 57344 65536, then 81920; after 2^127 2^128.
@pytest.mark.parametrize(
    "scope, claim, inside, outside",
    [
        (PAST_UP, E4M3, [464.5, -479.75], [464.0, 480.0, 497.0, np.inf, np.nan, 0.0]),
        (PAST_DOWN, E4M3, [480.0, -495.0], [479.75, 496.0, 512.0, np.inf, np.nan]),
        (PAST_UP, E5M2, [61440.0, -65535.0], [61439.0, 65536.0, np.inf]),
        (PAST_DOWN, E5M2, [65536.0, 73728.0], [65535.0, 73729.0, 1e30]),
        ("above the largest magnitude", E4M3, [449.0, -449.0, 1e30], [448.0, -448.0, np.inf, np.nan]),
        ("above the largest magnitude", E8M0, [1.25 * 2.0**127], [2.0**127, np.inf, np.nan]),
        ("below the second smallest magnitude", E8M0, [2.0**-130, 1.5 * 2.0**-127], [2.0**-126, np.inf, np.nan]),
        ("below the second smallest magnitude", E4M3, [2.0**-10, -1e-30, 0.0], [2.0**-9, np.inf]),
        ("of infinite inputs", E4M3, [np.inf, -np.inf], [448.0, 1e30, np.nan]),
        ("of the largest input that rounds to zero", E4M3, [2.0**-10], [2.0**-10 + 2.0**-33, 2.0**-10 - 2.0**-34, 0.0, np.inf, np.nan]),
        ("of subnormal inputs", E8M0, [2.0**-127, -(2.0**-149)], [2.0**-126, 0.0, np.nan]),
    ],
)
def test_a_scope_holds_where_its_name_says(scope, claim, inside, outside):
    assert SCOPES[scope](claim, bits(inside)).all()
    assert not SCOPES[scope](claim, bits(outside)).any()


def test_a_scope_of_magnitudes_needs_a_floating_point_target():
    with pytest.raises(PolicyError, match="expected a floating-point format, got int4"):
        SCOPES[PAST_UP](INT4, bits([1.0]))


CASTS = {
    f"overflow=saturate {PAST_DOWN}": (E4M3, [464.5, 480, -495, 496, 448, 1.1, 1.05], [0x7F, 0x7E, 0xFE, 0x7F, 0x7E, 0x39, 0x38]),
    "overflow=saturate": (E4M3, [464.5, 480, -495, 496, 448, 1.1, 1.05], [0x7E, 0x7E, 0xFE, 0x7E, 0x7E, 0x39, 0x38]),
    f"overflow=to_nan {PAST_UP}": (E5M2, [61440, 65535, 65536, np.inf, 57344], [0x7E, 0x7E, 0x7C, 0x7C, 0x7B]),
    "overflow=to_nan": (E5M2, [61440, 65535, 65536, np.inf, 57344], [0x7E, 0x7E, 0x7E, 0x7C, 0x7B]),
    "rounding=away_from_zero above the largest magnitude": (E8M0, [1.25 * 2**127, 2.0**127, 1.25, 1.5], [0xFF, 0xFE, 0x7F, 0x80]),
    "rounding=away_from_zero": (E8M0, [1.25 * 2**127, 2.0**127, 1.25, 1.5], [0xFF, 0xFE, 0x80, 0x80]),
    "below_min=nan and rounding=away_from_zero below the second smallest magnitude": (
        E8M0_OF_DOUBLES, [2.0**-128, 2.0**-127, 1.25 * 2.0**-127, 2.0**-126, 1.25 * 2.0**-126, 0.0], [0xFF, 0x00, 0x01, 0x01, 0x01, 0xFF],
    ),
    "rounding=away_from_zero and below_min=nan": (
        E8M0_OF_DOUBLES, [2.0**-128, 2.0**-127, 1.25 * 2.0**-127, 2.0**-126, 1.25 * 2.0**-126, 0.0], [0xFF, 0x00, 0x01, 0x01, 0x02, 0xFF],
    ),
    "no code below the smallest magnitude": (E8M0_OF_DOUBLES, [2.0**-128.5, 2.0**-128, 1.4 * 2.0**-128, 2.0**-127, 1.5], [0x100, 0x100, 0x100, 0x00, 0x80]),
    "parity=code and no code below the smallest magnitude": (E8M0_OF_DOUBLES, [2.0**-128, 2.0**-127, 1.5, 3.0], [0x100, 0x00, 0x80, 0x80]),
    "overflow=saturate of infinite inputs": (E4M3, [np.inf, -np.inf, 500.0, 1.0], [0x7E, 0xFE, 0x7F, 0x38]),
    "rounding=away_from_zero of the largest input that rounds to zero": (E4M3_TIES_AWAY, [BELOW, 2.0**-10, 0.9 * 2.0**-10, 1.0625, -BELOW, 1.0625 - 2.0**-20], [0x01, 0x01, 0x00, 0x39, 0x81, 0x38]),
    "second smallest magnitude of subnormal inputs": (E8M0, [2.0**-149, 2.0**-127, 2.0**-126, 1.25], [0x01, 0x01, 0x01, 0x7F]),
    "through the upper 32 bits of float64": (E4M3_OF_DOUBLES, [1.0625 + 2.0**-20, 1.0625 + 2.0**-21, 1.1], [0x39, 0x38, 0x39]),
    "through float32": (E4M3_OF_DOUBLES, [1.0625 + 2.0**-20, 1.0625 + 2.0**-30, 1.1], [0x39, 0x38, 0x39]),
    "rounding=ties_to_away and overflow=wrap": (INT4, [0.5, 6.5, -8.5, -3.0, 2.25], [0x1, 0x7, 0x7, 0xD, 0x2]),
    "rounding=ties_to_away": (INT4, [0.5, 6.5, -8.5, -3.0, 2.25], [0x1, 0x7, 0x8, 0xD, 0x2]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASTS)
def test_what_a_cast_does_for_some_inputs_is_named_and_its_twin_is_not(name):
    claim, x, got = CASTS[name]
    codes = bits(x, claim.source)
    assert diagnose(claim, codes, np.uint16(got)) == name
    assert explanation_named(name).predict(claim, codes).tolist() == got


def test_nans_that_lose_their_sign_on_the_way_through_float32_are_named():
    claim = Claim("encode", "bfloat16", "float8_e4m3fn", knobs=(("nan", "keep_sign"),))
    codes = np.uint16([0x7FC0, 0xFFC0, 0xFF80, 0x3F80])  # NaN, -NaN, -Inf, 1
    assert diagnose(claim, codes, np.uint8([0x7F, 0x7F, 0xFF, 0x38])) == "through float32 with positive NaNs"
    assert diagnose(claim, codes, np.uint8([0x7F, 0x7F, 0x7F, 0x38])) == "nan=canonical"


def test_several_changes_are_reproduced_by_name_and_only_where_they_are():
    name = "through float32 and overflow=no_saturate of infinite inputs and second smallest magnitude of subnormal inputs"
    claim = Claim("encode", "float64", "float8_e8m0fnu", knobs=(("rounding", "away_from_zero"), ("overflow", "saturate"), ("negative", "error")))
    codes = bits([np.inf, 1.5 * 2.0**127, 2.0**-127, 2.0**-140, 1 + 2.0**-40, 1.5, 1e300], np.float64)
    got = np.uint8([0xFF, 0xFE, 0x01, 0x01, 0x7F, 0x80, 0xFF])
    assert reproduces(name, claim, codes, got)
    assert diagnose(claim, codes, got) is None
    for i in range(got.size):
        assert not reproduces(name, claim, codes, np.where(np.arange(got.size) == i, got ^ np.uint8(2), got))


def test_a_name_of_no_change_reproduces_nothing():
    assert not reproduces("through float99 and rounding=toward_zero", E4M3, bits([1.0]), np.uint8([0x38]))


def test_subnormals_that_are_kept_where_the_claim_flushes_them_are_named():
    claim = Claim("encode", "float32", "float16", knobs=(("subnormals", "flush_results"),))
    assert diagnose(claim, bits([2.0**-24, 1.0]), np.uint16([0x0001, 0x3C00])) == "subnormals=keep"


def test_a_mismatch_is_classified_where_another_rounding_would_leave_the_range():
    """The classes tried 7.5 under ties to away, which overflow=error refused."""
    claim = Claim("encode", "float32", "int4", knobs=(("rounding", "toward_zero"), ("overflow", "error")))
    assert compare(claim, bits([7.5, 0.5]), np.uint8([0x0, 0x1])).by_class == {"tie": 1, "other": 1}


def test_a_mismatch_is_classified_where_float32_would_make_a_zero_that_is_refused():
    """The classes tried 2^-1074 through float32, where it is a zero, which zero_input=error refused."""
    claim = Claim("encode", "float64", "float8_e8m0fnu", knobs=(("zero_input", "error"),))
    assert compare(claim, bits([2.0**-1074], np.float64), np.uint8([0xFF])).by_class == {"subnormal": 1}
