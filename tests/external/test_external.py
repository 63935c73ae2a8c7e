"""refquant against NVIDIA's host headers, PyTorch, bitstring, fpy2 and apytypes, as tests/attested.toml says; and the comparer against itself."""

import numpy as np
import pytest
from attestation import compare
from attestation.claims import Claim, differences, job_id, jobs
from attestation.skipping import peer
from attestation.witness import check


@pytest.fixture
def module(job):
    """The peer of a job; skipped here, before cases are counted."""
    return peer(job[0].peer)


@pytest.mark.parametrize("job", jobs("external"), ids=job_id)
def test_the_peer_agrees(job, module, count_cases):
    claim, _, names = job
    for name in names:
        count_cases(compare.run(claim, name, module))


@pytest.mark.parametrize("difference", differences("external"), ids=lambda d: d.name)
def test_a_known_difference_is_still_there(difference, request):
    check(difference, request)


def flipped(codes, *rest):
    """Codes with one bit of the last one flipped."""
    result = np.array(codes)
    result[-1] ^= 1
    return result


ENCODE = {
    "cuda": ("float8_e5m2", "cuda-host-nosat"), "torch": ("float8_e5m2", "torch-2.13"), "bitstring": ("float8_e5m2", "default"),
    "fpy2": ("float8_e5m2", "default"), "apytypes": ("float8_e5m2", "default"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(ENCODE))
def test_comparison_can_fail(name, monkeypatch):
    target, dialect = ENCODE[name]
    claim = Claim(name, "encode", (target,), ("near 8",), ("float32",), ("ties_to_even",), dialects=(dialect,), only=("finite", "in range"))
    module, whole = peer(name), compare.encode
    compare.run(claim, target, module)
    monkeypatch.setattr(compare, "encode", lambda *given: flipped(whole(*given)))
    with pytest.raises(AssertionError, match=r"refquant 0x.*, peer 0x.*; 1 of"):
        compare.run(claim, target, module)


@pytest.mark.parametrize("name", ["torch", "bitstring", "fpy2"])
def test_comparison_of_values_can_fail(name, monkeypatch):
    claim, module, whole = Claim(name, "decode", ("float8_e5m2",), ("every code",)), peer(name), compare.rq.decode
    monkeypatch.setattr(compare.rq, "decode", lambda codes, *a, **k: whole(codes ^ (codes == 1), *a, **k))
    with pytest.raises(AssertionError, match="code 0x1"):
        compare.run(claim, "float8_e5m2", module)


def test_comparison_of_wider_codes_can_fail(monkeypatch):
    claim = Claim("cuda", "decode", ("float8_e5m2",), ("every code",), into=("float16",), dialects=("cuda-host-nosat",))
    module, whole = peer("cuda"), compare.rq.convert
    compare.run(claim, "float8_e5m2", module)
    monkeypatch.setattr(compare.rq, "convert", lambda *given, **k: flipped(whole(*given, **k)))
    with pytest.raises(AssertionError, match="1 of 256"):
        compare.run(claim, "float8_e5m2", module)
