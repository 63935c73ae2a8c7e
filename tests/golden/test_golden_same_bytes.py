"""The same command gives the same bytes: every file of three sets, in processes with other hash seeds, threads and backends, by its SHA-256.

A change here is a change of a file that people have: raise GENERATOR_VERSION where other vectors are chosen, and say so in CHANGELOG.md.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import refquant as rq

SETS = {
    "encode": ("encode", "float8_e4m3fn", {"source": "float32", "level": 1}, ["npz", "safetensors", "csv", "c_header", "readmemh", "testfloat", "json"]),
    "random bits": ("convert", "float8_e5m2", {"source": "bfloat16", "rounding": ["stochastic_a", "stochastic_c"], "random_bits": 7, "seed": 42}, ["npz", "readmemh"]),
    "comparison": ("compare_quiet_lt", "float8_e5m2", {"nan_by": "byte"}, ["npz", "csv", "json"]),
}  # fmt: skip
PINNED = {
    "comparison/manifest.json": "b514804ccdd86500d0116fdd4c07febff40b61d37d745d88d9054d256ac7c30a",
    "comparison/vectors.csv": "378a7c1af3338b95c433f233575cff31b08a4b97af22dad0e5732317ea070820",
    "comparison/vectors.json": "9314f02fe2fc7e2e3e3003ba0e8954cb0a265a9f9cb95951c877004c777e8722",
    "comparison/vectors.npz": "b98881c71e9c7114877a560bd24d25c8ee62b35b7c3566ef32815ddebb72e967",
    "encode/manifest.json": "2e8078091971e8ac62ec55ad4c8d67f6bc77aaf0d8109bdb6ad28f32487eb544",
    "encode/testbench.sv": "ada97f4c8d639d7c6188f0a691c097f16a44d2571c8accf624b59e891b94708b",
    "encode/vectors.csv": "710b6785748a6204679b12cc2925417ca4f944a17630194df4bd00c7748d8977",
    "encode/vectors.h": "18ec0506b54ba403c03afda7381627436baf2cc3aae9b6429b11b7076e9b78b8",
    "encode/vectors.json": "4da1b0693579998657e2c2ca92038d522d7d7304b62d784d08c0d36df50b186f",
    "encode/vectors.memh": "74c3f393bc7360ec782d9d39974e9fd492e08ec20afe5c34fea0f2d2901c1dee",
    "encode/vectors.npz": "01ebd48fe5358f0c5987f64ac10e25a66ec9d415a26436e75254d22287fd2038",
    "encode/vectors.safetensors": "7d4c2b2711c207fe8eba250814d16a43eea9a23c2554f265d687bef60b450229",
    "encode/vectors.txt": "22596ba921ff6a815e5f1720e8dc75f107f1fbd4731c944e2539aa97571424a1",
    "random bits/manifest.json": "e97dfae76055512baba1c853b670537095377b234b53a47a8d3185bd2e98bdf0",
    "random bits/testbench.sv": "54feb0fd67a7dd17a1ea4b27ffa2ebd77905ba2ff1eafe25d6aafad99f2d8019",
    "random bits/vectors.memh": "35272cbcd0742c7a53c807527433b938dd056426dc8aed80313e3ce91a6fe900",
    "random bits/vectors.npz": "44d589efa79f482917210e38bee1930fddc017893b74313869ae6a4c6ad343ac",
}
PROGRAM = """
import dataclasses, hashlib, json, pathlib, sys
import refquant as rq

where, threads, backend = sys.argv[1], int(sys.argv[2]), sys.argv[3] or None
rq.set_num_threads(threads)
for name, (operation, fmt, options, writers) in json.load(sys.stdin).items():
    made = rq.golden.generate(operation, fmt, backend=backend, **options)
    recipe = dataclasses.replace(made.recipe, spec_version="1999-12-31")  # its number is in every file, and no vector depends on it
    rq.golden.GoldenSet(recipe, made.columns, made.left_out).save(f"{where}/{name}", writers=writers)
found = {p.parent.name + "/" + p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(pathlib.Path(where).glob("*/*"))}
print(json.dumps({"random": hash("x"), "digests": found}))
"""


def made_by_a_process(folder, seed, threads, backend):
    """(hash of a text, SHA-256 of each file) of a fresh process."""
    folder.mkdir()
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-c", PROGRAM, str(folder), threads, backend]
    done = subprocess.run(command, input=json.dumps(SETS), capture_output=True, text=True, check=True, env=environment, cwd=Path(rq.__file__).parents[1])
    said = json.loads(done.stdout)
    return said["random"], said["digests"]


def test_every_file_has_the_bytes_that_are_pinned(tmp_path):
    pytest.importorskip("jsonschema")
    hashes = set()
    for seed, threads, backend in (("0", "1", "reference"), ("1", "2", ""), ("12345", "2", "reference")):
        random, digests = made_by_a_process(tmp_path / seed, seed, threads, backend)
        hashes.add(random)
        assert digests == PINNED, f"PYTHONHASHSEED={seed}, {threads} threads, backend {backend or None}"
    assert len(hashes) == 3, "the hash seeds did not reach the processes"
