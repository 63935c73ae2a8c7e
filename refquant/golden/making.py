"""From an operation, formats, policies and a level to a set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.errors import InputTypeError, InputValueError, PolicyError, RefquantError
from refquant.formats import Format
from refquant.golden.classify import classify
from refquant.golden.evaluation import INTEGERS, coded, evaluate, is_conversion, operation_named, result_format
from refquant.golden.golden_set import GoldenSet, dtypes_of
from refquant.golden.levels import checked_level, operands
from refquant.golden.nan_mask import compare_mask, nan_by
from refquant.golden.random_words import checked_seed, random_words
from refquant.golden.recipe import OPERAND_NAMES, Recipe
from refquant.golden.sources import named_format, operand_format
from refquant.operations import SPEC_VERSION, Operation
from refquant.policies import KNOBS, Dialect, OverflowMode, Policies, RandomBits, RoundingMode, as_dialect
from refquant.policies.knobs import choice

_RANDOM_STREAM = 1 << 20  #: of the random bits, apart from those of the operands
Progress = Callable[[str, int, int], None]


def generate(
    operation: str, fmt: Any, *, source: Format | str | None = None, result: Format | str | None = None, level: int | str = 1, rounding: Any = None,
    overflow: Any = None, dialect: Dialect | str | None = None, nan_by: str = "class", random_bits: int = 8, seed: int = 0, backend: str | None = None,
    progress: Progress | None = None,
) -> GoldenSet:  # fmt: skip
    """Return golden vectors of an operation: operands chosen by rule, and what is right for each.

    Parameters
    ----------
    operation : str
        ``"encode"``, ``"decode"``, ``"round"``, ``"convert"``, or another operation whose operands and results are codes.
    fmt : Format or str, or a tuple of them
        Of a conversion the target (of ``decode`` the format of the codes); of an operation of several operands the format of all, or of each.
    source : Format or str, optional
        Format of the operand of ``encode`` and ``round`` (``float32`` if not given) and of ``convert``; ``"int64"`` and ``"uint64"`` too.
    result : Format or str, optional
        Format of the values that ``decode`` and ``round`` deliver, if not the narrowest of the source, float32 and float64 that holds them.
    level : int or str
        1: classes, boundaries and a short random tail; 2: every boundary of targets of at most 16 bits, every code of sources of at most 16 bits, a long
        tail, and all of level 1; ``"exhaustive"``: every pattern, of operands of at most 24 bits together.
    rounding, overflow : str, or a sequence of them, optional
        Modes that are crossed; that of the dialect if not given.
    dialect : Dialect or str, optional
        Every other knob.
    nan_by : str
        ``"class"``: a checker takes any NaN where the result is one; ``"byte"``: the code itself.
    random_bits : int
        Bits of the random column of stochastic modes, 1..32. Every fourth vector has none of them set, every fourth all, the others random ones.
    seed : int
        Of random operands and bits, 0 <= seed < 2**64.
    backend : str, optional
        As in `refquant.encode`; the vectors are the same.
    progress : callable, optional
        Called with (what is done, step, steps).

    Returns
    -------
    GoldenSet

    Raises
    ------
    UnknownNameError, InputTypeError, InputValueError, PolicyError, RangeExceededError
        If an argument is none, or the policies contradict the format.

    Notes
    -----
    The same arguments give the same vectors with every backend, thread count, machine and version of NumPy. Operands that the policies refuse are left out
    and counted.

    Examples
    --------
    >>> import refquant as rq
    >>> to_zero = rq.get_dialect("default").replace(nan="to_zero")
    >>> made = rq.golden.generate("convert", "float4_e2m1fn", source="float8_e4m3fn", overflow="saturate", dialect=to_zero)
    >>> len(made), made.left_out, made.columns["result"][:4].tolist()
    (256, 0, [0, 0, 0, 0])
    >>> [(c.name, c.count) for c in made.coverage if c.name in ("tie above even", "overflow to the greatest")]
    [('tie above even', 8), ('overflow to the greatest', 98)]
    """
    recipe = _recipe(operation, fmt, source, result, level, rounding, overflow, dialect, nan_by, random_bits, seed)
    columns = operands_of(recipe)
    blocks, left_out = [], 0
    for step, policies in enumerate(recipe.modes):
        if progress is not None:
            progress(f"{policies.rounding}, {policies.overflow}" if len(recipe.modes) > 1 else recipe.title, step, len(recipe.modes))
        block = block_of(recipe, policies, columns, backend)
        left_out += columns[0].size - block["result"].size
        blocks.append(block)
    return finished(recipe, {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}, left_out)


def operands_of(recipe: Recipe) -> tuple[NDArray[Any], ...]:
    """Return the operands that a recipe chooses, those that the policies refuse among them."""
    return operands(recipe.record, recipe.operands, recipe.result if recipe.operation == "decode" else recipe.fmt, recipe.level, recipe.seed)


def block_of(recipe: Recipe, policies: Policies, columns: tuple[NDArray[Any], ...], backend: str | None) -> dict[str, NDArray[Any]]:
    """Return operands, modes, random bits, results and flags of the operands that the policies do not refuse."""
    draws = random_column(recipe, policies, columns[0].size)
    random = RandomBits(draws, recipe.random_bits) if policies.rounding.is_stochastic and recipe.roundings else None
    found = evaluate(recipe.record, columns, recipe.operands, recipe.fmt, recipe.result, policies, random, backend)
    kept = ~found.refused
    numbers = recipe.numbers_of(policies)
    size = int(np.count_nonzero(kept))
    modes = {name: np.full(size, number, np.uint8) for name, number in zip(("rounding", "overflow"), numbers)}
    given = {name: column[kept] for name, column in zip(recipe.operand_names, columns)}
    return given | modes | {"random": draws[kept], "result": found.codes[kept], "flags": found.flags[kept]}


def random_column(recipe: Recipe, policies: Policies, size: int) -> NDArray[np.uint32]:
    """Return the random bits of a block by position: none set, all set, two random ones, and so on."""
    if not policies.rounding.is_stochastic or not recipe.roundings:
        return np.zeros(size, np.uint32)
    n = recipe.random_bits
    draws = (random_words(recipe.seed, size, _RANDOM_STREAM) >> np.uint64(64 - n)).astype(np.uint32)
    draws[0::4], draws[1::4] = 0, (1 << n) - 1
    return draws


def finished(recipe: Recipe, columns: dict[str, NDArray[Any]], left_out: int) -> GoldenSet:
    """Return a set with the columns that follow from the others: mask and classes."""
    mask = {"mask": compare_mask(columns["result"], recipe.result, recipe.nan_by)}
    whole = columns | mask | {"classes": classify(columns, recipe)}
    return GoldenSet(recipe, {name: whole[name] for name in dtypes_of(recipe)}, left_out)


def _recipe(
    operation: Any, fmt: Any, source: Any, result: Any, level: Any, rounding: Any, overflow: Any, dialect: Any, nan: Any, random_bits: Any, seed: Any
) -> Recipe:
    record = operation_named(operation)
    formats, goal = _formats(record, fmt, source, result)
    delivered = result_format(record, formats, goal, None if result is None else named_format("result", result))
    goal = delivered if not is_conversion(record) and record.result == "codes" else goal
    chosen = as_dialect(dialect)
    policies = policies_for(record, chosen, formats, goal)
    modes = [_modes(record, *knob) for knob in (("rounding", rounding, policies.rounding), ("overflow", overflow, policies.overflow))]
    stochastic = any(RoundingMode(mode).is_stochastic for mode in modes[0])
    bits = _checked_bits(random_bits) if stochastic else 0
    cases = checked_level(level), checked_seed(seed)
    return Recipe(record.name, formats, goal, delivered, chosen.name, policies, modes[0], modes[1], bits, str(nan_by(nan)), *cases, SPEC_VERSION)


def _formats(record: Operation, fmt: Any, source: Any, result: Any) -> tuple[tuple[Format, ...], Format]:
    """Return the formats of the operands, and the format that is rounded to."""
    if is_conversion(record):
        goal = named_format("fmt", fmt)
        if record.name == "decode":
            if source is not None:
                raise InputValueError("source: decode takes the format of its codes as fmt; leave source out, and name the format of the values as result")
            return (goal,), goal
        if source is None and record.operands == ("codes",):
            raise InputValueError(f"source: {record.name} needs the format of its operand")
        return (operand_format("source", "float32" if source is None else source),), goal
    if source is not None:
        raise InputValueError(f"source: {record.name} takes the formats of its operands as fmt")
    count = len(record.operands)
    given = tuple(fmt) if isinstance(fmt, (tuple, list)) else tuple(INTEGERS if kind == "integers" else fmt for kind in record.operands)
    if len(given) != count or count > len(OPERAND_NAMES):
        raise InputValueError(f"fmt: expected one format, or one for each of the {count} operands of {record.name}; got {len(given)}")
    formats = tuple(named_format("fmt", f) for f in given)
    if record.result == "codes" and result is None and len(set(coded(record, formats))) > 1:
        raise InputValueError(f"result: {record.name} of operands of different formats needs the format of its result")
    return formats, formats[0]


def policies_for(record: Operation, dialect: Dialect, formats: tuple[Format, ...], goal: Format) -> Policies:
    """Return the policies of a dialect for an operation; raise where it says different things of its operands."""
    ends = [(goal.name, fmt.name) if is_conversion(record) else (fmt.name, fmt.name) for fmt in coded(record, formats)]  # RQ-7.5
    found = [dialect.policies(target, source) for target, source in ends]
    different = [knob for knob in record.affected_by if len({getattr(p, knob) for p in found}) > 1]
    if different:
        raise PolicyError(f"dialect: {dialect.name} says different things of {', '.join(f.name for f in formats)}: {', '.join(different)}")
    return found[0]


def others_than(dialect: Dialect, recipe: Recipe) -> str:
    """Return the knobs of a recipe that a dialect does not say, as text."""
    expected = policies_for(recipe.record, dialect, recipe.operands, recipe.fmt)
    others = [knob for knob in recipe.record.affected_by if getattr(expected, knob) != getattr(recipe.policies, knob)]
    return ", ".join(f"{knob}={getattr(recipe.policies, knob)}" for knob in others)


def _modes(record: Operation, knob: str, asked: Any, said: RoundingMode | OverflowMode) -> tuple[str, ...]:
    if knob not in record.affected_by:
        if asked is not None:
            raise InputValueError(f"{knob}: {record.name} does not depend on it")
        return ()
    given = [said] if asked is None else [asked] if isinstance(asked, str) else asked
    if not isinstance(given, (list, tuple)) or not given:
        raise InputTypeError(f"{knob}: expected a mode or a sequence of modes, got {asked!r}")
    modes = tuple(str(choice(knob, mode, KNOBS[knob])) for mode in given)
    if len(set(modes)) < len(modes):
        raise InputValueError(f"{knob}: a mode is given twice: {', '.join(modes)}")
    return modes


def _checked_bits(n: Any) -> int:
    try:
        return RandomBits(np.zeros(0, np.uint32), n).n
    except RefquantError as error:
        raise type(error)(f"random_bits: {str(error).removeprefix('n: ')}") from None
