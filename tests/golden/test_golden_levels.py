"""The operands of a level are what its rule says: classes, values, midpoints and neighbours, powers of two, pairs that cancel; level 2 has all of level 1."""

import itertools
import sys
import types

import ml_dtypes
import numpy as np
import oracle
import pytest

import refquant as rq
from refquant.errors import InputTypeError, InputValueError, PolicyError, RangeExceededError, UnknownNameError
from refquant.golden.evaluation import operations_with_vectors
from refquant.golden.wide_integers import WideInteger
from refquant.operations import OPERATIONS, Operation
from refquant.policies import Flags

PAIRS = [("float32", "float8_e4m3fn"), ("float64", "bfloat16"), ("int32", "float16"), ("tfloat32", "float8_e5m2"), ("float16", "int8"), ("bfloat16", "float64")]


def operands_of(source, target, level):
    more = {"overflow": "saturate", "dialect": rq.get_dialect("default").replace(nan="to_zero")} if target == "int8" else {}
    return rq.golden.generate("convert", target, source=source, level=level, **more).columns["a"]


@pytest.mark.parametrize("source, target", PAIRS)
def test_level_2_has_the_operands_of_level_1(source, target):
    quick, thorough = (operands_of(source, target, level) for level in (1, 2))
    assert np.isin(quick, thorough).all() and quick.size < thorough.size
    for codes in (quick, thorough):
        assert (np.diff(codes.astype(np.uint64)) > 0).all(), "ascending, each once"


@pytest.mark.parametrize("target", ["float8_e4m3fn", "float8_e5m2", "float6_e2m3fn", "float4_e2m1fn"])
def test_level_1_has_every_value_and_midpoint_of_a_narrow_target_with_its_neighbours(target):
    codes = np.arange(1 << ml_dtypes.finfo(target).bits, dtype=np.uint8)
    values = codes.view(target).astype(np.float32)
    values = np.unique(np.abs(values[np.isfinite(values)]))
    points = np.concatenate([values, (values[1:] + values[:-1]) / 2, [values[-1] + (values[-1] - values[-2]) / 2]])
    wanted = np.concatenate([points, *(np.nextafter(points, np.float32(side)) for side in (0, np.inf))])
    held = operands_of("float32", target, 1) if target.startswith("float8") else rq.golden.generate("encode", target, overflow="saturate").columns["a"]
    assert np.isin(np.concatenate([wanted, -wanted]), held.view(np.float32)).all()


@pytest.mark.parametrize("source, dtype", [("float32", np.float32), ("float64", np.float64)])
def test_level_1_has_powers_of_two_and_the_edges_of_the_source_with_their_neighbours(source, dtype):
    info, held = np.finfo(dtype), operands_of(source, "float8_e4m3fn", 1).view(dtype)
    with np.errstate(under="ignore", over="ignore"):
        powers = np.ldexp(dtype(1), np.arange(info.minexp - info.nmant, info.maxexp)).astype(dtype)
        beside = np.concatenate([np.nextafter(powers, dtype(0)), np.nextafter(powers, dtype(np.inf))])
    edges = np.array([0, info.smallest_subnormal, info.tiny, np.nextafter(info.tiny, dtype(0)), info.max, np.inf], dtype)
    assert np.isin(np.concatenate([powers, beside[np.isfinite(beside)], edges]), held).all()
    nans = operands_of(source, "float8_e4m3fn", 1)[np.isnan(held)]
    quiet = (nans >> nans.dtype.type(info.nmant - 1)) & nans.dtype.type(1)
    assert {0, 1} == set(quiet.tolist())


@pytest.mark.parametrize("source", ["int64", "uint64"])
@pytest.mark.parametrize("target", ["float8_e4m3fn", "bfloat16", "float64", "int8"])
def test_level_1_has_powers_of_two_and_the_ends_of_64_bit_integers_with_their_neighbours(source, target):
    low, high = (-(2**63), 2**63 - 1) if source == "int64" else (0, 2**64 - 1)
    wanted = {sign * 2**e + d for e in range(64) for d in (-1, 0, 1) for sign in (1, -1)} | {low, low + 1, high - 1, high, 0}
    held = set(rq.golden.generate("convert", target, source=source, overflow="saturate").columns["a"].view(source).tolist())
    assert {n for n in wanted if low <= n <= high} <= held


def test_level_2_of_64_bit_integers_has_level_1():
    quick, thorough = (rq.golden.generate("encode", "float16", source="int64", level=level).columns["a"] for level in (1, 2))
    assert np.isin(quick, thorough).all() and quick.size < thorough.size and (thorough[1:] > thorough[:-1]).all()


@pytest.mark.parametrize("source", ["float8_e4m3fn", "int8", "float4_e2m1fn"])
def test_narrow_sources_are_taken_whole(source):
    assert operands_of(source, "float32", 1).tolist() == list(range(1 << rq.get_format(source).width))


