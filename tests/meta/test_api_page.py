"""docs/reference/api.md lists every public name, and none that does not exist."""

import importlib
import inspect
import re
from pathlib import Path

import pytest

import refquant as rq

PAGE = (Path(__file__).parents[2] / "docs/reference/api.md").read_text()
#: What implementations need, and no caller does.
INNER = {
    "refquant.policies": {"Choices", "Plan", "Row", "as_dialect", "choices_of", "points_inward", "resolve", "truth_table"},
    "refquant.formats": {"Grid", "ScalarFormat", "code_of", "p3109_format", "value_parts"},
}
MODULES = [
    "refquant",
    *(f"refquant.{n}" for n in ("arithmetic", "array", "bounds", "formats", "golden", "policies", "testing", "testing.strategies", "verify")),
]


def listed():
    """Return (module, name) of every line of the page."""
    found, module = set(), ""
    for line in PAGE.splitlines():
        module = line.partition("currentmodule:: ")[2] or module
        if name := re.fullmatch(r"   (\w+)", line):
            found.add((module, name[1]))
    return found


def things(module):
    """Return the classes and functions that a module exports, each once, by identity."""
    home = importlib.import_module(module)
    return {name: getattr(home, name) for name in home.__all__ if inspect.isclass(getattr(home, name)) or inspect.isroutine(getattr(home, name))}


def test_every_name_on_the_page_exists():
    missing = [(m, n) for m, n in listed() if not hasattr(importlib.import_module(m), n)]
    assert len(listed()) > 150 and not missing


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_is_on_the_page(module):
    shown = {id(getattr(importlib.import_module(m), n)) for m, n in listed()}
    missing = {name for name, thing in things(module).items() if id(thing) not in shown}
    assert missing == INNER.get(module, set())


def test_submodules_are_not_among_the_names_of_arithmetic():
    assert dir(rq.arithmetic) == sorted(rq.arithmetic.__all__)
