"""A recipe as JSON and back: formats by their primary parameters, so that a user's own travel too; anything that is not as written is refused."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any

from refquant.errors import GoldenFileError, RefquantError
from refquant.formats import FloatFormat, Format, IntFormat, get_format
from refquant.golden.evaluation import coded, is_conversion, operation_named, result_format
from refquant.golden.golden_set import GoldenSet
from refquant.golden.levels import checked_level
from refquant.golden.nan_mask import nan_by
from refquant.golden.random_words import checked_seed
from refquant.golden.recipe import GENERATOR_VERSION, Recipe
from refquant.golden.sources import named_format, operand_format
from refquant.golden.wide_integers import WIDTH, WideInteger
from refquant.operations import Operation
from refquant.policies import OverflowMode, Policies, RoundingMode, Via

SCHEMA = "refquant-golden-1"
LONGEST = 1 << 20  #: bytes of metadata
_KINDS: dict[str, type[FloatFormat] | type[IntFormat]] = {"float": FloatFormat, "integer": IntFormat}
_TYPES = {
    "schema": str, "operation": str, "operands": list, "format": dict, "result": dict, "dialect": str, "policies": dict, "roundings": list,
    "overflows": list, "random_bits": int, "nan_by": str, "level": (int, str), "seed": int, "spec_version": str,
    "generator_version": int, "count": int, "left_out": int,
}  # fmt: skip


def metadata_of(made: GoldenSet) -> dict[str, Any]:
    """Return what every file of a set says of it, as plain types."""
    r = made.recipe
    return {
        "schema": SCHEMA, "operation": r.operation, "operands": [format_parameters(f) for f in r.operands], "format": format_parameters(r.fmt),
        "result": format_parameters(r.result), "dialect": r.dialect, "policies": policies_as_dict(r.policies), "roundings": list(r.roundings),
        "overflows": list(r.overflows), "random_bits": r.random_bits, "nan_by": r.nan_by, "level": r.level, "seed": r.seed, "spec_version": r.spec_version,
        "generator_version": r.generator_version, "count": len(made), "left_out": made.left_out,
    }  # fmt: skip


def as_line(record: dict[str, Any]) -> str:
    """Return a record as one line of JSON, keys sorted, ASCII."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"))


def format_parameters(fmt: Format) -> dict[str, Any]:
    """Return the primary parameters of a format."""
    kind = "float" if isinstance(fmt, FloatFormat) else "integer"
    return {"kind": kind} | {name: str(value) if isinstance(value, str) else value for name, value in asdict(fmt).items()}


def policies_as_dict(policies: Policies) -> dict[str, Any]:
    """Return every knob with its choice; None where it is left to the format."""
    plain = {f.name: getattr(policies, f.name) for f in fields(Policies)}
    said: dict[str, Any] = {name: None if value is None else str(value) for name, value in plain.items() if name != "via"}
    if (via := policies.via) is None:
        return said | {"via": None}
    inner = {"format": format_parameters(get_format(via.format)), "rounding": str(via.rounding), "overflow": str(via.overflow)}
    return said | {"via": inner | {"nan": None if via.nan is None else str(via.nan)}}


def parse_json(text: bytes | str, where: str) -> Any:
    """Return what a JSON text says; raise where it is none, where a key is given twice, or a number is none."""
    try:
        return json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and JSONDecodeError among them
        raise GoldenFileError(f"{where}: no JSON: {' '.join(str(error).split())[:200] or type(error).__name__}") from None


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(n for n in names if names.count(n) > 1)!r} is given twice")
    return found


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def checked_types(record: Any, types: dict[str, Any], where: str) -> dict[str, Any]:
    """Return a mapping that has these keys and no others, each of its type."""
    if not isinstance(record, dict):
        raise GoldenFileError(f"{where}: expected a mapping of names, got {type(record).__name__}")
    if set(record) != set(types):
        missing, more = sorted(set(types) - set(record)), sorted(set(record) - set(types))
        raise GoldenFileError(f"{where}: {'; '.join(f'{word} {names[:3]}' for word, names in (('missing', missing), ('unknown', more)) if names)}")
    for name, kind in types.items():
        if not isinstance(record[name], kind) or (isinstance(record[name], bool) and kind is not object):
            raise GoldenFileError(f"{where}: {name}: expected {_name_of(kind)}, got {type(record[name]).__name__}")
    return record


def _name_of(kind: Any) -> str:
    return " or ".join(k.__name__ for k in (kind if isinstance(kind, tuple) else (kind,)))


def read_metadata(record: Any, where: str) -> tuple[Recipe, int, int]:
    """Return (recipe, number of vectors, operands that were left out) of metadata; raise GoldenFileError where it is none."""
    if isinstance(record, dict) and record.get("schema") != SCHEMA:
        raise GoldenFileError(f"{where}: expected the schema {SCHEMA!r}, got {str(record.get('schema'))[:60]!r}")
    said = checked_types(record, _TYPES, where)
    try:
        return _recipe(said, where), _natural(said, "count", where), _natural(said, "left_out", where)
    except GoldenFileError:
        raise
    except RefquantError as error:
        raise GoldenFileError(f"{where}: {error}") from None


