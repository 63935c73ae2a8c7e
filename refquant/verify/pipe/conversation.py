"""All vectors through a program, batch by batch, whatever it does."""

from __future__ import annotations

import time

import numpy as np

from refquant.errors import InputTypeError
from refquant.verify.pipe.answers import LONGEST, Batch, Fault, read_answers, shown
from refquant.verify.pipe.child import Child, Stop
from refquant.verify.pipe.columns import Columns, checked_columns, lines_of
from refquant.verify.pipe.culprits import find_culprit
from refquant.verify.pipe.echo import read_echoed
from refquant.verify.pipe.program import Program, program_given
from refquant.verify.pipe.protocol import GREETING, Header
from refquant.verify.pipe.replies import Kind, Misbehaviour, Replies, Unknown, how_it_ended

LARGEST = 1 << 16  #: vectors of a batch
_FEW = 1 << 10  #: so many go in one batch, and the input is closed behind them
_OUTLIVED = "left a process behind that holds its output open"
_GRACE = 1.0  #: seconds in which a program that flushes answers its first vector


def converse(program: Program, header: Header, columns: Columns) -> Replies:
    """Return what a program answers to vectors.

    Parameters
    ----------
    program : Program
        The program.
    header : Header
        What it is told first.
    columns : sequence of arrays of unsigned integers
        The operands, and the random bits where the header has some; all of one size, and no code wider than its field.

    Returns
    -------
    Replies
        As many codes as were answered properly.

    Raises
    ------
    InputTypeError, InputValueError
        If an argument is something else, or the program cannot be started.

    Notes
    -----
    The first vector goes alone: a program that answers it only when its input is closed does not flush, and gets a process for each batch. Batches grow as
    far as the program answers them in a tenth of its time.
    """
    checked = program_given(program)
    if not isinstance(header, Header):
        raise InputTypeError(f"header: expected a Header, got {header!r}")
    return _Conversation(checked, header, checked_columns(header, columns)).held()


