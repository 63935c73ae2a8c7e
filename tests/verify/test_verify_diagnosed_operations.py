"""What operations do instead is named where two policies do it together, where they change flags alone, and as one policy where one is enough."""

import numpy as np
import oracle
import pytest
from arithmeticoracle import Rows

from refquant.verify import FunctionTarget, judge

FMT = "float16"
NEGATIVE = (("nan", "keep_payload"), ("made_nan", "negative"))
THREE = {"nan": "keep_payload", "made_nan": "negative", "nan_operand": "signaling_first"}


def by_oracle(operation, *, flags=False, **knobs):
    """A function that has the results of the oracle, and perhaps its flags, for the operands that it is given."""
    policies = oracle.policies.Policies(**knobs)

    def function(*operands):
        columns = tuple(column.view(np.uint16) for column in operands)
        codes, raised = Rows(operation, columns, (FMT,) * len(columns), FMT).expected(policies)
        return (codes.astype(np.uint16), raised.astype(np.uint8)) if flags else codes.astype(np.uint16)

    return function


def verdict_of(operation, *, does, says=(), flags=False):
    function = by_oracle(operation, flags=flags, **does)
    (verdict,) = judge(FunctionTarget("mine", function, FMT, op=operation, nan_by="byte", knobs=tuple(says), flags=flags), random=0, level=1).verdicts
    return verdict


@pytest.mark.parametrize(
    "operation, does, says, diagnosis",
    [
        ("add", {"nan": "keep_payload", "nan_operand": "signaling_first"}, (), "nan=keep_payload and nan_operand=signaling_first"),
        ("mul", {"nan": "quiet_payload", "made_nan": "negative"}, (), "nan=keep_payload and made_nan=negative"),  # the two are one for float16
        ("add", {"nan": "keep_payload", "nan_operand": "made"}, (("nan", "keep_payload"),), "nan=canonical"),  # which is the same, where no NaN is made negative
        ("mul", {"nan": "keep_payload", "made_nan": "negative", "nan_operand": "made"}, NEGATIVE, "nan_operand=made"),
        ("mul", {**THREE}, (), "nan=keep_payload and nan_operand=signaling_first and made_nan=negative"),
        ("mul", {"nan": "keep_payload", "made_nan": "negative"}, (("nan", "keep_payload"),), "made_nan=negative"),
        ("add", {"nan": "keep_payload", "nan_operand": "signaling_first"}, (("nan", "keep_payload"),), "nan_operand=signaling_first"),
    ],
)
def test_policies_of_nans_are_named_alone_or_two_together(operation, does, says, diagnosis):
    verdict = verdict_of(operation, does=does, says=says)
    assert (verdict.status, verdict.diagnosis) == ("new", diagnosis)
