"""``refquant show``: numbers in formats, bit by bit, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from refquant.cli.console import console, line, tables
from refquant.cli.facts import Facts, Neighbour, facts_of, fields_of
from refquant.cli.numbers import CodeNumber, Number, read_number
from refquant.cli.options import dialect_named, format_named, in_options, policies_said, set_option
from refquant.cli.values import decimal_text, fraction_text
from refquant.formats import Format
from refquant.golden.text import Value, hex_code, hex_float, special_text
from refquant.policies import Philox, RoundingMode

DEFAULT_FORMATS = ("float32", "bfloat16", "float16", "float8_e4m3fn", "float8_e5m2", "float4_e2m1fn")
COLOURS = {"sign": "red", "exponent": "green", "significand": "cyan", "integer": "cyan"}
_EPILOG = """\b
Examples:
  refquant show 0.1
  refquant show 0.1 --format float8_e4m3fn --format bfloat16
  refquant show 1/3 -0x1.8p-3 --format fp16 --rounding toward_zero
  refquant show 1e9 inf nan --format float8_e4m3fn --overflow saturate
  refquant show nan -0 --format int8 --set nan=to_zero
  refquant show 1.06 --format float8_e4m3fn --rounding stochastic_a --seed 1 --random-bits 16
  refquant show code:0x7e --format float8_e4m3fn --format float8_e5m2"""


@click.command(epilog=_EPILOG, context_settings={"ignore_unknown_options": True})
@click.argument("values", metavar="VALUE...", nargs=-1, required=True)
@click.option("--format", "names", metavar="FORMAT", multiple=True, help="A format; may be given several times.")
@click.option("--rounding", metavar="MODE", help="Rounding mode, such as toward_zero; ties_to_even if not given.")
@click.option("--overflow", metavar="MODE", help="Overflow mode, such as saturate.")
@click.option("--dialect", metavar="NAME", help="A named set of policies, such as ml_dtypes-0.6.")
@set_option
@click.option("--seed", type=click.IntRange(0, (1 << 64) - 1), help="Of a stochastic rounding mode: the seed of its random bits (Philox).")
@click.option("--random-bits", type=click.IntRange(1, 32), metavar="N", help="Of a stochastic rounding mode: how many random bits, 1 to 32.")
@click.option("--exact", is_flag=True, help="Print all digits, whatever the length.")
def show(
    values: tuple[str, ...], names: tuple[str, ...], rounding: str | None, overflow: str | None, dialect: str | None, settings: tuple[str, ...],
    seed: int | None, random_bits: int | None, exact: bool,
) -> int:  # fmt: skip
    """Show numbers in formats: code, bits, exact value, neighbours, error.

    VALUE is read exactly: 0.1 is one tenth, not its float64. Also 0x1.8p-3, 1/3, inf, nan, and code:0x7e for a code.
    """
    numbers = [(text, _read(text)) for text in values]
    formats = [format_named(n) for n in names or DEFAULT_FORMATS]
    said = policies_said(rounding, overflow, settings)
    choices = {"dialect": dialect_named(dialect or "default").replace(**said), "random": _random(said.get("rounding"), seed, random_bits)}
    found = [(text, number, [facts_of(number, fmt, **choices) for fmt in formats]) for text, number in numbers]
    shown = [f for f in found if not _refused(f[2])]
    out = console()
    for text, number, columns in shown:
        _print(out, text, number, columns, exact=exact)
    if shown:
        line(out, _legend())
    for text, _, columns in found:
        if _refused(columns):
            click.echo(f"error: {text}: {_reasons(columns)}", err=True)
    return 0 if len(shown) == len(found) else 2


def _random(rounding: RoundingMode | None, seed: int | None, bits: int | None) -> Philox | None:
    if rounding is not None and rounding.is_stochastic:
        if seed is None or bits is None:
            raise click.UsageError(f"rounding {rounding} needs --seed N and --random-bits N")
        return Philox(seed, bits)
    if seed is not None or bits is not None:
        raise click.UsageError("--seed and --random-bits go with a stochastic rounding: stochastic_a, stochastic_b or stochastic_c")
    return None


def _refused(columns: list[Facts]) -> bool:
    return all(facts.refusal for facts in columns)


def _reasons(columns: list[Facts]) -> str:
    """Return why the first format refuses, and the names of the others."""
    others = ", ".join(facts.fmt.name for facts in columns[1:])
    return " ".join(in_options(columns[0].refusal).split()) + (f"; refused by {others} too" if others else "")


def _read(text: str) -> Number | CodeNumber:
    if text.startswith("--"):
        raise click.NoSuchOption(text)
    return read_number(text)


def _print(out: Console, text: str, number: Number | CodeNumber, columns: list[Facts], *, exact: bool) -> None:
    line(out, Text(_title(text, number, exact=exact), style="bold"))
    for part in _side_by_side(out, [(c.fmt.name, _column(c, exact=exact)) for c in columns]):
        out.print(part)
        line(out, "")
    for facts in columns:
        if facts.refusal:
            line(out, f"{facts.fmt.name}: {in_options(facts.refusal)}")


def _title(text: str, number: Number | CodeNumber, *, exact: bool) -> str:
    if not isinstance(number, Fraction):
        return text
    fraction = fraction_text(number, exact=exact)
    if fraction == text:
        return text
    return f"{text} (exact)" if fraction == "long" else f"{text} = {fraction}"


def _side_by_side(out: Console, columns: list[tuple[str, dict[str, Text]]]) -> Iterator[Table]:
    """Yield tables of as many columns as the console has room for."""
    rows = [[Text(label), *(cells[label] for _, cells in columns)] for label in columns[0][1]]
    return tables(out, ["", *(name for name, _ in columns)], rows)


def _column(facts: Facts, *, exact: bool) -> dict[str, Text]:
    labels = ("code", "bits", "value", "hex float", "fraction", "below", "above", "error", "error in ulp", "flags")
    if facts.refusal:
        return {label: Text("refused" if label == "code" else "") for label in labels}
    name, relative = facts.fmt.name, None if facts.error is None or facts.ulp is None else facts.error / facts.ulp
    texts = [_bits(facts.code, facts.fmt), *map(Text, _values(facts.value, exact=exact))]
    beside = [_neighbour(n, name, exact=exact) for n in (facts.below, facts.above)]
    distances = [_exactly(d, exact=exact) for d in (facts.error, relative)]
    texts += map(Text, (*beside, *distances, facts.flags or "none"))
    return dict(zip(labels, [Text(hex_code(facts.code, name)), *texts]))


def _values(value: Value, *, exact: bool) -> tuple[str, str, str]:
    """Return a value as a decimal, a hex float and a fraction."""
    if isinstance(value, float):
        return special_text(value), special_text(value), ""
    return decimal_text(value, exact=exact), hex_float(value) or "", fraction_text(value, exact=exact)


def _bits(code: int, fmt: Format) -> Text:
    return Text(" | ").join(Text(bits, style=COLOURS[name]) for name, bits in fields_of(code, fmt))


def _neighbour(neighbour: Neighbour, name: str, *, exact: bool) -> str:
    return "none" if neighbour is None else f"{decimal_text(neighbour[1], exact=exact)} ({hex_code(neighbour[0], name)})"


def _exactly(value: Fraction | None, *, exact: bool) -> str:
    """Return a decimal and, where that says more, the fraction."""
    if value is None:
        return "none"
    decimal, fraction = decimal_text(value, exact=exact), fraction_text(value, exact=exact)
    return decimal if fraction in (decimal, "long") else f"{decimal} = {fraction}"


def _legend() -> Text:
    parts = [Text(name, style=COLOURS[name]) for name in ("sign", "exponent", "significand")]
    return (
        Text("bits: ")
        + Text(" | ").join(parts)
        + Text("; unsigned formats have no sign, integers one field. error = value - x; ulp: the quantum of x. ~ rounded")
    )
