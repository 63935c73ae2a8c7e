"""What came back: codes, flags, unknown digits, and what the program did wrong."""

from __future__ import annotations

import signal
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Kind(StrEnum):
    """What a program does wrong, other than a wrong result."""

    HANG = "hang"  #: no answer within the time limit
    SIGNAL = "signal"  #: ended by a signal
    EXIT = "exit"  #: ended with an exit code other than 0
    TOO_FEW = "too few lines"
    TOO_MANY = "too many lines"
    GARBAGE = "garbage"  #: a line that is no answer
    TOO_WIDE = "too wide"  #: a code of more bits than the format has
    VERSION = "version"  #: it speaks another version of the protocol


class Misbehaviour(NamedTuple):
    """Why a program could not be judged to the end."""

    kind: Kind
    what: str  #: what the program did, after its name
    vector: int | None = None  #: index of the vector that it was about, where that is known
    input: str = ""  #: the fields of that vector in hex, such as ``0x3c00``
    answer: str = ""  #: the line that was answered, where there was one
    alone: bool | None = None  #: whether that vector does it alone; None where that was not tried

    def sentence(self, value: str = "") -> str:
        """Return all of it, with the value of the input where that is known."""
        if self.vector is None:
            return self.what
        shown = f"{self.input} ({value})" if value else self.input
        if self.alone is None:
            return f"{self.what} on input {shown}"
        return f"{self.what} on input {shown}, which does it alone" if self.alone else f"{self.what}; not reproduced by one input alone, suspected: {shown}"


def how_it_ended(code: int) -> tuple[Kind, str]:
    """Return what an exit code other than 0 says; a negative one is that of a signal."""
    if code > 0:
        return Kind.EXIT, f"ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return Kind.SIGNAL, f"was ended by {name}"


class Unknown(NamedTuple):
    """Answers with digits that are no bits: X or Z of a simulator."""

    vectors: NDArray[np.int64]  #: indices of all of them, ascending
    answers: tuple[str, ...]  #: these answers, as they came

    @property
    def first(self) -> str:
        """The first of these answers."""
        return self.answers[0]

    def answer_to(self, vector: int) -> str:
        """Return the answer to one of these vectors."""
        return self.answers[int(np.searchsorted(self.vectors, vector))]


class Replies(NamedTuple):
    """What a program answered, as far as it got.

    `codes` (and `flags`, where they were asked for) are those of the first vectors, as many as were answered properly; an unknown answer has code 0 there.
    """

    codes: NDArray[Any]
    flags: NDArray[np.uint8] | None = None
    unknown: Unknown | None = None
    failure: Misbehaviour | None = None  #: why `codes` are fewer than the vectors, or why the program cannot be trusted
    notes: tuple[str, ...] = ()  #: what a user should know of the program, though it did no harm
    stderr: str = ""  #: the end of what it wrote to stderr
