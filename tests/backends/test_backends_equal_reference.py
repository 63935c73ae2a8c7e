"""Every backend gives the bits and flags of the reference: for every format, rounding, overflow and special-value policy. RQ-3.3, RQ-4, RQ-5, RQ-6, RQ-9."""

import contextlib
import importlib
import itertools
import pkgutil

import numpy as np
import pytest
from compiledkernels import kernels

import refquant as rq
from refquant import dispatch
from refquant.policies import KNOBS

USER = [
    rq.FloatFormat(precision=1, exponent_width=4, nan="none", infinity=False),
    rq.FloatFormat(precision=1, exponent_width=6, nan="all_ones", signed=False, zero=False, infinity=False),
    rq.FloatFormat(precision=3, exponent_width=4, nan="negative_zero", infinity=True),
    rq.FloatFormat(precision=24, exponent_width=11),
    rq.FloatFormat(precision=29, exponent_width=3, bias=-40),
    rq.FloatFormat(precision=12, exponent_width=20, bias=60000),
    rq.FloatFormat(precision=53, exponent_width=8),
    rq.FloatFormat(precision=3, exponent_width=5, bias=-(1 << 20)),
    rq.FloatFormat(precision=4, exponent_width=6, bias=1 << 20),
    rq.IntFormat(width=24, fraction_bits=10),
    rq.IntFormat(width=12, encoding="sign_magnitude", fraction_bits=-3),
    rq.IntFormat(width=53, signed=False),
]
P3109 = ["binary3p1se", "binary8p1uf", "binary8p3se", "binary8p4uf", "binary6p2ue", "binary12p5sf", "binary16p3se", "binary15p1ue", "binary16p16uf"]
INTEGERS = [f"{u}int{n}" for u in ("", "u") for n in (1, 2, 4, 8, 11, 16, 32)]  # of those that differ in width alone
TARGETS = [*(n for n in rq.list_formats() if "int" not in n or n in INTEGERS or n == "mxint8"), *P3109, *USER]
DETERMINISTIC = [m for m in rq.RoundingMode if not m.is_stochastic]
COVERED = set()  #: cells of the dispatch table: (part, name)


@pytest.fixture(autouse=True)
def record_cells(backend, record_property):
    """Report which cells of the dispatch table a test compared; the run's last lines print the fraction, and fail below all."""
    COVERED.clear()
    yield
    ran = {("kernels", name) for name, kernel in kernels(backend).items() if kernel.overloads}
    record_property("cells", sorted(COVERED | ran))


def test_the_dispatch_table(backend, record_property):
    """Every rounding with every overflow policy, every choice of every other policy, every kernel."""
    crossed = {("rounding x overflow", f"{r} x {o}") for r, o in itertools.product(rq.RoundingMode, rq.OverflowMode)}
    others = {("other policies", f"{knob}={choice}") for knob, kind in KNOBS.items() if knob in OTHER for choice in kind}
    table = crossed | others | {("kernels", name) for name in kernels(backend)}
    assert len(table) > 100
    record_property("dispatch table", sorted(table))


def test_kernels_leave_the_lock_and_are_kept_on_disk(backend):
    found = importlib.import_module(f"refquant.{dispatch.PACKAGES[backend]}")
    functions = {n: f for m in pkgutil.iter_modules(found.__path__) for n, f in vars(importlib.import_module(f"{found.__name__}.{m.name}")).items()}
    compiled = {n: f for n, f in functions.items() if hasattr(f, "overloads") and not f.targetoptions.get("forceinline")}
    assert len(compiled) >= 20 and compiled.keys() == kernels(backend).keys()
    for name, kernel in compiled.items():
        assert kernel.targetoptions.get("nogil") and type(kernel._cache).__name__ != "NullCache", name


def float32_inputs(tails=(0, 1, 0x7FFF, 0x8000, 0xFFFF)):
    """All 2**16 prefixes with several tails: subnormals, powers of two and their neighbours, every exponent, Inf and NaNs."""
    return (np.arange(1 << 16, dtype=np.uint32)[:, None] << np.uint32(16) | np.array(tails, np.uint32)).reshape(-1)


