"""What is stated of a cast of the user's own: its formats and policies, checked."""

from __future__ import annotations

from collections.abc import Iterable

from refquant.errors import InputValueError, UnknownNameError
from refquant.formats import FloatFormat, Format, IntFormat, get_format
from refquant.golden.sources import WIDE_INTEGERS
from refquant.policies import resolve
from refquant.verify.target import Claim


def name_or_format(given: str | Format) -> str | Format:
    """Return the name where a format is known by one; a format of the caller's own stays what it is."""
    fmt = get_format(given)
    try:
        return fmt.name if get_format(fmt.name) == fmt else fmt
    except UnknownNameError:
        return fmt


def source_stated(given: str | Format) -> str | Format:
    """Return a source by name where it has one; refuse those for which there are no cases."""
    if isinstance(given, str) and given.strip().lower() in WIDE_INTEGERS:
        return given.strip().lower()
    source = name_or_format(given)
    if not isinstance(source, str) and source.width > 16:
        raise InputValueError(f"source: a format of your own has at most 16 bits here, and {source.name} has {source.width}")
    return source


def sources_stated(given: str | Format | Iterable[str | Format]) -> tuple[str | Format, ...]:
    """Return the sources of one, or of several, each once; refuse none at all."""
    several = (given,) if isinstance(given, (str, FloatFormat, IntFormat)) else tuple(given)
    if not several:
        raise InputValueError("sources: expected at least one format, got none")
    return tuple(dict.fromkeys(source_stated(source) for source in several))


def check_claims(claims: Iterable[Claim]) -> None:
    """Refuse claims that contradict themselves, or of which nothing is right or wrong."""
    for claim in claims:
        policies = claim.policies
        resolve(get_format(claim.target), policies)
        if policies.rounding.is_stochastic:
            raise InputValueError(f"rounding: a stochastic cast ({policies.rounding}) has no single right result to compare with")
