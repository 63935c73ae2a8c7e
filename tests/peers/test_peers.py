"""refquant against NumPy, the standard library, ml_dtypes and gfloat, as tests/attested.toml says; and the comparer against itself."""

import numpy as np
import pytest
from attestation import compare, inputs
from attestation.claims import Claim, differences, job_id, jobs
from attestation.skipping import peer
from attestation.witness import check


@pytest.fixture
def module(job):
    """The peer of a job; skipped here, before cases are counted."""
    return peer(job[0].peer)


@pytest.mark.parametrize("job", jobs("ci"), ids=job_id)
def test_the_peer_agrees(job, module, count_cases):
    claim, _, names = job
    for name in names:
        count_cases(compare.run(claim, name, module))


@pytest.mark.parametrize("difference", differences("ci"), ids=lambda d: d.name)
def test_a_known_difference_is_still_there(difference, request):
    check(difference, request)


def test_ml_dtypes_rounds_float64_twice(capsys):
    """The difference from float64 in numbers: how many boundary values have another code than the one rounding gives."""
    module = peer("ml_dtypes")
    for name in ("float8_e4m3fn", "bfloat16"):
        x = inputs.encode_inputs("float64", name, "near 512")
        with np.errstate(all="ignore"):
            theirs = module.encode(x, name, None)
        once, twice = (compare.encode(x, name, compare.Choice("float64", "ties_to_even", None, d)) for d in ("default", "ml_dtypes-0.6"))
        numbers = ~np.isnan(x)
        count = int((theirs != once)[numbers].sum())
        assert count > 0 and not (theirs != twice).any()
        with capsys.disabled():
            print(f"\nml_dtypes, float64 to {name}: {count} of {numbers.sum()} values near the target's are rounded twice", end="")


def test_comparison_of_codes_can_fail(monkeypatch):
    whole, broken = compare.encode, np.float64(1.0)
    monkeypatch.setattr(compare, "encode", lambda x, *rest: whole(x, *rest) ^ (np.abs(x) == broken).astype(np.uint16))
    claim = Claim("numpy", "encode", ("float16",), ("16-bit floats",), ("float64",), ("ties_to_even",))
    with pytest.raises(AssertionError, match=r"refquant 0x3c01, peer 0x3c00|refquant 0xbc01, peer 0xbc00"):
        compare.run(claim, "float16", peer("numpy"))


def test_comparison_of_values_can_fail(monkeypatch):
    whole = compare.rq.decode
    monkeypatch.setattr(compare.rq, "decode", lambda codes, *a, **k: whole(codes ^ (codes == 1), *a, **k))
    for name in ("numpy", "oracle"):
        with pytest.raises(AssertionError, match="code 0x1"):
            compare.run(Claim(name, "decode", ("float16",), ("codes 64",)), "float16", peer(name))


def test_comparison_sees_nan_bytes_and_nan_classes():
    x, nan, other = np.float32([1]), np.array([0x7E00]), np.array([0x7F00])
    compare.same_codes(nan, other, x, "", "class", "float16")
    with pytest.raises(AssertionError, match="refquant 0x7e00, peer 0x7f00"):
        compare.same_codes(nan, other, x, "", "byte", "float16")
    with pytest.raises(AssertionError, match="refquant 0x7e00, peer 0x7c00"):
        compare.same_codes(nan, np.array([0x7C00]), x, "", "class", "float16")


def test_comparison_sees_the_sign_of_zero():
    with pytest.raises(AssertionError):
        compare.same_values(np.array([0.0]), np.array([-0.0]), np.array([0]), "")
    assert not compare.same_number(0.0, -0.0)


def test_known_differences_can_turn_red(monkeypatch):
    from attestation import witness

    monkeypatch.setattr(witness, "both", lambda d: (int(d.refquant_gives, 16), int(d.peer_gives, 16) ^ 2))
    with pytest.raises(AssertionError, match="another result than is stated"):
        witness.check(differences("ci")[0], None)
