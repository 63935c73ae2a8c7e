"""The step function equals encode, at every point and inside every interval."""

from fractions import Fraction
from functools import cache
from itertools import pairwise, product
from random import Random

import pytest
from oracle import bits, codec, formats
from oracle.datum import Datum
from oracle.errors import PolicyRefused, ValueRefused
from oracle.formats import Float, Format
from oracle.policies import KNOBS, Policies, Via
from oracle.policies import check as accept
from oracle.rounding import RULES
from oracle.special import Result
from oracle.steps import NOT_CONSTANT, Steps, steps, steps_near

SMALL = ["float4_e2m1fn", "float6_e2m3fn", "e0m3", "int3", "uint3", "int1", "binary4p1se", "binary4p2ue", "binary4p4uf", "binary3p2sf"]
LARGE = ["float8_e8m0fnu", "float8_e5m2", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e3m4", "ue5m3", "mxint8", "binary8p1ue"]
NO_ZERO = Float("no_zero", 3, 2, 2, signed=False, nan="none", infinity=False, zero=False)
ONE_BINADE = Float("one_binade", 4, 1, 1)


def directly(x: Fraction, negative: bool, fmt: Format, policies: Policies) -> Result:
    try:
        return codec.encode_datum(Datum("finite", int(negative), x), fmt, policies)
    except ValueRefused as refused:
        return Result(None, 0, str(refused))


def check(found: Steps, negative: bool, fmt: Format, policies: Policies, count: int, random: Random) -> None:
    """Compare `count` points, and two numbers close to the ends of the interval after each."""
    points = found.points
    assert list(points) == sorted(set(points)) and len(found.at) == len(found.between) == len(points)
    chosen = range(len(points)) if len(points) <= count else sorted({*range(2), len(points) - 1, *random.sample(range(len(points)), count)})
    for i in chosen:
        end = points[i + 1] if i + 1 < len(points) else points[i] * 10 + 1
        close = (end - points[i]) / 1000
        assert found.at[i] == directly(points[i], negative, fmt, policies), (fmt.name, policies, negative, points[i])
        for x in (points[i] + close, end - close):
            assert found.between[i] in (directly(x, negative, fmt, policies), NOT_CONSTANT), (fmt.name, policies, negative, x)


def all_policies(fmt: Format, random: Random, count: int) -> list[Policies]:
    """Every rounding with every overflow, the other knobs drawn at random; those that are refused left out; `count` of them."""
    drawn = [knob for knob in KNOBS if knob not in ("rounding", "overflow", "nan_out")]
    found = []
    for rounding, overflow in product(RULES, KNOBS["overflow"]):
        policies = Policies(**{knob: random.choice(KNOBS[knob]) for knob in drawn} | {"rounding": rounding, "overflow": overflow})  # type: ignore[arg-type]
        try:
            accept(policies, fmt)
        except PolicyRefused:
            policies = Policies(rounding, tininess=policies.tininess, subnormals=policies.subnormals, negative=random.choice(("zero", "absolute")))
        found.append(policies)
    return random.sample(found, count)


@pytest.mark.parametrize("fmt", [*map(formats.get, SMALL), NO_ZERO, ONE_BINADE], ids=lambda fmt: fmt.name)
def test_steps_equal_encode(fmt: Format) -> None:
    """22 pairs of mode and overflow policy, other knobs at random; 12 points of each."""
    random = Random(fmt.name)
    for policies in all_policies(fmt, random, 22):
        for negative in (False, True):
            check(steps(fmt, negative, policies), negative, fmt, policies, 12, random)


@pytest.mark.parametrize("name", LARGE)
def test_steps_of_wider_formats_equal_encode(name: str) -> None:
    fmt, random = formats.get(name), Random(name)
    for policies in all_policies(fmt, random, 8):
        for negative in (False, True):
            check(steps(fmt, negative, policies), negative, fmt, policies, 12, random)


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32", "float64", "int32"])
def test_steps_near_equal_encode(name: str) -> None:
    fmt, random = formats.get(name), Random(name)
    top = formats.largest(fmt)
    near = [bits.number(code, fmt) for code in (0, 1, 2, top, top + 1, random.randrange(top), random.randrange(top))] + [Fraction(1, 3), Fraction(10) ** 400]
    near += [bits.power(fmt.emin) * k / 2 for k in (1, 2, 3)] if isinstance(fmt, Float) else []
    for policies in all_policies(fmt, random, 10):
        for negative in (False, True):
            check(steps_near(fmt, negative, policies, near), negative, fmt, policies, 12, random)


def test_only_the_top_of_wrap_is_not_one_step() -> None:
    for name, overflow in product(("int4", "uint4", "float6_e2m3fn"), ("no_saturate", "wrap")):
        if name != "float6_e2m3fn" or overflow != "wrap":
            found = steps(formats.get(name), False, Policies(overflow=overflow))
            assert [r is NOT_CONSTANT for r in found.between] == [False] * (len(found.points) - 1) + [overflow == "wrap"]


def test_points_hold_every_value_midpoint_and_two_steps_beyond() -> None:
    points = steps(formats.get("float4_e2m1fn"), False, Policies()).points
    values = [Fraction(x) for x in ("0", "1/2", "1", "3/2", "2", "3", "4", "6", "8", "12")]
    middles = [(a + b) / 2 for a, b in pairwise(values)]
    assert points == tuple(sorted({*values, *middles, Fraction(7, 8)}))  # 7/8: between 3/4 and 1, where the unbounded rounding has its middle


@cache
def number(result: Result, fmt: Format) -> Fraction | None:
    """The real number of a result; None for Inf, NaN and what was refused."""
    if result.code is None:
        return None
    d = codec.decode(result.code, fmt)
    return d.value * (-1 if d.sign else 1) if d.kind == "finite" else None


@pytest.mark.parametrize("name", ["float8_e4m3fn", "float8_e8m0fnu", "int8", "uint5", "mxint8", "e0m3", "binary6p1se", "binary6p4ue", "float6_e3m2fn"])
def test_encode_is_monotone_under_saturate(name: str) -> None:
    fmt = formats.get(name)
    for mode in RULES:
        sides = []
        for negative in (True, False):
            found = steps(fmt, negative, Policies(mode, "saturate"))
            results = [r for pair in zip(found.at, found.between, strict=True) for r in pair]
            sides += [number(r, fmt) for r in (reversed(results) if negative else results)]
        assert None not in sides and sides == sorted(sides), (name, mode, "RQ-11.6")  # type: ignore[type-var]


@pytest.mark.parametrize("name", ["float8_e4m3fn", "float8_e5m2", "e0m3", "binary8p3sf", "float6_e3m2fn"])
def test_encode_is_sign_symmetric(name: str) -> None:
    fmt = formats.get(name)
    for mode in RULES:
        plus, minus = (steps(fmt, negative, Policies(mode, "saturate")) for negative in (False, True))
        pairs = zip(plus.at + plus.between, minus.at + minus.between, strict=True)
        same = all(number(a, fmt) == -number(b, fmt) and a.flags == b.flags for a, b in pairs)  # type: ignore[operator]
        assert same == (mode not in ("toward_positive", "toward_negative", "ties_to_positive", "ties_to_negative")), (name, mode, "RQ-11.7")


def test_what_is_no_step_function_is_refused() -> None:
    for policies in (Policies("stochastic_a"), Policies(via=Via("float32")), Policies(overflow="wrap")):
        with pytest.raises(PolicyRefused):
            steps(formats.get("float8_e5m2"), False, policies)
