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
    "comparison/manifest.json": "d9c212c262b58b4f2f7ec67cf4ce31f2f53d7fb4e8c3aa0ac00f1be4c83a3416",
    "comparison/vectors.csv": "5d480caf6a5ce1ff6eb9e7a393011465461ad4ff90f7934ad664569d7dd46b2a",
    "comparison/vectors.json": "63ce9b1491a10f8208e13a89cac6224094c8383ebff919a964611388a849677a",
    "comparison/vectors.npz": "84c7c561ee27d8664b1d2eece528de47628729bff2910fb9ec8b72e5517575d2",
    "encode/manifest.json": "19a9283b7ab2704af3e3e32753dab6cb0b90490bb5b70b344ae1f6a456753399",
    "encode/testbench.sv": "ada97f4c8d639d7c6188f0a691c097f16a44d2571c8accf624b59e891b94708b",
    "encode/vectors.csv": "d44377419fcd881f2247e132e021255793f255013c67c82d33b56cce0289f0b8",
    "encode/vectors.h": "acf846e52f2e64bbc453f6e1ca96f2a6d233b16bc7f77219c422ca70826c7d77",
    "encode/vectors.json": "7fb03e5e662652639f8225d054c4f1f072ba6e0d8b6d2fa3c775039507367a2a",
    "encode/vectors.memh": "a1e4f0f8f2a1863848b7b1de382af93c358b7cce3a002d42b9a52a1f6be36de0",
    "encode/vectors.npz": "17864ce03bcbb704795de3f2fa863b2327d89647bcbf31e4d0fd2882386e0b57",
    "encode/vectors.safetensors": "2e8f3c5e02a4ce966479a919fab7d9e5cf5b659d4690fe4b55687ffd290451ea",
    "encode/vectors.txt": "95f934173a9f2e0a79014df631e470e26d606eb1e19536c26f11c4633697bbf8",
    "random bits/manifest.json": "3e1d8952efed6c851ca678d6c8dcc0d841ea84607aea8114cfaf51d9e8e72714",
    "random bits/testbench.sv": "54feb0fd67a7dd17a1ea4b27ffa2ebd77905ba2ff1eafe25d6aafad99f2d8019",
    "random bits/vectors.memh": "4d9ad00c7918efb81055cd9450f07322d67e67611dd3fbea22d5d3674cf58dac",
    "random bits/vectors.npz": "519f55503a34a203fc46b8306dabceb131b59d66959b3af04936ed42ee11109a",
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
