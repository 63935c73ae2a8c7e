"""assert_conforms of operations: silent for those that others compute right, and a witness for one wrong code, and for one wrong flag."""

import numpy as np
import pytest
from arithmeticoracle import Rows, every_row, get
from oracle.policies import Policies

import refquant as rq
from refquant.testing import assert_conforms

E2M3, E3M2 = "float6_e2m3fn", "float6_e3m2fn"


def report_of(*args, **options):
    with pytest.raises(AssertionError) as caught:
        assert_conforms(*args, **options)
    assert isinstance(caught.value, rq.errors.CodesDifferError)
    return str(caught.value)


def by_oracle(op, formats, result, *, flags=False, **policies):
    """An operation of narrow formats as a table of the oracle's results."""
    columns = every_row(formats)
    codes, raised = Rows(op, columns, formats, result).expected(Policies(**policies))
    shape = [1 << get(f).width for f in formats]
    table, seen = codes.reshape(shape).astype(rq.get_format(result).code_dtype), raised.reshape(shape).astype(np.uint8)
    given = lambda arrays: tuple(a.view(np.uint8) for a in arrays)  # noqa: E731
    return (lambda *a: (table[given(a)], seen[given(a)])) if flags else lambda *a: table[given(a)]


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize(
    "function, op, fmt",
    [
        (np.add, "add", "float16"), (np.multiply, "mul", "float32"), (np.divide, "div", "float64"), (np.sqrt, "sqrt", "float32"), (np.fmod, "fmod", "float32"),
        (np.add, "add", "bfloat16"), (np.multiply, "mul", "float8_e5m2"), (np.nextafter, "next_after", "float32"), (np.rint, "round_to_integral", "float64"),
        (lambda a, b: a < b, "compare_quiet_lt", "float16"), (np.equal, "compare_quiet_eq", "bfloat16"),
        (lambda a: np.where(a >= 0, a, -a), "abs", "int16"), (lambda a, b: np.minimum(a, b), "minimum", "int8"),
    ],
)  # fmt: skip
def test_operations_of_others_conform(function, op, fmt, level):
    more = {"overflow": "wrap"} if op == "abs" else {}
    assert_conforms(function, op, fmt, level=level, **more)


@pytest.mark.parametrize("op, formats, result", [("add", (E2M3, E2M3), E2M3), ("mul", (E2M3, E3M2), "float8_e4m3fn"), ("div", (E3M2, E3M2), "float8_e5m2")])
@pytest.mark.parametrize("rounding", ["ties_to_even", "toward_negative"])
def test_tables_of_the_oracle_conform_with_their_flags(op, formats, result, rounding, count_cases):
    policies = {"rounding": rounding, "overflow": "saturate", "nan": "canonical" if rq.get_format(result).has_nan else "to_zero"}
    dialect = rq.get_dialect("default").replace(**policies)
    for level in (1, "exhaustive"):
        assert_conforms(by_oracle(op, formats, result, flags=True, **policies), op, formats, result, dialect=dialect, nan_by="byte", flags=True, level=level)
    count_cases(2 * 4096, independent=True)


def test_operands_come_in_their_own_dtypes():
    seen = []

    def scaled(a, n):
        seen.append((a.dtype, n.dtype, a.flags.writeable, n.flags.writeable, a.shape == n.shape))
        return np.ldexp(a, n)

    assert_conforms(scaled, "scale_b", "float32")
    assert_conforms(scaled, "scale_b", ("float32", "int32"), "float32")
    assert set(seen) == {(np.dtype(np.float32), np.dtype(np.int32), False, False, True)}
    formats = ("float8_e4m3fn", "bfloat16", "float32")
    mixed = lambda a, b, c: (a.astype(np.float64) * b.astype(np.float64) + c).astype(np.float32)  # noqa: E731  # 12 and 24 digits: no tie of float32 is made or lost
    assert_conforms(mixed, "fma", formats, "float32")
    assert "fma float8_e4m3fn, bfloat16, float32 -> float32, dialect default, NaNs by class\n" in report_of(lambda a, b, c: c, "fma", formats, "float32")


def test_integers_of_log_b_and_numbers_of_classes():
    def log_b(x):
        with np.errstate(all="ignore"):
            exponent = np.frexp(x)[1] - 1
        kinds = [x == 0, np.isinf(x), np.isnan(x)]
        return np.select(kinds, [np.int32(-(2**31)), np.int32(2**31 - 1), np.int32(1 - 2**31)], exponent).astype(np.int32)

    assert_conforms(log_b, "log_b_integer", "float16", level=2)
    assert_conforms(lambda x: (log_b(x), np.where(x == 0, 16, np.where(np.isfinite(x), 0, 16))), "log_b_integer", "float16", flags=True, level=2)

    def kind(code):
        magnitude, negative = code & 0x7F, code >> 7
        if magnitude > 0x7C:
            return code >> 1 & 1  # signalling, quiet
        n = 2 if magnitude == 0x7C else 3 if magnitude >= 4 else 4 if magnitude else 5
        return n if negative else 11 - n

    table = np.array([kind(c) for c in range(256)], np.uint8)
    assert_conforms(lambda x: table[x.view(np.uint8)], "classify", "float8_e5m2")


