"""A folder of golden vectors is complete or absent, is never overwritten unasked, and is loaded only as what it is."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import refquant as rq
from refquant.errors import GoldenExistsError, GoldenFileError, GoldenMismatchError, InputTypeError, InputValueError, PolicyError
from refquant.golden import GoldenSet
from refquant.golden.making import finished
from refquant.policies import Dialect, Policies, Row, SubnormalMode


@pytest.fixture(scope="module")
def made():
    return rq.golden.generate("encode", "float8_e4m3fn", source="float16")


def left(folder):
    return sorted(p.name for p in folder.iterdir())


def test_a_folder_holds_its_files_and_a_manifest_of_them(made, tmp_path):
    folder = made.save(tmp_path / "set", writers=["csv", "readmemh"])
    assert left(folder) == ["manifest.json", "testbench.sv", "vectors.csv", "vectors.memh"] and left(tmp_path) == ["set"]
    text = (folder / "manifest.json").read_text("utf-8")
    record = json.loads(text)
    assert {f["name"]: (f["bytes"], f["sha256"]) for f in record["files"]} == {
        p.name: (p.stat().st_size, hashlib.sha256(p.read_bytes()).hexdigest()) for p in folder.iterdir() if p.name != "manifest.json"
    }
    assert text == json.dumps(record, sort_keys=True, indent=1) + "\n" and str(tmp_path) not in text
    assert record["metadata"]["count"] == len(made) and sum(c["count"] for c in record["coverage"] if c["name"] == "exact") > 0
    validator = pytest.importorskip("jsonschema").Draft202012Validator
    from refquant.golden.writers.json_file import schema

    validator.check_schema(schema("manifest"))
    validator(schema("manifest")).validate(record)


def test_what_is_there_is_kept_unless_forced(made, tmp_path):
    folder = made.save(tmp_path / "set", writers=["csv"])
    before = (folder / "vectors.csv").read_bytes()
    with pytest.raises(GoldenExistsError, match="there are golden vectors already"):
        made.save(folder)
    assert (folder / "vectors.csv").read_bytes() == before
    made.save(folder, writers=["npz"], force=True)
    assert left(folder) == ["manifest.json", "vectors.npz"] and left(tmp_path) == ["set"]


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("names", [["notes.txt"], ["manifest.json", "notes.txt"], ["vectors.npz"]])
def test_other_peoples_files_are_never_replaced(made, tmp_path, names, force):
    folder = tmp_path / "set"
    folder.mkdir()
    for name in names:
        (folder / name).write_text("mine")
    with pytest.raises(GoldenExistsError, match="has files that are not of golden vectors"):
        made.save(folder, force=force)
    assert left(folder) == sorted(names) and left(tmp_path) == ["set"] and (folder / names[0]).read_text() == "mine"


@pytest.mark.parametrize("force", [False, True])
def test_folders_that_only_look_like_a_set_are_never_replaced(made, tmp_path, force):
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "manifest.json").write_text('{"name": "app"}')
    with pytest.raises(GoldenExistsError, match=r"its manifest\.json is not that of golden vectors"):
        made.save(tmp_path / "web", force=force)
    folder = made.save(tmp_path / "set")
    (folder / "vectors.csv").mkdir()
    (folder / "vectors.csv" / "thesis.txt").write_text("mine")
    with pytest.raises(GoldenExistsError, match=r"vectors\.csv is no file of golden vectors"):
        made.save(folder, force=force)
    assert (folder / "vectors.csv" / "thesis.txt").read_text() == "mine" and (tmp_path / "web" / "manifest.json").read_text() == '{"name": "app"}'


def test_a_set_without_vectors_is_not_written(tmp_path):
    refusing = rq.get_dialect("default").replace(negative="error", zero_input="error")
    empty = rq.golden.generate("convert", "float8_e8m0fnu", source="int1", dialect=refusing)
    assert len(empty) == 0
    with pytest.raises(InputValueError, match=r"made: a set without vectors tests nothing; the policies refuse all 2 operands"):
        empty.save(tmp_path / "set")


def test_comparisons_read_the_policies_of_each_operand_by_its_own_format(tmp_path):
    """RQ-7.5: under a dialect that flushes float16 alone, and says so by a row for float16 to float16."""
    row = Row((("subnormals", SubnormalMode.FLUSH_INPUTS),), ("float16",), ("float16",))
    flushing = Dialect("flushing", base=Policies(), rows=(row,))
    for formats in (("bfloat16", "float16"), ("float16", "bfloat16")):
        with pytest.raises(PolicyError, match=r"says different things of (bfloat16, float16|float16, bfloat16): subnormals"):
            rq.golden.generate("compare_quiet_eq", formats, dialect=flushing)
    made = rq.golden.generate("compare_quiet_eq", "float16", dialect=flushing)
    tiny = (made.columns["a"] == 0) & (made.columns["b"] == 1)
    assert made.columns["result"][tiny].tolist() == [1]


def test_a_file_that_comes_while_it_is_written_is_kept(made, tmp_path):
    folder = made.save(tmp_path / "set")
    with pytest.raises(GoldenExistsError, match=r"notes\.txt"):
        made.save(folder, force=True, progress=lambda name: (folder / "notes.txt").write_text("mine"))
    assert left(tmp_path) == ["set"] and "notes.txt" in left(folder) and "vectors.npz" in left(folder)


def test_an_empty_folder_may_be_filled_and_a_link_to_one_stays(made, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("empty")
    made.save(tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and left(tmp_path / "empty") == ["manifest.json", "vectors.npz"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError])
def test_a_failure_leaves_what_was_there(made, tmp_path, failure):
    folder = made.save(tmp_path / "set")
    before = {p.name: p.read_bytes() for p in folder.iterdir()}

    def stop(name):
        if name == "csv":
            raise failure

    with pytest.raises(failure):
        made.save(folder, writers=["npz", "csv"], force=True, progress=stop)
    with pytest.raises(failure):
        made.save(tmp_path / "other", writers=["npz", "csv"], progress=stop)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before and left(tmp_path) == ["set"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
@pytest.mark.parametrize("there", [False, True])
def test_a_kill_in_the_middle_leaves_a_whole_folder_or_none(made, tmp_path, there):
    folder = tmp_path / "set"
    if there:
        made.save(folder)
    code = f"""
