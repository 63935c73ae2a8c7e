"""Rounding modes and dialects."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from refquant.errors import PolicyError
from refquant.formats import Format
from refquant.golden.sources import named_format
from refquant.policies import Dialect, RoundingMode, get_dialect, list_dialects, resolve


def rounding_modes(*, stochastic: bool = False) -> SearchStrategy[RoundingMode]:
    """Return a strategy for rounding modes; those that need random bits are among them where `stochastic`.

    Examples
    --------
    >>> from hypothesis import find
    >>> from refquant.testing import strategies
    >>> str(find(strategies.rounding_modes(), lambda mode: not mode.is_nearest))
    'toward_zero'
    """
    return st.sampled_from([mode for mode in RoundingMode if stochastic or not mode.is_stochastic])


def dialects(target: Format | str | None = None, source: Format | str = "float32") -> SearchStrategy[Dialect]:
    """Return a strategy for the named dialects; with a target, for those that say something valid of it.

    Examples
    --------
    >>> from hypothesis import find
    >>> from refquant.testing import strategies
    >>> find(strategies.dialects("float8_e4m3fn"), lambda d: d.policies("float8_e4m3fn", "float32").overflow == "saturate").name
    'ocp-saturating'
    """
    named = [get_dialect(name) for name in list_dialects()]
    if target is not None:
        goal, given = named_format("target", target), named_format("source", source)
        named = [d for d in named if _is_valid(d, goal, given)]
    return st.sampled_from(named)


def _is_valid(dialect: Dialect, target: Format, source: Format) -> bool:
    try:
        resolve(target, dialect.policies(target.name, source.name))
    except PolicyError:
        return False
    return True
