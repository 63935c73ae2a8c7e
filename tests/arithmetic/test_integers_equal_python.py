"""Integer formats equal Python's integers: full width, saturating, wrapping; quotients and remainders."""

import itertools
from fractions import Fraction

import arithmeticoracle
import numpy as np
import oracle
import pytest

import refquant as rq
from refquant.errors import EncodeError, PolicyError

A = rq.arithmetic
INVALID, INEXACT, DIV_BY_ZERO = int(rq.Flags.INVALID), int(rq.Flags.INEXACT), int(rq.Flags.DIV_BY_ZERO)
EXACT = {"add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b}
SIGNS = list(itertools.product(("int8", "uint8"), repeat=2))
NARROW = [(f"{a}{n}", f"{b}{n}") for n in (4, 6) for a, b in itertools.product(("int", "uint"), repeat=2)]
WIDE = [("int16", "int16"), ("uint16", "int16"), ("int32", "int32"), ("uint32", "uint32"), ("int32", "uint32"), ("uint8", "int32")]


def ends(fmt):
    """The least and the greatest integer of a format."""
    return (-(1 << (fmt.width - 1)), (1 << (fmt.width - 1)) - 1) if fmt.signed else (0, (1 << fmt.width) - 1)


def integers(name, every=False):
    """All integers of a narrow format; of a wide one those at its ends, about every power of two, and some more."""
    fmt = rq.get_format(name)
    low, high = ends(fmt)
    if fmt.width <= 8:
        return list(range(low, high + 1))
    rng = np.random.default_rng(fmt.width)
    near = {s * (1 << k) + d for k in range(0, fmt.width, 2) for s in (1, -1) for d in (-1, 0, 1)} | set(rng.integers(low, high, 20).tolist()) | {low, high}
    return sorted(v for v in near if low <= v <= high)


def codes(values, fmt):
    """Codes of integers, modulo 2**width."""
    return np.array([v % (1 << fmt.width) for v in values], np.uint64).astype(fmt.code_dtype)


def pairs(names):
    """Every pair of the integers of two formats, as integers and as codes."""
    values = list(zip(*itertools.product(*map(integers, names)), strict=True))
    return values, [codes(v, rq.get_format(n)) for v, n in zip(values, names)]


def full_width(operation, names):
    """The narrowest signed format that holds every result."""
    corners = [EXACT[operation](a, b) for a in ends(rq.get_format(names[0])) for b in ends(rq.get_format(names[1]))]
    return rq.IntFormat(width=max((v if v >= 0 else ~v).bit_length() for v in corners) + 1)


@pytest.mark.parametrize("names", SIGNS + NARROW + WIDE, ids="-".join)
@pytest.mark.parametrize("operation", EXACT)
def test_full_width_results_are_exact(operation, names, count_cases):
    """RQ-7.8: N + 1 bits for sums of one kind, 2 N for products; products of more than 53 bits have no format."""
    result = full_width(operation, names) if operation != "mul" or sum(rq.get_format(n).width for n in names) <= 53 else rq.IntFormat(width=53)
    (a, b), given = pairs(names)
    exact = [EXACT[operation](x, y) for x, y in zip(a, b)]
    low, high = ends(result)
    got = getattr(A, operation)(*given, names, result=result, return_flags=True)
    assert (got.codes == codes([min(max(v, low), high) for v in exact], result)).all()
    assert got.flags.tolist() == [0 if low <= v <= high else INVALID for v in exact]
    count_cases(len(exact))


@pytest.mark.parametrize(
    ("operation", "names", "width"),
    [("add", ("int8", "int8"), 9), ("sub", ("uint8", "uint8"), 9), ("mul", ("int8", "int8"), 16), ("mul", ("int16", "int16"), 32)],
)
def test_the_full_widths(operation, names, width):
    """N + 1 and 2 N, as the page says."""
    assert full_width(operation, names).width == width


@pytest.mark.parametrize("names", SIGNS + NARROW + WIDE, ids="-".join)
@pytest.mark.parametrize("operation", EXACT)
def test_saturating_results(operation, names, count_cases):
    """RQ-5.2, RQ-6.7: into the format of either operand."""
    (a, b), given = pairs(names)
    exact = [EXACT[operation](x, y) for x, y in zip(a, b)]
    for result in set(names):
        low, high = ends(rq.get_format(result))
        got = getattr(A, operation)(*given, names, result=result, overflow="saturate", return_flags=True)
        assert (got.codes == codes([min(max(v, low), high) for v in exact], rq.get_format(result))).all()
        assert got.flags.tolist() == [0 if low <= v <= high else INVALID for v in exact]
        count_cases(len(exact))


@pytest.mark.parametrize("names", SIGNS + NARROW + WIDE, ids="-".join)
@pytest.mark.parametrize("operation", EXACT)
def test_wrapped_results(operation, names, count_cases):
    """RQ-5.5, RQ-6.7: modulo 2**N, with INVALID where that is another integer."""
    (a, b), given = pairs(names)
    exact = [EXACT[operation](x, y) for x, y in zip(a, b)]
    for result in {*names, "uint3"}:
        fmt = rq.get_format(result)
        low, high = ends(fmt)
        got = getattr(A, operation)(*given, names, result=result, overflow="wrap", return_flags=True)
        assert (got.codes == codes(exact, fmt)).all()
        assert got.flags.tolist() == [0 if low <= v <= high else INVALID for v in exact]
        count_cases(len(exact))


def seeded(count, formats, rows):
    rng = np.random.default_rng(count)
    low_high = [ends(f) for f in formats]
    drawn = [(rng.integers(low, high, rows) >> rng.integers(0, f.width, rows)).tolist() for (low, high), f in zip(low_high, formats)]
    return [[low, high, -1 if low else 1, high, *v] for (low, high), v in zip(low_high, drawn)]


FIXED = {f: rq.IntFormat(width=w, signed=s, fraction_bits=f) for w, s, f in ((53, True, 0), (53, False, 7), (40, True, 20), (53, True, -9), (30, False, 33))}


@pytest.mark.parametrize("fractions", list(itertools.product(FIXED, repeat=3)), ids=str)
def test_wrapped_products_of_any_width(fractions, count_cases):
    """RQ-5.5: 106 digits, of which those at and below the quantum of the result are looked at."""
    f, g, target = (FIXED[n] for n in fractions)
    a, b = seeded(2, (f, g), 150)
    unit = Fraction(2) ** (target.fraction_bits - f.fraction_bits - g.fraction_bits)
    for mode, rounded in (("toward_negative", lambda v: v.numerator // v.denominator), ("ties_to_even", round)):
        got = A.mul(codes(a, f), codes(b, g), (f, g), result=target, overflow="wrap", rounding=mode, return_flags=True)
        want = [rounded(x * y * unit) for x, y in zip(a, b)]
        low, high = ends(target)
        assert (got.codes == codes(want, target)).all()
        assert got.flags.tolist() == [INVALID if not low <= v <= high else INEXACT * (v != x * y * unit) for v, x, y in zip(want, a, b)]
        count_cases(len(want))


@pytest.mark.parametrize("names", [(0, 0, 0), (7, 0, 0), (0, 20, 0), (20, 20, 7), (0, 0, -9), (-9, 7, 7)], ids=str)
@pytest.mark.parametrize("result", [0, 7, 20])
def test_wrapped_fused_products_of_any_width(names, result, count_cases):
    """RQ-5.5."""
    formats, target = [FIXED[n] for n in names], FIXED[result]
    a, b, c = seeded(3, formats, 200)
    unit = Fraction(2) ** target.fraction_bits
    want = [
        round(x * y * unit / Fraction(2) ** (formats[0].fraction_bits + formats[1].fraction_bits) + z * unit / Fraction(2) ** formats[2].fraction_bits)
        for x, y, z in zip(a, b, c)
    ]
    got = A.fma(*(codes(v, f) for v, f in zip((a, b, c), formats)), tuple(formats), result=target, overflow="wrap", return_flags=True)
    low, high = ends(target)
    assert (got.codes == codes(want, target)).all()
    assert ((got.flags & INVALID != 0) == [not low <= v <= high for v in want]).all()
    count_cases(len(want))


@pytest.mark.parametrize("operation", ["add", "sub", "div", "sqrt", "recip", "rsqrt", "fma"])
def test_wrapped_results_past_the_digits_that_are_computed_are_refused(operation):
    """1 + 2**-100 modulo 2**-92 was 0."""
    near, far = rq.IntFormat(width=8), rq.IntFormat(width=8, fraction_bits=200)
    count = len(rq.operations.OPERATIONS[operation].operands)
    given, formats = (1,) * count, (near,) * (count - 1) + (far if operation in ("add", "sub", "fma") else near,)
    with pytest.raises(
        PolicyError,
        match=f"^{operation}: overflow: 'wrap' of {operation} of int8.* into int8_f200 looks at 2.. digits of the result, of which (61|125) are computed",
    ):
        getattr(A, operation)(*given, formats, result=far, overflow="wrap")


@pytest.mark.parametrize("operation", ["add", "sub", "mul", "div", "fma", "sqrt", "recip", "rsqrt"])
def test_wrapped_results_are_right_or_refused(operation, count_cases):
    """RQ-5.5: seeded fixed-point formats, near the limit of the digits that are computed too; both happen."""
    rng, refused = np.random.default_rng(len(operation)), 0
    count = len(rq.operations.OPERATIONS[operation].operands)
    for _ in range(160):
        *formats, target = (
            rq.IntFormat(width=int(w), signed=bool(s), fraction_bits=int(f))
            for w, s, f in zip(*rng.integers([[2], [0], [-30]], [[54], [2], [61]], (3, count + 1)))
        )
        columns = [codes(v, f) for v, f in zip(seeded(1, formats, 8), formats)]
        knobs = {"overflow": "wrap", "nan": "to_zero", "inf_to_int": "bound", "rounding": ("ties_to_even", "toward_negative", "to_odd")[int(rng.integers(3))]}
        dialect = rq.get_dialect("default").replace(**knobs)
        try:
            got = getattr(A, operation)(*columns, tuple(formats), result=target, dialect=dialect, return_flags=True)
        except PolicyError as error:
            assert "digits of the result, of which" in str(error)
            refused += 1
            continue
        wanted, flags = arithmeticoracle.Rows(operation, columns, tuple(formats), target).expected(oracle.policies.Policies(**knobs))
        assert (got.codes == wanted).all() and (got.flags == flags).all(), (operation, formats, target)
        count_cases(wanted.size)
    assert operation == "mul" or 0 < refused < 160


def test_wrapped_results_in_an_intermediate_format_are_refused_too():
    """RQ-3.6: float32 that wraps on its way was not refused."""
    dialect = rq.get_dialect("default").replace(via=rq.Via("int8", overflow="wrap"))
    with pytest.raises(PolicyError, match=r"^add: overflow: 'wrap' is for operands that are integers too, not float32, float32"):
        A.add(0, 0, "float32", dialect=dialect)


def test_a_product_through_float32_may_wrap_afterwards():
    """RQ-3.6: what float32 holds is exact."""
    dialect = rq.get_dialect("default").replace(via="float32", overflow="wrap")
    assert A.mul(0x7FFFFFFF, 0x7FFFFFFF, "int32", result="int8", dialect=dialect) == 0
    assert A.mul(0x43800000, 0x3F810000, "float32", result="int8", dialect=dialect) == 2  # 256 * 1.0078125 = 258


def test_out_of_range_is_refused_where_that_is_asked_for():
    with pytest.raises(EncodeError, match=r"^add: the result at index 1 cannot go into int8"):
        A.add([1, 0x7F], [1, 1], "int8", overflow="error")


QUOTIENTS = {
    "toward_zero": lambda a, b: abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1),
    "toward_negative": lambda a, b: a // b,
    "toward_positive": lambda a, b: -(-a // b),
    "ties_to_even": lambda a, b: round(Fraction(a, b)),
}


@pytest.mark.parametrize("names", SIGNS + WIDE, ids="-".join)
@pytest.mark.parametrize("mode", QUOTIENTS)
def test_quotients(mode, names, count_cases):
    """RQ-7.8: the rounding says which integer: C truncates, Python takes the floor. -128 / -1 is out of range."""
    (a, b), given = pairs(names)
    kept = [i for i, y in enumerate(b) if y]
    result = "int32" if names[0] == "uint8" else names[0]
    low, high = ends(rq.get_format(result))
    got = A.div(*(c[kept] for c in given), names, result=result, rounding=mode, return_flags=True)
    want = [QUOTIENTS[mode](a[i], b[i]) for i in kept]
    assert (got.codes == codes([min(max(v, low), high) for v in want], rq.get_format(result))).all()
    assert got.flags.tolist() == [INVALID if not low <= v <= high else INEXACT * bool(a[i] % b[i]) for v, i in zip(want, kept)]
    count_cases(len(want))


@pytest.mark.parametrize("names", SIGNS + WIDE, ids="-".join)
def test_remainders(names, count_cases):
    """RQ-7.17: fmod has the sign of a, as % in C; rem is the nearest, of two the one of an even quotient."""
    (a, b), given = pairs(names)
    kept = [i for i, y in enumerate(b) if y]
    for operation, quotient in (("fmod", QUOTIENTS["toward_zero"]), ("rem", QUOTIENTS["ties_to_even"])):
        got = getattr(A, operation)(*(c[kept] for c in given), names, result="int32", return_flags=True)
        want = [a[i] - quotient(a[i], b[i]) * b[i] for i in kept]
        low, high = ends(rq.get_format("int32"))
        assert (got.codes == codes([min(max(v, low), high) for v in want], rq.get_format("int32"))).all()
        assert got.flags.tolist() == [0 if low <= v <= high else INVALID for v in want]
        count_cases(len(want))


def test_division_by_zero():
    """RQ-7.12, RQ-5.1: the bound of the side and DIV_BY_ZERO; 0 / 0 and remainders by 0 have no result, and integers no NaN to say so."""
    got = A.div([5, 0xFB], [0, 0], "int8", return_flags=True)
    assert (got.codes.tolist(), got.flags.tolist()) == ([0x7F, 0x80], [DIV_BY_ZERO] * 2)
    for call in (A.div, A.rem, A.fmod):
        with pytest.raises(EncodeError, match=r"cannot go into int8: it is a NaN; choose dialect\.replace\(nan="):
            call(0, 0, "int8")
    got = A.fmod(5, 0, "int8", dialect=rq.get_dialect("default").replace(nan="to_zero"), return_flags=True)
    assert (got.codes, got.flags) == (0, INVALID)
