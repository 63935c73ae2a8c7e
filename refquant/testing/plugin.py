"""The pytest plugin: the option ``--refquant-level``, and a section of the first wrong bits. It loads nothing of refquant that loads NumPy."""

from __future__ import annotations

import sys
from collections.abc import Generator
from typing import Any

import pytest

SECTION = "refquant: first wrong bits"
_LEVELS = ("1", "2", "exhaustive")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the ini value."""
    says = "how thoroughly refquant.testing.assert_conforms tests where a test names no level"
    levels = "1 (quick, if not given), 2 (thorough), exhaustive (every code of a source of at most 32 bits: minutes)"
    parser.getgroup("refquant").addoption("--refquant-level", choices=_LEVELS, default=None, help=f"{says}: {levels}")
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


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """Add a section with the table of each failed comparison."""
    outcome = yield
    if call.excinfo is not None and "refquant.errors" in sys.modules:  # else no comparison of refquant has failed
        outcome.get_result().sections += [(SECTION, table) for table in _tables(call.excinfo.value)]


def _tables(error: BaseException) -> list[str]:
    """Return the tables of an exception and of those that it was made of: of a group, or its cause. Other people's exceptions are not asked for anything."""
    from refquant.errors import CodesDifferError

    found, waiting, seen = [], [error], set()
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, CodesDifferError) and one.wrong_bits:
            found.append(one.wrong_bits)
        waiting += one.exceptions if isinstance(one, BaseExceptionGroup) else []
        waiting += [one.__cause__] if one.__cause__ is not None else []
    return found
