"""Damaged and hostile files are refused with one clear line; nothing is unpickled, executed, allocated by what a file claims, or read outside the folder."""

import hashlib
import io
import json
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

import refquant as rq
from refquant.errors import GoldenFileError
from refquant.golden import WRITERS
from refquant.golden.metadata import metadata_of

NAMES = list(WRITERS)
INT64 = {"kind": "integer", "name": "int64", "width": 64, "signed": True, "fraction_bits": 0, "encoding": "twos_complement"}


@pytest.fixture(scope="module")
def made():
    return rq.golden.generate("convert", "float8_e4m3fn", source="float8_e5m2")


@pytest.fixture(scope="module")
def contents(made):
    return {name: WRITERS[name].write(made) for name in NAMES}


def refused(name, data, message=""):
    """The one line of the refusal."""
    with pytest.raises(GoldenFileError) as raised:
        WRITERS[name].read(data, "f")
    text = str(raised.value)
    assert text.startswith("f: ") and "\n" not in text and len(text) < 500 and message in text, text
    return text


@pytest.mark.parametrize("name", NAMES)
def test_truncated_files(contents, name):
    data = contents[name]
    for size in sorted({0, 1, 7, 8, 9, 100, len(data) // 3, len(data) // 2, len(data) - 100, len(data) - 1}):
        refused(name, data[:size])


@pytest.mark.parametrize("name", NAMES)
def test_files_with_more_at_the_end_or_one_bit_changed(contents, name):
    data = contents[name]
    refused(name, data + b"\n")
    refused(name, data + data)
    for at in range(40, len(data), max(len(data) // 60, 1)):
        damaged = bytearray(data)
        damaged[at] ^= 1
        try:
            read = WRITERS[name].read(bytes(damaged), "f")
        except GoldenFileError as error:
            assert "\n" not in str(error)
        else:  # it may be another set, never another file of the same set
            assert WRITERS[name].write(read) == bytes(damaged)


@pytest.mark.parametrize("name", NAMES)
def test_garbage(name):
    for data in (b"", b"\0" * 4096, b"\xff" * 100, b"# refquant-golden\n", b"PK\x05\x06" + b"\0" * 18, b"{}", b"[" * 100_000, os.urandom(2000)):
        refused(name, data)


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("npz", "safetensors")])
def test_line_ends_of_other_systems(contents, name):
    refused(name, contents[name].replace(b"\n", b"\r\n"))


def with_metadata(made, name, **changes):
    """A file whose metadata say something else than its vectors, by replacing the text of the metadata."""
    record = metadata_of(made) | changes
    old, new = (json.dumps(r, sort_keys=True, separators=(",", ":")).encode() for r in (metadata_of(made), record))
    data = WRITERS[name].write(made)
    assert old in data
    return data.replace(old, new)


@pytest.mark.parametrize("name", ["csv", "testfloat", "readmemh", "c_header"])
@pytest.mark.parametrize(
    "changes, message",
    [
        ({"count": 1 << 39}, ""),
        ({"count": 1 << 50}, "count: expected an integer from 0 to 2**40"),
        ({"count": -1}, "count: expected an integer from 0"),
        ({"count": True}, "count: expected int, got bool"),
        ({"count": "256"}, "count: expected int, got str"),
        ({"count": 255}, ""),
        ({"schema": "refquant-golden-0"}, "expected the schema 'refquant-golden-1'"),
        ({"operation": "os.system"}, "operation: expected one of encode, decode"),
        ({"operation": "decode_parts"}, "operation: expected one of encode, decode"),
        ({"operation": "decode"}, "the operands of decode are codes of float8_e5m2, not of float8_e4m3fn"),
        ({"result": {"kind": "integer", "name": "int8", "width": 8, "signed": True, "fraction_bits": 0, "encoding": "twos_complement"}}, "codes of float8_e4m3fn, not of int8"),
        ({"operation": "compare_quiet_eq"}, "operands: compare_quiet_eq has 2, got 1"),
        ({"operands": []}, "operands: convert has 1, got 0"),
        ({"operands": [{"kind": "float"}]}, "missing"),
        ({"operands": ["float16"]}, "expected the parameters of a format"),
        ({"format": {"kind": "integer", "name": "x", "width": 10**9, "signed": True, "fraction_bits": 0, "encoding": "twos_complement"}}, "width: expected 1 <= width <= 53"),
        ({"format": {"kind": "integer", "name": "int8", "width": 7, "signed": True, "fraction_bits": 0, "encoding": "twos_complement"}}, "is a format with other parameters"),
        ({"format": INT64, "result": INT64}, "format: int64 is a format of the operands of encode, round and convert alone"),
        ({"operation": "decode", "operands": [INT64], "format": INT64}, "operands: int64 is a format of the operands"),
        ({"operation": "compare_quiet_eq", "operands": [INT64, INT64], "roundings": [], "overflows": []}, "operands: int64 is a format of the operands"),
        ({"operands": [INT64 | {"name": "mine"}]}, "of more than 53 bits is int64 or uint64"),
        ({"operands": [INT64 | {"fraction_bits": 1}]}, "of more than 53 bits is int64 or uint64"),
        ({"operands": [INT64 | {"signed": 1}]}, "of more than 53 bits is int64 or uint64"),
        ({"operands": [INT64 | {"encoding": "sign_magnitude"}]}, "of more than 53 bits is int64 or uint64"),
        ({"operands": [INT64 | {"width": 64.0}]}, "width"),
        ({"operands": [INT64 | {"width": 63}]}, "width: expected 1 <= width <= 53"),
        ({"policies": {}}, "missing"),
        ({"roundings": ["up"]}, "no mode is named 'up'"),
        ({"roundings": [["up"]]}, "no mode is named"),
        ({"random_bits": 64}, "random_bits: expected 0 to 32"),
        ({"level": 9}, "level: expected 1, 2"),
        ({"nan_by": "bits"}, "nan_by: expected one of"),
        ({"seed": 1 << 64}, "seed: expected"),
        ({"more": 1}, "unknown"),
        ({"dialect": None}, "dialect: expected str, got NoneType"),
    ],
)  # fmt: skip
def test_metadata_that_are_none(made, name, changes, message):
    refused(name, with_metadata(made, name, **changes), message)


@pytest.mark.parametrize("name", ["csv", "json", "safetensors", "readmemh"])
def test_a_key_that_is_given_twice(contents, name):
    data = contents[name]
    old = b'\\"seed\\":0' if name == "safetensors" else b'"seed": 0' if name == "json" else b'"seed":0'
    assert old in data
    new = old + b"," + old
    changed = data.replace(old, new, 1)
    if name == "safetensors":
        size = int.from_bytes(data[:8], "little")
        header = data[8 : 8 + size].rstrip().replace(old, new, 1)
        header += b" " * (-len(header) % 8)
        changed = len(header).to_bytes(8, "little") + header + data[8 + size :]
    refused(name, changed, "is given twice")


def zipped(members, compression=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def members_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {i.filename: archive.read(i) for i in archive.infolist()}


class Explodes:
    def __reduce__(self):
        return (os.mkdir, ("/tmp/refquant_was_executed",))


def test_pickled_arrays_are_not_unpickled(contents, tmp_path):
    target = "/tmp/refquant_was_executed"
    out = io.BytesIO()
    np.save(out, np.array([Explodes()], dtype=object), allow_pickle=True)
    for member in ("a.npy", "metadata.npy"):
        members = members_of(contents["npz"]) | {member: out.getvalue()}
        refused("npz", zipped(members.items()), "pickled objects are never read")
    refused("npz", zipped((members_of(contents["npz"]) | {"a.npy": pickle.dumps(Explodes())}).items()), "no .npy of version 1.0")
    refused("npz", pickle.dumps(Explodes()))
    assert not Path(target).exists()


def npy(header, body=b""):
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + body


@pytest.mark.parametrize(
    "header, message",
    [
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000000000,), }", "its header claims 1000000000000000 elements"),
        ("{'descr': '<u8', 'fortran_order': False, 'shape': (-1,), }", "expected one dimension"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (256, 1), }", "expected one dimension"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (True,), }", "expected one dimension"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (1e3,), }", "expected one dimension"),
        ("{'descr': '|u1', 'fortran_order': True, 'shape': (256,), }", "expected unsigned integers"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (256,), }", "expected unsigned integers"),
        ("{'descr': '>u2', 'fortran_order': False, 'shape': (256,), }", "expected unsigned integers"),
        ("{'descr': '|O', 'fortran_order': False, 'shape': (256,), }", "pickled objects are never read"),
        ("{'descr': [('x', '|u1')], 'fortran_order': False, 'shape': (256,), }", "expected unsigned integers"),
        ("__import__('os').mkdir('/tmp/refquant_was_executed')", "its header cannot be read"),
        ("(" * 5000, "its header cannot be read"),
        ("", "its header cannot be read"),
        ("[1, 2]", "expected unsigned integers"),
    ],
)
def test_headers_of_npy_that_lie(contents, header, message):
    members = members_of(contents["npz"]) | {"a.npy": npy(header, bytes(256))}
    refused("npz", zipped(members.items()), message)
    assert not Path("/tmp/refquant_was_executed").exists()


