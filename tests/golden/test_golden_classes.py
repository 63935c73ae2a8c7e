"""The classes of a vector are what exact rationals say of it; every class that a format can have is reached, and an empty one has a true reason."""

from fractions import Fraction

import numpy as np
import oracle
import pytest
from goldenoracle import datum, magnitudes_about, policies_of, remainder

import refquant as rq
from refquant.errors import InputTypeError, InputValueError
from refquant.golden import CLASSES, names_in
from refquant.golden.reasons import NOT_REACHED

DETERMINISTIC = tuple(str(m) for m in rq.RoundingMode if not m.is_stochastic)
FLAGS = {"INEXACT": 1, "UNDERFLOW": 2, "OVERFLOW": 4, "DIV_BY_ZERO": 8, "INVALID": 16}


def edges(fmt, negative):
    """(least positive, least normal, greatest) magnitudes of a side; normal numbers begin with the least one where there are no subnormals."""
    codes = range(1 << fmt.width) if fmt.width <= 8 else None
    if codes is not None:
        data = [oracle.codec.decode(c, fmt) for c in codes]
        found = sorted({d.value for d in data if d.kind == "finite" and d.value and bool(d.sign) == negative})
        least, top = (found[0], found[-1]) if found else (None, Fraction(0))
    else:
        least, top = oracle.rounding.magnitude(1, fmt), oracle.bits.limit(fmt, negative)
    return least, normal_of(fmt, least), top


def normal_of(fmt, least):
    has_subnormals = isinstance(fmt, oracle.formats.Float) and oracle.bits.has_zero(fmt) and fmt.precision > 1
    return oracle.bits.power(fmt.emin) if has_subnormals else least


def step(fmt):
    return oracle.rounding.magnitude(1, fmt)


def operand_names(code, name):
    """Classes of one operand, by value."""
    fmt = oracle.formats.get(name)
    d = oracle.codec.decode(code, fmt)
    sign = "-" if d.sign else "+"
    if d.kind != "finite":
        return {sign + ("Inf" if d.kind == "inf" else "signalling NaN" if d.signaling else "quiet NaN")}
    if not d.value:
        return {f"{sign}zero"}
    least, normal, top = edges(fmt, bool(d.sign))
    last = normal - step(fmt)
    kinds = {"least normal": d.value == normal, "normal": normal < d.value < top, "greatest": d.value == top}
    if normal > least:
        kinds |= {"least subnormal": d.value == least, "subnormal": least < d.value < last, "greatest subnormal": d.value == last}
    place = oracle.rounding.place_below(d.value, fmt)
    beside = [oracle.rounding.magnitude(p, fmt) for p in (place - 1, place + 1) if p > 0]
    return {sign + k for k, held in kinds.items() if held} | {
        n for n, v in (("power of two", [d.value]), ("beside a power of two", beside)) if any(map(is_power, v))
    }


def is_power(x):
    return x > 0 and x.numerator & (x.numerator - 1) == 0 and x.denominator & (x.denominator - 1) == 0


def conversion_names(made, row):
    """Classes of what a conversion did, by value."""
    recipe, columns = made.recipe, made.columns
    goal = recipe.result if recipe.operation == "decode" else recipe.fmt
    fmt = oracle.formats.get(goal.name)
    x, y = datum(columns["a"][row], recipe.operands[0]), datum(columns["result"][row], recipe.result)
    flags = int(columns["flags"][row])
    found = {n for n, bit in FLAGS.items() if flags & bit} | ({"no flag"} if not flags else set())
    found |= kind_names(x, y)
    top = oracle.bits.limit(fmt, False) if not y.sign else oracle.bits.limit(fmt, True)
    if y.kind == "finite":
        found |= {"result -0" if y.sign else "result +0"} if not y.value else {"result greatest"} if y.value == top else set()
    return found | (rounding_names(x, y, flags, fmt, policies_of(made, row)) if x.kind == "finite" else set())


