"""Strategies: each class comes up, every example is exact, and what fails shrinks to the simplest one there is."""

import dataclasses
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise

import numpy as np
import oracle
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from stepcases import spec_format
from valueline import class_of

import refquant as rq
from refquant.testing import strategies
from refquant.testing.strategies.classes import code_of_rank, rank_ranges

FORMATS = [
    "float4_e2m1fn", "float8_e5m2", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e8m0fnu", "ue4m3", "int8", "uint4", "e0m3", "binary8p3se", "float16", "float32",
    "float64", "int32",
]  # fmt: skip
OWN = [rq.FloatFormat(precision=4, exponent_width=3, bias=9, nan="none", signed=False, zero=False), rq.IntFormat(width=1), rq.IntFormat(width=1, signed=False)]
BEYOND = rq.FloatFormat(precision=3, exponent_width=12)  # float64 does not hold it
TINY = [
    rq.FloatFormat(precision=2, exponent_width=1, nan=nan, infinity=infinity)
    for nan, infinity in (("all_ones", True), ("none", True), ("negative_zero", False))
]
quiet = settings(derandomize=True, database=None, deadline=None, max_examples=250, suppress_health_check=list(HealthCheck), phases=[Phase.generate])


def recorded(strategy, examples=250):
    """The examples of a run that does not depend on chance."""
    seen = []

    @settings(quiet, max_examples=examples)
    @given(strategy)
    def record(example):
        seen.append(example)

    record()
    return seen


def smallest(strategy, condition):
    return find(strategy, condition, settings=settings(derandomize=True, database=None, deadline=None, max_examples=3000))


def classes_of(fmt):
    """Every class that some code of a narrow format is in; of a wide one those of its landmarks."""
    given_format = rq.get_format(fmt)
    if given_format.width <= 16:
        return {class_of(code, fmt) for code in range(2**given_format.width)}
    floats = {f"{s}{k}" for s in "+-" for k in ("zero", "subnormal", "normal", "max", "inf")} | {"nan", "signaling nan"}
    return floats if isinstance(given_format, rq.FloatFormat) else {"+zero", "+normal", "-normal", "+max", "-max"}


@pytest.mark.parametrize("fmt", [*FORMATS, *OWN], ids=str)
def test_codes_of_every_class_come_up(fmt):
    codes = recorded(strategies.codes(fmt))
    assert all(type(c) is int and 0 <= c < 2 ** rq.get_format(fmt).width for c in codes)
    assert {class_of(c, fmt) for c in codes} == classes_of(fmt)


@pytest.mark.parametrize("fmt", [n for n in rq.list_formats() if rq.get_format(n).width <= 8] + ["float16", "binary7p3ue", "binary6p2sf", *OWN, *TINY], ids=str)
def test_ranks_are_all_codes_class_by_class(fmt, count_cases):
    given_format = rq.get_format(fmt)
    ranges = rank_ranges(given_format)
    ranks = [rank for r in ranges for rank in range(r.first, r.last + 1)]
    assert sorted(code_of_rank(rank, given_format) for rank in ranks) == ranks == list(range(2**given_format.width))
    for r in ranges:
        codes = [code_of_rank(rank, given_format) for rank in range(r.first, r.last + 1)]
        assert {class_of(code, fmt).strip("+-") for code in codes} == {r.kind}
    count_cases(len(ranks))


@pytest.mark.parametrize("fmt", ["float4_e2m1fn", "float6_e3m2fn", "int4", "e0m3", "binary5p2se", "binary6p1ue"])
def test_every_code_of_a_small_format_comes_up(fmt):
    assert set(recorded(strategies.codes(fmt), 2500)) == set(range(2 ** rq.get_format(fmt).width))


@pytest.mark.parametrize("fmt", [*FORMATS, *OWN], ids=str)
def test_codes_without_nans_and_infinities(fmt):
    numbers = {class_of(c, fmt).strip("+-") for c in recorded(strategies.codes(fmt, nan=False, infinity=False))}
    assert not numbers & {"nan", "signaling nan", "inf"}
    kinds = {class_of(c, fmt).strip("+-") for c in recorded(strategies.codes(fmt, infinity=False))}
    assert "inf" not in kinds and ("nan" in kinds) == rq.get_format(fmt).has_nan