def test_archives_that_are_none(contents):
    members = members_of(contents["npz"])
    refused("npz", zipped(members.items(), zipfile.ZIP_DEFLATED), "expected stored members")
    refused("npz", zipped([*members.items(), ("../evil.npy", members["a.npy"])]), "expected the columns")
    refused("npz", zipped([*members.items(), ("/etc/passwd", b"")]), "expected stored members that end in .npy")
    refused("npz", zipped([(n, d) for n, d in members.items() if n != "a.npy"]), "expected the columns")
    refused("npz", zipped([(n, d) for n, d in members.items() if n != "metadata.npy"]), "no member metadata.npy")
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = zipped([*members.items(), ("a.npy", members["a.npy"])])
    refused("npz", twice, "a member is there twice")
    short = members | {"a.npy": npy("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", b"abc")}
    refused("npz", zipped(short.items()), "expected 256 of uint8, got 3")
    wide = members | {"a.npy": npy("{'descr': '<u2', 'fortran_order': False, 'shape': (256,), }", bytes(512))}
    refused("npz", zipped(wide.items()), "expected 256 of uint8, got 256 of uint16")


def test_an_archive_that_claims_more_than_it_has(contents):
    """The sizes of a member are in its central directory: 4 GiB in a file of some kilobytes."""
    data = bytearray(contents["npz"])
    at = data.index(b"PK\x01\x02")
    data[at + 20 : at + 28] = b"\xf0\xff\xff\xff" * 2
    refused("npz", bytes(data))


