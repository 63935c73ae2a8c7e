"""Every file reads back byte for byte, says what it is, and is the same on every backend and thread count; other people's software reads it too."""

import hashlib
import json
import re
import shutil
import subprocess
import zipfile

import numpy as np
import pytest

import refquant as rq
from refquant.errors import InputTypeError, InputValueError, UnknownNameError
from refquant.golden import WRITERS
from refquant.golden.metadata import metadata_of
from refquant.golden.writers.json_file import schema

NAMES = list(WRITERS)
DEFAULT = rq.get_dialect("default")
MINE = rq.FloatFormat(precision=5, exponent_width=7, name='my "odd" \\ name\n*/ `end é')
SETS = {
    "one mode": lambda: rq.golden.generate("encode", "float8_e4m3fn"),
    "decode": lambda: rq.golden.generate("decode", "float8_e5m2"),
    "truth": lambda: rq.golden.generate("compare_signaling_le", ("float16", "float8_e4m3fn")),
    "64 bits": lambda: rq.golden.generate("encode", "float64", source="float64", dialect="cuda-host-satfinite"),
    "64-bit integers": lambda: rq.golden.generate("encode", "bfloat16", source="int64"),
    "unsigned 64-bit integers": lambda: rq.golden.generate("round", "float16", source="uint64"),
    "3 and 4 bits": lambda: rq.golden.generate("convert", "int3", source="float4_e2m1fn", overflow="saturate"),
    "a format of the user's own": lambda: rq.golden.generate("convert", MINE, source="float16", dialect=DEFAULT.replace(via=MINE, nan="all_ones")),
    "no vector": lambda: rq.golden.generate("convert", "int3", source="float8_e8m0fnu", overflow="error", dialect=DEFAULT.replace(zero_input="error")),
}
CROSSED = {"rounding": ("to_odd", "stochastic_b", "ties_to_even"), "overflow": ("saturate", "no_saturate"), "random_bits": 9, "nan_by": "byte"}


@pytest.fixture(scope="module")
def sets():
    made = {name: make() for name, make in SETS.items()}
    return made | {"crossed": rq.golden.generate("encode", "float8_e5m2", source="float16", seed=5, **CROSSED)}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("which", [*SETS, "crossed"])
def test_a_file_reads_back_byte_for_byte(sets, which, name):
    made, writer = sets[which], WRITERS[name]
    if name == "testfloat" and which == "crossed":
        with pytest.raises(InputValueError, match="a line of testfloat says no mode"):
            writer.write(made)
        return
    data = writer.write(made)
    read = writer.read(data, "file")
    assert read == made and read.recipe == made.recipe and writer.write(read) == data
    assert [read.columns[n].dtype for n in read.columns] == [made.columns[n].dtype for n in made.columns]
    assert b"\r" not in data or name in ("npz", "safetensors")
    if name not in ("npz", "safetensors"):
        assert data.isascii()


def test_a_set_without_a_vector_is_one(sets):
    """Exhausted refusals are a set too."""
    assert min(len(made) for made in sets.values()) < 200


@pytest.mark.parametrize("which", [*SETS, "crossed"])
def test_every_file_says_operation_formats_dialect_and_version_of_the_specification(sets, which):
    made = sets[which]
    for name in NAMES:
        if name == "testfloat" and which == "crossed":
            continue
        text = WRITERS[name].write(made).decode("latin-1").replace('\\"', '"').replace(" ", "").replace("\n", "")
        for key in ("operation", "dialect", "spec_version", "nan_by", "seed"):
            assert f'"{key}":{json.dumps(metadata_of(made)[key])}' in text, (name, key)
        assert '"kind":"float"' in text or '"kind":"integer"' in text


@pytest.mark.parametrize("backend, threads", [("numba", 1), ("numba", 2), (None, 2)])
def test_files_are_the_same_on_every_backend_and_thread_count(tmp_path, monkeypatch, backend, threads):
    """SHA-256 of every file, on sets that are long enough for several threads; the manifest is one of them."""
    if backend == "numba":
        pytest.importorskip("numba")
    monkeypatch.setattr("refquant.execution.COMPILED_CHUNK", 1 << 10)
    monkeypatch.setattr("refquant.execution.THREAD_PAYS", 1 << 11)
    monkeypatch.setattr("refquant.execution.COMPILED_JOB", 1 << 12)
    arguments = {"rounding": ("ties_to_even", "stochastic_c"), "overflow": ("saturate", "no_saturate"), "level": 2, "seed": 11}
    writers = ["npz", "csv", "readmemh", "json"]
    before = rq.get_num_threads()
    digests = []
    try:
        for name, how, n in (("one", "reference", 1), ("two", backend, threads)):
            rq.set_num_threads(n)
            folder = rq.golden.generate("convert", "bfloat16", source="float16", backend=how, **arguments).save(tmp_path / name, writers=writers)
            digests.append({p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()})
    finally:
        rq.set_num_threads(before)
    assert digests[0] == digests[1] and len(digests[0]) == 6


