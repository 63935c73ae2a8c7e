"""Run with NUMBA_DISABLE_JIT=1: the kernels of the operations as plain Python, against the reference, on a few values of every kind."""

import itertools
import warnings

import numpy as np
from operationcalls import COUNTS, comparisons, crossed, outcome

import refquant as rq

A = rq.arithmetic
FORMATS = ["float8_e5m2", "float16", "float32", "int8", "float8_e8m0fnu", "binary8p3se", "float8_e4m3fnuz", "uint16"]
KNOBS = [
    {}, {"rounding": "to_odd", "tininess": "before"}, {"rounding": "toward_negative", "subnormals": "flush_both", "overflow": "saturate"},
    {"nan_operand": "signaling_first", "zero_times_inf": "made", "fma_nan_order": "addend_first", "nan": "keep_payload"},
    {"nan_operand": "made", "made_nan": "negative", "division_by_zero": "nan", "next_past_end": "nan"}, {"flags": "none", "negative": "absolute"},
]  # fmt: skip


MOST = {1: 40, 2: 14, 3: 9}  #: codes of each operand


def special(formats):
    """Cross codes of both signs: zero, Inf, NaNs that do not and that do signal, one, the ends and the least numbers, and others."""
    columns = []
    for fmt in map(rq.get_format, formats):
        g, sign, quiet = fmt.grid, 1 << (fmt.width - 1), fmt.grid.nan_first + fmt.grid.nan_quiet
        nans = [quiet, g.nan_first, quiet + 1] if g.nan_first >= 0 else []
        codes = [0, max(g.infinity, 0), *nans, 1 << (g.precision - 1), 1, g.max_positive, 3, (1 << (g.precision - 1)) - 1, g.max_positive // 2, 5, 2]
        both = list(dict.fromkeys(c for code in codes for c in (code, code ^ sign) if 0 <= c < 1 << fmt.width))
        columns.append(np.array(both[: MOST[len(formats)]], fmt.code_dtype))
    return [m.ravel() for m in np.meshgrid(*columns, indexing="ij")]


def check(name, columns, formats, **options):
    """Assert that both backends give one outcome; return the count of rows."""
    want, got = (outcome(name, columns, formats, backend=b, **options) for b in ("reference", "numba"))
    same = want == got if isinstance(want[0], type) or isinstance(got[0], type) else all(np.array_equal(w, g) for w, g in zip(want, got))
    assert same, (name, formats, options, want, got)
    return columns[0].size


def rounded(compared=0):
    """Every operation, in turn with every kind of knob, mixed formats, and random bits."""
    cycle = itertools.cycle(KNOBS)
    for fmt, (name, count), _ in itertools.product(FORMATS, COUNTS.items(), range(2)):
        knobs = {k: v for k, v in next(cycle).items() if rq.get_format(fmt).has_nan or k != "nan"}
        dialect = rq.get_dialect("default").replace(**({"nan": None if rq.get_format(fmt).has_nan else "to_max"} | knobs))
        compared += check(name, special([fmt] * count), (fmt,) * count, dialect=dialect)
    for formats, (name, count) in itertools.product((("float16", "float8_e4m3fn", "bfloat16"), ("tfloat32", "int8", "float16")), COUNTS.items()):
        compared += check(name, crossed(formats[:count], 60), formats[:count], result="float32")
    for kind, (name, count), fmt in itertools.product("abc", COUNTS.items(), ("float8_e4m3fn", "float16")):
        compared += check(name, crossed([fmt] * count, 20), (fmt,) * count, rounding=f"stochastic_{kind}", random=rq.Philox(5, 9))
    return compared


def told(columns, formats, backend):
    """Truth, classes and integers: what has no format."""
    for predicate, signaling in comparisons(formats):
        yield from A.compare(*columns, formats, predicate=predicate, signaling=signaling, backend=backend, return_flags=True)
    for dialect in ("default", "p3109-d1"):
        yield from A.total_order(*columns, formats, dialect=dialect, backend=backend, return_flags=True)
    yield from A.log_b(columns[0], formats[0], backend=backend, return_flags=True)
    yield A.classify(columns[0], formats[0], backend=backend)


def exact(compared=0):
    """Truth, classes, integers, and tables."""
    for formats in (("float8_e5m2", "float16"), ("float32", "float32"), ("int8", "float8_e4m3fnuz"), ("binary8p3se", "binary8p3se")):
        columns = special(formats)
        for want, got in zip(told(columns, formats, "reference"), told(columns, formats, "numba"), strict=True):
            assert np.array_equal(want, got), formats
            compared += columns[0].size
    table = np.resize(np.arange(256, dtype=np.uint8), 1 << 13)
    for name in ("sqrt", "rsqrt"):
        compared += check(name, [table], ("float8_e5m2",))
    return compared


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy's integer scalars warn where they wrap, which is what is meant
        print(rounded() + exact())
