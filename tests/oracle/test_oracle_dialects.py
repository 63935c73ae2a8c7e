"""The loader of dialects.toml."""

from pathlib import Path

import pytest
from oracle import dialects, formats, policies
from oracle.errors import PolicyRefused
from oracle.policies import Policies, Via

TEXT = """
[default]
version = "1"

[house]
version = "2"
source = "typed in here"
overflow = "saturate"
[[house.rows]]
targets = ["float8_e5m2"]
sources = ["float64", "int*"]
nan = "all_ones"
overflow = "no_saturate"
[[house.rows]]
targets = ["binary*u?", "float8_*"]
negative = "zero"
via = { format = "float32", nan = "keep_payload" }
[[house.rows]]
tininess = "before"

[child]
base = "house"
signed_zero = "positive"
[[child.rows]]
targets = ["int8"]
overflow = "wrap"
"""


@pytest.fixture
def loaded(tmp_path: Path) -> dict[str, dialects.Dialect]:
    (tmp_path / "dialects.toml").write_text(TEXT, encoding="utf-8")
    return dialects.load(tmp_path / "dialects.toml")


def test_default_is_the_defaults(loaded: dict[str, dialects.Dialect], tmp_path: Path) -> None:
    assert loaded["default"].policies("float16", "float64") == Policies()
    assert dialects.load(tmp_path / "absent.toml")["default"].policies("int8", "exact") == Policies()
    assert dialects.load()["default"].policies("float16", "float64") == Policies()


def test_first_matching_row_wins(loaded: dict[str, dialects.Dialect]) -> None:
    house = loaded["house"]
    assert (house.version, house.source) == ("2", "typed in here")
    assert house.policies("float8_e5m2", "int8") == Policies(nan="all_ones")
    assert house.policies("float8_e5m2", "float32") == Policies(overflow="saturate", negative="zero", via=Via("float32", nan="keep_payload"))
    assert house.policies("binary8p3ue", "exact").negative == "zero"
    assert house.policies("binary8p3se", "exact") == Policies(overflow="saturate", tininess="before")


def test_base_comes_first(loaded: dict[str, dialects.Dialect]) -> None:
    child = loaded["child"]
    assert child.policies("int8", "float32") == Policies(overflow="wrap", signed_zero="positive", tininess="before")
    assert child.policies("float8_e5m2", "float64") == Policies(nan="all_ones", signed_zero="positive")


@pytest.mark.parametrize("text", ["[a]\nrounding = 'nearest'", "[a]\nround = 'ties_to_even'", "[a]\nbase = 'b'", "[a]\nbase = 'a'", "[a]\nvia = 'float32'"])
def test_mistakes_are_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "dialects.toml").write_text(text, encoding="utf-8")
    with pytest.raises((ValueError, TypeError)):
        dialects.load(tmp_path / "dialects.toml")


def test_every_dialect_has_a_target_that_it_does_not_refuse() -> None:
    for name, dialect in dialects.load().items():
        accepted = []
        for target in formats.names():
            try:
                policies.check(dialect.policies(target, "float64"), formats.get(target))
                accepted.append(target)
            except PolicyRefused:
                pass
        assert accepted, name
