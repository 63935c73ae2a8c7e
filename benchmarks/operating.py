"""Arithmetic on codes: the reference and the compiled kernels beside arrays of apytypes, NumPy's own ufuncs, and SoftFloat and fpy2, one number at a time."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from itertools import islice
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import refquant as rq
from benchmarks.demands import Demand
from benchmarks.racing import Run, Times, race, ratio

SCALAR = 1 << 13  #: elements for peers that compute one number at a time; their times are scaled
SLOW = 1 << 9
REFERENCE, PLAIN, FLAGS = "reference", "compiled", "compiled, flags"
DEMANDED = {("add", 8): 150.0, ("mul", 8): 150.0, ("add", 16): 60.0, ("mul", 16): 60.0, ("fma", 8): 30.0, ("fma", 16): 30.0}
LEAST_OF_REFERENCE = 5.0
NOTES = """\
Million results a second, ties to even, one thread; operands are codes at random, NaNs and infinities among them. A ratio is the peer's time over that of the
compiled kernel: above 1 refquant is faster. NumPy computes float16 in float32 and rounds again, without flags; ml_dtypes likewise. apytypes works on arrays of
its own; SoftFloat (through softfloatpy) and fpy2 on one number at a time, for 8,192 and 512 numbers, scaled. Results are compared before anything is
timed, NaN by class."""


class Row(NamedTuple):
    """One operation in one format, on columns of codes."""

    operation: str
    format: str
    columns: list[NDArray[Any]]

    def ours(self, backend: str, **options: Any) -> Any:
        """Return what refquant computes."""
        return getattr(rq.arithmetic, self.operation)(*self.columns, self.format, backend=backend, **options)


class Peer(NamedTuple):
    """Someone else's operation; `codes` of as many elements as it computes (None: not comparable)."""

    run: Run
    codes: Callable[[], Any]
    count: int


TASKS = [(op, f) for f in ("float8_e4m3fn", "float8_e5m2", "float16", "bfloat16", "float32") for op in ("add", "mul", "fma")]
TASKS += [("div", "float16"), ("sqrt", "float16"), ("rem", "float16"), ("minimum", "float16"), ("div", "float32"), ("sqrt", "float32")]


def measure(size: int, rounds: int) -> list[dict[str, Any]]:
    """Return one row per operation and format."""
    rq.set_num_threads(1)
    return [_row(_task(op, fmt, size), rounds) for op, fmt in TASKS]


def _task(operation: str, fmt: str, size: int) -> Row:
    count = {"fma": 3, "sqrt": 1}.get(operation, 2)
    generator, dtype = np.random.default_rng(1), rq.get_format(fmt).code_dtype
    return Row(operation, fmt, [generator.integers(0, 1 << rq.get_format(fmt).width, size, dtype=np.uint64).astype(dtype) for _ in range(count)])


def _row(row: Row, rounds: int) -> dict[str, Any]:
    peers, size = dict(_peers(row)), row.columns[0].size
    want = row.ours("reference", return_flags=True)
    _check(row, peers, want)
    contenders: dict[str, Run] = {
        PLAIN: lambda: row.ours("numba"), FLAGS: lambda: row.ours("numba", return_flags=True), REFERENCE: lambda: row.ours("reference"),
        **{name: peer.run for name, peer in peers.items()},
    }  # fmt: skip
    with np.errstate(all="ignore"):
        times = race(contenders, rounds)
    speeds = {name: size / median(times[name]) / 1e6 for name in (REFERENCE, PLAIN, FLAGS)}
    ratios = {name: _ratio(times, name, size, peers) for name in ("apytypes", "NumPy", "ml_dtypes", "SoftFloat", "fpy2")}
    return {"operation": f"{row.operation} {row.format}", **speeds, **{f"× {name}": found for name, found in ratios.items()}}


def _ratio(times: Times, name: str, size: int, peers: dict[str, Peer]) -> float | None:
    return ratio(times, name, PLAIN) * size / peers[name].count if name in peers else None


def _check(row: Row, peers: dict[str, Peer], want: Any) -> None:
    """Stop where the backends differ, or a peer that is right elsewhere delivers other numbers here."""
    got = row.ours("numba", return_flags=True)
    if not (np.array_equal(got.codes, want.codes) and np.array_equal(got.flags, want.flags)):
        raise SystemExit(f"{row.operation} {row.format}: the backends do not deliver the same bits")
    for name, peer in peers.items():
        with np.errstate(all="ignore"):
            theirs, ours = (rq.decode(np.asarray(c, want.codes.dtype), row.format) for c in (peer.codes(), want.codes[: peer.count]))
        wrong = int((~((theirs == ours) | (np.isnan(theirs) & np.isnan(ours)))).sum())
        if wrong:
            raise SystemExit(f"{row.operation} {row.format}: {name} delivers something else for {wrong} elements")


