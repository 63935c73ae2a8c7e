"""Guaranteed error bounds of one rounding, and whether an intermediate format can round twice."""

from refquant.bounds.distance import round_trip
from refquant.bounds.double_rounding import Counterexample, Innocuous, is_innocuous
from refquant.bounds.limits import Summary, summary

__all__ = ["Counterexample", "Innocuous", "Summary", "is_innocuous", "round_trip", "summary"]
