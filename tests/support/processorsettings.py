"""The control and status register of SSE and AVX: how a process has set its processor."""

import ctypes
import mmap
import platform
import sys
from contextlib import contextmanager

FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO = 0x400, 0x800, 0xC00  # of x86's <fenv.h>
FTZ, DAZ, DEFAULT = 1 << 15, 1 << 6, 0x1F80  # of MXCSR
LOAD_MXCSR = b"\x0f\xae\x17\xc3"  # ldmxcsr [rdi]; ret
IS_X86 = platform.machine().lower() in ("x86_64", "amd64") and sys.platform == "linux"


@contextmanager
def processor(mxcsr):
    """Set the control and status register of SSE and AVX in this thread."""
    with mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC) as page:
        page.write(LOAD_MXCSR)
        address = ctypes.c_char.from_buffer(page)
        load = ctypes.CFUNCTYPE(None, ctypes.POINTER(ctypes.c_uint32))(ctypes.addressof(address))
        load(ctypes.byref(ctypes.c_uint32(mxcsr)))
        try:
            yield
        finally:
            load(ctypes.byref(ctypes.c_uint32(DEFAULT)))
            del address, load
