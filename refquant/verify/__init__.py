"""Judging an implementation: does it deliver, bit for bit, what it says?"""

from refquant.verify.comparison import Comparison, Witness, compare
from refquant.verify.deviations import Deviation, load_deviations
from refquant.verify.diagnosis import diagnose
from refquant.verify.explaining import Explanation, Setting, explain, explanation_record
from refquant.verify.findings import Finding
from refquant.verify.judging import judge
from refquant.verify.operation_claim import OperationClaim
from refquant.verify.report import as_records
from refquant.verify.reports.html_page import as_html
from refquant.verify.reports.junit import as_junit
from refquant.verify.sweeping import run_sweep, sweep
from refquant.verify.swept import Kind, Sweep
from refquant.verify.target import Claim, Target
from refquant.verify.targets import FileTarget, FunctionTarget, ProgramTarget, TestFloatTarget, get_target, list_targets
from refquant.verify.verdict import Judgement, Verdict

__all__ = [
    "Claim",
    "Comparison",
    "Deviation",
    "Explanation",
    "FileTarget",
    "Finding",
    "FunctionTarget",
    "Judgement",
    "Kind",
    "OperationClaim",
    "ProgramTarget",
    "Setting",
    "Sweep",
    "Target",
    "TestFloatTarget",
    "Verdict",
    "Witness",
    "as_html",
    "as_junit",
    "as_records",
    "compare",
    "diagnose",
    "explain",
    "explanation_record",
    "get_target",
    "judge",
    "list_targets",
    "load_deviations",
    "run_sweep",
    "sweep",
]
