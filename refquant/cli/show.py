"""``refquant show``: numbers in formats, bit by bit, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from refquant.cli.console import console, line, table, width_of
from refquant.cli.facts import Facts, Neighbour, facts_of, fields_of
from refquant.cli.numbers import CodeNumber, Number, read_number
from refquant.cli.values import decimal_text, fraction_text
from refquant.formats import Format, get_format
from refquant.policies import get_dialect
from refquant.policies.knobs import KNOBS, choice
from refquant.verify.text import Value, hex_code, hex_float, special_text

DEFAULT_FORMATS = ("float32", "bfloat16", "float16", "float8_e4m3fn", "float8_e5m2", "float4_e2m1fn")
COLOURS = {"sign": "red", "exponent": "green", "significand": "cyan", "integer": "cyan"}
_EPILOG = """\b
Examples:
  refquant show 0.1
  refquant show 0.1 --format float8_e4m3fn --format bfloat16
  refquant show 1/3 -0x1.8p-3 --format fp16 --rounding toward_zero
  refquant show 1e9 inf nan --format float8_e4m3fn --overflow saturate
  refquant show code:0x7e --format float8_e4m3fn --format float8_e5m2"""


@click.command(epilog=_EPILOG, context_settings={"ignore_unknown_options": True})
@click.argument("values", metavar="VALUE...", nargs=-1, required=True)
@click.option("--format", "names", metavar="FORMAT", multiple=True, help="A format; may be given several times.")
@click.option("--rounding", metavar="MODE", help="Rounding mode, such as toward_zero; ties_to_even if not given.")
@click.option("--overflow", metavar="MODE", help="Overflow mode, such as saturate.")
@click.option("--dialect", metavar="NAME", help="A named set of policies, such as ml_dtypes-0.6.")
def show(values: tuple[str, ...], names: tuple[str, ...], rounding: str | None, overflow: str | None, dialect: str | None) -> None:
    """Show numbers in formats: code, bits, exact value, neighbours, error.

    VALUE is read exactly: 0.1 is one tenth, not its float64. Also 0x1.8p-3, 1/3, inf, nan, and code:0x7e for a code.
    """
    numbers = [(text, _read(text)) for text in values]
    formats = [get_format(n) for n in names or DEFAULT_FORMATS]
    choices = {"dialect": get_dialect(dialect or "default")}
    choices |= {n: choice(n, v, KNOBS[n]) for n, v in (("rounding", rounding), ("overflow", overflow)) if v is not None}
    out = console()
    for text, number in numbers:
        _print(out, text, number, [facts_of(number, fmt, **choices) for fmt in formats])
    line(out, _legend())


def _read(text: str) -> Number | CodeNumber:
    if text.startswith("--"):
        raise click.NoSuchOption(text)
    return read_number(text)


def _print(out: Console, text: str, number: Number | CodeNumber, columns: list[Facts]) -> None:
    line(out, Text(_title(text, number), style="bold"))
    for part in _side_by_side(out, columns):
        out.print(part)
        line(out, "")
    for facts in columns:
        if facts.refusal:
            line(out, f"{facts.fmt.name}: {facts.refusal}")


def _title(text: str, number: Number | CodeNumber) -> str:
    if not isinstance(number, Fraction) or str(number) == text:
        return text
    return f"{text} = {fraction_text(number)}"


def _side_by_side(out: Console, columns: list[Facts]) -> Iterator[Table]:
    """Yield tables of as many columns as the console has room for."""
    while columns:
        count = next((n for n in range(len(columns), 1, -1) if width_of(_table(columns[:n]), out) <= out.width), 1)
        yield _table(columns[:count])
        columns = columns[count:]


def _table(columns: list[Facts]) -> Table:
    made = table("", *(c.fmt.name for c in columns), keep=("",))
    rows = [_column(c) for c in columns]
    for label in rows[0]:
        made.add_row(label, *(row[label] for row in rows))
    return made


def _column(facts: Facts) -> dict[str, Text]:
    labels = ("code", "bits", "value", "hex float", "fraction", "below", "above", "error", "error in ulp", "flags")
    if facts.refusal:
        return {label: Text("refused" if label == "code" else "") for label in labels}
    name, relative = facts.fmt.name, None if facts.error is None or facts.ulp is None else facts.error / facts.ulp
    texts = [_bits(facts.code, facts.fmt), *map(Text, _values(facts.value))]
    texts += map(Text, (_neighbour(facts.below, name), _neighbour(facts.above, name), _exactly(facts.error), _exactly(relative), facts.flags or "none"))
    return dict(zip(labels, [Text(hex_code(facts.code, name)), *texts]))


def _values(value: Value) -> tuple[str, str, str]:
    """Return a value as a decimal, a hex float and a fraction."""
    if isinstance(value, float):
        return special_text(value), special_text(value), ""
    return decimal_text(value), hex_float(value) or "", fraction_text(value)


def _bits(code: int, fmt: Format) -> Text:
    return Text(" | ").join(Text(bits, style=COLOURS[name]) for name, bits in fields_of(code, fmt))


def _neighbour(neighbour: Neighbour, name: str) -> str:
    return "none" if neighbour is None else f"{decimal_text(neighbour[1])} ({hex_code(neighbour[0], name)})"


def _exactly(value: Fraction | None) -> str:
    """Return a decimal and, where that says more, the fraction."""
    if value is None:
        return "none"
    decimal, fraction = decimal_text(value), fraction_text(value)
    return decimal if fraction in (decimal, "long") else f"{decimal} = {fraction}"


def _legend() -> Text:
    parts = [Text(name, style=COLOURS[name]) for name in ("sign", "exponent", "significand")]
    return (
        Text("bits: ")
        + Text(" | ").join(parts)
        + Text("; unsigned formats have no sign, integers one field. error = value - x; ulp: the quantum of x. ~ rounded")
    )
