"""A thread that has set FTZ and DAZ (as some libraries do on loading) gets the same bits."""

import contextlib
import ctypes
import mmap
import platform
from fractions import Fraction

import numpy as np
import pytest

import refquant as rq

LDMXCSR, STMXCSR = b"\x0f\xae\x17\xc3", b"\x0f\xae\x1f\xc3"  # (ld|st)mxcsr [rdi]; ret
FTZ_AND_DAZ = 0x8040


@contextlib.contextmanager
def flushing():
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(LDMXCSR + STMXCSR)
    start = ctypes.addressof(ctypes.c_char.from_buffer(page))
    call = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
    load, store = call(start), call(start + len(LDMXCSR))
    before = ctypes.c_uint32()
    store(ctypes.byref(before))
    load(ctypes.byref(ctypes.c_uint32(before.value | FTZ_AND_DAZ)))
    try:
        yield
    finally:
        load(ctypes.byref(before))


def results():
    subnormal = np.array([1, 2, 3, 0x7FFFFF, 0x400001, 0x80000001], np.uint32).view(np.float32)
    tiny = np.array([1, 2, 0x8000000000000003, 0xFFFFFFFFFFFFF], np.uint64).view(np.float64)
    found = [rq.encode(subnormal, f) for f in ("float32", "bfloat16", "float8_e8m0fnu", "float64")]
    found += [rq.encode(tiny, f, rounding=m) for f in ("float64", "float32") for m in ("ties_to_even", "away_from_zero")]
    found += [rq.decode(np.arange(8, dtype=np.uint16), "bfloat16", dtype=np.float32).view(np.uint32)]
    found += [rq.decode(np.arange(8, dtype=np.uint64), "float64", dtype=np.longdouble).view(np.uint8)]
    found += [rq.encode(np.array([Fraction(1, 1 << 1070), 5e-324, subnormal[0]], object), "float64")]
    found += [rq.round(subnormal, "bfloat16").view(np.uint32), rq.bounds.round_trip(subnormal, "bfloat16").view(np.uint64)]
    return [a.tobytes() for a in found]


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64") or not hasattr(mmap, "PROT_EXEC"), reason="sets MXCSR of an x86-64 processor")
def test_flush_to_zero_changes_nothing():
    want = results()
    with flushing():
        flushed = (np.array([1], np.uint64).view(np.float64) * np.float64(2.0)).view(np.uint64)[0]
        got = results()
    assert flushed == 0, "the processor did not flush, so this test shows nothing"
    assert got == want