def test_exhaustive_takes_every_pattern():
    assert operands_of("float16", "float8_e5m2", "exhaustive").tolist() == list(range(1 << 16))
    made = rq.golden.generate("compare_quiet_eq", ("float4_e2m1fn", "int5"), level="exhaustive")
    assert list(zip(made.columns["a"].tolist(), made.columns["b"].tolist(), strict=True)) == list(itertools.product(range(16), range(32)))


def test_an_operand_space_that_is_too_large_is_refused():
    with pytest.raises(InputValueError, match="'exhaustive' takes operands of at most 24 bits together, and float32 have 32; take level 2"):
        rq.golden.generate("encode", "float16", level="exhaustive")
    with pytest.raises(InputValueError, match="float16, float16 have 32"):
        rq.golden.generate("compare_quiet_eq", "float16", level="exhaustive")


def test_user_formats_and_every_named_format_have_operands():
    mine = rq.FloatFormat(precision=20, exponent_width=9, name="mine")
    assert len(rq.golden.generate("convert", mine, source=rq.IntFormat(width=30, fraction_bits=7, encoding="sign_magnitude"))) > 1000
    assert len(rq.golden.generate("convert", "float16", source=mine, level=2)) > 65536
    for name in rq.list_formats():
        assert len(rq.golden.generate("convert", "float64", source=name)) >= 2


@pytest.mark.parametrize("name", ["float16", "float32", "float8_e4m3fn", "float8_e8m0fnu", "int8", "uint8", "float8_e4m3fnuz"])
def test_operands_are_crossed_and_cancel(name):
    made = rq.golden.generate("compare_quiet_lt", name)
    from refquant.golden.coverage import crossed

    reached, possible = crossed(made)
    assert reached == possible > 10
    fmt, pairs = oracle.formats.get(name), set(zip(made.columns["a"].tolist(), made.columns["b"].tolist(), strict=True))
    one = int(rq.encode(1.0, name))
    values = [oracle.codec.decode(c, fmt) for c in (one, one + 1)]
    assert all(v.kind == "finite" for v in values)
    minus = [] if not rq.get_format(name).signed else [(one, int(rq.encode(-1.0, name)))]
    assert {(one, one), (one, one + 1), (one, one + 2), *minus} <= pairs
    table = {c.name: c.count for c in made.coverage}
    assert table["equal operands"] and table["neighbours"] and (table["opposite operands"] or name in ("float8_e8m0fnu", "uint8"))


def test_the_tail_of_pairs_has_near_and_far_exponents():
    made = rq.golden.generate("compare_quiet_lt", "float32", level=2)
    exponents = [(made.columns[n].astype(np.int64) >> 23) & 0xFF for n in "ab"]
    apart = np.abs(exponents[0] - exponents[1])
    assert np.count_nonzero(apart <= 4) > 20_000 and np.count_nonzero(apart > 40) > 20_000


@pytest.fixture
def private(monkeypatch):
    """Private records: the larger magnitude code of two or three operands, NaN and all, with the random bits as flags of nothing."""

    def largest(*given, result=None, dialect=None, backend=None, random=None, return_flags=False, add=0):
        *codes, formats = given
        assert return_flags and len(formats) == len(codes)
        found = np.max([c.astype(np.uint64) for c in codes], axis=0) + np.uint64(add)
        return (found % np.uint64(1 << result.width)).astype(result.code_dtype), np.full(found.size, int(Flags.INEXACT), np.uint8)

    module = types.ModuleType("refquant.private_door")
    module.largest = largest
    monkeypatch.setitem(sys.modules, "refquant.private_door", module)
    for name, count, choices in (("largest2", 2, ()), ("largest3", 3, (("add", 1),))):
        kinds = ("codes",) * count
        record = Operation(name, "private", name, "RQ-3.5", kinds, "codes", ("rounding", "flags"), ("reference",), "pairs", "private_door.largest", choices)
        monkeypatch.setitem(OPERATIONS, name, record)


@pytest.mark.parametrize("name, columns", [("largest2", "ab"), ("largest3", "abc")])
@pytest.mark.parametrize("fmt", ["float8_e5m2", "float16"])
def test_a_record_alone_is_enough_for_an_operation_of_several_operands(private, tmp_path, name, columns, fmt):
    made = rq.golden.generate(name, fmt, rounding=("ties_to_even", "stochastic_a"), random_bits=3)
    right = np.max([made.columns[c] for c in columns], axis=0).astype(np.uint64) + (name == "largest3")
    assert (made.columns["result"] == right % (1 << rq.get_format(fmt).width)).all() and (made.columns["flags"] == 1).all()
    assert set(made.columns["random"][made.columns["rounding"] == 11].tolist()) == set(range(8))
    folder = made.save(tmp_path / "set", writers=["npz", "csv", "readmemh", "c_header", "json", "safetensors"])
    assert rq.golden.load(folder) == made and rq.golden.check(folder).ok