import os, signal, refquant as rq
made = rq.golden.generate("encode", "float8_e5m2", source="float16")
made.save({str(folder)!r}, writers=["npz", "csv"], force=True, progress=lambda name: name == "csv" and os.kill(os.getpid(), signal.SIGKILL))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, cwd=Path(rq.__file__).parents[1])
    assert done.returncode == -signal.SIGKILL
    assert folder.exists() == there
    if there:
        assert rq.golden.load(folder) == made
    made.save(folder, force=True)
    assert rq.golden.check(folder).ok


@pytest.mark.parametrize(
    "folder, error, message",
    [
        ("no such folder/set", InputValueError, "there is no folder"),
        ("", InputValueError, "no name of a folder"),
        ("file", InputValueError, "no name of a folder"),
        (None, InputTypeError, "folder: expected a name"),
    ],
)
def test_folders_that_cannot_be_made_are_refused(made, tmp_path, monkeypatch, folder, error, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(error, match=message):
        made.save(folder)
    assert left(tmp_path) == ["file"]


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="the superuser writes everywhere")
def test_a_folder_that_is_write_protected_is_refused(made, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputValueError, match="write-protected"):
        made.save(tmp_path / "set")


@pytest.mark.parametrize(
    "asked, message",
    [
        ({"fmt": "float8_e5m2"}, "fmt: the vectors are of float8_e4m3fn, not of float8_e5m2"),
        ({"fmt": rq.FloatFormat(precision=4, exponent_width=4, name="alike")}, "fmt: "),
        ({"source": "bfloat16"}, "source: the vectors are of float16, not of bfloat16"),
        ({"dialect": "ocp-saturating"}, "dialect: the vectors are of default, not of ocp-saturating"),
        ({"dialect": rq.get_dialect("default").replace(nan="all_ones")}, "dialect: "),
        ({"operation": "convert"}, "operation: the vectors are of encode, not of convert"),
        ({"spec_version": "1999-01-01"}, "spec_version: "),
    ],
)
def test_other_vectors_than_were_asked_for_are_refused(made, tmp_path, asked, message):
    folder = made.save(tmp_path / "set", writers=["npz", "csv"])
    for path in (folder, folder / "vectors.npz", folder / "vectors.csv"):
        assert rq.golden.load(path, fmt="float8_e4m3fn", source="float16", dialect="default", operation="encode") == made
        with pytest.raises(GoldenMismatchError, match=message):
            rq.golden.load(path, **asked)


def test_vectors_of_a_dialect_of_the_same_name_and_other_knobs_are_refused(tmp_path):
    default = rq.get_dialect("default")
    made = rq.golden.generate("encode", "float16", dialect=default.replace(subnormals="flush_both"))
    folder = made.save(tmp_path / "set")
    assert rq.golden.load(folder, dialect=default.replace(subnormals="flush_both")) == made
    with pytest.raises(GoldenMismatchError, match=r"^dialect: the vectors were made with subnormals=flush_both, where default\* says otherwise here"):
        rq.golden.load(folder, dialect=default.replace(tininess="after"))


