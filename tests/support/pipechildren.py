"""Small Python programs that stand at the other end of the pipe, and what they leave behind."""

import os
from pathlib import Path

import numpy as np

from refquant.verify.pipe import Field, Header

PROC = Path("/proc")
HEADER = Header("encode", (Field("float32", 32),), Field("eight", 8))
X = np.arange(0, 3 * 5000, 3, dtype=np.uint32)
PRELUDE = """
import os, signal, sys, time
def read_header():
    for line in iter(sys.stdin.readline, "end\\n"): pass
def vectors():
    read_header()
    for line in iter(sys.stdin.readline, ""): yield int(line, 16)
def say(text, flush=True):
    sys.stdout.write(text + "\\n")
    if flush: sys.stdout.flush()
def answer(x, flush=True): say(f"{x & 255:02x}", flush)
"""


def open_files():
    return len(list(PROC.glob("self/fd/*")))


def children():
    """Return programs of the tests that this process started and that are still there, dead or alive."""
    found = []
    for folder in PROC.glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if parent == os.getpid() and any(b"/child" in word for word in words):
            found.append(folder.name)
    return found


def expected(count, codes=X):
    return (codes[:count] & 255).tolist()


def failure_of(replies):
    assert replies.failure is not None
    return replies.failure


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
