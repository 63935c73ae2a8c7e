"""Comparing bytes: NaN by byte or by class, the classes of mismatches, the smallest witness."""

import numpy as np
import pytest

import refquant as rq
from refquant.golden.cases import case_sets
from refquant.verify import Claim, compare, diagnose
from refquant.verify.comparison import defined
from refquant.verify.diagnosis import single_explanations

E4M3 = Claim("encode", "float32", "float8_e4m3fn")


def bits(*values, dtype=np.float32):
    return np.array(values, dtype).view(f"u{np.dtype(dtype).itemsize}")


def test_equal_bytes_are_no_mismatch():
    found = compare(E4M3, bits(1.0, -2.0), np.uint8([0x38, 0xC0]))
    assert (found.cases, found.mismatches, found.by_class, found.witness) == (2, 0, {}, None)


@pytest.mark.parametrize("nan_by, mismatches", [("byte", 1), ("class", 0)])
def test_nans_compare_as_the_claim_says(nan_by, mismatches):
    claim = Claim("encode", "float32", "float8_e4m3fn", nan_by=nan_by)
    assert compare(claim, bits(np.nan), np.uint8([0xFF])).mismatches == mismatches


@pytest.mark.parametrize("nan_by", ["byte", "class"])
def test_a_nan_is_never_a_number(nan_by):
    claim = Claim("encode", "float32", "float8_e4m3fn", nan_by=nan_by)
    assert compare(claim, bits(np.nan, 1.0), np.uint8([0x7E, 0x7F])).mismatches == 2


@pytest.mark.parametrize(
    "x, got, kind",
    [
        (np.nan, 0x7E, "nan"), (np.inf, 0x7E, "inf"), (-0.0, 0x00, "signed zero"), (-1e-9, 0x00, "signed zero"), (465.0, 0x7E, "overflow"),
        (1.0625, 0x39, "tie"), (2**-9 * 1.4, 0x02, "subnormal"), (1.1, 0x38, "other"),
    ],
)  # fmt: skip
def test_mismatches_are_classified(x, got, kind):
    assert compare(E4M3, bits(x), np.uint8([got])).by_class == {kind: 1}


def test_double_rounding_is_a_class_of_its_own():
    claim = Claim("encode", "float64", "float8_e4m3fn")
    assert compare(claim, bits(1.0625 + 2**-40, dtype=np.float64), np.uint8([0x38])).by_class == {"double rounding": 1}


def test_the_witness_is_the_mismatch_of_smallest_magnitude_positive_first():
    found = compare(E4M3, bits(100.0, -0.75, 1.5, 3.0), np.uint8([0, 0, 0, 0]))
    assert (found.mismatches, found.witness.input) == (4, "0xbf400000")
    assert compare(E4M3, bits(-1.5, 1.5), np.uint8([0, 0])).witness.input == "0x3fc00000"


def test_an_output_that_is_no_code_is_a_mismatch():
    found = compare(E4M3, bits(1.0), np.uint16([0x138]))
    assert (found.mismatches, found.witness.got_value) == (1, "no value of float8_e4m3fn")


def test_the_claim_is_one_rounding_whatever_the_dialect_passes_through():
    claim = Claim("encode", "float64", "float8_e4m3fn", rq.get_dialect("ml_dtypes-0.6"))
    x = bits(1.0625 + 2**-40, dtype=np.float64)
    assert rq.convert(x, "float64", "float8_e4m3fn", dialect="ml_dtypes-0.6").tolist() == [0x38]
    assert compare(claim, x, np.uint8([0x39])).mismatches == 0


def test_inputs_that_the_policies_refuse_are_left_out():
    kept = defined(Claim("encode", "float32", "float4_e2m1fn"), bits(np.nan, np.inf, 7.0, 1.0))
    assert np.array_equal(kept, bits(np.inf, 7.0, 1.0))
    kept = defined(Claim("encode", "float32", "float8_e4m3fn", knobs=(("overflow", "error"),)), bits(np.nan, np.inf, 465.0, 1.0))
    assert np.array_equal(kept, bits(np.nan, 1.0))
    kept = defined(Claim("encode", "float32", "int8", knobs=(("overflow", "wrap"), ("nan", "to_zero"))), bits(np.nan, np.inf, 465.0))
    assert np.array_equal(kept, bits(np.nan, 465.0))


CHANGES = {
    "rounding=toward_zero": {"rounding": "toward_zero"},
    "rounding=ties_to_away": {"rounding": "ties_to_away"},
    "rounding=to_odd": {"rounding": "to_odd"},
    "overflow=saturate": {"overflow": "saturate"},
    "overflow=saturate_propagate": {"overflow": "saturate_propagate"},
    "subnormals=flush_results": {"subnormals": "flush_results"},
    "subnormals=flush_results and ftz=arm": {"subnormals": "flush_results", "ftz": "arm"},
    "signed_zero=positive": {"signed_zero": "positive"},
    "nan=keep_sign": {"nan": "keep_sign"},
    "through bfloat16": {"via": "bfloat16"},
    "rounding=toward_zero and overflow=saturate": {"rounding": "toward_zero", "overflow": "saturate"},
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_an_implementation_does_instead_is_named(name):
    source = "float32"
    claim = Claim("encode", source, "float8_e5m2", nan_by="class" if "through" in name else "byte")
    codes = np.concatenate([s.codes for s in case_sets(source, "float8_e5m2", random=2000)])
    got = rq.convert(codes, source, "float8_e5m2", dialect=rq.get_dialect("default").replace(**CHANGES[name]))
    assert diagnose(claim, codes, got) == name


def test_what_no_explanation_reproduces_is_not_explained():
    codes = bits(1.0, 1.1, 1.5)
    assert diagnose(E4M3, codes, np.uint8([0x10, 0x77, 0x3C])) is None


def test_numbers_are_explained_where_nans_follow_no_rule():
    codes = bits(1.1, 1.2, np.nan, -np.nan)
    assert diagnose(E4M3, codes, np.uint8([0x38, 0x39, 0x10, 0x20])) == "rounding=toward_zero, and NaNs otherwise"


def test_explanations_have_different_names():
    names = [e.name for e in single_explanations()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("subnormals", ["keep", "flush_inputs"])
def test_zeros_that_a_policy_refuses_are_left_out(subnormals):
    """A format without zero: defined() kept its zeros under zero_input=error, and the reference refused them."""
    dialect = rq.get_dialect("default").replace(zero_input="error", negative="absolute", subnormals=subnormals)
    codes = np.arange(1 << 16, dtype=np.uint16)
    kept = defined(Claim("encode", "float16", "float8_e8m0fnu", dialect), codes)
    zeros = {0, 0x8000} | ({c | s for c in range(1, 0x400) for s in (0, 0x8000)} if subnormals == "flush_inputs" else set())
    assert not zeros & {*kept.tolist()} and {*range(1, 0x7C00)} - zeros <= {*kept.tolist()}
