"""The literals that the wheel carries say what the tables of the specification say."""

import dataclasses
import tomllib
from pathlib import Path

import oracle
import pytest

import refquant as rq
from refquant.formats import LITERALS
from refquant.policies import KNOBS

SPEC = Path(__file__).parents[2] / "spec"
FORMATS = tomllib.loads((SPEC / "formats.toml").read_text())
DIALECTS = tomllib.loads((SPEC / "dialects.toml").read_text())
P3109 = [n for n in rq.list_formats(p3109=True) if n not in rq.list_formats()]


def plain(fmt):
    return {k: str(v) if isinstance(v, str) else v for k, v in dataclasses.asdict(fmt).items()}


def test_formats_are_the_same_set():
    assert list(FORMATS) == list(LITERALS)
    assert set(oracle.formats.names(p3109=True)) == set(rq.list_formats(p3109=True))


@pytest.mark.parametrize("name", [*rq.list_formats(), *P3109])
def test_every_format_has_the_parameters_of_the_specification(name):
    stated = dataclasses.asdict(oracle.formats.get(name))
    assert plain(rq.get_format(name)) == stated
    for key, value in FORMATS.get(name, {}).items():
        assert key in ("kind", "source") or stated[key] == value


def test_every_format_has_a_source():
    assert all(len(row["source"]) > 5 for row in FORMATS.values())


def test_dialects_are_the_same_set():
    assert tuple(DIALECTS) == rq.list_dialects()


@pytest.mark.parametrize("name", list(DIALECTS))
def test_every_dialect_gives_every_pair_of_formats_the_policies_of_the_specification(name):
    stated, ours = oracle.dialects.load()[name], rq.get_dialect(name)
    assert (ours.version, ours.source) == (stated.version, stated.source) or name == "default"
    targets = [*rq.list_formats(), "binary8p3se", "binary8p3sf", "binary8p3ue", "binary8p3uf"]
    for target in targets:
        for source in ["float64", "float32", "float16", "bfloat16", "int8", "int32", "int64", "uint8", "exact", "longdouble", "float8_e5m2", "float8_e4m3fn"]:
            a, b = stated.policies(target, source), ours.policies(target, source)
            for knob in KNOBS:
                assert getattr(a, knob) == (None if getattr(b, knob) is None else str(getattr(b, knob))), (target, source, knob)
            assert (a.via is None) == (b.via is None)
            if a.via is not None:
                assert dataclasses.asdict(a.via) == {k: None if v is None else str(v) for k, v in dataclasses.asdict(b.via).items()}


def test_knobs_and_choices_are_the_same():
    ours = {k: {str(c) for c in kind} for k, kind in KNOBS.items()}
    assert ours == {k: {c for c in choices if c is not None} for k, choices in oracle.policies.KNOBS.items()}
