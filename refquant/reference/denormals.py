"""The flag of subnormal operands: it looks at the operands and at the other flags alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Format, Grid
from refquant.policies import Flags, FlagsMode, InputDenormalMode, Policies, SubnormalMode
from refquant.reference.bits import Lane
from refquant.reference.operands import from_codes, sign_and_magnitude

Mask = NDArray[np.bool_]
_SILENT, _RAISED = np.uint8(Flags.INVALID | Flags.DIV_BY_ZERO), np.uint8(Flags.INPUT_DENORMAL)


class Found(NamedTuple):
    """Where operands are subnormal: flushed, whatever else there is; used, where no operand is a NaN. None: nowhere."""

    flushed: Mask | None
    used: Mask | None


def watched(policies: Policies, *, used: bool = True) -> str:
    """Return which subnormal operands raise the flag under policies: "flushed", "used" (where the operation raises it for these) or none. RQ-6.10."""
    flushes = policies.subnormals in (SubnormalMode.FLUSH_INPUTS, SubnormalMode.FLUSH_BOTH)
    named = InputDenormalMode.FLUSHED if flushes else InputDenormalMode.USED
    right = policies.input_denormal is named and policies.flags is not FlagsMode.NONE and (used or flushes)
    return named.value if right else ""


def subnormals_in(codes: list[Lane], formats: tuple[Format, ...], watch: tuple[str, ...]) -> Found | None:
    """Return which elements have subnormal operands that raise the flag; `watch` has one choice of `watched` for each operand. RQ-6.10."""
    if not any(watch):
        return None
    grids = [f.grid for f in formats]
    flushed, used = (_any_subnormal(codes, grids, [w == kind for w in watch]) for kind in ("flushed", "used"))
    return Found(flushed, None if used is None else used & ~_any_nan(codes, grids))


def raise_input_denormal(found: Found | None, events: NDArray[np.uint8]) -> None:
    """Add INPUT_DENORMAL to the flags of each element. RQ-6.10."""
    if found is not None and found.flushed is not None:
        events |= np.where(found.flushed, _RAISED, np.uint8(0))
    if found is not None and found.used is not None:
        events |= np.where(found.used & (events & _SILENT == 0), _RAISED, np.uint8(0))


def _any_subnormal(codes: list[Lane], grids: list[Grid], of: list[bool]) -> Mask | None:
    found = None
    for c, grid, wanted in zip(codes, grids, of, strict=True):
        if not wanted or not grid.has_subnormals:
            continue
        magnitude = sign_and_magnitude(c.astype(np.uint64), grid)[1]
        subnormal = (magnitude != 0) & (magnitude < np.uint64(1 << (grid.precision - 1)))
        found = subnormal if found is None else found | subnormal
    return found


def _any_nan(codes: list[Lane], grids: list[Grid]) -> Mask:
    found = np.zeros(codes[0].shape, np.bool_)
    for c, grid in zip(codes, grids, strict=True):
        nan = from_codes(c.astype(np.uint64), grid, np.uint64, False).nan
        found = found if nan is None else found | nan
    return found
