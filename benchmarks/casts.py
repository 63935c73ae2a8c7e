"""The compiled casts beside each peer and beside the limit: each side writes into a result that is there already, gfloat aside, which takes none."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import refquant as rq
from benchmarks.demands import Demand
from benchmarks.racing import Run, Times, race, ratio
from benchmarks.speed import sample

FEW = 1 << 20  #: elements for peers that take a second for more; their times are scaled
LIMIT, ONE, TWO = "limit", "refquant", "refquant, two threads"
RUN_TIME = {"gfloat": 40.0}
PEERS = ("torch", "ml_dtypes", "numpy", "gfloat")
NOTES = """\
One thread each, but for the column "two threads": how many times as fast refquant is with two. "of the limit": refquant's speed over that of the
narrowing np.copyto between unsigned integers of the same widths (decode: of filling the result). A ratio to a peer is the peer's time over
refquant's: above 1 refquant is faster. "≠" marks a peer that does something else; the lines below say what. gfloat is timed on 1 Mi elements, and its
time scaled. Where a peer claims the same, outputs are compared before anything is timed, NaN by class."""


class Peer(NamedTuple):
    """Someone else's cast: `run` writes into its own result, `codes` returns it as codes (None: not comparable, and `differs` says why)."""

    run: Run
    codes: Callable[[], Any] | None
    differs: str = ""
    scale: float = 1.0  #: how many times more elements refquant converts


class Case(NamedTuple):
    """One row: what refquant does, into `out`, the limit, the peers, and what is demanded: name of a ratio -> at least."""

    name: str
    encode: Run
    out: NDArray[Any]
    limit: Run
    peers: dict[str, Peer]
    demanded: dict[str, float]
    format: str


class Data(NamedTuple):
    """The inputs: seeded, log-uniform, of both signs, finite; subnormal, normal and overflowing for the narrow formats."""

    x: NDArray[np.float32]
    wide: NDArray[np.float64]

    def out(self, dtype: Any) -> NDArray[Any]:
        """Return a result whose pages are there."""
        return np.full(self.x.size, 1, dtype)

    def narrowing(self, wide: Any, narrow: Any) -> Run:
        """Return the limit: a copy between unsigned integers of these dtypes."""
        source, sink = self.out(wide), self.out(narrow)
        return lambda: np.copyto(sink, source, casting="unsafe")


def _encode(data: Data, target: str | rq.formats.Format, **options: Any) -> tuple[Run, NDArray[Any]]:
    x = options.pop("x", data.x)
    out = data.out(rq.get_format(target).code_dtype)
    return lambda: rq.encode(x, target, out=out, backend="numba", **options), out


def _torch(x: NDArray[Any], dtype: str, differs: str = "", source: str = "") -> dict[str, Peer]:
    if find_spec("torch") is None:
        return {}
    import torch

    torch.set_num_threads(1)
    given, out = torch.from_numpy(x), torch.empty(x.size, dtype=getattr(torch, dtype))
    given = given.view(getattr(torch, source)) if source else given
    whole = {1: torch.uint8, 2: torch.int16, 4: torch.int32}[out.element_size()]
    return {"torch": Peer(lambda: out.copy_(given), None if differs else lambda: out.view(whole).numpy().view(f"u{out.element_size()}"), differs)}


def _ml_dtypes(x: NDArray[Any], dtype: str, differs: str = "", source: str = "") -> dict[str, Peer]:
    if find_spec("ml_dtypes") is None:
        return {}
    import ml_dtypes

    if source:
        x, out = x.view(getattr(ml_dtypes, source)), np.empty(x.size, dtype)
        return {"ml_dtypes": Peer(lambda: np.copyto(out, x), lambda: out.view(f"u{out.itemsize}"), differs)}
    out = np.empty(x.size, getattr(ml_dtypes, dtype))
    codes = None if differs else lambda: out.view(f"u{out.itemsize}")
    return {"ml_dtypes": Peer(lambda: np.copyto(out, x, casting="unsafe"), codes, differs)}


