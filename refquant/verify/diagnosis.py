"""Naming what an implementation does instead: changes of the policies under which the reference reproduces all of its outputs."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations, product
from typing import Any

import numpy as np

from refquant.errors import RefquantError, UnknownNameError
from refquant.formats import get_format
from refquant.golden.sources import convert_codes, parts_of
from refquant.policies import NegativeMode, OverflowMode, Policies, get_dialect
from refquant.verify.comparison import Mask, differs, is_nan, reference_codes
from refquant.verify.scopes import SCOPES
from refquant.verify.target import Claim, Codes

_SAMPLE = 1024
_INTERMEDIATE = ("float32", "float16", "bfloat16", "float64")
_STEP = get_dialect("default").replace(name="step", nan="keep_payload")
_ROUNDINGS = (
    "toward_zero", "away_from_zero", "ties_to_away", "ties_to_even", "ties_to_zero", "ties_to_odd", "toward_positive", "toward_negative", "to_odd",
    "ties_to_positive", "ties_to_negative",
)  # fmt: skip
_CHOICES = {
    "rounding": _ROUNDINGS,
    "overflow": ("saturate", "no_saturate", "saturate_propagate", "saturate_above", "to_nan", "wrap"),
    "subnormals": ("keep", "flush_results", "flush_inputs", "flush_both"),
    "nan": ("canonical", "keep_sign", "all_ones", "keep_payload", "quiet_payload", "to_zero", "to_max", "to_min", "zero_sign_inverted", "all_ones_keep_sign"),
    "signed_zero": ("positive", "keep"),
    "negative": ("absolute", "zero", "nan"),
    "zero_input": ("nan", "min"),
    "below_min": ("nan", "min"),
    "inf_to_int": ("bound", "zero", "min", "max"),
    "parity": ("code", "significand"),
}
_SCOPED = (
    ("of subnormal inputs", "rounding", _ROUNDINGS),
    ("below the second smallest magnitude", "rounding", _ROUNDINGS),
    ("above the largest magnitude", "rounding", ("away_from_zero",)),
    ("of what rounds up to the first magnitude past the largest", "overflow", _CHOICES["overflow"]),
    ("of what rounds down to the first magnitude past the largest", "overflow", _CHOICES["overflow"]),
)


@dataclass(frozen=True)
class Explanation:
    """What an implementation may do instead of what it claims.

    Parameters
    ----------
    name : str
        As a report says it.
    via : str or None
        The format that values pass through first, with their NaNs as `via_nan` says.
    knobs : tuple of (str, choice)
        Changed knobs.
    scope : str
        Where `knobs` hold: one of `refquant.verify.scopes.SCOPES`; everywhere if empty.
    nan_sign : bool
        Whether the sign of every NaN is set.
    everywhere : tuple of (str, choice)
        Changed knobs that hold for all inputs in any case.
    """

    name: str
    via: str | None = None
    knobs: tuple[tuple[str, Any], ...] = ()
    scope: str = ""
    nan_sign: bool = False
    everywhere: tuple[tuple[str, Any], ...] = ()
    via_nan: str = "keep_payload"

    def and_then(self, other: Explanation) -> Explanation:
        """Return both changes; `other` says nothing of `via`, and this one has no scope."""
        name, sign = f"{self.name} and {other.name}", self.nan_sign or other.nan_sign
        if other.scope:
            return dataclasses.replace(other, name=name, via=self.via, nan_sign=sign, everywhere=self.knobs, via_nan=self.via_nan)
        return Explanation(name, self.via, self.knobs + other.knobs, nan_sign=sign, via_nan=self.via_nan)

    def predict(self, claim: Claim, codes: Codes) -> Codes:
        """Return the outputs under this explanation; what the claim refuses as out of range is clamped, where another rounding leads there."""
        if self.via is not None:
            codes = convert_codes(codes, claim.source, self.via, _STEP.replace(nan=self.via_nan))
            claim = dataclasses.replace(claim, source=self.via)
        elsewhere = claim.correct.replace(**{**_clamped(claim.policies), **dict(self.everywhere)})
        result = reference_codes(claim, codes, elsewhere.replace(**dict(self.knobs)))
        if self.scope:
            result = np.where(SCOPES[self.scope](claim, codes), result, reference_codes(claim, codes, elsewhere))
        if self.nan_sign:
            sign = result.dtype.type(get_format(claim.target).grid.negative_base)
            result = np.where(is_nan(result, claim.target), result | sign, result)
        return result


def _clamped(policies: Policies) -> dict[str, str]:
    overflow, negative = policies.overflow is OverflowMode.ERROR, policies.negative is NegativeMode.ERROR
    return {**({"overflow": "saturate"} if overflow else {}), **({"negative": "zero"} if negative else {})}


@cache
def single_explanations() -> tuple[Explanation, ...]:
    """Return the single changes that are tried, in order: through a format first."""
    through = [Explanation(f"through {name}", via=name) for name in _INTERMEDIATE]
    through.append(Explanation("through float32 with positive NaNs", via="float32", via_nan="canonical"))
    knobs = [Explanation(f"{knob}={choice}", knobs=((knob, choice),)) for knob, choices in _CHOICES.items() for choice in choices]
    flushed = [Explanation(f"subnormals={choice} and ftz=arm", knobs=(("subnormals", choice), ("ftz", "arm"))) for choice in ("flush_results", "flush_both")]
    scoped = [Explanation(f"{knob}={choice} {scope}", knobs=((knob, choice),), scope=scope) for scope, knob, choices in _SCOPED for choice in choices]
    wrapped = [Explanation(f"rounding={mode} and overflow=wrap", knobs=(("rounding", mode), ("overflow", "wrap"))) for mode in _ROUNDINGS]
    return (*through, *knobs, *flushed, *wrapped, Explanation("NaN sign set", nan_sign=True), *scoped)


def explanation_named(name: str) -> Explanation:
    """Return the explanation that `diagnose` calls so.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    singles = {e.name: e for e in single_explanations()}
    if name in singles:
        return singles[name]
    for first, second in ((name[: m.start()], name[m.end() :]) for m in re.finditer(" and ", name)):
        if first in singles and second in singles:
            return singles[first].and_then(singles[second])
    raise UnknownNameError(f"diagnosis: no change of policies is named {name!r}")


