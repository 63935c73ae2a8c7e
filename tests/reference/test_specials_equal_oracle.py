"""Reference == oracle: Inf, NaN (quiet, signalling, with payloads, both signs), zeros and subnormals, under every choice of every knob."""

import itertools
from functools import lru_cache

import numpy as np
import oracle
import pytest
from stepcases import as_dialect, oracle_policies

import refquant as rq

TARGETS = [
    "float64", "float32", "tfloat32", "float16", "bfloat16", "float8_e5m2", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e4m3", "float8_e3m4",
    "float8_e8m0fnu", "float4_e2m1fn", "ue4m3", "ue5m3", "int8", "uint8", "int1", "mxint8", "e0m3", "binary8p3se", "binary8p1sf", "binary6p2ue", "binary5p3uf",
]  # fmt: skip
SOURCES = [
    "float64",
    "float32",
    "float16",
    "bfloat16",
    "tfloat32",
    "float8_e5m2",
    "float8_e4m3fn",
    "float8_e4m3fnuz",
    "binary8p3se",
    "ue4m3",
    "float8_e8m0fnu",
    "e0m3",
]
KNOBS = [
    *({"nan": n} for n in (None, *rq.policies.NanMode)),
    *({"overflow": o} for o in rq.OverflowMode),
    *({"overflow": o, "nan": "keep_payload"} for o in rq.OverflowMode),
    *({"overflow": o, "nan": "to_max"} for o in rq.OverflowMode),
    *({"negative": n, "overflow": o} for n in ("zero", "nan", "absolute", "error") for o in ("no_saturate", "saturate")),
    *({"negative": "absolute", "nan": n} for n in ("keep_sign", "keep_payload", "zero_sign_inverted")),
    *({"inf_to_int": i, "overflow": o} for i in rq.policies.InfToIntMode for o in ("no_saturate", "wrap", "error")),
    *({"inf_flags": i, "overflow": "saturate"} for i in ("invalid", "overflow", "none")),
    *({"zero_input": z, "nan": n} for z in ("min", "nan", "error") for n in (None, "keep_sign", "error")),
    *({"subnormals": s, "ftz": f} for s in rq.policies.SubnormalMode for f in ("x86", "arm")),
    {"signed_zero": "positive"},
    {"signed_zero": "positive", "subnormals": "flush_both"},
    {"flags": "none", "overflow": "saturate"},
    *({"rounding": r} for r in rq.RoundingMode if not r.is_stochastic),
    *({"rounding": "to_odd", "to_odd_overflow": t} for t in ("bound", "infinity")),
]


@lru_cache
def special_codes(name):
    """Codes by rule: every NaN boundary, both Infs, both zeros, the ends of the subnormals and of the normals, on both sides."""
    fmt = oracle.formats.get(name)
    if fmt.width <= 8:
        datums = [(c, oracle.codec.decode(c, fmt)) for c in range(1 << fmt.width)]
        finite = sorted((d.value, c) for c, d in datums if d.kind == "finite")
        edge = (1 << fmt.precision - 1) if isinstance(fmt, oracle.formats.Float) else 2
        ends = [c for _, c in finite[:4] + finite[2 * edge - 2 : 2 * edge + 2] + finite[-4:]]
        return sorted({c for c, d in datums if d.kind != "finite"} | set(ends))
    t, top = fmt.precision - 1, 1 << (fmt.width - 1)
    inf, quiet = ((1 << fmt.exponent_width) - 1) << t, 1 << (t - 1)
    nans = [
        inf + 1,
        inf + quiet - 1,
        inf + quiet,
        inf + quiet + 1,
        inf + (1 << t) - 1,
        inf + (quiet >> 1),
        inf + (0b0101 << (t - 4)),
        inf + (0b1011 << (t - 4)),
    ]
    magnitudes = [0, 1, 2, (1 << t) - 1, 1 << t, (1 << t) + 1, 1 << (fmt.width - 3), inf - 1, inf, *nans]
    return sorted({m | s for m in magnitudes for s in (0, top)})