def _numpy(x: NDArray[Any], dtype: Any, differs: str = "") -> dict[str, Peer]:
    out = np.empty(x.size, dtype)
    return {"numpy": Peer(lambda: np.copyto(out, x, casting="unsafe"), None if differs else lambda: out.view(f"u{out.itemsize}"), differs)}


def _gfloat(x: NDArray[Any], name: str | tuple[int, int], rounding: str = "TiesToEven", *, saturate: bool = False) -> dict[str, Peer]:
    """Return gfloat's rounding to values of a format: its name there, or K and P of P3109."""
    if find_spec("gfloat") is None:
        return {}
    import gfloat
    import gfloat.formats

    info = getattr(gfloat.formats, f"format_info_{name}") if isinstance(name, str) else gfloat.formats.format_info_p3109(*name)
    few, mode = x[:FEW], gfloat.RoundMode[rounding]
    drawn: dict[str, Any] = {}
    if mode is gfloat.RoundMode.Stochastic:
        drawn = {"srbits": np.random.default_rng(4).integers(0, 1 << 16, few.size), "srnumbits": 16}
    differs = "values, not codes" + (", 16 random bits that are there" if drawn else "")
    return {"gfloat": Peer(lambda: gfloat.round_ndarray(info, few, mode, saturate, **drawn), None, differs, x.size / few.size)}


def _gfloat_decode(codes: NDArray[Any], name: str) -> dict[str, Peer]:
    if find_spec("gfloat") is None:
        return {}
    import gfloat
    import gfloat.formats

    info, few = getattr(gfloat.formats, f"format_info_{name}"), codes[:FEW]
    return {"gfloat": Peer(lambda: gfloat.decode_ndarray(info, few), None, "to float64", codes.size / few.size)}


def cases(size: int) -> Iterator[Case]:
    """Yield what is timed; one at a time, as each holds its results."""
    x = sample(size)
    data = Data(x, x.astype(np.float64))
    narrow8, narrow16 = data.narrowing(np.uint32, np.uint8), data.narrowing(np.uint32, np.uint16)
    yield from _narrow(data, narrow8)
    yield from _half(data, narrow16)
    yield from _others(data, narrow8, narrow16)
    yield from _wide(data)
    yield _decode(data)


def _narrow(data: Data, limit: Run) -> Iterator[Case]:
    e4m3, ml = "float8_e4m3fn", {"dialect": "ml_dtypes-0.6"}
    peers = _torch(data.x, e4m3, "saturates") | _ml_dtypes(data.x, e4m3) | _gfloat(data.x, "ocp_e4m3")
    wanted = {"torch": 1.3, "ml_dtypes": 15.0, "gfloat": 100.0, LIMIT: 0.45}
    yield Case("float32 → e4m3fn", *_encode(data, e4m3, **ml), limit, peers, wanted, e4m3)
    peers = _torch(data.x, e4m3) | _ml_dtypes(data.x, e4m3, "overflow gives NaN") | _gfloat(data.x, "ocp_e4m3")
    yield Case("float32 → e4m3fn, saturating", *_encode(data, e4m3, dialect="torch-2.13"), limit, peers, wanted, e4m3)
    peers = _torch(data.x, "float8_e5m2") | _ml_dtypes(data.x, "float8_e5m2") | _gfloat(data.x, "ocp_e5m2")
    yield Case("float32 → e5m2", *_encode(data, "float8_e5m2", **ml), limit, peers, {LIMIT: 0.45, "ml_dtypes": 10.0}, "float8_e5m2")
    peers = _ml_dtypes(data.x, "float4_e2m1fn") | _gfloat(data.x, "ocp_e2m1", saturate=True)
    yield Case("float32 → e2m1", *_encode(data, "float4_e2m1fn", **ml), limit, peers, {LIMIT: 0.45, "ml_dtypes": 10.0}, "float4_e2m1fn")
    yield Case("float32 → binary8p3se", *_encode(data, "binary8p3se"), limit, _gfloat(data.x, (8, 3)), {LIMIT: 0.2} | RUN_TIME, "binary8p3se")
    zero = rq.get_dialect("default").replace(nan="to_zero")
    other = "truncates, and wraps"
    peers = _torch(data.x, "int8", other) | _numpy(data.x, np.int8, other)
    yield Case("float32 → int8, NaN to 0", *_encode(data, "int8", dialect=zero), limit, peers, {LIMIT: 0.45}, "int8")
    yield Case("float32 → int8, NaN refused first", *_encode(data, "int8"), limit, {}, {}, "int8")