WRONG_CODE = """\
plus does not conform: add float16, dialect default, NaNs by class
  wrong      1 of {cases:,} codes of float16: by at most 1 ulp
  classes    other 1
  diagnosis  no change of one or two policies explains it
  inputs     level 1, seed 0: the operands of golden vectors
smallest: 1 ulp
  input     0x3c00, 0x3c00                          1, 1
  got       0x4001          0 | 10000 | 0000000001  0x1.004p+1 = 2.001953125
  expected  0x4000          0 | 10000 | 0000000000  2
                                                 ^"""


def test_one_wrong_code_is_found():
    def plus(a, b):
        return (a + b).view(np.uint16) ^ ((a == 1) & (b == 1)).astype(np.uint16)

    plus.__qualname__ = "plus"
    assert report_of(plus, "add", "float16") == WRONG_CODE.format(cases=len(rq.golden.generate("add", "float16")))
    with pytest.raises(AssertionError) as caught:
        assert_conforms(plus, "add", "float16")
    assert caught.value.wrong_bits.splitlines()[1].split()[:3] == ["other", "0x3c00,", "0x3c00"]


WRONG_FLAG = """\
table does not conform: mul float6_e2m3fn, dialect default, overflow=saturate, NaNs by class, with flags
  wrong      the flags of 1 of 4,096 results; every code is right
  flags      inexact missing 1
  inputs     level 1: every combination of codes of float6_e2m3fn, float6_e2m3fn
smallest:
  input     0x01, 0x01  0x1p-3, 0x1p-3
  got       0x02        underflow
  expected  0x03        inexact, underflow"""


def test_one_wrong_flag_is_found():
    right = by_oracle("mul", (E2M3, E2M3), E2M3, flags=True, overflow="saturate", nan="to_zero")
    assert_conforms(right, "mul", E2M3, overflow="saturate", flags=True)

    def table(a, b):
        codes, flags = right(a, b)
        return codes, flags ^ ((a.view(np.uint8) == 1) & (b.view(np.uint8) == 1)).astype(np.uint8)

    table.__qualname__ = "table"
    assert report_of(table, "mul", E2M3, overflow="saturate", flags=True) == WRONG_FLAG
    assert_conforms(lambda a, b: table(a, b)[0], "mul", E2M3, overflow="saturate")  # of codes alone nothing is wrong


def test_wrong_codes_and_wrong_flags_are_told_together():
    right = by_oracle("mul", (E2M3, E2M3), E2M3, flags=True, overflow="saturate", nan="to_zero")
    here = lambda a, b, x, y: (a.view(np.uint8) == x) & (b.view(np.uint8) == y)  # noqa: E731

    def both(a, b):
        codes, flags = right(a, b)
        return codes ^ here(a, b, 8, 8).astype(np.uint8), flags | (here(a, b, 8, 8) | here(a, b, 8, 9)).astype(np.uint8) * 16

    report = report_of(both, "mul", E2M3, overflow="saturate", flags=True)
    assert "\n  wrong      1 of 4,096 codes of float6_e2m3fn: by at most 1 ulp\n" in report
    assert "\n  flags      2 wrong, 1 of them where the code is right: invalid raised wrongly 2\n" in report


def test_the_diagnosis_names_what_is_done_instead():
    truncated = by_oracle("mul", (E2M3, E2M3), E2M3, rounding="toward_zero", overflow="saturate", nan="to_zero")
    assert "\n  diagnosis  rounding=toward_zero\n" in report_of(truncated, "mul", E2M3, overflow="saturate")


def test_a_wrong_truth_is_counted_as_one():
    report = report_of(lambda a, b: ~(a > b), "compare_quiet_le", "float8_e5m2", level="exhaustive")  # true of NaNs
    nans = 6 * 256 * 2 - 36
    assert f"\n  wrong      {nans:,} of 65,536 truths\n  classes    nan {nans:,}\n" in report


def test_a_sweep_finds_one_pair():
    """20 bits together: more than a list should hold."""
    fits = lambda a, b: (a * b + 512) % 1024 - 512  # noqa: E731
    signed = lambda c: (c.astype(np.int64) ^ 512) - 512  # noqa: E731
    fmt = rq.IntFormat(width=10)
    product = lambda a, b: (fits(signed(a), signed(b)) & 1023).astype(np.uint16)  # noqa: E731
    assert_conforms(product, "mul", fmt, overflow="wrap", level="exhaustive")
    report = report_of(lambda a, b: product(a, b) ^ ((a == 0x2A5) & (b == 0x177)).astype(np.uint16), "mul", fmt, overflow="wrap", level="exhaustive")
    assert f"\n  wrong      1 of {1 << 20:,} codes of {fmt.name}: " in report and "\n  input     0x2a5, 0x177 " in report


