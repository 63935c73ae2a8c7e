"""The benchmarks judge: a demand that is not met, or not judged, is seen; so is a contender that delivers something else."""

import importlib
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def part(monkeypatch):
    if not (ROOT / "benchmarks").is_dir():
        pytest.skip("the benchmarks are not beside the tests")
    monkeypatch.syspath_prepend(str(ROOT))
    return lambda name: importlib.import_module(f"benchmarks.{name}")


@pytest.mark.parametrize("found, limit, at_least, met", [(1.0, 1.0, True, True), (0.99, 1.0, True, False), (1.01, 1.0, False, False), (None, 1.0, True, False)])
def test_demands(part, found, limit, at_least, met):
    demand = part("demands").Demand("speed", found, limit, at_least)
    assert demand.met == met and ("not judged" in str(demand)) == (found is None)


def test_a_peer_that_delivers_something_else_stops_the_benchmark(part):
    pytest.importorskip("rich")
    casts = part("casts")
    data = casts.Data(casts.sample(1000), casts.sample(1000).astype(np.float64))
    pytest.importorskip("numba")
    run, out = casts._encode(data, "float8_e4m3fn")
    right = run().copy()
    for codes, stops in ((right, False), (right ^ (np.arange(1000) == 7), True)):
        case = casts.Case("case", run, out, run, {"peer": casts.Peer(lambda: None, lambda c=codes: c)}, {}, "float8_e4m3fn")
        if stops:
            with pytest.raises(SystemExit, match="case: peer delivers something else for 1 elements"):
                casts._check(case)
        else:
            casts._check(case)


def test_every_row_of_a_peer_that_is_missing_is_not_judged(part):
    pytest.importorskip("rich")
    rows = [{"case": "float32 → e4m3fn", "two threads": 1.7, "of the limit": 0.5, "torch": None, "demanded": {"limit": 0.45, "torch": 1.3}}]
    assert [(d.found, d.met) for d in part("casts").demands(rows)] == [(0.5, True), (None, False), (1.7, True)]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--json", "/no such folder/x.json"], "--json: /no such folder/x.json cannot be written"),
        (["--chart", "c.png", "--only", "import"], "--chart draws the casts"),
        (["--rounds", "0"], "--rounds: expected at least 1, got 0"),
        (["--rounds", "-1"], "--rounds: expected at least 1"),
        (["--quick", "--check"], "--quick measures too little"),
        (["--only", "nosuch"], "invalid choice"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_measured(part, arguments, message, capsys):
    pytest.importorskip("rich")
    with pytest.raises(SystemExit) as stopped:
        part("command").main(arguments)
    assert stopped.value.code == 2 and message in capsys.readouterr().err
