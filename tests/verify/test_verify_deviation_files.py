"""Files of known deviations: what is not of the form is refused by entry and field, and an entry that speaks of no conversion is noticed."""

import dataclasses
import json
import tomllib
from importlib.resources import files
from xml.etree import ElementTree

import click
import numpy as np
import pytest
from click.testing import CliRunner
from planted import CLAIM, RIGHT, Planted

from refquant import verify
from refquant.cli.app import app
from refquant.cli.reports import Reports
from refquant.cli.sweeps import sweep_all
from refquant.errors import InputValueError
from refquant.verify import as_html, as_junit, as_records, judge
from refquant.verify.deviations import parse_deviations

FIELDS = {
    "package": '"numpy"',
    "versions": '">=1"',
    "operation": '"decode"',
    "sources": '["float16"]',
    "targets": '["float64"]',
    "diagnosis": '"rounding=toward_zero"',
    "witness": '{ source = "float16", target = "float64", input = "0x3c00", got = "0x00", expected = "0x01" }',
    "reason": '"made up"',
    "reference": '"made up"',
}


def text(**changes):
    return "\n".join(["[[deviation]]", *(f"{name} = {value}" for name, value in {**FIELDS, **changes}.items() if value is not None)])


BAD = {
    "a text for a list": ({"sources": '"float16"'}, "sources: expected a list of names or patterns"),
    "a number in a list": ({"targets": '["float16", 5]'}, "targets: expected a list"),
    "an empty list": ({"targets": "[]"}, "targets: expected a list"),
    "an empty pattern": ({"sources": '[""]'}, "sources: expected a list"),
    "dialects of no list": ({"dialects": '"*"'}, "dialects: expected a list"),
    "versions of a number": ({"versions": "5"}, "versions: expected a text, got 5"),
    "versions that are none": ({"versions": '"about 2"'}, "versions: expected clauses such as"),
    "a reason of a number": ({"reason": "7"}, "reason: expected a text, got 7"),
    "no reason": ({"reason": '" "'}, "reason: expected a text"),
    "a package of a number": ({"package": "1"}, "package: expected a text"),
    "no such operation": ({"operation": '"cast"'}, "operation: expected one of encode, decode, or an operation such as add; got 'cast'"),
    "no such diagnosis": ({"diagnosis": '"rounding=no_such_mode"'}, "diagnosis: no change of policies is named 'rounding=no_such_mode'"),
    "a missing field": ({"reference": None}, "reference missing"),
    "an unknown field": ({"nonsense": "1"}, "no field is named 'nonsense'; there are package, versions,"),
    "a witness of a text": ({"witness": '"0x3c00"'}, "witness: expected a table of source"),
    "an empty witness": ({"witness": "{}"}, "witness: source, target, input, got, expected missing"),
    "a witness of a number": ({"witness": FIELDS["witness"].replace('"0x00"', "0")}, "witness: got: expected a text, got 0"),
    "a witness of a decimal": ({"witness": FIELDS["witness"].replace('"0x00"', '"0"')}, "witness: got: expected a code in lower-case hex"),
    "a witness of more": ({"witness": FIELDS["witness"].replace("{", "{ more = 1,")}, "witness: no field is named 'more'"),
}


def test_an_entry_of_the_form_is_read():
    (entry,) = parse_deviations(text(dialects='["onnx-*"]'))
    assert (entry.package, entry.sources, entry.dialects, entry.witness["input"]) == ("numpy", ("float16",), ("onnx-*",), "0x3c00")
    assert parse_deviations("") == ()


@pytest.mark.parametrize("name", BAD)
def test_an_entry_that_is_not_of_the_form_is_refused_by_number_package_and_field(name):
    changes, message = BAD[name]
    with pytest.raises(InputValueError) as refused:
        parse_deviations("\n\n".join([text(), text(**changes)]))
    package = {"package": "1"}.get(next(iter(changes)), "numpy")
    assert str(refused.value).startswith(f"deviations: entry 2 ({package}): {message}")


@pytest.mark.parametrize(
    "whole", ["deviation = 5", "[deviation]\npackage = 1", "deviation = [1]", text().replace("[[deviation]]", "[[deviations]]"), "[[", "[" * 9999]
)
def test_a_file_of_other_tables_is_refused(whole):
    with pytest.raises(InputValueError, match=r"^deviations: "):
        parse_deviations(whole)


def test_a_file_is_utf_8_with_or_without_a_mark(tmp_path):
    path = tmp_path / "known.toml"
    path.write_bytes(text(reason='"é"').encode("utf-8-sig"))
    assert verify.load_deviations(path)[0].reason == "é"
    path.write_bytes(text(reason='"é"').encode("latin-1"))
    with pytest.raises(InputValueError, match=r"^deviations: .*known.toml is not UTF-8: "):
        verify.load_deviations(path)


