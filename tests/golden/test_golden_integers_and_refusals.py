"""Golden vectors of operations with integers and classes, and of policies that refuse results: what the oracle says, and what is left out."""

import numpy as np
import oracle
import pytest
from click.testing import CliRunner

import refquant as rq
from refquant.cli.app import app
from refquant.errors import InputValueError
from refquant.golden.evaluation import evaluate
from refquant.operations import OPERATIONS
from refquant.policies import Policies

DEFAULT = rq.get_dialect("default")


WRITERS = [word for name in ("npz", "csv", "testfloat", "readmemh", "c_header") for word in ("--write", name)]


def delivered(operation, operands, spec, policies, random=None):
    """Code and flags of the oracle; None where it refuses the result."""
    try:
        if operation == "scale_b":
            return oracle.integral.scale_b(operands[0], signed(np.uint32([operands[1]]))[0], spec, spec, policies, random)[:2]
        return oracle.arithmetic.arithmetic(operation, operands, (spec,) * len(operands), spec, policies, random)[:2]
    except oracle.errors.ValueRefused:
        return None


def signed(codes):
    """Integers of int32 codes."""
    return codes.astype(np.uint32).view(np.int32).tolist()


@pytest.mark.parametrize(
    ("fmt", "result"), [("float8_e5m2", None), ("float6_e3m2fn", None), ("float16", None), ("float8_e4m3fn", "float16"), ("float16", "float6_e2m3fn")]
)
def test_scaled_values_are_what_the_oracle_says(fmt, result, count_cases):
    """RQ-7.20: the ends of the result are met, and the ends of int32."""
    modes = ("ties_to_even", "toward_positive")
    dialect = DEFAULT if rq.get_format(result or fmt).has_nan else DEFAULT.replace(nan="to_zero")
    made = rq.golden.generate("scale_b", fmt, result=result, rounding=modes, dialect=dialect)
    assert [f.name for f in made.recipe.operands] == [fmt, "int32"] and made.left_out == 0
    source, target = oracle.formats.get(fmt), oracle.formats.get(result or fmt)
    n = signed(made.columns["b"])
    assert {-(2**31), 2**31 - 1, -1, 0, 1} < set(n)
    knobs = {} if dialect is DEFAULT else {"nan": "to_zero"}
    policies = {list(rq.RoundingMode).index(m): oracle.policies.Policies(rounding=m, **knobs) for m in modes}
    for row in range(0, len(made), 3):
        a, got = int(made.columns["a"][row]), (int(made.columns["result"][row]), int(made.columns["flags"][row]))
        assert got == oracle.integral.scale_b(a, n[row], source, target, policies[int(made.columns["rounding"][row])])[:2], (hex(a), n[row])
    count_cases(len(made) // 3)
    covered = {c.name for c in made.coverage if c.count}
    assert {"UNDERFLOW", "OVERFLOW", "result greatest", "result +0", "result -0"} <= covered


@pytest.mark.parametrize("fmt", ["float8_e5m2", "float8_e4m3fn", "float16", "int8", "binary8p3se"])
def test_exponents_as_integers_are_what_the_oracle_says(fmt, count_cases):
    """RQ-7.21: the result is a column of int32."""
    made = rq.golden.generate("log_b_integer", fmt)
    assert made.recipe.result.name == "int32" and not made.left_out
    found = zip(made.columns["a"].tolist(), signed(made.columns["result"]), made.columns["flags"].tolist(), strict=True)
    policies, source = oracle.policies.Policies(), oracle.formats.get(fmt)
    for code, exponent, flags in found:
        assert (exponent, flags) == oracle.ordering.log_b_integer(code, source, policies), hex(code)
    count_cases(len(made))


@pytest.mark.parametrize("fmt", ["float8_e5m2", "float8_e4m3fnuz", "float16", "uint4"])
def test_classes_are_what_the_oracle_says(fmt, count_cases):
    """RQ-7.26: the result is the number of the class, in four bits."""
    made = rq.golden.generate("classify", fmt)
    assert made.recipe.result.name == "uint4" and not made.columns["flags"].any()
    for code, found in zip(made.columns["a"].tolist(), made.columns["result"].tolist(), strict=True):
        assert oracle.ordering.CLASSES[found] == oracle.ordering.classify(code, oracle.formats.get(fmt)), hex(code)
    count_cases(len(made))


@pytest.mark.parametrize("operation", ["div", "rem", "fmod", "sqrt", "add", "scale_b"])
def test_what_the_policies_refuse_is_left_out(operation, count_cases):
    """RQ-5.15: every pair that the oracle delivers, and no other."""
    made = rq.golden.generate(operation, "int6", overflow="error", rounding=("toward_zero", "stochastic_a"), random_bits=4)
    spec, count = oracle.formats.get("int6"), len(OPERATIONS[operation].operands)
    draws, seen = made.columns["random"].tolist(), set()
    for row, operands in enumerate(zip(*(made.columns[c].tolist() for c in "ab"[:count]), strict=True)):
        mode = list(rq.RoundingMode)[made.columns["rounding"][row]]
        policies = oracle.policies.Policies(rounding=str(mode), overflow="error")
        random = (draws[row], 4) if mode.is_stochastic else None
        right = delivered(operation, operands, spec, policies, random)
        assert (int(made.columns["result"][row]), int(made.columns["flags"][row])) == right, operands
        seen.add((str(mode), *operands))
    count_cases(len(made))
    if operation == "scale_b":
        return
    every = [(a, b) for a in range(64) for b in range(64)][:: 1 if count == 2 else 64]
    truncates = oracle.policies.Policies(rounding="toward_zero", overflow="error")
    wanted = {p[:count] for p in every if delivered(operation, p[:count], spec, truncates)}
    assert {s[1:] for s in seen if s[0] == "toward_zero"} == wanted and made.left_out > 0


def test_every_result_may_be_refused():
    found = evaluate(
        OPERATIONS["div"], (np.uint8([1, 2]), np.uint8([0, 0])), (rq.get_format("uint4"),) * 2, rq.get_format("uint4"), rq.get_format("uint4"),
        Policies(overflow="error"), None, None,
    )  # fmt: skip
    assert found.refused.tolist() == [True, True]


def test_the_error_says_which_results_were_refused():
    with pytest.raises(rq.errors.EncodeError, match="2 such results") as raised:
        rq.arithmetic.div([[1, 2], [3, 4]], [[0, 1], [2, 0]], "uint4", overflow="error")
    assert raised.value.refused.tolist() == [[True, False], [False, True]]


@pytest.mark.parametrize("operation", ["scale_b", "classify", "log_b_integer", "rem"])
def test_a_set_is_saved_loaded_and_checked(operation, tmp_path):
    """Every kind of file that needs no compiler."""
    fmt = "int6" if operation == "rem" else "float8_e4m3fn"
    result = CliRunner().invoke(app, ["golden", operation, "--format", fmt, "--out", str(tmp_path / "set"), *WRITERS])
    assert result.exit_code == 0, result.output
    checked = CliRunner().invoke(app, ["golden", "check", str(tmp_path / "set")])
    assert checked.exit_code == 0 and "all right" in checked.output
    made = rq.golden.load(tmp_path / "set")
    again = rq.golden.generate(operation, fmt)
    assert all(np.array_equal(made.columns[n], again.columns[n]) for n in again.columns) and made.recipe == again.recipe


def test_integers_of_another_format_are_refused():
    with pytest.raises(InputValueError, match=r"^fmt: the integers of scale_b are int32, not int8"):
        rq.golden.generate("scale_b", ("float16", "int8"))
    with pytest.raises(InputValueError, match=r"^result: the results of classify are codes of uint4, not of int8"):
        rq.golden.generate("classify", "float16", result="int8")
    assert len(rq.golden.generate("scale_b", ("float6_e3m2fn", "int32"), dialect=DEFAULT.replace(nan="to_zero")))
