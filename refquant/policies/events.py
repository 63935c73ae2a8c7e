"""Exception flags, as bits of one byte per element."""

from __future__ import annotations

from enum import IntFlag


class Flags(IntFlag):
    """The exception flags of IEEE 754, bits as in SoftFloat and RISC-V, and one of processors. RQ-6.1, RQ-6.10.

    Examples
    --------
    >>> import refquant as rq
    >>> result = rq.encode([1.0, 0.1, 1e9], "float16", return_flags=True)
    >>> [str(rq.Flags(int(f))) for f in result.flags]
    ['Flags.NONE', 'Flags.INEXACT', 'Flags.INEXACT|OVERFLOW']
    """

    NONE = 0
    INEXACT = 1
    UNDERFLOW = 2
    OVERFLOW = 4
    DIV_BY_ZERO = 8
    INVALID = 16
    INPUT_DENORMAL = 32

    def __str__(self) -> str:
        names = [m.name for m in type(self) if m.value and m in self and m.name]
        return f"Flags.{'|'.join(names) if names else 'NONE'}"


INEXACT, UNDERFLOW, OVERFLOW, INVALID = int(Flags.INEXACT), int(Flags.UNDERFLOW), int(Flags.OVERFLOW), int(Flags.INVALID)

#: An event byte with this bit must raise. RQ-5.15.
RAISES = 0x80