def _half(data: Data, limit: Run) -> Iterator[Case]:
    peers = _torch(data.x, "bfloat16") | _ml_dtypes(data.x, "bfloat16") | _gfloat(data.x, "bfloat16")
    yield Case("float32 → bfloat16", *_encode(data, "bfloat16"), limit, peers, {LIMIT: 0.85}, "bfloat16")
    peers = _torch(data.x, "float16") | _numpy(data.x, np.float16) | _gfloat(data.x, "binary16")
    yield Case("float32 → float16", *_encode(data, "float16"), limit, peers, {LIMIT: 0.85}, "float16")


def _others(data: Data, narrow8: Run, narrow16: Run) -> Iterator[Case]:
    """The kernels whose format is given at run time."""
    default, e4m3 = rq.get_dialect("default"), "float8_e4m3fn"
    user = rq.FloatFormat(precision=6, exponent_width=6)
    yield Case("float32 → 6 digits, 6-bit exponent", *_encode(data, user), narrow16, {}, {LIMIT: 0.2}, user.name)
    directed = {"toward_zero": "TowardZero", "toward_positive": "TowardPositive", "away_from_zero": ""}
    for mode, theirs in (directed | {"ties_to_away": "TiesToAway", "to_odd": ""}).items():
        peers, least = _gfloat(data.x, "ocp_e4m3", theirs) if theirs else {}, 0.2 if mode in directed else 0.12
        yield Case(f"float32 → e4m3fn, {mode}", *_encode(data, e4m3, rounding=mode), narrow8, peers, {LIMIT: least} | (RUN_TIME if theirs else {}), e4m3)
    knobs: list[tuple[str, str, dict[str, Any]]] = [
        ("float32 → e4m3fn, flushed", e4m3, {"subnormals": "flush_both"}),
        ("float32 → bfloat16, payload kept", "bfloat16", {"nan": "keep_payload"}),
        ("float32 → e8m0fnu", "float8_e8m0fnu", {}),
        ("float32 → ue4m3, |x|", "ue4m3", {"negative": "absolute"}),
        ("float32 → uint8, wrapped", "uint8", {"overflow": "wrap", "nan": "to_zero", "inf_to_int": "max"}),
    ]
    for name, target, chosen in knobs:
        limit = narrow16 if target == "bfloat16" else narrow8
        yield Case(name, *_encode(data, target, dialect=default.replace(**chosen)), limit, {}, {LIMIT: 0.12}, target)
    drawn = {"rounding": "stochastic_a", "random": rq.Philox(1, 32)}
    peers = _gfloat(data.x, "ocp_e4m3", "Stochastic")
    yield Case("float32 → e4m3fn, stochastic, Philox", *_encode(data, e4m3, **drawn), narrow8, peers, {LIMIT: 0.15}, e4m3)
    flags = data.out(np.uint8)
    run = lambda: rq.encode(data.x, e4m3, return_flags=True, backend="numba")  # noqa: E731
    yield Case("float32 → e4m3fn, with flags", run, flags, narrow8, {}, {}, e4m3)


