"""A time limit for a call: a signal in the main thread, which interrupts Python code and whatever returns to it now and then."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_AGAIN = 0.1  #: seconds between signals, for code that catches everything


class TimeIsUp(BaseException):
    """The limit was reached; no `Exception`, so that ``except Exception`` in a function under test does not swallow it."""


def can_limit() -> bool:
    """Return whether a limit can be set here: on a system with interval timers, in the main thread."""
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


@contextmanager
def limited(seconds: float | None) -> Iterator[None]:
    """Raise TimeIsUp in the block after so many seconds; None is no limit."""
    if seconds is None:
        yield
        return
    armed = True

    def raise_(_number: int, _frame: FrameType | None) -> None:
        if armed:
            raise TimeIsUp

    before = signal.signal(signal.SIGALRM, raise_)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        try:
            yield
        finally:
            armed = False
    finally:  # reached too where the signal came while the block was being left
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
