"""Bits do not depend on how a process has set its processor: rounding mode, and whether subnormal numbers are flushed."""

import numpy as np
import pytest
from processorsettings import DAZ, DEFAULT, FE_DOWNWARD, FE_TOWARDZERO, FE_UPWARD, FTZ, IS_X86, processor

import refquant as rq

TARGETS = ["float8_e4m3fn", "float16", "bfloat16", "int8", "float4_e2m1fn", "float8_e4m3fnuz"]
ROUNDINGS = ["ties_to_even", "toward_zero", "toward_positive", "away_from_zero"]
pytestmark = pytest.mark.skipif(not IS_X86, reason="sets the control register of x86, by Linux's calling convention")


def test_the_register_is_really_set():
    tiny, one = np.float32(1e-40), np.float32(1)
    with processor(DEFAULT | FTZ | DAZ):
        flushed = tiny + tiny
    with processor(DEFAULT | FE_UPWARD << 3):
        up = one + np.float32(2.0**-30)
    assert (flushed, up, tiny + tiny > 0, one + np.float32(2.0**-30)) == (0, np.float32(1 + 2.0**-23), True, 1)


@pytest.mark.parametrize("setting", [FTZ, DAZ, FTZ | DAZ, FE_DOWNWARD << 3, FE_UPWARD << 3, FE_TOWARDZERO << 3])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_settings_of_the_processor_change_nothing(backend, dtype, setting, count_cases):
    rq.set_num_threads(1)  # a register belongs to a thread
    x = (np.arange(1 << 16, dtype=np.uint32)[::3, None] << np.uint32(16) | np.array([0, 1, 0x8000, 0xFFFF], np.uint32)).reshape(-1).view(np.float32)
    x = x[np.isfinite(x)].astype(dtype)
    for target in [*TARGETS, rq.FloatFormat(precision=5, exponent_width=8, bias=126)]:
        for rounding in ROUNDINGS:
            want = rq.encode(x, target, rounding=rounding, overflow="saturate", backend="reference")
            with processor(DEFAULT | setting):
                got = rq.encode(x, target, rounding=rounding, overflow="saturate", backend=backend)
            assert np.array_equal(got, want), (target, rounding)
            count_cases(x.size)
    rq.set_num_threads(None)
