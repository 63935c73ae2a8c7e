"""Operations on codes: every backend gives the bits and flags of the reference, for every format, rounding and policy. RQ-7."""

import itertools

import numpy as np
import operationcalls
import pytest
from compiledkernels import kernels
from operationcalls import COUNTS, boundary, comparisons, crossed, outcome
from processorsettings import DAZ, DEFAULT, FE_DOWNWARD, FE_UPWARD, FTZ, IS_X86, processor

import refquant as rq
from refquant.errors import BackendUnavailableError
from refquant.operations import OPERATIONS
from refquant.policies import KNOBS

A = rq.arithmetic
USER = [
    rq.FloatFormat(precision=1, exponent_width=4, nan="none", infinity=False),
    rq.FloatFormat(precision=3, exponent_width=4, nan="negative_zero", infinity=True),
    rq.FloatFormat(precision=26, exponent_width=5),
    rq.FloatFormat(precision=27, exponent_width=4, bias=-40),
    rq.FloatFormat(precision=15, exponent_width=7),
    rq.FloatFormat(precision=16, exponent_width=7),
    rq.FloatFormat(precision=12, exponent_width=15, bias=16000),
    rq.FloatFormat(precision=3, exponent_width=5, bias=-(1 << 20)),
    rq.IntFormat(width=24, fraction_bits=10),
    rq.IntFormat(width=12, encoding="sign_magnitude", fraction_bits=-3),
]
P3109 = ["binary3p1se", "binary8p1uf", "binary8p3se", "binary8p4uf", "binary6p2ue", "binary12p5sf", "binary16p3se", "binary15p1ue", "binary16p16uf"]
INTEGERS = [f"{u}int{n}" for u in ("", "u") for n in (1, 2, 4, 8, 11, 16, 32)]
NAMED = [n for n in rq.list_formats() if ("int" not in n or n in INTEGERS or n == "mxint8") and rq.get_format(n).width <= 32]
FORMATS = [*NAMED, *P3109, *USER]
FEW = ["float8_e4m3fn", "float8_e5m2", "float16", "float32", "int8", "uint16", "float8_e8m0fnu", "binary8p3se", "float4_e2m1fn", "tfloat32", USER[3]]
MIXED = [
    ("float8_e4m3fn", "float8_e5m2", "float32"), ("bfloat16", "float32", "bfloat16"), ("float16", "int8", "tfloat32"), ("float32", "float8_e8m0fnu", "float16"),
    ("uint8", "int8", "int16"), ("float8_e4m3fnuz", "float4_e2m1fn", "float8_e5m2"), ("float32", "float16", "float8_e4m3fn"), ("tfloat32", "float32", "int32"),
]  # fmt: skip


def name_of(fmt):
    return fmt if isinstance(fmt, str) else fmt.name


@pytest.fixture(autouse=True)
def record_kernels(backend, record_property):
    """Report which kernels ran: the run's last lines print the fraction of them, and fail below all."""
    yield
    record_property("cells", [("kernels", name) for name, kernel in kernels(backend).items() if kernel.overloads])


def check(operation, columns, formats, backend, **options):
    """Assert that a backend does what the reference does; return how many rows that were."""
    if "dialect" not in options:
        target = rq.get_format(options.get("result", formats[0]))
        options["dialect"] = rq.get_dialect("default").replace(nan=None if target.has_nan else "to_max")
    want, got = (outcome(operation, columns, formats, backend=b, **options) for b in ("reference", backend))
    if isinstance(want[0], type):
        assert got == want
        return 1
    for part in ("codes", "flags"):
        a, b = getattr(got, part), getattr(want, part)
        wrong = np.flatnonzero(a != b)
        assert a.dtype == b.dtype and not wrong.size, (
            operation,
            formats,
            part,
            options,
            wrong.size,
            [([hex(c[i]) for c in columns], a[i], b[i]) for i in wrong[:3]],
        )
    return columns[0].size


def test_every_operation_is_here(backend):
    assert {o.name for o in OPERATIONS.values() if backend in o.backends and o.result == "codes" and o.door} == set(COUNTS)


