"""Judging an implementation: does it deliver, bit for bit, what it says?"""

from refquant.verify.comparison import Comparison, Witness, compare
from refquant.verify.deviations import Deviation, load_deviations
from refquant.verify.diagnosis import diagnose
from refquant.verify.explaining import Explanation, explain
from refquant.verify.findings import Finding
from refquant.verify.judging import Judgement, Verdict, judge
from refquant.verify.report import as_records
from refquant.verify.sweeping import run_sweep, sweep
from refquant.verify.swept import Kind, Sweep
from refquant.verify.target import Claim, Target
from refquant.verify.targets import FunctionTarget, ProgramTarget, get_target, list_targets

__all__ = [
    "Claim",
    "Comparison",
    "Deviation",
    "Explanation",
    "Finding",
    "FunctionTarget",
    "Judgement",
    "Kind",
    "ProgramTarget",
    "Sweep",
    "Target",
    "Verdict",
    "Witness",
    "as_records",
    "compare",
    "diagnose",
    "explain",
    "get_target",
    "judge",
    "list_targets",
    "load_deviations",
    "run_sweep",
    "sweep",
]
