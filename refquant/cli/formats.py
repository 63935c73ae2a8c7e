"""``refquant formats``: the table of all formats and their limits."""

from __future__ import annotations

import json
from typing import Any

import click
from rich.text import Text

from refquant.cli.console import console, line, tables
from refquant.cli.options import format_named
from refquant.cli.values import limit_text, power_text
from refquant.formats import FloatFormat, Format, list_formats
from refquant.golden.text import hex_code, hex_float

_HEADERS = ("format", "k", "p", "w", "bias", "max finite", "min normal", "min subnormal", "Inf", "NaN", "-0", "finite codes", "NaN codes")
_EPILOG = """\b
Examples:
  refquant formats
  refquant formats float8_e4m3fn bf16
  refquant formats --p3109
  refquant formats --json | jq '.[].name'"""


@click.command(epilog=_EPILOG)
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--p3109", is_flag=True, help="Add the formats of IEEE P3109, K = 3 to 16.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: every limit exactly, as a hex float and as a fraction.")
def formats(names: tuple[str, ...], p3109: bool, as_json: bool) -> None:
    """List formats and their limits: all, or those named.

    k: width; p: precision; w: exponent bits. Inf and NaN are codes: that of the positive Inf and of the canonical NaN.
    """
    chosen = [format_named(n, "NAME") for n in names or list_formats(p3109=p3109)]
    if as_json:
        click.echo(json.dumps([format_record(f) for f in chosen], indent=2))
        return
    out = console()
    rows = [[Text(cell) for cell in _row(fmt)] for fmt in chosen]
    for i, part in enumerate(tables(out, _HEADERS, rows, right=("k", "p", "w", "bias", "finite codes", "NaN codes"))):
        if i:
            line(out, "")
        out.print(part)


def _row(fmt: Format) -> list[str]:
    exponent = [str(fmt.exponent_width), str(fmt.bias)] if isinstance(fmt, FloatFormat) else ["", ""]
    limits = [limit_text(fmt.max_finite), power_text(fmt.min_normal), power_text(fmt.min_subnormal) if fmt.grid.has_subnormals else ""]
    codes = ["" if c is None else hex_code(c, fmt.name) for c in (fmt.code_of_infinity, fmt.code_of_nan)]
    zero = hex_code(fmt.grid.negative_base, fmt.name) if fmt.has_negative_zero else ""
    return [fmt.name, str(fmt.width), str(fmt.precision), *exponent, *limits, *codes, zero, str(fmt.count_finite), str(fmt.count_nan)]


def format_record(fmt: Format) -> dict[str, Any]:
    """Return the parameters and limits of a format as plain types; values as ``{"hex": ..., "fraction": ...}``, codes as integers, null where there is none."""
    values = {n: getattr(fmt, n) for n in ("max_finite", "lowest_finite", "min_normal", "min_subnormal")}
    is_float = isinstance(fmt, FloatFormat)
    return {
        "name": fmt.name, "kind": "float" if is_float else "integer", "width": fmt.width, "precision": fmt.precision,
        "exponent_width": fmt.exponent_width if isinstance(fmt, FloatFormat) else None, "bias": fmt.bias if isinstance(fmt, FloatFormat) else None,
        "fraction_bits": None if isinstance(fmt, FloatFormat) else fmt.fraction_bits, "signed": fmt.signed,
        **{n: {"hex": hex_float(v), "fraction": str(v)} for n, v in values.items()},
        "has_subnormals": bool(fmt.grid.has_subnormals), "code_of_infinity": fmt.code_of_infinity, "code_of_nan": fmt.code_of_nan,
        "code_of_negative_zero": fmt.grid.negative_base if fmt.has_negative_zero else None, "count_finite": fmt.count_finite, "count_nan": fmt.count_nan,
    }  # fmt: skip
