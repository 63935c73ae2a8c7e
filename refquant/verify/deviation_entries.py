"""One entry of a file of known deviations, checked field by field: what matches nothing by mistake would never be noticed."""

from __future__ import annotations

import re
from typing import Any

from refquant.errors import InputValueError, RefquantError
from refquant.golden.evaluation import is_conversion, operations_with_vectors
from refquant.verify.diagnosis import explanation_named
from refquant.verify.versions import version_matches

_TEXTS = ("package", "versions", "operation", "diagnosis", "reason", "reference")
_LISTS = ("sources", "targets")
_CODES = ("input", "got", "expected")
_CONVERSIONS = ("encode", "decode")
_CODE = re.compile(r"0x[0-9a-f]+")
_OPERANDS = re.compile(r"0x[0-9a-f]+(, 0x[0-9a-f]+)*")


def entries_of(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the fields of each entry of a file; raise InputValueError, which names the entry and the field, where it is not of the form."""
    if other := [name for name in table if name != "deviation"]:
        raise InputValueError(f"deviations: expected tables [[deviation]] alone, got {other[0]!r}")
    rows = table.get("deviation", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputValueError("deviations: expected tables [[deviation]], got a single deviation")
    return [_entry(row, f"deviations: entry {number} ({row.get('package', 'of no package')})") for number, row in enumerate(rows, 1)]


def _entry(row: dict[str, Any], where: str) -> dict[str, Any]:
    _check_names(row, (*_TEXTS, *_LISTS, "witness"), ("dialects",), where)
    for name in _TEXTS:
        _check_text(row[name], f"{where}: {name}")
    lists = {name: _patterns(row[name], f"{where}: {name}") for name in (*_LISTS, "dialects") if name in row}
    if row["operation"] not in (*_CONVERSIONS, *(op.name for op in operations_with_vectors() if not is_conversion(op))):
        raise InputValueError(f"{where}: operation: expected one of {', '.join(_CONVERSIONS)}, or an operation such as add; got {row['operation']!r}")
    try:
        version_matches("", row["versions"])
        explanation_named(row["diagnosis"])
    except RefquantError as error:
        raise InputValueError(f"{where}: {error}") from None
    _check_witness(row["witness"], f"{where}: witness")
    return {**row, **lists}


def _check_names(row: dict[str, Any], wanted: tuple[str, ...], optional: tuple[str, ...], where: str) -> None:
    missing, unknown = [n for n in wanted if n not in row], [n for n in row if n not in (*wanted, *optional)]
    if missing:
        raise InputValueError(f"{where}: {', '.join(missing)} missing")
    if unknown:
        raise InputValueError(f"{where}: no field is named {unknown[0]!r}; there are {', '.join((*wanted, *optional))}")


def _check_text(value: Any, where: str) -> None:
    if not isinstance(value, str) or not value.strip():
        raise InputValueError(f"{where}: expected a text, got {value!r}")


def _patterns(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(v, str) and v for v in value):
        raise InputValueError(f'{where}: expected a list of names or patterns such as ["float16", "float8_*"], got {value!r}')
    return tuple(value)


def _check_witness(value: Any, where: str) -> None:
    if not isinstance(value, dict):
        raise InputValueError(f"{where}: expected a table of source, target, input, got and expected; got {value!r}")
    _check_names(value, ("source", "target", *_CODES), ("dialect",), where)
    for name, text in value.items():
        _check_text(text, f"{where}: {name}")
        if name in _CODES and not (_OPERANDS if name == "input" else _CODE).fullmatch(text):
            raise InputValueError(f"{where}: {name}: expected a code in lower-case hex such as '0x3c', got {text!r}")
