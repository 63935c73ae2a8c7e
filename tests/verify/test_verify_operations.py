"""Operations are judged as conversions are: planted faults in codes and in flags are found and shown, and what was computed instead is named."""

import dataclasses
import json

import numpy as np
import pytest
from planted import RIGHT, Planted
from plantedoperations import FMT, FromTables, changed, right

import refquant as rq
from refquant.errors import InputTypeError, InputValueError, PolicyError, UnknownNameError
from refquant.verify import Deviation, FunctionTarget, OperationClaim, as_html, as_junit, as_records, judge, run_sweep
from refquant.verify.case_sets import sets_of
from refquant.verify.cases import columns_of, number_of, patterns

FLAGS = {"op": "add", "flags": True}


def verdict_of(function, fmt=FMT, *, random=2000, level=2, **options):
    (verdict,) = judge(FunctionTarget("mine", function, fmt, **options), random=random, level=level).verdicts
    return verdict


@pytest.mark.parametrize("operation, tininess", [("add", "after"), ("mul", "after"), ("mul", "before"), ("div", "after")])
def test_the_tables_of_the_oracle_are_exact_with_their_flags(operation, tininess, count_cases):
    verdict = verdict_of(FromTables(*right(operation, tininess)), op=operation, flags=True, nan_by="byte", knobs=(("tininess", tininess),))
    assert (verdict.status, verdict.cases, verdict.sizes) == ("exact", 65536, {"every pattern": 65536})
    count_cases(verdict.cases)


def test_tininess_of_the_other_kind_is_a_fault_of_flags():
    verdict = verdict_of(FromTables(*right("mul", "before")), op="mul", flags=True)
    wrong = int(np.count_nonzero(right("mul", "before")[1] != right("mul", "after")[1]))
    assert (verdict.status, verdict.flags.cases, verdict.by_class) == ("new", wrong, {"flags": wrong})
    assert verdict.message == f"wrong flags: underflow raised wrongly {wrong:,}; all are as under tininess=before"


def test_one_wrong_pair_of_65536_is_found_and_shown_with_both_operands():
    codes, _ = right("add")
    assert codes[0x12, 0x34] == 0x35  # 0.0390625 + 0.75 = 0.7890625, between 0.75 and 0.8125
    verdict = verdict_of(FromTables(changed(codes, 0x12, 0x34, 0x34)), op="add")
    assert (verdict.status, verdict.mismatches, verdict.by_class) == ("new", 1, {"other": 1})
    assert verdict.witness == ("0x12, 0x34", "0x1.4p-5, 0x1.8p-1", "0x34", "0x1.8p-1", "0x35", "0x1.ap-1")
    assert verdict.spread.map == {"other": {0x12: 1}} and verdict.spread.distances == {"1": 1}


def test_the_smallest_witness_is_that_of_the_smallest_first_operand():
    codes = changed(changed(right("add")[0], 0x13, 0x01, 0x7E), 0x92, 0x34, 0x7E)
    verdict = verdict_of(FromTables(codes), op="add")
    assert (verdict.mismatches, verdict.witness.input) == (2, "0x92, 0x34")  # by magnitude, not by the sign


def test_flags_of_every_batch_are_judged():
    def late(a, b):
        codes, flags = rq.arithmetic.mul(a.view(np.uint16), b.view(np.uint16), "float16", return_flags=True)
        last = (a.view(np.uint16) == 0x7C00) & (b.view(np.uint16) == 0)  # Inf * 0: the first operands come in ascending order
        return codes, np.where(last, np.uint8(0), flags)

    target = FunctionTarget("mine", late, "float16", op="mul", flags=True)
    (verdict,) = judge(target, random=60_000, timeout=60).verdicts
    assert (verdict.status, verdict.message, verdict.cases > 1 << 16) == ("new", "wrong flags: invalid missing 1", True)


def test_flags_before_a_fault_are_judged():
    def raising(a, b):
        if (a.view(np.uint8) == 0x80).any():
            raise RuntimeError("no kernel")
        return FromTables(right("add")[0], np.zeros((256, 256), np.uint8))(a, b)

    verdict = verdict_of(raising, **FLAGS)
    wrong = int(np.count_nonzero(right("add")[1][:0x80]))
    assert (verdict.status, verdict.cases, verdict.unanswered, verdict.flags.cases) == ("failed", 0x8000, 0x8000, wrong)
    assert "on input 0x80, 0x00 (-0, 0), which does it alone" in verdict.message


