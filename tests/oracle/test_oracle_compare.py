"""The oracle's comparison: one relation per pair, against Python's floats, ranks, and the standard's examples."""

import itertools

import oracle
import pytest
from oracle.compare import PREDICATES, compare, ranks, relation
from oracle.flags import INVALID

get = oracle.formats.get


def value(d):
    """The Python float of a datum whose value a float64 holds."""
    side = -1 if d.sign else 1
    return {"inf": side * float("inf"), "nan": float("nan")}.get(d.kind, side * float(d.value))


@pytest.mark.parametrize(
    "names", [("float8_e5m2", "float8_e5m2"), ("float6_e3m2fn", "float8_e4m3"), ("float8_e4m3fnuz", "int8"), ("float8_e8m0fnu", "float4_e2m1fn")]
)
def test_relations_are_those_of_pythons_floats(names):
    """RQ-7.1, RQ-7.2."""
    data = [[oracle.codec.decode(c, get(n)) for c in range(2 ** get(n).width)] for n in names]
    for a, b in itertools.product(*data):
        x, y = value(a), value(b)
        seen = {"less": x < y, "equal": x == y, "greater": x > y, "unordered": x != x or y != y}
        assert [name for name, holds in seen.items() if holds] == [relation(a, b)]


def test_ranks_are_the_relations():
    """RQ-7.1."""
    data = [oracle.codec.decode(c, get(n)) for n in ("float6_e2m3fn", "float8_e5m2", "int4") for c in range(2 ** get(n).width)]
    places = ranks(data)
    for (a, i), (b, j) in itertools.product(zip(data, places), repeat=2):
        by_rank = "unordered" if i is None or j is None else "equal" if i == j else "less" if i < j else "greater"
        assert relation(a, b) == by_rank


#: IEEE 754-2019 5.11, table 5.3: the relations under which a predicate is true, and whether a quiet NaN raises.
HALF = {
    "one": 0x3C00,
    "minus one": 0xBC00,
    "zero": 0x0000,
    "minus zero": 0x8000,
    "inf": 0x7C00,
    "quiet": 0x7E00,
    "signalling": 0x7D00,
    "tiny": 0x0001,
    "minus tiny": 0x8001,
}
EXAMPLES = [
    ("eq", False, "zero", "minus zero", True, 0),
    ("lt", False, "minus zero", "zero", False, 0),
    ("le", False, "zero", "minus zero", True, 0),
    ("lt", False, "minus one", "one", True, 0),
    ("le", False, "inf", "inf", True, 0),
    ("eq", False, "quiet", "quiet", False, 0),
    ("eq", False, "signalling", "one", False, INVALID),
    ("unordered", False, "one", "signalling", True, INVALID),
    ("unordered", False, "one", "quiet", True, 0),
    ("eq", True, "one", "quiet", False, INVALID),
    ("le", True, "quiet", "inf", False, INVALID),
    ("lt", True, "one", "inf", True, 0),
]


@pytest.mark.parametrize(("predicate", "signaling", "a", "b", "truth", "flags"), EXAMPLES)
def test_the_standards_examples(predicate, signaling, a, b, truth, flags):
    """RQ-7.3, RQ-7.4."""
    assert compare(predicate, signaling, HALF[a], HALF[b], get("float16"), get("float16")) == (truth, flags)


@pytest.mark.parametrize("predicate", PREDICATES)
def test_nans_that_never_signal_raise_under_signalling_predicates_alone(predicate):
    """RQ-7.4."""
    for name, nan in (("float8_e4m3fn", 0x7F), ("float8_e4m3fnuz", 0x80), ("binary8p3se", 0x80), ("float8_e8m0fnu", 0xFF)):
        assert compare(predicate, False, nan, 1, get(name), get(name))[1] == 0
        assert compare(predicate, True, nan, 1, get(name), get(name))[1] == INVALID
    assert compare(predicate, True, 0x80, 0x7F, get("int8"), get("uint8"))[1] == 0


def test_flushed_operands_and_flags_none():
    """RQ-7.5."""
    flush, silent = oracle.policies.Policies(subnormals="flush_inputs"), oracle.policies.Policies(flags="none")
    half = get("float16")
    assert compare("eq", False, HALF["tiny"], HALF["minus tiny"], half, half) == (False, 0)
    assert compare("eq", False, HALF["tiny"], HALF["minus tiny"], half, half, flush, flush) == (True, 0)
    assert compare("lt", False, HALF["zero"], HALF["tiny"], half, half, flush) == (True, 0)
    assert compare("eq", True, HALF["quiet"], HALF["one"], half, half, silent, None) == (False, 0)
