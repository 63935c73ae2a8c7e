"""Hypothesis profiles, and the count of cases that each test reports."""

import os

import hypothesis
import pytest

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.register_profile("nightly", deadline=None, max_examples=2000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture
def count_cases(request, record_property):
    """Report how many cases a test compared; fail where there was none. A backend beside the reference is counted apart."""
    counted = []
    yield lambda n: counted.append(int(n))
    assert sum(counted) > 0, "this test compared nothing"
    record_property("backend cases" if request.path.parent.name == "backends" else "cases", sum(counted))


def pytest_runtest_logreport(report):
    if report.when == "teardown":
        for name, value in report.user_properties:
            if name in _TOTAL:
                _TOTAL[name] += value


def pytest_terminal_summary(terminalreporter):
    for name, what in (("cases", "an independent implementation"), ("backend cases", "the reference, by other backends")):
        if _TOTAL[name]:
            terminalreporter.write_line(f"cases compared with {what}: {_TOTAL[name]:,}")


_TOTAL = {"cases": 0, "backend cases": 0}
