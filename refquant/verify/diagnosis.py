"""Naming what an implementation does instead: changes of the policies under which the reference reproduces all of its outputs."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, reduce
from itertools import chain, combinations, product
from typing import Any

import numpy as np

from refquant.errors import PolicyError, RefquantError, UnknownNameError
from refquant.formats import FloatFormat, Format, get_format
from refquant.golden.sources import convert_codes, parts_of
from refquant.operations import OPERATIONS
from refquant.policies import KNOBS, NegativeMode, OverflowMode, Policies, get_dialect, operation_knobs
from refquant.verify.cases import columns_of
from refquant.verify.comparison import Mask, differs, is_nan, is_subnormal, reference_codes
from refquant.verify.instead import VAGUE, all_instead, instead_of
from refquant.verify.operation_claim import OperationClaim
from refquant.verify.scopes import SCOPES, rounds_below_all
from refquant.verify.target import Claim, Codes

UNEXPLAINED = "no change of one or two policies explains it"
#: Where none was tried.
NOT_LOOKED_FOR = "what explains it was not looked for"
_SAMPLE = 1024
_FEW = 32
#: The knobs of the NaNs of operations.
OF_NANS = ("nan", "nan_operand", "made_nan", "fma_nan_order", "zero_times_inf")
_INTERMEDIATE = ("float32", "float16", "bfloat16", "float64")
#: What is left of a float64 in its upper 32 bits.
UPPER_BITS = FloatFormat(precision=21, exponent_width=11)
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
    "ftz": ("x86", "arm"),
    "to_odd_overflow": ("bound", "infinity", "bound_above"),
}
_SCOPED = (
    ("of subnormal inputs", "rounding", _ROUNDINGS),
    ("below the second smallest magnitude", "rounding", _ROUNDINGS),
    ("of the largest input that rounds to zero", "rounding", ("away_from_zero",)),
    ("above the largest magnitude", "rounding", ("away_from_zero",)),
    ("of infinite inputs", "overflow", ("no_saturate", "saturate", "to_nan")),
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
    via : str or Format or None
        The format that values pass through first, rounded as `via_rounding` and with their NaNs as `via_nan` says.
    knobs : tuple of (str, choice)
        Changed knobs.
    within : tuple of (str, tuple of (str, choice))
        Knobs that are changed for some inputs alone: one of `refquant.verify.scopes.SCOPES`, and the knobs.
    nan_sign : bool
        Whether the sign of every NaN is set.
    no_code : bool
        Whether what rounds below the smallest magnitude of a format without zero becomes no code of it.
    second : bool
        Whether every subnormal input becomes the second smallest magnitude.
    instead : str
        What is computed instead of an operation: one of `refquant.verify.instead.instead_of`.
    """

    name: str
    via: str | Format | None = None
    knobs: tuple[tuple[str, Any], ...] = ()
    within: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...] = ()
    nan_sign: bool = False
    via_nan: str = "keep_payload"
    via_rounding: str = "ties_to_even"
    no_code: bool = False
    second: bool = False
    instead: str = ""

    @property
    def changed(self) -> frozenset[str]:
        """Return the names of what is changed, with the scope of each."""
        scoped = (f"{knob} {scope}" for scope, knobs in self.within for knob, _ in knobs)
        return frozenset([*(["instead"] if self.instead else []), *(knob for knob, _ in self.knobs), *scoped])

    def and_then(self, other: Explanation) -> Explanation:
        """Return both changes; `other` says nothing of `via`."""
        return dataclasses.replace(
            self, name=f"{self.name} and {other.name}", knobs=self.knobs + other.knobs, within=self.within + other.within,
            nan_sign=self.nan_sign or other.nan_sign, no_code=self.no_code or other.no_code, second=self.second or other.second,
            instead=self.instead or other.instead,
        )  # fmt: skip

    def predict(self, claim: Claim, codes: Codes, got: Codes | None = None) -> Codes:
        """Return the outputs under this explanation; what the claim refuses as out of range is clamped, where another rounding leads there."""
        if isinstance(claim, OperationClaim):
            return self._of_operation(claim, codes, claim.right(codes) if got is None else got)
        if self.via is not None:
            codes = convert_codes(codes, claim.source, self.via, _STEP.replace(nan=self.via_nan, rounding=self.via_rounding))
            claim = dataclasses.replace(claim, source=self.via)
        everywhere = claim.correct.replace(**{**_clamped(claim.policies), **dict(self.knobs)})
        result = reference_codes(claim, codes, everywhere)
        for scope, knobs in self.within:
            result = np.where(SCOPES[scope](claim, codes), reference_codes(claim, codes, everywhere.replace(**dict(knobs))), result)
        return self._beyond_policies(dataclasses.replace(claim, knobs=(*claim.knobs, *self.knobs)), codes, result)

    def _of_operation(self, claim: OperationClaim, cases: Codes, got: Codes) -> Codes:
        """Return the results of an operation: the format that is passed through is that of the exact result."""
        idle = [knob for knob in ({"via"} if self.via is not None else set()) | dict(self.knobs).keys() if knob not in claim.record.affected_by]
        if idle or self.within or self.no_code or self.second:
            raise PolicyError(f"diagnosis: {self.name!r} says nothing of {claim.operation}")
        via = None if self.via is None else {"format": self.via, "nan": self.via_nan, "rounding": self.via_rounding}
        dialect = claim.correct.replace(**{**_clamped(claim.policies), **dict(self.knobs), "via": via})
        result = instead_of(claim.operation)[self.instead](claim, dialect, cases, got) if self.instead else reference_codes(claim, cases, dialect)
        return self._beyond_policies(claim, cases, result)

    def _beyond_policies(self, claim: Claim, codes: Codes, result: Codes) -> Codes:
        fmt = get_format(claim.target)
        if self.second:
            result = np.where(is_subnormal(codes, claim.source), result.dtype.type(1), result)
        if self.nan_sign:
            result = np.where(is_nan(result, claim.target), result | result.dtype.type(fmt.grid.negative_base), result)
        if self.no_code:
            result = np.where(rounds_below_all(claim, codes), 1 << fmt.width, result.astype(np.uint64))
        return result


