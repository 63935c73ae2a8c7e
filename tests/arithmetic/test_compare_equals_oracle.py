"""Reference == oracle: every pair of codes of every format of at most 8 bits, every pair of classes of all formats, truth and flags."""

import itertools
from functools import cache

import numpy as np
import oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refquant as rq
from refquant.arithmetic import Predicate

FORMS = [(p, s) for p in Predicate for s in (False, True) if not (p is Predicate.UNORDERED and s)]
UP_TO_8 = [n for n in rq.list_formats() if rq.get_format(n).width <= 8]
P3109 = ["binary3p1ue", "binary4p2sf", "binary6p3ue", "binary8p1se", "binary8p8ue"]
WIDE = [n for n in rq.list_formats() if rq.get_format(n).width > 8] + ["binary16p3se", "binary16p1ue", "binary12p5sf"]
EVERY = UP_TO_8 + P3109 + WIDE
INVALID = oracle.flags.INVALID


def forms(*names):
    """Predicates, and whether they signal, which needs a NaN (RQ-7.27)."""
    return [(predicate, signaling) for predicate, signaling in FORMS if not signaling or any(rq.get_format(n).has_nan for n in names)]


@cache
def data(name, codes):
    fmt = oracle.formats.get(name)
    return [oracle.codec.decode(code, fmt) for code in codes]


def expected(x, y, x_ranks, y_ranks, predicate, signaling):
    """(truth, flags) of all pairs, by the oracle's ranks. RQ-7.3, RQ-7.4."""
    nan = (x_ranks < 0)[:, None] | (y_ranks < 0)
    truth = {"eq": x_ranks[:, None] == y_ranks, "lt": x_ranks[:, None] < y_ranks, "le": x_ranks[:, None] <= y_ranks}.get(predicate, True)
    raises = nan if signaling else np.array([d.signaling for d in x])[:, None] | np.array([d.signaling for d in y])
    return np.where(nan, predicate == "unordered", truth & (predicate != "unordered")), np.where(raises, INVALID, 0)


def check(names, codes, ranks):
    """Compare all pairs of codes of two formats; return their number."""
    x, y = (data(n, c) for n, c in zip(names, codes))
    a, b = (np.array(c, rq.get_format(n).code_dtype) for n, c in zip(names, codes))
    for predicate, signaling in forms(*names):
        truth, flags = rq.arithmetic.compare(a[:, None], b, names, predicate=predicate, signaling=signaling, return_flags=True)
        wanted, raised = expected(x, y, *ranks, predicate, signaling)
        wrong = np.argwhere((truth != wanted) | (flags != raised))
        assert not wrong.size, report(names, codes, wrong, predicate, signaling, truth, wanted, flags, raised)
        assert truth.dtype == np.bool_ and flags.dtype == np.uint8
    return len(forms(*names)) * a.size * b.size


def report(names, codes, wrong, predicate, signaling, truth, wanted, flags, raised):
    i, j = wrong[0]
    what = f"{'signalling' if signaling else 'quiet'} {predicate} of {names[0]} {codes[0][i]:#x} and {names[1]} {codes[1][j]:#x}"
    return f"{what}: got {truth[i, j]} flags {flags[i, j]}, expected {wanted[i, j]} flags {raised[i, j]}; {len(wrong)} such; RQ-7.3, RQ-7.4"


def placed(every):
    return np.array([-1 if r is None else r for r in oracle.compare.ranks(every)])


@pytest.mark.parametrize("name", UP_TO_8 + P3109)
def test_every_pair_of_codes(name, count_cases):
    codes = tuple(range(1 << rq.get_format(name).width))
    ranks = placed(data(name, codes))
    count_cases(check((name, name), (codes, codes), (ranks, ranks)))


@cache
def representatives(name):
    """Codes of every class, their neighbours, and of values that many formats share. RQ-2.4, RQ-2.7."""
    fmt = oracle.formats.get(name)
    last, width = 2**fmt.width - 1, fmt.width
    found = {0, 1, 2, last, last - 1, last >> 1, (last >> 1) + 1, (last >> 1) + 2, last >> 2}
    if isinstance(fmt, oracle.formats.Float):
        t, infinity = fmt.t, oracle.formats.largest(fmt) + 1
        magnitudes = {(1 << t) - 1, 1 << t, infinity - 1, infinity, infinity + 1, infinity + (1 << t >> 1), infinity + (1 << t >> 2), infinity + (1 << t) - 1}
        found |= {m + s for m in magnitudes for s in ({0, 1 << (width - 1)} if fmt.signed else {0})}
    saturate = oracle.policies.Policies(overflow="saturate", nan="to_zero" if oracle.bits.has_zero(fmt) else None)
    for x in (1, 3, 5, oracle.bits.power(-1), oracle.bits.power(-9), 448, 240, 65504, 2**24 + 1, oracle.bits.power(-133), 2**127, oracle.bits.power(300)):
        near = oracle.codec.encode(x, fmt, saturate).code
        found |= {near - 1, near, near + 1, *(oracle.bits.signed_code(True, c, fmt) for c in (near,) if fmt.signed)}
    return tuple(sorted(c for c in found if 0 <= c <= last))


@cache
def pool():
    """Representatives of all formats, ranked together once: {name: ranks}."""
    codes = {n: representatives(n) for n in EVERY}
    ranks = placed([d for n in EVERY for d in data(n, codes[n])])
    ends = np.cumsum([len(codes[n]) for n in EVERY])
    return dict(zip(EVERY, np.split(ranks, ends[:-1])))


