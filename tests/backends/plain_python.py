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


def edges(dtype):
    """Return codes of a float dtype on, halfway between and next to values of float8_e4m3fn: subnormal, normal, largest; ties of bfloat16; tiny ones."""
    values = rq.decode(np.array([*range(20), *range(118, 127)], np.uint8), "float8_e4m3fn", backend="reference")
    points = np.concatenate([values, (values[1:] + values[:-1]) / 2, [464, 480, 1.00390625, 1.01171875, 1e-20, 3e-20, 2.0**-41, 2.0**-42, 2.0**-43]]).astype(
        dtype
    )
    near = np.concatenate([np.nextafter(points, dtype(0)), points, np.nextafter(points, dtype(np.inf))])
    return np.concatenate([near, -near]).view(f"u{points.itemsize}")


def additions():
    """Compare what rounds by one addition: near every kind of decision; and the refusals that it looks for first."""
    default, compared = rq.get_dialect("default"), 0
    for dtype, target in itertools.product((np.float32, np.float64), ("float8_e4m3fn", "float8_e5m2", "bfloat16", "int8")):
        dialect = default.replace(nan="to_max" if target == "int8" else None)
        for rounding in ("ties_to_even", "toward_zero", "toward_positive", "away_from_zero"):
            compared += compare(edges(dtype), np.dtype(dtype).name, target, dialect, "numba", rounding=rounding)
    codes = edges(np.float32)
    for kind, n in itertools.product("ab", (1, 8, 31, 32)):
        for random in (rq.Philox(9, n), rq.RandomBits(np.full(codes.size, (1 << n) - 1), n), rq.RandomBits(np.full(codes.size, (1 << n) // 2), n)):
            compared += compare(codes, "float32", "float8_e4m3fn", default, "numba", rounding=f"stochastic_{kind}", random=random)
    tiny = (np.float32([1, 1.5, 1.984375])[:, None] * np.exp2(np.arange(-20, -15, dtype=np.float32))).reshape(-1)  # 31, 32 and 33 digits are dropped
    for below in (1, 1 << 22, 3 << 22, 3 << 23):
        random = rq.RandomBits(np.full(tiny.size, (1 << 32) - below), 32)
        compared += compare(tiny.view(np.uint32), "float32", "float8_e4m3fn", default, "numba", rounding="stochastic_a", random=random)
    refusing = default.replace(overflow="error")
    lists = [1, 2], [1, 1e6], [np.inf, 1e6], [np.inf, 1], [-np.inf, -1e6], [np.nan, 1e6], [-1e6, np.copysign(np.nan, -1)], [np.nan, 1]
    for dtype, values in itertools.product((np.float32, np.float64), lists):
        want, got = (refused(np.array(values, dtype), refusing, backend) for backend in ("reference", "numba"))
        assert want == got, (values, want, got)
        compared += 1
    for powers in (np.uint64(1) << np.arange(64, dtype=np.uint64), np.int64(1) << np.arange(63)):
        x = np.concatenate([powers - 1, powers, powers + 1])
        for target, rounding in itertools.product(("float64", "float8_e5m2", "binary16p3se", "uint32"), ("ties_to_even", "ties_to_zero")):
            assert np.array_equal(*(rq.encode(x, target, rounding=rounding, backend=backend) for backend in ("reference", "numba"))), (target, rounding)
            compared += x.size
    return compared


def refused(x, dialect, backend):
    """Return the codes, or the message of the refusal, without flags: what raises is found by another way than flags are."""
    try:
        return rq.encode(x, "float16", dialect=dialect, backend=backend).tolist()
    except rq.errors.EncodeError as error:
        return str(error)


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
    print(compared + additions())


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy's integer scalars warn where they wrap, which is what is meant
        main()