def test_operands_of_different_formats_need_a_result(private):
    with pytest.raises(InputValueError, match="result: largest2 of operands of different formats needs the format of its result"):
        rq.golden.generate("largest2", ("float16", "bfloat16"))
    made = rq.golden.generate("largest2", ("float16", "float8_e5m2"), result="float32")
    assert made.columns["result"].dtype == np.uint32 and made.columns["b"].dtype == np.uint8


def test_operations_come_from_the_records():
    named = {op.name for op in operations_with_vectors()}
    assert {"encode", "decode", "round", "convert", "compare_quiet_eq", "compare_signaling_le"} <= named <= set(OPERATIONS)
    assert not {"decode_parts", "encode_parts", "encode_exact"} & named


@pytest.mark.parametrize(
    "arguments, more, error, message",
    [
        (("add_up", "float16"), {}, UnknownNameError, "operation: expected one of encode, decode"),
        ((7, "float16"), {}, UnknownNameError, "operation: "),
        (("encode", "e4m3"), {}, ValueError, "fmt: 'e4m3' may mean"),
        (("encode", "float16"), {"source": "e4m3"}, ValueError, "source: 'e4m3' may mean"),
        (("encode", "float16"), {"source": "nosuch"}, UnknownNameError, "source: no format is named 'nosuch'"),
        (("encode", "float16"), {"source": 7}, InputTypeError, "source: expected a format or its name, got int"),
        (("decode", "float16"), {"result": "nosuch"}, UnknownNameError, "result: no format is named 'nosuch'"),
        (("compare_quiet_eq", ("float16", "nosuch")), {}, UnknownNameError, "fmt: no format is named 'nosuch'"),
        (("encode", "int64"), {}, InputValueError, "fmt: int64 is a format of the operands of encode, round and convert alone"),
        (("decode", "float16"), {"result": "uint64"}, InputValueError, "result: uint64 is a format of the operands"),
        (("compare_quiet_eq", "int64"), {}, InputValueError, "fmt: int64 is a format of the operands"),
        (("encode", WideInteger(width=64)), {}, InputValueError, "fmt: int64 is a format of the operands"),
        (("encode", "float16"), {"level": 3}, InputValueError, "level: expected 1, 2 or 'exhaustive', got 3"),
        (("encode", "float16"), {"level": True}, InputValueError, "level: "),
        (("encode", "float16"), {"level": "2"}, InputValueError, "level: "),
        (("encode", "float16"), {"seed": -1}, InputValueError, "seed: "),
        (("encode", "float16"), {"rounding": "up"}, UnknownNameError, "rounding: expected one of"),
        (("encode", "float16"), {"rounding": ()}, InputTypeError, "rounding: expected a mode"),
        (("encode", "float16"), {"rounding": ("to_odd", "to_odd")}, InputValueError, "rounding: a mode is given twice"),
        (("encode", "float16"), {"overflow": "wrap"}, PolicyError, "wrap"),
        (("encode", "float16"), {"rounding": "stochastic_a", "random_bits": 33}, ValueError, "random_bits: expected 1 <= n <= 32, got 33"),
        (("decode", "float16"), {"rounding": "to_odd"}, InputValueError, "rounding: decode does not depend on it"),
        (("decode", "float16"), {"source": "float32"}, InputValueError, "source: decode takes the format of its codes as fmt"),
        (("decode", "float32"), {"result": "float16"}, RangeExceededError, "result: float16 cannot hold every value of float32"),
        (("decode", "binary16p3se"), {}, RangeExceededError, "result: neither"),
        (("encode", "float16"), {"result": "float32"}, InputValueError, "result: the results of encode are codes of float16, not of float32"),
        (("convert", "float16"), {}, InputValueError, "source: convert needs the format of its operand"),
        (("compare_quiet_eq", "float16"), {"source": "float16"}, InputValueError, "source: compare_quiet_eq takes the formats of its operands as fmt"),
        (("compare_quiet_eq", ("float16",) * 3), {}, InputValueError, "fmt: expected one format, or one for each of the 2 operands"),
        (("compare_quiet_eq", "float16"), {"result": "int8"}, InputValueError, "result: "),
        (("compare_quiet_eq", "float16"), {"overflow": "saturate"}, InputValueError, "overflow: compare_quiet_eq does not depend on it"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_refused(arguments, more, error, message):
    with pytest.raises(error) as raised:
        rq.golden.generate(*arguments, **more)
    assert message in str(raised.value) and isinstance(raised.value, rq.errors.RefquantError)


def test_the_version_of_the_specification_is_that_of_its_newest_change():
    from pathlib import Path

    from refquant.operations import SPEC_VERSION

    text = (Path(__file__).parents[2] / "spec/CHANGES.md").read_text("utf-8")
    assert next(line for line in text.splitlines() if line.startswith("## ")) == f"## {SPEC_VERSION}"