def _natural(said: dict[str, Any], name: str, where: str) -> int:
    if not 0 <= said[name] < 1 << 40:
        raise GoldenFileError(f"{where}: {name}: expected an integer from 0 to 2**40, got {str(said[name])[:100]}")
    return int(said[name])


def _recipe(said: dict[str, Any], where: str) -> Recipe:
    record = operation_named(said["operation"][:60])
    operands = tuple(format_from(f, f"{where}: operands") for f in said["operands"])
    if not (is_conversion(record) and record.name != "decode"):
        operands = tuple(named_format("operands", f) for f in operands)
    if len(operands) != len(record.operands):
        raise GoldenFileError(f"{where}: operands: {record.name} has {len(record.operands)}, got {len(operands)}")
    fmt, result = (named_format(name, format_from(said[name], f"{where}: {name}")) for name in ("format", "result"))
    result_format(record, operands, fmt, result)  # raises where it cannot be
    coded(record, operands)
    if record.name == "decode" and operands != (fmt,):
        raise GoldenFileError(f"{where}: format: the operands of decode are codes of {operands[0].name}, not of {fmt.name}")
    roundings, overflows = (_modes(said, record, knob, where) for knob in _MODES)
    _check_random_bits(said, roundings, where)
    if not 1 <= said["generator_version"] <= GENERATOR_VERSION:
        raise GoldenFileError(f"{where}: generator_version: expected 1 to {GENERATOR_VERSION}, got {said['generator_version']}; a newer refquant made it")
    cases = checked_level(said["level"]), checked_seed(said["seed"]), said["spec_version"], said["generator_version"]
    policies = policies_from(said["policies"], f"{where}: policies")
    by = str(nan_by(said["nan_by"]))
    return Recipe(record.name, operands, fmt, result, said["dialect"], policies, roundings, overflows, said["random_bits"], by, *cases)


_MODES: dict[str, Any] = {"rounding": RoundingMode, "overflow": OverflowMode}


def _modes(said: dict[str, Any], record: Operation, knob: str, where: str) -> tuple[str, ...]:
    kind, name = _MODES[knob], f"{knob}s"
    modes = tuple(str(kind(mode)) if mode in tuple(kind) else _no_mode(mode, where) for mode in said[name])
    if len(set(modes)) < len(modes) or bool(modes) != (knob in record.affected_by):
        wanted = "modes, each once" if knob in record.affected_by else f"none for {record.name}"
        raise GoldenFileError(f"{where}: {name}: expected {wanted}, got {str(said[name])[:100]}")
    return modes


def _no_mode(mode: Any, where: str) -> str:
    raise GoldenFileError(f"{where}: no mode is named {str(mode)[:60]!r}")


def _check_random_bits(said: dict[str, Any], roundings: tuple[str, ...], where: str) -> None:
    n = said["random_bits"]
    if not 0 <= n <= 32:
        raise GoldenFileError(f"{where}: random_bits: expected 0 to 32, got {n}")
    if bool(n) != any(RoundingMode(mode).is_stochastic for mode in roundings):
        raise GoldenFileError(f"{where}: random_bits: expected {'none without a' if n else 'some for a'} stochastic mode, got {n}")


def format_from(said: Any, where: str) -> Format:
    """Return the format of primary parameters."""
    kind = said.get("kind") if isinstance(said, dict) else None
    if kind not in ("float", "integer"):
        raise GoldenFileError(f"{where}: expected the parameters of a format with kind 'float' or 'integer'")
    made = WideInteger if kind == "integer" and said.get("width") == WIDTH else _KINDS[kind]
    names = {f.name: object for f in fields(made)}
    parameters = {n: v for n, v in checked_types(said, {"kind": str} | names, where).items() if n != "kind"}
    try:
        return operand_format("format", made(**parameters))
    except (RefquantError, TypeError) as error:
        raise GoldenFileError(f"{where}: {error}") from None


def policies_from(said: Any, where: str) -> Policies:
    """Return the policies of a mapping of every knob."""
    knobs = dict(checked_types(said, {f.name: (str, dict, type(None)) for f in fields(Policies)}, where))
    via = knobs.pop("via")
    if via is not None:
        inner = dict(checked_types(via, {"format": dict, "rounding": str, "overflow": str, "nan": (str, type(None))}, f"{where}: via"))
        knobs["via"] = Via(format_from(inner.pop("format"), f"{where}: via"), **inner)
    try:
        return Policies(**knobs)
    except (RefquantError, TypeError) as error:
        raise GoldenFileError(f"{where}: {error}") from None
