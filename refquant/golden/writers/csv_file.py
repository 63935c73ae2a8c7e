"""CSV: metadata in the first line, names in the second, then a row of hex codes for each vector; coverage at the end."""

from __future__ import annotations

from refquant.golden.golden_set import GoldenSet, widths_of
from refquant.golden.metadata import as_line, metadata_of
from refquant.golden.reading import after, assembled, canonical, marked_line, read_marked
from refquant.golden.recipe import Recipe
from refquant.golden.writers.coverage_text import coverage_lines
from refquant.golden.writers.fixed_rows import Row, digits_of


def _row(recipe: Recipe) -> Row:
    pieces: list[bytes | tuple[str, int]] = []
    for name, width in widths_of(recipe).items():
        pieces += [b"0x", (name, digits_of(width)), b","]
    return Row((*pieces[:-1], b"\n"))


def _names(recipe: Recipe) -> str:
    return ",".join(widths_of(recipe)) + "\n"


def write(made: GoldenSet) -> bytes:
    """Return the file."""
    head = marked_line("#", as_line(metadata_of(made))) + _names(made.recipe)
    return head.encode() + _row(made.recipe).render(made.columns, len(made)) + coverage_lines(made, "# ").encode()


def read(data: bytes, where: str) -> GoldenSet:
    """Return the set of a file."""
    recipe, count, left_out = read_marked(data, "#", where)
    row, first = _row(recipe), data.partition(b"\n")[0] + b"\n"
    columns = row.parse(after(data, first + _names(recipe).encode(), count * row.length, where), count, where)
    return canonical(assembled(recipe, columns, left_out, where), data, write, where)