@pytest.mark.parametrize(
    "fmt, kind, code",
    [
        ("float16", "+zero", 0), ("float16", "+subnormal", 1), ("float16", "+normal", 0x400), ("float16", "+max", 0x7BFF), ("float16", "+inf", 0x7C00),
        ("float16", "signaling nan", 0x7C01), ("float16", "nan", 0x7E00), ("float16", "-zero", 0x8000), ("float16", "-subnormal", 0x8001), ("float16", "-normal", 0x8400),
        ("float16", "-max", 0xFBFF), ("float16", "-inf", 0xFC00), ("float8_e4m3fn", "nan", 0x7F), ("float8_e4m3fnuz", "nan", 0x80), ("float8_e8m0fnu", "+normal", 0),
        ("int8", "-normal", 0xFF), ("int8", "-max", 0x80), ("float64", "signaling nan", 0x7FF0000000000001), ("binary8p3se", "+inf", 0x7F), ("e0m3", "-zero", 8),
    ],
)  # fmt: skip
def test_a_code_shrinks_to_the_simplest_of_its_class(fmt, kind, code):
    assert smallest(strategies.codes(fmt), lambda c: class_of(c, fmt) == kind) == code


@pytest.mark.parametrize(
    "fmt, condition, code",
    [
        ("float16", lambda c: True, 0), ("float16", lambda c: c > 0x155, 0x156), ("float32", lambda c: c > 0x3F800000, 0x3F800001),
        ("float8_e4m3fn", lambda c: c % 2 and c > 0x10, 0x11), ("int8", lambda c: c >= 0x80, 0xFF), ("float64", lambda c: c & 1 and c > 1, 3),
    ],
)  # fmt: skip
def test_a_code_shrinks_to_the_least_one(fmt, condition, code):
    assert smallest(strategies.codes(fmt), condition) == code


TO_ITSELF = oracle.policies.Policies(rounding="toward_zero", overflow="saturate", nan_out="keep")


def datum_of(value):
    """A value that a strategy gave, as the oracle's datum."""
    if value != value:
        return oracle.datum.Datum("nan", int(np.signbit(value)))
    if isinstance(value, float) and np.isinf(value):
        return oracle.datum.Datum("inf", int(value < 0))
    return oracle.datum.Datum("finite", int(value < 0 or str(value) == "-0.0"), abs(Fraction(value)))


def class_of_value(value, fmt):
    """The class of a value in a format by the oracle, which must have it exactly."""
    datum, spec = datum_of(value), spec_format(fmt)
    if datum.kind == "nan":
        assert oracle.bits.has_nan(spec)
        return "nan"
    if datum.kind == "inf":
        assert oracle.bits.has_infinity(spec, bool(datum.sign))
        return "-inf" if datum.sign else "+inf"
    code = oracle.codec.encode(datum, spec, TO_ITSELF).code
    assert oracle.codec.decode(code, spec) == datum
    return class_of(code, fmt)


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("fmt", [*FORMATS, *OWN], ids=str)
def test_values_of_every_class_are_exact(fmt, exact):
    found = recorded(strategies.values(fmt, exact=exact), 200)
    assert {class_of_value(v, fmt) for v in found} == classes_of(fmt) - {"signaling nan"}
    assert {type(v) for v in found} <= ({float, Fraction} if exact else {float}) and (not exact or Fraction in {type(v) for v in found})
    assert smallest(strategies.values(fmt, exact=exact), lambda v: True) == oracle.codec.decode(0, spec_format(fmt)).value


def test_values_beyond_float64_need_fractions():
    wide = rq.FloatFormat(precision=3, exponent_width=12)
    with pytest.raises(rq.errors.RangeExceededError, match=r"^fmt: float64 does not hold every value of float_e12m2b2047; give exact=True"):
        strategies.values(wide)
    assert smallest(strategies.values(wide, exact=True), lambda x: x > 0) == Fraction(2) ** -2048


def test_formats_of_every_kind_come_up():
    found = recorded(strategies.formats(), 1200)
    names = set(rq.list_formats(p3109=True))
    kinds = {(type(f).__name__, "named" if f.name in rq.list_formats() else "p3109" if f.name in names else "own") for f in found}
    assert kinds == {("FloatFormat", k) for k in ("named", "p3109", "own")} | {("IntFormat", k) for k in ("named", "own")}
    own = [f for f in found if f.name not in names]
    floats = [f for f in own if isinstance(f, rq.FloatFormat)]
    assert {f.nan for f in floats} == {"ieee", "all_ones", "negative_zero", "none"}
    assert {(f.infinity, f.signed, f.zero) for f in floats} == {(i, *sz) for i in (True, False) for sz in ((True, True), (False, True), (False, False))}
    assert {f.precision for f in floats} >= {1, 2, 3, 52, 53} and {f.exponent_width for f in floats} == set(range(1, 12))
    assert {f.width for f in floats} >= {3, 64}
    assert {f.encoding for f in own if isinstance(f, rq.IntFormat)} == {"twos_complement", "sign_magnitude"}
    for f in own:
        assert dataclasses.replace(f) == f and rq.get_format(f) == f and spec_format(f).width == f.width


