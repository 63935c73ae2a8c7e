"""Hypothesis profiles, and the count of cases that each test reports."""

import os

import hypothesis
import pytest

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.register_profile("nightly", deadline=None, max_examples=2000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture
def count_cases(record_property):
    """Report how many cases a test compared; fail where there was none."""
    counted = []
    yield lambda n: counted.append(int(n))
    assert sum(counted) > 0, "this test compared nothing"
    record_property("cases", sum(counted))


def pytest_runtest_logreport(report):
    if report.when == "teardown":
        _TOTAL[0] += sum(v for k, v in report.user_properties if k == "cases")


def pytest_terminal_summary(terminalreporter):
    if _TOTAL[0]:
        terminalreporter.write_line(f"cases compared with an independent implementation: {_TOTAL[0]:,}")


_TOTAL = [0]
