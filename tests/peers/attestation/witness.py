"""A known difference: its witness must still give what is written down, and the strict expected failure must still fail."""

from __future__ import annotations

import numpy as np
import pytest

from attestation import compare, inputs
from attestation.claims import Difference, load
from attestation.skipping import peer
from refquant.golden.sources import code_dtype_of


class Differs(Exception):
    """The peer and refquant differ, as stated."""


def both(d: Difference) -> tuple[int, int]:
    """(what refquant gives, what the peer gives) on the witness."""
    module = peer(d.peer)
    codes = np.array([int(d.input, 16)], code_dtype_of(d.source))
    x, choice = inputs.as_values(codes, d.source), compare.Choice(d.source, d.rounding, None, d.dialect)
    with np.errstate(all="ignore"):
        return int(compare.encode(x, d.target, choice)[0]), int(module.encode(x, d.target, choice)[0])


def check(d: Difference, request: pytest.FixtureRequest | None) -> None:
    """Fail where the witness no longer gives what is stated; else raise `Differs` under a strict expected failure."""
    if request is not None:
        stated = load()[0][d.peer]
        request.node.add_marker(pytest.mark.xfail(strict=True, raises=Differs, reason=f"{d.peer} {stated.version}: {d.reason}"))
    ours, theirs = both(d)
    assert (hex(ours), hex(theirs)) == (hex(int(d.refquant_gives, 16)), hex(int(d.peer_gives, 16))), f"{d.name}: another result than is stated"
    if d.inputs:
        x = inputs.as_values(np.array([int(d.input, 16)], code_dtype_of(d.source)), d.source)
        assert inputs.LEFT_OUT[d.inputs](x).all(), f"{d.name}: the witness is not among the inputs that are left out"
    if ours != theirs:
        raise Differs(f"{d.name}: {d.input}: refquant {ours:#x}, peer {theirs:#x}")
