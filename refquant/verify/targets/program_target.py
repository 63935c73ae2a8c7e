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
from refquant.policies import Dialect, Via, as_dialect
from refquant.verify.cases import case_codes, columns_of
from refquant.verify.operation_claim import OperationClaim
from refquant.verify.pipe import Field, Header, Program, Replies, converse, program
from refquant.verify.target import DEFAULT, Claim, Codes
from refquant.verify.targets.stated import Stated, check_claims, inputs_stated, name_or_format


@dataclass(frozen=True)
class ProgramTarget:
    """A program that reads codes as hex lines and answers with hex lines.

    Parameters
    ----------
    command : str or sequence of str
        The program and its arguments; a string is split into words, and no shell reads it.
    fmt : str or Format
        Format of the results, which may be your own; of a comparison, whose results are truths, that of the operands.
    sources : tuple of str or Format, optional
        Formats of the inputs, one conversion for each (float32 if not given); of an operation that of each operand (`fmt` if not given). A source of a
        conversion of your own has at most 16 bits.
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
    op : str
        The operation, such as ``"add"``: each line has a field for each operand; conversions if not given.

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
    >>> first = ProgramTarget("sed -u -e '1,/^end$/d' -e 's/ .*//'", "float4_e2m1fn", op="maximum")   # answers its first operand
    >>> verdict = judge(first).verdicts[0]
    >>> verdict.mismatches, verdict.witness.input_value, verdict.witness.got_value, verdict.witness.expected_value
    (120, '-0, 0', '-0', '0')
    """

    command: str | Sequence[str]
    fmt: str | Format
    sources: tuple[str | Format, ...] | None = None
    dialect: Dialect = DEFAULT
    knobs: tuple[tuple[str, Any], ...] = ()
    nan_by: NanBy = NanBy.CLASS
    flags: bool = False
    timeout: float = 10.0
    version: str = ""
    op: str = ""

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "command", program(self.command, self.timeout).command)
        put(self, "fmt", name_or_format(self.fmt))
        put(self, "sources", inputs_stated(self.op, self.fmt, self.sources))
        put(self, "dialect", as_dialect(self.dialect))
        put(self, "nan_by", nan_by(self.nan_by))
        if not isinstance(self.flags, bool):
            raise InputTypeError(f"flags: expected True or False, got {self.flags!r}")
        check_claims(self.claims())

    @classmethod
    def load(
        cls, command: str, fmt: str, *, sources: Iterable[str] = (), dialect: Any = None, knobs: dict[str, Any] | None = None, nan_by: str = "class",
        flags: bool = False, timeout: float = 10.0, op: str | None = None,
    ) -> ProgramTarget:  # fmt: skip
        """Return the target for what stands behind ``program:`` on the command line."""
        says = as_dialect(dialect), tuple((knobs or {}).items()), NanBy(nan_by)
        return cls(command, fmt, tuple(sources) or None, *says, flags, timeout, op=op or "")

    @property
    def name(self) -> str:
        """See Target."""
        return f"program:{shlex.join(self.command)}"

    def claims(self) -> tuple[Claim, ...]:
        """See Target."""
        return self._stated.claims()

    def operations(self) -> tuple[OperationClaim, ...]:
        """See Target."""
        return self._stated.operations()

    @property
    def _stated(self) -> Stated:
        return Stated(self.fmt, self.sources or (), self.dialect, self.knobs, self.nan_by, self.op, self.flags and bool(self.op))

    def replies(self, claim: Claim, codes: Codes) -> Replies:
        """Return all that the program answers, as far as it gets."""
        given = converse(Program(tuple(self.command), float(self.timeout)), header_of(claim, flags=self.flags), list(columns_of(codes)))
        failure = given.failure
        if failure is not None and failure.vector is not None:
            failure = failure._replace(input=case_codes(claim, codes[failure.vector]))
        return given._replace(codes=given.codes.astype(code_dtype_of(claim.target)), failure=failure)

    def run(self, claim: Claim, codes: Codes) -> Codes:
        """See Target; raise ProgramError where the program does not answer every input with bits."""
        given = self.replies(claim, codes)
        if given.failure is not None:
            raise ProgramError(f"{self.name} {given.failure.sentence()}")
        if given.unknown is not None:
            first = case_codes(claim, codes[given.unknown.vectors[0]])
            raise ProgramError(f"{self.name} gave unknown digits in {given.unknown.vectors.size:,} answers, the first {given.unknown.first} on input {first}")
        return given.codes


def header_of(claim: Claim, *, flags: bool = False) -> Header:
    """Return what a program is told of a claim."""
    policies = claim.policies
    knobs = [(f.name, getattr(policies, f.name)) for f in fields(policies)]
    said = tuple((name, _said(choice)) for name, choice in knobs if choice is not None and name != "flags")
    operands = tuple(_field(name, end) for name, end in zip(claim.source_names, claim.sources_of_a_case))
    return Header(claim.operation, operands, _field(claim.names[1], claim.target), said, flags)


def _field(name: str, fmt: str | Format) -> Field:
    return Field("_".join(name.split()), width_of(fmt))


def _said(choice: Any) -> str:
    """Return a choice as a word: of an intermediate format its name, and its rounding and overflow where they are not the usual ones."""
    if not isinstance(choice, Via):
        return str(choice)
    usual = Via(choice.format)
    more = [str(getattr(choice, knob)) for knob in ("rounding", "overflow", "nan") if getattr(choice, knob) != getattr(usual, knob)]
    return ",".join(["_".join(choice.name.split()), *more])