#: SHA-256 of all columns; a change is a change of GENERATOR_VERSION, or of a bit.
PINNED = {
    ("encode", "float8_e4m3fn"): "3a09ba806509121cb4e089785fd5b1cea8b4ed1e713e1a91fa5fb105457e8216",
    ("compare_quiet_lt", "float16"): "836f978b3725f1f682b42741fc2cfdd7a507beded2c0108facbacdc140d32fd2",
}


@pytest.mark.parametrize("operation, fmt", PINNED)
def test_columns_are_the_same_on_every_machine(operation, fmt):
    made = rq.golden.generate(operation, fmt, level=2, seed=1)
    joined = b"".join(made.columns[n].astype(made.columns[n].dtype.newbyteorder("<")).tobytes() for n in made.columns)
    assert hashlib.sha256(joined).hexdigest() == PINNED[operation, fmt]


def test_npz_is_read_by_numpy_without_pickle(sets, tmp_path):
    made, path = sets["crossed"], tmp_path / "vectors.npz"
    path.write_bytes(WRITERS["npz"].write(made))
    with np.load(path, allow_pickle=False) as file:
        assert sorted(file) == sorted([*made.columns, "metadata"])
        for name, column in made.columns.items():
            assert file[name].dtype == column.dtype and np.array_equal(file[name], column)
        assert json.loads(file["metadata"].tobytes()) == metadata_of(made)
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
    assert [i.filename for i in infos] == sorted(i.filename for i in infos)
    assert {(i.compress_type, i.date_time, i.create_system) for i in infos} == {(zipfile.ZIP_STORED, (1980, 1, 1, 0, 0, 0), 3)}


def test_safetensors_is_read_by_the_package(sets, tmp_path):
    import safetensors.numpy as package
    from safetensors import safe_open

    made, path = sets["one mode"], tmp_path / "vectors.safetensors"
    path.write_bytes(WRITERS["safetensors"].write(made))
    tensors = package.load_file(path)
    assert set(tensors) == set(made.columns) and all(np.array_equal(tensors[n], c) for n, c in made.columns.items())
    with safe_open(path, "numpy") as file:
        assert json.loads(file.metadata()["refquant-golden"]) == metadata_of(made)


@pytest.mark.parametrize("which", [*SETS, "crossed"])
def test_json_is_what_its_schema_says_and_values_are_exact(sets, which):
    validator = pytest.importorskip("jsonschema").Draft202012Validator
    made = sets[which]
    validator.check_schema(schema("vectors"))
    record = json.loads(WRITERS["json"].write(made))
    validator(schema("vectors")).validate(record)
    assert [int(text, 16) for text in record["columns"]["result"]] == made.columns["result"].tolist()
    if made.recipe.operands[0].width <= 16:
        values = rq.decode(made.columns["a"], made.recipe.operands[0])
        got = [float.fromhex(text) for text in record["values"]["a"]]
        assert all(x == y or (x != x and y != y) for x, y in zip(got, values.tolist(), strict=True))
        assert [t.startswith("-") for t in record["values"]["a"]] == np.signbit(values).tolist()


@pytest.mark.parametrize("name", ["vectors", "manifest"])
def test_a_schema_has_an_address_of_its_own(name):
    """Without it a validator of other people cannot tell the two apart."""
    pytest.importorskip("jsonschema")
    from referencing import Registry, Resource

    assert schema(name)["$id"] == f"urn:refquant:golden-1:{name}"
    registry = Registry().with_resources([(s["$id"], Resource.from_contents(s)) for s in map(schema, ("vectors", "manifest"))])
    found = registry.resolver().lookup(f"urn:refquant:golden-1:{name}").contents
    assert found["title"] == schema(name)["title"]


def test_values_of_64_bit_integers_are_exact(sets):
    record = json.loads(WRITERS["json"].write(sets["64-bit integers"]))
    values = sets["64-bit integers"].columns["a"].view(np.int64).tolist()
    pattern = re.compile(r"(-?)0x([01])(?:\.([0-9a-f]+))?p\+(\d+)")
    for text, value in zip(record["values"]["a"], values, strict=True):
        sign, one, tail, exponent = pattern.fullmatch(text).groups()
        digits, places = int(one + (tail or ""), 16), 4 * len(tail or "")
        assert (-1 if sign else 1) * digits * 2 ** int(exponent) == value * 2**places


