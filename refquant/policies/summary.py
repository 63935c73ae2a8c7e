"""What the flags of many elements say together."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from refquant.errors import InputTypeError, InputValueError
from refquant.policies.events import Flags

_KNOWN = np.uint8(sum(Flags))


class FlagsSummary(NamedTuple):
    """Flags of many elements."""

    elements: int
    raised: Flags  #: by any element
    counts: dict[Flags, int]  #: elements that raise each flag
    silent: int  #: elements that raise none

    def __str__(self) -> str:
        told = ", ".join(f"{str(flag).removeprefix('Flags.')} {count:,}" for flag, count in self.counts.items() if count)
        return f"{self.elements:,} elements: {told + '; ' if told else ''}no flag {self.silent:,}"


def summary_of_flags(flags: ArrayLike) -> FlagsSummary:
    """Return how many elements raise each flag.

    Parameters
    ----------
    flags : array_like of uint8
        As ``return_flags=True`` gives them, of any shape: bits of `Flags`. Not modified.

    Returns
    -------
    FlagsSummary
        Number of elements, the flags that any raises, elements per flag, elements without any. Its text is one line.

    Raises
    ------
    InputTypeError
        If `flags` are no integers.
    InputValueError
        If a value is no set of flags.

    Examples
    --------
    >>> import refquant as rq
    >>> found = rq.arithmetic.div([0x3C, 0x01, 0x3C], [0x00, 0x3D, 0x3C], "float8_e5m2", return_flags=True)
    >>> print(rq.summary_of_flags(found.flags))
    3 elements: INEXACT 1, UNDERFLOW 1, DIV_BY_ZERO 1; no flag 1
    >>> rq.summary_of_flags(found.flags).raised
    <Flags.INEXACT|UNDERFLOW|DIV_BY_ZERO: 11>
    """
    if isinstance(flags, tuple):
        raise InputTypeError("flags: expected an array of uint8, got a tuple; give the flags of a result alone, such as result.flags")
    given = np.asarray(flags)
    given = given if given.size else given.astype(np.uint8)
    if given.dtype.kind not in "iu":
        raise InputTypeError(f"flags: expected uint8, bits of refquant.Flags; got dtype {given.dtype}")
    wrong = given[(given < 0) | (given > int(_KNOWN))].reshape(-1)
    if wrong.size:
        raise InputValueError(f"flags: expected bits of refquant.Flags, 0 to {int(_KNOWN)}; got {int(wrong[0])}")
    sets: Any = np.bincount(given.reshape(-1), minlength=int(_KNOWN) + 1)
    counts = {flag: int(sum(n for bits, n in enumerate(sets) if bits & flag)) for flag in Flags if flag}
    raised = Flags(sum(flag for flag, count in counts.items() if count))
    return FlagsSummary(int(given.size), raised, counts, int(sets[0]))
