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
    "comparison/manifest.json": "ac83805b8b2dedadbe371baa35cef98a72a23730855f6bef6af7d1f01de156e8",
    "comparison/vectors.csv": "9a3aa883e780fd30317162b43586f6b992e4bdc690707869fc89d3c10ca2b093",
    "comparison/vectors.json": "9482d2bdc9ee25db74516b22b67fdaa656b651c62a5aa1600a22fa7b2a6dd463",
    "comparison/vectors.npz": "eb99ed63d64899bf5f811349f3a9c7604ed315384826955e15a5719e3da9cada",
    "encode/manifest.json": "8c3c1ea207796d57e594c4e3c066475235ab79f427e6ead503a0c4690fd7eb7c",
    "encode/testbench.sv": "ada97f4c8d639d7c6188f0a691c097f16a44d2571c8accf624b59e891b94708b",
    "encode/vectors.csv": "298803a0fb31a130c990a8512e049a9a746a9e0b6e728d5670a6cba5f20f234c",
    "encode/vectors.h": "de378717e720a6e32501de2e96971e85ea328a38e78b625bc2436e7c00dfd00c",
    "encode/vectors.json": "d8bd3440c64c7379694f8ca58d4e34f6175e9ec77059f2f03e45b9ca7136841e",
    "encode/vectors.memh": "c11db15b453ab0a146b433049064caeb80c28c1d961f01f6c6658311a910ef36",
    "encode/vectors.npz": "c0600b06092d26b9d95c070c125ae985c5dde18eaad863f71959d801f849364e",
    "encode/vectors.safetensors": "09efeeed856c296ed6f9297a69a85748554108e0d0bab152abacc56192176486",
    "encode/vectors.txt": "9229240c65e038f302bfe068320b718cbab705cc94122258eff0a4b8746cc833",
    "random bits/manifest.json": "06444c087e4d80a4796fd916cb1ea551d30e317b78486f30b036e9ce2d5c10ae",
    "random bits/testbench.sv": "54feb0fd67a7dd17a1ea4b27ffa2ebd77905ba2ff1eafe25d6aafad99f2d8019",
    "random bits/vectors.memh": "acf308ed91c87a19b589f968147375d50c94ba7ec992e056916a85f7445fde49",
    "random bits/vectors.npz": "4041f60b2874f1b3f30528491253ed25393e7901b13b1d4500721184e080125e",
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