@pytest.mark.parametrize(
    "options, fits",
    [
        ({"max_width": 4}, lambda f: f.width <= 4), ({"min_width": 20, "max_width": 40}, lambda f: 20 <= f.width <= 40), ({"integers": False}, lambda f: isinstance(f, rq.FloatFormat)),
        ({"floats": False}, lambda f: isinstance(f, rq.IntFormat)), ({"kinds": ["named"]}, lambda f: f.name in rq.list_formats()), ({"min_width": 60}, lambda f: f.width >= 60),
        ({"kinds": ["p3109"], "min_width": 9}, lambda f: f.name.startswith("binary") and f.width >= 9), ({"kinds": ["own"], "max_width": 2}, lambda f: f.width <= 2),
    ],
)  # fmt: skip
def test_formats_can_be_narrowed(options, fits):
    found = recorded(strategies.formats(**options))
    assert all(map(fits, found)) and len({f.name for f in found}) > 3


def test_formats_shrink_to_named_narrow_floats():
    assert smallest(strategies.formats(), lambda f: True).name == "float4_e2m1fn"
    assert smallest(strategies.formats(["named"], integers=False), lambda f: f.width > 8).name == "float16"
    assert smallest(strategies.formats(floats=False), lambda f: True).name == "int1"
    own = smallest(strategies.formats(["own"], integers=False), lambda f: f.precision > 2)
    assert (own.width, own.precision, own.infinity) == (3, 3, False)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: strategies.formats(["nosuch"]), "kinds: expected some of named, p3109, own; got 'nosuch'"), (lambda: strategies.formats([]), "kinds: no format of no kind"),
        (lambda: strategies.formats(max_width=0), "max_width: expected an integer in 1..64, got 0"), (lambda: strategies.formats(min_width=9, max_width=8), "min_width: expected at most max_width, 8; got 9"),
        (lambda: strategies.formats("nosuch"), "kinds: expected some of named, p3109, own; got 'nosuch'"), (lambda: strategies.formats(floats=False, integers=False), "floats, integers: one of them must be true"),
        (lambda: strategies.arrays_of("int8", -1), "shape: expected integers of at least 0, got -1"), (lambda: strategies.arrays_of("int8", (2, -3)), r"shape: expected integers of at least 0, got \(2, -3\)"),
        (lambda: strategies.random_bits(-1), "shape: expected integers of at least 0, got -1"), (lambda: strategies.arrays_of("int8", True), "shape: expected integers of at least 0, got True"),
        (lambda: strategies.arrays_of("int8", (2.0,)), r"shape: expected integers of at least 0, got \(2.0,\)"), (lambda: strategies.arrays_of("int8", "23"), "shape: expected integers of at least 0, got '23'"),
        (lambda: strategies.formats(["p3109"], floats=False), "kinds: no format"), (lambda: strategies.random_bits(3, n=33), "n: expected an integer in 1..32, got 33"),
    ],
)  # fmt: skip
def test_bad_arguments_are_refused_when_the_strategy_is_made(call, message):
    with pytest.raises(rq.errors.InputValueError, match=f"^{message}"):
        call()
    with pytest.raises(rq.errors.UnknownNameError):
        strategies.codes("nosuch")


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: strategies.near_ties("nosuch"), rq.errors.UnknownNameError, "fmt: no format is named 'nosuch'"),
        (lambda: strategies.near_ties("int8", "nosuch"), rq.errors.UnknownNameError, "source: no format is named 'nosuch'"),
        (lambda: strategies.boundary_values("int8", "nosuch"), rq.errors.UnknownNameError, "source: no format is named 'nosuch'"),
        (lambda: strategies.boundary_values("int8", 3), rq.errors.InputTypeError, "source: expected a format or its name, got int"),
        (lambda: strategies.dialects("nosuch"), rq.errors.UnknownNameError, "target: no format is named 'nosuch'"),
        (lambda: strategies.dialects("int8", "nosuch"), rq.errors.UnknownNameError, "source: no format is named 'nosuch'"),
        (lambda: strategies.formats(5), rq.errors.InputTypeError, "kinds: expected some of named, p3109, own; got 5"),
        (
            lambda: strategies.boundary_values("int8", BEYOND),
            rq.errors.RangeExceededError,
            "source: float64 does not hold every value of float_e12m2b2047; give as_codes=True",
        ),
    ],
)
def test_messages_name_the_argument_of_the_caller(call, error, message):
    with pytest.raises(error, match=f"^{message}"):
        call()


