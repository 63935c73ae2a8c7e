"""Run one claim on one format: refquant's bits against those of the peer."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

import refquant as rq
from attestation import inputs
from attestation.claims import Claim, load

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Choice:
    """How to encode: everything that a peer may be told."""

    source: str
    rounding: str
    overflow: str | None
    dialect: str
    random: Array | None = None
    random_bits: int = 0


class Implementation(Protocol):
    """What the module of a peer offers; each function may be missing where no claim asks for it."""

    def decode(self, codes: Array, name: str) -> Array:
        """The values of codes: float64, or objects (Fraction, and floats for the rest)."""

    def convert(self, codes: Array, name: str, into: str) -> Array:
        """The bits of codes in a wider format."""

    def encode(self, x: Array, name: str, choice: Choice) -> Array:
        """The codes of values."""


def choices(claim: Claim, source: str) -> Iterator[Choice]:
    """Every way to encode that a claim names."""
    for rounding, overflow, dialect in itertools.product(claim.roundings, claim.overflows or (None,), claim.dialects):
        yield Choice(source, rounding, overflow, dialect, random_bits=claim.random_bits)


def taken(x: Array, name: str, claim: Claim) -> Array:
    """The inputs that the claim is about."""
    fmt, known = rq.get_format(name), load()[2]
    for word in claim.only:
        x = x[np.asarray(inputs.FILTERS[word](x, fmt), bool)]
    for word in claim.leave_out:
        x = x[~inputs.LEFT_OUT[known[word].inputs](x)]
    return x


def run(claim: Claim, name: str, peer: Implementation) -> int:
    """Compare every case of a claim for one format; return how many there were."""
    if claim.operation == "decode":
        return run_decode(claim, name, peer)
    return sum(run_encode(claim, name, source, rule, peer) for source in claim.sources for rule in claim.cases)


def run_decode(claim: Claim, name: str, peer: Implementation) -> int:
    """Compare values, or the bits in a wider format where the claim says `into`."""
    count = 0
    for rule in claim.cases:
        codes = inputs.decode_codes(name, rule)
        if claim.only == ("numbers",):
            codes = codes[~is_nan_code(codes, name)]
        for into, dialect in itertools.product(claim.into, claim.dialects):
            with np.errstate(all="ignore"):
                want = peer.convert(codes, name, into)
            got = rq.convert(codes, name, into, dialect=dialect)
            same_codes(got, want, codes, f"{name} into {into} ({dialect})", "byte", into)
            count += codes.size
        if not claim.into:
            with np.errstate(all="ignore"):
                want = peer.decode(codes, name)
            same_values(rq.decode(codes, name, dtype=want.dtype), want, codes, name)
            count += codes.size
    return count


def run_encode(claim: Claim, name: str, source: str, rule: str, peer: Implementation) -> int:
    """Compare codes under every rounding, overflow rule and dialect of the claim."""
    with np.errstate(all="ignore"):
        x, count = taken(inputs.encode_inputs(source, name, rule), name, claim), 0
    for choice in choices(claim, source):
        choice = with_random(choice, x)
        with np.errstate(all="ignore"):
            want = peer.encode(x, name, choice)
        same_codes(encode(x, name, choice), want, x, f"{name} from {source}, {choice.rounding}, {choice.overflow}, {choice.dialect}", claim.nan, name)
        count += x.size
    return count


def with_random(choice: Choice, x: Array) -> Choice:
    """The choice with seeded random bits, where it needs some."""
    if not choice.random_bits:
        return choice
    bits = np.random.default_rng(5).integers(0, 1 << choice.random_bits, x.shape, dtype=np.uint32)
    return Choice(choice.source, choice.rounding, choice.overflow, choice.dialect, bits, choice.random_bits)


def encode(x: Array, name: str, choice: Choice) -> Array:
    """refquant's codes. Called through this module, so that a test can break it."""
    random = None if choice.random is None else rq.RandomBits(choice.random, choice.random_bits)
    return rq.encode(x, name, rounding=choice.rounding, overflow=choice.overflow, dialect=choice.dialect, random=random)


def is_nan_code(codes: Array, name: str) -> Array:
    """Whether codes are NaN, by the parts of RQ-3.7."""
    return rq.decode_parts(codes, name).kind >= 2


def same_codes(got: Array, want: Array, x: Array, what: str, nan: str, name: str) -> None:
    """Fail with the first difference; `nan = class` lets any NaN stand for any NaN."""
    got, want = got.astype(np.uint64), want.astype(np.uint64)
    bad = got != want
    if nan == "class" and bad.any():
        code_dtype = rq.get_format(name).code_dtype
        bad &= ~(is_nan_code(got.astype(code_dtype), name) & is_nan_code(want.astype(code_dtype), name))
    if bad.any():
        i = np.flatnonzero(bad)[0]
        raise AssertionError(f"{what}: {shown(x[i])}: refquant {got[i]:#x}, peer {want[i]:#x}; {bad.sum()} of {bad.size}")


def same_values(got: Array, want: Array, codes: Array, what: str) -> None:
    """Fail with the first difference between values; zeros by sign, NaN by class."""
    if want.dtype == object:
        bad = np.array([not same_number(a, b) for a, b in zip(got, want, strict=True)], bool)
    else:
        bad = (got.view(np.uint64) != want.view(np.uint64)) & ~(np.isnan(got) & np.isnan(want))
    if bad.any():
        i = np.flatnonzero(bad)[0]
        raise AssertionError(f"{what}: code {int(codes[i]):#x}: refquant {got[i]!r}, peer {want[i]!r}; {bad.sum()} of {bad.size}")


def same_number(a: Any, b: Any) -> bool:
    """Equal as exact values, with the sign of zero; NaN equals NaN."""
    if a != a or b != b:
        return bool(a != a and b != b)
    return bool(a == b and (a != 0 or np.signbit(float(a)) == np.signbit(float(b))))


def shown(x: Any) -> str:
    """An input as a person wants to read it: bits and value."""
    if isinstance(x, Fraction):
        return f"{x.numerator:#x} * 2**-{x.denominator.bit_length() - 1}"
    return f"{int(x.view(f'u{x.dtype.itemsize}')):#x} ({x!r})"
