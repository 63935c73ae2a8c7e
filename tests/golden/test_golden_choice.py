"""A set has the vectors of its recipe, or it is refused: rows missing, more, changed, in another order, whatever its manifest says."""

from dataclasses import replace

import numpy as np
import pytest

import refquant as rq
from refquant.errors import GoldenFileError, UnknownNameError
from refquant.golden import GoldenSet
from refquant.golden.making import finished

CROSSED = {"rounding": ("ties_to_even", "stochastic_a"), "overflow": ("saturate", "error"), "random_bits": 5}
SETS = {
    "one operand": lambda: rq.golden.generate("encode", "float8_e4m3fn", source="float32", seed=7),
    "crossed": lambda: rq.golden.generate("convert", "int4", source="float8_e5m2", **CROSSED),
    "pairs": lambda: rq.golden.generate("compare_quiet_lt", "float16"),
    "exhaustive": lambda: rq.golden.generate("convert", "float4_e2m1fn", source="float6_e3m2fn", overflow="saturate", level="exhaustive"),
    "values": lambda: rq.golden.generate("decode", "float8_e4m3fn"),
    "64 bits": lambda: rq.golden.generate("encode", "float16", source="int64"),
}


@pytest.fixture(scope="module")
def sets():
    return {name: make() for name, make in SETS.items()}


def with_rows(made, rows, **recipe):
    """A set of some of the vectors: every result, flag, mask, class, checksum and table in it is right."""
    return finished(replace(made.recipe, **recipe), {n: c[rows] for n, c in made.columns.items()}, made.left_out)


def problem_of(made, tmp_path):
    """The one problem that check finds; results are right."""
    found = rq.golden.check(made.save(tmp_path / "set", writers=["npz", "readmemh"]))
    assert not found.ok and not found.wrong and len(found.problems) == 1 and not found.unchecked, found
    assert found.problems[0].startswith("manifest.json: the vectors are not those of its recipe (") and "\n" not in found.problems[0]
    return found.problems[0]


@pytest.mark.parametrize("name", SETS)
def test_what_was_generated_is_whole(sets, tmp_path, name):
    found = rq.golden.check(sets[name].save(tmp_path / "set"))
    assert found.ok and found.vectors == len(sets[name]) and not found.unchecked


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_a_missing_row_is_found(sets, tmp_path, name, where):
    made = sets[name]
    row = {"first": 0, "middle": len(made) // 2, "last": len(made) - 1}[where]
    text = problem_of(with_rows(made, np.delete(np.arange(len(made)), row)), tmp_path)
    right = f"0x{int(made.columns['a'][row]):0{(made.recipe.operands[0].width + 3) // 4}x}"
    assert (f"; row {row} is a 0x" if where != "last" else f"; ends before row {row}, ") in text and f"expected a {right}" in text, text


@pytest.mark.parametrize("name", SETS)
def test_a_row_too_many_is_found(sets, tmp_path, name):
    made = sets[name]
    rows = np.arange(len(made))
    assert f"; row {len(made)} is a " in (text := problem_of(with_rows(made, np.r_[rows, 0]), tmp_path)) and text.endswith("expected the end")


def test_rows_in_another_order_are_found(sets, tmp_path):
    made = sets["one operand"]
    assert "): row 0 is a 0x" in problem_of(with_rows(made, np.r_[1, 0, 2 : len(made)]), tmp_path)


@pytest.mark.parametrize("name", ["one operand", "exhaustive"])
def test_another_operand_is_found(sets, tmp_path, name):
    """With the right result of that operand."""
    made = sets[name]
    rows = np.arange(len(made))
    rows[20] = 30
    assert "): row 20 is a 0x" in problem_of(with_rows(made, rows), tmp_path)


def test_other_random_bits_are_found(tmp_path):
    one = rq.golden.generate("encode", "float8_e5m2", source="float16", rounding="stochastic_c", random_bits=8)
    row = int(np.flatnonzero(one.columns["flags"] == 0)[100])  # an exact operand: the bits do not matter to its result
    random = one.columns["random"].copy()
    random[row] ^= 1
    text = problem_of(finished(one.recipe, {**one.columns, "random": random}, 0), tmp_path)
    assert f"): row {row} is a 0x" in text and f"random {int(random[row]):#x}, expected" in text


@pytest.mark.parametrize("changed", [{"seed": 8}, {"level": 2}])
def test_a_recipe_of_other_vectors_is_found(sets, tmp_path, changed):
    problem_of(with_rows(sets["one operand"], slice(None), **changed), tmp_path)


def test_one_row_is_not_exhaustive(sets, tmp_path):
    """A set of one row that says it is exhaustive: of 6 bits, and of 32, of which there is no exhaustive set."""
    text = problem_of(with_rows(sets["exhaustive"], slice(0, 1)), tmp_path)
    assert "exhaustive, seed 0): vectors and operands left out are 1 + 0, expected 64 together; ends before row 1, expected a 0x01" in text
    text = problem_of(with_rows(sets["one operand"], slice(0, 1), level="exhaustive"), tmp_path / "wide") if (tmp_path / "wide").mkdir() is None else ""
    assert "no set has this recipe: level: 'exhaustive' takes operands of at most 24 bits together, and float32 have 32" in text


@pytest.mark.parametrize("more", [-1, 1])
def test_another_number_of_operands_that_are_left_out_is_found(sets, tmp_path, more):
    made = sets["crossed"]
    assert made.left_out > 1
    text = problem_of(GoldenSet(made.recipe, made.columns, made.left_out + more), tmp_path)
    assert text.endswith(f"; operands left out are {made.left_out + more}, expected {made.left_out}")


def test_a_backend_that_does_not_exist_is_no_problem_of_the_recipe(sets, tmp_path):
    with pytest.raises(UnknownNameError, match="backend: no backend is named 'nosuch'"):
        rq.golden.check(sets["values"].save(tmp_path / "set"), backend="nosuch")


def test_of_another_version_of_the_generator_only_the_results_are_checked(sets, tmp_path, monkeypatch):
    made = sets["one operand"]
    monkeypatch.setattr("refquant.golden.choice.GENERATOR_VERSION", 3)
    part = with_rows(made, slice(10, 20))
    found = rq.golden.check(part.save(tmp_path / "set"))
    assert found.ok and found.vectors == 10
    assert found.unchecked == (
        f"which vectors it should have is not checked, their results are: version {made.recipe.generator_version} of the generator made it, and this refquant has version 3"
    )
    wrong = finished(part.recipe, {**part.columns, "result": part.columns["result"] ^ 1}, 0)
    assert rq.golden.check(wrong.save(tmp_path / "wrong")).wrong == 10


@pytest.mark.parametrize(
    "changed, message",
    [({"roundings": ("to_odd", "to_odd")}, "roundings: expected modes, each once"), ({"overflows": ()}, "overflows: expected modes, each once")],
)
def test_modes_that_no_recipe_has_are_refused(sets, tmp_path, changed, message):
    made = sets["one operand"]
    folder = GoldenSet(replace(made.recipe, **changed), made.columns).save(tmp_path / "set")
    with pytest.raises(GoldenFileError, match=message):
        rq.golden.check(folder)
