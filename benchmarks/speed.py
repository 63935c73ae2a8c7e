"""Speed: every contender of a group in every round, one after the other; a ratio is taken within a round, then the median over rounds."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import refquant as rq
from benchmarks.demands import Demand
from benchmarks.racing import Run, race, ratio

E4M3 = "float8_e4m3fn"
REFERENCE = "reference"
DEMANDED = "float32 -> float8_e4m3fn"
NOTES = """\
The reference on one core; "numba" is the compiled backend on one thread. Encode, ties to even, no saturation, where nothing else is said.
A ratio is the peer's time over the reference's: above 1 the reference is faster.
gfloat.round_ndarray delivers float32 values; refquant.encode delivers codes, which is more work, refquant.round values too. gfloat's way to codes is
round_ndarray and encode_ndarray. ml_dtypes.astype (compiled, one rounding mode, no flags) and np.copyto of the input (memory traffic alone) are limits.
Outputs are compared once before anything is timed: contenders of one row that deliver other values are refused."""


class Group(NamedTuple):
    """Contenders for one task: refquant's, and the peers by name. `same` says whether all deliver the same."""

    task: str
    ours: Callable[[str], Any]  #: of a backend
    peers: dict[str, Run]
    same: Callable[[], bool] | None = None


def sample(size: int, dtype: Any = np.float32) -> NDArray[Any]:
    """Return seeded numbers of both signs, log-uniform from 2**-12 to 2**9: float8_e4m3fn's subnormals, its normal range and its overflow."""
    generator = np.random.default_rng(1)
    values: NDArray[Any] = (np.exp2(generator.uniform(-12, 9, size)) * generator.choice([-1, 1], size)).astype(dtype)
    return values


def groups(size: int) -> list[Group]:
    """Return what is timed."""
    import ml_dtypes

    x, out = sample(size), np.empty(size, np.float32)
    copy: dict[str, Run] = {"np.copyto": lambda: np.copyto(out, x)}
    made = [
        _against_gfloat(DEMANDED, E4M3, "ocp_e4m3", x, ml_dtypes.float8_e4m3fn, copy),
        _round_against_gfloat(x),
        _against_gfloat("float32 -> float8_e5m2", "float8_e5m2", "ocp_e5m2", x, ml_dtypes.float8_e5m2, copy),
        _against_gfloat("float32 -> bfloat16", "bfloat16", "bfloat16", x, ml_dtypes.bfloat16, copy),
        _against_gfloat("float32 -> float16", "float16", "binary16", x, np.float16, copy),
    ]
    for mode, theirs in (("toward_zero", "TowardZero"), ("ties_to_away", "TiesToAway")):
        made.append(_against_gfloat(f"float32 -> {E4M3}, {mode}", E4M3, "ocp_e4m3", x, None, copy, mode, theirs))
    made += [_plain(x, copy), *_variants(x, copy), _stochastic(x, copy), _decode(size)]
    return made


def _formats(name: str) -> Any:
    import gfloat.formats

    return getattr(gfloat.formats, f"format_info_{name}")


def _against_gfloat(
    task: str, name: str, theirs: str, x: NDArray[Any], dtype: Any, copy: dict[str, Run], mode: str = "ties_to_even", peer_mode: str = "TiesToEven"
) -> Group:
    import gfloat

    info, rounding = _formats(theirs), getattr(gfloat.RoundMode, peer_mode)

    def values() -> Any:
        return gfloat.round_ndarray(info, x, rounding)

    def codes() -> Any:
        return gfloat.encode_ndarray(info, gfloat.round_ndarray(info, x, rounding))

    def ours(backend: str) -> Any:
        return rq.encode(x, name, rounding=mode, backend=backend)

    peers: dict[str, Run] = {"gfloat round": values, "gfloat round + encode": codes}
    if dtype is not None:
        peers["astype"] = lambda: x.astype(dtype)
    return Group(task, ours, peers | copy, lambda: np.array_equal(rq.decode(ours(REFERENCE), name, dtype=np.float32), values(), equal_nan=True))


def _round_against_gfloat(x: NDArray[Any]) -> Group:
    import gfloat

    info = _formats("ocp_e4m3")
    return Group(
        f"round float32 to values of {E4M3}",
        lambda backend: rq.round(x, E4M3, backend=backend),
        {"gfloat round": lambda: gfloat.round_ndarray(info, x)},
        lambda: np.array_equal(rq.round(x, E4M3, backend=REFERENCE), gfloat.round_ndarray(info, x), equal_nan=True),
    )


def _plain(x: NDArray[Any], copy: dict[str, Run]) -> Group:
    import ml_dtypes

    small = np.clip(x, -6, 6)
    dtype = ml_dtypes.float4_e2m1fn
    same = lambda: np.array_equal(rq.encode(small, "float4_e2m1fn"), small.astype(dtype).view(np.uint8))  # noqa: E731
    return Group(
        "float32 -> float4_e2m1fn", lambda backend: rq.encode(small, "float4_e2m1fn", backend=backend), {"astype": lambda: small.astype(dtype), **copy}, same
    )