@pytest.mark.parametrize(
    ("rounding", "changed", "message"),
    [
        ("stochastic_a", {"random_bits": 0}, "random_bits: expected some for a stochastic mode, got 0"),
        ("to_odd", {"random_bits": 3}, "random_bits: expected none without a stochastic mode, got 3"),
        ("to_odd", {"generator_version": 999}, "generator_version: expected 1 to 1, got 999; a newer refquant made it"),
    ],
)
def test_metadata_that_contradict_themselves_are_refused(tmp_path, rounding, changed, message):
    made = rq.golden.generate("encode", "float8_e4m3fn", source="float16", rounding=rounding)
    folder = GoldenSet(replace(made.recipe, **changed), made.columns).save(tmp_path / "set")
    for read in (rq.golden.load, rq.golden.check):
        with pytest.raises(GoldenFileError, match=message):
            read(folder)


def test_another_version_of_the_specification_is_refused_unless_it_is_asked_for(made, tmp_path):
    old = GoldenSet(replace(made.recipe, spec_version="2020-01-01"), made.columns, made.left_out)
    folder = old.save(tmp_path / "set", writers=["npz", "readmemh"])
    for path in (folder, folder / "vectors.memh"):
        with pytest.raises(GoldenMismatchError, match="spec_version: the vectors are of 2020-01-01, not of 20"):
            rq.golden.load(path)
        assert rq.golden.load(path, spec_version=None) == rq.golden.load(path, spec_version="2020-01-01") == old
    found = rq.golden.check(folder)
    assert not found.ok and "follows version 2020-01-01" in found.problems[0] and not found.wrong


def changed(made, row, **what):
    """A set in which one vector is wrong, and everything that follows from it is made anew."""
    columns = {n: c.copy() for n, c in made.columns.items()}
    for name, value in what.items():
        columns[name][row] = value
    return finished(made.recipe, columns, made.left_out)


@pytest.mark.parametrize("writers", [["npz"], ["csv", "json"], ["readmemh", "testfloat"]])
def test_check_finds_a_wrong_result_and_a_wrong_flag(made, tmp_path, writers):
    assert rq.golden.check(made.save(tmp_path / "right", writers=writers)).ok
    row = made.columns["a"].tolist().index(0x3C00)
    wrong = changed(changed(made, row, result=0x39), row + 1, flags=16)
    found = rq.golden.check(wrong.save(tmp_path / "wrong", writers=writers))
    assert not found.ok and found.wrong == 2 and not found.problems and found.vectors == len(made)
    assert found.differences[0] == (f"vector {row}: a 0x3c00 (1), ties_to_even, no_saturate: has 0x39 (0x1.2p+0) Flags.NONE, right is 0x38 (1) Flags.NONE")
    assert "Flags.INVALID, right is" in found.differences[1]


def test_check_finds_an_operand_that_the_policies_refuse(tmp_path):
    made = rq.golden.generate("convert", "int8", source="float16", overflow="error")
    wrong = changed(made, 0, a=0x7C00)
    found = rq.golden.check(wrong.save(tmp_path / "set"))
    assert found.wrong == 1 and "right is refused" in found.differences[0]


def test_check_shows_the_first_ten(made, tmp_path):
    wrong = finished(made.recipe, {**made.columns, "result": made.columns["result"] ^ 1}, 0)
    found = rq.golden.check(wrong.save(tmp_path / "set"))
    assert found.wrong == len(made) and len(found.differences) == 10


def test_check_finds_files_that_are_missing_or_more_or_changed(made, tmp_path):
    folder = made.save(tmp_path / "set", writers=["npz", "csv", "readmemh"])
    (folder / "more.txt").write_text("")
    (folder / "vectors.csv").unlink()
    (folder / "testbench.sv").write_text((folder / "testbench.sv").read_text() + "\n")
    (folder / "vectors.memh").write_text((folder / "vectors.memh").read_text().replace("_00_ff", "_01_ff", 1))
    found = rq.golden.check(folder)
    problems = "\n".join(found.problems)
    assert not found.ok and not found.wrong and found.vectors == len(made) and len(found.problems) == 4, problems
    for text in ("vectors.csv: is not there", "more.txt: is not in the manifest", "testbench.sv: is not what is written", "vectors.memh: "):
        assert text in problems


