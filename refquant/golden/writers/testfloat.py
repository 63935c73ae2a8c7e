"""The hex lines of TestFloat: operands, result, flags, and nothing else; lines that begin with ``#`` carry the metadata."""

from __future__ import annotations

from refquant.errors import InputValueError
from refquant.golden.golden_set import GoldenSet, widths_of
from refquant.golden.metadata import as_line, metadata_of
from refquant.golden.reading import after, assembled, canonical, marked_line, read_marked
from refquant.golden.recipe import Recipe
from refquant.golden.writers.coverage_text import coverage_lines
from refquant.golden.writers.fixed_rows import Row, digits_of


def check(recipe: Recipe) -> None:
    """Raise where a set has columns that such a line has no place for."""
    if len(recipe.modes) > 1:
        raise InputValueError("writers: a line of testfloat says no mode, so it holds one rounding and one overflow mode; make one set for each")
    if recipe.random_bits:
        raise InputValueError("writers: a line of testfloat has no place for random bits; take another writer for stochastic modes")


def _row(recipe: Recipe) -> Row:
    pieces: list[bytes | tuple[str, int]] = []
    for name, width in widths_of(recipe).items():
        if name in (*recipe.operand_names, "result", "flags"):
            pieces += [(name, digits_of(width)), b" "]
    return Row((*pieces[:-1], b"\n"), upper=True)


def write(made: GoldenSet) -> bytes:
    """Return the file."""
    check(made.recipe)
    rows = _row(made.recipe).render(made.columns, len(made))
    return marked_line("#", as_line(metadata_of(made))).encode() + rows + coverage_lines(made, "# ").encode()


def read(data: bytes, where: str) -> GoldenSet:
    """Return the set of a file; the modes are those of the metadata."""
    recipe, count, left_out = read_marked(data, "#", where)
    row, first = _row(recipe), data.partition(b"\n")[0] + b"\n"
    columns = row.parse(after(data, first, count * row.length, where), count, where)
    return canonical(assembled(recipe, columns, left_out, where), data, write, where)
