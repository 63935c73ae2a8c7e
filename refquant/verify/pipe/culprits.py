"""Finding the vector that makes a program fail, by running it anew with fewer of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from numpy.typing import NDArray

from refquant.verify.pipe.child import Child, Stop
from refquant.verify.pipe.program import Program
from refquant.verify.pipe.protocol import Header, vector_lines

Columns = Sequence[NDArray[Any]]


class Culprit(NamedTuple):
    """The vector that makes a program fail; None where it fails without any."""

    vector: int | None
    alone: bool


def lines_of(header: Header, columns: Columns, first: int, stop: int) -> bytes:
    """Return the lines of some of the vectors."""
    return vector_lines([column[first:stop] for column in columns], header.digits)


def find_culprit(program: Program, header: Header, columns: Columns, first: int, stop: int) -> Culprit:
    """Return which of the vectors makes a program fail: the first one alone, or the last one of the shortest row of them that does."""

    def fails(begin: int, end: int) -> bool:
        return _fails(program, header.text() + lines_of(header, columns, begin, end).decode("ascii"), end - begin)

    if fails(first, first):
        return Culprit(None, True)
    if first < stop and fails(first, first + 1):
        return Culprit(first, True)
    if first + 1 >= stop or not fails(first, stop):
        return Culprit(first, False)
    found = _shortest(lambda end: fails(first, end), first + 1, stop) - 1
    return Culprit(found, fails(found, found + 1))


def _shortest(fails: Callable[[int], bool], sound: int, failing: int) -> int:
    """Return the least end that fails, by halves."""
    while failing - sound > 1:
        middle = (sound + failing) // 2
        if fails(middle):
            failing = middle
        else:
            sound = middle
    return failing


def _fails(program: Program, text: str, count: int) -> bool:
    with Child(program.command) as child:
        if child.exchange(text.encode("ascii", "replace"), count, program.timeout, close=True) is not Stop.ENDED:
            return True
        return child.finish(program.timeout) != 0 or child.lines != count
