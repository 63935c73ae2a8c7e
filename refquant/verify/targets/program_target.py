"""A program of the user's own, through the pipe: C, a simulator of RTL, any language."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from refquant.errors import InputTypeError, ProgramError
from refquant.formats import Format
from refquant.golden.nan_mask import NanBy, nan_by
from refquant.golden.sources import code_dtype_of, width_of
from refquant.golden.text import hex_code
from refquant.policies import Dialect, Via, as_dialect
from refquant.verify.pipe import Field, Header, Program, Replies, converse, program
from refquant.verify.target import DEFAULT, Claim, Codes
from refquant.verify.targets.stated import check_claims, name_or_format, sources_stated


@dataclass(frozen=True)
class ProgramTarget:
    """A program that reads codes as hex lines and answers with hex lines.

    Parameters
    ----------
    command : str or sequence of str
        The program and its arguments; a string is split into words, and no shell reads it.
    fmt : str or Format
        Format of the results, which may be your own.
    sources : tuple of str or Format
        Formats of the inputs; a source of your own has at most 16 bits.
    dialect : Dialect
        What the program says it does; ties to even without saturation if not given.
    knobs : tuple of (str, choice)
        Knobs on top of the dialect, such as ``(("overflow", "saturate"),)``.
    nan_by : NanBy or str
        ``"class"``: any NaN equals any NaN; ``"byte"``: the code of the dialect.
    flags : bool
        Whether the program answers the exception flags too, and is judged by them.
    timeout : float
        Seconds that it has for a batch of at most 65,536 vectors.
    version : str
        For the report.

    Raises
    ------
    InputTypeError, InputValueError
        If there is no such program, or it cannot be run; if another argument cannot be used.

    Notes
    -----
    Each conversion is a process (or several) of its own, in a process group of its own, which is ended with it. The protocol is a page of the documentation.

    Examples
    --------
    >>> from refquant.verify import ProgramTarget, judge
    >>> keep = ProgramTarget("sed -u -e '1,/^end$/d'", "float8_e4m3fn", sources=("float8_e4m3fn",))   # answers what it is given
    >>> judge(keep).verdicts[0].status
    'exact'
    """

    command: str | Sequence[str]
    fmt: str | Format
    sources: tuple[str | Format, ...] = ("float32",)
    dialect: Dialect = DEFAULT
    knobs: tuple[tuple[str, Any], ...] = ()
    nan_by: NanBy = NanBy.CLASS
    flags: bool = False
    timeout: float = 10.0
    version: str = ""

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "command", program(self.command, self.timeout).command)
        put(self, "fmt", name_or_format(self.fmt))
        put(self, "sources", sources_stated(self.sources))
        put(self, "dialect", as_dialect(self.dialect))
        put(self, "nan_by", nan_by(self.nan_by))
        if not isinstance(self.flags, bool):
            raise InputTypeError(f"flags: expected True or False, got {self.flags!r}")
        check_claims(self.claims())

    @classmethod
    def load(
        cls, command: str, fmt: str, *, sources: Iterable[str] = (), dialect: Any = None, knobs: dict[str, Any] | None = None, nan_by: str = "class",
        flags: bool = False, timeout: float = 10.0,
    ) -> ProgramTarget:  # fmt: skip
        """Return the target for what stands behind ``program:`` on the command line."""
        sources = tuple(sources) or ("float32",)
        return cls(command, fmt, sources, as_dialect(dialect), tuple((knobs or {}).items()), NanBy(nan_by), flags, timeout)

    @property
    def name(self) -> str:
        """See Target."""
        return f"program:{shlex.join(self.command)}"

    def claims(self) -> tuple[Claim, ...]:
        """See Target."""
        return tuple(Claim("encode", source, self.fmt, self.dialect, self.knobs, self.nan_by) for source in self.sources)

    def replies(self, claim: Claim, codes: Codes) -> Replies:
        """Return all that the program answers, as far as it gets."""
        given = converse(Program(tuple(self.command), float(self.timeout)), header_of(claim, flags=self.flags), [codes])
        return given._replace(codes=given.codes.astype(code_dtype_of(claim.target)))

    def run(self, claim: Claim, codes: Codes) -> Codes:
        """See Target; raise ProgramError where the program does not answer every input with bits."""
        given = self.replies(claim, codes)
        if given.failure is not None:
            raise ProgramError(f"{self.name} {given.failure.sentence()}")
        if given.unknown is not None:
            first = hex_code(codes[given.unknown.vectors[0]], claim.source)
            raise ProgramError(f"{self.name} gave unknown digits in {given.unknown.vectors.size:,} answers, the first {given.unknown.first} on input {first}")
        return given.codes


def header_of(claim: Claim, *, flags: bool = False) -> Header:
    """Return what a program is told of a claim."""
    policies = claim.policies
    knobs = [(f.name, getattr(policies, f.name)) for f in fields(policies)]
    said = tuple((name, _said(choice)) for name, choice in knobs if choice is not None and name != "flags")
    source, target = (Field("_".join(name.split()), width_of(end)) for name, end in zip(claim.names, (claim.source, claim.target)))
    return Header(claim.operation, (source,), target, said, flags)


def _said(choice: Any) -> str:
    """Return a choice as a word: of an intermediate format its name, and its rounding and overflow where they are not the usual ones."""
    if not isinstance(choice, Via):
        return str(choice)
    usual = Via(choice.format)
    more = [str(getattr(choice, knob)) for knob in ("rounding", "overflow", "nan") if getattr(choice, knob) != getattr(usual, knob)]
    return ",".join(["_".join(choice.name.split()), *more])