def test_a_level_has_the_operands_of_a_golden_set():
    for op, formats, result in (
        ("add", "float16", None),
        ("fma", ("float8_e4m3fn", "float8_e5m2", "float16"), "float16"),
        ("compare_quiet_lt", "bfloat16", None),
        ("log_b_integer", "float32", None),
    ):
        made, seen = rq.golden.generate(op, formats, result=result, level=2, seed=3), []

        def function(*given, found=made, asked=seen):
            asked.append([np.asarray(a).view(f"u{a.dtype.itemsize}") for a in given])
            return found.columns["result"]

        assert_conforms(function, op, formats, result, level=2, seed=3)
        assert len(seen) == 1 and all(np.array_equal(a, made.columns[name]) for a, name in zip(seen[0], "abc")) and seen[0][0].size > 60_000


@pytest.mark.parametrize(
    "args, options, error, message",
    [
        ((np.add, "add", ("float16", "bfloat16")), {}, rq.errors.InputValueError, "target: add of operands of different formats needs the format of its results"),
        ((np.add, "add", ("float16",) * 3), {}, rq.errors.InputValueError, "source: expected one format, or a tuple of 2, one for each operand of add; got 3"),
        ((np.add, "add", "nosuch"), {}, rq.errors.UnknownNameError, "source: no format is named 'nosuch'"),
        ((np.add, "add", "float16", "nosuch"), {}, rq.errors.UnknownNameError, "target: no format is named 'nosuch'"),
        ((np.add, "add", "int64"), {}, rq.errors.InputValueError, "source: int64 is a format of the operands of encode, round and convert alone"),
        ((np.less, "compare_quiet_lt", "float16", "float16"), {}, rq.errors.InputValueError, "target: compare_quiet_lt has results of one kind .truth.; leave target out"),
        ((np.less, "compare_quiet_lt", "float16"), {"rounding": "to_odd"}, rq.errors.InputValueError, "rounding: compare_quiet_lt does not depend on it"),
        ((np.ldexp, "scale_b", ("float16", "int8")), {}, rq.errors.InputValueError, "source: the integers of scale_b are int32, not int8"),
        ((np.add, "add", "float16"), {"rounding": "stochastic_a"}, rq.errors.InputValueError, "rounding: a stochastic cast"),
        ((np.add, "add", "float16"), {"flags": True}, rq.errors.InputTypeError, "fn: with flags=True add gives a pair of results and flags, got ndarray"),
        ((lambda a, b: (a, b), "add", "float16"), {}, rq.errors.InputTypeError, "fn: add gives one array, got a tuple of 2; flags=True takes a pair"),
        ((lambda a, b: (a, a), "add", "float16"), {"flags": True}, rq.errors.InputTypeError, "fn: expected flags as an array of integers, bits as in refquant.Flags, got dtype float16"),
        ((lambda a, b: (a, 0), "add", "float16"), {"flags": True}, rq.errors.InputTypeError, "fn: expected flags as an array of integers, bits as in refquant.Flags, got int"),
        ((lambda a, b: a.view(np.int16), "add", "float16"), {}, rq.errors.InputTypeError, "fn: add gives codes .unsigned integers. or values .floats. of float16, got dtype int16; .view"),
        ((lambda a, b: None, "add", "float16"), {}, rq.errors.InputTypeError, "fn: add gives codes .unsigned integers. or values .floats. of float16, got None"),
        ((lambda a: a, "add", "float16"), {}, TypeError, ".*takes 1 positional argument but 2 were given"),
        ((np.add, "add", "float32"), {"level": "exhaustive"}, rq.errors.InputValueError, ".*2\\*\\*64"),
        ((lambda a, b: (a, a.view(np.uint16)), "add", "float16"), {"level": "exhaustive", "flags": True}, rq.errors.InputValueError, "level: 'exhaustive' takes operands of at most 24"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused(args, options, error, message):
    with pytest.raises(error, match=f"^{message}") as caught:
        assert_conforms(*args, **options)
    assert not isinstance(caught.value, AssertionError)


@pytest.mark.parametrize("flags, said", [(False, "shape      (1,)"), (True, "shape      flags (1,)")])
def test_results_and_flags_of_another_shape_are_wrong(flags, said):
    short = (lambda a, b: (a + b, np.zeros(1, np.uint8))) if flags else lambda a, b: (a + b)[:1]
    lines = report_of(short, "add", "float16", flags=flags).splitlines()
    assert lines[0].endswith(" does not conform: add float16") and lines[1].strip().startswith(f"{said} for inputs of shape (")


def test_a_flag_beyond_a_byte_is_wrong():
    """256 has no bit of a flag, and is not 0."""
    right = by_oracle("mul", (E2M3, E2M3), E2M3, flags=True, overflow="saturate", nan="to_zero")

    def beyond(a, b):
        codes, flags = right(a, b)
        return codes, flags + np.where((a.view(np.uint8) == 8) & (b.view(np.uint8) == 8), 256, 0)

    assert "the flags of 1 of 4,096 results" in report_of(beyond, "mul", E2M3, overflow="saturate", flags=True)
