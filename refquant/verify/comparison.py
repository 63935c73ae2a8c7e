"""Comparing bytes: which outputs are wrong, of what class, and the smallest witness."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Format, IntFormat, get_format
from refquant.golden.nan_mask import NanBy
from refquant.golden.sources import code_dtype_of, is_float, magnitude_of, parts_of
from refquant.golden.text import hex_code, hex_value
from refquant.policies import Dialect, Flags, OverflowMode
from refquant.verify.cases import case_codes, case_values, cases_of, columns_of, ordered
from refquant.verify.spread import Spread, spread_of
from refquant.verify.target import Claim, Codes, Target

Mask = NDArray[np.bool_]
#: Classes of mismatches, in the order in which they are tried; each mismatch counts once. ``MEANINGS`` says what each is.
CLASSES = ("nan", "inf", "signed zero", "double rounding", "overflow", "tie", "subnormal", "other")
THROUGH_FLOAT32 = {"format": "float32", "nan": "keep_payload"}
MEANINGS = {
    "nan": "an input is a NaN",
    "inf": "an input is an infinity",
    "signed zero": "a zero is right, and the other zero was given",
    "double rounding": "what was given is what passing through float32 gives",
    "overflow": "the exact result, rounded, is out of the range of the target",
    "tie": "the exact result lies half-way between two numbers of the target",
    "subnormal": "an input or the right result is subnormal, or the result underflows",
    "other": "none of these",
}


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
    witnesses: dict[str, Witness] = {}  #: the smallest of each class
    spread: Spread | None = None  #: where the mismatches are, and how far off


def reference_codes(claim: Claim, codes: Codes, dialect: Dialect | None = None) -> Codes:
    """Return what is right: the exact results, rounded once by the reference under the claim's policies."""
    result: Codes = claim.right(codes, dialect)
    return result


def defined(claim: Claim, codes: Codes) -> Codes:
    """Return the inputs for which the claim says anything: none that its policies refuse."""
    return codes[~claim.refused(codes)] if claim.may_refuse else codes


def compare(claim: Claim, codes: Codes, got: Codes, expected: Codes | None = None) -> Comparison:
    """Return how the outputs of an implementation differ from the reference.

    Parameters
    ----------
    claim : Claim
        What the implementation says it does.
    codes : array of unsigned integers
        Inputs, as codes of ``claim.source``; of an operation of several operands as records, see `refquant.verify.cases`.
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
    bad = codes[where], got[where], right[where]
    labels = classify(claim, *bad)
    masks = {c: mask for i, c in enumerate(CLASSES) if (mask := labels == i).any()}
    by_class = {c: int(np.count_nonzero(mask)) for c, mask in masks.items()}
    witnesses = {c: smallest(claim, *(column[mask] for column in bad)) for c, mask in masks.items()}
    return Comparison(codes.size, where.size, by_class, smallest(claim, *bad), wrong, witnesses, spread_of(claim, *bad, masks))


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
    operands = list(zip(columns_of(codes), claim.sources_of_a_case))
    kind = np.max([parts_of(column, source)[3] for column, source in operands], axis=0)
    zero = [magnitude_is_zero(c, claim.target) for c in (got, right)]
    flags = _under(claim, codes, return_flags=True, flags="ieee").flags
    tie = _under(claim, codes, rounding="ties_to_zero") != _under(claim, codes, rounding="ties_to_away")
    out_of_range = Flags.OVERFLOW | Flags.INVALID if isinstance(get_format(claim.target), IntFormat) else Flags.OVERFLOW
    tests = [kind >= 2, kind == 1, zero[0] & zero[1], _double_rounding(claim, codes, got), flags & out_of_range != 0, tie]
    small = np.any([is_subnormal(column, source) for column, source in (*operands, (right, claim.target))], axis=0)  # an exact one raises no flag
    tests += [(flags & Flags.UNDERFLOW != 0) | small, np.ones(codes.size, np.bool_)]
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
    return claim.right(codes, claim.correct.replace(**knobs), return_flags=return_flags)


def _double_rounding(claim: Claim, codes: Codes, got: Codes) -> Mask:
    """Return where passing through float32 gives what the implementation gave."""
    found = np.zeros(codes.size, np.bool_)
    if not claim.may_pass_float32:
        return found
    through = claim.correct.replace(via=THROUGH_FLOAT32)
    asked = ~claim.refused(codes, through)  # a tiny number becomes a zero on the way, which policies may refuse
    found[asked] = reference_codes(claim, codes[asked], through) == got[asked]
    return found


def smallest(claim: Claim, codes: Codes, got: Codes, right: Codes) -> Witness:
    """Return the mismatch of the smallest magnitude, the positive one of two."""
    i = int(ordered(claim, codes)[0])
    texts = [text for code in (got[i], right[i]) for text in (hex_code(code, claim.target), hex_value(int(code), claim.target))]
    return Witness(case_codes(claim, codes[i]), case_values(claim, codes[i]), *texts)


def as_given(target: Target, claim: Claim, witness: Witness) -> Witness:
    """Return a witness with the value itself where the implementation gave one that the format does not have."""
    value_given = getattr(target, "value_given", None)
    if value_given is None or not int(witness.got, 16) >> get_format(claim.target).width:
        return witness
    case = cases_of(tuple(np.array([int(code, 16)], code_dtype_of(source)) for code, source in zip(witness.input.split(", "), claim.sources_of_a_case)))
    return witness._replace(got=value_given(claim, case) or witness.got)
