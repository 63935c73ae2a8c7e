"""Every example in the README and in the public docstrings says what really comes out."""

import ast
import doctest
import importlib
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import refquant as rq

README = Path(__file__).parents[2] / "README.md"
MODULES = sorted(
    m.name
    for m in pkgutil.walk_packages(rq.__path__, "refquant.")
    if not m.name.startswith(("refquant.cli", "refquant.numba_kernels", "refquant.cupy_kernels")) and "torch" not in m.name
)


def test_readme_examples_are_real():
    results = doctest.testfile(str(README), module_relative=False)
    assert results.attempted >= 10 and results.failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples_are_real(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


PUBLIC = [n for n in rq.__all__ if n not in ("bounds", "verify", "errors", "policies")]


@pytest.mark.parametrize("name", PUBLIC)
def test_public_names_are_documented_with_an_example(name):
    thing = getattr(rq, name)
    assert thing.__doc__ and len(thing.__doc__.splitlines()[0]) > 10
    simple = ("CodesAndFlags", "ValuesAndFlags", "Parts", "Policies", "OverflowMode", "RoundingMode")
    assert name in simple or ">>>" in thing.__doc__, f"{name} has no example"


def test_tox_tests_the_wheel_and_not_the_checkout():
    if "REFQUANT_TEST_WHEEL" not in os.environ:
        pytest.skip("not run by tox: the checkout may be what is imported")
    assert README.parent not in Path(rq.__file__).parents


def test_no_public_callable_shares_a_name_with_a_submodule():
    modules = {m.name.rpartition(".")[2] for m in pkgutil.iter_modules(rq.__path__)}
    assert not {n for n in rq.__all__ if callable(getattr(rq, n))} & modules


def test_type_checkers_see_the_names_that_python_loads():
    tree = ast.parse(Path(rq.__file__).read_text())
    block = next(n for n in tree.body if isinstance(n, ast.If))
    seen = {n.module.removeprefix("refquant."): tuple(a.name for a in n.names) for n in block.body if n.module != "refquant"}
    whole = {a.name for n in block.body if n.module == "refquant" for a in n.names}
    assert seen == rq._NAMES and {*rq._HOMES, *whole} == set(rq.__all__) <= set(dir(rq))
    for module, names in rq._NAMES.items():
        for name in names:
            assert getattr(rq, name) is getattr(importlib.import_module(f"refquant.{module}"), name)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = rq.nonsense


def test_an_import_loads_nothing_and_an_encode_only_numpy():
    code = "import sys; before = set(sys.modules); import refquant; print([m for m in sys.modules if m.startswith('refquant.')])\n"
    code += "refquant.encode(0.1, 'float16'); loaded = {m.partition('.')[0] for m in set(sys.modules) - before}\n"
    code += "print(loaded & {'click', 'rich', 'numba', 'ml_dtypes', 'torch', 'hypothesis', 'decimal', 'fractions'})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "set()"]


def test_the_public_names_are_these():
    assert sorted(rq.__all__) == rq.__all__ or sorted(rq.__all__, key=str.casefold) == sorted(rq.__all__, key=str.casefold)
    assert {"encode", "decode", "round", "convert", "decode_parts", "encode_parts", "get_format", "list_formats", "get_dialect", "list_dialects", "RandomBits", "Philox", "Flags", "FloatFormat", "IntFormat", "Dialect", "list_backends", "bounds", "verify"} <= set(rq.__all__)  # fmt: skip
