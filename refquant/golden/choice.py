"""Whether the vectors of a set are those that its recipe chooses: none missing, none more, none another."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refquant.errors import RefquantError
from refquant.golden.evaluation import Evaluated
from refquant.golden.golden_set import GoldenSet
from refquant.golden.making import block_of, operands_of
from refquant.golden.recipe import GENERATOR_VERSION, Recipe
from refquant.golden.text import hex_code

Block = dict[str, NDArray[Any]]


class Choice(NamedTuple):
    """What was found: what is wrong, or why that is not known; where neither, what is right for each block of vectors."""

    problem: str = ""
    unknown: str = ""
    blocks: tuple[Evaluated, ...] = ()


def compare_choice(made: GoldenSet, backend: str | None) -> Choice:
    """Return whether operands, modes and random bits are those that the recipe chooses, and what is right for them."""
    recipe = made.recipe
    if recipe.generator_version != GENERATOR_VERSION:
        versions = f"version {recipe.generator_version} of the generator made it, and this refquant has version {GENERATOR_VERSION}"
        return Choice(unknown=f"which vectors it should have is not checked, their results are: {versions}")
    try:
        operands = operands_of(recipe)
    except RefquantError as error:  # 'exhaustive' of 32 bits: no set was ever made so
        return Choice(f"no set has this recipe: {error}")
    return _compared(made, operands, backend)


def _compared(made: GoldenSet, operands: tuple[NDArray[Any], ...], backend: str | None) -> Choice:
    recipe, at, left_out, blocks = made.recipe, 0, 0, []
    total = operands[0].size * len(recipe.modes)
    said = "" if len(made) + made.left_out == total else f"vectors and operands left out are {len(made)} + {made.left_out}, expected {total} together; "
    for policies in recipe.modes:
        block = block_of(recipe, policies, operands, backend)
        size = block["result"].size
        if text := _first_other(made, at, block):
            return Choice(said + text)
        at, left_out = at + size, left_out + operands[0].size - size
        blocks.append(Evaluated(block["result"], block["flags"], np.zeros(size, np.bool_)))
    if at < len(made):
        return Choice(f"{said}row {at} is {_row(made.columns, at, recipe)}, expected the end")
    return Choice(f"{said}operands left out are {made.left_out}, expected {left_out}") if left_out != made.left_out else Choice(blocks=tuple(blocks))


def _first_other(made: GoldenSet, at: int, block: Block) -> str:
    """Return what is said of the first row of a block that is another; nothing where there is none."""
    recipe, size = made.recipe, block["result"].size
    held = min(len(made) - at, size)
    other = np.zeros(held, np.bool_)
    for name in _chosen(recipe):
        other |= made.columns[name][at : at + held] != block[name][:held]
    where = np.flatnonzero(other)
    if where.size:
        row = int(where[0])
        return f"row {at + row} is {_row(made.columns, at + row, recipe)}, expected {_row(block, row, recipe)}"
    return f"ends before row {at + held}, expected {_row(block, held, recipe)}" if held < size else ""


def _chosen(recipe: Recipe) -> tuple[str, ...]:
    return (*recipe.operand_names, "rounding", "overflow", "random")


def _row(columns: Any, row: int, recipe: Recipe) -> str:
    """Return what is chosen of a vector as text."""
    operands = [f"{name} {hex_code(columns[name][row], fmt)}" for name, fmt in zip(recipe.operand_names, recipe.operands)]
    modes = [f"{name} {int(columns[name][row])}" for name, asked in (("rounding", recipe.roundings), ("overflow", recipe.overflows)) if asked]
    random = [f"random {int(columns['random'][row]):#x}"] if recipe.random_bits else []
    return ", ".join(operands + modes + random)