def test_a_deviation_speaks_of_all_operands():
    claim = OperationClaim.of("mul", "bfloat16", "float16", result="float32")
    entry = dataclasses.replace(ENTRY, operation="mul", sources=("bfloat16", "float16"), targets=("float32",))
    assert entry.speaks_of("mine", "1", claim)
    assert not dataclasses.replace(entry, sources=("bfloat16",)).speaks_of("mine", "1", claim)
    assert not dataclasses.replace(entry, operation="add").speaks_of("mine", "1", claim)


def test_one_wrong_flag_of_65536_is_found_and_shown():
    codes, flags = right("add")
    assert flags[0x7E, 0x7E] == 5  # 448 + 448 is out of range
    verdict = verdict_of(FromTables(codes, changed(flags, 0x7E, 0x7E, 1)), **FLAGS)
    assert (verdict.status, verdict.flags.cases, verdict.message) == ("new", 1, "wrong flags: overflow missing 1")
    assert verdict.flags.witness == ("0x7e, 0x7e", "448, 448", "0x01", "inexact", "0x05", "inexact, overflow")


@pytest.mark.parametrize(
    "a, b, got, name",
    [
        (0x7F, 0x38, 0x38, "nan"),  # NaN + 1
        (0x80, 0x00, 0x80, "signed zero"),  # -0 + 0 is 0
        (0x7E, 0x7E, 0x7E, "overflow"),  # 448 + 448
        (0x38, 0x18, 0x39, "tie"),  # 1 + 1/16 is half-way between 1 and 1.125
        (0x01, 0x01, 0x03, "subnormal"),
        (0x38, 0x38, 0x41, "other"),  # 1 + 1 is 2
    ],
)
def test_a_mismatch_has_the_class_of_its_exact_result(a, b, got, name):
    codes = right("add")[0]
    assert codes[a, b] != got
    assert verdict_of(FromTables(changed(codes, a, b, got)), op="add").by_class == {name: 1}


def flushed(a, b):
    found = a * b
    tiny = np.abs(a.astype(np.float64) * b.astype(np.float64)) < 2.0**-14 - 2.0**-26  # below that 11 digits do not round to 2**-14
    return np.where(tiny, np.copysign(np.float16(0), found), found)


def truncated(a, b):
    exact, found = a.astype(np.float64) * b.astype(np.float64), a * b  # 22 digits: exact
    toward = np.nextafter(found, np.float16(0))
    return np.where(np.isfinite(exact) & (np.abs(found.astype(np.float64)) > np.abs(exact)), toward, found)


def zeros(a, b):
    found = np.where(b < a, b, a)
    return np.where(np.isnan(a) | np.isnan(b), np.float16(np.nan), found)


def neighbours(a, b):
    found = a * b
    up = np.nextafter(found, np.copysign(np.float16(np.inf), found))
    exact = a.astype(np.float64) * b.astype(np.float64)
    short = np.isfinite(exact) & (np.abs(found.astype(np.float64)) < np.abs(exact))
    return np.where(short & (a.view(np.uint16) % 3 == 0), up, found)


@pytest.mark.parametrize(
    "operation, function, diagnosis",
    [
        ("add", lambda a, b: a - b, "as sub"),
        ("mul", flushed, "subnormals=flush_results"),
        ("mul", truncated, "rounding=toward_zero"),
        ("minimum", zeros, "the first of two zeros"),
        ("fma", lambda a, b, c: a * b + c, "the product rounded first"),
        ("mul", neighbours, "one of the two neighbours of the exact result"),
        ("fmod", lambda a, b: a - np.trunc(a / b) * b, None),
        ("neg", lambda a: a.view(np.uint16) ^ 0x8000, "exact"),
    ],
    ids=lambda v: str(v) if isinstance(v, str) else "",
)
def test_what_was_computed_instead_is_named(operation, function, diagnosis):
    verdict = verdict_of(function, "float16", op=operation)
    assert ("exact" if verdict.status == "exact" else verdict.diagnosis) == diagnosis


def test_computing_in_float32_and_rounding_again_is_double_rounding():
    verdict = verdict_of(lambda a, b: (a.astype(np.float32) * b.astype(np.float32)).astype(a.dtype), "float8_e8m0fnu", op="mul", dialect="ml_dtypes-0.6")
    assert (verdict.status, verdict.diagnosis) == ("new", "through float32")
    assert set(verdict.by_class) == {"double rounding"}


