"""A C header: macros that say what the vectors are, and one ``static const`` array for each column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from refquant.errors import GoldenFileError
from refquant.golden.golden_set import GoldenSet, dtypes_of, widths_of
from refquant.golden.metadata import as_line, metadata_of
from refquant.golden.nan_mask import nans_above, right_where
from refquant.golden.reading import after, assembled, canonical, marked_line, read_marked
from refquant.golden.recipe import OVERFLOWS, ROUNDINGS, Recipe
from refquant.golden.writers.coverage_text import coverage_lines
from refquant.golden.writers.fixed_rows import Row, digits_of

_ENDINGS = {1: "u", 2: "u", 4: "u", 8: "ull"}


def _row(recipe: Recipe, name: str) -> Row:
    ending = _ENDINGS[dtypes_of(recipe)[name].itemsize]
    return Row((b"  0x", (name, digits_of(widths_of(recipe)[name])), f"{ending},\n".encode()))


def _pieces(recipe: Recipe, count: int) -> Iterator[tuple[bytes, str]]:
    """Yield what stands before the rows of each column, and the column."""
    before = _macros(recipe, count)
    for name, dtype in dtypes_of(recipe).items():
        kind = f"uint{8 * dtype.itemsize}_t"
        yield f"{before}static const {kind} refquant_golden_{name}[{max(count, 1)}] = {{\n{'' if count else '  0'}".encode(), name
        before = "};\n\n"


def _macros(recipe: Recipe, count: int) -> str:
    widths, title = widths_of(recipe), recipe.title.replace("\\", "?").replace('"', "?")
    lines = [
        f"// {recipe.title}: {count} vectors. The result of vector i is right where REFQUANT_GOLDEN_RIGHT(got, i) is not 0:",
        f"// {right_where(recipe.result, recipe.nan_by)}.",
        "// flags: INEXACT 1, UNDERFLOW 2, OVERFLOW 4, DIV_BY_ZERO 8, INVALID 16, INPUT_DENORMAL 32. classes: bit i is class i of the table at the end.",
        "#ifdef REFQUANT_GOLDEN_VECTORS_H", '#error "golden vectors are included already: a C file holds one set"', "#endif",
        "#define REFQUANT_GOLDEN_VECTORS_H", "", "#include <stdint.h>", "",
        f'#define REFQUANT_GOLDEN_TITLE "{title}"', f'#define REFQUANT_GOLDEN_SPEC_VERSION "{_safe(recipe.spec_version)}"',
        f"#define REFQUANT_GOLDEN_COUNT {count}", f"#define REFQUANT_GOLDEN_OPERANDS {len(recipe.operands)}",
        f"#define REFQUANT_GOLDEN_RANDOM_BITS {recipe.random_bits}",
    ]  # fmt: skip
    lines += _tests(recipe)
    lines += [f"#define REFQUANT_GOLDEN_WIDTH_{name.upper()} {widths[name]}" for name in (*recipe.operand_names, "result")]
    lines += [f"#define REFQUANT_GOLDEN_ROUNDING_{m.upper()} {ROUNDINGS.index(m)}" for m in ROUNDINGS if m in recipe.roundings]
    lines += [f"#define REFQUANT_GOLDEN_OVERFLOW_{m.upper()} {OVERFLOWS.index(m)}" for m in OVERFLOWS if m in recipe.overflows]
    return "\n".join(lines) + "\n\n"


def _tests(recipe: Recipe) -> list[str]:
    """Return the macros that say whether a result is right."""
    equal = "(((uint64_t)(got) ^ refquant_golden_result[i]) & refquant_golden_mask[i]) == 0"
    inf = nans_above(recipe.result, recipe.nan_by)
    if inf is None:
        return [f"#define REFQUANT_GOLDEN_RIGHT(got, i) ({equal})"]
    below = (1 << (recipe.result.width - recipe.result.signed)) - 1
    both = "REFQUANT_GOLDEN_IS_NAN(got) && REFQUANT_GOLDEN_IS_NAN(refquant_golden_result[i])"
    return [
        f"#define REFQUANT_GOLDEN_IS_NAN(code) (((uint64_t)(code) & {below:#x}ull) > {inf:#x}ull)",
        f"#define REFQUANT_GOLDEN_RIGHT(got, i) ({equal} || ({both}))",
    ]


def _safe(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "?", text)


def write(made: GoldenSet) -> bytes:
    """Return the file."""
    recipe, parts = made.recipe, [marked_line("//", as_line(metadata_of(made))).encode()]
    for before, name in _pieces(recipe, len(made)):
        parts += [before, _row(recipe, name).render(made.columns, len(made))]
    return b"".join([*parts, b"};\n\n", coverage_lines(made, "// ").encode()])


def read(data: bytes, where: str) -> GoldenSet:
    """Return the set of a file; it is not compiled, only compared with what would be written."""
    recipe, count, left_out = read_marked(data, "//", where)
    rest, columns = data[len(data.partition(b"\n")[0]) + 1 :], dict[str, Any]()
    for before, name in _pieces(recipe, count):
        row = _row(recipe, name)
        rows = after(rest, before, count * row.length, where)
        columns |= row.parse(rows, count, where)
        rest = rest[len(before) + len(rows) :]
    if not rest.startswith(b"};"):
        raise GoldenFileError(f"{where}: truncated, or more rows than its metadata say")
    return canonical(assembled(recipe, columns, left_out, where), data, write, where)