def codes_of(source, count=3000):
    """Codes of a format: all of at most 16 bits, else every exponent with all kinds of significands, both ends, and random ones."""
    fmt = rq.get_format(source)
    if fmt.width <= 12:
        return np.arange(1 << fmt.width, dtype=fmt.code_dtype)
    rng, width = np.random.default_rng(fmt.width), fmt.width
    top = rng.integers(0, 1 << min(width, 16), count, dtype=np.uint64) << np.uint64(max(width - 16, 0))
    rest = rng.integers(0, 1 << 63, count, dtype=np.uint64) & np.uint64((1 << max(width - 16, 0)) - 1)
    ends = [c % (1 << width) for e in (0, width - 1, fmt.grid.precision - 1, fmt.grid.infinity, fmt.grid.nan_first) if e >= 0 for c in _near(e, width)]
    powers = [(1 << k) + d for k in range(width) for d in (-1, 0, 1)]
    found = np.concatenate([top, top | np.uint64(1), top | rest, np.array([c % (1 << width) for c in ends + powers], np.uint64)])
    signs = found | np.uint64(1 << (width - 1))
    return np.unique(np.concatenate([found, signs])).astype(fmt.code_dtype)


def _near(place, width):
    return [c for d in (-2, -1, 0, 1, 2) for c in (place + d, (1 << min(place, width - 1)) + d)]


def inner_ties(n):
    """float64 codes halfway between two numbers of n random bits, in the normal range of float8_e4m3fn: where stochastic C ties. RQ-9.3."""
    k = np.arange(1, 16, dtype=np.float64)
    low = (2 * k + 1) * 2.0 ** -(3 + n + 1)
    high = 1 / 8 - low
    return np.concatenate([1 + low, 1 + high, -(1.5 + low)]).view(np.uint64)


def outcome(codes, source, target, dialect, backend, **options):
    """Return codes and flags as bytes, or the message of the refusal."""
    try:
        got = rq.convert(codes, source, target, dialect=dialect, backend=backend, return_flags=True, **options)
        plain = rq.convert(codes, source, target, dialect=dialect, backend=backend, **options)
    except (rq.errors.EncodeError, rq.errors.PolicyError) as error:
        return type(error), str(error)
    assert np.array_equal(plain, got.codes)
    return got


def cells(source, target, dialect, options):
    """Return the cells of the dispatch table that a conversion belongs to."""
    policies = dialect.policies(rq.get_format(target).name, name_of(source))
    chosen = {knob: getattr(policies, knob) for knob in KNOBS} | {k: v for k, v in options.items() if k in KNOBS}
    crossed = f"{chosen['rounding']} x {chosen['overflow']}"
    return {("rounding x overflow", crossed)} | {("other policies", f"{k}={v}") for k, v in chosen.items() if k not in ("rounding", "overflow")}


def compare(codes, source, target, dialect, backend, **options):
    """Assert that a backend does what the reference does; where it refuses, once more on what it does not refuse."""
    COVERED.update(cells(source, target, dialect, options))
    want, got = (outcome(codes, source, target, dialect, name, **options) for name in ("reference", backend))
    if isinstance(want, tuple) and isinstance(want[0], type):
        assert got == want
        return 1
    for name in ("codes", "flags"):
        a, b = getattr(got, name), getattr(want, name)
        assert np.array_equal(a, b), _difference(codes, a, b, f"{name} of {source} -> {target} under {dialect.base}")
    return codes.size


def _difference(codes, got, want, what):
    i = int(np.flatnonzero(got != want)[0])
    return f"{what}: {int(codes[i]):#x} gives {int(got[i]):#x}, the reference {int(want[i]):#x} ({np.count_nonzero(got != want)} such)"


def permitted(dialect, target, source="float32", random_bits=0):
    try:
        rq.policies.resolve(rq.get_format(target), dialect.policies(rq.get_format(target).name, source), random_bits)
    except rq.errors.PolicyError:
        return False
    return True


def name_of(fmt):
    return fmt if isinstance(fmt, str) else fmt.name


