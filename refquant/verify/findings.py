"""What is found beside codes: answers that are no bits, and wrong exception flags."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.errors import ResultShapeError
from refquant.formats import Format
from refquant.golden.text import hex_code, hex_value
from refquant.policies import Flags
from refquant.verify.cases import case_codes, case_values, ordered
from refquant.verify.comparison import Mask, Witness, differs, reference_codes
from refquant.verify.pipe import Misbehaviour, Replies, Unknown
from refquant.verify.target import Claim, Codes, Target


class Finding(NamedTuple):
    """How many answers have a fault, and one of them."""

    cases: int
    witness: Witness


class WrongFlags(NamedTuple):
    """Wrong flags: of all answers, and of those whose code is right; which flags; and the policies under which all are right."""

    finding: Finding
    alone: int
    text: str
    diagnosis: str | None = None


def gives_replies(target: Target) -> bool:
    """Return whether a target tells itself where it misbehaves, as a program does."""
    return getattr(target, "replies", None) is not None


def replies_of(target: Target, claim: Claim, codes: Codes) -> Replies:
    """Return what a target answers; one that is no program answers each case with a code, and with flags where the claim has them."""
    if gives_replies(target):
        found: Replies = target.replies(claim, codes)  # type: ignore[attr-defined]
    else:
        found = Replies(*target.run_with_flags(claim, codes)) if tells_flags(claim) else Replies(target.run(claim, codes))  # type: ignore[attr-defined]
    if found.failure is None and found.codes.size != codes.size:
        raise ResultShapeError(f"{target.name}: expected {codes.size} results, got {found.codes.size}")
    return found


def tells_flags(claim: Claim) -> bool:
    """Return whether flags are answered with each result."""
    return bool(getattr(claim, "flags", False))


def known_of(replies: Replies) -> Mask:
    """Return which of the answers are bits."""
    known = np.ones(replies.codes.size, np.bool_)
    if replies.unknown is not None:
        known[replies.unknown.vectors] = False
    return known


def unknown_digits(claim: Claim, codes: Codes, replies: Replies) -> Finding | None:
    """Return the answers that are no bits, with the first of them."""
    if replies.unknown is None:
        return None
    return Finding(replies.unknown.vectors.size, unknown_witness(claim, codes, replies.unknown, int(replies.unknown.vectors[0])))


def unknown_witness(claim: Claim, codes: Codes, unknown: Unknown, vector: int) -> Witness:
    """Return one of the answers that are no bits."""
    right = reference_codes(claim, codes[vector : vector + 1])[0]
    return Witness(*_case(claim, codes[vector]), unknown.answer_to(vector), "unknown", *_shown(right, claim.target))


def misbehaviour_text(claim: Claim, failure: Misbehaviour, case: Any, who: str = "the program") -> str:
    """Return the verdict on a program or function that misbehaved, on this input where it was one."""
    value = "" if failure.vector is None else case_values(claim, case)
    return f"could not be judged to the end: {who} {failure.sentence(value)}"


def _shown(code: Any, name: str | Format) -> tuple[str, str]:
    return hex_code(code, name), hex_value(int(code), name)


def _case(claim: Claim, case: Any) -> tuple[str, str]:
    return case_codes(claim, case), case_values(claim, case)


def wrong_flags(claim: Claim, codes: Codes, got: Codes, flags: NDArray[np.uint8]) -> WrongFlags | None:
    """Return the answers with other flags than the reference raises, with the one of smallest magnitude."""
    expected = claim.right(codes, return_flags=True)
    where = np.flatnonzero(flags != expected.flags)
    if not where.size:
        return None
    i = where[ordered(claim, codes[where])[0]]
    witness = Witness(*_case(claim, codes[i]), *flags_text(flags[i]), *flags_text(expected.flags[i]))
    alone = int(np.count_nonzero(~differs(claim, got[where], expected.codes[where])))
    return WrongFlags(Finding(where.size, witness), alone, flags_described(flags[where], expected.flags[where]))


def flags_text(flags: Any) -> tuple[str, str]:
    """Return flags in hex and by name."""
    return f"0x{int(flags):02x}", _names(int(flags)) or "none"


def _names(flags: int) -> str:
    return ", ".join(str(f.name).lower().replace("_", " ") for f in Flags if f.value and flags & f.value)


def flags_described(got: NDArray[Any], right: NDArray[Any]) -> str:
    """Return which flags are missing, and which are raised wrongly, how often."""
    parts = []
    for flag in (f for f in Flags if f.value):
        for word, mask in (("missing", right & ~got), ("raised wrongly", got & ~right)):
            if count := int(np.count_nonzero(mask & int(flag))):
                parts.append(f"{_names(int(flag))} {word} {count:,}")
    return ", ".join(parts)