@pytest.mark.parametrize("name", EVERY)
def test_every_pair_of_classes_of_every_pair_of_formats(name, count_cases):
    """RQ-7.2."""
    for other in EVERY:
        count_cases(check((name, other), (representatives(name), representatives(other)), (pool()[name], pool()[other])))


def test_representatives_reach_every_class():
    for name in EVERY:
        fmt = oracle.formats.get(name)
        seen = {(d.kind, d.sign, d.signaling) for d in data(name, representatives(name))}
        whole = {("finite", 0, False)} | ({("finite", 1, False)} if fmt.signed else set())
        if isinstance(fmt, oracle.formats.Float):
            sides = (0, 1) if fmt.signed else (0,)
            whole |= {("inf", s, False) for s in sides if fmt.infinity}
            whole |= {("nan", s, False) for s in (sides if fmt.nan in ("ieee", "all_ones") else (0,)) if fmt.nan != "none"}
            whole |= {("nan", s, True) for s in sides if fmt.signaling_nan == "msb_clear" and fmt.t > 1}
        assert seen == whole, name


@pytest.mark.parametrize("names", [("float16", "float8_e5m2"), ("float4_e2m1fn", "int8"), ("binary8p3se", "float8_e4m3fn"), ("float32", "float32")])
def test_knobs_that_matter_equal_oracle(names, count_cases):
    """RQ-7.5: each operand is read by its own row."""
    row = rq.policies.Row((("subnormals", "flush_both"),), targets=("float16", "float32", "float4_e2m1fn"))
    silent = rq.policies.Row((("flags", "none"),), targets=("binary8p3se",))
    for dialect in (
        rq.get_dialect("default").replace(subnormals="flush_inputs"),
        rq.get_dialect("default").replace(flags="none"),
        rq.Dialect("rows", rows=(row, silent)),
    ):
        chosen = [dialect.policies(n, n) for n in names]
        theirs = [oracle.policies.Policies(subnormals=str(p.subnormals), flags=str(p.flags)) for p in chosen]
        specs = [oracle.formats.get(n) for n in names]
        for (predicate, signaling), (a, b) in itertools.product(forms(*names), itertools.product(*map(acted_on, names))):
            got = rq.arithmetic.compare(a, b, names, predicate=predicate, signaling=signaling, dialect=dialect, return_flags=True)
            assert tuple(got) == oracle.compare.compare(predicate, signaling, a, b, *specs, *theirs), f"{names} {a:#x} {b:#x} {predicate} {dialect.name}"
            count_cases(1)


def acted_on(name):
    """A few codes on which those knobs act, and a few more."""
    codes, fmt = representatives(name), oracle.formats.get(name)
    pairs = list(zip(codes, data(name, codes)))
    nan, tiny = [c for c, d in pairs if d.kind == "nan"], [c for c, d in pairs if oracle.codec.is_subnormal(d, fmt)]
    return sorted({*nan[:2], *nan[-2:], *tiny[:2], *tiny[-2:], *codes[::5]})


def test_p3109_dialects_raise_nothing():
    for name in ("p3109-v3.2", "p3109-v4.0", "p3109-d1"):
        assert rq.arithmetic.compare(0x80, 0x80, "binary8p3se", signaling=True, dialect=name, return_flags=True) == (False, 0)
    assert rq.arithmetic.compare(0x80, 0x80, "binary8p3se", signaling=True, return_flags=True) == (False, 16)


@pytest.mark.parametrize("width", [16, 32, 64])
@given(data=st.data())
def test_ieee_formats_equal_numpy(width, data):
    """A second independent oracle: the processor's own comparison, through NumPy."""
    codes = st.integers(0, 2**width - 1)
    a = np.array(data.draw(st.lists(codes, min_size=1, max_size=40)), f"u{width // 8}")
    b = np.array(data.draw(st.lists(codes | st.sampled_from(a.tolist()), min_size=a.size, max_size=a.size)), a.dtype)
    x, y, name = a.view(f"f{width // 8}"), b.view(f"f{width // 8}"), f"float{width}"
    with np.errstate(invalid="ignore"):
        right = {"eq": x == y, "lt": x < y, "le": x <= y, "unordered": np.isnan(x) | np.isnan(y)}
    for predicate, truth in right.items():
        assert rq.arithmetic.compare(a, b, name, predicate=predicate).tolist() == truth.tolist()


@given(a=st.integers(0, 2**64 - 1), b=st.integers(0, 2**32 - 1), c=st.integers(0, 2**53 - 1), d=st.integers(0, 2**16 - 1))
def test_mixed_wide_formats_equal_oracle(a, b, c, d):
    """Integers past 2**52 and formats beyond float64, where a float64 between them would be wrong."""
    wide = rq.IntFormat(width=53, signed=True, name="int53")
    ours = {"float64": a, "float32": b, wide: c, "binary16p3se": d}
    specs = {n: oracle.formats.Int("int53", 53) if n is wide else oracle.formats.get(n) for n in ours}
    for x, y in itertools.product(ours, repeat=2):
        for predicate, signaling in forms(x, y):
            got = rq.arithmetic.compare(ours[x], ours[y], (x, y), predicate=predicate, signaling=signaling, return_flags=True)
            assert tuple(got) == oracle.compare.compare(predicate, signaling, ours[x], ours[y], specs[x], specs[y])