@pytest.mark.parametrize("fmt", ["float4_e2m1fn", "float8_e8m0fnu"])
@pytest.mark.parametrize("operation", ["minimum_number", "copy_sign", "fmod"])
def test_what_nothing_explains_is_said_so_in_every_kind_of_format(operation, fmt):
    knobs = (("nan", "to_zero" if fmt == "float4_e2m1fn" else "canonical"), ("overflow", "saturate"), ("negative", None if fmt != "float8_e8m0fnu" else "nan"))
    nonsense = lambda a, *rest: a.view(np.uint8) * np.uint8(5) & np.uint8(15)  # noqa: E731
    verdict = verdict_of(nonsense, fmt, level=1, op=operation, knobs=tuple(knob for knob in knobs if knob[1] is not None))
    assert (verdict.status, verdict.diagnosis) == ("new", None)


def test_operands_and_result_of_different_formats():
    product = lambda a, b: a.astype(np.float32) * b.astype(np.float32)  # noqa: E731
    verdict = verdict_of(product, "float32", sources=("bfloat16", "float16"), op="mul")
    assert (verdict.status, verdict.claim.label) == ("exact", "mul bfloat16, float16 -> float32")


def test_a_comparison_returns_truths():
    assert verdict_of(lambda a, b: a < b, "float16", op="compare_quiet_lt").status == "exact"
    verdict = verdict_of(lambda a, b: ~(b <= a), "float16", op="compare_quiet_lt")
    assert (verdict.by_class, verdict.witness.got, verdict.witness.expected) == ({"nan": verdict.mismatches}, "0x1", "0x0")


def test_a_value_that_the_format_does_not_have_is_shown():
    verdict = verdict_of(lambda a, b: a.astype(np.float32) * b.astype(np.float32), op="mul")
    assert (verdict.status, verdict.witness.input, verdict.witness.got, verdict.witness.got_value) == (
        "new",
        "0x01, 0x01",
        "3.8146973e-06",
        "no value of float8_e4m3fn",
    )


def test_a_comparison_of_formats_of_which_a_dialect_says_different_things_is_refused():
    flushing = rq.get_dialect("default").replace(name="flushing")
    row = rq.policies.dialect.Row((("subnormals", "flush_inputs"),), ("float16",))
    mixed = dataclasses.replace(flushing, rows=(row,))
    with pytest.raises(PolicyError, match=r"dialect: flushing\* says different things of float16, bfloat16: subnormals"):
        _ = OperationClaim.of("compare_quiet_lt", "float16", "bfloat16", dialect=mixed).policies


def test_an_operation_of_one_operand_is_judged_on_every_code_of_16_bits():
    verdict = verdict_of(np.rint, "float16", op="round_to_integral")
    assert (verdict.status, verdict.cases) == ("exact", 65536)
    verdict = verdict_of(np.floor, "float16", op="round_to_integral")
    assert (verdict.status, verdict.diagnosis) == ("new", "rounding=toward_negative")
    assert verdict_of(np.floor, "float16", op="round_to_integral", knobs=(("rounding", "toward_negative"),)).status == "exact"


def test_inputs_are_those_of_golden_vectors_and_random_ones():
    claim = OperationClaim.of("add", "float16")
    first, *_ = sets_of(claim, random=0)
    made = rq.golden.generate("add", "float16", level=2)
    assert [column.tolist() for column in columns_of(first.codes)] == [made.columns[name].tolist() for name in "ab"]
    assert [s.name for s in sets_of(claim, random=100)] == ["level 2", "random"] and [s.name for s in sets_of(claim, level=1)] == ["level 1"]


def test_a_class_that_some_pattern_has_is_reached_where_every_pattern_is_tried():
    coverage = verdict_of(FromTables(right("div")[0]), op="div").coverage
    flags = int(np.bitwise_or.reduce(right("div")[1].reshape(-1)))
    named = {"INEXACT": 1, "UNDERFLOW": 2, "OVERFLOW": 4, "DIV_BY_ZERO": 8, "INVALID": 16}
    assert {name for name in named if name in coverage.reached} == {name for name, bit in named.items() if flags & bit}
    assert coverage.examined == 65536 and coverage.missed == ()


def test_a_function_that_raises_is_cut_at_the_pair_that_does_it():
    def raising(a, b):
        if ((a == 1) & (b == 1)).any():
            raise RuntimeError("no kernel")
        return a + b

    verdict = verdict_of(raising, "float16", op="add")
    assert verdict.status == "failed" and "raised RuntimeError: no kernel on input 0x3c00, 0x3c00 (1, 1), which does it alone" in verdict.message


