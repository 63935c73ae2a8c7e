"""Operations on float16 and float32 equal Berkeley SoftFloat: codes and all flags, five rounding modes, tininess before and after rounding.

softfloatpy is SoftFloat 3e with its RISC-V specialisation: every NaN is the default one, and NaN becomes the greatest integer.
"""

import numpy as np
import pytest
from attestation.skipping import absent

import refquant as rq

MODES = {
    "ties_to_even": "NEAR_EVEN", "toward_zero": "MIN_MAG", "toward_negative": "MIN", "toward_positive": "MAX", "ties_to_away": "NEAR_MAX_MAG",
}  # fmt: skip
TININESS = {"before": "BEFORE_ROUNDING", "after": "AFTER_ROUNDING"}
ARITHMETIC = {"add": "add", "sub": "sub", "mul": "mul", "div": "div", "sqrt": "sqrt", "rem": "rem", "fma": "mul_add"}
COMPARISONS = {
    "compare_quiet_eq": "eq", "compare_quiet_lt": "lt_quiet", "compare_quiet_le": "le_quiet",
    "compare_signaling_eq": "eq_signaling", "compare_signaling_lt": "lt", "compare_signaling_le": "le",
}  # fmt: skip
SHORT = {"float16": "f16", "float32": "f32", "float64": "f64", "int32": "i32", "uint32": "ui32", "int64": "i64", "uint64": "ui64"}
TYPES = {"f16": "Float16", "f32": "Float32", "f64": "Float64", "i32": "Int32", "ui32": "UInt32", "i64": "Int64", "ui64": "UInt64"}
CONVERSIONS = [
    ("float32", "float16"), ("float16", "float32"), ("float64", "float32"), ("float64", "float16"), ("float32", "float64"),
    ("float32", "int32"), ("float32", "uint32"), ("float16", "int32"), ("float16", "uint32"), ("float64", "int32"),
    ("int32", "float32"), ("uint32", "float32"), ("int32", "float16"), ("int64", "float32"), ("uint64", "float32"), ("uint64", "float16"),
]  # fmt: skip


@pytest.fixture
def softfloat():
    """The package in its own state, which is put back."""
    try:
        import softfloatpy
    except ImportError:
        absent("softfloatpy is not installed")
    kept = softfloatpy.get_rounding_mode(), softfloatpy.get_tininess_mode()
    yield softfloatpy
    softfloatpy.set_rounding_mode(kept[0])
    softfloatpy.set_tininess_mode(kept[1])


