"""Where nothing fits: runs of failing inputs are counted right, few of them become text, and the record keeps what was found."""

from itertools import groupby

import numpy as np
import pytest
from plantedresults import by_oracle

import refquant as rq
from refquant.verify import explain, explanation_record
from refquant.verify.explaining import partly


def garbage(count):
    rng = np.random.default_rng(0)
    return (rng.normal(size=count) * 10).astype(np.float32), rng.integers(0, 4, count).astype(np.uint8) * 3


def runs_by_hand(x, results, right):
    """(pairs, first, last) of runs of failing inputs, by a walk along each sign; all of them are in range."""
    for negative in (False, True):
        order = [i for i in np.argsort(np.abs(x), kind="stable") if bool(np.signbit(x[i])) == negative]
        keyed = groupby(order, key=lambda i: (results[i] != right[i], results[i]))
        for (failing, _), run in keyed:
            walked = list(run)
            if failing:
                yield len(walked), float(x[walked[0]]), float(x[walked[-1]])


def test_runs_of_failing_inputs_are_those_of_a_walk():
    x, results = garbage(400)
    for best in explain(x, results, "int8").best:
        right = best.setting.results(x.view(np.uint32), "float32", "int8")
        expected = list(runs_by_hand(x, results, right))
        shown = [(run.pairs, float.fromhex(run.first.input_value), float.fromhex(run.last.input_value)) for run in best.runs]
        assert set(shown) <= set(expected) and len(shown) == 5
        assert [pairs for pairs, _, _ in shown] == sorted((pairs for pairs, _, _ in expected), reverse=True)[:5]
        assert best.more_runs == len(expected) - 5 > 100


def test_only_runs_that_are_shown_become_text(monkeypatch):
    made = []
    monkeypatch.setattr(partly, "witness", lambda search, i, setting: made.append(i))
    x, results = garbage(2_000)
    best = explain(x, results, "int8").best
    assert best[0].more_runs > 500 and len(made) == 2 * sum(len(b.runs) for b in best)


@pytest.mark.parametrize("rounding", ["toward_zero", "ties_to_even"])
def test_the_record_keeps_the_rounding_to_a_format_on_the_way(rounding):
    x = np.unique(np.random.default_rng(1).integers(0x3FE << 52, 0x401 << 52, 2_000, dtype=np.uint64))
    x[::2] &= ~np.uint64((1 << 44) - 1)
    x[1::4] = x[::4][: x[1::4].size] + np.uint64(1)  # just above a tie of bfloat16
    via = {"format": "float32", "rounding": rounding, "nan": "keep_payload"}
    results, dtype = by_oracle(x, "float64", "bfloat16", via=via)
    knobs = explanation_record(explain(x, np.array(results, dtype), "bfloat16", source="float64"))["setting"]["knobs"]
    assert knobs["via"]["format"] == "float32"
    dialect = rq.get_dialect("default").replace(**{knob: choice for knob, choice in knobs.items() if choice is not None})
    assert rq.convert(x, "float64", "bfloat16", dialect=dialect).tolist() == results