@pytest.mark.parametrize("target", TARGETS, ids=name_of)
def test_every_rounding_and_overflow_policy(backend, target, count_cases):
    default, x = rq.get_dialect("default"), float32_inputs()[::61]
    for rounding, overflow in itertools.product(DETERMINISTIC, rq.OverflowMode):
        dialect = default.replace(rounding=rounding, overflow=overflow, nan=None if rq.get_format(target).has_nan else "to_max")
        if permitted(dialect, target):
            count_cases(compare(x, "float32", target, dialect, backend))


@pytest.mark.parametrize("target", TARGETS, ids=name_of)
def test_all_prefixes_of_float32_with_several_tails(backend, target, count_cases):
    dialect = rq.get_dialect("default").replace(nan=None if rq.get_format(target).has_nan else "to_max")
    count_cases(compare(float32_inputs(), "float32", target, dialect, backend))


def about_the_range(source):
    """Formats whose least or largest exponent lies about the ends of a source's range, of few and of many bits, with every kind of NaN and Inf."""
    fmt = rq.get_format(source)
    for width, precision in ((3, 2), (4, 8), (fmt.exponent_width, 3), (fmt.exponent_width, 8), (fmt.exponent_width + 1, 5), (fmt.exponent_width + 8, 20)):
        least = [1 - e for e in (fmt.emin - 1, fmt.emin, fmt.emin + 1, fmt.emax - precision, fmt.emax - 1, fmt.emax, fmt.emax + 1)]
        largest = [(1 << width) - 2 - e for e in (fmt.emax - 1, fmt.emax, fmt.emax + 1)]
        for bias in sorted({*least, *largest}):
            for nan, infinity in (("ieee", True), ("all_ones", True), ("all_ones", False), ("negative_zero", False), ("none", False)):
                yield rq.FloatFormat(precision=precision, exponent_width=width, bias=bias, nan=nan, infinity=infinity)


@pytest.mark.parametrize("rounding", ["ties_to_even", "toward_positive", "stochastic_a"])
@pytest.mark.parametrize("source", ["float32", "float64"])
def test_targets_about_the_ends_of_the_source(backend, source, rounding, count_cases):
    codes = codes_of(source, 60)
    random = rq.Philox(7, 12) if rounding.startswith("stochastic") else None
    for target, overflow in itertools.product(about_the_range(source), ("no_saturate", "saturate")):
        dialect = rq.get_dialect("default").replace(nan=None if target.has_nan else "to_max", rounding=rounding, overflow=overflow)
        count_cases(compare(codes, source, target, dialect, backend, random=random))


OF_OPERATIONS = {
    "nan_operand",
    "fma_nan_order",
    "made_nan",
    "zero_times_inf",
    "division_by_zero",
    "nan_rank",
    "next_past_end",
}  # conversions do not look at these
OTHER = {
    "nan": [{"nan": n} for n in (None, *rq.policies.NanMode)] + [{"nan": "keep_payload", "overflow": "saturate"}],
    "nan_out": [{"nan_out": n} for n in rq.policies.NanOutMode],
    "signed_zero": [{"signed_zero": z} for z in rq.policies.SignedZeroMode],
    "zero_input": [{"zero_input": z, "nan": "to_max"} for z in rq.policies.ZeroInputMode],
    "below_min": [{"below_min": z} for z in rq.policies.BelowMinMode],
    "negative": [{"negative": n, "overflow": o} for n in rq.policies.NegativeMode for o in ("no_saturate", "wrap")],
    "subnormals": [{"subnormals": s, "rounding": r} for s in rq.policies.SubnormalMode for r in ("ties_to_even", "to_odd", "away_from_zero")],
    "ftz": [{"subnormals": "flush_both", "ftz": f} for f in rq.policies.FtzMode],
    "parity": [{"parity": p, "rounding": r} for p in KNOBS["parity"] for r in ("ties_to_even", "ties_to_odd", "to_odd")],
    "to_odd_overflow": [{"rounding": "to_odd", "to_odd_overflow": t} for t in rq.policies.ToOddOverflowMode],
    "inf_to_int": [{"inf_to_int": i, "overflow": o} for i in rq.policies.InfToIntMode for o in ("no_saturate", "wrap")],
    "inf_flags": [{"inf_flags": i, "overflow": "saturate"} for i in rq.policies.InfFlagsMode],
    "tininess": [{"tininess": t, "rounding": r} for t in rq.policies.TininessMode for r in ("ties_to_even", "away_from_zero", "to_odd")],
    "flags": [{"flags": f} for f in rq.policies.FlagsMode],
    "input_denormal": [{"input_denormal": d, "subnormals": s} for d in rq.policies.InputDenormalMode for s in ("keep", "flush_both")],
    "via": [{"via": v} for v in ("float16", "bfloat16", "float64", "float8_e4m3fn")],
}
SOURCES = ["float64", "float32", "float16", "bfloat16", "tfloat32", "float8_e4m3fnuz", "float8_e8m0fnu", "binary8p3se", "e0m3", "int32", "uint16", USER[4]]


