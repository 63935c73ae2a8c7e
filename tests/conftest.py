"""Hypothesis profiles, and the count of cases that each test reports."""

import os

import hypothesis
import pytest

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.register_profile("nightly", deadline=None, max_examples=2000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture
def count_cases(request, record_property):
    """Report how many cases a test compared; fail where there was none. What a backend shares with the reference is counted apart."""
    counted, elsewhere = [], []
    beside = request.path.parent.name == "backends"
    yield lambda n, independent=not beside: (counted if independent else elsewhere).append(int(n))
    assert sum(counted) + sum(elsewhere) > 0, "this test compared nothing"
    record_property("cases", sum(counted))
    record_property("backend cases", sum(elsewhere))


@pytest.fixture
def cut_cells(record_property):
    """Report which (format, operation, mode) of an exhaustive comparison a test's fixed cut of it touches, and with how many results."""

    def touched(cells, results):
        record_property("cut", [tuple(c) for c in cells])
        record_property("cut results", int(results))

    return touched


def pytest_runtest_logreport(report):
    if report.when == "teardown":
        for name, value in report.user_properties:
            if name in _TOTAL:
                _TOTAL[name] += value
            elif name in _CELLS:
                _CELLS[name].update(map(tuple, value))


def pytest_terminal_summary(terminalreporter):
    for name, what in (("cases", "an independent implementation"), ("backend cases", "the reference, by other backends")):
        if _TOTAL[name]:
            terminalreporter.write_line(f"cases compared with {what}: {_TOTAL[name]:,}")
    if _CELLS["cut"]:
        sizes = " x ".join(f"{len({c[i] for c in _CELLS['cut']})} {what}" for i, what in enumerate(("formats", "operations", "modes")))
        terminalreporter.write_line(f"fixed cut of the exhaustive arithmetic: {len(_CELLS['cut']):,} of {sizes}, {_TOTAL['cut results']:,} results")
    for part, done, wanted, left in _fractions():
        more = f"; not {', '.join(left)}" if left else ""
        terminalreporter.write_line(f"dispatch table of the backends, {part}: {done} of {wanted} compared ({100 * done / wanted:.0f} %){more}")


def _fractions():
    """Yield (part of the dispatch table, cells that were compared, all cells, names of those that were not)."""
    table = _CELLS["dispatch table"]
    for part in sorted({part for part, _ in table}):
        wanted = {name for kind, name in table if kind == part}
        done = wanted & {name for kind, name in _CELLS["cells"] if kind == part}
        yield part, len(done), len(wanted), sorted(wanted - done)


def pytest_sessionfinish(session):
    """Fail a run of all tests of the backends that leaves a cell of the dispatch table out."""
    some = session.config.option.keyword or any("::" in argument for argument in session.config.args) or session.config.option.maxfail
    if not some and any(left for *_, left in _fractions()) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


_TOTAL = {"cases": 0, "backend cases": 0, "cut results": 0}
_CELLS = {"cells": set(), "dispatch table": set(), "cut": set()}


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.exhaustive)], ids=["some", "all"])
def thoroughly(request):
    """Whether a test takes every combination (tox env exhaustive), or those that a rule in it picks (every run)."""
    return request.param