def kind_names(x, y):
    pairs = [("NaN kept", "NaN to number")[y.kind != "nan"]] if x.kind == "nan" else ["NaN made"] if y.kind == "nan" else []
    return {*pairs, *([("Inf kept", "Inf to other")[y.kind != "inf"]] if x.kind == "inf" else [])}


def rounding_names(x, y, flags, fmt, policies):
    if not x.value:
        return {"exact"} if oracle.bits.has_zero(fmt) else set()
    limit = oracle.bits.limit(fmt, bool(x.sign))
    lo, hi = magnitudes_about(x.value, fmt)
    if lo > limit:
        return {"beyond", delivered(x, y, limit)}
    below = not oracle.bits.has_zero(fmt) and lo == 0
    v = remainder(x.value, fmt)
    found = {"below the least"} if below else set()
    if v == 0:
        return found | ({"exact"} if not below else set()) | in_range(x, y, lo, hi, v, fmt, limit)
    odd = oracle.rounding.place_is_odd(oracle.rounding.place_below(x.value, fmt), fmt, oracle.rounding.parity_of(fmt, policies.parity))
    found |= {"below half" if v < Fraction(1, 2) else "above half" if v > Fraction(1, 2) else "tie above odd" if odd else "tie above even"}
    if lo == limit:
        found |= {"overflow zone"}
        if flags & (FLAGS["OVERFLOW"] | FLAGS["INVALID"]):
            return found | {delivered(x, y, limit)}
    return found | in_range(x, y, lo, hi, v, fmt, limit)


def delivered(x, y, limit):
    if y.kind != "finite":
        return "overflow to Inf" if y.kind == "inf" else "overflow to NaN"
    return "overflow to the greatest" if y.value == limit else "overflow to another"


def in_range(x, y, lo, hi, v, fmt, limit):
    if y.kind != "finite":
        return set()
    found, normal = set(), normal_of(fmt, None)
    if v:
        up = y.value == hi
        found |= {"stepped up"} if up else {"kept"} if y.value == lo else set()
        is_float = isinstance(fmt, oracle.formats.Float)
        if up and normal is not None and hi == normal:
            found |= {"carry to normal"}
        elif up and is_float and is_power(hi) and lo > 0 and (normal is None or hi > normal):
            found |= {"carry"}
    if normal is not None and 0 < y.value < normal:
        found |= {"subnormal result"}
    if not y.value and oracle.bits.has_zero(fmt):
        found |= {"rounded to zero"} if lo == 0 else {"flushed"}
    return found


DEFAULT = rq.get_dialect("default")
SETS = {
    "float32 to float8_e4m3fn": ("encode", "float8_e4m3fn", {"rounding": DETERMINISTIC[::3], "overflow": ("no_saturate", "saturate")}),
    "float32 to float16 flushed": ("encode", "float16", {"dialect": DEFAULT.replace(subnormals="flush_both")}),
    "float32 to int8": ("encode", "int8", {"rounding": ("ties_to_even", "to_odd"), "overflow": ("wrap", "saturate"), "dialect": DEFAULT.replace(nan="to_zero", inf_to_int="min")}),
    "float16 to uint4": ("convert", "uint4", {"source": "float16", "overflow": "saturate", "dialect": DEFAULT.replace(nan="to_max")}),
    "float16 to e8m0": ("convert", "float8_e8m0fnu", {"source": "float16", "rounding": ("ties_to_even", "stochastic_c")}),
    "p3109": ("convert", "binary5p1uf", {"source": "binary8p3se", "level": 2}),
    "e5m2 to fnuz": ("convert", "float8_e4m3fnuz", {"source": "float8_e5m2", "rounding": DETERMINISTIC[::2]}),
    "int8 to fp4": ("convert", "float4_e2m1fn", {"source": "int8", "overflow": "saturate"}),
    "int64 to bfloat16": ("encode", "bfloat16", {"source": "int64", "rounding": ("ties_to_even", "toward_negative")}),
    "uint64 to float16": ("convert", "float16", {"source": "uint64", "overflow": ("no_saturate", "saturate")}),
    "int64 to int8": ("convert", "int8", {"source": "int64", "overflow": ("saturate", "wrap")}),
    "e0m3 to int3": ("convert", "int3", {"source": "e0m3", "overflow": "saturate"}),
    "decode": ("decode", "float8_e3m4", {}),
    "round": ("round", "float6_e3m2fn", {"source": "float16", "overflow": "saturate", "dialect": DEFAULT.replace(nan="to_zero")}),
}  # fmt: skip