def _variants(x: NDArray[Any], copy: dict[str, Run]) -> list[Group]:
    wide = x.astype(np.float64)
    keep = rq.get_dialect("default").replace(subnormals="flush_both")
    return [
        Group(f"float32 -> {E4M3}, with flags", lambda backend: rq.encode(x, E4M3, return_flags=True, backend=backend), copy),
        Group(f"float32 -> {E4M3}, saturate", lambda backend: rq.encode(x, E4M3, overflow="saturate", backend=backend), copy),
        Group(f"float32 -> {E4M3}, flush to zero", lambda backend: rq.encode(x, E4M3, dialect=keep, backend=backend), copy),
        Group(f"float64 -> {E4M3}", lambda backend: rq.encode(wide, E4M3, backend=backend), copy),
        Group("float32 -> int8, saturate", lambda backend: rq.encode(x, "int8", overflow="saturate", backend=backend), copy),
    ]


def _stochastic(x: NDArray[Any], copy: dict[str, Run]) -> Group:
    import gfloat

    info, bits = _formats("ocp_e4m3"), np.random.default_rng(2).integers(0, 1 << 8, x.size).astype(np.int64)
    wide, given = x.astype(np.float64), rq.RandomBits(bits, 8)  # float64: gfloat adds the random number to the fraction in the input's dtype

    def ours(backend: str) -> Any:
        return rq.encode(wide, E4M3, rounding="stochastic_a", random=given, backend=backend)

    def theirs() -> Any:
        return gfloat.round_ndarray(info, wide, gfloat.RoundMode.StochasticFastest, srbits=bits, srnumbits=8)

    peers: dict[str, Run] = {
        "gfloat round": theirs,
        "refquant, Philox": lambda: rq.encode(wide, E4M3, rounding="stochastic_a", random=rq.Philox(1, 8), backend=REFERENCE),
    }
    same = lambda: np.array_equal(rq.decode(ours(REFERENCE), E4M3), theirs(), equal_nan=True)  # noqa: E731
    return Group(f"float64 -> {E4M3}, stochastic_a, 8 bits", ours, peers | copy, same)


def _decode(size: int) -> Group:
    import gfloat
    import ml_dtypes

    codes = np.random.default_rng(3).integers(0, 256, size, dtype=np.uint8)
    info, out = _formats("ocp_e4m3"), np.empty_like(codes)

    def ours(backend: str) -> Any:
        return rq.decode(codes, E4M3, dtype=np.float32, backend=backend)

    peers: dict[str, Run] = {
        "gfloat decode": lambda: gfloat.decode_ndarray(info, codes),
        "astype": lambda: codes.view(ml_dtypes.float8_e4m3fn).astype(np.float32),
        "np.copyto": lambda: np.copyto(out, codes),
    }
    return Group(f"decode {E4M3} to float32", ours, peers, lambda: np.array_equal(ours(REFERENCE), gfloat.decode_ndarray(info, codes), equal_nan=True))


def measure(size: int, rounds: int) -> list[dict[str, Any]]:
    """Return one row per task: refquant's time and elements per second, and the ratio to each peer."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # the peers'
        rq.set_num_threads(1)
        return [_row(group, size, rounds) for group in groups(size)]


def _row(group: Group, size: int, rounds: int) -> dict[str, Any]:
    if group.same is not None and not group.same():
        raise SystemExit(f"{group.task}: the contenders do not deliver the same values")
    if rq.list_backends()["numba"] == "available" and not _same(group.ours(REFERENCE), group.ours("numba")):
        raise SystemExit(f"{group.task}: the backends do not deliver the same bits")
    ours_compiled = {"numba": lambda: group.ours("numba")} if rq.list_backends()["numba"] == "available" else {}
    contenders: dict[str, Run] = {"refquant": lambda: group.ours(REFERENCE), **ours_compiled, **group.peers}
    times = race(contenders, rounds)
    ours = median(times["refquant"])
    ratios = {name: ratio(times, name, "refquant") for name in group.peers}
    compiled = size / median(times["numba"]) / 1e6 if "numba" in times else None
    columns = ("gfloat round", "gfloat round + encode", "gfloat decode", "refquant, Philox", "astype", "np.copyto")
    return {"task": group.task, "ms": ours * 1e3, "M/s": size / ours / 1e6, "numba, M/s": compiled} | {name: ratios.get(name) for name in columns}


def _same(one: Any, other: Any) -> bool:
    """Return whether two results have the same bits."""
    pairs = zip(one, other, strict=True) if isinstance(one, tuple) else [(one, other)]
    return all(a.tobytes() == b.tobytes() for a, b in pairs)


def demands(rows: list[dict[str, Any]]) -> list[Demand]:
    """At least three times the speed of gfloat's round_ndarray."""
    found = next(row["gfloat round"] for row in rows if row["task"] == DEMANDED)
    return [Demand(f"encode {DEMANDED}, ties to even: times as fast as gfloat.round_ndarray", found, 3.0, True)]