def asked(softfloat, function, columns, kinds, more=()):
    """Codes and flags of a function of SoftFloat, row by row."""
    width = [getattr(softfloat, TYPES[k]).size() // 8 for k in kinds]
    make = [getattr(softfloat, TYPES[k]).from_bytes for k in kinds]
    known = [{c: m(c.to_bytes(w, "big")) for c in set(column.tolist())} for column, w, m in zip(columns, width, make, strict=True)]
    clear, flags_of = softfloat.set_exception_flags, softfloat.get_exception_flags
    codes, flags = [], []
    for row in zip(*(c.tolist() for c in columns), strict=True):
        clear(0)
        result = function(*(k[c] for k, c in zip(known, row)), *more)
        flags.append(int(flags_of()))
        codes.append(int(result) if isinstance(result, bool) else int.from_bytes(result.to_bytes(), "big"))
    return np.array(codes, np.uint64), np.array(flags, np.uint8)


def agree(softfloat, made, function, kinds, mode, tininess, more=()):
    """Compare golden vectors, which were made under a mode and a tininess rule, with a function of SoftFloat."""
    softfloat.set_rounding_mode(softfloat.RoundingMode[MODES[mode]])
    softfloat.set_tininess_mode(softfloat.TininessMode[TININESS[tininess]])
    columns = [made.columns[name] for name in ("a", "b", "c")[: len(kinds)]]
    columns = [c.view(f"u{c.dtype.itemsize}") for c in columns]
    codes, flags = asked(softfloat, getattr(softfloat, function), columns, kinds, more)
    wrong = np.flatnonzero((codes != made.columns["result"]) | (flags != made.columns["flags"]))
    assert made.left_out == 0
    if wrong.size:
        at = wrong[0]
        shown = [hex(c[at]) for c in columns], "SoftFloat", hex(codes[at]), int(flags[at]), "refquant", *(int(made.columns[n][at]) for n in ("result", "flags"))
        raise AssertionError(f"{function}, {mode}, tininess {tininess}: {shown}; {wrong.size} such")
    return codes.size


def dialect(tininess):
    return rq.get_dialect("riscv").replace(tininess=tininess)


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("name", ["float16", "float32"])
@pytest.mark.parametrize("operation", ARITHMETIC)
def test_arithmetic(softfloat, operation, name, level, count_cases):
    """RQ-7.8 to RQ-7.17."""
    for mode in MODES:
        for tininess in TININESS:
            made = rq.golden.generate(operation, name, level=level, rounding=mode, dialect=dialect(tininess))
            kinds = [SHORT[name]] * len(made.recipe.operands)
            count_cases(agree(softfloat, made, f"{SHORT[name]}_{ARITHMETIC[operation]}", kinds, mode, tininess))


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("name", ["float16", "float32"])
@pytest.mark.parametrize("exact", [False, True])
def test_integral_values(softfloat, name, exact, level, count_cases):
    """RQ-7.19."""
    operation = "round_to_integral_exact" if exact else "round_to_integral"
    for mode, theirs in MODES.items():
        made = rq.golden.generate(operation, name, level=level, rounding=mode, dialect="riscv")
        more = (softfloat.RoundingMode[theirs], exact)
        count_cases(agree(softfloat, made, f"{SHORT[name]}_round_to_int", [SHORT[name]], mode, "after", more))


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("name", ["float16", "float32"])
@pytest.mark.parametrize("operation", COMPARISONS)
def test_comparisons(softfloat, operation, name, level, count_cases):
    """RQ-7.3, RQ-7.4."""
    made = rq.golden.generate(operation, name, level=level, dialect="riscv")
    count_cases(agree(softfloat, made, f"{SHORT[name]}_{COMPARISONS[operation]}", [SHORT[name]] * 2, "ties_to_even", "after"))


@pytest.mark.parametrize(("source", "target"), CONVERSIONS)
def test_conversions(softfloat, source, target, count_cases):
    """RQ-3.5, RQ-6: level 1 with every mode and both tininess rules, level 2 of sources of at most 32 bits with one of each."""
    function = f"{SHORT[source]}_to_{SHORT[target]}"
    more = ()
    for mode, theirs in reversed(MODES.items()):
        for tininess in TININESS:
            made = rq.golden.generate("convert", target, source=source, level=1, rounding=mode, dialect=dialect(tininess))
            more = (softfloat.RoundingMode[theirs], True) if "int" in target else ()
            count_cases(agree(softfloat, made, function, [SHORT[source]], mode, tininess, more))
    if "64" not in source:
        made = rq.golden.generate("convert", target, source=source, level=2, dialect=dialect("before"))
        count_cases(agree(softfloat, made, function, [SHORT[source]], "ties_to_even", "before", more))


def test_nans_are_those_of_the_riscv_specialisation(softfloat):
    """What names the dialect: by hand, of RISC-V Unprivileged ISA, 21.3, and SoftFloat's specialize.h of RISC-V."""
    softfloat.set_rounding_mode(softfloat.RoundingMode.NEAR_EVEN)
    operands = [np.array(c) for c in ([0x7FC00123, 0xFFC00001, 0x7F800001], [0x3F800000, 0x7F800001, 0x3F800000])]
    codes, flags = asked(softfloat, softfloat.f32_add, operands, ["f32"] * 2)
    assert codes.tolist() == [0x7FC00000] * 3 and flags.tolist() == [0, 16, 16]
    codes, flags = asked(softfloat, softfloat.f32_mul_add, [np.array([c]) for c in (0, 0x7F800000, 0x7FC00005)], ["f32"] * 3)
    assert (codes.tolist(), flags.tolist()) == ([0x7FC00000], [16])
    assert softfloat.f32_to_i32(softfloat.Float32.from_bytes(b"\xff\xc0\x00\x00")).to_int() == 2**31 - 1


def test_the_comparison_can_fail(softfloat):
    """One result and one flag of thousands."""
    made = rq.golden.generate("add", "float32", dialect="riscv")
    for column, bit in (("result", 1), ("flags", 2)):
        changed = made.columns[column].copy()
        changed[1000] ^= bit
        broken = type("Made", (), {"columns": {**made.columns, column: changed}, "left_out": 0})
        with pytest.raises(AssertionError, match="1 such"):
            agree(softfloat, broken, "f32_add", ["f32"] * 2, "ties_to_even", "after")