class _Conversation:
    def __init__(self, program: Program, header: Header, columns: Columns) -> None:
        self._program, self._header, self._columns = program, header, columns
        self._count = columns[0].size
        self._probing, self._flushes = self._count > _FEW, True
        self._grace, self._size = min(_GRACE, program.timeout), _FEW
        self._at = self._began = 0  # vectors that are answered; the first of this process
        self._first_answer: float | None = None  # seconds
        self._batches: list[Batch] = []
        self._unknown: dict[int, str] = {}
        self._notes: list[str] = []
        self._failure: Misbehaviour | None = None
        self._stderr = ""

    def held(self) -> Replies:
        while self._at < self._count and self._failure is None:
            with Child(self._program.command) as child:
                self._began = self._at
                self._talk(child)
                self._stderr = child.stderr or self._stderr
        codes = np.concatenate([np.zeros(0, np.uint64), *(b.codes for b in self._batches)])
        flags = np.concatenate([np.zeros(0, np.uint8), *(b.flags for b in self._batches if b.flags is not None)]) if self._header.flags else None
        unknown = Unknown(np.array([*self._unknown], np.int64), tuple(self._unknown.values())) if self._unknown else None
        return Replies(codes, flags, unknown, self._failure, tuple(self._notes), self._stderr)

    def _talk(self, child: Child) -> None:
        """Send batches to one process, to its end."""
        text = self._header.text().encode("ascii", "replace")
        while self._failure is None:
            count = min(1 if self._probing else self._size, self._count - self._at)
            close = not self._probing and (not self._flushes or self._at + count == self._count)
            began = time.monotonic()
            stop = child.exchange(
                text + lines_of(self._header, self._columns, self._at, self._at + count), count, self._grace if self._probing else self._program.timeout,
                close=close,
            )  # fmt: skip
            text = b""
            if stop is Stop.LATE and not close:
                self._late(child, count, began)
                return
            self._settle(child, stop, count, began, last=close)
            if stop is not Stop.COMPLETE:
                return
            self._probing = False

    def _late(self, child: Child, count: int, began: float) -> None:
        """Close the input of a program that has not answered in time: where the answers come now, it does not flush, or starts slowly."""
        waited = self._grace if self._probing else self._program.timeout
        closed = time.monotonic()
        stop = child.exchange(b"", count, self._program.timeout, close=True)
        now = time.monotonic()
        if stop is Stop.ENDED and child.lines == count:
            slow = self._probing and now - closed > self._grace / 4 and self._grace < self._program.timeout
            if slow:
                self._grace = min(4 * (now - began), self._program.timeout)
            else:
                self._probing = self._flushes = False
                self._notes.append(f"does not flush its output: {count:,} unanswered for {waited:g} s, answered when its input was closed; a process per batch")
        self._settle(child, stop, count, began, last=True)

    def _settle(self, child: Child, stop: Stop, count: int, began: float, *, last: bool) -> None:
        """Keep the answers of a batch, and see what is wrong."""
        code = child.finish(self._program.timeout) if stop is Stop.ENDED else 0
        if child.outlived and _OUTLIVED not in self._notes:
            self._notes.append(_OUTLIVED)
        if child.greeting not in (None, GREETING.encode()):
            said = shown(child.greeting or b"")
            self._failure = Misbehaviour(Kind.VERSION, f"speaks '{said}', and refquant speaks {GREETING!r}", answer=said)
            return
        came, first = child.lines, self._at
        lines = child.take(count)
        batch = read_echoed(lines, lambda: lines_of(self._header, self._columns, first, first + count), self._header) or read_answers(lines, self._header)
        if batch.fault is None and came < count and len(child.rest()) > LONGEST:
            batch = batch._replace(fault=Fault(came, Kind.GARBAGE, f"answered a line of more than {LONGEST} bytes", shown(child.rest())))
        if batch.fault is None and came > count:
            self._too_many(first + count, f"answered more lines than it was given vectors: at least {came:,} for {count:,}")
            return
        if batch.fault is None and came < count and stop is Stop.ENDED and code == 0:
            self._too_few(batch, first + count, f"gave too few lines: {came + first - self._began:,} before it ended with exit code 0")
            return
        self._keep(batch)
        self._measure(time.monotonic() - began, stop)
        if batch.fault is not None:
            fault = batch.fault
            self._failure = Misbehaviour(fault.kind, fault.what, first + fault.vector, self._line(first + fault.vector), fault.answer)
        else:
            self._see_the_end(stop, code, first + count, last=last)

    def _see_the_end(self, stop: Stop, code: int | None, expected: int, *, last: bool) -> None:
        """See whether a process ended as it should."""
        if stop is Stop.LATE:
            self._blame(Kind.HANG, f"gave no answer within {self._program.timeout:g} s and was killed", expected)
        elif stop is Stop.ENDED and code is None:
            self._blame(Kind.HANG, f"closed its output, did not end within {self._program.timeout:g} s and was killed", expected)
        elif code:
            self._blame(*how_it_ended(code), expected)
        elif stop is Stop.ENDED and not last:
            self._blame(Kind.TOO_FEW, f"gave too few lines: {self._at - self._began:,} before it ended with exit code 0", expected)

    def _blame(self, kind: Kind, what: str, expected: int) -> None:
        if self._at == expected and expected == self._count:
            self._failure = Misbehaviour(kind, f"{what} after it had answered every vector")
            return
        self._failure = self._located(kind, what, self._at, max(expected, self._at + 1))

    def _too_few(self, batch: Batch, expected: int, what: str) -> None:
        """Find the vector without an answer; those behind it have the answers of others, and are dropped."""
        first = self._at
        self._failure = self._located(Kind.TOO_FEW, what, first, expected)
        self._keep(batch.before(0 if self._failure.vector is None else self._failure.vector - first))

    def _too_many(self, expected: int, what: str) -> None:
        """Find the vector with more than one answer: it is of this batch, or of the one before and came late. What was answered before them is kept."""
        if self._at > self._began:
            self._forget_a_batch()
        self._failure = self._located(Kind.TOO_MANY, what, self._at, expected)

    def _located(self, kind: Kind, what: str, first: int, stop: int) -> Misbehaviour:
        quick = self._program if self._first_answer is None else self._program._replace(timeout=min(self._program.timeout, max(1.0, 8 * self._first_answer)))
        vector, alone, without = find_culprit(quick if kind is Kind.HANG else self._program, self._header, self._columns, first, stop)
        if vector is None:
            return Misbehaviour(kind, _without_vectors(kind, what, without))
        if kind is Kind.HANG and not alone:
            vector = first
        return Misbehaviour(kind, what, vector, self._line(vector), "", alone)

    def _line(self, vector: int) -> str:
        """Return the fields of a vector in hex."""
        return " ".join(f"0x{field}" for field in lines_of(self._header, self._columns, vector, vector + 1).decode("ascii").split())

    def _keep(self, batch: Batch) -> None:
        self._unknown |= {self._at + i: answer for i, answer in batch.unknown.items()}
        self._batches.append(batch)
        self._at += batch.codes.size

    def _forget_a_batch(self) -> None:
        self._at -= self._batches.pop().codes.size
        self._unknown = {i: answer for i, answer in self._unknown.items() if i < self._at}

    def _measure(self, seconds: float, stop: Stop) -> None:
        """Let batches grow while they are answered quickly, and shrink where they are not."""
        self._first_answer = seconds if self._first_answer is None and stop in (Stop.COMPLETE, Stop.ENDED) else self._first_answer
        if seconds < self._program.timeout / 10:
            self._size = min(4 * self._size, LARGEST) if not self._probing else self._size
        elif seconds > self._program.timeout / 3:
            self._size = max(self._size // 4, 1)


def _without_vectors(kind: Kind, what: str, without: str) -> str:
    """Return what a program does that fails when nothing is asked, too."""
    if kind is Kind.TOO_MANY and without.startswith("wrote "):
        return f"{without} when it was given the header and no vector"
    return f"{what}, even without any vector" if without == what else f"{what}; without any vector it {without}"