@pytest.mark.parametrize("target", TARGETS, ids=name_of)
def test_every_other_policy_from_every_kind_of_source(backend, target, thoroughly, count_cases):
    default, sources = rq.get_dialect("default"), itertools.cycle(SOURCES)
    takes_nan = {} if rq.get_format(target).has_nan else {"nan": "to_max"}
    for knobs in itertools.chain(*OTHER.values()):
        dialect = default.replace(**(takes_nan | knobs))
        for source in itertools.islice(sources, 3 if thoroughly else 2):
            if permitted(dialect, target, name_of(source)):
                count_cases(compare(codes_of(source, 3000 if thoroughly else 800), source, target, dialect, backend))


def test_no_knob_is_left_out():
    assert set(OTHER) | OF_OPERATIONS | {"rounding", "overflow"} == set(KNOBS) | {"via"}
    for knob, kind in KNOBS.items():
        if knob in OTHER:
            assert {k.get(knob) for k in OTHER[knob]} >= set(kind)


@pytest.mark.parametrize("source", [*rq.list_formats(), *P3109, *USER], ids=name_of)
def test_every_source_format(backend, source, count_cases):
    dialect = rq.get_dialect("default").replace(nan="to_max")
    for target in ("float8_e4m3fn", "float32", "float64", "int8", "uint32", "float8_e8m0fnu", "binary16p3se"):
        count_cases(compare(codes_of(source), source, target, dialect, backend))


@pytest.mark.parametrize(
    "dtype", [np.float16, np.float32, np.float64, np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64, np.bool_]
)
def test_every_dtype(backend, dtype, count_cases):
    rng = np.random.default_rng(5)
    x = rng.integers(0, 256, (1 << 13) * np.dtype(dtype).itemsize, dtype=np.uint8).view(np.uint8 if dtype is np.bool_ else dtype)
    x = (x & 1).astype(bool) if dtype is np.bool_ else x
    for target, rounding in itertools.product(("float8_e4m3fn", "bfloat16", "int16", "float64", "ue5m3", "binary16p3se"), ("ties_to_even", "toward_negative")):
        got, want = (
            rq.encode(x, target, rounding=rounding, dialect=rq.get_dialect("default").replace(nan="to_max"), backend=b, return_flags=True)
            for b in (backend, "reference")
        )
        assert np.array_equal(got.codes, want.codes) and np.array_equal(got.flags, want.flags)
        count_cases(x.size)


@pytest.mark.parametrize(
    "target", ["float8_e4m3fn", "float8_e5m2", "float16", "int8", "float8_e8m0fnu", "float32", "binary16p3se", "ue4m3", USER[0]], ids=name_of
)
def test_stochastic_modes(backend, target, count_cases):
    dialect = rq.get_dialect("default").replace(nan="to_max")
    for source, n in itertools.product(("float32", "float64", "bfloat16", "int32"), (1, 2, 8, 23, 31, 32)):
        codes = codes_of(source, 500)
        codes = np.concatenate([codes, inner_ties(n)]) if source == "float64" else codes
        supplied = np.random.default_rng(n).integers(0, 1 << n, codes.size, dtype=np.uint64)
        supplied[:2] = 0, (1 << n) - 1
        supplied[-45:] = (1 << n) - 1 - np.arange(45) % min(4, 1 << n)
        for rounding in ("stochastic_a", "stochastic_b", "stochastic_c"):
            for overflow in rq.OverflowMode if n == 8 else ():
                crossed = dialect.replace(overflow=overflow, rounding=rounding)
                if permitted(crossed, target, source, n):
                    count_cases(compare(codes, source, target, crossed, backend, random=rq.Philox(3, n)))
            for random in (rq.RandomBits(supplied, n), rq.Philox(2**64 - n, n, offset=(1 << 34) - 3), rq.Philox(n, n, offset=(1 << 64) - codes.size)):
                count_cases(compare(codes, source, target, dialect, backend, rounding=rounding, random=random))
            flushing = dialect.replace(subnormals="flush_results")
            count_cases(compare(codes, source, target, flushing, backend, rounding=rounding, random=rq.Philox(2, n)))


