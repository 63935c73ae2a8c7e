"""Finding the vector that makes a program fail, by running it anew with fewer of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from refquant.verify.pipe.answers import LONGEST, shown
from refquant.verify.pipe.child import Child, Stop
from refquant.verify.pipe.columns import Columns, lines_of
from refquant.verify.pipe.program import Program
from refquant.verify.pipe.protocol import Header
from refquant.verify.pipe.replies import how_it_ended


class Culprit(NamedTuple):
    """The vector that makes a program fail; None where it fails without any, and what it does then."""

    vector: int | None
    alone: bool
    without: str = ""


def find_culprit(program: Program, header: Header, columns: Columns, first: int, stop: int) -> Culprit:
    """Return which of the vectors makes a program fail: the first one alone, or the last one of the shortest row of them that does."""

    def fails(begin: int, end: int) -> str:
        return _fails(program, header.text() + lines_of(header, columns, begin, end).decode("ascii"), end - begin)

    if without := fails(first, first):
        return Culprit(None, True, without)
    if first < stop and fails(first, first + 1):
        return Culprit(first, True)
    if first + 1 >= stop or not fails(first, stop):
        return Culprit(first, False)
    found = _shortest(lambda end: fails(first, end), first + 1, stop) - 1
    return Culprit(found, bool(fails(found, found + 1)))


def _shortest(fails: Callable[[int], str], sound: int, failing: int) -> int:
    """Return the least end that fails, by halves."""
    while failing - sound > 1:
        middle = (sound + failing) // 2
        if fails(middle):
            failing = middle
        else:
            sound = middle
    return failing


def _fails(program: Program, text: str, count: int) -> str:
    """Return what a program does wrong when it is given so many vectors; nothing where it does not."""
    with Child(program.command) as child:
        stop = child.exchange(text.encode("ascii", "replace"), count, program.timeout, close=True)
        code = child.finish(program.timeout) if stop is Stop.ENDED else 0
        if stop is Stop.LATE or code is None:
            return f"did not end within {program.timeout:g} s"
        if code:
            return how_it_ended(code)[1]
        if child.lines > count:
            return f"wrote '{shown(child.take(1))}'"
        if stop is Stop.FLOODED:
            return f"wrote a line of more than {LONGEST} bytes"
        return "gave too few lines" if child.lines < count else ""
