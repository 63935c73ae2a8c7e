"""Which backends a test can use: one that is not installed is a visible skip, and under tox, which installs it, a failure."""

import os

import pytest

import refquant as rq


def available(name):
    """Return the name, or skip the test."""
    reason = rq.list_backends()[name]
    if reason != "available":
        (pytest.fail if "REFQUANT_TEST_WHEEL" in os.environ else pytest.skip)(reason)
    return name


def at_hand(names):
    """Return the names of those that can be used; what is left out is skipped visibly by the tests of the backends."""
    return [n for n in names if rq.list_backends()[n] == "available" or "REFQUANT_TEST_WHEEL" in os.environ]
