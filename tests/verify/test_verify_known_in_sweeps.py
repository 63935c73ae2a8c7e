"""A known deviation in a sweep: known only where every output is what it says, gone where none is wrong."""

import json
from xml.etree import ElementTree

import numpy as np
import oracle
import pytest
from click.testing import CliRunner

import refquant as rq
from refquant import verify
from refquant.cli.app import app
from refquant.verify import Deviation, run_sweep
from refquant.verify.sweep_verdicts import judgements_of

SOURCE, TARGET = "float16", "float8_e4m3fn"
ENTRY = Deviation("cast", ">=1", "encode", (SOURCE,), (TARGET,), "rounding=toward_zero", {}, "it truncates", "made up")
INTO, OUT_OF = (oracle.formats.get(name) for name in (TARGET, SOURCE))


def table(**policies):
    """What is right for every code of SOURCE, by the oracle."""
    chosen = oracle.policies.Policies(**policies)
    return np.array([oracle.codec.convert(code, OUT_OF, INTO, chosen).code for code in range(1 << 16)], np.uint8)


@pytest.fixture(scope="module")
def nearest():
    return table()


@pytest.fixture(scope="module")
def truncated():
    return table(rounding="toward_zero")


class Cast:
    """A target that answers from a table."""

    name, version = "cast", "1.0"

    def __init__(self, codes):
        self.codes = codes

    def claims(self):
        return (verify.Claim("encode", SOURCE, TARGET, nan_by="class"),)

    def run(self, claim, codes):
        return self.codes[codes]


def swept(codes, entry=ENTRY, **options):
    cast = Cast(codes)
    found = run_sweep(cast, cast.claims()[0], known=entry, **options)
    return found, judgements_of([(found, "")], [entry])[0].verdicts[0]


def judged(codes, entry=ENTRY):
    return verify.judge(Cast(codes), deviations=[entry]).verdicts[0]


def changed(codes, *changes):
    made = codes.copy()
    for code, value in changes:
        made[code] = value
    return made


def test_a_sweep_is_known_where_every_output_is_what_the_deviation_gives(nearest, truncated):
    found, verdict = swept(truncated)
    assert (found.new, found.gone, found.mismatches) == (0, False, np.count_nonzero(nearest != truncated))
    assert (verdict.status, verdict.diagnosis, verdict.message) == ("known", "rounding=toward_zero", "it truncates")


def test_a_deviation_that_occurs_on_one_input_alone_is_not_known(nearest, truncated):
    """The only wrong output is what truncation gives; everywhere else truncation does not occur."""
    codes = changed(nearest, (0x3C41, truncated[0x3C41]))
    assert codes[0x3C41] != nearest[0x3C41]
    found, verdict = swept(codes)
    absent = np.count_nonzero(nearest != truncated) - 1
    assert [(k.name, k.count) for k in found.kinds] == [("known: rounding=toward_zero", 1), ("absent: rounding=toward_zero", absent)]
    assert (found.mismatches, found.new, found.gone) == (1, absent, False)
    assert (verdict.status, verdict.mismatches, verdict.diagnosis, verdict.witness.input) == ("new", 1, None, "0x3c41")
    assert verdict.message == f"{absent:,} are right where the known deviation 'rounding=toward_zero' gives something else"
    assert judged(codes).status == "new"


def test_the_witness_of_an_absent_deviation_is_the_smallest_input_where_it_should_occur(nearest, truncated):
    found, _ = swept(changed(nearest, (0x3C41, truncated[0x3C41])))
    should = [c for c in np.flatnonzero(nearest != truncated).tolist() if c != 0x3C41]
    first = min(should, key=lambda c: (c & 0x7FFF, c))
    witness = found.kinds[1].witness
    assert (found.kinds[1].code, witness.input) == (first, f"0x{first:04x}")
    assert witness.got == witness.expected == f"0x{nearest[first]:02x}"