def safetensors(header, body=b"", size=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if size is None else size).to_bytes(8, "little") + text + body


def test_safetensors_that_lie(contents):
    data = contents["safetensors"]
    size = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8 : 8 + size]), data[8 + size :]
    refused("safetensors", safetensors(header, body, size=1 << 60), "no safetensors: a header of")
    refused("safetensors", safetensors(header, body, size=(1 << 64) - 1), "no safetensors")
    refused("safetensors", safetensors(b"{", b""), "no JSON")
    refused("safetensors", safetensors({}, b""), "its metadata are not those of golden vectors")
    for changes in ({"shape": [1 << 50]}, {"dtype": "F64"}, {"shape": "x"}, {"dtype": None}, {"shape": [256, 1]}):
        refused("safetensors", safetensors(header | {"a": header["a"] | changes}, body), "a: expected")
    for offsets in ([0, 1 << 50], [-256, 0], [0, 1 << 70], [0], None, [0, 256], [256, 0], "x"):
        refused("safetensors", safetensors(header | {"a": header["a"] | {"data_offsets": offsets}}, body), "no safetensors: ")
    huge = json.loads(header["__metadata__"]["refquant-golden"]) | {"count": 1 << 39}
    claims = {n: t | {"shape": [1 << 39]} for n, t in header.items() if n != "__metadata__"}
    refused("safetensors", safetensors({"__metadata__": {"refquant-golden": json.dumps(huge)}} | claims, body), "no safetensors: ")
    refused("safetensors", safetensors(header | {"a": 7}, body), "a: expected")
    refused("safetensors", safetensors({k: v for k, v in header.items() if k != "a"}, body), "expected the tensors")
    refused("safetensors", safetensors(header | {"x": header["a"]}, body), "expected the tensors")
    refused("safetensors", safetensors(header, body[:-1]), "no safetensors: ")
    refused("safetensors", safetensors(header, body + b"x"), "no safetensors: ")


def test_json_that_lies(contents):
    pytest.importorskip("jsonschema")
    record = json.loads(contents["json"])

    def dumped(**parts):
        return json.dumps(record | parts).encode()

    columns, metadata = record["columns"], record["metadata"]
    refused("json", dumped(metadata=metadata | {"count": 1 << 39}), "of 549755813888 elements each")
    refused("json", dumped(columns=columns | {"a": columns["a"][:-1]}), "of 256 elements each")
    refused("json", dumped(columns=columns | {"a": [0, *columns["a"][1:]]}), "columns/a/0")
    refused("json", dumped(columns=columns | {"a": [*columns["a"][:-1], 255]}), "expected hex strings")
    refused("json", dumped(columns=columns | {"a": [*columns["a"][:-1], "0xzz"]}), "a: row 255 is no row of hex digits")
    refused("json", dumped(columns=columns | {"a": [*columns["a"][:-1], "0xé"]}), "a: ")
    refused("json", dumped(columns=columns | {"a": [*columns["a"][:-1], "0x0ff"]}), "a: expected 256 rows")
    refused("json", dumped(columns=columns | {"z": columns["a"]}), "columns: Additional properties")
    refused("json", dumped(columns=[]), "columns: ")
    refused("json", dumped(columns=columns | {"a": None}), "columns/a: ")
    refused("json", dumped(more=1), "Additional properties")
    refused("json", dumped(values=record["values"] | {"a": ["0x1p+0"] * 256}), "from byte")
    refused("json", dumped(coverage=[]), "from byte")
    refused("json", json.dumps([record]).encode(), "the document")
    refused("json", contents["json"].replace(b'"seed": 0', b'"seed": NaN'), "NaN is no number")
    refused("json", b'{"a":' * 50_000, "no JSON")
    refused("json", b"\xff\xfe", "no JSON")


