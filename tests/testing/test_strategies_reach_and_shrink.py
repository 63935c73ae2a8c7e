"""Strategies for formats of every family: both ends of each class come up within a stated number of examples, and what fails shrinks to the simplest code."""

import hashlib
import os
import subprocess
import sys
from functools import lru_cache
from random import Random

import numpy as np
import oracle
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from stepcases import spec_format
from valueline import class_of, number

import refquant as rq
from refquant.testing import strategies

FAMILIES = {
    "IEEE": ["float16", "bfloat16"], "OCP": ["float8_e5m2", "float8_e4m3fn", "float6_e2m3fn", "float4_e2m1fn"],
    "FNUZ": ["float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e4m3b11fnuz"], "P3109": ["binary8p3se", "binary8p4sf", "binary8p1ue", "binary6p2uf", "binary12p5se"],
    "E8M0": ["float8_e8m0fnu"], "INT": ["int8", "uint8", "int4", "int16", "mxint8", "e0m3"],
}  # fmt: skip
FORMATS = [name for names in FAMILIES.values() for name in names]
EXAMPLES = 500  # the page says so
deterministic = settings(
    derandomize=True, database=None, deadline=None, max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)


def recorded(strategy):
    """The examples of a run that does not depend on chance."""
    seen = []
    settings(deterministic)(given(strategy)(lambda example: seen.append(example)))()
    return seen


@lru_cache(maxsize=32)
def ends_of_classes(fmt):
    """The codes of least and of greatest magnitude of each class of a format, by the oracle; of NaNs the code of the least bits."""
    found = {}
    for code in range(2 ** rq.get_format(fmt).width):
        found.setdefault(class_of(code, fmt), []).append(code)
    spec = spec_format(fmt)
    size = {c: abs(number(oracle.codec.decode(c, spec)) or 0) for codes in found.values() for c in codes}
    return {kind: (min(codes, key=lambda c: (size[c], c)), max(codes, key=lambda c: (size[c], c))) for kind, codes in found.items()}


@pytest.mark.parametrize("fmt", FORMATS)
def test_both_ends_of_every_class_come_up(fmt):
    """Zeros, the least and the greatest subnormal, the least normal number and the one below the largest, the largest, Inf, of both signs."""
    drawn = set(recorded(strategies.codes(fmt)))
    kinds = {class_of(code, fmt) for code in drawn}
    assert kinds == set(ends_of_classes(fmt))
    missed = {kind: ends for kind, ends in ends_of_classes(fmt).items() if "nan" not in kind and not set(ends) <= drawn}
    assert not missed


def test_the_ends_of_wide_formats_come_up():
    single = set(recorded(strategies.codes("float32")))
    sides = [0, 1, 0x7FFFFF, 0x800000, 0x7F7FFFFE, 0x7F7FFFFF, 0x7F800000]
    assert (
        {*sides, *(0x80000000 | code for code in sides)} <= single and any(0x7F800000 < c < 0x7FC00000 for c in single) and any(c > 0xFFC00000 for c in single)
    )
    double = set(recorded(strategies.codes("float64")))
    sides = [0, 1, 2**52 - 1, 2**52, 0x7FEFFFFFFFFFFFFF, 0x7FF0000000000000]
    assert {*sides, *(2**63 | code for code in sides)} <= double
    assert {0, 1, 2**31 - 2, 2**31 - 1, 2**31, 2**31 + 1, 2**32 - 1} <= set(recorded(strategies.codes("int32")))


@pytest.mark.parametrize("fmt", ["float16", "float8_e5m2", "float8_e4m3fnuz", "binary8p3se", "float8_e8m0fnu", "mxint8", "float32", "int32"])
def test_values_and_arrays_reach_what_codes_reach(fmt):
    """A value is encoded again, which is exact; of a NaN only that it is one."""
    kinds = {class_of(code, fmt) for code in recorded(strategies.codes(fmt))}
    in_arrays = {class_of(int(code), fmt) for array in recorded(strategies.arrays_of(fmt, 3)) for code in array}
    assert in_arrays == kinds
    keeps = rq.get_dialect("default").replace(nan="keep_payload") if rq.get_format(fmt).has_nan else None
    values = np.array(recorded(strategies.values(fmt)))
    assert {class_of(int(code), fmt).removeprefix("signaling ") for code in rq.encode(values, fmt, dialect=keeps)} == kinds - {"signaling nan"}


@pytest.mark.parametrize(
    "fmt", ["float8_e5m2", "float8_e4m3fn", "float8_e4m3fnuz", "binary8p3se", "binary8p1ue", "float8_e8m0fnu", "float6_e2m3fn", "int8", "mxint8", "e0m3"]
)
def test_each_class_shrinks_to_its_code_of_least_magnitude(fmt):
    thorough = settings(derandomize=True, database=None, deadline=None, max_examples=2000)
    for kind, (least, _) in ends_of_classes(fmt).items():
        assert find(strategies.codes(fmt), lambda code, kind=kind: class_of(code, fmt) == kind, settings=thorough) == least, kind
    assert find(strategies.codes(fmt), lambda code: True, settings=thorough) == 0
    assert find(strategies.arrays_of(fmt, 2), lambda array: True, settings=thorough).tolist() == [0, 0]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("fmt, at_least", [("float8_e4m3fn", 0x6D), ("float8_e5m2", 0x30), ("float16", 0x156), ("float16", 0x7B00), ("float32", 0x3F800001)])
def test_whatever_comes_up_first_shrinks_to_the_least_code(fmt, at_least, seed):
    """Also the end of a class, and with other random numbers."""
    side = 1 << (rq.get_format(fmt).width - 1)
    found = find(
        strategies.codes(fmt), lambda code: at_least <= code < side, settings=settings(database=None, deadline=None, max_examples=2000), random=Random(seed)
    )
    assert found == at_least


SCRIPT = """
import hashlib
from hypothesis import HealthCheck, Phase, given, settings
from refquant.testing import strategies as st
drawn = []
def record(strategy):
    deterministic = settings(derandomize=True, database=None, deadline=None, max_examples=80, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    deterministic(given(strategy)(lambda example: drawn.append(repr(getattr(example, "array", example)))))()
for strategy in (st.formats(), st.formats("p3109"), st.codes("float16"), st.values("int8"), st.near_ties("float8_e4m3fn"), st.boundary_values("float8_e5m2"),
                 st.arrays_of("bfloat16"), st.rounding_modes(), st.dialects("float8_e4m3fn"), st.random_bits(2)):
    record(strategy)
print(len(drawn), hashlib.sha256("\\n".join(drawn).encode()).hexdigest())
"""


def test_examples_do_not_depend_on_the_hash_seed():
    """A derandomized run is the same in every process."""
    printed = set()
    for seed in ("0", "1"):
        done = subprocess.run([sys.executable, "-c", SCRIPT], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True)
        printed.add(done.stdout)
    (line,) = printed
    assert int(line.split()[0]) > 400 and line.split()[1] != hashlib.sha256(b"").hexdigest()
