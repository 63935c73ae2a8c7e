"""The pool of threads: what runs where, and that nothing goes on when a call is over."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import refquant as rq
from refquant import execution, threads
from refquant.threads import run_all


@pytest.fixture(autouse=True)
def threads_as_before():
    yield
    rq.set_num_threads(None)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_every_job_runs_once_in_so_many_threads(count):
    rq.set_num_threads(count)
    seen, together = [], threading.Barrier(count, timeout=20)

    def job(i):
        if i < count:
            together.wait()  # passes only if so many run at once
        seen.append((i, threading.get_ident()))
        return 1 << i

    assert run_all(job, 20) == (1 << 20) - 1
    assert sorted(i for i, _ in seen) == list(range(20)) and len({name for _, name in seen}) == count


def test_large_arrays_are_done_by_so_many_threads(backend, monkeypatch):
    names = []
    chunk = execution._chunk
    monkeypatch.setattr(execution, "_chunk", lambda *a: (names.append(threading.get_ident()), time.sleep(0.05), chunk(*a))[2])
    for count, size, used in ((1, 4, 1), (2, 4, 2), (3, 2, 2), (2, 1, 1)):
        rq.set_num_threads(count)
        names.clear()
        rq.encode(np.zeros(size * execution.THREAD_PAYS, np.float32), "bfloat16", backend=backend)
        assert len(set(names)) == used and (used > 1 or names[0] == threading.get_ident())


def test_threads_are_used_again_whatever_their_number():
    before = named_threads()
    for count in (2, 5, 3, 4, 6, 2):
        rq.set_num_threads(count)
        for jobs in range(2, 9):
            run_all(lambda i: i, jobs)
    assert named_threads() <= max(before, 6)  # the most at once, here or in earlier tests


def named_threads():
    return sum(t.name.startswith(f"refquant-{os.getpid()}") for t in threading.enumerate())


class Stop(Exception):
    """What a job raises."""


def test_nothing_runs_after_a_job_has_raised():
    rq.set_num_threads(3)
    done = []

    def job(i):
        if i == 4:
            raise Stop
        time.sleep(0.01)
        done.append(i)
        return 0

    with pytest.raises(Stop):
        run_all(job, 1000)
    count = len(done)
    time.sleep(0.1)
    assert len(done) == count < 100


def test_an_interrupted_call_writes_nothing_more(backend):
    code = (
        "import signal, threading, time, numpy as np, refquant as rq\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored\n"
        "rq.set_num_threads(2)\n"
        f"x, out = np.ones(1 << 27, np.float32), np.zeros(1 << 27, np.uint8)\n"
        f"rq.encode(x[:1 << 20], 'float8_e4m3fn', rounding='to_odd', backend={backend!r}, out=out[:1 << 20])\n"
        "out[:] = 0\n"
        "threading.Timer(0.05, signal.pthread_kill, [threading.main_thread().ident, signal.SIGINT]).start()\n"
        "try:\n"
        f"    rq.encode(x, 'float8_e4m3fn', rounding='to_odd', backend={backend!r}, out=out)\n"
        "except KeyboardInterrupt:\n"
        "    written = np.count_nonzero(out); time.sleep(0.5); print(written == np.count_nonzero(out) < out.size)\n"
    )
    root = str(Path(rq.__file__).parents[1])
    ran = subprocess.run([sys.executable, "-c", f"import sys; sys.path.insert(0, {root!r})\n{code}"], capture_output=True, text=True, timeout=300, check=False)
    assert ran.stdout.strip() == "True", ran.stdout + ran.stderr


def test_calls_work_while_python_ends(backend):
    code = f"import atexit, numpy as np, refquant as rq; rq.set_num_threads(2)\natexit.register(lambda: print(rq.encode(np.ones(1 << 20, np.float32), 'bfloat16', backend={backend!r})[-1]))"
    root = str(Path(rq.__file__).parents[1])
    ran = subprocess.run([sys.executable, "-c", f"import sys; sys.path.insert(0, {root!r})\n{code}"], capture_output=True, text=True, timeout=300, check=False)
    assert ran.stdout.strip() == str(0x3F80), ran.stderr


def test_where_no_thread_can_be_started_the_caller_does_it(monkeypatch):
    class Full:
        def submit(self, *_):
            raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threads, "_pool", lambda process: Full())
    rq.set_num_threads(4)
    assert run_all(lambda i: 1 << i, 10) == 1023


def test_as_many_threads_as_processors_where_nothing_is_said(monkeypatch):
    monkeypatch.delenv("REFQUANT_NUM_THREADS", raising=False)
    assert rq.get_num_threads() == (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())


@pytest.mark.parametrize("bad", [True, False, 1025, None.__class__])
def test_what_is_no_number_of_threads_is_refused(bad):
    with pytest.raises((rq.errors.InputTypeError, rq.errors.InputValueError), match=r"^n: expected"):
        rq.set_num_threads(bad)
