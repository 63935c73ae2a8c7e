"""What operations do instead is named where two policies do it together, where they change flags alone, and as one policy where one is enough."""

import numpy as np
import oracle
import pytest
from arithmeticoracle import Rows

from refquant.verify import FunctionTarget, judge

FMT = "float16"
NEGATIVE = (("nan", "keep_payload"), ("made_nan", "negative"))
THREE = {"nan": "keep_payload", "made_nan": "negative", "nan_operand": "signaling_first"}


def by_oracle(operation, does, *, flags):
    """A function that has the results of the oracle, and perhaps its flags, for the operands that it is given."""
    policies, fmt = oracle.policies.Policies(**does), oracle.formats.get(FMT)

    def more(codes, raised):  # RQ-6.10
        data = [(oracle.codec.decode(int(code), fmt), fmt, policies) for code in codes]
        return raised | oracle.subnormal.input_denormal(operation, data, raised)

    def function(*operands):
        columns = tuple(column.view(np.uint16) for column in operands)
        codes, raised = Rows(operation, columns, (FMT,) * len(columns), FMT).expected(policies)
        if policies.input_denormal != "none":
            raised = np.array([more(row, int(f)) for *row, f in zip(*columns, raised)])
        return (codes.astype(np.uint16), raised.astype(np.uint8)) if flags else codes.astype(np.uint16)

    return function


def verdict_of(operation, *, does, says=(), flags=False):
    function = by_oracle(operation, does, flags=flags)
    (verdict,) = judge(FunctionTarget("mine", function, FMT, op=operation, nan_by="byte", knobs=tuple(says), flags=flags), random=0, level=1).verdicts
    return verdict


@pytest.mark.parametrize(
    "operation, does, says, diagnosis",
    [
        ("add", {"nan": "keep_payload", "nan_operand": "signaling_first"}, (), "nan=keep_payload and nan_operand=signaling_first"),
        ("mul", {"nan": "quiet_payload", "made_nan": "negative"}, (), "nan=keep_payload and made_nan=negative"),  # the two are one for float16
        (
            "add",
            {"nan": "keep_payload", "nan_operand": "made"},
            (("nan", "keep_payload"),),
            "nan=canonical",
        ),  # which is the same, where no NaN is made negative
        ("mul", {"nan": "keep_payload", "made_nan": "negative", "nan_operand": "made"}, NEGATIVE, "nan_operand=made"),
        ("mul", {**THREE}, (), "nan=keep_payload and nan_operand=signaling_first and made_nan=negative"),
        ("mul", {"nan": "keep_payload", "made_nan": "negative"}, (("nan", "keep_payload"),), "made_nan=negative"),
        ("add", {"nan": "keep_payload", "nan_operand": "signaling_first"}, (("nan", "keep_payload"),), "nan_operand=signaling_first"),
    ],
)
def test_policies_of_nans_are_named_alone_or_two_together(operation, does, says, diagnosis):
    verdict = verdict_of(operation, does=does, says=says)
    assert (verdict.status, verdict.diagnosis) == ("new", diagnosis)


@pytest.mark.parametrize(
    "operation, does, diagnosis",
    [
        ("mul", {"tininess": "before"}, "tininess=before"),
        ("mul", {"flags": "none"}, "flags=none"),
        ("add", {"input_denormal": "used"}, "input_denormal=used"),
        ("fma", {"zero_times_inf": "invalid"}, "zero_times_inf=invalid"),
        ("mul", {"tininess": "before", "input_denormal": "used"}, "tininess=before and input_denormal=used"),
    ],
)
def test_policies_of_flags_alone_are_named(operation, does, diagnosis):
    verdict = verdict_of(operation, does=does, flags=True)
    assert (verdict.status, set(verdict.by_class), verdict.diagnosis) == ("new", {"flags"}, diagnosis)
    assert verdict.message.startswith("wrong flags: ") and verdict.message.endswith(f"; all are as under {diagnosis}")


def test_what_explains_codes_is_told_of_their_flags_too():
    verdict = verdict_of("mul", does={"subnormals": "flush_results", "flags": "none"}, flags=True)
    assert verdict.diagnosis == "subnormals=flush_results" and verdict.message.endswith("all are as under subnormals=flush_results and flags=none")


def test_flags_that_no_policy_raises_have_no_diagnosis():
    right = by_oracle("mul", {}, flags=True)

    def function(a, b):
        codes, flags = right(a, b)
        return codes, np.where((a.view(np.uint16) == 0x3C00) & (b.view(np.uint16) == 0x3C00), np.uint8(1), flags)  # 1 * 1 is exact

    (verdict,) = judge(FunctionTarget("mine", function, FMT, op="mul", nan_by="byte", flags=True), random=0, level=1).verdicts
    assert (verdict.status, verdict.diagnosis, verdict.message) == ("new", None, "wrong flags: inexact raised wrongly 1")