REFUSING = [{"overflow": "error"}, {"nan": "error"}, {"negative": "error"}, {"zero_input": "error"}, {"inf_to_int": "error"}, {"overflow": "wrap"}]


@pytest.mark.parametrize("rounding", ["ties_to_even", "toward_positive", "to_odd", "stochastic_a"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("target", ["float8_e4m3fn", "float4_e2m1fn", "int8", "uint8", "ue4m3", "float8_e8m0fnu"])
def test_one_refused_value_among_many(backend, target, dtype, rounding, thoroughly, count_cases):
    """The largest value that fits is not refused, the next one, Inf, NaN, a negative or a zero is, wherever it stands."""
    top = float(rq.get_format(target).max_finite)
    edges = [
        top,
        np.nextafter(dtype(top), dtype(np.inf)),
        top * (1 + 2.0**-9),
        top * 1.03125,
        top * 1.0625,
        top * 1.25,
        top * 2,
        np.inf,
        np.nan,
        0.0,
        -0.0,
        1e-30,
    ]
    random, places = rq.Philox(5, 8) if rounding.startswith("stochastic") else None, itertools.cycle((0, 40, 80))
    for knobs in REFUSING if thoroughly or rounding == "ties_to_even" else REFUSING[:3]:
        dialect = rq.get_dialect("default").replace(**({"nan": None if rq.get_format(target).has_nan else "to_max", "rounding": rounding} | knobs))
        if not permitted(dialect, target, random_bits=8 if random else 0):
            continue
        for edge, sign in itertools.product(edges, (1, -1)):
            x = np.full(81, dtype(0.75))
            with np.errstate(over="ignore"):
                x[next(places)] = sign * dtype(edge)
            count_cases(compare(x.view(f"u{x.itemsize}"), np.dtype(dtype).name, target, dialect, backend, random=random))
            want, got = (np.full(81, 0x55, rq.get_format(target).code_dtype) for _ in range(2))
            for name, out in (("reference", want), (backend, got)):
                with contextlib.suppress(rq.errors.EncodeError, rq.errors.PolicyError):
                    rq.encode(x, target, dialect=dialect, random=random, backend=name, out=out)
            assert np.array_equal(want, got)


@pytest.mark.parametrize("fmt", [*rq.list_formats(), *P3109], ids=name_of)
def test_decode(backend, fmt, count_cases):
    codes = np.tile(codes_of(fmt), 3)
    for dtype, nan_out in itertools.product((np.float16, np.float32, np.float64), ("keep", "canonical")):
        try:
            want = rq.decode(codes, fmt, dtype=dtype, nan_out=nan_out, backend="reference", return_flags=True)
        except rq.errors.RangeExceededError:
            with pytest.raises(rq.errors.RangeExceededError):
                rq.decode(codes, fmt, dtype=dtype, backend=backend)
            count_cases(1)
            continue
        got = rq.decode(codes, fmt, dtype=dtype, nan_out=nan_out, backend=backend, return_flags=True)
        assert got.values.tobytes() == want.values.tobytes() and np.array_equal(got.flags, want.flags)
        count_cases(codes.size)


@pytest.mark.parametrize("target", ["float8_e4m3fn", "bfloat16", "int8", "ue5m3", "tfloat32"])
def test_round(backend, target, count_cases):
    x = float32_inputs().view(np.float32)[::3]
    dialect = rq.get_dialect("default").replace(nan="to_max")
    want, got = (rq.round(x, target, dialect=dialect, backend=name, return_flags=True) for name in ("reference", backend))
    assert got.values.tobytes() == want.values.tobytes() and np.array_equal(got.flags, want.flags)
    count_cases(x.size)