def diagnose(claim: Claim, codes: Codes, got: Codes) -> str | None:
    """Return the name of an explanation that reproduces every output, or None.

    Parameters
    ----------
    claim : Claim
        What the implementation says it does.
    codes, got : arrays of unsigned integers
        Inputs and outputs, as codes.

    Returns
    -------
    str or None
        ``"through float32"``, ``"rounding=toward_zero"``, or two changes joined by ``" and "``: the first that fits. Where none fits
        all, the first that fits the inputs that are no NaN, followed by ``", and NaNs otherwise"``.

    Examples
    --------
    >>> import numpy as np
    >>> from refquant.verify import Claim, diagnose
    >>> x = np.array([1.0625 + 2**-30, 1.0625, 1.1])                        # just above a tie, a tie, neither
    >>> diagnose(Claim("encode", "float64", "float8_e4m3fn"), x.view(np.uint64), np.uint8([0x38, 0x38, 0x39]))
    'through float32'
    """
    name = _explained(claim, codes, got)
    if name is None:
        number = parts_of(codes, claim.source)[3] < 2
        rest = None if number.all() else _explained(claim, codes[number], got[number])
        name = None if rest is None else f"{rest}, and NaNs otherwise"
    return name


def _explained(claim: Claim, codes: Codes, got: Codes) -> str | None:
    wrong = np.flatnonzero(differs(claim, got, reference_codes(claim, codes)))
    if not wrong.size:
        return None
    sample = wrong[:: max(wrong.size // _SAMPLE, 1)]
    return next((e.name for e in _fitting(claim, codes[sample], got[sample]) if _fixes(e, claim, codes, got).all()), None)


def _fitting(claim: Claim, codes: Codes, got: Codes) -> Iterator[Explanation]:
    """Yield what fits a sample of the mismatches: single changes, then one more on top of passing through a format, then two knobs, one perhaps scoped."""
    fixed = {e: _fixes(e, claim, codes, got) for e in single_explanations()}
    yield from (e for e, mask in fixed.items() if mask.all())
    through, others = ([e for e in fixed if (e.via is not None) is first] for first in (True, False))
    pairs = [a.and_then(b) for a, b in product(through, others)]
    some = [(e, mask) for e, mask in fixed.items() if len(e.knobs) == 1 and mask.any()]
    knobs = [(e, mask) for e, mask in some if not e.scope]
    scoped = [(e, mask) for e, mask in some if e.scope]
    two = (*combinations(knobs, 2), *product(knobs, scoped))
    pairs += [a.and_then(b) for (a, one), (b, other) in two if a.knobs[0][0] != b.knobs[0][0] and (one | other).all()]
    yield from (e for e in pairs if _fixes(e, claim, codes, got).all())


def _fixes(explanation: Explanation, claim: Claim, codes: Codes, got: Codes) -> Mask:
    """Return for which inputs an explanation gives what the implementation gave."""
    if explanation.via in (claim.source, claim.target):
        return np.zeros(codes.size, np.bool_)
    try:
        return ~differs(claim, got, explanation.predict(claim, codes))
    except RefquantError:  # the format has no such policy
        return np.zeros(codes.size, np.bool_)
