"""Verdicts: known, new, gone, failed; and that a judgement is ok only where all that was announced was judged."""

import dataclasses
import json

import numpy as np
import pytest

import refquant as rq
from refquant import verify
from refquant.golden.cases import case_sets
from refquant.verify import FunctionTarget, judge
from refquant.verify.deviations import parse_deviations, version_matches

CLAIMS = tuple(verify.Claim("encode", source, "float8_e4m3fn") for source in ("float32", "float64"))


class Example:
    """A target that casts by the reference, with a chosen fault for float64."""

    name, version = "example", "1.2.3"

    def __init__(self, fault):
        self.fault = fault

    def claims(self):
        return CLAIMS

    def run(self, claim, codes):
        right = rq.convert(codes, claim.source, claim.target)
        return right if claim.source == "float32" else self.fault(codes, right)


def through_float32(codes, right):
    return rq.convert(codes, "float64", "float8_e4m3fn", dialect=rq.get_dialect("default").replace(via="float32"))


def sound(codes, right):
    return right


ENTRY = verify.Deviation("example", ">=1,<2", "encode", ("float64",), ("float8_*",), "through float32", {}, "narrows first", "made up")


def judged(fault, *entries):
    return verify.judge(Example(fault), random=2000, deviations=entries)


def statuses(judgement):
    return [v.status for v in judgement.verdicts]


def test_a_deviation_that_no_entry_names_is_new():
    judgement = judged(through_float32)
    assert statuses(judgement) == ["exact", "new"]
    assert not judgement.ok


def test_a_deviation_with_the_diagnosis_of_its_entry_is_known():
    judgement = judged(through_float32, ENTRY)
    assert statuses(judgement) == ["exact", "known"]
    assert judgement.ok


def test_a_deviation_with_another_diagnosis_than_its_entry_is_new():
    judgement = judged(through_float32, dataclasses.replace(ENTRY, diagnosis="rounding=toward_zero"))
    assert statuses(judgement) == ["exact", "new"]
    assert "where the known deviation is 'rounding=toward_zero'" in judgement.verdicts[1].message


@pytest.mark.parametrize(
    "field, value",
    [("versions", ">=2"), ("package", "other"), ("operation", "decode"), ("sources", ("int64",)), ("targets", ("bfloat16",)), ("dialects", ("onnx-*",))],
)
def test_an_entry_speaks_only_of_its_package_version_operation_and_formats(field, value):
    assert statuses(judged(through_float32, dataclasses.replace(ENTRY, **{field: value}))) == ["exact", "new"]


def test_an_entry_that_no_longer_occurs_fails_the_run():
    judgement = judged(sound, ENTRY)
    assert statuses(judgement) == ["exact", "gone"]
    assert not judgement.ok
    assert "does not occur" in judgement.verdicts[1].message


def test_a_conversion_that_cannot_be_judged_fails_the_run_and_the_others_are_judged():
    def fault(codes, right):
        raise RuntimeError("no kernel\nfor this")

    judgement = judged(fault)
    assert statuses(judgement) == ["exact", "failed"]
    assert (judgement.judged, len(judgement.announced), judgement.ok) == (1, 2, False)
    assert judgement.verdicts[1].message == "could not be judged: RuntimeError: no kernel for this"


def test_a_judgement_with_fewer_verdicts_than_announced_is_not_ok():
    judgement = judged(sound)
    assert judgement.ok
    assert not dataclasses.replace(judgement, verdicts=judgement.verdicts[:1]).ok


def test_one_wrong_output_among_all_cases_is_found():
    def fault(codes, right):
        return np.where(codes == np.float64(1.5).view(np.uint64), right + np.uint8(1), right)

    verdict = judged(fault).verdicts[1]
    assert verdict.status == "new"
    assert verdict.witness == ("0x3ff8000000000000", "0x1.8p+0", "0x3d", "0x1.ap+0", "0x3c", "0x1.8p+0")


def test_the_result_does_not_depend_on_the_run_but_on_the_seed():
    first, second = (judged(through_float32).verdicts[1] for _ in range(2))
    assert first == second
    assert first.sizes["random"] == 2000


def test_the_report_survives_json():
    report = verify.as_records([judged(through_float32, ENTRY)])
    assert json.loads(json.dumps(report)) == report
    (target,) = report["targets"]
    assert (report["schema"], report["ok"], target["announced"], target["judged"]) == (1, True, 2, 2)
    assert target["verdicts"][1]["witness"]["input"] == "0x3f50000000000001"
    assert target["verdicts"][1]["by_class"] == {"double rounding": target["verdicts"][1]["mismatches"]}


@pytest.mark.parametrize(
    "version, specifier, expected",
    [
        ("2.13.0+cpu", "==2.13.0", True), ("2.13.0", "==2.13", True), ("0.6.0", ">=0.5,<0.6", False), ("0.10.0", ">0.9", True),
        ("1.0", "!=1", False), ("1.0rc1", "<=1", True), ("", ">=0", False),
    ],
)  # fmt: skip
def test_versions_compare_as_numbers(version, specifier, expected):
    assert version_matches(version, specifier) is expected


@pytest.mark.parametrize("text", ["[[deviation]", "[[deviation]]\npackage = 'x'", "[[deviation]]\nsources = ['a']\ntargets = ['b']\nnonsense = 1"])
def test_a_broken_file_of_deviations_is_refused(text):
    with pytest.raises(ValueError, match="deviations: "):
        parse_deviations(text)
    with pytest.raises(ValueError, match="versions: "):
        version_matches("1.0", "about 2")


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: judge(5), "target: expected a Target"),
        (lambda: judge("numpy", claims=[]), "claims: expected an iterable of Claim, at least one"),
        (lambda: judge("numpy", claims="x"), "claims: "),
        (lambda: judge("numpy", claims=5), "claims: "),
        (lambda: judge("numpy", deviations="x"), "deviations: "),
        (lambda: judge("numpy", random="x"), "random: expected an integer"),
        (lambda: judge("numpy", seed=-1), "seed: expected an integer"),
        (lambda: judge("numpy", progress=5), "progress: "),
        (lambda: verify.get_target(np.array([1, 2])), "target: "),
        (lambda: verify.load_deviations(5), "path: "),
        (lambda: FunctionTarget.load(5, "float16"), "target: "),
        (lambda: FunctionTarget("f", 5, "float16"), "function: "),
        (lambda: FunctionTarget("f", abs, "nosuch"), "fmt: "),
        (lambda: FunctionTarget("f", abs, "float16", sources=("nosuch",)), "fmt: "),
        (lambda: FunctionTarget("f", abs, "bfloat16", knobs=(("overflow", "wrap"),)), "overflow: 'wrap' is for"),
        (lambda: FunctionTarget("f", abs, "bfloat16", dialect=5), "dialect: "),
    ],
)
def test_bad_arguments_raise_refquants_own_exceptions(call, message):
    with pytest.raises(rq.errors.RefquantError, match=f"^{message}"):
        call()


def test_inputs_that_the_policies_refuse_are_counted():
    target = FunctionTarget("int8", lambda x: rq.encode(np.where(np.isnan(x), 0, x), "int8"), "int8")
    verdict = judge(target, random=100).verdicts[0]
    nans = sum(np.isnan(s.codes.view(np.float32)).sum() for s in case_sets("float32", "int8", random=100))
    assert verdict.status == "exact" and verdict.left_out == nans > 0
