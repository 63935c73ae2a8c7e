"""A time limit for a call: a signal in the main thread, which interrupts Python code and whatever returns to it now and then."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType
from typing import Any

ATTEMPTS = 20  #: how often code may catch `TimeIsUp` before it is given up
_AGAIN = 0.1  #: seconds between signals, for code that catches everything
_AT_ONCE = 1e-6  #: seconds; 0 would disarm a timer
_give_up: ContextVar[Callable[[], None] | None] = ContextVar("give_up", default=None)


class TimeIsUp(BaseException):
    """The limit was reached; no `Exception`, so that ``except Exception`` in a function under test does not swallow it."""

    def __init__(self, limit: _Limit | None = None) -> None:
        super().__init__("time is up")
        self._limit = limit

    @property
    def of_a_caller(self) -> bool:
        """Whether the limit is that of a block that has not been left yet: not of the one that the code that catches this has had around a call."""
        return self._limit is not None and self._limit.open


def can_limit() -> bool:
    """Return whether a limit can be set here: on a system with interval timers, in the main thread, where no handler of C code would be lost."""
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGALRM) is not None


@contextmanager
def limited(seconds: float | None) -> Iterator[None]:
    """Raise TimeIsUp in the block after so many seconds, or at its end where the block catches that; None is no limit.

    A block that catches it is interrupted again and again; see `giving_up`. A timer of the caller's goes on: its handler is called when it is due, within the
    block too.
    """
    if seconds is None:
        yield
        return
    limit = _Limit(seconds)
    try:
        try:
            limit.take_over()
            yield
        except (Exception, SystemExit, GeneratorExit) as error:  # what the block makes of TimeIsUp
            if limit.signals:
                raise TimeIsUp(limit) from error
            raise
        finally:
            limit.open = False
    finally:  # reached too where the signal came while the block was being left
        limit.give_back()
    if limit.signals:
        raise TimeIsUp(limit)


@contextmanager
def giving_up(action: Callable[[], None]) -> Iterator[None]:
    """Call `action`, which should end the process, where code under a limit has caught TimeIsUp more than `ATTEMPTS` times."""
    token = _give_up.set(action)
    try:
        yield
    finally:
        _give_up.reset(token)


class _Limit:
    """The timer and the handler of one block, in front of those of the caller."""

    def __init__(self, seconds: float) -> None:
        self.open = True
        self.signals = 0
        self._end = time.monotonic() + seconds
        self._before: Any = signal.getsignal(signal.SIGALRM)
        self._callers_end: float | None = None
        self._callers_interval = 0.0

    def take_over(self) -> None:
        """Keep the caller's timer, and set one for what is due first."""
        left, self._callers_interval = signal.setitimer(signal.ITIMER_REAL, 0)
        self._callers_end = time.monotonic() + left if left else None
        signal.signal(signal.SIGALRM, self._alarm)
        self._wait()

    def give_back(self) -> None:
        """Restore the caller's handler, and its timer with the time that is left."""
        self.open = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._before)
        if self._callers_end is not None:
            signal.setitimer(signal.ITIMER_REAL, max(self._callers_end - time.monotonic(), _AT_ONCE), self._callers_interval)

    def _wait(self) -> None:
        now = time.monotonic()
        mine = now + _AGAIN if self.signals else self._end
        first = mine if self._callers_end is None else min(mine, self._callers_end)
        signal.setitimer(signal.ITIMER_REAL, max(first - now, _AT_ONCE))

    def _alarm(self, number: int, frame: FrameType | None) -> None:
        if not self.open:
            return
        now = time.monotonic()
        mine, callers = now >= self._end, self._callers_end is not None and now >= self._callers_end
        self.signals += mine
        if callers:
            self._call_the_callers(number, frame)
        else:
            self._wait()
        if mine:
            if self.signals > ATTEMPTS and (action := _give_up.get()) is not None:
                action()
            raise TimeIsUp(self)

    def _call_the_callers(self, number: int, frame: FrameType | None) -> None:
        """Do what the caller's timer does, with the handler and timer that it knows."""
        signal.setitimer(signal.ITIMER_REAL, self._callers_interval, self._callers_interval)
        signal.signal(number, self._before)
        try:
            if callable(self._before):
                self._before(number, frame)
            else:
                signal.raise_signal(number)  # ends the process, or is ignored
        finally:
            self._before = signal.getsignal(number)
            self.take_over()
