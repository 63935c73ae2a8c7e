"""Operations for ``refquant explain``: what was asked, and rows that a target makes of operands that are chosen here."""

from __future__ import annotations

from typing import NamedTuple

import click
import numpy as np

from refquant.cli.chosen import FILE, operations_named, target_named
from refquant.cli.rows import GivenRows
from refquant.formats import Format, get_format
from refquant.golden.crossing import random_operands
from refquant.golden.evaluation import TRUTH, operation_named
from refquant.verify import Claim, FunctionTarget, OperationClaim, Target
from refquant.verify.answers import answers_of, checked_timeout
from refquant.verify.case_sets import sets_of
from refquant.verify.cases import case_values, cases_of, columns_of
from refquant.verify.explaining.operations.applied import Applied
from refquant.verify.explaining.probes import probe_codes
from refquant.verify.offers import EVERY, operations_of
from refquant.verify.pipe import Replies
from refquant.verify.target import Codes
from refquant.verify.time_limit import can_limit


class AskedOperation(NamedTuple):
    """An operation, the formats of its operands, and that of its results."""

    op: str
    formats: tuple[str, ...]
    result: Format


def asked_of(op: str, fmt: Format, sources: tuple[str, ...]) -> AskedOperation:
    """Return what --op, --format and --source ask; of a predicate --format is that of the operands."""
    if op == EVERY:
        raise click.UsageError(f"--op: {EVERY} cannot be explained at once; name one operation")
    record = operation_named(operations_named((op,))[0])
    count = len(record.operands)
    formats = (sources or (fmt.name,)) * (count if len(sources) < 2 else 1)
    if len(formats) != count:
        raise click.UsageError(f"--source: expected one, or one for each of {count} operands, got {len(sources)}")
    return AskedOperation(record.name, formats, get_format(TRUTH) if record.result == "truth" else fmt)


def rows_made_by(of: str, asked: AskedOperation, cases: dict[str, int], timeout: float, dialect: str | None, *, flags: bool = False) -> GivenRows:
    """Return operands that are chosen by rule, and what a target makes of them."""
    if of.startswith(FILE):
        raise click.UsageError(f"--of: {of} has results already; give the file itself, with --testfloat")
    own = {"timeout": timeout} if of.startswith("program:") else {}
    chosen = target_named(of, (_stated(asked),), asked.formats, {}, {"flags": flags, **own}, None, (asked.op,))
    claim = _claim(of, chosen, asked, dialect)
    codes = _operands(claim, asked, cases)
    replies = answered(of, chosen, claim, codes, timeout)
    return GivenRows(columns_of(codes), replies.codes, replies.flags)


def _stated(asked: AskedOperation) -> str:
    return asked.formats[0] if asked.result.name == TRUTH else asked.result.name


def _claim(of: str, chosen: Target, asked: AskedOperation, dialect: str | None) -> OperationClaim:
    """Return the operation of a target in these formats, with a dialect where it has several."""
    found = [c for c in operations_of(chosen) if c.operation == asked.op and c.source_names == asked.formats and c.names[1] == asked.result.name]
    if not found:
        has = ", ".join(dict.fromkeys(c.label for c in operations_of(chosen) if c.operation == asked.op))
        raise click.UsageError(f"--of {of}: no {asked.op} of {', '.join(asked.formats)} -> {asked.result.name}; it has {has or 'none'}")
    names = list(dict.fromkeys(c.dialect.name for c in found))
    if dialect not in names and (dialect is not None or len(names) > 1):
        raise click.UsageError(f"--of {of} has {found[0].label} as {', '.join(names)}; choose with --dialect")
    return next(c for c in found if dialect in (None, c.dialect.name))


def _operands(claim: OperationClaim, asked: AskedOperation, cases: dict[str, int]) -> Codes:
    """Return operands that tell settings apart, and random ones."""
    formats = tuple(map(get_format, asked.formats))
    blocks = [columns_of(s.codes) for s in sets_of(claim, level=1, seed=cases["seed"])]
    blocks.append(columns_of(probe_codes(Applied(asked.op, asked.formats), asked.result.name)))
    if cases["random"]:
        blocks.append(random_operands(formats, asked.result if claim.record.result == "codes" else formats[0], cases["seed"], cases["random"]))
    return cases_of(tuple(np.concatenate(columns) for columns in zip(*blocks)))


def answered(of: str, chosen: Target, claim: Claim, codes: Codes, timeout: float) -> Replies:
    """Return the answers of a target; refuse one that misbehaves, with the input on which it does."""
    limit = checked_timeout(timeout) if isinstance(chosen, FunctionTarget) and can_limit() else None
    replies = answers_of(chosen, claim, codes, limit)
    if replies.failure is None:
        return replies
    vector = replies.failure.vector
    raise click.UsageError(f"{of} {replies.failure.sentence('' if vector is None else case_values(claim, codes[vector]))}")
