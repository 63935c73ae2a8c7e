"""What an implementation says it does (Claim), and how it is made to do it (Target)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Format, get_format
from refquant.golden.nan_mask import NanBy, nan_by
from refquant.golden.sources import convert_codes, refused
from refquant.policies import Dialect, Policies, get_dialect, resolve

Codes = NDArray[Any]  #: unsigned integers; the inputs of an operation of several operands are records of them, see `refquant.verify.cases`
NARROW = ("float16", "bfloat16", "float32")  #: sources that float32 holds
DEFAULT = get_dialect("default")


@dataclass(frozen=True)
class Claim:
    """One conversion that an implementation offers: every result is the exact value, rounded once under these policies.

    Parameters
    ----------
    operation : str
        ``"decode"`` where the result holds every value of the source, else ``"encode"``.
    source, target : str or Format
        Format names, or formats that have none; ``"int64"`` and ``"uint64"`` are sources too.
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
    source: str | Format
    target: str | Format
    dialect: Dialect = DEFAULT
    knobs: tuple[tuple[str, Any], ...] = ()
    nan_by: NanBy = NanBy.BYTE

    def __post_init__(self) -> None:
        object.__setattr__(self, "nan_by", nan_by(self.nan_by))

    @property
    def names(self) -> tuple[str, str]:
        """Return the names of source and target."""
        source, target = (end if isinstance(end, str) else end.name for end in (self.source, self.target))
        return source, target

    @property
    def sources_of_a_case(self) -> tuple[str | Format, ...]:
        """Return the formats of the operands of one case."""
        return (self.source,)

    @property
    def source_names(self) -> tuple[str, ...]:
        """Return the names of the formats of the operands of one case."""
        return tuple(end if isinstance(end, str) else end.name for end in self.sources_of_a_case)

    @property
    def kind(self) -> str:
        """Return what a claim is about: ``"conversion"`` or ``"operation"``."""
        return "conversion"

    @property
    def label(self) -> str:
        """Return ``"source -> target"``."""
        return " -> ".join(self.names)

    @property
    def correct(self) -> Dialect:
        """Return the dialect of the correctly rounded conversion: that of the claim, straight from the source."""
        return self.dialect.replace(**{"via": None, **dict(self.knobs)})

    @property
    def policies(self) -> Policies:
        """Return what `correct` says of this source and target."""
        return self.policies_of(self.correct)

    def policies_of(self, dialect: Dialect) -> Policies:
        """Return what a dialect says of this source and target."""
        source, target = self.names
        return dialect.policies(target, source)

    @property
    def may_pass_float32(self) -> bool:
        """Return whether passing through float32 could give something else."""
        return self.source not in NARROW

    @property
    def may_refuse(self) -> bool:
        """Return whether there may be inputs that the policies refuse."""
        return bool(resolve(get_format(self.target), self.policies).may_raise)

    def refused(self, codes: Codes, dialect: Dialect | None = None) -> NDArray[np.bool_]:
        """Return which inputs the policies refuse: nothing is right or wrong there."""
        return refused(codes, self.source, self.target, dialect or self.correct)

    def right(self, codes: Codes, dialect: Dialect | None = None, *, return_flags: bool = False) -> Any:
        """Return what is right by the reference: codes, or `refquant.codec.CodesAndFlags`; under the claim's policies, or under others."""
        return convert_codes(codes, self.source, self.target, dialect or self.correct, return_flags=return_flags)


@dataclass(frozen=True)
class FlaggedClaim(Claim):
    """A conversion of which exception flags are answered with each result (`flags`), and are judged."""

    flags: bool = True


class Target(Protocol):
    """An implementation that can be judged. See `refquant.verify.judge`.

    One that has operations too has a method ``operations()`` that returns an `OperationClaim` for each; one that tells exception flags has, beside `run`,
    ``run_with_flags(claim, codes)``, which returns codes and flags (uint8) for claims with ``flags=True``.
    """

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
        """Return the output codes for input codes (for several operands records of them, see `refquant.verify.cases`).

        An output that is no code of the target is ``1 << width`` or above.
        """
        ...