def _peers(row: Row) -> Any:
    if row.format in ("float16", "float32"):
        yield from _numpy(row)
        yield from _softfloat(row)
        yield from _fpy2(row)
    elif row.operation in ("add", "mul"):
        yield from _ml_dtypes(row)
    if row.operation in ("add", "mul", "div") and find_spec("apytypes") and row.format != "float8_e4m3fn":
        yield from _apytypes(row)


_UFUNCS = {"add": np.add, "mul": np.multiply, "div": np.divide, "sqrt": np.sqrt, "minimum": np.minimum}


def _numpy(row: Row) -> Any:
    if row.operation in _UFUNCS:
        values = [c.view(row.format) for c in row.columns]
        ufunc, out = _UFUNCS[row.operation], np.empty_like(values[0])
        yield "NumPy", Peer(lambda: ufunc(*values, out=out), lambda: ufunc(*values).view(row.columns[0].dtype), values[0].size)


def _ml_dtypes(row: Row) -> Any:
    import ml_dtypes

    values = [c.view(getattr(ml_dtypes, row.format)) for c in row.columns]
    ufunc = _UFUNCS[row.operation]
    yield "ml_dtypes", Peer(lambda: ufunc(*values), lambda: ufunc(*values).view(row.columns[0].dtype), values[0].size)


def _apytypes(row: Row) -> Any:
    from apytypes import APyFloatArray

    fmt: Any = rq.get_format(row.format)
    shape = fmt.exponent_width, fmt.precision - 1
    a, b = (APyFloatArray.from_bits(c.astype(np.uint64), *shape) for c in row.columns)
    run = {"add": lambda: a + b, "mul": lambda: a * b, "div": lambda: a / b}[row.operation]
    yield "apytypes", Peer(run, lambda: run().to_bits(numpy=True), row.columns[0].size)


def _softfloat(row: Row) -> Any:
    name = {"fma": "mul_add", "minimum": None}.get(row.operation, row.operation)
    if name is None or not find_spec("softfloatpy"):
        return
    import softfloatpy

    prefix, kind = ("f16", softfloatpy.Float16) if row.format == "float16" else ("f32", softfloatpy.Float32)
    size = row.columns[0].itemsize
    operands = [[kind.from_bytes(int(c).to_bytes(size, "big")) for c in column[:SCALAR].tolist()] for column in row.columns]
    compute = getattr(softfloatpy, f"{prefix}_{name}")
    codes = lambda: [int.from_bytes(x.to_bytes(), "big") for x in map(compute, *operands)]  # noqa: E731
    yield "SoftFloat", Peer(lambda: list(map(compute, *operands)), codes, len(operands[0]))


def _fpy2(row: Row) -> Any:
    if not find_spec("fpy2") or row.operation not in ("add", "mul", "div", "fma", "sqrt"):
        return
    import fpy2

    context, dtype = (fpy2.FP16 if row.format == "float16" else fpy2.FP32), row.columns[0].dtype
    operands = [[fpy2.Float.from_float(float(v)) for v in islice(c.view(row.format), SLOW)] for c in row.columns]
    compute = getattr(fpy2, row.operation)
    run = lambda: [compute(*x, ctx=context) for x in zip(*operands, strict=True)]  # noqa: E731
    yield "fpy2", Peer(run, lambda: np.array([float(v) for v in run()], row.format).view(dtype), len(operands[0]))


def demands(rows: list[dict[str, Any]]) -> list[Demand]:
    """What compiled sums, products and fused products must reach, half of it with flags, and the reference on float16."""
    found = {row["operation"]: row for row in rows}
    made = []
    for op, fmt in TASKS:
        least = DEMANDED.get((op, rq.get_format(fmt).width))
        if least is not None:
            row = found[f"{op} {fmt}"]
            made += [Demand(f"{op} {fmt}, compiled, million/s", row[PLAIN], least, True), Demand(f"{op} {fmt}, with flags", row[FLAGS], least / 2, True)]
    return made + [Demand(f"{op} float16, the reference, million/s", found[f"{op} float16"][REFERENCE], LEAST_OF_REFERENCE, True) for op in ("add", "mul")]
