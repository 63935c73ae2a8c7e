"""The formats of operands as the options of ``refquant golden`` name them, where the library would name an argument."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from refquant.errors import RefquantError
from refquant.formats import Format
from refquant.golden.evaluation import INTEGERS, is_conversion
from refquant.operations import Operation


def refuse_source(record: Operation, said: str | None) -> None:
    """Refuse ``--source`` of an operation whose operands have the formats of ``--format``."""
    if said is not None:
        raise click.UsageError(f"--source: {_where(record)}")


def _where(record: Operation) -> str:
    """Return which option has the formats of the operands."""
    count = len(record.operands)
    if record.name == "decode":
        return "the format of the codes of decode is --format, and that of the values --result"
    if "integers" in record.operands:
        return f"the format of the codes of {record.name} is --format; its integers are {INTEGERS}"
    if count == 1:
        return f"the format of the operand of {record.name} is --format"
    return f"the formats of the {count} operands of {record.name} are --format, once for all or {count} times for one each"


def check_formats(record: Operation, formats: tuple[Format, ...], result: str | None) -> None:
    """Refuse integers of another format than theirs, operands that need a format of the result, and those that no signalling comparison takes."""
    if is_conversion(record):
        return
    other = next((fmt for fmt, kind in zip(formats, record.operands) if kind == "integers" and fmt.name != INTEGERS), None)
    if other is not None:
        raise click.UsageError(f"--format: the integers of {record.name} are {INTEGERS}, not {other.name}")
    coded = [fmt for fmt, kind in zip(formats, record.operands) if kind == "codes"]
    if record.result == "codes" and result is None and len(set(coded)) > 1:
        raise click.UsageError(f"--result: {record.name} of {_listed([fmt.name for fmt in coded], 'and')} needs the format of its result")
    choices = dict(record.choices)
    if choices.get("signaling") and not any(fmt.has_nan for fmt in formats):
        names = list(dict.fromkeys(fmt.name for fmt in formats))
        none = f"{names[0]} has no NaN" if len(names) == 1 else f"neither {_listed(names, 'nor')} has a NaN"
        quiet = f"refquant golden compare_quiet_{choices['predicate']}"
        raise click.UsageError(f"--format: {none} that could signal; {quiet} has the same truth for them")


@contextmanager
def result_as_option() -> Iterator[None]:
    """Name the option where the library refuses the format of the results."""
    try:
        yield
    except RefquantError as error:
        argument, _, said = str(error).partition(": ")
        if argument != "result":
            raise
        raise click.UsageError(f"--result: {said}") from None


def _listed(names: list[str], word: str) -> str:
    return f"{', '.join(names[:-1])} {word} {names[-1]}"
