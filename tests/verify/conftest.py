"""A program asked through the pipe, with a look at what it leaves behind."""

import sys
import threading

import pytest
from pipechildren import HEADER, PRELUDE, X, children, open_files

from refquant.verify.pipe import converse, program


@pytest.fixture
def ask(tmp_path):
    """Ask a Python program, given by its body, for the low byte of each vector."""

    def asked(body, codes=X, timeout=10.0, header=HEADER, columns=None):
        path = tmp_path / f"child{len(list(tmp_path.iterdir()))}.py"
        path.write_text(PRELUDE + body)
        return converse(program([sys.executable, "-I", "-S", str(path)], timeout), header, columns or [codes])

    fds, threads = open_files(), threading.active_count()
    yield asked
    assert (open_files(), threading.active_count()) == (fds, threads), "a file or a thread was left open"
    assert children() == [], "a process was left behind"
