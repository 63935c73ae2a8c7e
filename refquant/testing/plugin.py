"""The pytest plugin: the option ``--refquant-level``, and a section of the first wrong bits. It loads nothing of refquant that loads NumPy."""

from __future__ import annotations

from collections.abc import Generator

import pytest

SECTION = "refquant: first wrong bits"
_LEVELS = ("1", "2", "exhaustive")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the ini value."""
    says = "how thoroughly refquant.testing.assert_conforms tests where a test names no level"
    parser.getgroup("refquant").addoption("--refquant-level", choices=_LEVELS, default=None, help=f"{says}; 1 if not given")
    parser.addini("refquant_level", f"{says}, and the command line neither: {', '.join(_LEVELS)}", default="1")


def pytest_configure(config: pytest.Config) -> None:
    """Take the level of the command line, or else of the ini file."""
    from refquant.testing.levels import begin_run

    level = _level(config)
    if level not in _LEVELS:
        raise pytest.UsageError(f"refquant_level: expected one of {', '.join(_LEVELS)}, got {level!r}")
    begin_run(level)
    config.add_cleanup(_end_run)


def _end_run() -> None:
    from refquant.testing.levels import end_run

    end_run()


def _level(config: pytest.Config) -> str:
    return str(config.getoption("refquant_level") or config.getini("refquant_level"))


def pytest_report_header(config: pytest.Config) -> str:
    """Say the version and the level."""
    from refquant import __version__

    return f"refquant: {__version__}, level {_level(config)}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add a section with the table of each failed comparison."""
    report = yield
    if call.excinfo is not None:
        report.sections += [(SECTION, table) for table in _tables(call.excinfo.value)]
    return report


def _tables(error: BaseException) -> list[str]:
    """Return the tables of an exception and of those that it was made of: of a group, or its cause."""
    found = [table] if isinstance(table := getattr(error, "wrong_bits", None), str) and table else []
    parts = [*getattr(error, "exceptions", ()), *([error.__cause__] if error.__cause__ is not None else [])]
    return found + [table for part in parts for table in _tables(part)]