def _wide(data: Data) -> Iterator[Case]:
    from_double, e4m3 = data.narrowing(np.uint64, np.uint8), "float8_e4m3fn"
    peers = _ml_dtypes(data.wide, e4m3, "rounds twice") | _torch(data.wide, e4m3, "rounds twice, saturates") | _gfloat(data.wide, "ocp_e4m3")
    yield Case("float64 → e4m3fn", *_encode(data, e4m3, x=data.wide), from_double, peers, {"ml_dtypes": 5.0}, e4m3)
    yield Case("float64 → e4m3fn, to_odd", *_encode(data, e4m3, x=data.wide, rounding="to_odd"), from_double, {}, {LIMIT: 0.05}, e4m3)
    whole, narrow = data.x.astype(np.int32), data.narrowing(np.uint32, np.uint8)
    peers = _ml_dtypes(whole, e4m3) | _torch(whole, e4m3, "saturates")
    yield Case("int32 → e4m3fn", *_encode(data, e4m3, x=whole), narrow, peers, {LIMIT: 0.05}, e4m3)
    wider = "binary16p3se"
    yield Case(f"float32 → {wider}", *_encode(data, wider), data.narrowing(np.uint32, np.uint16), {}, {LIMIT: 0.05}, wider)


def _decode(data: Data) -> Case:
    codes, out = np.random.default_rng(3).integers(0, 256, data.x.size, dtype=np.uint8), data.out(np.uint32)
    e4m3 = "float8_e4m3fn"
    peers = _ml_dtypes(codes, "float32", source=e4m3) | _torch(codes, "float32", source=e4m3) | _gfloat_decode(codes, "ocp_e4m3")
    run = lambda: rq.convert(codes, e4m3, "float32", out=out, backend="numba")  # noqa: E731
    filled = data.out(np.float32)
    return Case("e4m3fn → float32", run, out, lambda: filled.fill(1.5), peers, {LIMIT: 0.5}, "float32")


def measure(size: int, rounds: int) -> list[dict[str, Any]]:
    """Return one row per case."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # the peers'
        try:
            return [_row(case, size, rounds) for case in cases(size)]
        finally:
            rq.set_num_threads(None)


def _row(case: Case, size: int, rounds: int) -> dict[str, Any]:
    _check(case)
    contenders = {LIMIT: case.limit, ONE: _with_threads(case.encode, 1), TWO: _with_threads(case.encode, 2)} | {n: p.run for n, p in case.peers.items()}
    times = race(contenders, rounds)
    for name, peer in case.peers.items():
        times[name] = [t * peer.scale for t in times[name]]
    row: dict[str, Any] = {"case": case.name, "M/s": size / median(times[ONE]) / 1e6, "of the limit": ratio(times, LIMIT, ONE)}
    row |= {"two threads": ratio(times, ONE, TWO)} | {name: ratio(times, name, ONE) if name in times else None for name in PEERS}
    return row | {"differs": {n: p.differs for n, p in case.peers.items() if p.differs}, "demanded": case.demanded, "seconds": _medians(times)}


def _medians(times: Times) -> dict[str, float]:
    return {name: median(t) for name, t in times.items()}


def _with_threads(run: Run, count: int) -> Run:
    def timed() -> Any:
        rq.set_num_threads(count)
        return run()

    return timed


def _check(case: Case) -> None:
    """Stop where a peer that claims the same delivers something else."""
    result = case.encode()
    ours = result if isinstance(result, np.ndarray) else result[0]
    nan = np.isnan(rq.decode(ours, case.format, dtype=object if case.format == "binary16p3se" else None)) if case.peers else None
    for name, peer in case.peers.items():
        if peer.codes is None:
            continue
        peer.run()
        wrong = (peer.codes() != ours) & ~nan
        if wrong.any():
            raise SystemExit(f"{case.name}: {name} delivers something else for {np.count_nonzero(wrong)} elements")


def demands(rows: list[dict[str, Any]]) -> list[Demand]:
    """What each row must reach."""
    found = [Demand(f"{row['case']}: {_worded(name)}", _found(row, name), least, True) for row in rows for name, least in row["demanded"].items()]
    two = [row["two threads"] for row in rows if row["case"] == "float32 → e4m3fn"]
    return found + [Demand("float32 → e4m3fn: two threads against one", value, 1.6, True) for value in two]


def _found(row: dict[str, Any], name: str) -> Any:
    return row["of the limit"] if name == LIMIT else row[name]


def _worded(name: str) -> str:
    return "of the limit" if name == LIMIT else f"times as fast as {name}"