def test_a_kind_of_formats_may_stand_alone():
    assert {f.name for f in recorded(strategies.formats("named"), 500)} <= set(rq.list_formats())


def midpoints(fmt):
    """Every midpoint of a format by the oracle, the one above its largest value included: as if the exponent went on."""
    spec = spec_format(fmt)
    top = oracle.formats.largest(spec) + (isinstance(spec, oracle.formats.Int) and spec.signed)
    numbers = [oracle.bits.number(code, spec) for code in range(top + 2)]
    return {(a + b) / 2 for a, b in pairwise(numbers)}


@pytest.mark.parametrize("source, fmt", [("float32", "float8_e4m3fn"), ("float16", "float8_e5m2"), ("float64", "int8"), ("bfloat16", "float4_e2m1fn"), ("float32", "float8_e8m0fnu"), ("int32", "float8_e4m3")])  # fmt: skip
def test_near_ties_are_midpoints_and_their_neighbours(source, fmt):
    ties, spec = midpoints(fmt), spec_format(source)
    found = recorded(strategies.near_ties(fmt, source, as_codes=True), 600)
    magnitudes = {oracle.codec.decode(code, spec).value for code in found}
    held = {t for t in ties if oracle.codec.encode(t, spec, TO_ITSELF).flags == 0}
    exact = magnitudes & ties
    assert exact <= held and len(exact) > 0.6 * min(len(held), 100)
    around = {m for t in ties for m in values_around(t, spec)}
    assert magnitudes <= around and (len(held) > 20 or magnitudes == around)
    if rq.get_format(source).signed:
        assert {oracle.codec.decode(code, spec).sign for code in found} == {0, 1}


def values_around(tie, spec):
    """The value of a source at or below a tie, and its neighbours."""
    below = oracle.bits.magnitude_code(oracle.codec.decode(oracle.codec.encode(tie, spec, TO_ITSELF).code, spec).value, spec)
    return [oracle.bits.number(code, spec) for code in (below - 1, below, below + 1) if 0 <= code <= oracle.formats.largest(spec)]


def test_near_ties_are_given_as_exact_values_too():
    found = recorded(strategies.near_ties("float8_e4m3fn"), 300)
    assert all(type(x) is float and float(np.float32(x)) == x for x in found) and len({abs(Fraction(x)) for x in found} & midpoints("float8_e4m3fn")) > 30
    with pytest.raises(rq.errors.RangeExceededError, match=r"^source: float64 does not hold every value of float_e12m2b2047; give as_codes=True"):
        strategies.near_ties("int8", BEYOND)


def test_near_ties_shrink_to_ties():
    e4m3 = strategies.near_ties("float8_e4m3fn")
    assert [smallest(e4m3, c) for c in (lambda x: True, lambda x: x > 1, lambda x: x < 0, lambda x: x > 448)] == [2.0**-10, 1.0625, -(2.0**-10), 464.0]
    assert smallest(strategies.near_ties("float8_e4m3fn", as_codes=True), lambda c: True) == 0x3A800000


def test_boundaries_come_up():
    found = {abs(x) for x in recorded(strategies.boundary_values("float8_e4m3fn"), 2000)}
    landmarks = [0, 2**-10, 2**-9, 7 * 2**-9, 2**-6, 1, 448, 464, 480]
    for x in landmarks:
        assert float(x) in found
        assert {float(np.nextafter(np.float32(x), np.float32(s))) for s in ([np.inf] if x == 0 else [0, np.inf])} <= found
    assert {2.0**-149, float(np.finfo(np.float32).max), np.inf} <= found and any(x != x for x in found)
    assert all(np.float32(x) == x or x != x for x in found)