def test_the_lines_of_each_text_by_hand():
    made = rq.golden.generate("convert", "float4_e2m1fn", source="float8_e4m3fn", overflow="saturate", dialect=DEFAULT.replace(nan="to_zero"))
    row = made.columns["a"].tolist().index(0x3A)  # 1.25: a tie between 1 and 1.5, which goes to 1
    assert (int(made.columns["result"][row]), int(made.columns["flags"][row])) == (2, 1)

    def data(name, mark):
        return [line for line in WRITERS[name].write(made).decode().splitlines() if not line.startswith(mark)]

    assert data("csv", "#")[0] == "a,rounding,overflow,random,result,flags,mask,classes"
    assert re.fullmatch("0x3a,0x00,0x01,0x00000000,0x2,0x01,0xf,0x[0-9a-f]{16}", data("csv", "#")[1 + row])
    assert data("testfloat", "#")[row] == "3A 2 01"
    assert data("readmemh", "//")[row] == "3a_00_01_00000000_2_01_f"
    assert "#define REFQUANT_GOLDEN_OVERFLOW_SATURATE 1" in data("c_header", "//")


def test_a_c_header_compiles_without_a_warning_and_holds_the_columns(sets, tmp_path):
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler is installed")
    made = sets["a format of the user's own"]
    (tmp_path / "vectors.h").write_bytes(WRITERS["c_header"].write(made))
    program = '#include "vectors.h"\n#include <stdio.h>\nint main(void) { unsigned long long s = 0; for (int i = 0; i < REFQUANT_GOLDEN_COUNT; i++)'
    program += (
        " s += (unsigned long long)refquant_golden_a[i] * 3 + refquant_golden_result[i] * 5ull + refquant_golden_flags[i] + (refquant_golden_mask[i] & 7)"
    )
    program += " + (refquant_golden_classes[i] >> 40) + refquant_golden_rounding[i] + refquant_golden_overflow[i] + refquant_golden_random[i];"
    program += ' printf("%llu\\n", s); return 0; }\n'
    (tmp_path / "main.c").write_text(program)
    subprocess.run([compiler, "-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "main.c", "-o", "main"], cwd=tmp_path, check=True)
    c = {n: column.astype(np.uint64) for n, column in made.columns.items()}
    u = np.uint64
    total = c["a"] * u(3) + c["result"] * u(5) + c["flags"] + (c["mask"] & u(7)) + (c["classes"] >> u(40)) + c["rounding"] + c["overflow"] + c["random"]
    done = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=True)
    assert int(done.stdout) == int(total.sum())
    (tmp_path / "two.c").write_text('#include "vectors.h"\n#include "vectors.h"\nint main(void) { return 0; }\n')
    both = subprocess.run([compiler, "two.c", "-o", "two"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert both.returncode and "golden vectors are included already: a C file holds one set" in both.stderr


@pytest.mark.parametrize("by", ["class", "byte"])
def test_the_macro_of_a_c_header_takes_any_nan_by_class(by, tmp_path):
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler is installed")
    made = rq.golden.generate("convert", "float16", source="float8_e5m2", nan_by=by)
    (tmp_path / "vectors.h").write_bytes(WRITERS["c_header"].write(made))
    program = '#include "vectors.h"\n#include <stdio.h>\nint main(void) { for (int i = 0; i < REFQUANT_GOLDEN_COUNT; i++) for (unsigned c = 0; c < 65536; c++)'
    program += ' if (REFQUANT_GOLDEN_RIGHT(c, i)) printf("%d %u\\n", i, c); return 0; }\n'
    (tmp_path / "main.c").write_text(program)
    subprocess.run([compiler, "-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "main.c", "-o", "main"], cwd=tmp_path, check=True)
    done = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=True)
    nans = [c for c in range(65536) if c & 0x7C00 == 0x7C00 and c & 0x3FF]
    results = made.columns["result"].tolist()
    wanted = [(i, c) for i, right in enumerate(results) for c in (nans if right in nans and by == "class" else [right])]
    assert [tuple(map(int, line.split())) for line in done.stdout.splitlines()] == wanted and len(wanted) > 255


def test_the_table_of_coverage_ends_every_text(sets):
    made = sets["one mode"]
    for name in ("csv", "testfloat", "readmemh", "c_header"):
        tail = WRITERS[name].write(made).decode().splitlines()[-61:]
        assert all(f"{c.id:2} {c.name}" in line and str(c.count) in line for c, line in zip(made.coverage, tail, strict=True))
    assert json.loads(WRITERS["json"].write(made))["coverage"] == [c._asdict() for c in made.coverage]


@pytest.mark.parametrize("writers, error", [(["pickle"], UnknownNameError), ([], InputTypeError), (None, InputTypeError), ("npz.gz", UnknownNameError)])
def test_writers_that_do_not_exist_are_refused_before_anything_is_written(sets, tmp_path, writers, error):
    with pytest.raises(error, match="writers: "):
        sets["decode"].save(tmp_path / "set", writers=writers)
    assert not list(tmp_path.iterdir())