def test_without_jsonschema_json_is_not_read_and_the_command_is_named(contents, monkeypatch):
    import sys

    from refquant.golden.writers import json_file

    json_file._validator.cache_clear()
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    with pytest.raises(rq.errors.PackageMissingError, match=r"reading JSON needs jsonschema: python -m pip install 'refquant\[golden\]'"):
        WRITERS["json"].read(contents["json"], "f")
    json_file._validator.cache_clear()


def test_without_safetensors_its_files_are_refused_and_the_command_is_named(made, contents, monkeypatch, tmp_path):
    import sys

    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    message = r"files of safetensors need safetensors: python -m pip install 'refquant\[golden\]'"
    with pytest.raises(rq.errors.PackageMissingError, match=message):
        WRITERS["safetensors"].read(contents["safetensors"], "f")
    with pytest.raises(rq.errors.PackageMissingError, match=message):
        made.save(tmp_path / "set", writers=["npz", "safetensors"])
    assert not list(tmp_path.iterdir())
    assert rq.golden.check(made.save(tmp_path / "set", writers=["npz"])).ok


def test_a_row_that_is_none_is_named(contents):
    data = contents["csv"].replace(b"\n0x03,", b"\n0x0g,", 1)
    assert "row 3 is no row of hex digits of the right width: '0x0g,0x00" in refused("csv", data)
    refused("csv", contents["csv"].replace(b"\n0x03,", b"\n0x03;", 1), "row 3 is no row of hex digits")
    refused("csv", contents["csv"].replace(b"\n0x03,", b"\n0x3,", 1))
    refused("testfloat", contents["testfloat"].replace(b"\n0A ", b"\n0a ", 1), "row 10 is no row")
    refused("readmemh", contents["readmemh"].replace(b"_ff\n", b"_xx\n", 1), "row 0 is no row")


def test_codes_and_modes_out_of_range():
    made = rq.golden.generate("convert", "int3", source="float4_e2m1fn", overflow="saturate")
    data = WRITERS["csv"].write(made)
    refused("csv", data.replace(b"0x3,", b"0x9,", 1))
    lines = data.split(b"\n")
    lines[2] = lines[2].replace(b"0x0,0x00,0x01", b"0x0,0x05,0x01")
    refused("csv", b"\n".join(lines), "a row has a mode that its metadata do not name")
    lines[2] = lines[2].replace(b"0x0,0x05,0x01", b"0x0,0x00,0xee")
    refused("csv", b"\n".join(lines), "a row has a mode")


@pytest.fixture
def folder(made, tmp_path):
    return made.save(tmp_path / "set", writers=["npz", "csv"])


def rewrite(folder, change):
    record = json.loads((folder / "manifest.json").read_text())
    change(record)
    (folder / "manifest.json").write_text(json.dumps(record))


def refuses_folder(folder, message):
    for use in (rq.golden.load, rq.golden.check):
        with pytest.raises(GoldenFileError) as raised:
            use(folder)
        assert message in str(raised.value) and "\n" not in str(raised.value), str(raised.value)