@pytest.mark.parametrize("fmt", FORMATS, ids=name_of)
def test_every_operation_on_every_format(backend, fmt, thoroughly, count_cases):
    wide = rq.get_format(fmt).grid.precision > 30  # products of more digits than a lane has
    for operation, count in COUNTS.items():
        if wide and operation == "fma":
            continue
        count_cases(check(operation, crossed([fmt] * count, 1 << 18 if thoroughly else 1 << 13), (fmt,) * count, backend))


@pytest.mark.parametrize("fmt", FEW, ids=name_of)
def test_every_rounding_and_overflow_policy(backend, fmt, count_cases):
    columns = {count: crossed([fmt] * count, 1 << 11) for count in (1, 2, 3)}
    default = rq.get_dialect("default").replace(nan=None if rq.get_format(fmt).has_nan else "to_max")
    operations = itertools.cycle(COUNTS.items())
    for rounding, overflow in itertools.product((m for m in rq.RoundingMode if not m.is_stochastic), rq.OverflowMode):
        for operation, count in itertools.islice(operations, 10):
            count_cases(check(operation, columns[count], (fmt,) * count, backend, dialect=default.replace(rounding=rounding, overflow=overflow)))


@pytest.mark.parametrize("fmt", FEW, ids=name_of)
def test_stochastic_modes(backend, fmt, count_cases):
    for (operation, count), n in zip(itertools.cycle(COUNTS.items()), (1, 2, 8, 9, 16, 23, 28, 31) * 8, strict=False):
        columns = crossed([fmt] * count, 1 << 10)
        size = columns[0].size
        supplied = rq.RandomBits(np.random.default_rng(n).integers(0, 1 << n, size, dtype=np.uint64), n)
        for rounding in ("stochastic_a", "stochastic_b", "stochastic_c"):
            for random in (supplied, rq.Philox(2**64 - n, n, offset=(1 << 34) - 3)):
                count_cases(check(operation, columns, (fmt,) * count, backend, rounding=rounding, random=random))


OTHER = [{knob: choice} for knob, kind in KNOBS.items() if knob not in ("rounding", "overflow", "nan_out", "nan_rank") for choice in kind]
OTHER += [
    {"nan_operand": n, "fma_nan_order": f, "zero_times_inf": z}
    for n, f, z in itertools.product(*(KNOBS[k] for k in ("nan_operand", "fma_nan_order", "zero_times_inf")))
]
OTHER += [{"subnormals": s, "ftz": f, "tininess": t} for s, f, t in itertools.product(*(KNOBS[k] for k in ("subnormals", "ftz", "tininess")))]
OTHER += [{"made_nan": m, "nan_operand": "made"} for m in KNOBS["made_nan"]] + [
    {"via": "float32"},
    {"via": "bfloat16"},
    {"nan": "keep_payload", "made_nan": "negative"},
]


@pytest.mark.parametrize("fmt", FEW, ids=name_of)
def test_every_other_policy(backend, fmt, thoroughly, count_cases):
    columns = {count: crossed([fmt] * count, 1 << (15 if thoroughly else 10)) for count in (1, 2, 3)}
    takes_nan = {} if rq.get_format(fmt).has_nan else {"nan": "to_max"}
    operations = itertools.cycle(COUNTS.items())
    for knobs in OTHER:
        for operation, count in COUNTS.items() if thoroughly else itertools.islice(operations, 9):
            count_cases(check(operation, columns[count], (fmt,) * count, backend, dialect=rq.get_dialect("default").replace(**(takes_nan | knobs))))


