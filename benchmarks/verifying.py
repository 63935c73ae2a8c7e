"""What a verdict costs beyond the target and the conversion that it is compared with: on targets without a mismatch, which need no diagnosis."""

from __future__ import annotations

from statistics import median
from typing import Any

import numpy as np

from benchmarks.demands import Demand
from benchmarks.racing import race, ratio
from refquant.golden.cases import case_sets
from refquant.verify import judge
from refquant.verify.comparison import reference_codes
from refquant.verify.targets.ml_dtypes_target import MlDtypesTarget

LIMIT = 1.5
JUDGED = "judge, × of both"
PAIRS = (("float32", "float8_e4m3fn"), ("float32", "float8_e5m2"), ("float32", "bfloat16"))


def measure(rounds: int) -> list[dict[str, Any]]:
    """Return one row per conversion of ml_dtypes; the first is the one of which something is demanded."""
    return [_row(MlDtypesTarget(), pair, rounds) for pair in PAIRS]


def _row(target: MlDtypesTarget, pair: tuple[str, str], rounds: int) -> dict[str, Any]:
    (claim,) = (c for c in target.claims() if c.names == pair)
    codes = np.concatenate([s.codes for s in case_sets(*pair)])
    contenders = {
        "both": lambda: (target.run(claim, codes), reference_codes(claim, codes)),
        "with inputs": lambda: (case_sets(*pair), target.run(claim, codes), reference_codes(claim, codes)),
        "judge": lambda: judge(target, claims=[claim]),
    }
    times = race(contenders, rounds)
    seconds = {name: median(t) for name, t in times.items()}
    shown = {"target and refquant, ms": seconds["both"] * 1e3, "and making the inputs, ms": seconds["with inputs"] * 1e3, "judge, ms": seconds["judge"] * 1e3}
    ratios = {JUDGED: ratio(times, "judge", "both"), "judge, × with inputs": ratio(times, "judge", "with inputs")}
    return {"ml_dtypes": " → ".join(pair), "inputs": float(codes.size), **shown, **ratios}


def demands(rows: list[dict[str, Any]]) -> list[Demand]:
    """At most 1.5 times what the target and the conversion cost."""
    return [Demand(f"a verdict on {rows[0]['ml_dtypes']}, times the target and the conversion", rows[0][JUDGED], LIMIT, False)]
