"""A file of results for golden vectors: whatever made it, wherever."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from refquant.errors import GoldenFileError, InputTypeError, InputValueError, ResultFileError
from refquant.formats import Format
from refquant.golden.evaluation import is_conversion
from refquant.golden.golden_set import GoldenSet
from refquant.golden.storage import load
from refquant.golden.text import hex_code
from refquant.operations import OPERATIONS
from refquant.policies import Dialect
from refquant.verify.operation_claim import OperationClaim
from refquant.verify.target import Claim, Codes
from refquant.verify.targets.result_files import Results, read_results


@dataclass(frozen=True)
class VectorsClaim(Claim):
    """What the results of golden vectors should be; `operands` are the formats of each vector."""

    operands: tuple[Format, ...] = ()

    @property
    def names(self) -> tuple[str, str]:
        """Return the names of the operands' formats and of the target."""
        return ", ".join(fmt.name for fmt in self.operands), super().names[1]

    @property
    def sources_of_a_case(self) -> tuple[str | Format, ...]:
        """See Claim."""
        return self.operands

    @property
    def kind(self) -> str:
        """See Claim."""
        return "conversion" if is_conversion(OPERATIONS[self.operation]) else "operation"

    @property
    def label(self) -> str:
        """Return what `Claim` or `OperationClaim` says of these formats."""
        return super().label if self.kind == "conversion" else OperationClaim(self.operation, self.operands[0], self.target, operands=self.operands).label


@dataclass(frozen=True)
class FileTarget:
    """A file of results, one for each vector of a golden set and in its order.

    Parameters
    ----------
    path : str or Path
        ``.csv``: a first row of names, a column ``result`` of codes ``0x...``; ``.npy``: unsigned codes; ``.npz``: an array ``result``; others: lines of hex.
        All but ``.npy`` may have ``flags``, which are then judged too; ``.csv`` and ``.npz`` the operands ``a``, ``b``, ``c``, which must then be those
        of the set. Digits X and Z are unknown results.
    golden : GoldenSet, str or Path
        The set, or the folder or file that holds it. Its results, flags and mask say what is right; nothing is computed anew.
    version : str
        Of what made the results, for the report.

    Raises
    ------
    ResultFileError
        If the file is no such file, or its operands are not those of the set.
    GoldenFileError, InputTypeError
        If the set cannot be read.

    Examples
    --------
    >>> import tempfile, numpy as np, refquant as rq
    >>> from refquant.verify import FileTarget, judge
    >>> made = rq.golden.generate("encode", "float8_e4m3fn", source="float16", overflow="saturate")
    >>> with tempfile.TemporaryDirectory() as there:
    ...     np.save(f"{there}/mine.npy", rq.encode(made.columns["a"].view(np.float16), "float8_e4m3fn"))
    ...     verdict = judge(FileTarget(f"{there}/mine.npy", made)).verdicts[0]
    >>> verdict.status, verdict.by_class, verdict.diagnosis
    ('new', {'inf': 2, 'overflow': 553}, 'overflow=no_saturate')
    """

    path: str | Path
    golden: GoldenSet | str | Path
    version: str = ""
    made: GoldenSet = field(init=False, repr=False, compare=False)
    results: Results = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.path, (str, Path)):
            raise InputTypeError(f"path: expected the name of a file, got {self.path!r}")
        if not isinstance(self.golden, (GoldenSet, str, Path)):
            raise InputTypeError(f"golden: expected a set, or the name of a folder or file of one, got {self.golden!r}")
        put = object.__setattr__
        put(self, "made", self.golden if isinstance(self.golden, GoldenSet) else load(self.golden, spec_version=None))
        try:
            put(self, "results", read_results(Path(self.path)))
        except GoldenFileError as error:
            raise ResultFileError(str(error)) from None
        self._check_operands()

    def _check_operands(self) -> None:
        for name, fmt in zip(self.made.recipe.operand_names, self.made.recipe.operands):
            given, right = self.results.columns.get(name), self.made.columns[name]
            if given is None:
                continue
            size = min(given.size, right.size)
            where = np.flatnonzero(given[:size] != right[:size])
            if where.size:
                row, got, wanted = int(where[0]), int(given[where[0]]), int(right[where[0]])
                raise ResultFileError(f"{self.path}: row {row}: {name} is {got:#x}, and {hex_code(wanted, fmt)} in the set: these are results of other vectors")

    @property
    def name(self) -> str:
        """See Target."""
        return f"file:{self.path}"

    @cached_property
    def claim(self) -> VectorsClaim:
        """Return what the set says is right."""
        recipe = self.made.recipe
        modes = {"rounding": recipe.roundings, "overflow": recipe.overflows}
        knobs = tuple((knob, said[0]) for knob, said in modes.items() if len(said) == 1)
        dialect = Dialect(recipe.dialect, base=recipe.policies)
        return VectorsClaim(recipe.operation, recipe.operands[0], recipe.result, dialect, knobs, recipe.nan_by, recipe.operands)  # type: ignore[arg-type]

    def claims(self) -> tuple[Claim, ...]:
        """See Target."""
        return (self.claim,)

    def run(self, claim: Claim, codes: Codes) -> Codes:
        """Raise: a file has results of its own set alone."""
        raise InputValueError(f"target: {self.name} has the results of golden vectors, and of no other inputs; refquant.verify.judge takes it")
