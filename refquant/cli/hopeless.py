"""What cannot be interrupted: the process says what was found, and ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

from refquant.verify.pipe import Kind, Misbehaviour
from refquant.verify.time_limit import giving_up

_CODE = 2  # a target misbehaved


def hang_of(seconds: float | None) -> tuple[Misbehaviour, str]:
    """Return the misbehaviour of a function that catches every exception and goes on, and what is said of it."""
    failure = Misbehaviour(Kind.HANG, f"gave no answer within {seconds or 0:g} s, and catches what should interrupt it")
    return failure, f"could not be judged to the end: it {failure.sentence()}; nothing after it was judged; judge it as program:COMMAND, which can be killed"


def ending_with(report: Callable[[], None]) -> AbstractContextManager[None]:
    """End the process where a function cannot be interrupted, after what was found is reported."""

    def end() -> None:
        try:
            with suppress(Exception):  # such as a stream in the midst of whose writing it was
                report()
                sys.stdout.flush()
                sys.stderr.flush()
        finally:
            os._exit(_CODE)

    return giving_up(end)
