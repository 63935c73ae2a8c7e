"""Comparing bytes: which outputs are wrong, of what class, and the smallest witness."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Format, get_format
from refquant.golden.nan_mask import NanBy
from refquant.golden.sources import convert_codes, is_float, magnitude_of, parts_of, refused
from refquant.golden.text import hex_code, hex_value
from refquant.policies import Dialect, Flags, OverflowMode
from refquant.verify.target import Claim, Codes, Target

Mask = NDArray[np.bool_]
#: Classes of mismatches, in the order in which they are tried; each mismatch counts once.
CLASSES = ("nan", "inf", "signed zero", "double rounding", "overflow", "tie", "subnormal", "other")


class Witness(NamedTuple):
    """One input on which an implementation is wrong: codes in hex, values as hex floats."""

    input: str
    input_value: str
    got: str
    got_value: str
    expected: str
    expected_value: str


class Comparison(NamedTuple):
    """What a comparison found."""

    cases: int
    mismatches: int
    by_class: dict[str, int]
    witness: Witness | None
    wrong: Mask  #: per case


def reference_codes(claim: Claim, codes: Codes, dialect: Dialect | None = None) -> Codes:
    """Return what is right: the source codes converted by the reference under the claim's policies."""
    result: Codes = convert_codes(codes, claim.source, claim.target, dialect or claim.correct)
    return result


def defined(claim: Claim, codes: Codes) -> Codes:
    """Return the inputs for which the claim says anything: none that its policies refuse."""
    return codes[~refused(codes, claim.source, claim.target, claim.correct)]


def compare(claim: Claim, codes: Codes, got: Codes, expected: Codes | None = None) -> Comparison:
    """Return how the outputs of an implementation differ from the reference.

    Parameters
    ----------
    claim : Claim
        What the implementation says it does.
    codes : array of unsigned integers
        Inputs, as codes of ``claim.source``.
    got : array of unsigned integers
        Outputs, as codes of ``claim.target``.
    expected : array of unsigned integers, optional
        The reference's, if known already.

    Returns
    -------
    Comparison

    Examples
    --------
    >>> import numpy as np
    >>> from refquant.verify import Claim, compare
    >>> claim = Claim("encode", "float32", "float8_e4m3fn")
    >>> x = np.float32([1.0, 1.06, 2.0])
    >>> found = compare(claim, x.view(np.uint32), np.uint8([0x38, 0x39, 0x40]))
    >>> found.mismatches, found.witness.expected
    (1, '0x38')
    """
    right = reference_codes(claim, codes) if expected is None else expected
    wrong = differs(claim, got, right)
    where = np.flatnonzero(wrong)
    if not where.size:
        return Comparison(codes.size, 0, {}, None, wrong)
    bad_codes, bad_got, bad_right = codes[where], got[where], right[where]
    labels = classify(claim, bad_codes, bad_got, bad_right)
    by_class = {c: int(n) for c in CLASSES if (n := np.count_nonzero(labels == CLASSES.index(c)))}
    return Comparison(codes.size, where.size, by_class, smallest(claim, bad_codes, bad_got, bad_right), wrong)


def differs(claim: Claim, got: Codes, right: Codes) -> Mask:
    """Return where outputs are wrong; NaNs by byte or by class, as the claim says."""
    wrong: Mask = got != right
    if claim.nan_by is NanBy.BYTE or not wrong.any():
        return wrong
    where = np.flatnonzero(wrong)
    wrong[where] = ~(is_nan(got[where], claim.target) & is_nan(right[where], claim.target))
    return wrong


def is_nan(codes: Codes, name: str | Format) -> Mask:
    """Return where codes are NaN; what is no code is none."""
    fmt = get_format(name)
    valid = codes <= (1 << fmt.width) - 1
    nan: Mask = parts_of(np.where(valid, codes, 0).astype(fmt.code_dtype), name)[3] >= 2  # code 0 is never a NaN
    return nan


def classify(claim: Claim, codes: Codes, got: Codes, right: Codes) -> NDArray[np.int64]:
    """Return the index in CLASSES of each mismatch."""
    kind = parts_of(codes, claim.source)[3]
    zero = [magnitude_is_zero(c, claim.target) for c in (got, right)]
    flags = _under(claim, codes, return_flags=True, flags="ieee").flags
    tie = _under(claim, codes, rounding="ties_to_zero") != _under(claim, codes, rounding="ties_to_away")
    tests = [kind >= 2, kind == 1, zero[0] & zero[1], _double_rounding(claim, codes, got), flags & Flags.OVERFLOW != 0, tie]
    tests += [(flags & Flags.UNDERFLOW != 0) | is_subnormal(codes, claim.source), np.ones(codes.size, np.bool_)]
    first: NDArray[np.int64] = np.argmax(np.stack(tests), axis=0)
    return first


def is_subnormal(codes: Codes, name: str | Format) -> Mask:
    """Return where codes of a source are subnormal numbers."""
    if not is_float(name):
        return np.zeros(codes.size, np.bool_)
    magnitude = magnitude_of(codes, name)
    return (magnitude > 0) & (magnitude < 1 << (get_format(name).precision - 1))


def magnitude_is_zero(codes: Codes, name: str | Format) -> Mask:
    """Return where codes are +0 or -0."""
    fmt = get_format(name)
    zeros = [0] if not fmt.grid.first_index else []
    return np.isin(codes, zeros + ([fmt.grid.negative_base] if fmt.has_negative_zero else []))


def _under(claim: Claim, codes: Codes, *, return_flags: bool = False, **knobs: Any) -> Any:
    if claim.policies.overflow is OverflowMode.ERROR:  # under another rounding more may be out of range
        knobs["overflow"] = OverflowMode.SATURATE
    return convert_codes(codes, claim.source, claim.target, claim.correct.replace(**knobs), return_flags=return_flags)


def _double_rounding(claim: Claim, codes: Codes, got: Codes) -> Mask:
    """Return where passing through float32 gives what the implementation gave."""
    found = np.zeros(codes.size, np.bool_)
    if claim.source in ("float16", "bfloat16", "float32"):
        return found
    through = claim.correct.replace(via={"format": "float32", "nan": "keep_payload"})
    asked = ~refused(codes, claim.source, claim.target, through)  # a tiny number becomes a zero on the way, which policies may refuse
    found[asked] = reference_codes(claim, codes[asked], through) == got[asked]
    return found


def smallest(claim: Claim, codes: Codes, got: Codes, right: Codes) -> Witness:
    """Return the mismatch of the smallest magnitude, the positive one of two."""
    magnitude = magnitude_of(codes, claim.source)
    i = int(np.lexsort((codes, magnitude))[0])
    numbers = ((codes[i], claim.source), (got[i], claim.target), (right[i], claim.target))
    texts = [text for code, name in numbers for text in (hex_code(code, name), hex_value(int(code), name))]
    return Witness(*texts)


def as_given(target: Target, claim: Claim, witness: Witness) -> Witness:
    """Return a witness with the value itself where the implementation gave one that the format does not have."""
    value_given = getattr(target, "value_given", None)
    if value_given is None or not int(witness.got, 16) >> get_format(claim.target).width:
        return witness
    return witness._replace(got=value_given(claim, int(witness.input, 16)) or witness.got)
