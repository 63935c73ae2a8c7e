"""Guaranteed error bounds of one rounding and of operations, and whether an intermediate format can round twice."""

from refquant.bounds.distance import round_trip
from refquant.bounds.double_rounding import Counterexample, Innocuous, is_innocuous
from refquant.bounds.limits import Summary, summary
from refquant.bounds.operation_bounds import OperationBound, of_operation

__all__ = ["Counterexample", "Innocuous", "OperationBound", "Summary", "is_innocuous", "of_operation", "round_trip", "summary"]