@pytest.mark.parametrize("name", SETS)
def test_the_classes_of_a_vector_are_what_exact_rationals_say(name, count_cases):
    operation, fmt, more = SETS[name]
    made = rq.golden.generate(operation, fmt, **more)
    rows = range(0, len(made), max(len(made) // 1500, 1))
    for row in rows:
        want = operand_names(int(made.columns["a"][row]), made.recipe.operands[0].name) | conversion_names(made, row)
        got = set(names_in(int(made.columns["classes"][row])))
        assert got == want, f"{name}: vector {row}, {int(made.columns['a'][row]):#x}: {sorted(got - want)} instead of {sorted(want - got)}"
    count_cases(len(rows))


@pytest.mark.parametrize("formats", [("float8_e5m2", "float8_e5m2"), ("float8_e4m3fn", "float6_e3m2fn"), ("int8", "int8")])
def test_the_classes_of_pairs_are_what_exact_rationals_say(formats, count_cases):
    made = rq.golden.generate("compare_quiet_le", formats)
    first = oracle.formats.get(formats[0])
    for row in range(0, len(made), 3):
        a, b = (datum(made.columns[n][row], f) for n, f in zip("ab", made.recipe.operands))
        want = set()
        if "nan" not in (a.kind, b.kind) and a.kind == b.kind and a.value == b.value:
            want |= {"equal operands" if a.sign == b.sign else "opposite operands"}
        if a.kind == b.kind == "finite" and a.sign == b.sign:
            places = [oracle.rounding.place_below(d.value, first) if d.value else 0 for d in (a, b)]
            on = all(not d.value or magnitudes_about(d.value, first)[0] == d.value for d in (a, b))
            want |= {"neighbours"} if on and abs(places[0] - places[1]) == 1 else set()
        got = set(names_in(int(made.columns["classes"][row]))) & {"equal operands", "opposite operands", "neighbours"}
        assert got == want, f"{formats}: {[hex(int(made.columns[n][row])) for n in 'ab']}: {got} != {want}"
        truth = {"true"} if made.columns["result"][row] else {"false"}
        assert truth <= set(names_in(int(made.columns["classes"][row])))
    count_cases(len(made) // 3)


def wanted_of(name):
    """Classes that a conversion from float32 in every deterministic mode reaches, by what the oracle knows of a target."""
    fmt = oracle.formats.get(name)
    is_float, wide = isinstance(fmt, oracle.formats.Float), name in ("float64", "float32")
    names = {"exact", "no flag", "power of two", "beside a power of two"} | {
        f"{s}{k}" for s in "+-" for k in ("zero", "least subnormal", "subnormal", "normal", "greatest")
    }
    top = oracle.bits.limit(fmt, False)
    if not wide:
        names |= {"INEXACT", "below half", "above half", "stepped up", "kept"} | (
            {"overflow zone"} if name != "int32" else set()
        )  # float32 has no number between 2**31 - 1 and 2**31
        names |= {"tie above odd"} | (set() if is_float and fmt.precision == 1 else {"tie above even"})
        names |= {"rounded to zero"} if oracle.bits.has_zero(fmt) and name != "tfloat32" and name != "bfloat16" else set()
        names |= {"beyond"} if top < 2**127 else set()
    if oracle.bits.has_nan(fmt):
        names |= {f"{s}{k} NaN" for s in "+-" for k in ("quiet", "signalling")} | {"NaN kept", "INVALID"}
    if is_float and fmt.infinity:
        names |= {"Inf kept", "+Inf", "-Inf"}
    if is_float and fmt.precision > 1 and oracle.bits.has_zero(fmt) and not wide:
        names |= {"carry", "carry to normal", "subnormal result", "UNDERFLOW"}
    if is_float and not wide:
        names |= {"OVERFLOW", "overflow to Inf" if fmt.infinity else "overflow to NaN" if oracle.bits.has_nan(fmt) else "overflow to the greatest"}
    return names


NARROW = [n for n in rq.list_formats() if rq.get_format(n).width <= 8]


@pytest.mark.parametrize("name, level", [*((n, 1) for n in rq.list_formats()), *((n, 2) for n in NARROW[::4])])
def test_every_class_is_reached_or_empty_for_a_reason(name, level):
    made = rq.golden.generate("encode", name, level=level, rounding=DETERMINISTIC)
    table = {c.name: c for c in made.coverage}
    assert list(table) == [c.name for c in CLASSES]
    assert not (missing := {n for n in wanted_of(name) if not table[n].count}), (name, missing)
    assert not [c.name for c in table.values() if not c.count and c.reason in ("", NOT_REACHED)]
    assert not [c.name for c in table.values() if c.count and c.reason]
    for c in table.values():
        assert c.count == np.count_nonzero(made.columns["classes"] >> np.uint64(c.id) & np.uint64(1))


def test_a_class_that_level_1_happens_to_miss_is_said_to_be_missed():
    made = rq.golden.generate("convert", "float4_e2m1fn", source="int32")
    assert {c.name for c in made.coverage if c.reason == NOT_REACHED} <= {"stepped up"}


@pytest.mark.parametrize(
    "bits, error", [(-1, InputValueError), (1 << 63, InputValueError), (1 << 61, InputValueError), (1.0, InputTypeError), (None, InputTypeError)]
)
def test_what_is_no_bit_set_of_classes_is_refused(bits, error):
    with pytest.raises(error, match=r"^bits: expected "):
        names_in(bits)
    assert names_in((1 << 61) - 1) == tuple(c.name for c in CLASSES) and names_in(np.uint64(1) << np.uint64(59)) == ("below the least",)


def test_ids_stay_as_they_are():
    """Bits of a column that is written to files: an id is never given anew."""
    assert [CLASSES[i].name for i in (0, 14, 19, 20, 25, 30, 43, 51, 57, 59, 60)] == [
        "+zero", "+Inf", "-signalling NaN", "power of two", "exact", "stepped up", "result +0", "INVALID", "false", "below the least", "INPUT_DENORMAL",
    ]  # fmt: skip
    assert [c.id for c in CLASSES] == list(range(61))


@pytest.mark.parametrize("source", ["int64", "uint64"])
@pytest.mark.parametrize("name", ["bfloat16", "float16", "float32", "float64", "float8_e4m3fn", "int32", "uint8"])
def test_every_class_of_64_bit_integers_is_reached_or_empty_for_a_reason(source, name):
    table = {c.name: c for c in rq.golden.generate("convert", name, source=source, overflow="saturate").coverage}
    assert not [c.name for c in table.values() if not c.count and c.reason in ("", NOT_REACHED)]
    signs = "+-" if source == "int64" else "+"
    assert all(table[f"{sign}{kind}"].count for sign in signs for kind in ("least normal", "normal", "greatest")) and table["+zero"].count


def test_numbers_far_beyond_float64_are_beyond():
    wide = rq.FloatFormat(precision=5, exponent_width=12, bias=2047)
    made = rq.golden.generate("convert", "float64", source=wide)
    values = rq.decode(made.columns["a"], wide, dtype=object)
    beyond = [isinstance(v, Fraction) and abs(v) >= Fraction(2) ** 1024 for v in values]
    assert sum(beyond) > 6
    for name in ("beyond", "overflow to Inf"):
        assert [name in rq.golden.names_in(int(c)) for c in made.columns["classes"]] == beyond
