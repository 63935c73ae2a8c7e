"""The tables of the reference pages, rendered from the formats, the dialects and the known deviations as they are."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import refquant as rq
from refquant.policies import Policies
from refquant.verify import load_deviations

ROOT = Path(__file__).resolve().parents[1]


def markdown(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    head = list(head)
    lines = [head, ["---"] * len(head), *(list(r) for r in rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines) + "\n"


def code(value: Any) -> str:
    """Return text as code, or nothing for nothing."""
    return f"`{value}`" if value not in (None, "") else ""


def power(value: Fraction) -> str:
    """Return a number exactly: a short integer or decimal, a power of two, or an odd integer times one."""
    if value.denominator <= 64 and 1 <= abs(value) < 1 << 17:
        return f"{float(value):.8g}"
    n, d = value.numerator, value.denominator
    zeros = (n & -n).bit_length() - 1
    exponent, odd = zeros - (d.bit_length() - 1), n >> zeros
    if odd == 1:
        return f"2^{exponent}"
    return f"{odd}·2^{exponent}" if odd & (odd + 1) else f"(2^{odd.bit_length()} - 1)·2^{exponent}"


def formats() -> str:
    """Return the tables of the named formats: sizes and limits; special codes and sources."""
    sources = tomllib.loads((ROOT / "spec" / "formats.toml").read_text("utf-8"))
    every = [(rq.get_format(name), row["source"]) for name, row in sources.items()]
    head = ("name", "width", "precision", "exponent width", "bias", "largest", "least normal", "least positive")
    limits = markdown(head, (limits_of(f) for f, _ in every))
    return limits + "\n" + markdown(("name", "Inf", "NaN", "-0", "source"), ([code(f.name), *specials_of(f), source] for f, source in every))


def limits_of(f: Any) -> list[str]:
    """Return the sizes and limits of a format."""
    is_float = isinstance(f, rq.FloatFormat)
    sizes = [f.exponent_width, f.bias] if is_float else ["", f"{f.fraction_bits} fraction bits"]
    values = [f.max_finite, f.min_normal if is_float and f.grid.has_subnormals else None, f.min_subnormal]
    return [code(f.name), str(f.width), str(f.precision), *map(str, sizes), *("" if v is None else power(v) for v in values)]


def specials_of(f: Any) -> list[str]:
    """Return the codes of Inf, of the canonical NaN, and of -0."""
    return [hexed(f.code_of_infinity, f.width), hexed(f.code_of_nan, f.width), hexed(f.grid.negative_base, f.width) if f.has_negative_zero else ""]


def hexed(value: int | None, width: int) -> str:
    """Return a code in hex."""
    return "" if value is None else f"`{value:#0{2 + (width + 3) // 4}x}`"


def knobs_of(pairs: Iterable[tuple[str, Any]]) -> str:
    """Return choices as text."""
    return ", ".join(f"{name} = {code(via_text(value) if name == 'via' else value)}" for name, value in pairs)


def via_text(via: rq.Via | None) -> str | None:
    """Return an intermediate format with what is not its default."""
    if via is None:
        return None
    plain = rq.Via(via.format)
    more = [f"{f.name} = {getattr(via, f.name)}" for f in dataclasses.fields(via) if getattr(via, f.name) != getattr(plain, f.name)]
    return ", ".join([via.format, *more])


def dialects() -> str:
    """Return a section per dialect: version, source, rows from the first that matches to what holds for all others."""
    return "\n".join(dialect(rq.get_dialect(name)) for name in rq.list_dialects())


def dialect(d: rq.Dialect) -> str:
    """Return the section of one dialect."""
    default = Policies()
    base = [(f.name, getattr(d.base, f.name)) for f in dataclasses.fields(default) if getattr(d.base, f.name) != getattr(default, f.name)]
    rows = [(patterns(r.targets), patterns(r.sources), knobs_of((dict(base) | dict(r.overrides)).items())) for r in d.rows]
    rows.append(("all others" if rows else "all", "all", knobs_of(base) or "every knob at its default"))
    return f"## {d.name}\n\nVersion {d.version}. Source: {d.source}.\n\n" + markdown(("targets", "sources", "knobs that differ from the default"), rows)


def patterns(names: tuple[str, ...] | None) -> str:
    """Return patterns of format names."""
    return "all" if names is None else ", ".join(code(n) for n in names)


def knobs() -> str:
    """Return the table of the knobs: choices, the default, and the clauses that say what they mean."""
    default = Policies()
    rows = []
    for name, kind in rq.policies.KNOBS.items():
        value = getattr(default, name)
        rows.append([code(name), ", ".join(code(c) for c in kind), code(value) if value else "as the format implies", (kind.__doc__ or "").replace("\n", " ")])
    rows.append([code("via"), "a format, with rounding, overflow and nan of its own", "none", (rq.Via.__doc__ or "").splitlines()[0]])
    return markdown(("knob", "choices", "default", "meaning and clauses"), rows)


def deviations() -> str:
    """Return the table of known deviations."""
    rows = []
    for d in load_deviations():
        w = d.witness
        witness = f"{w['source']} `{w['input']}` to {w['target']}: got `{w['got']}`, right `{w['expected']}`"
        named = "" if d.operation in ("encode", "decode") else f"{d.operation}: "
        what = f"{named}{', '.join(map(code, d.sources))} to {', '.join(map(code, d.targets))}" + (
            f", dialect {', '.join(map(code, d.dialects))}" if d.dialects else ""
        )
        rows.append([d.package, code(d.versions), what, d.diagnosis, d.reason, witness, d.reference])
    return markdown(("package", "versions", "conversions and operations", "diagnosis", "reason", "witness", "source"), rows)


def command_line() -> str:
    """Return the help texts of the command and its subcommands."""
    from refquant.cli.app import app

    lines = ["## refquant", *help_of(app, "refquant")]
    for name, command in sorted(app.commands.items()):
        lines += [f"## refquant {name}", *help_of(command, f"refquant {name}")]
        for below, inner in sorted(getattr(command, "commands", {}).items()):
            lines += [f"### refquant {name} {below}", *help_of(inner, f"refquant {name} {below}")]
    return "\n\n".join(lines) + "\n"


def help_of(command: Any, name: str) -> list[str]:
    """Return a command's help as a code block."""
    import click

    context = click.Context(command, info_name=name, terminal_width=92, max_content_width=92)
    return [f"```text\n{command.get_help(context).rstrip()}\n```"]


def write_all(folder: Path) -> None:
    """Write every table."""
    for make in (formats, knobs, dialects, deviations, command_line):
        (folder / f"{make.__name__}.md").write_text(make(), "utf-8")
