"""Explaining results: the policies that reproduce them, found from inputs and results alone."""

from refquant.verify.explaining.chance import Chance
from refquant.verify.explaining.evidence import Answer, Decision, Question, RuledOut
from refquant.verify.explaining.explained import explain
from refquant.verify.explaining.explanation import Explanation, Spent
from refquant.verify.explaining.pairs import Contradiction
from refquant.verify.explaining.partly import Alone, Best, Run
from refquant.verify.explaining.record import explanation_record
from refquant.verify.explaining.settings import Setting

__all__ = [
    "Alone",
    "Answer",
    "Best",
    "Chance",
    "Contradiction",
    "Decision",
    "Explanation",
    "Question",
    "RuledOut",
    "Run",
    "Setting",
    "Spent",
    "explain",
    "explanation_record",
]
