"""The flag of subnormal operands: it looks at the operands and at the other flags alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Format, Grid
from refquant.policies import Flags, FlagsMode, InputDenormalMode, Policies, SubnormalMode
from refquant.reference.bits import Lane
from refquant.reference.operands import from_codes, sign_and_magnitude

Mask = NDArray[np.bool_]
_SILENT, _RAISED = np.uint8(Flags.INVALID | Flags.DIV_BY_ZERO), np.uint8(Flags.INPUT_DENORMAL)


def watched(policies: Policies, *, used: bool = True) -> str:
    """Return which subnormal operands raise the flag under policies: "flushed", "used" (where the operation raises it for these) or none. RQ-6.10."""
    flushes = policies.subnormals in (SubnormalMode.FLUSH_INPUTS, SubnormalMode.FLUSH_BOTH)
    named = InputDenormalMode.FLUSHED if flushes else InputDenormalMode.USED
    right = policies.input_denormal is named and policies.flags is not FlagsMode.NONE and (used or flushes)
    return named.value if right else ""


def kept(codes: list[Lane], out: NDArray[Any], watch: str) -> list[Lane]:
    """Return operands as they are before results are written, which may lie in the same place."""
    return [c.copy() if watch and np.may_share_memory(c, out) else c for c in codes]


def raise_input_denormal(codes: list[Lane], formats: tuple[Format, ...], watch: tuple[str, ...], events: NDArray[np.uint8]) -> None:
    """Add INPUT_DENORMAL to the flags of each element; `watch` has one choice of `watched` for each operand. RQ-6.10."""
    if not any(watch):
        return
    grids = [f.grid for f in formats]
    flushed, used = (_any_subnormal(codes, grids, [w == kind for w in watch]) for kind in ("flushed", "used"))
    if flushed is not None:
        events |= np.where(flushed, _RAISED, np.uint8(0))
    if used is not None:
        events |= np.where(used & (events & _SILENT == 0) & ~_any_nan(codes, grids), _RAISED, np.uint8(0))


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