def test_one_output_that_is_right_after_all_is_new(nearest, truncated):
    found, verdict = swept(changed(truncated, (0x3C41, nearest[0x3C41])))
    assert (found.new, verdict.status, verdict.diagnosis) == (1, "new", None)
    assert found.kinds[1].name == "absent: rounding=toward_zero" and found.kinds[1].witness.input == "0x3c41"


def test_one_output_that_is_wrong_otherwise_is_new_and_no_diagnosis_is_claimed(nearest, truncated):
    found, verdict = swept(changed(truncated, (0x3C01, 0x55)))
    assert (found.new, verdict.status, verdict.diagnosis) == (1, "new", None)
    assert verdict.message == "1 of them are not what the known deviation 'rounding=toward_zero' does"


def test_a_deviation_that_does_not_occur_at_all_is_gone(nearest):
    found, verdict = swept(nearest)
    assert (found.gone, found.mismatches, verdict.status, verdict.ok) == (True, 0, "gone", False)
    assert verdict.message == judged(nearest).message == "the known deviation 'rounding=toward_zero' (>=1) does not occur; correct deviations.toml"


def test_a_deviation_that_this_conversion_cannot_have_is_gone(nearest):
    entry = Deviation("cast", ">=1", "encode", (SOURCE,), (TARGET,), "through float16", {}, "none", "made up")
    for deviation in (entry, ENTRY.__class__(**{**vars(entry), "diagnosis": "no code below the smallest magnitude"})):
        assert swept(nearest, deviation)[1].status == judged(nearest, deviation).status == "gone"


def test_findings_of_a_known_deviation_do_not_depend_on_chunks(nearest, truncated, tmp_path):
    codes = changed(nearest, *((code, truncated[code]) for code in range(0, 1 << 16, 3)))
    whole = swept(codes)[0]
    assert swept(codes, chunk=10_007)[0] == whole and whole.new

    class Stop(Exception):
        pass

    def stop(found):
        if found.following > 20_000:
            raise Stop

    with pytest.raises(Stop):
        swept(codes, chunk=10_007, resume=tmp_path / "state.json", progress=stop)
    assert swept(codes, resume=tmp_path / "state.json")[0] == whole


def test_a_state_without_these_counts_is_refused(nearest, tmp_path):
    path = tmp_path / "state.json"
    swept(nearest, resume=path)
    record = json.loads(path.read_text())
    assert record["schema"] == "refquant-sweep-3"
    path.write_text(json.dumps({**record, "schema": "refquant-sweep-2"}))
    with pytest.raises(rq.errors.StateError, match="was written before a sweep counted where a known deviation does not occur; delete the file"):
        swept(nearest, resume=path)


GONE = """
[[deviation]]
package = "numpy"
versions = ">=1"
operation = "decode"
sources = ["float16"]
targets = ["float64"]
diagnosis = "rounding=toward_zero"
witness = { source = "float16", target = "float64", input = "0x3c00", got = "0x0000000000000000", expected = "0x3ff0000000000000" }
reason = "made up"
reference = "made up"
"""


def test_a_deviation_that_is_gone_is_exit_code_1_in_a_sweep(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "known.toml").write_text(GONE)
    arguments = ("verify", "numpy", "--exhaustive", "--source", "float16", "--format", "float64", "--deviations", "known.toml")
    result = CliRunner().invoke(app, [*arguments, "--json", "r.json", "--junit", "r.xml"])
    assert result.exit_code == 1
    assert "65,536 of 65,536 codes compared: exact; GONE: the known deviation 'rounding=toward_zero' does not occur" in result.output
    (record,) = json.loads((tmp_path / "r.json").read_text())["sweeps"]
    assert (record["gone"], record["mismatches"], record["complete"]) == (True, 0, True)
    assert ElementTree.parse(tmp_path / "r.xml").getroot().find("testsuite/testcase/failure").get("type") == "gone"