def test_boundaries_shrink_in_their_order():
    e5m2 = strategies.boundary_values("float8_e5m2")
    cases = [
        (lambda x: True, 0),
        (lambda x: x > 0, 2.0**-149),
        (lambda x: x > 1, 1 + 2.0**-23),
        (lambda x: x > 57344, 57344 + 2.0**-8),
        (lambda x: x < -1, -1 - 2.0**-23),
    ]
    for condition, least in cases:
        assert smallest(e5m2, condition) == least
    assert smallest(strategies.boundary_values("int8", "float16", as_codes=True), lambda c: c > 0x5800) == 0x5801


def test_arrays_have_the_dtype_and_the_shape():
    found = recorded(strategies.arrays_of("float16", (2, 3)))
    assert {(a.dtype, a.shape) for a in found} == {(np.dtype(np.uint16), (2, 3))}
    assert {class_of(int(c), "float16") for a in found for c in a.flat} == classes_of("float16")
    shapes = {a.shape for a in recorded(strategies.arrays_of("float4_e2m1fn"), 250)}
    assert {len(s) for s in shapes} == {0, 1, 2, 3} and any(0 in s for s in shapes)
    ties = recorded(strategies.arrays_of("float32", 4, elements=strategies.near_ties("float8_e4m3fn", as_codes=True)), 50)
    assert all(a.dtype == np.uint32 and a.shape == (4,) for a in ties)


def test_arrays_shrink_to_the_simplest_codes():
    assert smallest(strategies.arrays_of("float16", (2, 2)), lambda a: True).tolist() == [[0, 0], [0, 0]]
    assert smallest(strategies.arrays_of("float16", (2,)), lambda a: (a > 0x7C00).all()).tolist() == [0x7C01, 0x7C01]
    assert smallest(strategies.arrays_of("int8"), lambda a: a.size > 0).tolist() in (0, [0])


def test_rounding_modes_and_dialects():
    assert set(recorded(strategies.rounding_modes())) == {m for m in rq.RoundingMode if "stochastic" not in m}
    assert set(recorded(strategies.rounding_modes(stochastic=True))) == set(rq.RoundingMode)
    assert smallest(strategies.rounding_modes(), lambda m: True) == "ties_to_even"
    assert {d.name for d in recorded(strategies.dialects(), 1000)} == set(rq.list_dialects())
    for fmt in ("float4_e2m1fn", "int8", "float8_e4m3fn"):
        valid = {d.name for d in recorded(strategies.dialects(fmt), 1000)}
        assert valid and all(rq.encode(np.float32([1, 2]), fmt, dialect=name).size == 2 for name in valid)
        for name in set(rq.list_dialects()) - valid:
            with pytest.raises(rq.errors.PolicyError):
                rq.encode(np.float32([1, 2]), fmt, dialect=name)
    assert smallest(strategies.dialects(), lambda d: True).name == rq.list_dialects()[0]


def test_random_bits_fit():
    found = recorded(strategies.random_bits((2, 2)), 600)
    assert {b.n for b in found} == set(range(1, 33)) and all(b.array.shape == (2, 2) and int(b.array.max()) < 2**b.n for b in found)
    assert {tuple(b.array.flat) for b in recorded(strategies.random_bits(1, n=2), 300)} == {(0,), (1,), (2,), (3,)}
    least = smallest(strategies.random_bits(2), lambda b: True)
    assert (least.n, least.array.tolist()) == (1, [0, 0])
    assert rq.encode([1.03125] * 2, "float8_e4m3fn", rounding="stochastic_a", random=least).tolist() == [0x38, 0x38]


def test_strategies_say_what_to_install_where_hypothesis_is_missing():
    code = "import sys; sys.modules['hypothesis'] = None\n"
    code += "import refquant.testing\nrefquant.testing.assert_same_codes([1], [1], 'int8')\ntry: refquant.testing.strategies\n"
    code += "except ImportError as error: print(type(error).__name__, error)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "PackageMissingError refquant.testing.strategies needs hypothesis: python -m pip install 'refquant[testing]'\n"


@pytest.mark.parametrize(("fmt", "source"), [("float64", "float32"), ("float32", "float32"), ("bfloat16", "bfloat16"), ("int32", "int32")])
def test_a_source_without_ties_is_refused(fmt, source):
    with pytest.raises(rq.errors.InputValueError, match=rf"^source: {source} has no midpoint between values of {fmt}; give a source of more digits"):
        strategies.near_ties(fmt, source=source)
