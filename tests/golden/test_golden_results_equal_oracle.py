"""Results, flags and refusals of golden vectors are those of the oracle, in every operation, mode and kind of format."""

import numpy as np
import oracle
import pytest
from goldenoracle import right_of

import refquant as rq
from refquant.operations import OPERATIONS

DETERMINISTIC = tuple(str(m) for m in rq.RoundingMode if not m.is_stochastic)
STOCHASTIC = ("stochastic_a", "stochastic_b", "stochastic_c")
DEFAULT = rq.get_dialect("default")
SETS = {
    "float32 to float8_e4m3fn": ("encode", "float8_e4m3fn", {"rounding": DETERMINISTIC, "overflow": ("no_saturate", "saturate", "to_nan")}),
    "float64 to float8_e5m2": ("encode", "float8_e5m2", {"source": "float64", "rounding": DETERMINISTIC, "overflow": ("no_saturate", "saturate_propagate")}),
    "float32 to bfloat16, random": ("encode", "bfloat16", {"rounding": (*STOCHASTIC, "ties_to_even"), "random_bits": 5}),
    "float32 to int8": ("encode", "int8", {"rounding": DETERMINISTIC, "overflow": ("saturate", "wrap"), "dialect": DEFAULT.replace(nan="to_zero", inf_to_int="max")}),
    "float32 to int8, refusals": ("encode", "int8", {"overflow": ("error", "wrap")}),
    "float16 to fnuz": ("encode", "float8_e4m3fnuz", {"source": "float16", "rounding": DETERMINISTIC}),
    "float16 to e8m0": ("encode", "float8_e8m0fnu", {"source": "float16", "rounding": DETERMINISTIC, "dialect": DEFAULT.replace(negative="nan", zero_input="nan")}),
    "float16 to fp4": ("encode", "float4_e2m1fn", {"source": "float16", "overflow": "saturate", "dialect": DEFAULT.replace(nan="zero_sign_inverted")}),
    "flush": ("encode", "float16", {"dialect": DEFAULT.replace(subnormals="flush_both", ftz="arm"), "rounding": ("ties_to_even", "toward_positive")}),
    "through float16": ("encode", "float8_e4m3fnuz", {"source": "float64", "dialect": DEFAULT.replace(via="float16"), "rounding": DETERMINISTIC}),
    "through bfloat16, cut": ("encode", "float8_e5m2", {"dialect": DEFAULT.replace(via={"format": "bfloat16", "rounding": "toward_zero"}), "rounding": (*STOCHASTIC, "to_odd")}),
    "int32 to float16": ("convert", "float16", {"source": "int32", "rounding": DETERMINISTIC}),
    "int64 to bfloat16": ("encode", "bfloat16", {"source": "int64", "rounding": (*DETERMINISTIC, *STOCHASTIC), "random_bits": 6}),
    "uint64 to float32": ("encode", "float32", {"source": "uint64", "rounding": DETERMINISTIC, "level": 2}),
    "int64 to float64": ("convert", "float64", {"source": "int64", "rounding": DETERMINISTIC}),
    "uint64 to float8_e4m3fn": ("convert", "float8_e4m3fn", {"source": "uint64", "rounding": DETERMINISTIC, "overflow": ("no_saturate", "saturate", "to_nan")}),
    "int64 to int16": ("convert", "int16", {"source": "int64", "overflow": ("saturate", "wrap", "error")}),
    "uint64 to int32": ("convert", "int32", {"source": "uint64", "overflow": ("saturate", "wrap")}),
    "round int64 to bfloat16": ("round", "bfloat16", {"source": "int64", "rounding": DETERMINISTIC}),
    "round uint64 to int8": ("round", "int8", {"source": "uint64", "overflow": "saturate"}),
    "uint8 to fp6": ("convert", "float6_e2m3fn", {"source": "uint8", "rounding": DETERMINISTIC}),
    "e5m2 to e4m3, payloads": ("convert", "float8_e4m3", {"source": "float8_e5m2", "level": "exhaustive", "dialect": DEFAULT.replace(nan="keep_payload")}),
    "e4m3fn to mxint8": ("convert", "mxint8", {"source": "float8_e4m3fn", "rounding": (*DETERMINISTIC, *STOCHASTIC), "dialect": DEFAULT.replace(nan="to_max")}),
    "p3109 to p3109": ("convert", "binary8p1uf", {"source": "binary8p3se", "rounding": DETERMINISTIC, "level": 2, "dialect": "p3109-d1"}),
    "round to bfloat16": ("round", "bfloat16", {"rounding": DETERMINISTIC}),
    "round float16 to fp4": ("round", "float4_e2m1fn", {"source": "float16", "overflow": "saturate", "dialect": DEFAULT.replace(nan="to_zero")}),
    "decode e5m2": ("decode", "float8_e5m2", {}),
    "decode float16 to float64": ("decode", "float16", {"result": "float64", "level": 2}),
    "decode int5 to int8": ("decode", "int5", {"result": "int8"}),
}  # fmt: skip
_MOST = 4000


