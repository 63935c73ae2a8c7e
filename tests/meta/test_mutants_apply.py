"""Every entry of mutants.toml still changes the code: a text that no longer occurs would break nothing, and prove nothing."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = tomllib.loads((ROOT / "tests/mutants/mutants.toml").read_text("utf-8"))


@pytest.mark.parametrize("mutant", TABLE["mutant"], ids=lambda m: m["name"])
def test_the_text_of_a_mutant_occurs_once(mutant):
    assert (ROOT / mutant["file"]).read_text("utf-8").count(mutant["old"]) == 1 and mutant["old"] != mutant["new"]
    assert mutant["tests"] in TABLE["selections"]