def test_every_entry_of_the_package_is_read():
    rows = tomllib.loads((files("refquant.verify") / "deviations.toml").read_text("utf-8"))["deviation"]
    assert [(d.package, list(d.sources), d.diagnosis) for d in verify.load_deviations()] == [(r["package"], r["sources"], r["diagnosis"]) for r in rows]


GHOST = verify.Deviation("planted", ">=7", "convert", ("*",), ("float9_*",), "overflow=saturate", {}, "made up", "made up")
SAID = "the known deviation 'overflow=saturate' (>=7) of convert * -> float9_* matches no conversion; correct deviations.toml"


def test_an_entry_that_speaks_of_no_conversion_is_unmatched():
    judgement = judge(Planted(RIGHT), deviations=[GHOST])
    assert (judgement.unmatched, judgement.ok, judgement.verdicts[0].status) == ((GHOST,), False, "exact")
    assert judge(Planted(RIGHT), deviations=[]).ok


@pytest.mark.parametrize("field, value", [("package", "other"), ("versions", ">=8")])
def test_an_entry_of_another_package_or_version_is_not_unmatched(field, value):
    assert judge(Planted(RIGHT), deviations=[dataclasses.replace(GHOST, **{field: value})]).ok


def test_what_was_not_judged_is_not_unmatched():
    class Two(Planted):
        def claims(self):
            return CLAIM, dataclasses.replace(CLAIM, target="float16", nan_by="byte")

        def run(self, claim, codes):
            return RIGHT[codes] if claim.target == CLAIM.target else np.asarray(codes, np.uint16) << 8

    entry = dataclasses.replace(GHOST, targets=("bfloat16",))
    assert judge(Two(RIGHT), claims=[CLAIM], deviations=[entry]).ok
    assert judge(Two(RIGHT), deviations=[entry]).unmatched == (entry,)


def test_every_report_says_what_is_unmatched():
    judgement = judge(Planted(RIGHT), deviations=[GHOST])
    record = as_records([judgement])
    assert (record["ok"], record["targets"][0]["unmatched"]) == (False, [SAID])
    suite = ElementTree.fromstring(as_junit([judgement]))[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert suite.findall("testcase")[1].find("failure").get("message") == SAID
    pytest.importorskip("matplotlib")
    assert "matches no conversion; correct deviations.toml." in as_html([judgement])


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def call(changes, *arguments):
        (tmp_path / "known.toml").write_text(text(**changes))
        return CliRunner().invoke(app, ["verify", "numpy", "--random", "10", "--deviations", "known.toml", *arguments])

    return call


def test_the_command_line_says_what_is_unmatched_where_nothing_is_left_out(run):
    result = run({"targets": '["float9"]'})
    assert result.exit_code == 1
    said = "numpy: the known deviation 'rounding=toward_zero' (>=1) of decode float16 -> float9 matches no conversion; correct deviations.toml"
    assert said in result.output.splitlines() and "0 mismatches" not in result.output
    narrowed = run({"targets": '["float9"]'}, "--source", "float16")
    assert narrowed.exit_code == 0 and "matches no conversion" not in narrowed.output


def test_a_sweep_says_what_is_unmatched(tmp_path):
    ghost = dataclasses.replace(GHOST, operation="encode")
    small = Planted(RIGHT)
    with click.Context(click.Command("verify"), obj="refquant verify"):
        reports = Reports(str(tmp_path / "r.json"), str(tmp_path / "r.xml"), None)
        assert sweep_all([(small, small.claims())], (ghost,), None, reports, 10.0) == 1
        assert sweep_all([(small, small.claims())], (), None, Reports(None, None, None), 10.0) == 0
    said = f"planted: {SAID.replace('convert', 'encode')}"
    assert json.loads((tmp_path / "r.json").read_text())["unmatched"] == [said]
    assert ElementTree.parse(tmp_path / "r.xml").getroot().get("failures") == "1"


@pytest.mark.parametrize("package, ok", [("mldtypes", False), ("ml_dtypes", True), ("mymodule:cast", True)])
def test_an_entry_of_a_package_that_is_no_target_is_refused(run, package, ok):
    result = run({"package": f'"{package}"'}, "--source", "float16")
    assert result.exit_code == (0 if ok else 2)
    assert ok or result.stderr.startswith("error: --deviations: no target is named 'mldtypes'; there are numpy, ml_dtypes,")