def _clamped(policies: Policies) -> dict[str, str]:
    overflow, negative = policies.overflow is OverflowMode.ERROR, policies.negative is NegativeMode.ERROR
    return {**({"overflow": "saturate"} if overflow else {}), **({"negative": "zero"} if negative else {})}


@cache
def single_explanations() -> tuple[Explanation, ...]:
    """Return the single changes that are tried, in order: through a format first."""
    through = [Explanation(f"through {name}", via=name) for name in _INTERMEDIATE]
    through.append(Explanation("through float32 with positive NaNs", via="float32", via_nan="canonical"))
    through.append(Explanation("through the upper 32 bits of float64", via=UPPER_BITS, via_rounding="toward_zero"))
    knobs = [Explanation(f"{knob}={choice}", knobs=((knob, choice),)) for knob, choices in _CHOICES.items() for choice in choices]
    flushed = [Explanation(f"subnormals={choice} and ftz=arm", knobs=(("subnormals", choice), ("ftz", "arm"))) for choice in ("flush_results", "flush_both")]
    wrapped = [Explanation(f"rounding={mode} and overflow=wrap", knobs=(("rounding", mode), ("overflow", "wrap"))) for mode in _ROUNDINGS]
    scoped = [Explanation(f"{knob}={choice} {scope}", within=((scope, ((knob, choice),)),)) for scope, knob, choices in _SCOPED for choice in choices]
    scoped.append(Explanation("no code below the smallest magnitude", no_code=True))
    scoped.append(Explanation("second smallest magnitude of subnormal inputs", second=True))
    return (*through, *knobs, *flushed, *wrapped, Explanation("NaN sign set", nan_sign=True), *scoped)


@cache
def explanations_of(operation: str) -> tuple[Explanation, ...]:
    """Return the single changes of an operation that are tried, in order."""
    affected = OPERATIONS[operation].affected_by
    plain = [e for e in single_explanations() if not (e.within or e.no_code or e.second or e.via is UPPER_BITS)]
    found = [e for e in plain if ("via" in affected if e.via is not None else all(knob in affected for knob, _ in e.knobs))]
    own = [e for e in _of_operations() if (e.knobs and e.knobs[0][0] in affected) or e.instead in instead_of(operation)]
    of_nans = [e for e in found if e.nan_sign or e.via_nan != "keep_payload"]  # other NaNs alone are a knob rather than these
    return (*(e for e in found if e not in of_nans), *(e for e in own if e.knobs), *of_nans, *(e for e in own if not e.knobs))


@cache
def _of_operations() -> tuple[Explanation, ...]:
    """Return the changes that only operations have."""
    own = [knob for knob, kind in KNOBS.items() if kind.__module__ == operation_knobs.__name__]
    knobs = [Explanation(f"{knob}={choice}", knobs=((knob, str(choice)),)) for knob in own for choice in KNOBS[knob]]
    return (*knobs, *(Explanation(name, instead=name) for name in all_instead()))


