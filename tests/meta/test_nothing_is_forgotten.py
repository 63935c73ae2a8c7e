"""Every clause has an oracle, a reference and a test; every operation resolves in its backends; every mode and knob is exercised."""

import inspect
import re
from pathlib import Path

import pytest

import refquant as rq
from refquant.dispatch import function
from refquant.errors import BackendUnavailableError
from refquant.operations import OPERATIONS
from refquant.policies import KNOBS

ROOT = Path(__file__).parents[2]
CLAUSES = {c for p in sorted((ROOT / "spec/text").glob("*.md")) for c in re.findall(r"^\* \*\*(RQ-\d+\.\d+)\*\*", p.read_text(), re.M)}
#: Clauses that define words, not behaviour.
TERMS = {"RQ-1.1", "RQ-1.2", "RQ-1.3"}


def cited(*folders, root=ROOT):
    found = set()
    for folder in folders:
        for path in (root / folder).rglob("*.py"):
            text = path.read_text()
            found |= set(re.findall(r"RQ-\d+\.\d+", text))
            for chapter, first, last in re.findall(r"RQ-(\d+)\.(\d+) to RQ-\d+\.(\d+)", text):
                found |= {f"RQ-{chapter}.{n}" for n in range(int(first), int(last) + 1)}
            for chapter in re.findall(r"RQ-(\d+)(?:\.\*|\b(?!\.))", text):
                found |= {c for c in CLAUSES if c.startswith(f"RQ-{chapter}.")} if "/tests/" in str(path) else set()
    return found


def test_there_are_clauses():
    assert len(CLAUSES) > 60


@pytest.mark.parametrize("clause", sorted(CLAUSES - TERMS, key=lambda c: [int(n) for n in re.findall(r"\d+", c)]))
def test_every_clause_is_cited_by_the_oracle_and_the_product(clause):
    package = Path(inspect.getfile(rq)).parent
    in_oracle, in_product = cited("spec/oracle"), cited(".", root=package)
    bounds_or_program = clause.startswith("RQ-11.") or clause in ("RQ-2.12", "RQ-5.15", "RQ-3.4")
    assert clause in in_oracle or bounds_or_program, "not cited in spec/oracle"
    tested = cited("tests") if clause.startswith("RQ-11.") else set()  # theorems: the product states them or a test shows them
    assert clause in in_product | tested or clause in ("RQ-2.12", "RQ-3.4"), "not cited in refquant"


def test_no_clause_is_cited_that_does_not_exist():
    package = Path(inspect.getfile(rq)).parent
    for found in (cited("spec/oracle"), cited(".", root=package), cited("tests")):
        assert not {c for c in found if not c.startswith("RQ-0")} - CLAUSES


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_resolves_in_every_backend_that_it_names(name):
    operation = OPERATIONS[name]
    assert operation.name == name and operation.backends
    for backend in operation.backends:
        assert callable(function(name, backend))
    assert set(operation.affected_by) <= set(KNOBS) | {"via"}
    assert re.fullmatch(r"RQ-\d+\.\d+", operation.clause) and operation.clause in CLAUSES


def test_list_operations_says_what_resolves():
    assert list(rq.list_operations()) == list(OPERATIONS)
    for name, backends in rq.list_operations().items():
        for backend in rq.list_backends():
            if backend in backends:
                assert callable(function(name, backend))
            else:
                with pytest.raises(BackendUnavailableError):
                    function(name, backend)


def test_every_choice_of_every_knob_is_in_some_test():
    text = "\n".join(p.read_text() for p in (ROOT / "tests").rglob("*.py")) + inspect.getsource(rq.policies.dialects)
    by_enumeration = {"rounding", "overflow", "nan", "subnormals", "inf_to_int"}  # the tests loop over the whole enum
    missing = {f"{k}={c}" for k, kind in KNOBS.items() if k not in by_enumeration for c in kind if f'"{c}"' not in text}
    assert not missing