FOUND = [
    # a short quotient has too few digits for what is left of them modulo a power of two
    ("recip", ["mxint8"], rq.IntFormat(width=1, fraction_bits=11), {"rounding": "toward_zero", "overflow": "wrap", "zero_input": "nan", "negative": "nan", "division_by_zero": "nan", "nan": "to_max"}),
    ("div", ["int4", "int8"], rq.IntFormat(width=3, fraction_bits=20), {"overflow": "wrap", "nan": "to_max", "inf_to_int": "bound"}),
    ("sqrt", ["uint8"], rq.IntFormat(width=4, fraction_bits=40), {"overflow": "wrap", "nan": "to_max"}),
    # the payload of the first operand is not aligned to that of the second
    ("copy_sign", [rq.FloatFormat(precision=13, exponent_width=2, bias=1), "float32"], rq.FloatFormat(precision=13, exponent_width=2, bias=1), {}),
    ("copy_sign", ["float8_e5m2", "float32"], "float16", {}),
]  # fmt: skip


@pytest.mark.parametrize("operation, formats, result, knobs", FOUND, ids=lambda x: x if isinstance(x, str) else None)
def test_what_once_was_wrong(backend, operation, formats, result, knobs, count_cases):
    dialect = rq.get_dialect("default").replace(**knobs)
    count_cases(check(operation, crossed(formats, 1 << 12), tuple(formats), backend, result=result, dialect=dialect))


@pytest.mark.parametrize("formats", MIXED, ids=lambda f: "-".join(f))
def test_mixed_formats(backend, formats, count_cases):
    for operation, count in COUNTS.items():
        for of_operands, result in ((formats[:count], formats[2]), (formats[::-1][:count], formats[0])):
            for rounding in ("ties_to_even", "toward_negative"):
                count_cases(check(operation, crossed(of_operands, 1 << 11), of_operands, backend, result=result, rounding=rounding))


@pytest.mark.parametrize("formats", [*((f, f) for f in FORMATS), *(f[:2] for f in MIXED)], ids=lambda f: "-".join(map(name_of, f)))
def test_truth_classes_and_integers(backend, formats, count_cases):
    columns = crossed(formats, 1 << 12)
    flushing = rq.get_dialect("default").replace(subnormals="flush_inputs")
    calls = [
        *(
            lambda b, p=p, s=s, d=d: A.compare(*columns, formats, predicate=p, signaling=s, dialect=d, backend=b, return_flags=True)
            for p, s in comparisons(formats)
            for d in (None, flushing)
        ),
        *(lambda b, d=d: A.total_order(*columns, formats, dialect=d, backend=b, return_flags=True) for d in ("default", "p3109-d1")),
        *(lambda b, d=d: A.log_b(columns[0], formats[0], dialect=d, backend=b, return_flags=True) for d in (None, flushing)),
        lambda b: (A.classify(columns[0], formats[0], backend=b),),
    ]
    for of_backend in calls:
        for want, got in zip(of_backend("reference"), of_backend(backend), strict=True):
            assert want.dtype == got.dtype and np.array_equal(want, got)
        count_cases(columns[0].size)


@pytest.mark.parametrize(
    "formats", [("float8_e5m2",) * 2, ("float4_e2m1fn", "float8_e4m3fn"), ("float6_e3m2fn", "int8"), ("binary8p3se", "float8_e8m0fnu")], ids="-".join
)
def test_every_pair_by_table(backend, formats, count_cases):
    """Many rows of few bits: what takes long is looked up."""
    columns = [np.resize(c, 1 << 16) for c in crossed(formats, 1 << 16)]
    for operation in ("rem", "fmod"):
        count_cases(check(operation, columns, formats, backend, result="float16"))
    for operation, fmt in itertools.product(("sqrt", "rsqrt"), formats):
        count_cases(check(operation, [np.resize(boundary(fmt, 1 << 8), 1 << 14)], (fmt,), backend, result="bfloat16"))