def explanation_named(name: str) -> Explanation:
    """Return the explanation with this name: what `diagnose` says, or several changes joined by ``" and "``, that of a format to pass through first.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    found = _named(name)
    if found is None:
        raise UnknownNameError(f"diagnosis: no change of policies is named {name!r}")
    return found


def _named(name: str) -> Explanation | None:
    singles = {e.name: e for e in (*single_explanations(), *_of_operations())}
    if name in singles:
        return singles[name]
    for first, others in ((name[: m.start()], name[m.end() :]) for m in re.finditer(" and ", name)):
        rest = _named(others) if first in singles else None
        if rest is not None and rest.via is None:
            return singles[first].and_then(rest)
    return None


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
        number = np.all([parts_of(column, source)[3] < 2 for column, source in zip(columns_of(codes), claim.sources_of_a_case)], axis=0)
        rest = None if number.all() else _explained(claim, codes[number], got[number])
        name = None if rest is None else f"{rest}, and NaNs otherwise"
    return name


def reproduces(name: str, claim: Claim, codes: Codes, got: Codes) -> bool:
    """Return whether an explanation gives every output; one with several changes need not be among those that `diagnose` tries."""
    explanation = _named(name)
    return explanation is not None and bool(_fixes(explanation, claim, codes, got).all())


def _explained(claim: Claim, codes: Codes, got: Codes) -> str | None:
    wrong = np.flatnonzero(differs(claim, got, reference_codes(claim, codes)))
    if not wrong.size:
        return None
    sample = wrong[:: max(wrong.size // _SAMPLE, 1)]
    few = np.arange(0, codes.size, max(codes.size // _SAMPLE, 1))  # most of what fits one mismatch is wrong elsewhere
    fitting = (e for e in _fitting(claim, codes[sample], got[sample]) if _fixes(e, claim, codes[few], got[few]).all())
    return next((e.name for e in fitting if _fixes(e, claim, codes, got).all()), None)


def _fitting(claim: Claim, codes: Codes, got: Codes) -> Iterator[Explanation]:
    """Yield what fits a sample of the mismatches: single changes, then one more on top of passing through a format, then two others, of knobs every two."""
    tried = explanations_of(claim.operation) if isinstance(claim, OperationClaim) else single_explanations()
    vague = [e for e in tried if e.instead in VAGUE]
    fixed = {e: _fixes(e, claim, codes, got) for e in tried if e not in vague}
    yield from (e for e, mask in fixed.items() if mask.all())
    through, others = ([e for e in fixed if (e.via is not None) is first] for first in (True, False))
    pairs = [a.and_then(b) for a, b in product(through, others)]
    some = [(e, mask) for e, mask in fixed.items() if mask.any() and e.via is None and len(e.knobs) < 2]
    pairs += [a.and_then(b) for (a, one), (b, two) in combinations(some, 2) if not a.changed & b.changed and (one | two).all()]
    yield from (e for e in pairs if _fixes(e, claim, codes, got).all())
    few = slice(None, None, max(codes.size // _FEW, 1))
    knobs = (a.and_then(b) for a, b in combinations(_knobs_alone(fixed), 2) if not a.changed & b.changed)  # together they may fix what neither does alone
    more = _nan_rules(fixed) if isinstance(claim, OperationClaim) and is_nan(got, claim.target).all() else ()
    yield from (e for e in chain(knobs, more) if _fixes(e, claim, codes[few], got[few]).all() and _fixes(e, claim, codes, got).all())
    yield from (e for e in vague if _fixes(e, claim, codes, got).all())


def _knobs_alone(tried: Iterable[Explanation]) -> list[Explanation]:
    """Return the changes that are one choice of one knob for every input."""
    return [e for e in tried if len(e.knobs) == 1 and e == Explanation(e.name, knobs=e.knobs)]


def _nan_rules(tried: Iterable[Explanation]) -> Iterator[Explanation]:
    """Yield three and more choices of the NaNs of an operation: a processor's own rules differ in several."""
    rules = [[e for e in _knobs_alone(tried) if e.knobs[0][0] == knob] for knob in OF_NANS]
    for count in range(3, len(OF_NANS) + 1):
        for chosen in combinations([choices for choices in rules if choices], count):
            yield from (reduce(Explanation.and_then, several) for several in product(*chosen))


def _fixes(explanation: Explanation, claim: Claim, codes: Codes, got: Codes) -> Mask:
    """Return for which inputs an explanation gives what the implementation gave."""
    found = predicted(explanation, claim, codes, got)
    return np.zeros(codes.size, np.bool_) if found is None else ~differs(claim, got, found)


def predicted(explanation: Explanation, claim: Claim, codes: Codes, got: Codes) -> Codes | None:
    """Return the outputs under an explanation, or None where this conversion cannot be done like that; where it leaves a choice, what was given."""
    ends = (claim.target,) if isinstance(claim, OperationClaim) else (claim.source, claim.target)
    if explanation.via in ends or (explanation.via is UPPER_BITS and claim.source != "float64"):
        return None
    try:
        return explanation.predict(claim, codes, got)
    except RefquantError:  # the format has no such policy
        return None
