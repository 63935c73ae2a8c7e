"""What a program starts in a session of its own, which nobody may kill: it holds nothing up."""

import os
import signal
import time

import pytest
from pipechildren import X, expected, failure_of, is_running

from refquant.verify.pipe import Kind, child


def test_a_program_that_may_not_be_killed_is_not_waited_for(monkeypatch):
    def refused(*_):
        raise PermissionError

    monkeypatch.setattr(os, "killpg", refused)
    monkeypatch.setattr(child, "_PATIENCE", 0.1)
    began = time.monotonic()
    with child.Child(["sleep", "3"]) as one:
        assert one.exchange(b"", 1, 0.2, close=True) is child.Stop.LATE
    assert time.monotonic() - began < 2
    one._process.kill()
    one._process.wait()


STARTS = "import subprocess\nread_header()\nwith open({pids!r}, 'a') as f: f.write(str(subprocess.Popen({command}, start_new_session=True).pid) + chr(10))\n"


@pytest.fixture
def holder(tmp_path):
    """The text of a program that starts another one in a session of its own, which holds its pipes open; it is killed behind the test."""
    pids = tmp_path / "pids"
    yield STARTS.format(pids=str(pids), command=["sleep", "30"])
    started = [int(pid) for pid in pids.read_text().split()]
    assert started and all(map(is_running, started)), "nothing outlived the program: this test tests nothing"
    for pid in started:
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("count", [100, 5000])
def test_a_process_in_a_session_of_its_own_does_not_hold_a_good_program_up(ask, holder, count):
    began = time.monotonic()
    replies = ask(holder + "for line in sys.stdin: answer(int(line, 16))", X[:count], timeout=20)
    assert (replies.codes.tolist(), replies.failure) == (expected(count), None)
    assert replies.notes == ("left a process behind that holds its output open",)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("count", [100, 5000])
def test_a_death_is_seen_though_another_process_holds_the_pipes_open(ask, holder, count):
    began = time.monotonic()
    replies = ask(holder + "for line in sys.stdin:\n    if int(line, 16) == 60: os.abort()\n    answer(int(line, 16))", X[:count], timeout=20)
    failure = failure_of(replies)
    assert failure.kind is Kind.SIGNAL and "was ended by SIGABRT" in failure.what
    assert replies.codes.tolist() == expected(replies.codes.size)
    assert time.monotonic() - began < 15


def test_a_process_that_holds_the_pipes_open_makes_no_hang_longer(ask, holder):
    began = time.monotonic()
    failure = failure_of(ask(holder + "time.sleep(1000)", X[:3], timeout=0.7))
    assert failure.kind is Kind.HANG and time.monotonic() - began < 10


def test_answers_that_wait_in_the_pipe_of_a_dead_program_are_read(monkeypatch):
    monkeypatch.setattr(child, "_QUIET", -1.0)  # it is seen at once whether the program is there
    with child.Child(["sh", "-c", "echo 12; echo 34; exit 3"]) as one:
        one._process.wait()
        assert one.exchange(b"", 3, 5, close=False) is child.Stop.ENDED
        assert (one.lines, one.outlived, one.finish(1)) == (2, False, 3)


@pytest.fixture
def flooder(tmp_path):
    """The text of a program that starts another one that never stops to write; the closed pipe ends it."""
    pids = tmp_path / "pids"
    yield lambda command: STARTS.format(pids=str(pids), command=command)
    deadline = time.monotonic() + 5
    started = [int(pid) for pid in pids.read_text().split()]
    assert started
    while any(map(is_running, started)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(is_running, started))


def test_what_another_process_floods_the_output_with_is_cut_off(ask, flooder):
    failure = failure_of(ask(flooder(["sh", "-c", "sleep 0.3; exec yes"]) + "time.sleep(1)\nfor line in sys.stdin: answer(int(line, 16))", X[:3]))
    assert failure.kind in (Kind.GARBAGE, Kind.TOO_MANY)


def test_what_another_process_floods_stderr_with_does_not_hold_a_good_program_up(ask, flooder):
    began = time.monotonic()
    replies = ask(flooder(["sh", "-c", "sleep 0.3; exec yes noise >&2"]) + "time.sleep(1)\nfor line in sys.stdin: answer(int(line, 16))", X[:100], timeout=20)
    assert (replies.codes.tolist(), replies.failure) == (expected(100), None)
    assert replies.stderr.endswith("noise") and time.monotonic() - began < 5