def sampled(made):
    """Rows by rule: all of a small set; else every NaN, the ends of every mode's block, and every so many."""
    size = len(made)
    if size <= _MOST:
        return np.arange(size)
    block = np.flatnonzero(np.diff(made.columns["rounding"].astype(int) * 16 + made.columns["overflow"])) + 1
    ends = np.concatenate([block + i for i in range(-8, 8)])
    return np.unique(np.concatenate([np.arange(0, size, size // _MOST + 1), ends[(ends >= 0) & (ends < size)]]))


@pytest.mark.parametrize("name", SETS)
def test_every_sampled_vector_is_what_the_oracle_delivers(name, count_cases):
    operation, fmt, more = SETS[name]
    made = rq.golden.generate(operation, fmt, **more)
    rows = sampled(made)
    for row in rows.tolist():
        want, got = right_of(made, row), (int(made.columns["result"][row]), int(made.columns["flags"][row]))
        assert got == want, f"{name}: vector {row}: {int(made.columns['a'][row]):#x}: {got} != {want}"
    count_cases(rows.size)


@pytest.mark.parametrize("overflow", ["error", "wrap"])
def test_what_is_left_out_is_what_the_oracle_refuses(overflow, count_cases):
    made = rq.golden.generate("convert", "int4", source="float8_e5m2", overflow=overflow)
    source, target = oracle.formats.get("float8_e5m2"), oracle.formats.get("int4")
    policies, taken = oracle.policies.Policies(overflow=overflow), set()
    for code in range(256):
        try:
            oracle.codec.convert(code, source, target, policies)
            taken.add(code)
        except oracle.errors.OracleError:
            pass
    assert set(made.columns["a"].tolist()) == taken and made.left_out == 256 - len(taken) > 0
    count_cases(256)


@pytest.mark.parametrize("formats", [("float8_e4m3fn",) * 2, ("float16", "float8_e5m2"), ("int8", "float4_e2m1fn")])
def test_comparisons_are_what_the_oracle_says(formats, count_cases):
    names = [n for n in OPERATIONS if n.startswith("compare_")]
    assert len(names) >= 7
    a, b = (oracle.formats.get(f) for f in formats)
    for name in names:
        _, form, predicate = name.split("_")
        if form == "signaling" and oracle.refusals.refuses_signaling(a, b):
            continue
        made = rq.golden.generate(name, formats)
        rows = np.arange(0, len(made), 7)
        for row in rows.tolist():
            x, y = (int(made.columns[n][row]) for n in "ab")
            want = oracle.compare.compare(predicate, form == "signaling", x, y, a, b)
            assert (bool(made.columns["result"][row]), int(made.columns["flags"][row])) == want, (name, hex(x), hex(y))
        count_cases(rows.size)


@pytest.mark.parametrize("backend", ["reference", None])
@pytest.mark.parametrize("source", ["int64", "uint64"])
def test_vectors_of_64_bit_integers_are_what_the_public_function_gives(source, backend):
    made = rq.golden.generate("encode", "bfloat16", source=source, level=2, backend=backend)
    codes, flags = rq.encode(made.columns["a"].view(source), "bfloat16", return_flags=True)
    assert np.array_equal(codes, made.columns["result"]) and np.array_equal(flags, made.columns["flags"])


def of_arithmetic(name):
    """What the oracle has for an operation with a result that is a code."""
    if name in ("neg", "abs", "copy_sign"):
        return lambda codes, f, p: oracle.signs.sign_operation(name, codes, (f,) * len(codes), f, p)
    if name.startswith("next_"):
        return lambda codes, f, p: oracle.neighbours.neighbour(name, codes, (f,) * len(codes), f, p)
    if name.startswith("round_to_integral"):
        return lambda codes, f, p: oracle.integral.round_to_integral(name.endswith("exact"), codes[0], f, f, p)
    if name == "log_b":
        return lambda codes, f, p: oracle.ordering.log_b(codes[0], f, f, p)
    return lambda codes, f, p: oracle.arithmetic.arithmetic(name, codes, (f,) * len(codes), f, p)


@pytest.mark.parametrize("name", [n for n, op in OPERATIONS.items() if op.door and op.result == "codes" and "integers" not in op.operands])
def test_operations_are_what_the_oracle_says(name, count_cases):
    """Every record of one, two or three codes: the vectors of one format, in a dialect with payloads."""
    fmt, dialect = "float8_e5m2", DEFAULT.replace(nan="keep_payload", nan_operand="signaling_first", zero_times_inf="made")
    made = rq.golden.generate(name, fmt, dialect=dialect, overflow="saturate")
    policies = oracle.policies.Policies(nan="keep_payload", nan_operand="signaling_first", zero_times_inf="made", overflow="saturate")
    spec, wanted = oracle.formats.get(fmt), of_arithmetic(name)
    rows = range(0, len(made), max(len(made) // 400, 1))
    for row in rows:
        codes = tuple(int(made.columns[c][row]) for c in "abc"[: len(OPERATIONS[name].operands)])
        got = int(made.columns["result"][row]), int(made.columns["flags"][row])
        assert got == wanted(codes, spec, policies)[:2], (name, [hex(c) for c in codes], got)
    count_cases(len(rows))


@pytest.mark.parametrize("operation, fmt", [("encode", "float8_e4m3fn"), ("round", "bfloat16")])
def test_vectors_are_what_the_public_function_gives(operation, fmt):
    made = rq.golden.generate(operation, fmt, rounding="stochastic_b", random_bits=11)
    random = rq.RandomBits(made.columns["random"], 11)
    got = getattr(rq, operation)(made.columns["a"].view(np.float32), fmt, rounding="stochastic_b", random=random, return_flags=True)
    assert got[0].view(made.columns["result"].dtype).tolist() == made.columns["result"].tolist() and got[1].tolist() == made.columns["flags"].tolist()