@pytest.mark.parametrize("operation", ["add", "mul", "div", "fma", "sqrt", "rsqrt", "rem", "minimum"])
def test_layouts_threads_and_outputs_change_nothing(backend, operation, count_cases):
    rng, count = np.random.default_rng(3), COUNTS[operation]
    columns = [rng.integers(0, 1 << 16, (1200, 1000), dtype=np.uint16) for _ in range(count)]
    want = A_of(operation)(*columns, "float16", backend="reference", return_flags=True)
    try:
        for threads in (1, 2, 5):
            rq.set_num_threads(threads)
            got = A_of(operation)(*columns, "float16", backend=backend, return_flags=True)
            assert np.array_equal(got.codes, want.codes) and np.array_equal(got.flags, want.flags)
    finally:
        rq.set_num_threads(None)
    for arrange in (np.asfortranarray, lambda c: np.repeat(c, 2, axis=1)[:, ::2], lambda c: c.astype(">u2"), lambda c: c[::-1, ::-1].copy()[::-1, ::-1]):
        out = np.full((1200, 2000), 7, np.uint16)[:, ::2]
        assert A_of(operation)(*map(arrange, columns), "float16", backend=backend, out=out) is out and np.array_equal(out, want.codes)
    in_place = [c.copy() for c in columns]
    A_of(operation)(*in_place, "float16", backend=backend, out=in_place[-1])
    assert np.array_equal(in_place[-1], want.codes)
    row = A_of(operation)(columns[0], *(c[:1] for c in columns[1:]), "float16", backend=backend)
    assert np.array_equal(row, A_of(operation)(columns[0], *(c[:1] for c in columns[1:]), "float16", backend="reference"))
    count_cases(9 * want.codes.size)


def A_of(operation):
    return getattr(A, operation)


@pytest.mark.skipif(not IS_X86, reason="sets the control register of x86, by Linux's calling convention")
@pytest.mark.parametrize("setting", [FTZ | DAZ, FE_DOWNWARD << 3, FE_UPWARD << 3])
def test_settings_of_the_processor_change_nothing(backend, setting, count_cases):
    """Quotients and roots begin with those of float64."""
    rq.set_num_threads(1)
    try:
        for operation, fmt in itertools.product(("div", "sqrt", "recip", "rsqrt", "add", "fma"), ("float16", "bfloat16", "float32", USER[4])):
            columns = crossed([fmt] * COUNTS[operation], 1 << 15)
            want = operationcalls.call(operation, columns, (fmt,) * len(columns), backend="reference")
            with processor(DEFAULT | setting):
                got = operationcalls.call(operation, columns, (fmt,) * len(columns), backend=backend)
            assert np.array_equal(got, want), (operation, fmt)
            count_cases(want.size)
    finally:
        rq.set_num_threads(None)


@pytest.mark.parametrize("operation", COUNTS)
def test_wide_formats_are_refused_by_name_and_else_left_to_the_reference(backend, operation):
    columns = [boundary("float64", 3)] * COUNTS[operation]
    with pytest.raises(BackendUnavailableError, match=f"backend: '{backend}' has no {operation} of float64.*; it exists in reference"):
        operationcalls.call(operation, columns, ("float64",) * len(columns), backend=backend)
    many = [np.resize(c, 1 << 13) for c in columns]
    assert np.array_equal(*(operationcalls.call(operation, many, ("float64",) * len(columns), backend=b) for b in (None, "reference")))


def test_one_refused_result_among_many(backend, count_cases):
    codes = np.full(10_000, 0x38, np.uint8)
    codes[7777] = 0x7E
    out = np.full(codes.shape, 0x55, np.uint8)
    for name in ("reference", backend):
        with pytest.raises(rq.errors.EncodeError, match="mul: the result at index 7777 cannot go into float8_e4m3fn"):
            A.mul(codes, codes, "float8_e4m3fn", overflow="error", backend=name, out=out)
        assert (out == 0x55).all()
    count_cases(codes.size)


def test_large_arrays_are_computed_by_compiled_code_where_none_is_named(backend, monkeypatch):
    """The bits are the same: only who computes differs."""
    import refquant.numba_kernels.arithmetic as room

    called = []
    monkeypatch.setattr(room, "run", lambda *a: called.append(1) or 0)
    from refquant import dispatch

    dispatch._function.cache_clear()
    A.add(np.zeros(1 << 13, np.uint8), np.zeros(1 << 13, np.uint8), "float8_e4m3fn")
    A.add(np.zeros(10, np.uint8), np.zeros(10, np.uint8), "float8_e4m3fn")
    assert called == [1]