def test_check_finds_files_that_hold_other_vectors(made, tmp_path):
    """Both whole, both listed with their digests; but not the same set."""
    folder = made.save(tmp_path / "set", writers=["npz", "csv"])
    other = changed(made, 3, result=0x11)
    content = rq.golden.WRITERS["csv"].write(other)
    (folder / "vectors.csv").write_bytes(content)
    record = json.loads((folder / "manifest.json").read_text())
    for file in record["files"]:
        if file["name"] == "vectors.csv":
            file.update(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    (folder / "manifest.json").write_text(json.dumps(record))
    found = rq.golden.check(folder)
    assert not found.ok and "vectors.csv: its vectors are not those of the other files" in found.problems


def test_check_finds_a_coverage_table_that_is_not_that_of_the_vectors(made, tmp_path):
    folder = made.save(tmp_path / "set")
    record = json.loads((folder / "manifest.json").read_text())
    record["coverage"][25]["count"] += 1
    (folder / "manifest.json").write_text(json.dumps(record))
    assert rq.golden.check(folder).problems == ("manifest.json: its coverage table is not that of the vectors",)


def test_a_folder_without_a_manifest_is_none(tmp_path):
    for read in (rq.golden.check, rq.golden.load):
        with pytest.raises(GoldenFileError) as raised:
            read(tmp_path)
        assert str(raised.value) == f"there is no manifest.json in {tmp_path}: it holds no golden vectors"
    (tmp_path / "file").write_text("")
    for name, message in (("nosuch", "there is no folder .*/nosuch"), ("file", ".*/file is no folder")):
        with pytest.raises(GoldenFileError, match=f"^{message}; expected one of golden vectors"):
            rq.golden.check(tmp_path / name)


@pytest.mark.parametrize(
    "given, error", [(None, InputTypeError), (7, InputTypeError), (b"set", InputTypeError), ("", InputValueError), ("a\0b", InputValueError)]
)
def test_what_is_no_name_of_a_folder_is_refused(given, error):
    with pytest.raises(error, match="path: "):
        rq.golden.load(given)
    with pytest.raises(error, match="folder: "):
        rq.golden.check(given)


def damaged(path):
    """A file in which one result of one vector is another, and everything in the file that follows from it is made anew."""
    made = rq.golden.load(path.parent)
    writer = next(w for w in rq.golden.WRITERS.values() if w.file == path.name)
    path.write_bytes(writer.write(changed(made, 3, result=0x11)))


@pytest.mark.parametrize("name", sorted(rq.golden.WRITERS))
def test_a_file_is_compared_with_the_manifest_beside_it(made, tmp_path, name):
    folder = made.save(tmp_path / "set", writers=[name, "npz", "csv"])
    path = folder / rq.golden.WRITERS[name].file
    assert rq.golden.load(path) == made
    damaged(path)
    with pytest.raises(GoldenFileError, match=r"bytes with another SHA-256 than the \d+ bytes of the manifest: it was changed or damaged"):
        rq.golden.load(path)
    (tmp_path / "alone").mkdir()
    alone = path.rename(tmp_path / "alone" / path.name)
    assert rq.golden.load(alone) != made


def test_a_manifest_beside_a_file_counts_where_it_lists_that_file(made, tmp_path):
    folder = made.save(tmp_path / "set", writers=["csv"])
    path = folder / "vectors.csv"
    copy = folder / "copy.csv"
    copy.write_bytes(path.read_bytes())
    assert rq.golden.load(copy) == made  # it is not in the manifest
    manifest = folder / "manifest.json"
    text = manifest.read_text()
    for other in ('{"name": "app"}', "", "no JSON"):
        manifest.write_text(other)
        assert rq.golden.load(path) == made  # another program's
    for other in (text[:-3], text[: text.index('"metadata"')], text.replace("refquant-golden-1", "refquant-golden-2")):
        manifest.write_text(other)
        with pytest.raises(GoldenFileError, match=r"vectors\.csv: cannot be compared with the manifest beside it: .*manifest\.json: "):
            rq.golden.load(path)
    manifest.rename(folder / "elsewhere")
    manifest.symlink_to("elsewhere")
    with pytest.raises(GoldenFileError, match=r"manifest beside it: .* it is a symbolic link"):
        rq.golden.load(path)


def test_sets_are_read_only_and_equal_by_content(made):
    with pytest.raises(ValueError, match="read-only"):
        made.columns["result"][0] = 1
    with pytest.raises(TypeError):
        made.columns["result"] = None
    assert made == rq.golden.generate("encode", "float8_e4m3fn", source="float16") and made != 1
    assert made != rq.golden.generate("encode", "float8_e4m3fn", source="float16", seed=1)


@pytest.mark.parametrize("writer", ["csv", "npz", "json", "readmemh"])
def test_a_wrong_result_is_shown_where_the_file_has_the_hash_of_its_manifest(tmp_path, writer):
    """What else follows from a result, such as its classes, is wrong then too; the vector is shown all the same."""
    made = rq.golden.generate("encode", "float8_e4m3fn", source="float16")
    columns = {name: column.copy() for name, column in made.columns.items()}
    row = int(np.flatnonzero(made.columns["a"] == 0x3C00)[0])
    columns["result"][row] ^= 1
    replace(made, columns=columns).save(tmp_path / "set", writers=[writer])
    found = rq.golden.check(tmp_path / "set")
    assert found.wrong == 1 and found.vectors == len(made) and not found.ok
    assert "0x3c00" in found.differences[0] and "0x39" in found.differences[0] and "0x38" in found.differences[0]
