"""What an implementation says it does (Claim), and how it is made to do it (Target)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from numpy.typing import NDArray

from refquant.policies import Dialect, get_dialect

Codes = NDArray[Any]  #: unsigned integers
DEFAULT = get_dialect("default")


class NanBy(StrEnum):
    """How NaNs are compared."""

    BYTE = "byte"  #: the code that the dialect names
    CLASS = "class"  #: any NaN equals any NaN


@dataclass(frozen=True)
class Claim:
    """One conversion that an implementation offers: every result is the exact value, rounded once under these policies.

    Parameters
    ----------
    operation : str
        ``"decode"`` where the result holds every value of the source, else ``"encode"``.
    source, target : str
        Format names; ``"int64"`` and ``"uint64"`` are sources too.
    dialect : Dialect
        The knobs of the implementation. Its `via` does not count: passing through another format is a deviation to be found, not a claim.
    knobs : tuple of (str, choice)
        Knobs on top of the dialect.
    nan_by : NanBy or str
        ``"byte"`` where the claim names the code of a NaN, ``"class"`` where any NaN will do.

    Examples
    --------
    >>> from refquant.verify import Claim
    >>> claim = Claim("encode", "float64", "float8_e4m3fn")
    >>> claim.label
    'float64 -> float8_e4m3fn'
    """

    operation: str
    source: str
    target: str
    dialect: Dialect = DEFAULT
    knobs: tuple[tuple[str, Any], ...] = ()
    nan_by: NanBy = NanBy.BYTE

    def __post_init__(self) -> None:
        object.__setattr__(self, "nan_by", NanBy(self.nan_by))

    @property
    def label(self) -> str:
        """Return ``"source -> target"``."""
        return f"{self.source} -> {self.target}"

    @property
    def correct(self) -> Dialect:
        """Return the dialect of the correctly rounded conversion: that of the claim, straight from the source."""
        return self.dialect.replace(**{"via": None, **dict(self.knobs)})


class Target(Protocol):
    """An implementation that can be judged. See `refquant.verify.judge`."""

    @property
    def name(self) -> str:
        """Name, as deviations know it."""
        ...

    @property
    def version(self) -> str:
        """Version of what is installed; empty where there is none."""
        ...

    def claims(self) -> tuple[Claim, ...]:
        """Return the conversions that can be judged."""
        ...

    def run(self, claim: Claim, codes: Codes) -> Codes:
        """Return the output codes for input codes; an output that is no code of the target is ``1 << width`` or above."""
        ...
