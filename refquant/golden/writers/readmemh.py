"""Verilog ``$readmemh``: one packed word for each vector, its fields apart by ``_``, each of whole hex digits."""

from __future__ import annotations

from refquant.golden.golden_set import GoldenSet, widths_of
from refquant.golden.metadata import as_line, metadata_of
from refquant.golden.nan_mask import right_where
from refquant.golden.reading import after, assembled, canonical, marked_line, read_marked
from refquant.golden.recipe import OVERFLOWS, ROUNDINGS, Recipe
from refquant.golden.writers.coverage_text import coverage_lines
from refquant.golden.writers.fixed_rows import Row, digits_of

_LAST = ("rounding", "overflow", "random", "result", "flags", "mask")


def fields_of(recipe: Recipe) -> dict[str, int]:
    """Return the fields of a word from its first digit on, with their bits in the word: whole hex digits."""
    widths = widths_of(recipe)
    return {name: 4 * digits_of(widths[name]) for name in (*recipe.operand_names, *_LAST)}


def _row(recipe: Recipe) -> Row:
    pieces: list[bytes | tuple[str, int]] = []
    for name, bits in fields_of(recipe).items():
        pieces += [(name, bits // 4), b"_"]
    return Row((*pieces[:-1], b"\n"))


def _head(made: GoldenSet) -> str:
    recipe, widths = made.recipe, widths_of(made.recipe)
    lines, last = [], sum(fields_of(recipe).values())
    for name, bits in fields_of(recipe).items():
        lines.append(f"//   [{last - 1}:{last - bits}] {name} ({widths[name]} bits)")
        last -= bits
    modes = [f"//   rounding {ROUNDINGS.index(m)} = {m}" for m in ROUNDINGS if m in recipe.roundings]
    modes += [f"//   overflow {OVERFLOWS.index(m)} = {m}" for m in OVERFLOWS if m in recipe.overflows]
    words = [
        f"// {recipe.title}, {len(made)} vectors of {sum(fields_of(recipe).values())} bits. Fields, first to last:", *lines,
        "// flags: INEXACT 1, UNDERFLOW 2, OVERFLOW 4, DIV_BY_ZERO 8, INVALID 16, INPUT_DENORMAL 32.",
        f"// Right where {right_where(recipe.result, recipe.nan_by)}.", *modes,
    ]  # fmt: skip
    return marked_line("//", as_line(metadata_of(made))) + "\n".join(words) + "\n"


def write(made: GoldenSet) -> bytes:
    """Return the file."""
    rows = _row(made.recipe).render(made.columns, len(made))
    return _head(made).encode() + rows + coverage_lines(made, "// ").encode()


def read(data: bytes, where: str) -> GoldenSet:
    """Return the set of a file."""
    recipe, count, left_out = read_marked(data, "//", where)
    row = _row(recipe)
    words = data[: 1 << 20].splitlines(keepends=True)
    head = b"".join(words[: next((i for i, line in enumerate(words) if not line.startswith(b"//")), len(words))])
    columns = row.parse(after(data, head, count * row.length, where), count, where)
    return canonical(assembled(recipe, columns, left_out, where), data, write, where)
