"""Results in the lines of Berkeley TestFloat: operands, result and flags, whatever made them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from refquant.errors import InputTypeError, InputValueError, ResultFileError
from refquant.formats import Format
from refquant.golden.nan_mask import NanBy, nan_by
from refquant.policies import Dialect, as_dialect
from refquant.verify.cases import cases_of
from refquant.verify.operation_claim import OperationClaim
from refquant.verify.pipe import Replies
from refquant.verify.target import DEFAULT, Claim, Codes
from refquant.verify.targets.stated import Stated, check_claims, inputs_stated, name_or_format
from refquant.verify.testfloat import Lines, read_testfloat

CONVERT = "convert"  #: the operation of lines that are results of a conversion


@dataclass(frozen=True)
class TestFloatTarget:
    """A file of TestFloat's lines: operands, the result and its exception flags in hex. The operands are those of the file.

    Parameters
    ----------
    path : str or Path
        The file.
    op : str
        The operation, or ``"convert"``.
    fmt : str or Format
        Format of the results; of a comparison that of the operands.
    sources : tuple of str or Format, optional
        The format of each operand; `fmt` if not given. Of a conversion that of its input.
    dialect : Dialect
        What is claimed; ties to even without saturation if not given.
    knobs : tuple of (str, choice)
        Knobs on top of the dialect, such as ``(("tininess", "before"),)``.
    nan_by : NanBy or str
        ``"class"``: any NaN equals any NaN; ``"byte"``: the code of the dialect.
    version : str
        Of what made the results, for the report.

    Raises
    ------
    InputTypeError, InputValueError
        If an argument cannot be used, or the file has something else.
    ResultFileError
        If the file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from refquant.verify import TestFloatTarget, judge
    >>> with tempfile.TemporaryDirectory() as there:
    ...     with open(f"{there}/f16_add.txt", "w") as file:
    ...         _ = file.write("3C00 3C01 4000 01\\n3C00 1000 3C00 00\\n")
    ...     verdict = judge(TestFloatTarget(f"{there}/f16_add.txt", "add", "float16")).verdicts[0]
    >>> verdict.cases, verdict.mismatches, verdict.flags.cases, verdict.flags.witness.input
    (2, 1, 1, '0x3c00, 0x1000')
    """

    __test__ = False  # no test of pytest, though its name begins like one

    path: str | Path
    op: str
    fmt: str | Format
    sources: tuple[str | Format, ...] | None = None
    dialect: Dialect = DEFAULT
    knobs: tuple[tuple[str, Any], ...] = ()
    nan_by: NanBy = NanBy.CLASS
    version: str = ""
    lines: Lines = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.path, (str, Path)):
            raise InputTypeError(f"path: expected the name of a file, got {self.path!r}")
        if not self.op:
            raise InputValueError("op: expected an operation: the lines are results of one")
        put = object.__setattr__
        put(self, "fmt", name_or_format(self.fmt))
        put(self, "sources", self._inputs())
        put(self, "dialect", as_dialect(self.dialect))
        put(self, "nan_by", nan_by(self.nan_by))
        check_claims(self.claims())
        put(self, "lines", read_testfloat(_lines_of(Path(self.path)), self.claim.sources_of_a_case, self.claim.target, str(self.path)))

    def _inputs(self) -> tuple[str | Format, ...]:
        if self.op != CONVERT:
            return inputs_stated(self.op, self.fmt, self.sources)
        found = () if self.sources is None else inputs_stated("", self.fmt, self.sources)
        if len(found) != 1:
            raise InputValueError(f"sources: expected the one format of the inputs of a conversion, got {len(found)}")
        return found

    @property
    def name(self) -> str:
        """See Target."""
        return f"file:{self.path}"

    @property
    def claim(self) -> Claim:
        """Return what is claimed of the results."""
        return self.claims()[0]

    def claims(self) -> tuple[Claim, ...]:
        """See Target."""
        return self._stated.claims()

    def operations(self) -> tuple[OperationClaim, ...]:
        """See Target."""
        return self._stated.operations()

    @property
    def _stated(self) -> Stated:
        op = "" if self.op == CONVERT else self.op
        return Stated(self.fmt, self.sources or (), self.dialect, self.knobs, self.nan_by, op, flags=True)

    @property
    def cases(self) -> Codes:
        """Return the operands of the file."""
        return cases_of(self.lines.operands)

    @property
    def answers(self) -> Replies:
        """Return the results of the file, and their flags."""
        return Replies(self.lines.results, self.lines.flags)

    def run(self, claim: Claim, codes: Codes) -> Codes:
        """Raise: a file has results of its own operands alone."""
        raise InputValueError(f"target: {self.name} has the results of its own operands, and of no other; refquant.verify.judge takes it")


def _lines_of(path: Path) -> list[str]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ResultFileError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        return data.decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise InputValueError(f"{path}: expected lines of TestFloat in ASCII, and byte {error.start} is none") from None
