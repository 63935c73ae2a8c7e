"""Answers in TestFloat's own form: the operands once more, then the result, then the flags."""

from __future__ import annotations

from collections.abc import Callable

from refquant.verify.pipe.answers import Batch, Fault, read_answers, shown
from refquant.verify.pipe.protocol import Header
from refquant.verify.pipe.replies import Kind


def read_echoed(lines: bytes, sent: Callable[[], bytes], header: Header) -> Batch | None:
    """Return the answers of lines that begin with the fields that were sent; None where the first line does not.

    The flags may be there though they were not asked for, as in TestFloat's files; they are not looked at then.

    Examples
    --------
    >>> from refquant.verify.pipe import Field, Header
    >>> from refquant.verify.pipe.echo import read_echoed
    >>> half = Field("float16", 16)
    >>> header = Header("add", (half, half), half, flags=True)
    >>> batch = read_echoed(b"3C00 3C00 4000 00\\n3C00 7BFF 7BFF 01\\n", lambda: b"3c00 3c00\\n3c00 7bff\\n", header)
    >>> [hex(c) for c in batch.codes.tolist()], batch.flags.tolist()
    (['0x4000', '0x7bff'], [0, 1])
    """
    fields = len(header.operands) + bool(header.random_bits)
    first = lines[: lines.find(b"\n") + 1].split()
    if not fields + 1 + header.flags <= len(first) <= fields + 2:
        return None
    rows, asked = lines.split(b"\n")[:-1], sent().split(b"\n")
    if not _repeats(first, asked[0].split()):
        return None
    answers: list[bytes] = []
    for row, operands in zip(rows, asked, strict=False):
        tokens = row.split()
        if len(tokens) > fields and not _repeats(tokens, operands.split()):
            what = f"answered '{shown(row)}', which does not begin with the operands that it was given: '{shown(operands)}'"
            return read_answers(b"".join(answers), header)._replace(fault=Fault(len(answers), Kind.GARBAGE, what, shown(row)))
        is_answer = fields < len(tokens) <= fields + 2
        answers.append((b" ".join(tokens[fields : fields + 1 + header.flags]) if is_answer else row) + b"\n")
    return read_answers(b"".join(answers), header)


def _repeats(tokens: list[bytes], operands: list[bytes]) -> bool:
    """Return whether a line begins with numbers that were sent."""
    try:
        return [int(t, 16) for t in tokens[: len(operands)]] == [int(o, 16) for o in operands]
    except ValueError:
        return False