@pytest.mark.parametrize(
    "function, said",
    [
        (lambda a, b: a, "expected a pair of results and flags, got ndarray"),
        (lambda a, b: (a, np.zeros(3, np.uint8)), "returned something else: expected a result of shape"),
        (lambda a, b: (a, np.zeros(a.shape)), "expected flags as integers, bits as refquant.Flags has them, got dtype float64"),
    ],
)
def test_what_is_no_pair_of_results_and_flags_is_said_so(function, said):
    verdict = verdict_of(function, **FLAGS)
    assert verdict.status == "failed" and said in verdict.message


def test_reports_have_both_operands():
    codes, flags = right("add")
    judgement = judge(FunctionTarget("mine", FromTables(changed(codes, 0x12, 0x34, 0x34), changed(flags, 0, 0, 1)), FMT, op="add", flags=True))
    record = json.loads(json.dumps(as_records([judgement])))["targets"][0]["verdicts"][0]
    assert (record["operation"], record["operands"], record["target"]) == ("add", [FMT, FMT], FMT)
    assert (record["witness"]["input"], record["witness"]["exact"]["input"], record["witness"]["ulp"]) == ("0x12, 0x34", ["0.0390625", "0.75"], 1)
    assert record["flags"] == {"count": 1, "witness": {**record["flags"]["witness"], "input": "0x00, 0x00", "got": "0x01", "expected": "0x00"}}
    assert "add float8_e4m3fn, float8_e4m3fn -&gt; float8_e4m3fn" in as_junit([judgement])
    pytest.importorskip("matplotlib")
    page = as_html([judgement])
    assert "0x12, 0x34" in page and "codes of the first operand fail" in page and "1 of 1 announced operations judged" in page
    assert "Coverage of each operation" in page and "None is known of these operations." in page and "conversion" not in page


ENTRY = Deviation("mine", ">=1", "add", ("float8_*",), ("float8_*",), "as sub", {}, "made up", "made up")


def test_a_known_deviation_of_an_operation_is_known_gone_or_unmatched():
    target = FunctionTarget("mine", FromTables(right("sub")[0]), FMT, op="add", version="1")
    known = judge(target, deviations=[ENTRY])
    assert (known.verdicts[0].status, known.ok) == ("known", True)
    gone = judge(dataclasses.replace(target, function=FromTables(right("add")[0])), deviations=[ENTRY])
    assert (gone.verdicts[0].status, gone.ok) == ("gone", False)
    lost = judge(target, deviations=[ENTRY, dataclasses.replace(ENTRY, sources=("float16",))])
    assert [entry.sources for entry in lost.unmatched] == [("float16",)] and not lost.ok
    assert judge("numpy", random=0, deviations=[dataclasses.replace(ENTRY, package="numpy")]).ok  # conversions are judged, not operations
    assert judge("numpy", op="sqrt", random=0, deviations=[dataclasses.replace(ENTRY, package="numpy", operation="encode")]).ok  # and the other way round


def test_every_pair_is_swept_whatever_the_chunks():
    codes = changed(changed(right("add")[0], 0x12, 0x34, 0x34), 0x80, 0x01, 0x02)
    target = FunctionTarget("mine", FromTables(codes), FMT, op="add")
    whole, parts = (run_sweep(target, target.claims()[0], chunk=chunk) for chunk in (1 << 20, 4097))
    assert whole == parts and (whole.cases, whole.mismatches) == (65536, 2)
    assert {kind.name: (kind.witness.input, kind.code) for kind in whole.kinds} == {"subnormal": ("0x80, 0x01", 0x8001), "other": ("0x12, 0x34", 0x1234)}


def test_a_sweep_of_pairs_goes_on_from_its_state(tmp_path):
    target = FunctionTarget("mine", FromTables(changed(right("add")[0], 0xF0, 0x34, 0x34)), FMT, op="add")
    claim, path = target.claims()[0], tmp_path / "state.json"

    def stop(found):
        if found.following >= 0x8000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_sweep(target, claim, resume=path, chunk=0x1000, progress=stop)
    found = run_sweep(target, claim, resume=path, chunk=0x1000)
    assert (found.cases, found.mismatches, found.resumed, found.kinds[0].witness.input) == (65536, 1, 0x8000, "0xf0, 0x34")


def test_sweep_takes_functions_and_targets_by_operation():
    found = rq.sweep(FromTables(changed(right("add")[0], 0x12, 0x34, 0x34)), FMT, op="add")
    assert (found.cases, found.mismatches, found.kinds[0].witness.input) == (65536, 1, "0x12, 0x34")
    assert rq.sweep(FromTables(changed(right("mul", "before")[0], 0, 0, 1)), (FMT, FMT), FMT, op="mul", tininess="before").mismatches == 1
    found = rq.sweep(rq.verify.get_target("ml_dtypes"), FMT, op="maximum")
    assert [(kind.name, kind.witness.input) for kind in found.kinds] == [("signed zero", "0x00, 0x80")]


