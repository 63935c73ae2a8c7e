"""Every float32 through the compiled kernels, against exact decision boundaries: no arithmetic of the kernels makes what is expected."""

import datetime
import itertools
import os
import random

import numpy as np
import pytest
from everyfloat import INFINITY, SIDE, compare_all

import refquant as rq

SPECIALISED = ["float8_e4m3fn", "float8_e5m2", "bfloat16", "float16", "float4_e2m1fn", "int8"]
OVERFLOWS = ["no_saturate", "saturate"]
DETERMINISTIC = [str(m) for m in rq.RoundingMode if not m.is_stochastic]
OTHERS = ["tfloat32", "float8_e4m3fnuz", "float8_e8m0fnu", "float6_e3m2fn", "ue4m3", "uint8", "int16", "binary8p3se", "binary12p5sf", "binary8p1uf", "mxint8"]


def policies_of(target, rounding, overflow):
    """Policies that refuse nothing."""
    nan = {} if rq.get_format(target).has_nan else {"nan": "to_max"}
    return rq.get_dialect("default").replace(rounding=rounding, overflow=overflow, **nan)


def compared(target, rounding, overflow, backend, **options):
    dialect = policies_of(target, rounding, overflow)
    encode = lambda x: rq.encode(x, target, dialect=dialect, backend=backend)  # noqa: E731
    return compare_all(target, dialect.policies(target, "float32"), encode, rq.get_format(target).code_dtype, **options)


def rotating(count=6):
    """Return some of all other conversions, another choice every day; REFQUANT_ROTATION repeats one."""
    seed = os.environ.get("REFQUANT_ROTATION") or datetime.date.today().isoformat()
    rest = [c for c in itertools.product([*SPECIALISED, *OTHERS], DETERMINISTIC, OVERFLOWS) if c[0] not in SPECIALISED or c[1] != "ties_to_even"]
    return random.Random(seed).sample(rest, count)


@pytest.mark.parametrize("target", ["float8_e4m3fn", "float4_e2m1fn", "int8", "float8_e8m0fnu"])
def test_some_stretches_of_float32(backend, target, count_cases):
    """About zero, the subnormals, 1, the largest values and the NaNs: 2**16 codes each, every rounding."""
    largest = int(np.float32(rq.get_format(target).max_finite).view(np.uint32))
    places = [0, 1 << 16, 0x00800000, 0x3F800000 - (1 << 15), largest - (1 << 15), INFINITY - (1 << 15), SIDE - (1 << 16)]
    subnormal = int(np.float32(rq.get_format(target).min_subnormal or rq.get_format(target).min_normal).view(np.uint32))
    places += [max(subnormal - (1 << 15), 0), max(subnormal - (1 << 23) - (1 << 15), 0)]
    for rounding, overflow in zip(DETERMINISTIC, itertools.cycle(OVERFLOWS), strict=False):
        count_cases(compared(target, rounding, overflow, backend, chunk=1 << 16, chunks=places), independent=True)


@pytest.mark.exhaustive
@pytest.mark.parametrize("overflow", OVERFLOWS)
@pytest.mark.parametrize("target", SPECIALISED)
def test_every_float32_ties_to_even(backend, target, overflow, count_cases):
    count_cases(compared(target, "ties_to_even", overflow, backend), independent=True)


@pytest.mark.exhaustive
@pytest.mark.parametrize("choice", range(6))
def test_every_float32_in_a_rotating_choice_of_the_others(backend, choice, count_cases):
    chosen = rotating()[choice]
    print(*chosen)
    count_cases(compared(*chosen, backend), independent=True)
