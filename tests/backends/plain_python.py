"""Run with NUMBA_DISABLE_JIT=1: the kernels as plain Python, against the reference, on a few values of every kind."""

import itertools
import warnings

import numpy as np
from test_backends_equal_reference import DETERMINISTIC, OTHER, USER, codes_of, compare, inner_ties, permitted

import refquant as rq

TARGETS = ["float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu", "ue4m3", "int8", "uint8", "bfloat16", "float64", "binary8p1uf", *USER[:3]]


def few(source, count=20):
    """Return some codes of each kind, and those about Inf and the NaNs on both sides."""
    codes, fmt = codes_of(source, 30), rq.get_format(source)
    g, sign = fmt.grid, 1 << (fmt.width - 1)
    special = [c | s for c in (g.infinity, g.nan_first, g.nan_first + max(g.nan_quiet, 1)) if c > 0 for s in (0, sign)]
    return np.concatenate([codes[:: max(codes.size // count, 1)], np.array(special, np.uint64).astype(codes.dtype)])


def main():
    default, compared = rq.get_dialect("default"), 0
    modes, sources = itertools.cycle(DETERMINISTIC), itertools.cycle(["float32", "float64", "binary8p3se", "float8_e4m3fnuz", "int32", "float16"])
    every_choice = list(itertools.chain([{"overflow": o} for o in rq.OverflowMode], *OTHER.values()))
    for target, knobs in ((t, k) for i, k in enumerate(every_choice) for t in TARGETS[i % 2 :: 2]):
        source = next(sources)
        dialect = default.replace(**({"nan": None if rq.get_format(target).has_nan else "to_max", "rounding": next(modes)} | knobs))
        if permitted(dialect, target, source):
            compared += compare(few(source), source, target, dialect, "numba")
    for kind, n, target in itertools.product("abc", (1, 23, 32), ("float8_e4m3fn", "float8_e8m0fnu")):
        codes = np.concatenate([few("float64"), inner_ties(n)])
        for random in (
            rq.Philox(9, n, offset=(1 << 35) + 3),
            rq.RandomBits(np.arange(codes.size) % (1 << n), n),
            rq.RandomBits(np.full(codes.size, (1 << n) - 2 if n > 1 else 0), n),
        ):
            compared += compare(codes, "float64", target, default, "numba", rounding=f"stochastic_{kind}", random=random)
    for nan, (source, target) in itertools.product(rq.policies.NanMode, (("float32", "float64"), ("float64", "float32"), ("float32", "bfloat16"))):
        compared += compare(few(source), source, target, default.replace(nan=nan), "numba")
    compared += compare(np.tile(np.arange(256, dtype=np.uint8), 5), "float8_e5m2", "float8_e4m3fn", default, "numba")  # by table
    print(compared)


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy's integer scalars warn where they wrap, which is what is meant
        main()
