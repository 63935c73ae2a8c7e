"""The process: one loop over its three pipes, so that none of them can fill up while another is waited for."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from enum import Enum, auto
from typing import IO, Any

from refquant.errors import InputValueError
from refquant.verify.pipe.answers import LONGEST
from refquant.verify.pipe.protocol import NAME

_BLOCK = 1 << 16
_TAIL = 4000  #: bytes of stderr that are kept
_BLOCKS_AT_THE_END = 16  #: of stderr, more than a pipe holds: another process may go on writing
_QUIET = 0.1  #: seconds without an answer after which it is seen whether the program is still there
_PATIENCE = 5.0  #: seconds for a program that was killed


class Stop(Enum):
    """Why an exchange ended."""

    COMPLETE = auto()  #: all lines came
    ENDED = auto()  #: the program closed its output
    FLOODED = auto()  #: more lines came, or longer ones, than answers can be
    LATE = auto()  #: time was up


class Child:
    """A running program, in a process group of its own; use it in a ``with``, which leaves nothing of it behind.

    What the program starts in a session of its own is out of reach: it is not killed, but its pipes are closed, and nobody waits for it.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self.greeting: bytes | None = None  #: the line of the protocol's version, where the program began with one
        self.refused = False  #: whether the program closed its input before it was written
        self.outlived = False  #: whether the program ended, and something that it started holds its output open
        self._began, self._over = False, False
        self._heard = 0.0
        self._answers, self._lines = bytearray(), 0
        self._tail, self._written = bytearray(), 0
        self._pending, self._closing = memoryview(b""), False
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, start_new_session=True
            )  # fmt: skip
        except (OSError, ValueError) as error:
            raise InputValueError(f"command: {command[0]} cannot be started: {getattr(error, 'strerror', None) or error}") from None
        self._selector = selectors.DefaultSelector()
        for pipe in self._pipes:
            os.set_blocking(pipe.fileno(), False)
        self._selector.register(self._pipes[1], selectors.EVENT_READ, self._read_answers)
        self._selector.register(self._pipes[2], selectors.EVENT_READ, self._read_stderr)

    @property
    def _pipes(self) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
        process = self._process
        assert process.stdin and process.stdout and process.stderr
        return process.stdin, process.stdout, process.stderr

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._selector.close()
        for pipe in self._pipes:
            with contextlib.suppress(OSError):
                pipe.close()

    def kill(self) -> None:
        """Kill what is left of the process group, and wait for the program."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):  # one that may not be killed, such as sudo
            self._process.wait(_PATIENCE)

    @property
    def lines(self) -> int:
        """Number of whole lines that came and were not taken."""
        return self._lines

    @property
    def stderr(self) -> str:
        """The end of what the program wrote to stderr."""
        text = self._tail.decode("utf-8", "replace")
        text = "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text).strip()
        return f"... {text}" if self._written > len(self._tail) else text

    def exchange(self, text: bytes, lines: int, seconds: float, *, close: bool) -> Stop:
        """Write a text (and close the input behind it), and read until as many lines are there (or the output is closed), or time is up."""
        self._heard = time.monotonic()
        deadline = self._heard + seconds
        self._write(text, close=close)
        while True:
            if self._lines > lines or len(self._answers) > (lines + 1) * LONGEST + _BLOCK or self._line_is_endless():
                return Stop.FLOODED
            if self._over:
                return Stop.ENDED
            if self._lines == lines and not self._pending and not close:
                return Stop.COMPLETE
            now = time.monotonic()
            if self._is_gone(lines, now, deadline):
                self._over = self.outlived = True
                return Stop.ENDED
            if now >= deadline:
                return Stop.LATE
            self._turn(min(deadline - now, _QUIET))

    def _is_gone(self, lines: int, now: float, deadline: float) -> bool:
        """Return whether the program has ended and no more answers are to be expected, though its output is open: another process holds it."""
        if now - self._heard < _QUIET or (code := self._process.poll()) is None or self._answers_wait():
            return False
        return code != 0 or self._lines >= lines or now >= deadline

    def _answers_wait(self) -> bool:
        return any(key.fileobj is self._pipes[1] for key, _ in self._selector.select(0))

    def _line_is_endless(self) -> bool:
        return len(self._answers) - (self._answers.rfind(b"\n", -LONGEST - 1) + 1) > LONGEST if len(self._answers) > LONGEST else False

    def take(self, lines: int) -> bytes:
        """Return whole lines, at most as many as said, and keep the rest."""
        if lines >= self._lines:
            end = self._answers.rfind(b"\n") + 1
        else:
            end = 0
            for _ in range(lines):
                end = self._answers.index(b"\n", end) + 1
        taken = bytes(self._answers[:end])
        del self._answers[:end]
        self._lines -= min(lines, self._lines)
        return taken

    def rest(self) -> bytes:
        """Return what came and was not taken."""
        return bytes(self._answers[: 2 * LONGEST])

    def finish(self, seconds: float) -> int | None:
        """Return the exit code (negative: the signal) when the program ends; None where it does not, and is killed."""
        deadline = time.monotonic() + seconds
        while (code := self._process.poll()) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                self.kill()
                return None
            self._turn(min(left, 0.005))
        with contextlib.suppress(BlockingIOError):
            for _ in range(_BLOCKS_AT_THE_END):
                if not self._read_block(2, self._keep_stderr):
                    break
        if code == 0 and self._over and self._answers and not self._answers.endswith(b"\n"):  # the last line of a program that ended well
            self._answers += b"\n"
            self._lines += 1
        return code

    def _turn(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            with contextlib.suppress(BlockingIOError):
                key.data()

    def _write(self, text: bytes, *, close: bool) -> None:
        if self.refused:
            return
        waiting = bool(self._pending)
        self._pending, self._closing = memoryview(bytes(self._pending) + text), close
        if not waiting:
            self._selector.register(self._pipes[0], selectors.EVENT_WRITE, self._write_block)

    def _write_block(self) -> None:
        try:
            written = os.write(self._pipes[0].fileno(), self._pending[:_BLOCK]) if self._pending else 0
        except BrokenPipeError:
            self.refused, self._closing, written = True, True, len(self._pending)
        self._pending = self._pending[written:]
        if not self._pending:
            self._selector.unregister(self._pipes[0])
            if self._closing:
                self._pipes[0].close()

    def _read_answers(self) -> None:
        self._over = not self._read_block(1, self._keep_answers)

    def _read_stderr(self) -> None:
        self._read_block(2, self._keep_stderr)

    def _read_block(self, number: int, keep: Any) -> bool:
        """Read what is there; return whether more may come."""
        pipe = self._pipes[number]
        if pipe.closed:
            return False
        block = os.read(pipe.fileno(), _BLOCK)
        if not block:
            self._selector.unregister(pipe)
            pipe.close()
            return False
        keep(block)
        return True

    def _keep_answers(self, block: bytes) -> None:
        self._heard = time.monotonic()
        self._answers += block
        self._lines += block.count(b"\n")
        if not self._began and self._lines:
            self._began = True
            first = self._answers[: self._answers.index(b"\n") + 1]
            if first.startswith(NAME.encode()):
                self.greeting = bytes(first).strip()
                del self._answers[: len(first)]
                self._lines -= 1

    def _keep_stderr(self, block: bytes) -> None:
        self._written += len(block)
        self._tail = (self._tail + block)[-_TAIL:]