def test_patterns_are_numbered_with_the_first_operand_in_the_upper_bits():
    claim = OperationClaim.of("fma", "float4_e2m1fn", "float8_e4m3fn", "float4_e2m1fn", result="float16")
    cases = patterns(claim, 0x3A57, 0x3A59)
    assert [column.tolist() for column in columns_of(cases)] == [[3, 3], [0xA5, 0xA5], [7, 8]]
    assert [number_of(claim, case) for case in cases] == [0x3A57, 0x3A58]


@pytest.mark.parametrize("operation", ["add", "sub", "mul", "div", "sqrt", "fmod", "recip", "neg", "abs", "copy_sign", "compare_quiet_le"])
def test_numpy_computes_what_it_says(operation, count_cases):
    judgement = judge("numpy", op=operation, random=5000)
    assert [v.status for v in judgement.verdicts] == ["exact"] * 3
    count_cases(sum(v.cases for v in judgement.verdicts))


@pytest.mark.parametrize("fmt", ["bfloat16", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e8m0fnu", "float4_e2m1fn"])
def test_every_deviation_of_ml_dtypes_is_known(fmt, count_cases):
    target = rq.verify.get_target("ml_dtypes")
    judgement = judge(target, claims=[c for c in target.operations() if c.source == fmt], random=1000)
    assert [(v.claim.label, v.message) for v in judgement.verdicts if not v.ok] == []
    count_cases(sum(v.cases for v in judgement.verdicts))


BAD = [
    (lambda: judge("numpy", op="plus"), UnknownNameError, "op: expected an operation such as add"),
    (lambda: judge("numpy", op=["add"]), UnknownNameError, "op: expected an operation such as add"),
    (lambda: judge("numpy", op="encode"), InputValueError, "op: encode is a conversion; leave op out"),
    (lambda: judge("numpy", op="fma"), InputValueError, "op: numpy has no fma; it has add, sub,"),
    (lambda: judge(Planted(RIGHT), op="all"), InputValueError, "op: planted has no operations"),
    (lambda: judge(Planted(RIGHT), op="add"), InputValueError, "op: planted has no operations"),
    (lambda: judge("numpy", op="add", level=3), InputValueError, "level: expected 1 or 2, got 3"),
    (lambda: OperationClaim.of("add", FMT, FMT, FMT), InputValueError, "operands: expected one format, or one for each of the 2 operands of add; got 3"),
    (lambda: OperationClaim.of("add", FMT, "float16"), InputValueError, "result: add of operands of different formats needs the format of its result"),
    (lambda: OperationClaim("add", FMT, FMT), InputValueError, "operands: add has 2 operands"),
    (lambda: OperationClaim("encode", FMT, FMT, operands=(FMT,)), InputValueError, "operation: encode is a conversion; see refquant.verify.Claim"),
    (lambda: FunctionTarget("f", abs, FMT, op="add", flags=1), InputTypeError, "flags: expected True or False, got 1"),
    (lambda: FunctionTarget("f", abs, FMT, op="plus"), UnknownNameError, "op: expected an operation"),
    (lambda: FunctionTarget("f", abs, FMT, op="add", knobs=(("rounding", "stochastic_a"),)), InputValueError, "rounding: a stochastic cast"),
    (lambda: rq.sweep(rq.verify.get_target("numpy"), FMT, op="add"), InputValueError, "op: numpy has no add of float8_e4m3fn, float8_e4m3fn"),
    (lambda: rq.sweep(rq.verify.get_target("numpy"), "float16", op="add", overflow="saturate"), InputTypeError, "dialect: numpy says itself what it does"),
    (lambda: run_sweep(FunctionTarget("f", abs, FMT, **FLAGS), OperationClaim.of("add", FMT, flags=True)), InputValueError, "flags: a sweep compares codes"),
    (lambda: run_sweep(rq.verify.get_target("numpy"), OperationClaim.of("add", "float32")), InputValueError, r"source: float32, float32 has 2\*\*64 codes"),
]


@pytest.mark.parametrize("call, kind, message", BAD, ids=[message[:50] for _, _, message in BAD])
def test_bad_input_is_refused_by_name(call, kind, message):
    with pytest.raises(kind, match=message):
        call()
