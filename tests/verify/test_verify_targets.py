"""Other people's conversions: what is exact, what deviates, and that the deviation is found and named without being told."""

from importlib import import_module
from pathlib import Path

import pytest
from deviationwitness import ENTRIES, check_witness, entry_id

from refquant import verify
from refquant.verify import targets
from refquant.verify.deviations import parse_deviations, version_matches
from refquant.verify.targets.stated import check_claims

HERE = ("ml_dtypes",)  #: the others are judged in tests/external
#: Adapters that import their package when they run, and how many conversions each announces.
LAZY = {"jax": 148, "onnxruntime": 159, "onnx_reference": 171, "gfloat": 147, "bitstring": 25}
LOCK = Path(__file__).parents[1] / "external" / "requirements.txt"
FLOATS = ("bfloat16", "float4_e2m1fn", "float6_e2m3fn", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2")


def claims_of(name, keep):
    return tuple(c for c in verify.get_target(name).claims() if keep(c))


def installed_target(name):
    if name not in verify.list_targets():
        pytest.skip(f"{name} is not installed")
    return verify.get_target(name)


def test_numpy_rounds_once():
    judgement = verify.judge("numpy", random=20_000)
    assert [v.status for v in judgement.verdicts] == ["exact"] * len(judgement.announced)
    assert judgement.ok


@pytest.mark.parametrize("fmt", FLOATS)
def test_the_double_rounding_of_ml_dtypes_is_found_and_named_without_being_told(fmt):
    claims = claims_of("ml_dtypes", lambda c: c.label == f"float64 -> {fmt}")
    (verdict,) = verify.judge("ml_dtypes", claims=claims, random=1000, deviations=()).verdicts
    assert (verdict.status, verdict.diagnosis) == ("new", "through float32")
    assert verdict.by_class == {"double rounding": verdict.mismatches}


def test_the_smallest_witness_of_the_double_rounding_is_one_ulp_above_half_the_smallest_subnormal():
    claims = claims_of("ml_dtypes", lambda c: c.label == "float64 -> float8_e4m3fn")
    witness = verify.judge("ml_dtypes", claims=claims, random=1000).verdicts[0].witness
    assert witness == ("0x3f50000000000001", "0x1.0000000000001p-10", "0x00", "0", "0x01", "0x1p-9")


def test_casts_of_ml_dtypes_from_float32_are_exact_but_for_subnormals_into_e8m0():
    judgement = verify.judge("ml_dtypes", claims=claims_of("ml_dtypes", lambda c: c.source == "float32"), random=20_000, deviations=())
    assert {v.claim.target: v.diagnosis for v in judgement.verdicts if v.status != "exact"} == {"float8_e8m0fnu": "rounding=away_from_zero of subnormal inputs"}


@pytest.mark.parametrize("name", HERE)
def test_every_deviation_is_known_and_every_known_deviation_occurs(name):
    judgement = verify.judge(installed_target(name), random=1000)
    assert [(v.claim.label, v.message) for v in judgement.verdicts if not v.ok] == []
    assert judgement.judged == len(judgement.announced)


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e.package in (*HERE, "gfloat")], ids=entry_id)
def test_the_witness_of_a_known_deviation_is_true(entry):
    check_witness(entry, installed_target(entry.package))


def test_an_unknown_target_is_refused_by_name():
    with pytest.raises(ValueError, match=r"expected one of numpy, ml_dtypes, torch, .*, module:function"):
        verify.get_target("tensorflow")


def test_a_target_without_its_packages_names_the_command_that_installs_them(monkeypatch):
    monkeypatch.setattr(targets, "find_spec", lambda name: None if name in ("onnxruntime", "onnx") else object())
    assert "onnxruntime" not in verify.list_targets() and "jax" in verify.list_targets()
    with pytest.raises(ValueError, match="onnxruntime is not installed; pip install onnxruntime onnx"):
        verify.get_target("onnxruntime")


def test_a_package_that_cannot_be_imported_is_an_error_of_its_own(monkeypatch):
    def broken(name):
        raise ImportError("no such library")

    monkeypatch.setattr(targets, "import_module", broken)
    with pytest.raises(ValueError, match="numpy cannot be imported: no such library"):
        verify.get_target("numpy")


@pytest.mark.parametrize("entry", ENTRIES, ids=entry_id)
def test_every_entry_speaks_of_the_release_that_is_locked(entry):
    locked = dict(line.split("==") for line in LOCK.read_text("utf-8").splitlines() if "==" in line)
    assert version_matches(locked[targets.TARGETS[entry.package].needs[0]], entry.versions)


@pytest.mark.parametrize("name", LAZY)
def test_claims_are_listed_without_the_package_and_have_policies_that_fit(name):
    adapter = targets.TARGETS[name]
    kind = getattr(import_module(f"refquant.verify.targets.{adapter.module}"), adapter.kind)
    claims = kind(version="0").claims()
    check_claims(claims)
    assert len({(c.operation, c.names, c.dialect.name) for c in claims}) == len(claims) == LAZY[name]


def test_an_entry_without_a_field_is_refused_by_name():
    with pytest.raises(ValueError, match=r"^deviations: entry 1 .numpy.: .*targets, .*missing"):
        parse_deviations('[[deviation]]\npackage = "numpy"\nversions = ">=1"\noperation = "encode"\nsources = ["float32"]\n')