datum = lru_cache(maxsize=None)(oracle.codec.decode)


def expected(code, source, target, policies):
    try:
        return oracle.codec.encode(datum(code, source), target, policies, source=source)
    except oracle.errors.ValueRefused:
        return None


def sources_of(i):
    """Sources of a knob's choice: float64 and float16 always, five of the others in turn."""
    others = [s for s in SOURCES if s not in ("float64", "float16")]
    return ["float64", "float16", *((others * 2)[5 * i % len(others) :][:5])]


def test_every_source_meets_every_knob_in_some_target():
    for knob in {k for knobs in KNOBS for k in knobs}:
        met = {(s, n) for n in range(len(TARGETS)) for i, knobs in enumerate(KNOBS) if knob in knobs for s in sources_of(i + n)}
        assert {s for s, _ in met} == set(SOURCES)


@pytest.mark.parametrize("target", TARGETS)
def test_special_values_convert_as_the_oracle_says(target, thoroughly, count_cases):
    goal = oracle.formats.get(target)
    for i, knobs in enumerate(KNOBS):
        policies = rq.Policies(**knobs)
        stated = oracle_policies(policies)
        try:
            oracle.policies.check(stated, goal)
        except oracle.errors.PolicyRefused:
            with pytest.raises(rq.errors.PolicyError):
                rq.encode(1.0, target, dialect=as_dialect(policies))
            count_cases(1)
            continue
        for source in SOURCES if thoroughly else sources_of(i + TARGETS.index(target)):
            count_cases(compare_codes(source, target, goal, policies, stated))


def compare_codes(source, target, goal, policies, stated):
    origin, dialect = oracle.formats.get(source), as_dialect(policies)
    codes = special_codes(source)
    wanted = [expected(c, origin, goal, stated) for c in codes]
    fine = [(c, w) for c, w in zip(codes, wanted, strict=True) if w is not None]
    got = rq.convert(np.array([c for c, _ in fine], rq.get_format(source).code_dtype), source, target, dialect=dialect, return_flags=True)
    for (code, want), c, f in zip(fine, got.codes.tolist(), got.flags.tolist(), strict=True):
        assert (c, f) == (want.code, want.flags), f"{source} {code:#x} -> {target}: got {c:#x} flags {f}, expected {want.code:#x} flags {want.flags}; {stated}"
    refused = [c for c, w in zip(codes, wanted, strict=True) if w is None]
    if refused:
        with pytest.raises((rq.errors.EncodeError, rq.errors.PolicyError)) as raised:
            rq.convert(np.array(refused, rq.get_format(source).code_dtype), source, target, dialect=dialect)
        assert len(refused) == 1 or f"({len(refused)} such values)" in str(raised.value)
    return len(codes)


@pytest.mark.parametrize("via", ["float32", "float16", "bfloat16", "float8_e5m2"])
@pytest.mark.parametrize("target", ["float8_e4m3fn", "float8_e5m2", "float4_e2m1fn", "uint8", "binary8p3se", "float8_e8m0fnu"])
def test_an_intermediate_format_is_what_the_oracle_says(target, via, thoroughly, count_cases):
    goal = oracle.formats.get(target)
    knobs = {"nan": "to_max"} if target in ("float4_e2m1fn", "uint8") else {"nan": "keep_sign"}
    for i, (rounding, via_rounding) in enumerate(itertools.product(("ties_to_even", "toward_zero", "to_odd", "toward_positive"), repeat=2)):
        for subnormals in ("keep", "flush_both") if thoroughly or i % 3 == 0 else ("keep",):
            middle = rq.Via(via, rounding=via_rounding, nan="keep_payload")
            policies = rq.Policies(rounding=rounding, via=middle, subnormals=subnormals, overflow="saturate", **knobs)
            for source in ("float64", "float16", "bfloat16"):
                count_cases(compare_codes(source, target, goal, policies, oracle_policies(policies)))
