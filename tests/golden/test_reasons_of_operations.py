"""Why no vector of an operation has a class: where some operands have it, no reason is given, and what cannot be is not called missed."""

import pytest

import refquant as rq
from refquant.golden.classes import CLASSES
from refquant.golden.evaluation import is_conversion, operations_with_vectors
from refquant.golden.operation_reasons import never
from refquant.golden.reasons import NOT_REACHED

OPERATIONS = [op.name for op in operations_with_vectors() if not is_conversion(op) and op.operands in (("codes",), ("codes", "codes")) and op.result == "codes"]
POLICIES = (
    {}, {"subnormals": "flush_results"}, {"subnormals": "flush_inputs"}, {"nan": "keep_payload", "tininess": "before"}, {"overflow": "saturate", "nan": "to_zero"},
    {"overflow": "saturate"}, {"rounding": "to_odd"}, {"via": "float32"},
)  # fmt: skip
FORMATS = ("float4_e2m1fn", "float6_e2m3fn", "float6_e3m2fn", "binary4p2se", "binary5p2ue", "binary4p1sf")


def made_of(operation, fmt, policies):
    try:
        return rq.golden.generate(operation, fmt, level="exhaustive", dialect=rq.get_dialect("default").replace(name="x", **{"nan": "to_zero", **policies}))
    except rq.errors.RefquantError:
        return None  # the format has no such policy, or no such operation


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_class_that_some_operands_have_is_ruled_out(operation, fmt):
    for policies in POLICIES:
        made = made_of(operation, fmt, policies)
        if made is not None:
            said = {c.name: never(c.name, made.recipe) for c in made.coverage if c.count}
            assert not any(said.values()), (policies, said)


IMPOSSIBLE = {
    "add": ("UNDERFLOW", "DIV_BY_ZERO", "NaN to number"),
    "sub": ("UNDERFLOW", "DIV_BY_ZERO", "NaN to number"),
    "mul": ("DIV_BY_ZERO", "NaN to number"),
    "div": ("NaN to number",),
    "sqrt": ("UNDERFLOW", "OVERFLOW", "DIV_BY_ZERO", "NaN to number"),
    "minimum": ("INEXACT", "UNDERFLOW", "OVERFLOW", "DIV_BY_ZERO", "NaN to number"),
    "maximum_number": ("INEXACT", "UNDERFLOW", "OVERFLOW", "DIV_BY_ZERO"),
    "fmod": ("INEXACT", "UNDERFLOW", "OVERFLOW", "DIV_BY_ZERO", "NaN to number"),
}


@pytest.mark.parametrize("operation", IMPOSSIBLE)
def test_what_never_occurs_is_not_called_missed(operation):
    made = rq.golden.generate(operation, "float16", level=1)
    missed = {c.name for c in made.coverage if c.reason == NOT_REACHED}
    assert not missed & set(IMPOSSIBLE[operation])
    assert {c.name for c in CLASSES if never(c.name, made.recipe)} == set(IMPOSSIBLE[operation])


def test_ties_of_exact_results_are_not_counted_and_it_is_said_why():
    for operation, said in (("add", "not counted for operations: what is rounded is the exact result"), ("compare_quiet_lt", "no conversion")):
        (tie,) = (c for c in rq.golden.generate(operation, "float6_e2m3fn").coverage if c.name == "tie above even")
        assert tie.count == 0 and tie.reason.startswith(said)