@pytest.mark.parametrize("name", ["../outside.npz", "/etc/passwd", "sub/vectors.npz", "..", "", ".", "vectors.npz\0", "C:\\x", "manifest.json", "notes.txt"])
def test_paths_in_a_manifest_are_refused(folder, name):
    (folder.parent / "outside.npz").write_bytes((folder / "vectors.npz").read_bytes())
    rewrite(folder, lambda r: r["files"][0].update(name=name))
    refuses_folder(folder, "is no file of golden vectors")


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda r: r["files"].append(r["files"][0]), "is there twice"),
        (lambda r: r["files"].clear(), "no file of vectors is listed"),
        (lambda r: r["files"][0].update(bytes=1 << 60), "expected 0 to 4294967296 bytes"),
        (lambda r: r["files"][0].update(bytes="12"), "bytes: expected int, got str"),
        (lambda r: r["files"][0].update(bytes=True), "bytes: expected int, got bool"),
        (lambda r: r["files"][0].update(sha256=7), "sha256: expected str"),
        (lambda r: r["files"][0].pop("sha256"), "missing ['sha256']"),
        (lambda r: r["files"].append("vectors.npz"), "expected a mapping"),
        (lambda r: r.update(files={}), "files: expected list"),
        (lambda r: r.update(more=1), "unknown ['more']"),
        (lambda r: r.pop("coverage"), "missing ['coverage']"),
        (lambda r: r["coverage"].pop(), "coverage: expected the classes 0 to"),
        (lambda r: r["metadata"].update(count=1 << 60), "count: expected"),
        (lambda r: r["metadata"].update(schema="x"), "expected the schema"),
        (lambda r: r["metadata"]["format"].update(precision="4"), "precision: expected an integer"),
        (lambda r: r["metadata"]["policies"].update(via={"format": "float32"}), "via: missing"),
        (lambda r: r["metadata"]["policies"].update(nan="guess"), "nan: expected one of"),
    ],
)  # fmt: skip
def test_manifests_that_are_none(folder, change, message):
    rewrite(folder, change)
    refuses_folder(folder, message)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"files": [], "files": []}', '{"a": NaN}', "[" * 100_000, "\u00ff\u00fe"])
def test_manifests_that_are_no_json(folder, text):
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    refuses_folder(folder, "manifest.json: ")


def test_a_manifest_that_is_too_long(folder):
    (folder / "manifest.json").write_bytes(b" " * (5 << 20))
    refuses_folder(folder, "expected at most")


def test_a_wrong_checksum_and_a_wrong_size(folder):
    content = (folder / "vectors.npz").read_bytes()
    (folder / "vectors.npz").write_bytes(content[:-1] + b"x")
    with pytest.raises(GoldenFileError, match="with another SHA-256"):
        rq.golden.load(folder)
    (folder / "vectors.npz").write_bytes(content)
    rewrite(folder, lambda r: [f.update(bytes=3) for f in r["files"]])
    with pytest.raises(GoldenFileError, match="than the 3 bytes of the manifest"):
        rq.golden.load(folder)
    found = rq.golden.check(folder)
    assert not found.ok and found.vectors == 0 and len(found.problems) == 2


def test_a_manifest_of_other_vectors(folder, tmp_path):
    other = rq.golden.generate("convert", "float8_e4m3fn", source="float8_e5m2", seed=1).save(tmp_path / "other", writers=["npz", "csv"])
    for name in ("vectors.npz", "vectors.csv"):
        content = (other / name).read_bytes()
        (folder / name).write_bytes(content)
        rewrite(folder, lambda r, n=name, c=content: [f.update(bytes=len(c), sha256=hashlib.sha256(c).hexdigest()) for f in r["files"] if f["name"] == n])
    with pytest.raises(GoldenFileError, match="its metadata are not those of the manifest"):
        rq.golden.load(folder)
    assert not rq.golden.check(folder).ok


@pytest.mark.parametrize("name", ["vectors.npz", "manifest.json", "vectors.csv"])
def test_symbolic_links_are_not_followed(folder, name):
    (folder / name).rename(folder.parent / "elsewhere")
    (folder / name).symlink_to(folder.parent / "elsewhere")
    if name == "manifest.json":
        refuses_folder(folder, "it is a symbolic link")
        return
    found = rq.golden.check(folder)
    assert not found.ok and any("it is a symbolic link" in p for p in found.problems)
    with pytest.raises(GoldenFileError, match="it is a symbolic link"):
        rq.golden.load(folder / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_or_a_folder_in_place_of_a_file_is_refused_and_not_waited_for(folder):
    (folder / "vectors.npz").unlink()
    os.mkfifo(folder / "vectors.npz")
    with pytest.raises(GoldenFileError, match="it is no regular file"):
        rq.golden.load(folder)
    (folder / "vectors.npz").unlink()
    (folder / "vectors.npz").mkdir()
    with pytest.raises(GoldenFileError, match="cannot be read"):
        rq.golden.load(folder)
    assert not rq.golden.check(folder).ok


def test_files_of_other_kinds_are_refused(tmp_path):
    (tmp_path / "x.bin").write_bytes(b"")
    with pytest.raises(GoldenFileError, match=r"no folder, and no file of golden vectors, which end in \.npz, \.safetensors, \.csv"):
        rq.golden.load(tmp_path / "x.bin")
    with pytest.raises(GoldenFileError, match="cannot be read: No such file"):
        rq.golden.load(tmp_path / "x.npz")
